package storage

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"liveroom/engine/live"
)

// gate is a BeforeCommit that a test can hold closed, make fail, and watch.
type gate struct {
	arrived chan struct{} // a commit has come to the gate
	open    chan error    // lets one commit through, with an error or without
}

func newGate() *gate { return &gate{arrived: make(chan struct{}), open: make(chan error)} }

func (g *gate) beforeCommit() error {
	g.arrived <- struct{}{}
	return <-g.open
}

// pass waits for a commit and lets it through.
func (g *gate) pass(err error) {
	<-g.arrived
	g.open <- err
}

// ends collects how entries ended, in the order of their Done calls.
type ends struct {
	mu    sync.Mutex
	names []string
	errs  map[string]error
	calls map[string]int
	wait  sync.WaitGroup
}

func newEnds() *ends { return &ends{errs: map[string]error{}, calls: map[string]int{}} }

func (e *ends) entry(name string, lease *live.Lease, records ...live.Record) live.Entry {
	e.wait.Add(1)
	return live.Entry{Records: records, Lease: lease, Done: func(_ uint64, err error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.names = append(e.names, name)
		e.errs[name] = err
		if e.calls[name]++; e.calls[name] == 1 {
			e.wait.Done()
		}
	}}
}

var errDisk = errors.New("the disk says no")

func TestDoneIsCalledInTheOrderOfSubmission(t *testing.T) {
	s, _ := start(t, Config{MaxGroup: 7}, nil)
	var got []int
	done := make(chan struct{})
	const entries = 500
	for i := range entries {
		s.Submit(live.Entry{Records: []live.Record{accepted(user(i%9), strconv.Itoa(i))}, Done: func(block uint64, err error) {
			if block == 0 || err != nil {
				t.Errorf("entry %d: block %d, %v", i, block, err)
			}
			if got = append(got, i); len(got) == entries {
				close(done)
			}
		}})
	}
	<-done
	if !slices.IsSorted(got) {
		t.Errorf("done in the order %v", got)
	}
}

// TestEnoughIsCommittedAtOnce: who is many waits for no clock. Were it otherwise, the test would hang.
func TestEnoughIsCommittedAtOnce(t *testing.T) {
	s, _ := start(t, Config{CommitAt: 5}, nil)
	s.cfg.CommitEvery = time.Hour // more than a configuration may say
	must(t, s, accepted(user(1), "first"))
	for group := range 3 {
		e := newEnds()
		for i := range 5 {
			name := strconv.Itoa(5*group + i)
			s.Submit(e.entry(name, nil, accepted(user(1), name)))
		}
		e.wait.Wait()
	}
}

func TestOneCommitHoldsWhatGathered(t *testing.T) {
	g := newGate()
	s, _ := start(t, Config{BeforeCommit: g.beforeCommit}, nil)
	e := newEnds()
	s.Submit(e.entry("first", nil, accepted(user(1), "a")))
	<-g.arrived
	var blocks sync.Map
	for i := range 50 { // they gather while the first is being written
		s.Submit(live.Entry{Records: []live.Record{accepted(user(i), "b")}, Done: func(block uint64, err error) { blocks.Store(block, err) }})
	}
	s.Submit(e.entry("last", nil, accepted(user(1), "c")))
	g.open <- nil
	g.pass(nil)
	e.wait.Wait()
	if _, ok := blocks.Load(uint64(2)); !ok || s.Status().Block != 2 {
		t.Errorf("51 entries took blocks up to %d, want one block, 2", s.Status().Block)
	}
}

func TestALargeGroupTakesSeveralBlocksInOrder(t *testing.T) {
	g := newGate()
	s, _ := start(t, Config{BeforeCommit: g.beforeCommit}, nil)
	s.Submit(live.Entry{})
	must0 := make(chan uint64, 300)
	big := closed(user(1), "x")
	big.Frame = make([]byte, 1000)
	for range 300 {
		s.Submit(live.Entry{Records: []live.Record{big}, Done: func(block uint64, _ error) { must0 <- block }})
	}
	go func() {
		for range g.arrived {
			g.open <- nil
		}
	}()
	defer close(g.arrived)
	var blocks []uint64
	for range 300 {
		blocks = append(blocks, <-must0)
	}
	if !slices.IsSorted(blocks) || blocks[299] < 4 {
		t.Errorf("300 kB lie in blocks %v", slices.Compact(blocks))
	}
}

