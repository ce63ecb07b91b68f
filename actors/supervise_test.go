package actors

import (
	"slices"
	"testing"
	"time"

	"liveroom/engine/live"
)

// newTimed is a stand whose clock only tests move.
func newTimed(t *testing.T, change func(*Config, *Parts)) (*stand, *handClock) {
	t.Helper()
	clock := new(handClock)
	clock.ms.Store(1_790_000_000_000)
	s := &stand{reader: newFakeReader(), journal: newMemory(), links: newLinks(), clock: clock.now}
	s.open(t, change)
	t.Cleanup(func() {
		s.end()
		close(s.journal.stop)
		<-s.journal.stopped
	})
	return s, clock
}

// restarted returns how many restarts of a kind of actor are counted.
func (s *stand) restarted(kind string) float64 {
	all, _ := s.reg.Gather()
	for _, f := range all {
		for _, m := range f.GetMetric() {
			if f.GetName() == prefix+"restarts_total" && m.GetLabel()[0].GetValue() == kind {
				return m.GetCounter().GetValue()
			}
		}
	}
	return -1
}

// restart has the actor of k restarted, and waits for it.
func (s *stand) restart(t *testing.T, k live.UserKey) {
	t.Helper()
	before, _ := s.ActorOf(k)
	if !s.Touch(k, Restart) {
		t.Fatalf("%v is not in memory", k)
	}
	s.until(t, func() bool { st, _ := s.ActorOf(k); return st.Restarts == before.Restarts+1 })
}

// takes sends a message of user u and tells whether it was answered; else it was refused as an actor does that was
// restarted too often.
func (s *stand) takes(t *testing.T, id string) bool {
	t.Helper()
	s.private(t, id)
	answer, refusal := reply(id, "stock about -", "stock"), "error internal "+id
	all := s.links.wait(func(all []sent) bool { return countOf(all, answer)+countOf(all, refusal) > 0 })
	return slices.ContainsFunc(all, func(f sent) bool { return f.frame == answer })
}

// TestRestartsAreLimitedWithinAWindow: as many as are allowed do no harm, however often the window has passed; one more
// within it, and nothing is taken until it has.
func TestRestartsAreLimitedWithinAWindow(t *testing.T) {
	s, clock := newTimed(t, func(c *Config, _ *Parts) { c.RestartLimit, c.RestartWindow = 2, time.Minute })
	k := live.UserKey{Room: "room", User: "u"}
	if !s.takes(t, "a") {
		t.Fatal("a new user does not answer")
	}
	for _, id := range []string{"b", "c", "d"} {
		s.restart(t, k)
		s.restart(t, k)
		if !s.takes(t, id) {
			t.Fatalf("%s is refused after two restarts within the window, of which two are allowed", id)
		}
		clock.forward(time.Minute + time.Second)
	}
	s.restart(t, k)
	clock.forward(59 * time.Second)
	s.restart(t, k)
	s.restart(t, k)
	if s.takes(t, "e") {
		t.Error("answered after three restarts within the window, of which two are allowed")
	}
	clock.forward(59 * time.Second)
	if s.takes(t, "f") {
		t.Error("answered before the window has passed")
	}
	s.mend(t, clock)
	if !s.takes(t, "g") {
		t.Error("refused after the window has passed")
	}
	if n := s.restarted("user"); n != 9 {
		t.Errorf("%v restarts of users are counted, want 9", n)
	}
	if n := s.restarted("room"); n != 0 {
		t.Errorf("%v restarts of rooms are counted, want none", n)
	}
	s.drained(t)
}

func TestRestartsOfARoomAreCounted(t *testing.T) {
	s, _ := newTimed(t, nil)
	s.comment("u", "c1", "stock")
	s.links.waitFor(reply("c1", "stock about -", "stock"))
	for range 3 {
		s.restart(t, live.UserKey{Room: "room"})
	}
	s.viewed() // by a room that is up again
	if n := s.restarted("room"); n != 3 {
		t.Errorf("%v restarts of rooms are counted, want 3", n)
	}
	if n := s.restarted("user"); n != 0 {
		t.Errorf("%v restarts of users are counted, want none", n)
	}
	s.drained(t)
}
