package actors

import (
	"liveroom/actors/dialogue"
	"liveroom/engine/live"
)

// lent is room that a drive lends to the state it steps. What a message needs from its reading to its reply is over
// within one drive as a rule, and an idle user keeps none of it.
type lent struct {
	plan    dialogue.Plan
	planned bool // plan is in use
	heard   dialogue.Heard
	reply   live.Reply
	pending []pending // empty, for a user that has nothing pending yet
}

// newPlan returns a plan to fill. It is in use until the next call, unless it is claimed.
func (s *UserState) newPlan() *dialogue.Plan {
	if s.lent == nil || s.lent.planned {
		return new(dialogue.Plan)
	}
	return &s.lent.plan
}

// claim keeps a plan for a message; handBack moves it to a place of its own should the message outlive the drive.
func (s *UserState) claim(p *dialogue.Plan) *dialogue.Plan {
	if s.lent != nil && p == &s.lent.plan {
		s.lent.planned = true
	}
	return p
}

// newHeard returns what a plan is made from to fill; it is in use until the next call.
func (s *UserState) newHeard() *dialogue.Heard {
	if s.lent == nil {
		return new(dialogue.Heard)
	}
	return &s.lent.heard
}

// newReply returns a reply to fill. It is in use until the next step.
func (s *UserState) newReply() *live.Reply {
	if s.lent == nil {
		return new(live.Reply)
	}
	return &s.lent.reply
}

// lend gives the state its room for one drive.
func (s *UserState) lend(l *lent) {
	if s.lent = l; cap(s.pending) == 0 {
		s.pending, l.pending = l.pending, nil
	}
}

// handBack takes the room away again. What is still needed of it is copied.
func (s *UserState) handBack(l *lent) {
	s.lent = nil
	for i := range s.pending {
		if p := &s.pending[i]; p.plan == &l.plan {
			own := l.plan
			p.plan = &own
		}
	}
	l.plan, l.planned, l.heard, l.reply = dialogue.Plan{}, false, dialogue.Heard{}, live.Reply{}
	if len(s.pending) == 0 && cap(s.pending) > 0 {
		clear(s.pending[:cap(s.pending)]) // a step that panicked may have left something
		l.pending, s.pending = s.pending, nil
	}
}
