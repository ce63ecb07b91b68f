package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/panjf2000/gnet/v2"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"liveroom/engine/live"
	"liveroom/transport/wire"
)

// Handler is who the transport works for. Its methods are called on the event loops: they must not block, and may call
// every method of Server but Drain.
type Handler interface {
	// Hello says who stands behind a hello from remote: its token is to be verified, and Session set, to the one to be
	// resumed or to a new one. With a fault the link is told bye.
	Hello(h *wire.Hello, remote netip.Addr) (live.Link, *live.Fault)
	// Opened follows a Hello that was taken, when welcome has been queued: what is sent from here on comes after it.
	// Resume is what the hello asked for, nil for a new session. The link is the same pointer in Event and Closed.
	Opened(l *live.Link, resume *wire.Resume)
	// Event brings an event that its link may send, owned by whoever takes it. With a fault the link is told error, and stays.
	Event(l *live.Link, e *live.Event, received time.Time) *live.Fault
	// Closed follows the last Event of a link. When a session was resumed on another link, it may come after the Opened of that.
	Closed(l *live.Link)
}

// Server carries links: it takes them, reads their events and writes their frames.
type Server struct {
	// Set before Run.
	cfg       Config
	handler   Handler
	log       *slog.Logger
	metrics   *metrics
	registry  *registry
	addresses *addresses
	arrivals  *rate.Limiter
	proxies   []netip.Prefix
	halfOpen  int // of one loop
	start     time.Time
	ready     chan struct{}
	windows   windows
	doors     doors
	turns     chan turn // tasks that loops have put off: a few for each loop, handed back by runTurns

	running  atomic.Bool
	draining atomic.Bool

	// Set by Run before ready is closed.
	engine    *gnet.Client
	listeners [carriers]net.Listener

	gate    sync.RWMutex // held for reading while a loop is woken
	stopped bool         // guarded by gate; the loops are being taken down

	mu      sync.Mutex
	loops   []*loop       // guarded by mu; grows to the number of event loops
	links   int           // guarded by mu; open, less the refused
	refused int           // guarded by mu
	empty   chan struct{} // guarded by mu; closed when links comes down to 0, for Drain
}

// New returns a server that works for h. It reports everything that is wrong with cfg, and metrics that are registered already.
func New(cfg Config, h Handler, log *slog.Logger, reg prometheus.Registerer) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("transport configuration: %w", err)
	}
	cfg = cfg.filled()
	if cfg.Loops == 0 {
		cfg.Loops = runtime.GOMAXPROCS(0)
	}
	s := &Server{cfg: cfg, handler: h, log: log, registry: newRegistry(), start: time.Now(), ready: make(chan struct{}), turns: make(chan turn, 1024)}
	s.windows.open = make(map[live.RoomID]*window)
	s.windows.wake = make(chan struct{}, 1)
	s.arrivals = rate.NewLimiter(rate.Limit(s.cfg.Links.AcceptRate), s.cfg.Links.AcceptBurst)
	s.halfOpen = max(1, cfg.Links.HalfOpen/cfg.Loops)
	var err error
	if s.addresses, err = newAddresses(&cfg.Links); err != nil {
		return nil, fmt.Errorf("transport configuration: %w", err)
	}
	if s.proxies, err = prefixes("Proxies", cfg.Proxies); err != nil {
		return nil, fmt.Errorf("transport configuration: %w", err)
	}
	if s.metrics, err = newMetrics(reg, cfg.Links.Max, s.outboxDepth); err != nil {
		return nil, fmt.Errorf("transport metrics: %w", err)
	}
	return s, nil
}

// Run listens and serves until ctx ends, then cuts every link (Drain lets them go in peace) and returns after its last
// goroutine. It returns an error when it cannot listen, and ErrRunning when it was called before.
func (s *Server) Run(ctx context.Context) error {
	if !s.running.CompareAndSwap(false, true) {
		return ErrRunning
	}
	if err := s.open(ctx); err != nil {
		return err
	}
	options := []gnet.Option{
		gnet.WithNumEventLoop(s.cfg.Loops), gnet.WithReadBufferCap(64 << 10),
		gnet.WithSocketSendBuffer(s.cfg.Viewer.SendBuffer), gnet.WithTCPNoDelay(gnet.TCPNoDelay), gnet.WithLogger(gnetLog{s.log}),
	}
	engine, err := gnet.NewClient(&callbacks{server: s}, options...)
	if err == nil {
		err = engine.Start()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("start event loops: %w", err), s.shut())
	}
	s.engine = engine
	var work sync.WaitGroup
	for c, ln := range s.listeners {
		for range acceptors {
			s.doors.accepting[c].Add(1)
			work.Go(func() {
				defer s.doors.accepting[c].Add(-1)
				s.accept(ctx, ln, carrier(c))
			})
		}
	}
	work.Go(func() { s.runTurns(ctx) })
	work.Go(func() { s.runWindows(ctx) })
	work.Go(func() { s.runTicks(ctx) })
	close(s.ready)
	s.log.Info("transport ready", "tcp", s.TCPAddr(), "ws", s.WSAddr(), "max_links", s.cfg.Links.Max)
	<-ctx.Done()
	closing := s.shut()
	work.Wait() // the acceptors wait for the loops, so they end first
	s.gate.Lock()
	s.stopped = true
	s.gate.Unlock()
	return errors.Join(closing, s.engine.Stop())
}

