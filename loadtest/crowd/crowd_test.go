package crowd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// heard is a handler that hands everything on.
type heard struct {
	payloads chan string
	gone     chan error
}

func newHeard() *heard { return &heard{make(chan string, 1000), make(chan error, 10)} }

func (h *heard) Payload(link int, p []byte, _ time.Time) {
	h.payloads <- strconv.Itoa(link) + " " + string(p)
}
func (h *heard) Gone(_ int, err error) { h.gone <- err }
func (h *heard) Swept(time.Duration)   {}

// start returns a running crowd of n links; it ends with the test.
func start(t *testing.T, n int) (*Crowd, *heard) {
	t.Helper()
	h := newHeard()
	c, err := New(n, h)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-done, c.Close(), c.Close()); err != nil {
			t.Errorf("end the crowd: %v", err)
		}
	})
	return c, h
}

// listen returns an address and the connections that come there.
func listen(t *testing.T) (string, <-chan net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conns := make(chan net.Conn, 10)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns <- c
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String(), conns
}

func frame(payload string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(payload))), payload...)
}

func readFrameOf(t *testing.T, r io.Reader) string {
	t.Helper()
	var n [4]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		t.Fatal(err)
	}
	p := make([]byte, binary.BigEndian.Uint32(n[:]))
	if _, err := io.ReadFull(r, p); err != nil {
		t.Fatal(err)
	}
	return string(p)
}

func TestTCP(t *testing.T) {
	c, h := start(t, 2)
	addr, conns := listen(t)
	if err := c.Dial(t.Context(), 1, Target{Addr: addr}, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	conn := <-conns
	defer conn.Close()
	if got := readFrameOf(t, conn); got != "hello" {
		t.Errorf("the first payload is %q, want hello", got)
	}
	if blocked, err := c.Send(1, []byte("a"), []byte("bc")); blocked || err != nil {
		t.Errorf("Send = %v, %v", blocked, err)
	}
	if a, b := readFrameOf(t, conn), readFrameOf(t, conn); a != "a" || b != "bc" {
		t.Errorf("sent a and bc, got %q and %q", a, b)
	}
	for _, b := range append(frame("one"), frame("two")...) { // a byte at a time
		if _, err := conn.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := conn.Write(append(frame("three"), frame("four")...)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 one", "1 two", "1 three", "1 four"} {
		if got := <-h.payloads; got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-h.gone; err == nil {
		t.Error("gone without a reason")
	}
	if c.Open(1) {
		t.Error("the link is still open")
	}
	if _, err := c.Send(1, []byte("x")); !errors.Is(err, ErrClosed) {
		t.Errorf("Send on a closed link = %v, want ErrClosed", err)
	}
}

func TestPlaceIsUsedAgain(t *testing.T) {
	c, h := start(t, 1)
	addr, conns := listen(t)
	for range 3 {
		if err := c.Dial(t.Context(), 0, Target{Addr: addr}, []byte("hi")); err != nil {
			t.Fatal(err)
		}
		conn := <-conns
		if err := c.Dial(t.Context(), 0, Target{Addr: addr}, []byte("hi")); err == nil {
			t.Error("an open place was dialled again")
		}
		(<-conns).Close()
		if _, err := conn.Write(frame("x")); err != nil {
			t.Fatal(err)
		}
		if got := <-h.payloads; got != "0 x" {
			t.Errorf("heard %q", got)
		}
		conn.Close()
		<-h.gone
	}
}

// A peer that reads nothing makes Send keep what the socket does not take, up to a bound; once it reads, all arrives.
func TestBacklog(t *testing.T) {
	c, _ := start(t, 1)
	addr, conns := listen(t)
	if err := c.Dial(t.Context(), 0, Target{Addr: addr}, []byte("hi")); err != nil {
		t.Fatal(err)
	}
	conn := <-conns
	defer conn.Close()
	payload := bytes.Repeat([]byte("x"), 60<<10)
	sent := 0
	for ; sent < 10_000; sent++ {
		if _, err := c.Send(0, payload); errors.Is(err, ErrBacklog) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if sent == 10_000 {
		t.Fatal("Send never refused")
	}
	in := bufio.NewReader(conn)
	readFrameOf(t, in)
	for range sent {
		got := make(chan string, 1)
		go func() { got <- readFrameOf(t, in) }()
		for waiting := true; waiting; {
			select {
			case p := <-got:
				if p != string(payload) {
					t.Fatal("a payload arrived torn")
				}
				waiting = false
			default:
				c.Flush()
			}
		}
	}
}

// upgraded accepts the handshake of one WebSocket link.
func upgraded(t *testing.T, c *Crowd, addr string, conns <-chan net.Conn) net.Conn {
	t.Helper()
	dialled := make(chan error, 1)
	go func() {
		dialled <- c.Dial(t.Context(), 0, Target{URL: "ws://" + addr + "/v1/link"}, []byte("hello"))
	}()
	conn := <-conns
	if _, err := ws.Upgrade(conn); err != nil {
		t.Fatal(err)
	}
	if err := <-dialled; err != nil {
		t.Fatal(err)
	}
	return conn
}

// readWS reads one frame with the library: the judge of what we write and read.
func readWS(r io.Reader) (ws.Frame, error) {
	h, err := ws.ReadHeader(r)
	if err != nil || h.Length > DefaultMaxPayload {
		if err == nil {
			err = errTooLong
		}
		return ws.Frame{}, err
	}
	f := ws.Frame{Header: h, Payload: make([]byte, h.Length)}
	_, err = io.ReadFull(r, f.Payload)
	return f, err
}

func TestWebSocket(t *testing.T) {
	c, h := start(t, 1)
	addr, conns := listen(t)
	conn := upgraded(t, c, addr, conns)
	defer conn.Close()
	long := strings.Repeat("还有货吗", 10_000)[:60_000]
	if _, err := c.Send(0, []byte("short"), []byte(long)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"hello", "short", long} {
		f, err := readWS(conn)
		if err != nil || !f.Header.Masked || !f.Header.Fin || f.Header.OpCode != ws.OpText {
			t.Fatalf("frame %+v, %v; want a masked text frame", f.Header, err)
		}
		if got := ws.UnmaskFrame(f); string(got.Payload) != want {
			t.Errorf("got %.20q, want %.20q", got.Payload, want)
		}
	}
	var out []byte
	for _, f := range []ws.Frame{
		ws.NewFrame(ws.OpText, false, []byte("in ")), ws.NewPingFrame([]byte("beat")), ws.NewFrame(ws.OpContinuation, true, []byte("parts")),
		ws.NewTextFrame([]byte(long)), ws.NewPongFrame(nil),
	} {
		out = append(out, ws.MustCompileFrame(f)...)
	}
	for _, half := range [][]byte{out[:1], out[1:30], out[30:]} {
		if _, err := conn.Write(half); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"0 in parts", "0 " + long} {
		if got := <-h.payloads; got != want {
			t.Errorf("heard %.20q, want %.20q", got, want)
		}
	}
	f, err := readWS(conn)
	if err != nil || f.Header.OpCode != ws.OpPong || string(ws.UnmaskFrame(f).Payload) != "beat" {
		t.Errorf("answer to a ping: %+v, %v", f, err)
	}
	if _, err := conn.Write(ws.CompiledCloseNormalClosure); err != nil {
		t.Fatal(err)
	}
	if err := <-h.gone; !errors.Is(err, ErrPeerClosed) {
		t.Errorf("gone: %v, want ErrPeerClosed", err)
	}
}

// What a server must not send ends the link with a reason, never the crowd.
func TestBadServers(t *testing.T) {
	huge := binary.BigEndian.AppendUint32(nil, 1<<30)
	masked := ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte("x"))))
	for name, bytes := range map[string][]byte{
		"masked": masked, "reserved bits": {0xf1, 0}, "unknown opcode": {0x83, 0}, "too long": {0x81, 127, 0, 0, 0, 1, 0, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c, h := start(t, 1)
			addr, conns := listen(t)
			conn := upgraded(t, c, addr, conns)
			defer conn.Close()
			if _, err := conn.Write(bytes); err != nil {
				t.Fatal(err)
			}
			if err := <-h.gone; err == nil {
				t.Error("gone without a reason")
			}
		})
	}
	c, h := start(t, 1)
	addr, conns := listen(t)
	if err := c.Dial(t.Context(), 0, Target{Addr: addr}, []byte("hi")); err != nil {
		t.Fatal(err)
	}
	conn := <-conns
	defer conn.Close()
	if _, err := conn.Write(huge); err != nil {
		t.Fatal(err)
	}
	if err := <-h.gone; !errors.Is(err, errTooLong) {
		t.Errorf("gone: %v, want errTooLong", err)
	}
}