func TestAFailedCommitFailsTheGroupAndItsLeases(t *testing.T) {
	g := newGate()
	s, stop := start(t, Config{BeforeCommit: g.beforeCommit}, nil)
	var lease, other live.Lease
	e := newEnds()
	s.Submit(e.entry("a1", &lease, accepted(user(1), "a1")))
	<-g.arrived
	s.Submit(e.entry("a2", &lease, closed(user(1), "a1"))) // queued before the failure is known
	s.Submit(e.entry("b1", &other, accepted(user(2), "b1")))
	g.open <- errDisk
	g.pass(nil)
	e.wait.Wait()
	if err := e.errs["a1"]; !errors.Is(err, ErrCommit) || !errors.Is(err, errDisk) {
		t.Errorf("the failed group ended with %v", err)
	}
	if err := e.errs["a2"]; !errors.Is(err, ErrLease) {
		t.Errorf("what was queued under the broken lease ended with %v", err)
	}
	if err := e.errs["b1"]; err != nil || other.Broken() || !lease.Broken() {
		t.Errorf("the bystander ended with %v; broken: %v, %v", err, other.Broken(), lease.Broken())
	}
	if got := load(t, s, user(1)); len(got.Tail) != 0 {
		t.Errorf("the index holds what was not committed: %+v", got.Tail)
	}
	if st := s.Status(); st.Failing || st.Block != 1 || st.Tails != 1 || st.Pending != 1 {
		t.Errorf("status is %+v", st)
	}
	dir := s.cfg.Dir
	go func() { // a commit may or may not come at the end
		for range g.arrived {
			g.open <- nil
		}
	}()
	stop()
	close(g.arrived)
	s, _ = start(t, Config{Dir: dir}, nil)
	if p := s.Pending(); len(p) != 1 || p[0].Event.ID != "b1" {
		t.Errorf("after a restart %+v is pending, want b1 alone", p)
	}
}

func TestStatusSaysThatCommitsFailAndAProbeFindsThemHealed(t *testing.T) {
	var failing atomic.Bool
	s := drive(t, Config{BeforeCommit: func() error {
		if failing.Load() {
			return errDisk
		}
		return nil
	}}, time.Now)
	failing.Store(true)
	e := newEnds()
	s.Submit(e.entry("x", nil, accepted(user(1), "x")))
	s.flush(context.Background())
	s.tend(context.Background())
	if st := s.Status(); !st.Failing || st.Failure != errDisk.Error() || !st.LastCommit.IsZero() {
		t.Errorf("status while failing is %+v", st)
	}
	failing.Store(false)
	s.tend(context.Background()) // nothing was submitted
	if st := s.Status(); st.Failing || st.Failure != "" || st.LastCommit.IsZero() {
		t.Errorf("status after healing is %+v", st)
	}
}

// A real full disk, as SQLite sees it: no page more may be had.
func TestAFullDiskHealsByItself(t *testing.T) {
	sqliteOnly(t)
	var s *Store
	limit := make(chan int, 1)
	cfg := Config{BeforeCommit: func() error {
		select {
		case pages := <-limit:
			if w := &s.committer.writer; w.conn != nil {
				_, err := w.conn.ExecContext(context.Background(), fmt.Sprintf("PRAGMA max_page_count = %d", pages))
				return err
			}
		default:
		}
		return nil
	}}
	s, _ = start(t, cfg, nil)
	must(t, s, accepted(user(1), "before"))
	limit <- 1 // SQLite takes it as: no more than there are
	big := closed(user(1), "before")
	big.Frame = make([]byte, 1<<20)
	lost := 0
	for range 3 {
		var lease live.Lease
		if got := submit(s, &lease, big); got.err != nil {
			if lost++; !errors.Is(got.err, ErrCommit) || !lease.Broken() || got.block != 0 {
				t.Errorf("on a full disk: %+v, lease broken %v", got, lease.Broken())
			}
		}
	}
	if lost != 3 || !s.Status().Failing {
		t.Fatalf("%d of 3 entries were refused by a full disk; failing %v", lost, s.Status().Failing)
	}
	limit <- 1 << 30
	block := must(t, s, big)
	if got := load(t, s, user(1)); len(got.Tail) != 2 || block != 2 || s.Status().Failing {
		t.Errorf("after the disk has room: block %d, tail of %d, failing %v", block, len(got.Tail), s.Status().Failing)
	}
}

