package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
	"liveroom/engine/storage/seal"
)

// Store is the durable memory of one node. Its methods may be called from any goroutine, before Run too: what is queued
// then waits for Run.
type Store struct {
	// Set by Open.
	cfg       Config
	log       *slog.Logger
	metrics   *metrics
	now       func() time.Time
	calendar  *calendar
	lock      *os.File
	base      backend
	readPool  *sql.DB
	ring      *seal.Keyring
	erased    Erased
	stored    *bloom // of users by seal.ID, who had a row at the start
	known     *bloom // of users who have come since, and of those recovered from the journal
	index     *index
	pending   []live.Record
	wake      chan struct{} // something was queued
	crowd     chan struct{} // enough for a commit is queued
	quit      chan struct{} // closed by Close
	ready     chan struct{} // closed by Run
	done      chan struct{} // closed when everything is released
	reads     chan readJob  // never full: reading counts what may be in it
	folds     chan fold     // never full: folding counts what may be in it
	owners    chan owned    // never full: one batch is under way at a time
	chores    chan func(context.Context)
	backfills chan struct{}                  // the log is to be copied back
	busy      func() func(live.UserKey) bool // set by Spare

	reading     atomic.Int64  // reads waiting or under way
	folding     atomic.Int64  // folds under way
	first       atomic.Uint64 // the oldest block held
	saved       atomic.Uint64 // the checkpoint in the database
	quarantined atomic.Int64
	damaged     atomic.Bool            // a page of the database is
	bytes       atomic.Int64           // the room it takes, as last seen
	space       space                  // the room there is
	silent      atomic.Pointer[string] // why the database did not answer the latest look, nil when it did
	quitOnce,
	doneOnce sync.Once
	people    people
	erasing   sync.Mutex // held by the one who erases somebody
	documents sync.Mutex // held by the one who keeps a document

	mu         sync.Mutex // guards the fields below
	queue      []item
	depth      int   // entries queued or under way
	queueBytes int64 // bytes of them, about
	closed     bool
	running    bool
	lapsing    bool // users' rows are being deleted
	closeErr   error
	lastCommit time.Time // of the last success
	failure    error     // of the last commit, nil when it went well
	unsure     error     // why it is not known what became of a commit, nil when it is

	committer committer // owned by the goroutine of Run
}

// Status is how the store is doing.
type Status struct {
	LastCommit  time.Time // of the last successful commit, zero before the first
	Failing     bool      // the last commit failed
	Failure     string    // why, "" when it did not
	Queue       int       // entries waiting or under way
	QueueBytes  int64     // bytes they hold, about
	Reads       int       // reads waiting or under way
	Blocks      uint64    // journal blocks held, about
	Block       uint64    // the last block
	Checkpoint  uint64    // recovery would scan from here
	Tails       int       // users with records since their last snapshot
	Pending     int       // events accepted and not closed
	Quarantined int64     // blocks that did not open, each time counted
	Bytes       int64     // the database, as it was a few seconds ago
	DataKey     uint32    // the key that seals
	Free, Size  int64     // room left on the disk of the folder, and in all, as they were a second ago; -1 when that is not known
	Silent      string    // why the database did not answer when it was last looked at, every few seconds; "" when it did
}

// Open opens the store in cfg.Dir, making or migrating it as needed, and recovers: afterwards everything that was ever
// acknowledged can be read. It takes the folder for itself; ErrLocked tells that another process has it. reg may be nil.
// The store must be ended by Run's context or by Close.
func Open(ctx context.Context, cfg Config, log *slog.Logger, reg prometheus.Registerer) (*Store, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return open(ctx, cfg, log, reg, time.Now)
}

func open(ctx context.Context, cfg Config, log *slog.Logger, reg prometheus.Registerer, now func() time.Time) (*Store, error) {
	cfg = cfg.withDefaults()
	s := &Store{
		cfg: cfg, log: log.With("part", "storage"), now: now, calendar: newCalendar(now), index: newIndex(cfg.SessionFrames),
		wake: make(chan struct{}, 1), crowd: make(chan struct{}, 1), quit: make(chan struct{}),
		ready: make(chan struct{}), done: make(chan struct{}),
		reads: make(chan readJob, cfg.ReadQueue+foldBatch+1), folds: make(chan fold, foldBatch), owners: make(chan owned, 1),
		chores: make(chan func(context.Context)), backfills: make(chan struct{}, 1), known: newBloom(0),
	}
	err := s.openFiles(ctx)
	if isDamage(err) {
		err = s.salvage(ctx, err)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open store %s: %w", cfg.Dir, err), s.release())
	}
	s.space.look(cfg.Dir)
	m, err := newMetrics(reg, s)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("register storage metrics: %w", err), s.release())
	}
	s.metrics = m
	if err = s.recover(ctx); isDamage(err) {
		if err = s.salvage(ctx, err); err == nil {
			err = s.recover(ctx)
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("recover store %s: %w", cfg.Dir, err), s.release())
	}
	return s, nil
}

func (s *Store) openFiles(ctx context.Context) (err error) {
	if s.lock, err = lockDir(s.cfg.Dir); err != nil {
		return err
	}
	if s.base, err = backendOf(s.cfg); err != nil {
		return err
	}
	if b, ok := s.base.(*sqlite); ok {
		b.beside = true
		v, err := salvageAtStart(ctx, s.cfg.Dir)
		if err != nil {
			return err
		}
		s.salvaged(v)
	}
	return s.openDatabase(ctx)
}

