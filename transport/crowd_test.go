package transport_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"liveroom/engine/live"
	"liveroom/transport"
	"liveroom/transport/wire"
)

// dialAs connects from an address of the loopback network.
func dialAs(t testing.TB, to net.Addr, from string) *tcp {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: patience}
	c, err := d.Dial("tcp", to.String())
	if err != nil {
		t.Fatal(err)
	}
	conn := c.(*net.TCPConn)
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &tcp{t, conn}
}

// welcome says hello on a connection and wants a welcome.
func (r *running) welcome(t testing.TB, c *tcp) *live.Link {
	t.Helper()
	c.say(string(wire.AppendHello(nil, &wire.Hello{Role: live.Ingest, Token: "//"})))
	l := receive(t, r.engine.opened, "opened")
	<-r.engine.resumes
	if o := c.hear(); o.Type != "welcome" {
		t.Fatalf("hello was answered by %+v", o)
	}
	return l
}

// TestHalfOpenFlood keeps links alive, and lets new ones in, beside 300 connections that never say hello: at most as many
// as the bound wait, and those that go are the ones that waited longest and are told why.
func TestHalfOpenFlood(t *testing.T) {
	const bound, flood = 40, 300
	s := serve(t, transport.Config{Links: transport.LinkBounds{HalfOpen: bound}, Times: transport.Times{Hello: time.Minute}})
	var settled []*tcp
	for range 20 {
		c := s.dial(t)
		s.welcome(t, c)
		settled = append(settled, c)
	}
	var crowd []*tcp
	for i := range flood {
		c := dialAs(t, s.TCPAddr(), fmt.Sprintf("127.0.%d.%d", 1+i%4, 1+i%200))
		if i%3 == 0 {
			c.raw([]byte{0, 0}) // half a header
		}
		crowd = append(crowd, c)
		if i%50 == 0 {
			late := s.dial(t)
			s.welcome(t, late)
			settled = append(settled, late)
		}
	}
	// Which loop accepts a connection when is not for us to say, so it is counted how many have to go.
	var gone sync.WaitGroup
	byes, waits := make(chan int, flood), make(map[int]bool)
	for i, c := range crowd {
		waits[i] = true
		gone.Go(func() {
			if o, err := c.next(); err == nil && o.Type == "bye" && o.Code == live.TooManyLinks.String() && o.RetryMs > 0 {
				byes <- i
			} else if err == nil {
				t.Errorf("half-open %d got %+v, want bye too_many_links", i, o)
			}
		})
	}
	for n := range flood - bound {
		select {
		case i := <-byes:
			delete(waits, i)
		case <-time.After(patience):
			t.Fatalf("%d half-open links were told to go, want %d", n, flood-bound)
		}
	}
	for i := range waits { // whoever is left ends its reading
		crowd[i].Close()
	}
	gone.Wait()
	for _, c := range settled {
		c.say(`{"type":"ping"}`)
		if o := c.hear(); o.Type != "pong" {
			t.Errorf("a live link got %+v", o)
		}
	}
	s.welcome(t, s.dial(t))
	if n := int(s.metric(t, "links")); n > len(settled)+bound+1 {
		t.Errorf("%d links are open, want at most %d", n, len(settled)+bound+1)
	}
}

func TestBoundsOfOneAddress(t *testing.T) {
	s := serve(t, transport.Config{
		Loops: 1,
		Links: transport.LinkBounds{PerAddress: 5, HalfOpenPerAddress: 2, Exempt: []string{"127.0.0.1"}}, Times: transport.Times{Hello: time.Minute},
	})
	const greedy = "127.0.0.9"
	first := dialAs(t, s.TCPAddr(), greedy)
	s.welcome(t, first)
	oldest := dialAs(t, s.TCPAddr(), greedy)
	oldest.entered() // several accept: which of two waits longer is clear once the loop has one
	second := dialAs(t, s.TCPAddr(), greedy)
	third := dialAs(t, s.TCPAddr(), greedy)
	oldest.hearBye(live.TooManyLinks)
	s.welcome(t, second)
	s.welcome(t, third)
	for range 2 {
		s.welcome(t, dialAs(t, s.TCPAddr(), greedy))
	}
	if o := dialAs(t, s.TCPAddr(), greedy).hearBye(live.TooManyLinks); !strings.Contains(o.Reason, "5 links") || o.RetryMs <= 0 {
		t.Errorf("a sixth link got %+v", o)
	}
	over := dialAs(t, s.WSAddr(), greedy)
	over.raw([]byte("GET /v1/link HTTP/1.1\r\n\r\n"))
	if res, err := http.ReadResponse(bufio.NewReader(over), nil); err != nil || res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a WebSocket link too many got %v, %v", res, err)
	}
	s.welcome(t, dialAs(t, s.TCPAddr(), "127.0.0.10"))
	for range 20 {
		s.welcome(t, s.dial(t)) // exempt
	}
	third.Close()
	receive(t, s.engine.closed, "closed")
	s.welcome(t, dialAs(t, s.TCPAddr(), greedy))
}

