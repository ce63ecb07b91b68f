package storage

import (
	"context"
	"strconv"
	"testing"
	"time"
)

// TestASteppedClockForgetsNothing sets the clock a month ahead and back: what is kept for a month is there afterwards. A
// clock that stays where it was set is believed after a day.
func TestASteppedClockForgetsNothing(t *testing.T) {
	at, ctx := newClock(), context.Background()
	s := at.rules(drive(t, Config{}, at.now))
	for i := range 20 {
		put(s, closed(user(1), strconv.Itoa(i)), snapshot(user(1), "s"))
	}
	tend := func() (first int) {
		for range 2 * surveyTicks {
			at.pass(time.Second)
			s.tend(ctx)
			put(s, closed(user(9), "x"), snapshot(user(9), "x")) // the checkpoint goes with a commit
		}
		if err := s.readPool.QueryRow(`SELECT min(seq) FROM journal`).Scan(&first); err != nil {
			t.Fatal(err)
		}
		return first
	}
	const month = 31 * 24 * time.Hour
	for _, step := range []time.Duration{month, -month, -month, month} {
		at.set(step)
		if first := tend(); first != 1 {
			t.Fatalf("the clock set by %v: the first block kept is %d, want 1", step, first)
		}
	}
	if s.calendar.held.Load() {
		t.Error("retention is held though the clock is right again")
	}
	at.set(month)
	tend()
	at.set(-10 * 24 * time.Hour) // and once more, so that the day begins anew
	at.pass(20 * time.Hour)
	if first := tend(); first != 1 || !s.calendar.held.Load() {
		t.Errorf("the first block kept is %d, held %v, want 1 and held", first, s.calendar.held.Load())
	}
	at.set(10 * 24 * time.Hour)
	tend()
	at.pass(25 * time.Hour)
	if first := tend(); first == 1 || s.calendar.held.Load() {
		t.Errorf("the first block kept is %d, held %v: a clock that stays set is to be believed", first, s.calendar.held.Load())
	}
}

func TestASlowClockIsFollowed(t *testing.T) {
	at := newClock()
	s := at.rules(drive(t, Config{}, at.now))
	for range 100 { // twenty minutes a day, corrected in small steps
		at.set(20 * time.Minute)
		at.pass(24 * time.Hour)
		if ok, changed := s.calendar.believed(); !ok || changed {
			t.Fatal("a clock that is corrected a little each day is not believed")
		}
	}
}
