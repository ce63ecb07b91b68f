package actors

import (
	"strconv"
	"time"

	"liveroom/engine/live"
)

// act makes a seat's act durable, then acknowledges it and carries what was said to the user. It is stored as a closed
// record of the user, whose context says who has the dialogue: so it is there again after a restart, and a line said
// while the user's link was down comes with its resumption.
func (u *user) act(now time.Time, e *Effect) {
	h, k, incarnation, seat, user, id := u.house, u.cell.key, u.incarnation, e.Session, e.To, e.Event.ID
	key := e.Event.Key()
	if id == "" {
		key.ID = live.EventID(string(seat) + ":" + strconv.FormatInt(now.UnixNano(), 36))
	}
	record := live.Record{
		Kind: live.RecordClosed, User: u.cell.key, Session: user, Received: e.Received, Key: key, State: u.state.appendContext(make([]byte, 0, contextRoom)),
	}
	seen := u.seen(e)
	if e.Event.Type == live.Say {
		said := &live.Reply{
			ID: live.ReplyIDFor(u.cell.key, key), Room: u.cell.key.Room, User: u.cell.key.User, Dialogue: live.DialogueOf(u.cell.key),
			Text: e.Event.Text, Scope: live.Private, By: live.ByHuman,
		}
		record.Outcome = live.Replied
		record.Frame = h.parts.Frames.Reply(nil, said)
		if seen != nil {
			seen.Outcome, seen.Reply = live.Replied, said
		}
	}
	u.unsaved++
	h.parts.Journal.Submit(live.Entry{Records: []live.Record{record}, Lease: u.lease, Done: func(_ uint64, err error) {
		h.inFlight.Add(-1)
		if err != nil {
			h.parts.Outlet.Send(seat, h.parts.Frames.Error(nil, refusal(live.StorageFailed, id)))
			u.cell.post(&commitFailed{incarnation: incarnation, err: err})
			return
		}
		if id != "" {
			h.parts.Outlet.Send(seat, h.parts.Frames.Ack(nil, id))
		}
		if record.Frame != nil {
			h.parts.Outlet.Send(user, record.Frame)
		}
		if key.Type == live.Take && h.parts.OnTaken != nil {
			h.parts.OnTaken(seat, k)
		}
		h.taps.show(k.Room, seen, h.now())
	}})
}

// repeatAct acknowledges an act again.
func (u *user) repeatAct(e *Effect) {
	u.house.inFlight.Add(-1)
	u.house.metrics.repeats.Inc()
	u.ackAgain(e.Session, e.Event.ID)
}