func TestPaceOfOneAddress(t *testing.T) {
	s := serve(t, transport.Config{Links: transport.LinkBounds{PerAddressRate: 0.001, Exempt: []string{"none"}}})
	s.welcome(t, s.dial(t)) // the burst is one
	if o := s.dial(t).hearBye(live.TooManyLinks); !strings.Contains(o.Reason, "too fast") {
		t.Errorf("a second link at once got %+v", o)
	}
	s.welcome(t, dialAs(t, s.TCPAddr(), "127.0.0.2"))
}

// proxied is a PROXY header of version 2.
func proxied(command, family byte, body []byte) []byte {
	head := append([]byte("\r\n\r\n\x00\r\nQUIT\n"), command, family)
	return append(binary.BigEndian.AppendUint16(head, uint16(len(body))), body...)
}

func tcp4(client string) []byte {
	from := netip.MustParseAddrPort(client)
	addr := from.Addr().As4()
	body := append(addr[:], 127, 0, 0, 1)
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(body, from.Port()), 7700)
}

// TestProxyNamesTheClient: the fake engine refuses who does not come from loopback, and says who that was.
func TestProxyNamesTheClient(t *testing.T) {
	s := serve(t, transport.Config{Proxies: []string{"127.0.0.0/8"}})
	hello := wire.AppendFrame(nil, wire.AppendHello(nil, &wire.Hello{Role: live.Ingest, Token: "//"}))
	v6 := netip.MustParseAddr("2001:db8::7").As16()
	body6 := append(append(append([]byte{}, v6[:]...), v6[:]...), 1, 2, 3, 4)
	for name, c := range map[string]struct {
		header []byte
		says   string // "" for welcome
	}{
		"IPv4":           {proxied(0x21, 0x11, tcp4("203.0.113.7:4711")), "remote is 203.0.113.7"},
		"IPv6":           {proxied(0x21, 0x21, body6), "remote is 2001:db8::7"},
		"with more":      {proxied(0x21, 0x11, append(tcp4("203.0.113.8:1"), make([]byte, 300)...)), "remote is 203.0.113.8"},
		"loopback":       {proxied(0x21, 0x11, tcp4("127.0.0.77:1")), ""},
		"health check":   {proxied(0x20, 0, nil), ""},
		"unknown family": {proxied(0x21, 0x00, []byte("x")), ""},
	} {
		for _, step := range []int{1, 7, 1 << 10} { // in pieces of so many bytes
			conn := s.dial(t)
			stream := append(append([]byte{}, c.header...), hello...)
			for len(stream) > 0 {
				n := min(step, len(stream))
				conn.raw(stream[:n])
				stream = stream[n:]
			}
			o := conn.hear()
			if c.says == "" && o.Type != "welcome" || c.says != "" && (o.Type != "bye" || !strings.Contains(o.Reason, c.says)) {
				t.Errorf("%s in pieces of %d: %+v, want %q", name, step, o, c.says)
			}
			if o.Type == "welcome" {
				<-s.engine.opened
				<-s.engine.resumes
			}
		}
	}
	for name, header := range map[string][]byte{
		"none":       hello,
		"version 1":  []byte("PROXY TCP4 203.0.113.7 127.0.0.1 1 7700\r\n"),
		"version 3":  proxied(0x31, 0x11, tcp4("203.0.113.7:1")),
		"short":      proxied(0x21, 0x11, []byte{1, 2, 3}),
		"short IPv6": proxied(0x21, 0x21, make([]byte, 35)),
		"long":       proxied(0x21, 0x11, make([]byte, 60000))[:20],
	} {
		conn := s.dial(t)
		conn.raw(header)
		if o := conn.hear(); o.Type != "bye" || o.Code != "bad_frame" || !strings.Contains(o.Reason, "PROXY") {
			t.Errorf("%s: %+v, want bye bad_frame", name, o)
		}
	}
	web := dialTo(t, s.WSAddr())
	web.raw([]byte("GET /v1/link HTTP/1.1\r\n\r\n"))
	if res, err := http.ReadResponse(bufio.NewReader(web), nil); err != nil || res.StatusCode != http.StatusBadRequest {
		t.Errorf("WebSocket without a header got %v, %v", res, err)
	}
	web = dialTo(t, s.WSAddr())
	web.raw(append(proxied(0x21, 0x11, tcp4("127.0.0.3:1")), "GET /v1/link HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"...))
	if res, err := http.ReadResponse(bufio.NewReader(web), nil); err != nil || res.StatusCode != http.StatusSwitchingProtocols {
		t.Errorf("WebSocket behind a proxy got %v, %v", res, err)
	}
}

