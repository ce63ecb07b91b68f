package admin

import (
	"errors"
	"net"
	"net/netip"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sys/unix"
)

// How many connections are held where the configuration does not say so. A program that drips its requests costs one
// connection and one descriptor each; links need theirs.
const (
	mostConnections = 512
	mostFromOne     = 128
)

// defaultConnections is mostConnections, or a quarter of the descriptors that the process may open where that is less.
func defaultConnections() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return mostConnections
	}
	return int(max(1, min(limit.Cur/4, mostConnections)))
}

// limited is a listener that holds so many connections at once, over all and of one address. One too many is closed as soon
// as it has come, and counted.
type limited struct {
	net.Listener

	total, perAddress  int
	byTotal, byAddress prometheus.Counter // connections closed for that bound
	collectors         []prometheus.Collector

	mu   sync.Mutex
	open int                  // guarded by mu
	from map[netip.Prefix]int // open connections by address; guarded by mu
}

func newLimited(l net.Listener, total, perAddress int) *limited {
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "liveroom_admin_refused_total",
		Help: "Connections to the admin side that were closed as they came, by the bound they were over: total (admin.connections), address (admin.connections_per_address).",
	}, []string{"bound"})
	limits := &limited{
		Listener: l, total: total, perAddress: perAddress, from: make(map[netip.Prefix]int),
		byTotal: refused.WithLabelValues("total"), byAddress: refused.WithLabelValues("address"),
	}
	limits.collectors = []prometheus.Collector{
		refused,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "liveroom_admin_connections", Help: "Connections to the admin side that are open.",
		}, func() float64 { return float64(limits.count()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "liveroom_admin_connections_limit", Help: "How many connections to the admin side may be open at once.",
		}, func() float64 { return float64(total) }),
	}
	return limits
}

// Accept implements net.Listener.
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := sourceOf(c.RemoteAddr())
		if l.take(from) {
			held := &heldConn{Conn: c}
			held.done = sync.OnceFunc(func() { l.release(from) })
			return held, nil
		}
		// An error here is a connection that is gone already.
		c.Close()
	}
}

func (l *limited) take(from netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.from[from] >= l.perAddress:
		l.byAddress.Inc()
		return false
	case l.open >= l.total:
		l.byTotal.Inc()
		return false
	}
	l.open++
	l.from[from]++
	return true
}

func (l *limited) release(from netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.from[from]--; l.from[from] == 0 {
		delete(l.from, from)
	}
}

func (l *limited) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open
}

// sourceOf returns whom a connection counts for: an IPv4 address, or the network of 64 bits that an IPv6 host has to itself.
func sourceOf(a net.Addr) netip.Prefix {
	from, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Prefix{}
	}
	addr := from.Addr().Unmap().WithZone("")
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// heldConn is a connection that counts until it is closed.
type heldConn struct {
	net.Conn
	done func()
}

// Close implements net.Conn.
func (c *heldConn) Close() error {
	defer c.done()
	return c.Conn.Close()
}

// CloseWrite lets the HTTP server end an answer without tearing off what the other side has not read yet.
func (c *heldConn) CloseWrite() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}
