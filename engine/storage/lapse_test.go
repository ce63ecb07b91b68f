package storage

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"liveroom/engine/live"
	"liveroom/engine/storage/seal"
)

// rowOf tells whether a user has a row.
func rowOf(t *testing.T, s *Store, k live.UserKey) bool {
	t.Helper()
	id, n := s.userID(k), 0
	if err := s.readPool.QueryRow(`SELECT count(*) FROM user_state WHERE id = $1`, id[:]).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n > 0
}

// days has the store tend for some days, one look a day.
func days(s *Store, at *clock, n int) {
	for range n {
		at.pass(day)
		for range surveyTicks {
			s.tend(context.Background())
		}
		lapsed(s)
	}
}

// lapsed waits for the reader who looks whose old rows are, and has the store forget them.
func lapsed(s *Store) {
	if s.committer.lapse.looking {
		s.saveLapse(context.Background(), <-s.owners)
	}
}

func TestUsersNotSeenForLongAreForgotten(t *testing.T) {
	at := newClock()
	cfg := Config{Dir: t.TempDir(), Keep: 24 * time.Hour, KeepUsers: 10 * day}
	s := at.rules(drive(t, cfg, at.now))
	put(s, snapshot(user(1), "one"), snapshot(user(2), "two"), snapshot(user(3), "three"), snapshot(user(4), "four"))
	put(s, accepted(user(5), "unanswered")) // and a row under it
	put(s, snapshot(user(5), "five"))
	days(s, at, 5)
	put(s, snapshot(user(2), "two again"))
	s.Spare(func() func(live.UserKey) bool { return func(k live.UserKey) bool { return k == user(3) } })
	days(s, at, 5)
	for n := 1; n <= 5; n++ {
		if !rowOf(t, s, user(n)) {
			t.Errorf("user %d is gone after 10 days, before the day is over", n)
		}
	}
	days(s, at, 2)
	for n, want := range []bool{1: false, 2: true, 3: true, 4: false, 5: true} {
		if n > 0 && rowOf(t, s, user(n)) != want {
			t.Errorf("after 12 days user %d has a row: %v, want %v (2 came again, 3 is spared, 5 waits for an outcome)", n, !want, want)
		}
	}
	var counted dto.Metric
	if err := s.metrics.lapsed.Write(&counted); err != nil || counted.GetCounter().GetValue() != 2 {
		t.Errorf("%v users are counted (%v), want 2", counted.GetCounter().GetValue(), err)
	}
	if got := load(t, s, user(1)); got.State != nil || len(got.Tail) != 0 {
		t.Errorf("who was forgotten loads as %+v", got)
	}
	// The days outlast a restart; whoever comes back is somebody new.
	put(s, snapshot(user(1), "anew"), closed(user(5), "unanswered"), snapshot(user(5), "five"))
	s.Close()
	s = at.rules(drive(t, cfg, at.now))
	days(s, at, 6)
	for n, want := range []bool{1: true, 2: false, 3: false, 5: true} {
		if n > 0 && n != 4 && rowOf(t, s, user(n)) != want {
			t.Errorf("after the restart user %d has a row: %v, want %v", n, !want, want)
		}
	}
}

func TestATailAloneIsForgottenToo(t *testing.T) {
	at := newClock()
	s := at.rules(drive(t, Config{KeepUsers: 5 * day}, at.now))
	put(s, accepted(user(1), "a"), closed(user(1), "a"))
	for range 4 * surveyTicks {
		at.pass(time.Minute)
		s.tend(context.Background())
		for s.folding.Load() > 0 {
			s.saveFold(context.Background(), <-s.folds)
		}
	}
	if !rowOf(t, s, user(1)) {
		t.Fatal("the tail is not folded")
	}
	days(s, at, 8)
	if rowOf(t, s, user(1)) {
		t.Error("a row that holds a tail alone stays for ever")
	}
}

func TestUsersStayForEver(t *testing.T) {
	at := newClock()
	s := at.rules(drive(t, Config{}, at.now))
	put(s, snapshot(user(1), "one"))
	days(s, at, 60)
	if !rowOf(t, s, user(1)) {
		t.Error("with keep_users 0 a user is gone")
	}
	// A setting of later counts from the days that are known, and of those no more are kept than it asks for.
	s.cfg.KeepUsers = 30 * day
	days(s, at, 1)
	if rowOf(t, s, user(1)) || len(s.committer.lapse.days) > 33 {
		t.Errorf("with keep_users of 30 days the row stands: %v, and %d days are known", rowOf(t, s, user(1)), len(s.committer.lapse.days))
	}
	var n int
	if err := s.readPool.QueryRow(`SELECT count(*) FROM meta WHERE key LIKE 'day %'`).Scan(&n); err != nil || n != len(s.committer.lapse.days) {
		t.Errorf("%d days are stored (%v), %d are known", n, err, len(s.committer.lapse.days))
	}
}

