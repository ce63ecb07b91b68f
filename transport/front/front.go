package front

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// ErrRunning is returned by a second Run.
var ErrRunning = errors.New("the front runs already or has run")

// Take gives the node one end of a pair of sockets, on behalf of the client at remote. The node closes it, also when it
// returns an error. Ws tells which carrier is spoken.
type Take func(conn net.Conn, ws bool, remote netip.AddrPort) error

// Front terminates TLS. New listens, Run serves.
type Front struct {
	// set before Run
	cfg       Config
	take      Take
	log       *slog.Logger
	cert      *Certificate
	listeners [2]net.Listener // for TCP links, for WebSocket links
	tls       [2]*tls.Config
	waiting   waiting
	metrics   metrics
	ready     chan struct{}

	running atomic.Bool
	open    atomic.Int64 // connections

	mu    sync.Mutex
	conns map[net.Conn]struct{} // guarded by mu; to be cut at the end
	ended bool                  // guarded by mu
}

type metrics struct {
	links                         prometheus.GaugeFunc
	taken, failed, refused, ended prometheus.Counter
}

// New binds the addresses, so that a taken port is an error before anything starts.
func New(cfg Config, cert *Certificate, take Take, log *slog.Logger, reg prometheus.Registerer) (*Front, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	f := &Front{
		cfg: cfg, take: take, log: log, cert: cert, ready: make(chan struct{}), conns: make(map[net.Conn]struct{}),
		waiting: waiting{most: cfg.HalfOpen, mostOfOne: cfg.HalfOpenPerAddress},
		tls:     [2]*tls.Config{cert.Config(), cert.Config("http/1.1")},
	}
	if err := f.register(reg); err != nil {
		return nil, fmt.Errorf("front metrics: %w", err)
	}
	for i, addr := range []string{cfg.TCPAddr, cfg.WSAddr} {
		ln, err := net.Listen("tcp", addr)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("listen for tls: %w", err), f.Close())
		}
		f.listeners[i] = ln
	}
	return f, nil
}

func (f *Front) register(reg prometheus.Registerer) error {
	var errs []error
	results := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "liveroom_front_connections_total", Help: "Connections over TLS, by what became of their handshake.",
	}, []string{"result"})
	f.metrics = metrics{
		links:  prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "liveroom_front_links", Help: "Open connections over TLS."}, func() float64 { return float64(f.open.Load()) }),
		taken:  results.WithLabelValues("taken"),
		failed: results.WithLabelValues("failed"), refused: results.WithLabelValues("refused"), ended: results.WithLabelValues("crowded_out"),
	}
	most := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "liveroom_front_max_links", Help: "Connections over TLS that may be open at a time."}, func() float64 { return float64(f.cfg.Max) })
	ends := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "liveroom_front_certificate_end_seconds", Help: "When the certificate expires, in Unix seconds."},
		func() float64 { return float64(f.cert.Ends().Unix()) })
	for _, c := range []prometheus.Collector{results, f.metrics.links, most, ends} {
		errs = append(errs, reg.Register(c))
	}
	return errors.Join(errs...)
}

// TCPAddr returns the address that TCP links over TLS connect to.
func (f *Front) TCPAddr() net.Addr { return f.listeners[0].Addr() }

// WSAddr returns the address that WebSocket links over TLS connect to.
func (f *Front) WSAddr() net.Addr { return f.listeners[1].Addr() }

// Ready is closed when Run serves.
func (f *Front) Ready() <-chan struct{} { return f.ready }

// Close releases the addresses; the links stay.
func (f *Front) Close() error {
	var errs []error
	for _, ln := range f.listeners {
		if ln != nil {
			if err := ln.Close(); !errors.Is(err, net.ErrClosed) {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

// Run serves until ctx ends, then cuts what is left and returns after its last goroutine. Links are let go in peace by the
// node, which closes its ends.
func (f *Front) Run(ctx context.Context) error {
	if !f.running.CompareAndSwap(false, true) {
		return ErrRunning
	}
	var work sync.WaitGroup
	for i := range f.listeners {
		work.Go(func() { f.accept(ctx, i, &work) })
	}
	work.Go(func() { f.cert.Watch(ctx) })
	close(f.ready)
	f.log.Info("tls ready", "tcp", f.TCPAddr(), "ws", f.WSAddr(), "certificate_ends", f.cert.Ends())
	<-ctx.Done()
	err := f.Close()
	f.mu.Lock()
	f.ended = true
	for conn := range f.conns {
		conn.Close()
	}
	f.mu.Unlock()
	work.Wait()
	return err
}

// accept takes connections of one port until its listener is closed.
func (f *Front) accept(ctx context.Context, i int, work *sync.WaitGroup) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	<-pause.C
	for {
		conn, err := f.listeners[i].Accept()
		switch {
		case err == nil:
			if f.open.Add(1) > int64(f.cfg.Max) || !f.hold(conn) {
				f.open.Add(-1)
				f.metrics.refused.Inc()
				conn.Close() // there is no word for it before a handshake
				continue
			}
			remote := remoteOf(conn)
			if crowded := f.waiting.enter(conn, remote.Addr()); crowded != nil {
				f.metrics.ended.Inc()
				crowded.Close()
			}
			work.Go(func() {
				defer f.open.Add(-1)
				defer f.release(conn)
				f.serve(ctx, conn, remote, i)
			})
		case ctx.Err() != nil, errors.Is(err, net.ErrClosed):
			return
		default: // out of descriptors, most likely: let some be closed
			f.log.Warn("tls accept refused", "err", err)
			pause.Reset(50 * time.Millisecond)
			select {
			case <-ctx.Done():
				return
			case <-pause.C:
			}
		}
	}
}

// hold notes a connection that is to be cut at the end; false when that has come.
func (f *Front) hold(conn net.Conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return false
	}
	f.conns[conn] = struct{}{}
	return true
}

func (f *Front) release(conn net.Conn) {
	conn.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.conns, conn)
}

// serve is the life of one connection, which waits for its handshake.
func (f *Front) serve(ctx context.Context, raw net.Conn, remote netip.AddrPort, i int) {
	conn := tls.Server(raw, f.tls[i])
	within, stop := context.WithTimeout(ctx, f.cfg.Handshake)
	err := conn.HandshakeContext(within)
	stop()
	f.waiting.leave(raw)
	if err != nil {
		f.metrics.failed.Inc()
		f.log.Debug("tls handshake", "err", err)
		return
	}
	ours, theirs, err := pair()
	if err != nil {
		f.log.Warn("link over tls not taken", "err", err)
		return
	}
	defer ours.Close()
	if err := f.take(theirs, i == 1, remote); err != nil {
		f.metrics.refused.Inc()
		f.log.Debug("link over tls not taken", "err", err)
		return
	}
	f.metrics.taken.Inc()
	relay(conn, ours)
}

func remoteOf(c net.Conn) netip.AddrPort {
	if a, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		ap := a.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return netip.AddrPort{}
}
