package actors

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"liveroom/engine/live"
)

// handled waits until user u has handled all that is in his mailbox.
func (s *stand) handled(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	if _, err := s.Describe(ctx, live.UserKey{Room: "room", User: "u"}); err != nil {
		t.Fatal(err)
	}
}

// newReturning returns a stand that has just started, with storage knowing user u and all loads held.
func newReturning(t *testing.T, change func(*Config, *Parts)) *stand {
	t.Helper()
	s := newStand(t, change)
	s.say(t, live.Message, "u", "m0", "stock")
	s.links.waitFor(reply("m0", "stock about -", "stock"))
	s.drained(t)
	s.end()
	s.journal.holdLoads()
	s.open(t, change)
	return s
}

// TestWhatWaitsForARestoreIsBounded: a slow disk makes nobody keep more than he may have pending.
func TestWhatWaitsForARestoreIsBounded(t *testing.T) {
	s := newReturning(t, func(c *Config, _ *Parts) { c.MaxPending = 2 })
	for i := 1; i <= 4; i++ {
		s.say(t, live.Message, "u", fmt.Sprint("m", i), "stock")
	}
	s.handled(t)
	for i, want := range []int{0, 0, 1, 1} {
		if n := s.links.count(fmt.Sprint("error overloaded m", i+1)); n != want {
			t.Errorf("m%d was refused %d times while the user was read, want %d", i+1, n, want)
		}
	}
	if n := s.InFlight(); n != 2 {
		t.Errorf("%d in flight while the user is read, want 2", n)
	}
	s.journal.letLoad()
	s.links.waitFor(reply("m1", "stock about -", "stock"))
	s.links.waitFor(reply("m2", "stock about -", "stock"))
	s.drained(t)
}

// TestAFailedRestoreRefusesWhatWaitedForIt: nobody is left waiting for a user who cannot be read.
func TestAFailedRestoreRefusesWhatWaitedForIt(t *testing.T) {
	s := newReturning(t, nil)
	s.journal.failLoads(errors.New("block is damaged"))
	for i := 1; i <= 2; i++ {
		s.say(t, live.Message, "u", fmt.Sprint("m", i), "stock")
	}
	s.handled(t)
	if n := s.journal.loading(); n != 1 {
		t.Fatalf("%d loads are under way, want 1", n)
	}
	s.journal.letLoad()
	s.handled(t)
	for i := 1; i <= 2; i++ {
		if n := s.links.count(fmt.Sprint("error storage m", i)); n != 1 {
			t.Fatalf("m%d was refused %d times after the user could not be read, want once", i, n)
		}
	}
	if n := s.InFlight(); n != 0 {
		t.Errorf("%d in flight after all were refused", n)
	}
	if n := s.counted("restore_failures_total"); n < 1 {
		t.Error("the failed restore is not counted")
	}
	if d := s.DeadLetters(); len(d) != 2 || d[0].Reason != LetterStorage || d[1].Reason != LetterStorage {
		t.Errorf("the dead letters are %+v, want m1 and m2 for storage", d)
	}
	s.journal.failLoads(nil)
	s.until(t, func() bool { return s.Deliver(message("again"), "link-u", time.Now()) == live.OK && s.answers("again") })
	s.drained(t)
}

// TestRepetitionDuringAReloadTakesNoPlace: what was acknowledged and hit by a failed commit comes again before the user
// has been read back. It is one message, answered once, to the link it came from last.
func TestRepetitionDuringAReloadTakesNoPlace(t *testing.T) {
	s := newStand(t, nil)
	s.reader.hold()
	s.say(t, live.Message, "u", "m1", "stock")
	s.links.waitFor("ack m1")
	s.journal.holdLoads()
	s.journal.fail(errors.New("disk full"))
	s.reader.letGo() // the reply cannot be committed
	s.until(t, func() bool { return s.journal.loading() > 0 })
	if c := s.Deliver(message("m1"), "link-new", time.Now()); c != live.OK {
		t.Fatal(c)
	}
	s.handled(t)
	if n := s.InFlight(); n != 1 {
		t.Fatalf("%d in flight with one message that came twice, want 1", n)
	}
	s.journal.fail(nil)
	s.journal.letLoad()
	want := reply("m1", "stock about -", "stock")
	s.links.waitFor(want)
	if to := s.links.sessionOf(want); to != "link-new" {
		t.Errorf("the answer went to %q, want the link of the repetition", to)
	}
	s.drained(t)
	if n := s.links.count(want); n != 1 {
		t.Errorf("answered %d times, want once", n)
	}
}

