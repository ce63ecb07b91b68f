package actors

import (
	"testing"
	"time"

	"liveroom/engine/live"
)

// TestVitalsTellOfActorsThatStandStill blocks every goroutine that runs actors.
func TestVitalsTellOfActorsThatStandStill(t *testing.T) {
	s, clock := newTimed(t, nil)
	h := s.House
	release, blocked := make(chan struct{}), make(chan struct{})
	for range h.turns.workers {
		h.turns.Schedule(func() { blocked <- struct{}{}; <-release })
	}
	for range h.turns.workers {
		<-blocked
	}
	h.feel(clock.now())
	h.feel(clock.now()) // a turn that is waited for is not asked for again
	clock.forward(7 * time.Second)
	h.feel(clock.now())
	if v := h.Vitals(); v.Waited != 7*time.Second {
		t.Errorf("actors that do not run are said to wait for %v, want 7s", v.Waited)
	}
	close(release)
	taken := make(chan struct{})
	h.turns.Schedule(func() { close(taken) }) // after the turn that was asked for, or beside it
	<-taken
	for h.pulse.asked.Load() != 0 { // beside it
	}
	if v := h.Vitals(); v.Waited != 0 {
		t.Errorf("actors that run are said to wait for %v", v.Waited)
	}
	s.drained(t)
}

func TestVitalsTellOfRestartsAndOverload(t *testing.T) {
	s, clock := newTimed(t, func(c *Config, _ *Parts) { c.MaxInFlight, c.ShedAfter = 100, time.Second })
	h := s.House
	if v := h.Vitals(); v.Restarts != 0 || !v.Restarted.IsZero() || v.Shedding || v.Most != 100 {
		t.Errorf("a new house has %+v", v)
	}
	if !s.takes(t, "a") {
		t.Fatal("a new user does not answer")
	}
	at := clock.now()
	s.restart(t, live.UserKey{Room: "room", User: "u"})
	if v := h.Vitals(); v.Restarts != 1 || !v.Restarted.Equal(at) {
		t.Errorf("after a restart at %v it has %+v", at, v)
	}
	h.lag.Store(5000)
	if v := h.Vitals(); v.Shedding {
		t.Error("a late answer alone is said to shed, though few are in flight")
	}
	h.inFlight.Add(fewInFlight + 1)
	if v := h.Vitals(); !v.Shedding || v.InFlight != fewInFlight+1 || v.Lag != 5*time.Second {
		t.Errorf("with late answers it has %+v", v)
	}
	h.inFlight.Add(-fewInFlight - 1)
	h.lag.Store(0)
	s.drained(t)
}