func TestUsersAreForgottenAFewAtATime(t *testing.T) {
	at := newClock()
	s := at.rules(drive(t, Config{KeepUsers: 2 * day}, at.now))
	const users = 3*lapseBatch - 10
	var all []live.Record
	for n := range users {
		all = append(all, snapshot(user(n), "s"))
	}
	put(s, all...)
	days(s, at, 2)
	count := func() (n int) {
		if err := s.readPool.QueryRow(`SELECT count(*) FROM user_state`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	at.pass(2 * day)
	for step := 1; step <= 3; step++ {
		before := count()
		for range surveyTicks {
			s.tend(context.Background())
		}
		lapsed(s)
		if gone := before - count(); gone == 0 || gone > lapseBatch {
			t.Errorf("step %d has forgotten %d of %d users, want at most %d", step, gone, before, lapseBatch)
		}
	}
	if n := count(); n != 0 {
		t.Errorf("%d users are left", n)
	}
}

// Who comes while rows are being deleted is read afterwards.
func TestALoadWaitsForTheForgetting(t *testing.T) {
	at := newClock()
	s := at.rules(drive(t, Config{KeepUsers: 2 * day}, at.now))
	put(s, snapshot(user(1), "one"))
	days(s, at, 2)
	loaded := make(chan Loaded, 1)
	asked := false
	s.Spare(func() func(live.UserKey) bool {
		return func(k live.UserKey) bool {
			if !asked {
				asked = true
				s.Load(k, func(l Loaded, err error) { loaded <- l })
			}
			return false
		}
	})
	days(s, at, 2)
	if !asked {
		t.Fatal("nobody was looked at")
	}
	s.flush(context.Background())
	if l := <-loaded; l.State != nil {
		t.Errorf("a load during the deletion brought %q, which is not stored any more", l.State)
	}
}

// A clock that was set says nothing of who was seen when.
func TestAClockThatWasSetForgetsNobody(t *testing.T) {
	at := newClock()
	s := at.rules(drive(t, Config{KeepUsers: 3 * day}, at.now))
	put(s, snapshot(user(1), "one"))
	days(s, at, 1)
	at.set(400 * day)
	for range 3 * surveyTicks {
		s.tend(context.Background())
		lapsed(s)
	}
	if !rowOf(t, s, user(1)) {
		t.Error("setting the clock has cost a user's row")
	}
}

func TestKeepUsersIsChecked(t *testing.T) {
	for _, d := range []time.Duration{-1, time.Hour, maxKeepUsers + 1} {
		cfg := Default()
		cfg.Dir, cfg.KeepUsers = "x", d
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "keep_users") {
			t.Errorf("%v: %v", d, err)
		}
	}
	if d := Default().KeepUsers; fmt.Sprint(d) != "8760h0m0s" {
		t.Errorf("the default is %v", d)
	}
}

// hanging is a key service that answers nobody while it hangs, until its time is over.
type hanging struct {
	seal.KeyService
	hangs atomic.Bool
	asked atomic.Int64
	over  chan struct{}
}

func (h *hanging) Unwrap(ctx context.Context, master string, wrapped, label []byte) ([]byte, error) {
	if h.hangs.Load() {
		h.asked.Add(1)
		<-h.over
		return nil, seal.ErrAway
	}
	return h.KeyService.Unwrap(ctx, master, wrapped, label)
}

// A key service that hangs holds up the forgetting, and neither commits nor loads; it is asked once and then left in peace.
func TestNoCommitWaitsForAKeyServiceThatHangs(t *testing.T) {
	at := newClock()
	service := &hanging{KeyService: testKeys, over: make(chan struct{})}
	cfg := Config{Dir: t.TempDir(), Keys: service, KeepUsers: 2 * day}
	s := at.rules(drive(t, cfg, at.now))
	for n := range 4 { // each under a key of its own
		put(s, snapshot(user(n), "s"))
		if _, err := s.RotateKey(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	put(s, snapshot(user(9), "later"))
	days(s, at, 1)
	put(s, snapshot(user(9), "later still")) // and the checkpoint
	s.Close()
	at.pass(time.Hour) // so that recovery has no need of the earlier keys
	s = at.rules(drive(t, cfg, at.now))
	days(s, at, 2)
	service.hangs.Store(true)
	at.pass(day)
	for range surveyTicks {
		s.tend(t.Context()) // a committer that asks would be held up here
	}
	if !s.committer.lapse.looking || s.lapsing {
		t.Fatalf("looking: %v, loads are held: %v; want a reader to look, and no load to wait", s.committer.lapse.looking, s.lapsing)
	}
	put(s, snapshot(user(8), "meanwhile"))
	close(service.over)
	lapsed(s)
	for range 3 * surveyTicks {
		s.tend(t.Context())
		lapsed(s)
	}
	if n := service.asked.Load(); n != 1 {
		t.Errorf("it was asked %d times, want once and then a rest", n)
	}
	for n := range 4 {
		if !rowOf(t, s, user(n)) {
			t.Errorf("user %d is forgotten, whose row could not be told", n)
		}
	}
	service.hangs.Store(false)
	days(s, at, 3)
	for n := range 4 {
		if rowOf(t, s, user(n)) {
			t.Errorf("user %d stays when the service is back", n)
		}
	}
	if s.Status().Quarantined != 0 {
		t.Errorf("%d rows are taken for damaged", s.Status().Quarantined)
	}
}

// Who came between the look and the deletion stays.
func TestWhoComesWhileHisRowIsReadIsKept(t *testing.T) {
	at := newClock()
	s := at.rules(drive(t, Config{KeepUsers: 2 * day}, at.now))
	put(s, snapshot(user(1), "one"), snapshot(user(2), "two"), snapshot(user(3), "three"))
	days(s, at, 3)
	at.pass(day)
	for range surveyTicks {
		s.tend(t.Context())
	}
	found := <-s.owners
	if len(found.rows) != 3 {
		t.Fatalf("%d rows are old, want 3", len(found.rows))
	}
	put(s, snapshot(user(1), "again"))
	put(s, accepted(user(2), "a"))
	s.saveLapse(t.Context(), found)
	for n, want := range map[int]bool{1: true, 2: true, 3: false} {
		if rowOf(t, s, user(n)) != want {
			t.Errorf("user %d has a row: %v, want %v", n, !want, want)
		}
	}
}