// wake has a loop run r. It does nothing once the loops are being taken down: gnet would write its signal to a
// descriptor that may be someone else's by then.
func (s *Server) wake(el gnet.EventLoop, r gnet.Runnable) {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.stopped {
		return
	}
	if err := el.Execute(context.Background(), r); err != nil {
		s.log.Error("event loop not woken", "err", err)
	}
}

// open opens both listeners.
func (s *Server) open(ctx context.Context) error {
	for c, addr := range map[carrier]string{overTCP: s.cfg.TCPAddr, overWS: s.cfg.WSAddr} {
		ln, err := listen(ctx, addr)
		if err != nil {
			return errors.Join(err, s.shut())
		}
		s.listeners[c] = ln
	}
	return nil
}

// shut closes the listeners; twice is once.
func (s *Server) shut() error {
	var errs []error
	for _, ln := range s.listeners {
		if ln == nil {
			continue
		}
		if err := ln.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// runTicks has every loop look at its deadlines, until ctx ends.
func (s *Server) runTicks(ctx context.Context) {
	ticker := time.NewTicker(s.cfg.Times.tickEvery())
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for _, lp := range s.allLoops() {
			if lp.ticking.CompareAndSwap(false, true) {
				lp.runLater(lp.tick)
			}
		}
	}
}

// Ready is closed once links are taken.
func (s *Server) Ready() <-chan struct{} { return s.ready }

// TCPAddr returns the address TCP links connect to, nil before Ready.
func (s *Server) TCPAddr() net.Addr { return s.addr(overTCP) }

// WSAddr returns the address WebSocket links connect to, nil before Ready.
func (s *Server) WSAddr() net.Addr { return s.addr(overWS) }

func (s *Server) addr(c carrier) net.Addr {
	if ln := s.listeners[c]; ln != nil {
		return ln.Addr()
	}
	return nil
}

// now is the server's clock: the time since it was made, which no change of the wall clock moves.
func (s *Server) now() time.Duration { return time.Since(s.start) }

// retry is when someone sent away may come back: 1 to 3 s, so that not all come at once.
func (s *Server) retry() time.Duration {
	return time.Second + rand.N(2*time.Second)
}

func (s *Server) allLoops() []*loop {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.loops[:len(s.loops):len(s.loops)]
}

func (s *Server) outboxDepth() float64 {
	n := 0
	for _, lp := range s.allLoops() {
		n += lp.depth()
	}
	return float64(n)
}

// loopOf returns our side of an event loop, made when the loop gets its first link.
func (s *Server) loopOf(el gnet.EventLoop) *loop {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, lp := range s.loops {
		if lp.el == el {
			return lp
		}
	}
	lp := &loop{server: s, el: el, rooms: make(map[live.RoomID]*audience), frame: make([]byte, 0, 1024)}
	lp.times, lp.queued, lp.due = make([]time.Duration, 0, timedMost), make([]time.Duration, 0, timedMost), make([]time.Duration, 0, timedMost)
	s.loops = append(s.loops, lp)
	return lp
}

// callbacks are what gnet calls, on its loops.
type callbacks struct {
	gnet.BuiltinEventEngine

	server *Server
}

// OnOpen implements gnet.EventHandler.
func (c *callbacks) OnOpen(conn gnet.Conn) ([]byte, gnet.Action) {
	if l, ok := conn.Context().(*link); ok {
		c.server.loopOf(conn.EventLoop()).enter(l, conn)
	}
	return nil, gnet.None
}

// OnTraffic implements gnet.EventHandler.
func (c *callbacks) OnTraffic(conn gnet.Conn) gnet.Action {
	if l, ok := conn.Context().(*link); ok {
		return l.loop.traffic(l)
	}
	return gnet.Close
}

// OnClose implements gnet.EventHandler. The error is the other side's business: it went, one way or another.
func (c *callbacks) OnClose(conn gnet.Conn, _ error) gnet.Action {
	if l, ok := conn.Context().(*link); ok {
		l.loop.leave(l)
	}
	return gnet.None
}

func remoteOf(c gnet.Conn) netip.AddrPort {
	if a, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		ap := a.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return netip.AddrPort{}
}
