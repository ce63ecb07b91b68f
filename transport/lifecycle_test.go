package transport_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
	"liveroom/transport"
	"liveroom/transport/wire"
)

func newServer(cfg transport.Config) (*transport.Server, error) {
	return transport.New(cfg, newEngine(), slog.New(slog.DiscardHandler), prometheus.NewRegistry())
}

func TestDrain(t *testing.T) {
	s := serve(t, transport.Config{})
	ingest, l := s.hello(t, live.Ingest, "s//")
	viewer, _ := s.hello(t, live.Viewer, "s/r/u")
	mute := s.dial(t) // has not said hello
	mute.entered()
	web := s.web(t, live.Viewer, "s/r/w")

	if err := s.Refuse(); err != nil {
		t.Fatal(err)
	}
	if c, err := net.Dial("tcp", s.TCPAddr().String()); err == nil {
		c.Close()
		t.Error("a draining server took a connection")
	}
	ingest.say(comment("1"))
	ingest.hearError(live.Draining, "1")
	mute.say(`{"type":"hello","v":1,"role":"viewer","token":"s/r/x"}`)
	mute.hearBye(live.Draining)
	mute.Close()
	if !s.Send(l.Session, wire.AppendAck(nil, "late")) {
		t.Error("a draining server does not send answers")
	}

	done := make(chan error, 1)
	go func() { done <- s.Drain(context.Background(), 4*time.Second) }()
	if o := ingest.hear(); o.ID != "late" {
		t.Fatalf("got %+v, want what was sent before", o)
	}
	for _, c := range []*tcp{ingest, viewer} {
		if o := c.hearBye(live.Draining); o.RetryMs < 1000 || o.RetryMs > 5000 {
			t.Errorf("retry in %d ms, want 1 to 5 s", o.RetryMs)
		}
		c.Close()
	}
	web.hearBye(live.Draining)
	if err := receive(t, done, "drain"); err != nil {
		t.Errorf("Drain: %v", err)
	}
	for range 3 {
		receive(t, s.engine.closed, "closed")
	}
	if err := s.stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestDrainGivesUpWithItsContext(t *testing.T) {
	s := serve(t, transport.Config{Times: transport.Times{Linger: time.Hour}})
	c, _ := s.hello(t, live.Viewer, "s/r/u")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Drain(ctx, 0) }()
	c.hearBye(live.Draining) // and never closes
	cancel()
	if err := receive(t, done, "drain"); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "1 links left") {
		t.Errorf("Drain = %v", err)
	}
	if err := s.stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	receive(t, s.engine.closed, "closed")
}

func TestRunOnce(t *testing.T) {
	s, err := newServer(transport.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Drain(t.Context(), 0); !errors.Is(err, transport.ErrNotRunning) {
		t.Errorf("Drain before Run = %v", err)
	}
	r := serve(t, transport.Config{})
	if err := r.Run(t.Context()); !errors.Is(err, transport.ErrRunning) {
		t.Errorf("second Run = %v", err)
	}
}

// TestStopUnderFire ends a server while everybody talks to it.
func TestStopUnderFire(t *testing.T) {
	s := serve(t, transport.Config{Ingest: transport.Allowance{Rate: 1e12, Burst: 1 << 40}}) // no comment is refused
	c, l := s.hello(t, live.Ingest, "s//")
	s.engine.reactWith(func(*live.Link, *live.Event) *live.Fault { return nil })
	var wg sync.WaitGroup
	stop := make(chan struct{})
	fire := func(f func() bool) {
		wg.Go(func() {
			for f() {
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	frame := wire.AppendFrame(nil, []byte(comment("1")))
	fire(func() bool { _, err := c.Write(frame); return err == nil })
	fire(func() bool {
		s.Links(func(st transport.LinkStatus) bool { // who is sent more than it may leave unread is evicted before the end
			for range 100 {
				if st.Outbox > st.Most/2 {
					break
				}
				s.Send(l.Session, wire.AppendPong(nil))
			}
			return false
		})
		return true
	})
	fire(func() bool { s.Broadcast("r", wire.AppendPong(nil), ""); return true })
	fire(func() bool {
		conn, err := net.Dial("tcp", s.TCPAddr().String())
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	buf := make([]byte, 1<<16)
	for range 100 {
		if _, err := c.Read(buf); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	close(stop)
	wg.Wait()
}

func TestConfigReportsEveryProblem(t *testing.T) {
	err := transport.Config{
		TCPAddr: "nowhere", Loops: -1, Links: transport.LinkBounds{Max: -1, AcceptRate: -1},
		Times: transport.Times{Hello: -1, Idle: time.Second, Heartbeat: time.Minute}, BroadcastEvery: -1,
		Viewer: transport.Allowance{Rate: -1, SendBuffer: 1, Outbox: 1}, OriginPatterns: []string{"["},
	}.Validate()
	if err == nil {
		t.Fatal("nonsense is valid")
	}
	for _, want := range []string{"TCPAddr", "Loops", "Links.Max", "AcceptRate", "Times.Hello", "Times.Idle", "BroadcastEvery", "Viewer.Rate", "Viewer.SendBuffer", "Viewer.Outbox", "OriginPatterns"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not reported in %v", want, err)
		}
	}
	if err := (transport.Config{}).Validate(); err != nil {
		t.Errorf("the zero configuration: %v", err)
	}
	if err := transport.Default().Validate(); err != nil {
		t.Errorf("the default configuration: %v", err)
	}
	if _, err := newServer(transport.Config{Loops: -1}); err == nil {
		t.Error("New takes what Validate refuses")
	}
}

func TestMetricsAreRegisteredOnce(t *testing.T) {
	reg := prometheus.NewRegistry()
	for i, want := range []bool{true, false} {
		_, err := transport.New(transport.Config{}, newEngine(), slog.New(slog.DiscardHandler), reg)
		if (err == nil) != want {
			t.Errorf("server %d on one registry: %v", i, err)
		}
	}
}

// TestLinksThatLeaveAreCounted closes links from their side, with a word and without, and one from ours.
func TestLinksThatLeaveAreCounted(t *testing.T) {
	s := serve(t, transport.Config{})
	plain, _ := s.hello(t, live.Viewer, "s/r/u")
	web := s.web(t, live.Viewer, "s/r/w")
	told, l := s.hello(t, live.Viewer, "s/r/v")
	s.Bye(l.Session, live.Forbidden, "go", 0)
	told.hearBye(live.Forbidden)
	told.Close()
	plain.Close()
	web.Conn.Close(websocket.StatusNormalClosure, "")
	for s.metric(t, "links") != 0 {
		runtime.Gosched()
	}
	if left, byes := s.metric(t, "left_total"), s.metric(t, "byes_total"); left != 2 || byes != 1 {
		t.Errorf("%v links left and %v were told bye, want 2 and 1", left, byes)
	}
}
