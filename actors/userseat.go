package actors

import (
	"strings"

	"liveroom/engine/live"
)

// seated takes the acts of a human seat, which come through the user's own mailbox so that their order against the
// user's messages is decided once.
func (s *UserState) seated(now int64, in Input, out []Effect) []Effect {
	ev := in.Arrival.Event
	switch in.Kind {
	case InTaken:
		s.seat = string(in.Arrival.Session)
		for len(s.pending) > 0 {
			p := s.pending[0]
			out = s.end(now, p, Effect{Outcome: live.Quiet, Reason: live.BecauseHumanActive}, out)
		}
		return append(out, Effect{Kind: EffNote, Event: ev, Session: in.Arrival.Session})
	case InSaid:
		if s.seat == "" {
			return append(out, Effect{Kind: EffRefuse, Event: ev, Session: in.Arrival.Session, Code: live.Forbidden})
		}
		s.turns.add(Turn{At: now, Answer: strings.Clone(ev.Text)})
		return append(out, Effect{Kind: EffSay, Event: ev, Session: in.Arrival.Session, Received: in.Arrival.Received})
	default:
		s.seat = ""
		return append(out, Effect{Kind: EffNote, Event: ev, Session: in.Arrival.Session})
	}
}
