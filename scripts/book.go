package scripts

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Book is the loaded set of scripts and the figures they say.
type Book struct {
	// set before Run
	cfg     Config
	zone    *time.Location
	log     *slog.Logger
	met     *meters
	figures *figureCache
	bundle  bundle
	ready   chan struct{}

	running atomic.Bool
	set     atomic.Pointer[set]
	// unsaidAt is the second in which a reply that was not said was last logged.
	unsaidAt atomic.Int64
	held     bool // a change waits for the journal to take it; owned by watch

	looking sync.Mutex // held by the one who changes the directory, and by the watch while it looks; before mu

	mu     sync.Mutex        // held for a whole reload
	tried  digest            // contents of the last attempt, good or bad
	sums   map[string]digest // of each file of the last attempt that could be read
	status Status
}

// Status is how the book stands, for the console.
type Status struct {
	Digest  string    // of the running set's files, first 12 hex digits
	Loaded  time.Time // when the running set was loaded
	Scripts int
	Texts   int
	Refused string    // why the latest bundle was refused, "" when it runs
	Tried   time.Time // when a bundle was last tried
}

// New loads and checks the scripts of cfg. It returns a *BundleError when they are not all right: at the start there
// is no good set to stay with. It starts nothing.
func New(cfg Config, src Sources, log *slog.Logger, reg prometheus.Registerer) (*Book, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	met, err := newMeters(reg)
	if err != nil {
		return nil, fmt.Errorf("scripts: register metrics: %w", err)
	}
	cfg = cfg.withDefaults()
	zone, err := cfg.zone()
	if err != nil {
		return nil, err
	}
	b := &Book{
		cfg: cfg, zone: zone, log: log, met: met, figures: newFigureCache(src, met),
		bundle: bundle{limit: cfg.Limit, ages: cfg.MaxAge}, ready: make(chan struct{}),
	}
	if _, err := b.Reload(); err != nil {
		return nil, fmt.Errorf("scripts: load: %w", err)
	}
	return b, nil
}

// Check reads and checks the scripts of cfg without keeping them. It returns a *BundleError with every problem.
func Check(cfg Config) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	cfg = cfg.withDefaults()
	files, err := readDir(cfg.Dir)
	if err != nil {
		return err
	}
	_, err = bundle{limit: cfg.Limit, ages: cfg.MaxAge}.load(files)
	return err
}

// Run opens the cache of figures and, when there is a directory, watches it until ctx ends. It returns after its last
// goroutine. It returns ErrRunning when called twice.
func (b *Book) Run(ctx context.Context) error {
	if !b.running.CompareAndSwap(false, true) {
		return ErrRunning
	}
	if err := b.figures.open(b.cfg.CacheEntries); err != nil {
		return fmt.Errorf("scripts: open cache: %w", err)
	}
	defer b.figures.close()
	close(b.ready)
	if b.cfg.Dir == "" {
		<-ctx.Done()
		return nil
	}
	b.watch(ctx)
	return nil
}

// Ready closes when Run has opened the cache. Compose works before that too.
func (b *Book) Ready() <-chan struct{} { return b.ready }

// Status returns how the book stands.
func (b *Book) Status() Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.status
}

// watch looks at the directory and reloads it when it has changed and then looked the same twice, so that a file
// caught half written is not taken for a bad one.
func (b *Book) watch(ctx context.Context) {
	tick := time.NewTicker(b.cfg.Poll)
	defer tick.Stop()
	var pending digest
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if b.looking.TryLock() { // else somebody changes the directory, and takes it up
			pending = b.look(pending)
			b.looking.Unlock()
		}
	}
}

// look takes the directory up when it is as it was at the last look, and returns how it is.
func (b *Book) look(pending digest) digest {
	files, err := readDir(b.cfg.Dir)
	now := digestOf(files, err)
	if now == pending {
		b.takeUp(files, err)
	}
	return now
}

// Unwatched changes the directory while the watch does not look at it. Who calls has it taken up by Reload before he returns,
// so that it is not taken for a change of somebody else's.
func (b *Book) Unwatched(change func() error) error {
	b.looking.Lock()
	defer b.looking.Unlock()
	return change()
}

// Reload reads the directory and swaps the whole set if its contents changed since the last attempt and all of it is
// right; changed tells whether it did. Otherwise the running set stays and the error says why.
func (b *Book) Reload() (changed bool, err error) {
	files, err := readDir(b.cfg.Dir)
	return b.try(files, err)
}

// try swaps in what was read unless it is what was tried last.
func (b *Book) try(files []file, readErr error) (changed bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := digestOf(files, readErr)
	if now == b.tried && b.set.Load() != nil {
		return false, nil
	}
	b.tried, b.status.Tried = now, time.Now()
	if readErr == nil {
		b.sums = sumsOf(files)
	}
	next, err := (*set)(nil), readErr
	if err == nil {
		next, err = b.bundle.load(files)
	}
	if err != nil {
		if readErr != nil {
			b.met.unreadable.Inc()
		} else {
			b.met.refused.Inc()
		}
		b.status.Refused = err.Error()
		if b.set.Load() != nil {
			b.log.Error("scripts refused, the running set stays", "part", "scripts", "dir", b.cfg.Dir, "err", err)
		}
		return false, err
	}
	next.goOn(b.set.Load())
	next.version = versionOf(next)
	b.set.Store(next)
	b.met.reloaded.Inc()
	b.met.scripts.Set(float64(len(next.scripts)))
	b.met.texts.Set(float64(next.texts))
	b.status = Status{
		Digest: hex.EncodeToString(now[:6]), Loaded: b.status.Tried, Tried: b.status.Tried,
		Scripts: len(next.scripts), Texts: next.texts,
	}
	b.log.Info("scripts loaded", "part", "scripts", "scripts", len(next.scripts), "texts", next.texts, "digest", b.status.Digest)
	return true, nil
}
