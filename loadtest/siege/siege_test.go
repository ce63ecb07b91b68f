package siege

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"liveroom/engine/live"
	"liveroom/loadtest/report"
	"liveroom/transport/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve is a server that does the same to every connection.
func serve(t *testing.T, do func(net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				do(c)
			})
		}
	})
	t.Cleanup(func() { ln.Close(); all.Wait() })
	return ln.Addr().String()
}

// besiege plays a siege of a moment against two servers.
func besiege(t *testing.T, tcp, ws func(net.Conn), change func(*Config), grace time.Duration) *report.Siege {
	t.Helper()
	c := Config{
		Ways: HalfOpen, TCP: serve(t, tcp), WS: "ws://" + serve(t, ws) + "/v1/link", From: Loopback(3), PerSecond: 400, Held: 40,
	}
	if change != nil {
		change(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context(), 500*time.Millisecond, grace); err != nil {
		t.Fatal(err)
	}
	return s.Report()
}

const patience = 30 * time.Second

func ends(with string) func(net.Conn) {
	return func(c net.Conn) {
		io.WriteString(c, with)
		c.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, c)
	}
}

// Each way is told what is documented, from each address, and all are ended.
func TestHalfOpen(t *testing.T) {
	var mu sync.Mutex
	from := map[string]int{}
	tcp := ends(framed1(bye(live.HelloTimeout, "say hello")))
	seen := func(c net.Conn) {
		mu.Lock()
		host, _, _ := net.SplitHostPort(c.RemoteAddr().String())
		from[host]++
		mu.Unlock()
		tcp(c)
	}
	r := besiege(t, seen, ends(refusal(503, "too_many_links: there are too many")), nil, patience)
	for _, w := range HalfOpen {
		answer := "hello_timeout"
		if w.webSocket() {
			answer = "too_many_links"
		}
		if by := r.Ended[w.String()]; by[answer] == 0 || len(by) != 1 {
			t.Errorf("%s was ended by %v, want %s alone", w, by, answer)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(from) != 3 {
		t.Errorf("the guests came from %v, want three addresses", from)
	}
	if r.Most > 40 || r.Opened == 0 || r.Standing != 0 || r.Strange+r.Unsaid+r.Welcome != 0 || len(r.Failed) > 0 {
		t.Errorf("the report is %+v", r)
	}
}

// What they say is what a client would, as far as it goes.
func TestWords(t *testing.T) {
	var mu sync.Mutex
	var frames, shakes []string
	hear := func(all *[]string, last string) func(net.Conn) {
		return func(c net.Conn) {
			c.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
			said, _ := io.ReadAll(c)
			mu.Lock()
			*all = append(*all, string(said))
			mu.Unlock()
			io.WriteString(c, last)
		}
	}
	besiege(t, hear(&frames, framed1(bye(live.HelloTimeout, "say hello"))), hear(&shakes, refusal(408, "hello_timeout: say hello")), nil, patience)
	mu.Lock()
	defer mu.Unlock()
	for _, f := range frames {
		if f == "" {
			continue
		}
		if n, fault := wire.FrameLen([]byte(f)); fault != nil || n <= len(f)-wire.HeaderLen || !strings.HasPrefix(f[wire.HeaderLen:], `{"type":"hello"`) {
			t.Errorf("half a frame is %q", f)
		}
	}
	for _, s := range shakes {
		if len(s) > 1 && !strings.HasPrefix(s, "GET /v1/link HTTP/1.1\r\nHost: 127.0.0.1:") || strings.Contains(s, "\r\n\r\n") {
			t.Errorf("half a handshake is %q", s)
		}
	}
}

// Where TLS is spoken they say a part of its first word, and nothing else.
func TestHalfSealed(t *testing.T) {
	hello, err := clientHello()
	if err != nil || len(hello) < 100 || hello[0] != 22 { // a handshake record
		t.Fatalf("the first word of TLS is %x, %v", hello, err)
	}
	var mu sync.Mutex
	var heard [][]byte
	quits := func(c net.Conn) {
		c.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
		b, _ := io.ReadAll(c)
		mu.Lock()
		heard = append(heard, b)
		mu.Unlock()
	}
	r := besiege(t, quits, quits, func(c *Config) { c.Ways = HalfSealed }, patience)
	if r.Unsaid != r.Opened || len(r.Ended) == 0 {
		t.Errorf("the report is %+v", r)
	}
	mu.Lock()
	defer mu.Unlock()
	halves := 0
	for _, b := range heard {
		if len(b) == len(hello)/2 && b[0] == 22 {
			halves++
		} else if len(b) > 1 {
			t.Errorf("%d bytes were said, want none, one or %d", len(b), len(hello)/2)
		}
	}
	if halves == 0 {
		t.Error("nobody said half a handshake")
	}
}

func TestServersThatDoNotKeepTheirWord(t *testing.T) {
	silent := func(c net.Conn) {}
	stays := func(c net.Conn) { io.Copy(io.Discard, c) }
	half := ends(framed1(bye(live.HelloTimeout, "say hello"))[:9])
	if r := besiege(t, silent, silent, nil, patience); r.Unsaid != r.Opened || r.Opened == 0 {
		t.Errorf("of %d that were closed without a word %d are told as such: %v", r.Opened, r.Unsaid, r.Ended)
	}
	if r := besiege(t, stays, stays, nil, 10*time.Millisecond); r.Standing != r.Opened || r.Opened == 0 || r.Opened > 40 {
		t.Errorf("of %d that nobody ended %d are told as such; at most 40 may come, nobody makes room", r.Opened, r.Standing)
	}
	if r := besiege(t, half, half, nil, patience); r.Strange != r.Opened || r.Opened == 0 {
		t.Errorf("of %d that heard half a word %d are told as such: %v", r.Opened, r.Strange, r.Ended)
	}
}

// A storm says hello over both carriers, and hears how it was taken.
func TestStorm(t *testing.T) {
	hello := []byte(`{"type":"hello"}`)
	welcome := wire.AppendWelcome(nil, "s1", 1)
	tcp := func(c net.Conn) {
		want := wire.AppendFrame(nil, hello)
		got := make([]byte, len(want))
		if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, want) {
			return
		}
		io.WriteString(c, framed1(welcome))
		io.Copy(io.Discard, c)
	}
	ws := func(c net.Conn) {
		in := bufio.NewReader(c)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			if line == "\r\n" {
				break
			}
		}
		io.WriteString(c, upgrade)
		if _, err := io.ReadFull(in, make([]byte, 6+len(hello))); err != nil {
			return
		}
		io.WriteString(c, text(welcome))
		io.Copy(io.Discard, in)
	}
	storm := func(c *Config) {
		c.Ways, c.Hello, c.Stay = Storming, func(int) ([]byte, error) { return hello, nil }, 5*time.Millisecond
	}
	r := besiege(t, tcp, ws, storm, patience)
	if r.Welcome != r.Opened || r.Opened == 0 || r.Greeted.Count != r.Opened || len(r.Ended) != 2 || !r.Storm {
		t.Errorf("the report is %+v", r)
	}
	r = besiege(t, ends(framed1(bye(live.TooManyLinks, "too many"))), ends(refusal(503, "too_many_links: too many")), storm, patience)
	if n := r.Ended["tcp"]["too_many_links"] + r.Ended["ws"]["too_many_links"]; n != r.Opened || r.Greeted.Count != 0 {
		t.Errorf("of %d that were turned away %d say so: %v", r.Opened, n, r.Ended)
	}
	broken := errors.New("no key")
	s, err := New(Config{Ways: Storming, TCP: "127.0.0.1:1", WS: "ws://127.0.0.1:1/", From: Loopback(1), PerSecond: 100, Held: 1, Hello: func(int) ([]byte, error) { return nil, broken }})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context(), time.Second, 0); !errors.Is(err, broken) {
		t.Errorf("Run without a hello to say = %v", err)
	}
}

// Where nobody listens, it is said, and nothing hangs.
func TestNobodyThere(t *testing.T) {
	s, err := New(Config{Ways: HalfOpen, TCP: "127.0.0.1:1", WS: "ws://127.0.0.1:1/", From: Loopback(2), PerSecond: 1000, Held: 10})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context(), 50*time.Millisecond, patience); err != nil {
		t.Fatal(err)
	}
	r := s.Report()
	if r.Unsaid+r.Failed["connect: connection refused"] == 0 || r.Unsaid != r.Opened {
		t.Errorf("nobody there: %+v", r)
	}
	if _, err := New(Config{TCP: "[::1]:1", WS: "ws://[::1]:1/"}); !errors.Is(err, errFamily) {
		t.Errorf("New over IPv6 = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Run(ctx, time.Hour, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("Run in a context that has ended = %v", err)
	}
}
