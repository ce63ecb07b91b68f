package transport_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"liveroom/engine/live"
	"liveroom/transport"
	"liveroom/transport/wire"
)

func TestMain(m *testing.M) {
	// gnet's package starts the clock of a worker pool when it is loaded; it never ends.
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}

// patience is how long a test waits for what must come, and how long a connection lives; nothing is measured by it.
const patience = time.Minute

// engine is a Handler that takes every token of the form shop/room/user and remembers what it was told.
type engine struct {
	sessions atomic.Int64
	events   chan *live.Event
	opened   chan *live.Link
	closed   chan *live.Link
	resumes  chan *wire.Resume

	mu    sync.Mutex
	react func(l *live.Link, e *live.Event) *live.Fault // guarded by mu
}

func newEngine() *engine {
	return &engine{
		events: make(chan *live.Event, 4096), opened: make(chan *live.Link, 4096), closed: make(chan *live.Link, 4096),
		resumes: make(chan *wire.Resume, 4096),
	}
}

func (e *engine) Hello(h *wire.Hello, remote netip.Addr) (live.Link, *live.Fault) {
	if !remote.IsLoopback() {
		return live.Link{}, &live.Fault{Code: live.Internal, Hint: "remote is " + remote.String()}
	}
	parts := strings.Split(h.Token, "/")
	if len(parts) != 3 {
		return live.Link{}, &live.Fault{Code: live.Unauthorized, Field: "token", Hint: "not one of ours"}
	}
	l := live.Link{Role: h.Role, Shop: live.ShopID(parts[0]), Room: live.RoomID(parts[1]), User: live.UserID(parts[2]), Outcomes: h.Outcomes}
	l.Session = live.SessionID(fmt.Sprint("s", e.sessions.Add(1)))
	if h.Resume != nil {
		l.Session = h.Resume.Session
	}
	return l, nil
}

func (e *engine) Opened(l *live.Link, r *wire.Resume) {
	e.resumes <- r
	e.opened <- l
}

func (e *engine) Event(l *live.Link, ev *live.Event, _ time.Time) *live.Fault {
	e.mu.Lock()
	react := e.react
	e.mu.Unlock()
	if react != nil {
		return react(l, ev)
	}
	e.events <- ev
	return nil
}

func (e *engine) Closed(l *live.Link) { e.closed <- l }

func (e *engine) reactWith(f func(*live.Link, *live.Event) *live.Fault) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.react = f
}

// receive waits for one thing on a channel.
func receive[T any](t testing.TB, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("waited %s for %s", patience, what)
		panic("unreachable")
	}
}

type running struct {
	*transport.Server
	engine *engine
	reg    *prometheus.Registry
	stop   func() error
	other  *tcp // of await
}

// serve runs a server with a configuration and free ports until the test ends.
func serve(t testing.TB, cfg transport.Config) *running {
	t.Helper()
	cfg.TCPAddr, cfg.WSAddr = "127.0.0.1:0", "127.0.0.1:0"
	if cfg.Loops == 0 {
		cfg.Loops = 2
	}
	r := &running{engine: newEngine(), reg: prometheus.NewRegistry()}
	s, err := transport.New(cfg, r.engine, slog.New(slog.DiscardHandler), r.reg)
	if err != nil {
		t.Fatal(err)
	}
	r.Server = s
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	receive(t, s.Ready(), "ready")
	return r
}

// metric returns the value of a counter or gauge, summed over its labels.
func (r *running) metric(t testing.TB, name string) (sum float64) {
	t.Helper()
	families, err := r.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "liveroom_transport_"+name {
			continue
		}
		for _, m := range f.GetMetric() {
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return sum
}

// tcp is a client on the TCP port.
type tcp struct {
	testing.TB
	*net.TCPConn
}

func (r *running) dial(t testing.TB) *tcp {
	t.Helper()
	return dialTo(t, r.TCPAddr())
}

func dialTo(t testing.TB, addr net.Addr) *tcp {
	t.Helper()
	c, err := net.Dial("tcp", addr.String())
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

// hello opens a link for a role, as the token says.
func (r *running) hello(t testing.TB, role live.Role, token string) (*tcp, *live.Link) {
	t.Helper()
	c := r.dial(t)
	c.say(string(wire.AppendHello(nil, &wire.Hello{Role: role, Token: token})))
	l := receive(t, r.engine.opened, "opened")
	<-r.engine.resumes
	if o := c.hear(); o.Type != "welcome" || o.Session != l.Session || !o.Durable {
		t.Fatalf("hello was answered by %+v", o)
	}
	return c, l
}

func (c *tcp) raw(b []byte) {
	c.Helper()
	if _, err := c.Write(b); err != nil {
		c.Fatal(err)
	}
}

func (c *tcp) say(payload string) {
	c.Helper()
	c.raw(wire.AppendFrame(nil, []byte(payload)))
}

// hear reads one frame.
func (c *tcp) hear() wire.Outbound {
	c.Helper()
	o, err := c.next()
	if err != nil {
		c.Fatalf("read: %v", err)
	}
	return o
}

// next reads one frame. Any goroutine may call it.
func (c *tcp) next() (o wire.Outbound, err error) {
	var header [wire.HeaderLen]byte
	if _, err := io.ReadFull(c, header[:]); err != nil {
		return o, err
	}
	payload := make([]byte, binary.BigEndian.Uint32(header[:]))
	if _, err := io.ReadFull(c, payload); err != nil {
		return o, err
	}
	if err := wire.DecodeOutbound(payload, &o); err != nil {
		return o, fmt.Errorf("%s: %w", payload, err)
	}
	return o, nil
}

// hearBye reads a bye of the code and then the end of the stream.
func (c *tcp) hearBye(code live.Code) wire.Outbound {
	c.Helper()
	o := c.hear()
	if o.Type != "bye" || o.Code != code.String() {
		c.Fatalf("got %+v, want bye %s", o, code)
	}
	c.end()
	return o
}

// end wants the other side to have closed.
func (c *tcp) end() {
	c.Helper()
	if rest, err := io.ReadAll(c); err != nil || len(rest) > 0 {
		c.Fatalf("after bye came %q, %v", rest, err)
	}
}

// entered returns once the server has taken the connection in: it answers a ping before hello, and goes on waiting for that.
// Connecting alone says only that the kernel has.
func (c *tcp) entered() {
	c.Helper()
	c.say(`{"type":"ping"}`)
	if o := c.hear(); o.Type != "pong" {
		c.Fatalf("a ping before hello was answered by %+v", o)
	}
}

func (c *tcp) hearError(code live.Code, to string) wire.Outbound {
	c.Helper()
	o := c.hear()
	if o.Type != "error" || o.Code != code.String() || string(o.To) != to {
		c.Fatalf("got %+v, want error %s to %q", o, code, to)
	}
	return o
}

// comment is a comment of the viewer u in room r.
func comment(id string) string {
	return string(wire.AppendEvent(nil, &live.Event{
		Type: live.Comment, ID: live.EventID(id), Room: "r", User: "u", Text: "还有货吗", At: time.Now().UnixMilli(),
	}))
}