func TestABrokenConnectionIsReplaced(t *testing.T) {
	s, _ := start(t, Config{}, nil)
	must(t, s, accepted(user(1), "a"))
	s.cfg.BeforeCommit = nil
	done := make(chan ended, 1)
	s.Submit(live.Entry{Done: func(uint64, error) { s.committer.writer.conn.Close(); done <- ended{} }})
	<-done
	if got := submit(s, nil, accepted(user(1), "b")); got.err == nil {
		t.Error("a commit on a closed connection went well")
	}
	must(t, s, accepted(user(1), "c"))
}

func TestAFullQueueRefusesAtOnce(t *testing.T) {
	g := newGate()
	s, _ := start(t, Config{QueueLimit: 4, MaxGroup: 4, BeforeCommit: g.beforeCommit}, nil)
	e := newEnds()
	for i := range 4 {
		s.Submit(e.entry(strconv.Itoa(i), nil, accepted(user(i), "x")))
	}
	var lease live.Lease
	s.Submit(e.entry("fifth", &lease, accepted(user(9), "x")))
	e.mu.Lock()
	err := e.errs["fifth"]
	e.mu.Unlock()
	if !errors.Is(err, ErrFull) || !lease.Broken() {
		t.Errorf("the fifth of four ended with %v, lease broken %v", err, lease.Broken())
	}
	go func() {
		for range g.arrived {
			g.open <- nil
		}
	}()
	defer close(g.arrived)
	e.wait.Wait()
	for s.Status().Queue > 0 { // a group leaves the queue once all of it has been told
		runtime.Gosched()
	}
	must(t, s, accepted(user(9), "y"))
	if st := s.Status(); st.Queue < 0 || st.Queue > 1 || st.QueueBytes < 0 {
		t.Errorf("status is %+v", st)
	}
}

func TestTheQueueIsBoundedInBytes(t *testing.T) {
	g := newGate()
	s, _ := start(t, Config{QueueBytes: 1 << 20, BeforeCommit: g.beforeCommit}, nil)
	e := newEnds()
	huge := closed(user(1), "x")
	huge.Frame = make([]byte, 2<<20)
	s.Submit(e.entry("alone", nil, huge)) // larger than the bound, but there is nothing to wait for
	s.Submit(e.entry("second", nil, accepted(user(2), "y")))
	g.pass(nil)
	e.wait.Wait()
	if e.errs["alone"] != nil || !errors.Is(e.errs["second"], ErrFull) {
		t.Errorf("ended with %v", e.errs)
	}
}

