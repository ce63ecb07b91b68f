package transport_test

import (
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"liveroom/engine/live"
	"liveroom/transport"
	"liveroom/transport/wire"
)

// socket is a client connection outside the Go heap, so that what is measured is the server alone.
type socket int

func (s socket) Read(b []byte) (int, error) {
	n, err := unix.Read(int(s), b)
	if n == 0 && err == nil {
		return 0, io.EOF
	}
	return max(n, 0), err
}

func (s socket) Write(b []byte) (int, error) { return unix.Write(int(s), b) }

func connect(t testing.TB, addr netip.AddrPort) socket {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}); err != nil {
		t.Fatal(err)
	}
	return socket(fd)
}

// TestIdleLinkMemory measures what an open link that is silent holds on the heap. The budget is 1 KiB of user memory, the
// session, the link's names and gnet's own share included.
func TestIdleLinkMemory(t *testing.T) {
	for _, carrier := range []string{"tcp", "ws"} {
		t.Run(carrier, func(t *testing.T) {
			const links = 2000
			s := serve(t, transport.Config{Times: transport.Times{Heartbeat: time.Hour, Idle: 2 * time.Hour}})
			clients := make([]socket, links)
			t.Cleanup(func() {
				for _, c := range clients {
					unix.Close(int(c))
				}
			})
			before := heap()
			for i := range links {
				clients[i] = openIdle(t, s, carrier, i)
				receive(t, s.engine.opened, "opened")
				<-s.engine.resumes
			}
			each := (int64(heap()) - int64(before)) / links
			t.Logf("an idle %s link holds %d bytes", carrier, each)
			if each > 1024 {
				t.Errorf("an idle %s link holds %d bytes, the budget is 1024", carrier, each)
			}
		})
	}
}

// openIdle opens a link that says nothing more; the caller closes it.
func openIdle(t *testing.T, s *running, carrier string, i int) socket {
	t.Helper()
	hello := wire.AppendHello(nil, &wire.Hello{Role: live.Viewer, Token: fmt.Sprintf("shop/room/user%d", i)})
	addr, out := s.TCPAddr(), wire.AppendFrame(nil, hello)
	if carrier == "ws" {
		addr, out = s.WSAddr(), append([]byte("GET "+transport.Path+" HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"), masked(1, true, string(hello))...)
	}
	c := connect(t, netip.MustParseAddrPort(addr.String()))
	if _, err := c.Write(out); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 512)); err != nil {
		t.Fatal(err)
	}
	return c
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
