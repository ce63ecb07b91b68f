package front

import (
	"net"
	"net/netip"
	"slices"
	"sync"
)

// waiting are the connections whose handshake is under way, oldest first.
type waiting struct {
	most, mostOfOne int

	mu  sync.Mutex
	all []guest // guarded by mu; at most most
}

type guest struct {
	conn net.Conn
	addr netip.Addr
}

// enter adds a connection, and returns the one whose place it takes, nil when there was room.
func (w *waiting) enter(conn net.Conn, addr netip.Addr) (crowded net.Conn) {
	if addr.Is6() {
		addr = netip.PrefixFrom(addr, 64).Masked().Addr()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	of, oldest := 0, -1
	for i, g := range w.all {
		if g.addr == addr {
			if of++; oldest < 0 {
				oldest = i
			}
		}
	}
	if of < w.mostOfOne {
		oldest = -1
		if len(w.all) >= w.most {
			oldest = 0
		}
	}
	if oldest >= 0 {
		crowded = w.all[oldest].conn
		w.all = slices.Delete(w.all, oldest, oldest+1)
	}
	w.all = append(w.all, guest{conn, addr})
	return crowded
}

// leave takes a connection out, whose handshake is over one way or another.
func (w *waiting) leave(conn net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = slices.DeleteFunc(w.all, func(g guest) bool { return g.conn == conn })
}
