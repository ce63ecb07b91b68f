package actors

import (
	"slices"
	"strconv"

	"liveroom/engine/live"
)

// maxWaited is how many lines that a seat has left unanswered are answered in its stead, the latest: more at once would bury
// the user.
const maxWaited = 3

// seatGone gives the dialogue back as the seat would have, and takes up what was written to it and never answered: each line
// as an event of its own, which is durable before the dialogue is given back, so that a crash in between loses neither. A
// user without a private link cannot be answered; then the other seats are asked alone.
func (s *UserState) seatGone(now int64, a *Arrival, out []Effect) []Effect {
	s.seat = ""
	act := Effect{Kind: EffAct, Event: a.Event, To: s.session, Received: a.Received, Reason: live.BecauseSeatGone}
	waited := s.turns.waited()
	s.turns.heard()
	if s.session == "" {
		if len(waited) > 0 {
			told := *a.Event
			told.Text = waited[len(waited)-1]
			act.Event, act.HandOver = &told, live.BecauseSeatGone
		}
		return append(out, act)
	}
	for i, text := range waited[max(0, len(waited)-min(maxWaited, s.maxPending-len(s.pending))):] {
		e := *a.Event
		e.ID, e.Text = e.ID+live.EventID("-"+strconv.Itoa(i)), text
		out = s.arrive(now, &Arrival{Event: &e, Received: a.Received, Deadline: a.Deadline}, out)
	}
	return append(out, act)
}

// waited returns what was written to the person who has the dialogue and wants an answer still, the oldest first, each
// wording once.
func (t *turns) waited() (texts []string) {
	for turn := range t.all {
		if !turn.Waits || turn.Text == "" || turn.Intent == live.IntentChatter {
			continue
		}
		if i := slices.Index(texts, turn.Text); i >= 0 {
			texts = slices.Delete(texts, i, i+1)
		}
		texts = append(texts, turn.Text)
	}
	return texts
}

// to returns what a reply to the message says that it answers: nothing, when that has had its outcome before.
func (p *pending) to() live.EventID {
	if p.event.Type == live.GiveBack {
		return ""
	}
	return p.event.ID
}

// endWaited completes the end of a line that was taken up in a seat's stead: the answer goes to the user's own link and joins
// the turn that waited; and however it ended, the other seats are asked to look.
func (s *UserState) endWaited(p *pending, turn Turn, e *Effect) {
	if e.Reason == live.BecauseHumanActive {
		s.turns.wait(turn.Text)
		return
	}
	if e.Outcome.Answers() {
		p.session = s.session
		s.turns.answer(turn.Text, turn.Answer, turn.Intent)
	}
	if e.HandOver == "" {
		e.HandOver = live.BecauseSeatGone
	}
	if e.Outcome == live.Replied {
		e.Reason = live.BecauseSeatGone
	}
}