// TestClientsBehindAProxyAreBoundEach: the bounds go by the client's address, not the proxy's.
func TestClientsBehindAProxyAreBoundEach(t *testing.T) {
	s := serve(t, transport.Config{Proxies: []string{"127.0.0.1"}, Links: transport.LinkBounds{PerAddress: 1, Exempt: []string{"none"}}})
	open := func(client string) *tcp {
		c := s.dial(t)
		c.raw(proxied(0x21, 0x11, tcp4(client)))
		return c
	}
	s.welcome(t, open("127.1.0.1:1"))
	s.welcome(t, open("127.1.0.2:1"))
	if o := open("127.1.0.1:2").hear(); o.Code != "too_many_links" {
		t.Errorf("a second link of one client got %+v", o)
	}
	s.welcome(t, dialAs(t, s.TCPAddr(), "127.0.0.2")) // no proxy: no header wanted
}

// pair is two ends of a socket as net.Conn.
func pair(t *testing.T) (ours, theirs net.Conn) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	var conns [2]net.Conn
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), "pair")
		if conns[i], err = net.FileConn(f); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	t.Cleanup(func() { conns[0].Close() })
	return conns[0], conns[1]
}

// TestTake hands connections over in the process, on behalf of clients elsewhere.
func TestTake(t *testing.T) {
	s := serve(t, transport.Config{Links: transport.LinkBounds{PerAddress: 1, Exempt: []string{"none"}}, Proxies: []string{"127.0.0.0/8"}})
	hello := wire.AppendFrame(nil, wire.AppendHello(nil, &wire.Hello{Role: live.Ingest, Token: "//"}))
	say := func(client string) string {
		ours, theirs := pair(t)
		if err := s.Take(theirs, false, netip.MustParseAddrPort(client)); err != nil {
			t.Fatal(err)
		}
		ours.SetDeadline(time.Now().Add(patience))
		if _, err := ours.Write(hello); err != nil {
			t.Fatal(err)
		}
		answer := make([]byte, 4096)
		n, err := ours.Read(answer)
		if err != nil {
			t.Fatal(err)
		}
		return string(answer[:n])
	}
	if got := say("203.0.113.7:1"); !strings.Contains(got, "remote is 203.0.113.7") {
		t.Errorf("a client from afar got %q", got)
	}
	if got := say("127.0.0.5:1"); !strings.Contains(got, `"welcome"`) {
		t.Errorf("a client from here got %q", got)
	}
	<-s.engine.opened
	<-s.engine.resumes
	if got := say("127.0.0.5:2"); !strings.Contains(got, "too_many_links") {
		t.Errorf("its second link got %q", got)
	}
	if err := s.Refuse(); err != nil {
		t.Fatal(err)
	}
	_, theirs := pair(t)
	if err := s.Take(theirs, true, netip.MustParseAddrPort("127.0.0.6:1")); !errors.Is(err, transport.ErrDraining) {
		t.Errorf("while draining Take gave %v", err)
	}
}

// TestOriginOfTheSameHost: without patterns, pages of the host itself may open links, on whatever port, and no others.
func TestOriginOfTheSameHost(t *testing.T) {
	s := serve(t, transport.Config{})
	for origin, want := range map[string]int{
		"": 101, "http://127.0.0.1": 101, "https://127.0.0.1:7702": 101, "http://127.0.0.2": 403, "https://evil.test": 403,
		"null": 403, "https://127.0.0.1.evil.test": 403, "http://": 403, "%": 403,
	} {
		c := dialTo(t, s.WSAddr())
		head := "GET /v1/link HTTP/1.1\r\nHost: " + s.WSAddr().String() + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		if origin != "" {
			head += "Origin: " + origin + "\r\n"
		}
		c.raw([]byte(head + "\r\n"))
		if res, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil || res.StatusCode != want {
			t.Errorf("origin %q got %v, %v; want %d", origin, res, err, want)
		}
	}
}
