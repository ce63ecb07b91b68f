package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"liveroom/engine/live"
)

// clock is a clock that a test sets.
type clock struct {
	mu  sync.Mutex
	at  time.Time
	age time.Duration
}

func newClock() *clock { return &clock{at: time.UnixMilli(1_800_000_000_000)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// pass lets time go by.
func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.age = c.at.Add(d), c.age+d
}

// set sets the clock, while no time goes by.
func (c *clock) set(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// rules makes a clock that of a store's retention too.
func (c *clock) rules(s *Store) *Store {
	s.calendar = newCalendar(c.now)
	s.calendar.age = func() time.Duration {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.age
	}
	s.calendar.ahead = s.calendar.lead()
	return s
}

// put commits records in a block of their own, in a store that the test drives.
func put(s *Store, records ...live.Record) (block uint64) {
	s.Submit(live.Entry{Records: records, Done: func(b uint64, _ error) { block = b }})
	s.flush(context.Background())
	return block
}

func TestSessionFramesResumeAfterWhatWasSeen(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	dir := s.cfg.Dir
	frame := func(i int) string { return string(closed(user(0), strconv.Itoa(i)).Frame) }
	for i := range 6 {
		must(t, s, closed(user(i%2), strconv.Itoa(i)))
	}
	quietly := closed(user(1), "6")
	quietly.Frame = nil // an outcome its sender is not told of
	other := closed(user(1), "7")
	other.Session = "elsewhere"
	must(t, s, quietly, other)
	for round := range 2 {
		for _, c := range []struct {
			after string
			want  []int
		}{
			{"", []int{0, 1, 2, 3, 4, 5}},
			{"3", []int{4, 5}},
			{"r-3", []int{4, 5}},
			{"5", nil},
			{"none", []int{0, 1, 2, 3, 4, 5}},
			{"宝宝", []int{0, 1, 2, 3, 4, 5}}, // in the text of each, the id of none
		} {
			var want []string
			for _, i := range c.want {
				want = append(want, frame(i))
			}
			if got := frames(t, s, "link", c.after, nil); !slices.Equal(got, want) {
				t.Errorf("round %d: after %q came %q, want %q", round, c.after, got, want)
			}
		}
		only := func(k live.UserKey) bool { return k == user(1) }
		if got := frames(t, s, "link", "r-1", only); !slices.Equal(got, []string{frame(3), frame(5)}) {
			t.Errorf("round %d: the frames of user 1 after r-1 are %q", round, got)
		}
		if got := frames(t, s, "nobody", "", nil); got != nil {
			t.Errorf("round %d: a session that was told nothing has %q", round, got)
		}
		stop()
		s, stop = start(t, Config{Dir: dir}, nil)
	}
}

// An ingest link speaks for many users, who may have chosen the same id: then rather a frame twice than never.
func TestSessionFramesTakeTheFirstOfTwo(t *testing.T) {
	s, _ := start(t, Config{}, nil)
	must(t, s, closed(user(1), "same"), closed(user(1), "b"), closed(user(2), "same"))
	if got := frames(t, s, "link", "same", nil); len(got) != 2 {
		t.Errorf("after an id that two users chose come %q", got)
	}
}

func TestSessionFramesAreBounded(t *testing.T) {
	at := newClock()
	s := drive(t, Config{SessionFrames: 10}, at.now)
	for i := range 40 {
		put(s, closed(user(1), strconv.Itoa(i)))
	}
	got := frames(t, s, "link", "", nil)
	if len(got) != 10 || got[9] != string(closed(user(1), "39").Frame) {
		t.Errorf("%d frames came, the last %q; want the latest 10", len(got), got[len(got)-1])
	}
	s.tend(context.Background())
	at.pass(3 * time.Minute)
	put(s, closed(user(1), "later"))
	at.pass(3 * time.Minute)
	if got := frames(t, s, "link", "", nil); len(got) != 1 {
		t.Errorf("%d frames came, want the one of the last 5 minutes", len(got))
	}
	s.tend(context.Background())
	if blocks := s.index.toldIn("link"); len(blocks) != 1 {
		t.Errorf("the index holds blocks %v of the session, want one", blocks)
	}
	at.pass(time.Hour)
	s.tend(context.Background())
	s.tend(context.Background())
	if n := len(s.index.sessions); n != 0 {
		t.Errorf("the index holds %d sessions, want none", n)
	}
}

func TestClosedFindsTheRecordInItsBlock(t *testing.T) {
	s, _ := start(t, Config{}, nil)
	must(t, s, accepted(user(1), "a"), accepted(user(2), "a"))
	block := must(t, s, closed(user(2), "a"), closed(user(1), "a"), closed(user(1), "b"))
	ask := func(block uint64, k live.UserKey, key live.EventKey) (rec live.Record, err error) {
		done := make(chan struct{})
		s.Closed(block, k, key, func(r live.Record, e error) { rec, err = r, e; close(done) })
		<-done
		return rec, err
	}
	want := closed(user(1), "b")
	if got, err := ask(block, user(1), want.Key); err != nil || string(got.Frame) != string(want.Frame) || got.Outcome != live.Replied {
		t.Errorf("closed b of user 1 is %+v, %v", got, err)
	}
	for name, ask := range map[string]func() (live.Record, error){
		"another block":   func() (live.Record, error) { return ask(block+1, user(1), want.Key) },
		"another user":    func() (live.Record, error) { return ask(block, user(2), want.Key) },
		"another type":    func() (live.Record, error) { return ask(block, user(1), live.EventKey{Type: live.Comment, ID: "b"}) },
		"accepted only":   func() (live.Record, error) { return ask(1, user(1), live.EventKey{Type: live.Message, ID: "a"}) },
		"no block at all": func() (live.Record, error) { return ask(0, user(1), want.Key) },
	} {
		if _, err := ask(); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", name, err)
		}
	}
}

func TestLoadSeesWhatWasSubmittedBefore(t *testing.T) {
	g := newGate()
	s, _ := start(t, Config{BeforeCommit: g.beforeCommit}, nil)
	s.Submit(live.Entry{Records: []live.Record{accepted(user(1), "a")}})
	if !s.Known(user(1)) {
		t.Error("a user is not known before the commit")
	}
	done := make(chan Loaded, 1)
	s.Load(user(1), func(l Loaded, err error) { done <- l })
	g.pass(nil)
	if got := <-done; len(got.Tail) != 1 {
		t.Errorf("loaded a tail of %d, want what was submitted before", len(got.Tail))
	}
}

func TestReadsAreBounded(t *testing.T) {
	g := newGate()
	s, _ := start(t, Config{ReadQueue: 3, BeforeCommit: g.beforeCommit}, nil)
	s.Submit(live.Entry{Records: []live.Record{accepted(user(1), "a")}})
	<-g.arrived
	results := make(chan error, 5)
	for range 5 {
		s.Load(user(1), func(_ Loaded, err error) { results <- err })
	}
	for range 2 {
		if err := <-results; !errors.Is(err, ErrBusy) {
			t.Errorf("a load too many ended with %v", err)
		}
	}
	g.open <- nil
	for range 3 {
		if err := <-results; err != nil {
			t.Errorf("an accepted load ended with %v", err)
		}
	}
}

func TestColdTailsAreFolded(t *testing.T) {
	at := newClock()
	ctx := context.Background()
	s := drive(t, Config{}, at.now)
	put(s, accepted(user(1), "a"), closed(user(1), "a"), accepted(user(3), "waits"))
	put(s, snapshot(user(2), "two"), accepted(user(2), "b"), closed(user(2), "b"))
	for range 3 {
		at.pass(5 * time.Minute)
		s.tend(ctx)
	}
	put(s, closed(user(4), "hot"))
	at.pass(time.Second)
	fold := func(want int) {
		t.Helper()
		for s.committer.ticks%surveyTicks != surveyTicks-1 {
			s.tend(ctx)
		}
		s.tend(ctx)
		if n := int(s.folding.Load()); n != want {
			t.Fatalf("%d tails are being folded, want %d", n, want)
		}
		for range want {
			s.saveFold(ctx, <-s.folds)
		}
	}
	check := func(s *Store, ids ...string) {
		t.Helper()
		one, two := load(t, s, user(1)), load(t, s, user(2))
		if one.State != nil || len(one.Tail) != 2*len(ids) || string(two.State) != "two" || len(two.Tail) != 2 {
			t.Fatalf("loaded %+v and %+v", one, two)
		}
		for i, id := range ids {
			if string(one.Tail[2*i].Event.ID) != id || string(one.Tail[2*i+1].Key.ID) != id {
				t.Errorf("the tail of user 1 is %+v", one.Tail)
			}
		}
	}
	check(s, "a")
	fold(2) // users 1 and 2: 3 waits for an outcome, 4 is hot
	check(s, "a")
	if tails, _ := s.index.size(); tails != 2 {
		t.Errorf("%d tails are left in the index, want those of 3 and 4", tails)
	}
	put(s, closed(user(3), "waits"), accepted(user(1), "c"), closed(user(1), "c"))
	check(s, "a", "c")
	for range 3 {
		at.pass(5 * time.Minute)
		s.tend(ctx)
	}
	fold(3) // user 1 a second time, on top of the first
	check(s, "a", "c")
	dir := s.cfg.Dir
	s.Close()
	s = drive(t, Config{Dir: dir}, at.now)
	check(s, "a", "c")
	put(s, snapshot(user(1), "one"))
	if got := load(t, s, user(1)); string(got.State) != "one" || len(got.Tail) != 0 {
		t.Errorf("after a snapshot user 1 is %+v", got)
	}
}

func TestASnapshotDuringAFoldWins(t *testing.T) {
	at := newClock()
	ctx := context.Background()
	s := drive(t, Config{}, at.now)
	put(s, accepted(user(1), "a"), closed(user(1), "a"))
	for range 3 {
		at.pass(5 * time.Minute)
		s.tend(ctx)
	}
	s.startFolds(at.now())
	f := <-s.folds
	put(s, snapshot(user(1), "one"))
	put(s, accepted(user(1), "b"))
	s.saveFold(ctx, f)
	if got := load(t, s, user(1)); string(got.State) != "one" || len(got.Tail) != 1 {
		t.Errorf("user 1 is %+v, want the snapshot and b", got)
	}
}

func TestOldBlocksAreDropped(t *testing.T) {
	at := newClock()
	ctx := context.Background()
	s := at.rules(drive(t, Config{Keep: time.Hour, KeepUsers: time.Hour}, at.now))
	order := func(id string, at int64) live.Record {
		return live.Record{Kind: live.RecordFact, Event: &live.Event{Type: live.OrderUpdate, ID: live.EventID(id), State: live.OrderPaid, At: at}}
	}
	for i := range 150 {
		put(s, accepted(user(1), strconv.Itoa(i)), closed(user(1), strconv.Itoa(i)))
	}
	put(s, order("old", at.now().UnixMilli()), stock("A", "", 5, 1))
	put(s, accepted(user(2), "needed"))
	put(s, snapshot(user(1), "s"))
	at.pass(2 * time.Hour)
	put(s, order("new", at.now().UnixMilli()))
	rounds := func() {
		for range 2 * surveyTicks {
			s.tend(ctx)
			for s.folding.Load() > 0 {
				s.saveFold(ctx, <-s.folds)
			}
			put(s, closed(user(9), "x"), snapshot(user(9), "x")) // the checkpoint goes with a commit
		}
	}
	rounds()
	blocks := func() (n int) {
		if err := s.readPool.QueryRow(`SELECT min(seq) FROM journal`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if first := blocks(); first != 152 {
		t.Errorf("the first block kept is %d, want 152, which a pending event needs", first)
	}
	put(s, closed(user(2), "needed"), snapshot(user(2), "s"))
	rounds()
	if first := blocks(); first != 154 {
		t.Errorf("the first block kept is %d, want 154, the first young one", first)
	}
	if st := s.Status(); st.Blocks != st.Block-154+1 {
		t.Errorf("status says %d blocks up to %d", st.Blocks, st.Block)
	}
	var facts []string
	if err := s.Facts(ctx, func(r live.Record) bool { facts = append(facts, string(r.Event.ID)+string(r.Event.SKU)); return true }); err != nil {
		t.Fatal(err)
	}
	if slices.Sort(facts); !slices.Equal(facts, []string{"A", "new"}) {
		t.Errorf("facts are %v, want the young order and the stock, however old", facts)
	}
}

// TestOrdersStayAsLongAsUsers keeps orders beyond the retention of events: who is a good customer must not change by it.
func TestOrdersStayAsLongAsUsers(t *testing.T) {
	for _, c := range []struct {
		users time.Duration
		pass  []time.Duration
		want  []int // orders left after each
	}{
		{users: 30 * day, pass: []time.Duration{29 * day, 2 * day}, want: []int{1, 0}},
		{users: 0, pass: []time.Duration{29 * day, 9 * 365 * day}, want: []int{1, 1}},
	} {
		at := newClock()
		s := at.rules(drive(t, Config{Keep: day, KeepUsers: c.users}, at.now))
		put(s, live.Record{Kind: live.RecordFact, Event: &live.Event{
			Type: live.OrderUpdate, ID: "o", Room: "room", User: "u", State: live.OrderPaid, AmountFen: 50000, At: at.now().UnixMilli(),
		}})
		for i, d := range c.pass {
			at.pass(d)
			for range 2 * surveyTicks {
				s.tend(context.Background())
				put(s, closed(user(9), "x"), snapshot(user(9), "x"))
			}
			left := 0
			if err := s.Facts(context.Background(), func(r live.Record) bool { left++; return true }); err != nil || left != c.want[i] {
				t.Errorf("keep_users %v, after %v more: %d orders (%v), want %d", c.users, d, left, err, c.want[i])
			}
		}
	}
}

func TestFactsKeepTheLatest(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	dir := s.cfg.Dir
	counts := func(viewers, sold, at int64) live.Record {
		return live.Record{Kind: live.RecordFact, Received: at, Event: &live.Event{Type: live.CountsUpdate, Room: "demo", Viewers: viewers, Sold: sold, At: at}}
	}
	must(t, s, stock("A", "w", 5, 10), stock("A", "w", 6, 20), stock("A", "w", 4, 5)) // the last is late
	must(t, s, stock("A", "", 7, 10), stock("Aw", "", 8, 10))
	must(t, s, stock("A", "", 9, 10)) // of two with the same time the one committed last
	must(t, s, counts(100, 3, 1), counts(200, live.Absent, 2))
	must(t, s, live.Record{Kind: live.RecordFact, Event: &live.Event{Type: live.Rate, ID: "r", Score: 5}}, accepted(user(1), "a"))
	stop()
	s, _ = start(t, Config{Dir: dir}, nil)
	var got []string
	err := s.Facts(context.Background(), func(r live.Record) bool {
		got = append(got, fmt.Sprintf("%s %s/%s=%d viewers=%d sold=%d at %d seen %d", r.Event.Type, r.Event.SKU, r.Event.Warehouse, r.Event.Available, r.Event.Viewers, r.Event.Sold, r.Event.At, r.Received))
		return true
	})
	slices.Sort(got)
	want := []string{
		"counts /=0 viewers=100 sold=3 at 1 seen 1", "counts /=0 viewers=200 sold=-1 at 2 seen 2",
		"stock A/=9 viewers=0 sold=0 at 10 seen 11", "stock A/w=6 viewers=0 sold=0 at 20 seen 21", "stock Aw/=8 viewers=0 sold=0 at 10 seen 11",
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("facts are %q (%v), want %q", got, err, want)
	}
	stopped := 0
	if err := s.Facts(context.Background(), func(live.Record) bool { stopped++; return false }); err != nil || stopped != 1 {
		t.Errorf("a yield that wants no more was called %d times (%v)", stopped, err)
	}
}
