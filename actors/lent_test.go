package actors

import (
	"testing"

	"liveroom/engine/live"
)

// TestLentRoom: what a drive lends serves one plan at a time, and what outlives the drive has a place of its own.
func TestLentRoom(t *testing.T) {
	s, l := NewUserState(live.UserKey{Room: "r", User: "u"}, 4), &lent{pending: make([]pending, 0, 2)}
	s.lend(l)
	if cap(s.pending) != 2 || l.pending != nil {
		t.Fatalf("room for %d pending messages was lent, and %d kept", cap(s.pending), cap(l.pending))
	}
	first := s.claim(s.newPlan())
	if second := s.claim(s.newPlan()); first != &l.plan || second == first {
		t.Fatal("two plans of one drive share their place")
	}
	first.SKU = "L-1"
	s.pending = append(s.pending, pending{seq: 1, plan: first})
	s.handBack(l)
	if kept := s.pending[0].plan; kept == &l.plan || kept.SKU != "L-1" {
		t.Fatalf("a plan that outlives the drive is %+v in a place of its own: %v", *kept, kept != &l.plan)
	}
	if l.pending != nil || l.plan.SKU != "" || s.lent != nil {
		t.Fatal("the room was not handed back empty")
	}

	s.lend(l)
	if passed := s.newPlan(); s.newPlan() != passed {
		t.Error("a plan that nothing came of keeps its place")
	}
	s.pending = s.pending[:0]
	s.handBack(l)
	if cap(s.pending) != 0 || cap(l.pending) != 2 {
		t.Errorf("an idle user keeps room for %d messages, the drive got %d", cap(s.pending), cap(l.pending))
	}
	s.handBack(&lent{})
	var none UserState
	if none.newPlan() == nil || none.newHeard() == nil {
		t.Error("a state outside of a drive has no plan")
	}
}