// salvage puts a damaged database aside and opens what could be saved of it.
func (s *Store) salvage(ctx context.Context, cause error) error {
	if err := s.committer.writer.close(); err != nil {
		s.log.Warn("damaged database not closed in order", "err", err)
	}
	s.committer.writer = writer{}
	s.log.Error("the database file is damaged: what can be read is saved", "err", cause)
	v, err := salvageSQLite(ctx, s.cfg.Dir)
	if err != nil {
		return fmt.Errorf("%w; bring a backup back: %w", cause, err)
	}
	s.salvaged(v)
	s.index, s.known, s.pending = newIndex(s.cfg.SessionFrames), newBloom(0), nil // whatever was recovered of it so far
	return s.openDatabase(ctx)
}

// salvaged says what a salvage has come to, nil when there was none.
func (s *Store) salvaged(v *salvage) {
	if v == nil {
		return
	}
	s.quarantined.Add(int64(max(1, len(v.broken))))
	s.log.Error("quarantined", "what", "database file", "aside", v.aside, "saved", v.rows, "incomplete", v.broken)
}

func (s *Store) openDatabase(ctx context.Context) (err error) {
	w := &s.committer.writer
	w.base = s.base
	if w.pools, err = s.base.open(ctx, s.cfg.Readers+2); err != nil {
		return err
	}
	s.readPool = w.read
	if err := migrate(ctx, w.pools); err != nil {
		return err
	}
	if err := s.base.claim(ctx, w.pools); err != nil {
		return err
	}
	if err := s.openRing(ctx, w.write); err != nil {
		return err
	}
	if err := s.applyErasures(ctx); err != nil {
		return fmt.Errorf("erase whom %s names: %w", s.cfg.erasedPath(), err)
	}
	s.weigh(ctx)
	return nil
}

// weigh notes how much room the store takes, and so whether the database answers.
func (s *Store) weigh(ctx context.Context) {
	n, err := s.base.bytes(ctx)
	if err != nil {
		why := err.Error()
		s.silent.Store(&why)
		return
	}
	s.silent.Store(nil)
	s.bytes.Store(n)
}

// Run serves until ctx ends or Close is called, then makes durable what is queued, answers the reads under way and
// releases everything. It may be called once. It ends with ErrTaken when another process has taken the database over.
func (s *Store) Run(ctx context.Context) error {
	s.mu.Lock()
	if s.running || s.closed {
		s.mu.Unlock()
		return ErrRunning
	}
	s.running = true
	s.mu.Unlock()

	// Commits and reads under way are finished, not torn off: their context has the values of ctx but not its end.
	work := context.WithoutCancel(ctx)
	var readers sync.WaitGroup // and the one who copies the log back
	for range s.cfg.Readers {
		readers.Go(func() { s.serveReads(work) })
	}
	filling, stop := context.WithCancel(work)
	defer stop()
	if pool := s.committer.writer.backfill; pool != nil {
		readers.Go(func() { s.backfillUntil(filling, pool) })
	}
	close(s.ready)
	lost := s.commitUntil(ctx, work)
	stop()
	close(s.reads)
	readers.Wait()
	return errors.Join(lost, s.finish())
}

// Ready is closed once Run serves.
func (s *Store) Ready() <-chan struct{} { return s.ready }

// Close ends the store and waits until everything is released. With Run under way it has the effect of ending Run's
// context; without, whatever was queued is refused with ErrClosed.
func (s *Store) Close() error {
	s.quitOnce.Do(func() { close(s.quit) })
	s.mu.Lock()
	if s.running || s.closed {
		s.mu.Unlock()
		<-s.done
		return s.closeErr
	}
	s.closed = true
	left := s.queue
	s.queue = nil
	s.mu.Unlock()
	for i := range left {
		s.refuse(&left[i], ErrClosed, "closed")
	}
	for {
		select {
		case job := <-s.reads:
			s.reading.Add(-1)
			job.fail(ErrClosed)
		default:
			return s.finish()
		}
	}
}

// finish releases everything, once, and lets those who wait in Close go.
func (s *Store) finish() error {
	s.doneOnce.Do(func() {
		s.closeErr = s.release()
		close(s.done)
	})
	return s.closeErr
}

func (s *Store) release() error {
	var problems []error
	problems = append(problems, s.committer.writer.close())
	if s.lock != nil {
		problems = append(problems, s.lock.Close())
	}
	return errors.Join(problems...)
}

// Known tells whether a user may have a snapshot or records, submitted ones included; false is certain, so that a user
// who comes for the first time costs no read. About one stranger in a hundred is taken for known.
func (s *Store) Known(k live.UserKey) bool {
	if s.known.has(k) {
		return true
	}
	id := s.userID(k)
	return s.stored.hasHash(hashID(id[:]))
}

// Pending returns the events that were accepted and not closed when the store was opened, in the order of acceptance.
// The slice must not be changed.
func (s *Store) Pending() []live.Record { return s.pending }

// Status returns how the store is doing.
func (s *Store) Status() Status {
	st := Status{Reads: int(s.reading.Load()), Checkpoint: s.saved.Load()}
	s.mu.Lock()
	st.LastCommit, st.Failing, st.Queue, st.QueueBytes = s.lastCommit, s.failure != nil, s.depth, s.queueBytes
	if s.failure != nil {
		st.Failure = s.failure.Error()
	}
	s.mu.Unlock()
	st.Tails, st.Pending = s.index.size()
	s.index.mu.RLock()
	st.Block = s.index.last
	s.index.mu.RUnlock()
	if first := s.first.Load(); first > 0 && st.Block >= first {
		st.Blocks = st.Block - first + 1
	}
	st.Quarantined, st.DataKey = s.quarantined.Load(), s.ring.Current()
	st.Bytes = s.bytes.Load()
	st.Free, st.Size = s.space.free.Load(), s.space.all.Load()
	if why := s.silent.Load(); why != nil {
		st.Silent = *why
	}
	return st
}