// TestReadingForAnEarlierIncarnationIsDiscarded: a message is read again after a reload, under the same place in line, and
// then the first reading comes after all, saying something else.
func TestReadingForAnEarlierIncarnationIsDiscarded(t *testing.T) {
	s := newStand(t, nil)
	var read atomic.Int32
	s.reader.intent = func(text string) live.Reading {
		if read.Add(1) == 1 {
			return readingOf("price")
		}
		return readingOf(text)
	}
	s.reader.hold()
	s.say(t, live.Message, "u", "m1", "stock")
	s.links.waitFor("ack m1")
	s.journal.fail(errors.New("disk full"))
	s.say(t, live.Message, "u", "m2", "stock")
	s.links.waitFor("error storage m2")
	s.journal.fail(nil)
	s.reader.await(3) // m1, m2, and m1 once more
	s.reader.letFirst()
	s.handled(t)
	if n := s.counted("late_readings_total"); n != 1 {
		t.Fatalf("%v late readings are counted, want 1", n)
	}
	s.reader.letGo()
	s.links.waitFor(reply("m1", "stock about -", "stock"))
	s.drained(t)
	if n := s.links.count(reply("m1", "price about -", "price")); n != 0 {
		t.Error("m1 was answered by a reading from before the reload")
	}
	if n := s.counted("late_readings_total"); n != 2 {
		t.Errorf("%v late readings are counted, want that of m2 too", n)
	}
}

// TestRepetitionOfWhatIsUnderWayIsNotRefused: what was acknowledged comes again while its outcome is on its way into the
// journal and another commit has failed. The outcome is lost too, and storage is away when that is known: the repetition
// must not be refused, for the message is answered once storage is back.
func TestRepetitionOfWhatIsUnderWayIsNotRefused(t *testing.T) {
	var passed atomic.Int64
	begin := time.Now()
	s := newStand(t, nil)
	s.end()
	s.clock = func() time.Time { return begin.Add(time.Duration(passed.Load())) }
	s.open(t, func(c *Config, _ *Parts) { c.SweepEvery, c.WorthFor = time.Hour, 24*time.Hour }) // ticks come from here alone
	key := live.UserKey{Room: "room", User: "u"}
	tell := func(m any) {
		s.users.tell(key, m, s.clock().UnixMilli())
		s.handled(t)
	}
	s.reader.hold()
	s.say(t, live.Message, "u", "m1", "stock")
	s.links.waitFor("ack m1")
	s.journal.gather(1000)
	s.reader.letGo()
	s.until(t, func() bool { s.handled(t); return s.journal.waiting() > 0 }) // the outcome, uncommitted
	tell(&commitFailed{incarnation: s.incarnations.Load(), err: errors.New("disk full")})
	if c := s.Deliver(message("m1"), "link-new", s.clock()); c != live.OK {
		t.Fatal(c)
	}
	s.handled(t)
	s.journal.gather(0) // the outcome fails, for it was decided before the failure; then the user knows what is lost
	s.until(t, func() bool { s.handled(t); return s.InFlight() == 1 })
	if n := s.links.count("error storage m1"); n != 0 {
		t.Fatal("m1 was refused, though it was acknowledged and is still to be answered")
	}
	passed.Store(int64(2 * time.Hour))
	want := reply("m1", "stock about -", "stock")
	s.until(t, func() bool { tell(&tick{}); return s.links.count(want) > 0 })
	s.until(t, func() bool { return s.InFlight() == 0 })
	if n := s.links.count(want); n != 1 || s.links.count("error storage m1") != 0 {
		t.Errorf("m1 was answered %d times and refused %d times, want one answer", n, s.links.count("error storage m1"))
	}
	if to := s.links.sessionOf(want); to != "link-new" {
		t.Errorf("the answer went to %q, want the link of the repetition", to)
	}
}
