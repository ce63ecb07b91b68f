package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"liveroom/engine/privacy"
)

// ErrRunning is returned by a second Run.
var ErrRunning = errors.New("engine runs already")

// Engine is one node. Build it with New, run it with Run.
type Engine struct {
	// set by New
	cfg    Config
	log    *slog.Logger
	names  *privacy.Names // what log calls users by
	parts  parts
	faults *faults
	ready  chan struct{}
	clock  clock

	imports struct{ catalogue, knowledge lastImport }

	patterns []string // the routes of the admin side that are guarded, for tests

	running  atomic.Bool
	draining atomic.Bool
}

// New opens storage, reads what lasts, and binds every part together; nothing serves yet. ctx bounds the opening.
func New(ctx context.Context, cfg Config, log *slog.Logger) (*Engine, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	names := new(privacy.Names)
	log = slog.New(privacy.NewHandler(log.Handler(), names)) // whatever a part logs, nothing personal leaves by it
	e := &Engine{cfg: cfg, log: log, names: names, ready: make(chan struct{}), faults: newFaults()}
	p, err := assemble(ctx, cfg, e)
	if err != nil {
		return nil, err
	}
	e.parts = p
	return e, nil
}

// Ready is closed when links are served.
func (e *Engine) Ready() <-chan struct{} { return e.ready }

// Addrs are where a node can be reached; they are known once Ready is closed.
type Addrs struct {
	TCP, WS, Admin string
	TLS, WSS       string // links over TLS; "" without
}

// Addrs returns the addresses in use.
func (e *Engine) Addrs() Addrs {
	a := Addrs{
		TCP: e.parts.server.TCPAddr().String(), WS: "ws://" + e.parts.server.WSAddr().String() + "/v1/link",
		Admin: "http://" + e.parts.admin.Addr(),
	}
	if e.cfg.Admin.TLS {
		a.Admin = "https://" + e.parts.admin.Addr()
	}
	if f := e.parts.front; f != nil {
		a.TLS, a.WSS = f.TCPAddr().String(), "wss://"+f.WSAddr().String()+"/v1/link"
	}
	return a
}

// Run starts the parts in order, serves until ctx ends, and drains within the configured budget. It returns the first
// part's failure, or nil after an orderly stop.
func (e *Engine) Run(ctx context.Context) error {
	if e.running.Swap(true) {
		return ErrRunning
	}
	group := newGroup(ctx)
	p := &e.parts
	begin := time.Now()
	for _, part := range []struct {
		name string
		run  runner
	}{
		{"audit", p.audit}, {"sessions", p.guard}, {"admin", p.admin}, {"tokens", p.tokens}, {"storage", p.store}, {"scripts", p.book}, {"nlp", p.reader}, {"holds", p.holds}, {"heat", p.heatKeeper}, {"actors", p.house}, {"console", p.console},
	} {
		if err := group.start(part.name, part.run); err != nil {
			return errors.Join(err, e.stop(group))
		}
	}
	e.tellConfig()
	e.saveKeys(ctx)
	open := p.store.Pending()
	p.house.Redrive(open)
	if err := group.start("transport", p.server); err != nil {
		return errors.Join(err, e.stop(group))
	}
	if err := group.start("watch", p.watch); err != nil {
		return errors.Join(err, e.stop(group))
	}
	if p.front != nil {
		if err := group.start("front", p.front); err != nil {
			return errors.Join(err, e.stop(group))
		}
	}
	e.tellWhere()
	defer e.forgetWhere()
	close(e.ready)
	addrs := e.Addrs()
	e.log.Info("ready", "tcp", addrs.TCP, "ws", addrs.WS, "admin", addrs.Admin, "redriven", len(open), "took", time.Since(begin))
	var failed error
	select {
	case <-ctx.Done():
	case failed = <-group.failed:
		e.log.Error("part failed, stopping", "err", failed)
	}
	return errors.Join(failed, e.stop(group))
}

// stop ends the parts in the order that lets everything accepted be finished, told and stored.
func (e *Engine) stop(group *group) error {
	p := &e.parts
	e.draining.Store(true)
	p.gate.draining.Store(true)
	budget, cancel := context.WithTimeout(context.Background(), e.cfg.Node.DrainBudget)
	defer cancel()
	var errs []error
	if group.has("transport") {
		if p.front != nil {
			if err := p.front.Close(); err != nil {
				errs = append(errs, fmt.Errorf("refuse new links over tls: %w", err))
			}
		}
		if err := p.server.Refuse(); err != nil {
			errs = append(errs, fmt.Errorf("refuse new links: %w", err))
		}
		if err := p.house.Drain(part(budget, 2)); err != nil {
			errs = append(errs, fmt.Errorf("drain actors: %w", err))
		}
		if err := p.server.Drain(part(budget, 2), e.cfg.Node.DrainJitter); err != nil {
			errs = append(errs, fmt.Errorf("drain links: %w", err))
		}
	}
	for _, name := range []string{"watch", "console", "transport", "front", "actors", "holds", "nlp", "scripts", "storage", "heat", "tokens", "admin", "sessions", "audit"} {
		if err := group.stop(budget, name); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", name, err))
		}
	}
	if err := p.tokens.Close(); err != nil {
		errs = append(errs, fmt.Errorf("close revoked tokens: %w", err))
	}
	e.log.Info("stopped", "err", errors.Join(errs...))
	return errors.Join(errs...)
}