// Whatever happens, Done is called once: with commits failing now and then, a small queue, leases breaking, and Close in
// the middle of it all. What was told to be durable is there afterwards, and nothing else is.
func TestDoneIsCalledOnceWhateverHappens(t *testing.T) {
	var commits atomic.Int64
	dir := t.TempDir()
	s, stop := start(t, Config{Dir: dir, QueueLimit: 64, MaxGroup: 8, BeforeCommit: func() error {
		if commits.Add(1)%5 == 0 {
			return errDisk
		}
		return nil
	}}, nil)
	const users, each = 6, 300
	type entry struct {
		calls   atomic.Int64
		durable atomic.Bool
	}
	var all [users][each]entry
	var submitters sync.WaitGroup
	half := make(chan struct{})
	for u := range users {
		submitters.Go(func() {
			lease := new(live.Lease)
			for i := range each {
				if lease.Broken() {
					lease = new(live.Lease) // the next incarnation
				}
				s.Submit(live.Entry{Records: []live.Record{accepted(user(u), strconv.Itoa(i))}, Lease: lease, Done: func(block uint64, err error) {
					all[u][i].calls.Add(1)
					all[u][i].durable.Store(err == nil && block > 0)
				}})
				if u == 0 && i == each/2 {
					close(half)
				}
			}
		})
	}
	<-half
	stop()
	submitters.Wait()
	s, _ = start(t, Config{Dir: dir}, nil)
	for u := range users {
		held := map[string]bool{}
		for _, r := range load(t, s, user(u)).Tail {
			held[string(r.Event.ID)] = true
		}
		for i := range each {
			e := &all[u][i]
			if n := e.calls.Load(); n != 1 {
				t.Fatalf("Done of %d of user %d was called %d times", i, u, n)
			}
			if e.durable.Load() != held[strconv.Itoa(i)] {
				t.Fatalf("entry %d of user %d: told durable %v, held %v", i, u, e.durable.Load(), held[strconv.Itoa(i)])
			}
		}
	}
}

func TestCloseCommitsWhatIsQueued(t *testing.T) {
	g := newGate()
	dir := t.TempDir()
	s, stop := start(t, Config{Dir: dir, BeforeCommit: g.beforeCommit}, nil)
	e := newEnds()
	s.Submit(e.entry("under way", nil, accepted(user(1), "a")))
	<-g.arrived
	s.Submit(e.entry("queued", nil, accepted(user(1), "b")))
	loaded := make(chan Loaded, 1)
	s.Load(user(1), func(l Loaded, err error) {
		if err != nil {
			t.Errorf("load during close: %v", err)
		}
		loaded <- l
	})
	closing := make(chan struct{})
	go func() { defer close(closing); stop() }()
	g.open <- nil
	g.pass(nil)
	<-closing
	e.wait.Wait()
	if e.errs["under way"] != nil || e.errs["queued"] != nil {
		t.Errorf("ended with %v", e.errs)
	}
	if l := <-loaded; len(l.Tail) != 2 {
		t.Errorf("the load under way saw a tail of %d, want 2", len(l.Tail))
	}
	var lease live.Lease
	if got := submit(s, &lease, accepted(user(1), "c")); !errors.Is(got.err, ErrClosed) || !lease.Broken() {
		t.Errorf("a submission after the end ended with %v", got.err)
	}
	s.Load(user(1), func(_ Loaded, err error) {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("a load after the end ended with %v", err)
		}
	})
	if err := s.Run(context.Background()); !errors.Is(err, ErrRunning) {
		t.Errorf("a second Run ended with %v", err)
	}
}

func TestCloseWithoutRunRefusesWhatIsQueued(t *testing.T) {
	s, err := Open(context.Background(), on(Config{Dir: t.TempDir(), Keys: testKeys}), quiet, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := newEnds()
	s.Submit(e.entry("x", nil, accepted(user(1), "x")))
	reads := 0
	count := func(err error) {
		if reads++; !errors.Is(err, ErrClosed) {
			t.Errorf("a read ended with %v", err)
		}
	}
	s.Load(user(1), func(_ Loaded, err error) { count(err) })
	s.Closed(1, user(1), live.EventKey{}, func(_ live.Record, err error) { count(err) })
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	if !errors.Is(e.errs["x"], ErrClosed) || reads != 2 {
		t.Errorf("the entry ended with %v, %d of 2 reads ended", e.errs["x"], reads)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	s, err := Open(context.Background(), on(Config{Dir: t.TempDir(), Keys: testKeys}), quiet, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() { result <- s.Run(ctx) }()
	<-s.Ready()
	must(t, s, accepted(user(1), "x"))
	cancel()
	if err := <-result; err != nil {
		t.Errorf("run: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("close after run: %v", err)
	}
}