func TestDialFails(t *testing.T) {
	c, _ := start(t, 1)
	addr, conns := listen(t)
	for _, to := range []Target{{Addr: "127.0.0.1:1"}, {Addr: "nowhere"}, {URL: "ws://%zz"}} {
		if err := c.Dial(t.Context(), 0, to, nil); err == nil {
			t.Errorf("Dial(%+v) succeeded", to)
		}
	}
	dialled := make(chan error, 1)
	go func() { dialled <- c.Dial(t.Context(), 0, Target{URL: "ws://" + addr}, nil) }()
	conn := <-conns
	if _, err := conn.Write([]byte("HTTP/1.1 403 Forbidden\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := <-dialled; err == nil {
		t.Error("a refused handshake succeeded")
	}
	conn.Close()
	if c.Open(0) {
		t.Error("the place is open")
	}
}

func FuzzReadFrame(f *testing.F) {
	f.Add(ws.MustCompileFrame(ws.NewTextFrame([]byte("hello"))))
	f.Add([]byte{0x81, 126, 0xff, 0xff, 1})
	f.Add([]byte{0x81, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, n, err := readFrame(b, DefaultMaxPayload)
		if err != nil || n == 0 {
			return
		}
		if n > len(b) || len(got.payload) > DefaultMaxPayload {
			t.Fatalf("readFrame(%x) takes %d bytes with %d of payload", b, n, len(got.payload))
		}
		judge, err := readWS(bytes.NewReader(b))
		if err != nil || judge.Header.Fin != got.fin || judge.Header.OpCode != got.op || !bytes.Equal(judge.Payload, got.payload) {
			t.Fatalf("readFrame(%x) = %+v, the library reads %+v, %v", b, got, judge, err)
		}
	})
}

func TestSendAllocations(t *testing.T) {
	c, _ := start(t, 1)
	addr, conns := listen(t)
	if err := c.Dial(t.Context(), 0, Target{Addr: addr}, []byte("hi")); err != nil {
		t.Fatal(err)
	}
	conn := <-conns
	defer conn.Close()
	done := make(chan struct{})
	go func() { defer close(done); _, _ = io.Copy(io.Discard, conn) }()
	payload := bytes.Repeat([]byte("x"), 200)
	if n := testing.AllocsPerRun(100, func() { _, _ = c.Send(0, payload) }); n > 0 {
		t.Errorf("Send allocates %.0f times, want 0", n)
	}
	conn.Close()
	<-done
}
