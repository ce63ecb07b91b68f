package transport_test

import (
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"liveroom/engine/live"
	"liveroom/transport"
	"liveroom/transport/wire"
)

// sendBuffer returns the size that the kernel keeps for the server's end of a client's connection, which is one of this
// process's descriptors.
func sendBuffer(t *testing.T, client net.Addr) int {
	t.Helper()
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("no list of descriptors: %v", err)
	}
	want := client.(*net.TCPAddr).AddrPort()
	for _, name := range names {
		fd, err := strconv.Atoi(name.Name())
		if err != nil {
			continue
		}
		peer, err := unix.Getpeername(fd)
		if err != nil {
			continue
		}
		var at netip.AddrPort
		switch p := peer.(type) {
		case *unix.SockaddrInet4:
			at = netip.AddrPortFrom(netip.AddrFrom4(p.Addr), uint16(p.Port))
		case *unix.SockaddrInet6:
			at = netip.AddrPortFrom(netip.AddrFrom16(p.Addr).Unmap(), uint16(p.Port))
		}
		if at != want {
			continue
		}
		n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	t.Fatalf("no end of the connection of %v here", want)
	return 0
}

// TestTheSendBufferIsFixed: the kernel would let it grow to megabytes, in which a slow reader hides. It doubles what it is
// told, for its own books.
func TestTheSendBufferIsFixed(t *testing.T) {
	s := serve(t, transport.Config{
		Viewer: transport.Allowance{SendBuffer: 20 << 10}, Seat: transport.Allowance{SendBuffer: 24 << 10}, Ingest: transport.Allowance{SendBuffer: 48 << 10},
	})
	for _, c := range []struct {
		role  live.Role
		token string
		bytes int
	}{{live.Viewer, "s/r/u", 20 << 10}, {live.Seat, "s//", 24 << 10}, {live.Ingest, "s//", 48 << 10}} {
		conn, _ := s.hello(t, c.role, c.token)
		if n := sendBuffer(t, conn.LocalAddr()); n != 2*c.bytes {
			t.Errorf("the send buffer of a link of role %s is %d bytes, want twice %d", c.role, n, c.bytes)
		}
	}
}

// TestWhoOnlyAnswersPongsIsEvicted: a client that keeps its link alive by pongs, and never reads, lags like any other.
func TestWhoOnlyAnswersPongsIsEvicted(t *testing.T) {
	for _, carrier := range []string{"tcp", "websocket"} {
		t.Run(carrier, func(t *testing.T) {
			s := serve(t, transport.Config{Loops: 1})
			slow, lazy, pong := s.ponger(t, carrier)
			if err := slow.SetReadBuffer(4 << 10); err != nil {
				t.Fatal(err)
			}
			frame := wire.AppendError(nil, &live.Fault{Code: live.Internal, Hint: strings.Repeat("长", 300)})
			evicted := false
			for n := 0; !evicted && n < 10_000; n++ {
				if n < 30 { // no more than its allowance, or it would be told off for that
					_, _ = slow.Write(pong) // it may be cut already
				}
				for range 8 {
					s.Send(lazy.Session, frame)
				}
				s.await(t)
				select {
				case l := <-s.engine.closed:
					evicted = l == lazy
				default:
				}
			}
			if n := s.metric(t, "evictions_total"); !evicted || n != 1 {
				t.Errorf("evicted %v, %g evictions; want the one who never reads to be", evicted, n)
			}
		})
	}
}

// ponger opens a viewer's link over a carrier, and returns it with the bytes of a pong on it.
func (r *running) ponger(t *testing.T, carrier string) (*tcp, *live.Link, []byte) {
	t.Helper()
	if carrier == "tcp" {
		c, l := r.hello(t, live.Viewer, "s/r/slow")
		return c, l, wire.AppendFrame(nil, wire.AppendPong(nil))
	}
	c := dialTo(t, r.WSAddr())
	c.raw([]byte("GET /v1/link HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
	c.raw(masked(1, true, string(wire.AppendHello(nil, &wire.Hello{Role: live.Viewer, Token: "s/r/slow"}))))
	l := receive(t, r.engine.opened, "opened")
	<-r.engine.resumes
	return c, l, masked(0xA, true, "")
}

// await returns once the loops have done what they were given: a link of its own has been served after it.
func (r *running) await(t *testing.T) {
	t.Helper()
	if r.other == nil {
		r.other, _ = r.hello(t, live.Ingest, "s//")
	}
	r.other.say(`{"type":"ping"}`)
	if o := r.other.hear(); o.Type != "pong" {
		t.Fatalf("a ping was answered by %+v", o)
	}
}
