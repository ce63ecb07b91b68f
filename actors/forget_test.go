package actors

import (
	"testing"

	"liveroom/engine/live"
)

// TestForgettingAUserLeavesTheOthers fills every memory of a house with two users and forgets one, while the room is watched and
// when nobody watches it any more.
func TestForgettingAUserLeavesTheOthers(t *testing.T) {
	u, v := live.UserKey{Room: "room", User: "u"}, live.UserKey{Room: "room", User: "v"}
	key := live.EventKey{Type: live.Message, ID: "m1"}
	for _, watched := range []bool{true, false} {
		h := &House{}
		stop := h.Watch("room", func(*Seen) {})
		kept := h.taps.audience("room").traces
		for _, k := range []live.UserKey{u, v} {
			e := message("m1")
			e.User = k.User
			kept.begin(e, &Trace{})
			kept.keep(&Seen{Event: e, Trace: &Trace{}})
			for kind := range caseKinds {
				h.cases.last[kind].Store(0)
				h.cases.add(kind, &closing{event: e}, 1_790_000_000_000, "")
			}
			h.dead.add(letter{DeadLetter: DeadLetter{User: k, Event: e}})
			h.seatings.take(k, seating{seat: "s"})
		}
		if !watched {
			stop()
		}
		h.Forget(u)
		h.Forget(live.UserKey{Room: "other", User: "v"})
		if h.Traced(u, key) != nil || h.Traced(v, key) == nil || len(kept.open) != 1 || len(kept.begun) != 1 || len(kept.ended) != 1 {
			t.Errorf("watched %v: %d traces are open, %d begun, %d kept", watched, len(kept.open), len(kept.begun), len(kept.ended))
		}
		for kind := range caseKinds {
			if got := h.Cases(kind); len(got) != 1 || got[0].User != v {
				t.Errorf("watched %v: cases of kind %d are %+v", watched, kind, got)
			}
		}
		if got := h.DeadLetters(); len(got) != 1 || got[0].User != v {
			t.Errorf("watched %v: the dead letters are %+v", watched, got)
		}
		if got := h.TakenBy("s"); len(got) != 1 || got[0] != v {
			t.Errorf("watched %v: the seat has %+v", watched, got)
		}
		stop()
	}
}
