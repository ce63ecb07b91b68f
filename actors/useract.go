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
		Kind: live.RecordClosed, User: u.cell.key, Session: user, Received: e.Received, Key: key, Reason: e.Reason, State: u.state.appendContext(make([]byte, 0, contextRoom)),
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
	records, handOver, text := append(make([]live.Record, 0, 2), record), e.HandOver, e.Event.Text
	if key.Type != live.Say {
		records = append(records, seatFact(k, seat, key.Type, e.Received))
	}
	h.parts.Journal.Submit(live.Entry{Records: records, Lease: u.lease, Done: func(_ uint64, err error) {
		h.inFlight.Add(-1)
		if err != nil {
			if seat != "" {
				h.parts.Outlet.Send(seat, h.parts.Frames.Error(nil, refusal(live.StorageFailed, id)))
			}
			u.cell.post(&commitFailed{incarnation: incarnation, err: err})
			return
		}
		h.seated(k, seat, key.Type, h.now())
		if id != "" && seat != "" {
			h.parts.Outlet.Send(seat, h.parts.Frames.Ack(nil, id))
		}
		if record.Frame != nil {
			h.parts.Outlet.Send(user, record.Frame)
		}
		if key.Type == live.Take && h.parts.OnTaken != nil {
			h.parts.OnTaken(seat, k)
		}
		if handOver != "" {
			h.askSeats(k, text, id, handOver)
		}
		if seat == "" {
			h.seatWent(k)
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
