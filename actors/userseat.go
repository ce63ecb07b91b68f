package actors

import (
	"strings"

	"liveroom/engine/live"
)

// seated takes the acts of a human seat, which come through the user's own mailbox so that their order against the
// user's messages is decided once. Another seat may take a dialogue over; the one before may then speak no more.
func (s *UserState) seated(now int64, in Input, out []Effect) []Effect {
	a := in.Arrival
	refuse := func(c live.Code) []Effect {
		return append(out, Effect{Kind: EffRefuse, Event: a.Event, Session: a.Session, Code: c})
	}
	if a.Event.ID != "" {
		if _, again := s.lookup(now, a.Event.Key()); again {
			return append(out, Effect{Kind: EffRepeatAct, Event: a.Event, Session: a.Session})
		}
	}
	if in.Kind != InTaken && s.seat != string(a.Session) {
		return refuse(live.Forbidden)
	}
	switch in.Kind {
	case InTaken:
		s.seat, s.talk = string(a.Session), s.talk.Taken()
		for len(s.pending) > 0 {
			out = s.end(now, s.pending[0], Effect{Outcome: live.Quiet, Reason: live.BecauseHumanActive}, out)
		}
	case InSaid:
		if s.session == "" {
			return refuse(live.BadField) // the user has only spoken in public: there is no private link to speak on
		}
		s.turns.heard()
		s.turns.add(Turn{At: now, Answer: strings.Clone(a.Event.Text)})
	default:
		s.seat = ""
		s.turns.heard() // who gives it back has seen them
	}
	if a.Event.ID != "" {
		s.remember(now, a.Event.Key())
	}
	return append(out, Effect{Kind: EffAct, Event: a.Event, Session: a.Session, To: s.session, Received: a.Received})
}
