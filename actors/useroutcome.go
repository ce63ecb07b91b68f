package actors

import (
	"strconv"
	"time"

	"liveroom/engine/live"
)

// accept makes an event durable, then acknowledges it.
func (u *user) accept(e Effect) {
	h, incarnation := u.house, u.incarnation
	record := live.Record{Kind: live.RecordAccepted, User: u.key, Session: e.Session, Received: e.Received, Event: e.Event}
	h.parts.Journal.Submit(live.Entry{Records: []live.Record{record}, Lease: u.lease, Done: func(_ uint64, err error) {
		if err != nil {
			u.cell.post(&commitFailed{incarnation: incarnation, err: err})
			return
		}
		h.parts.Outlet.Send(e.Session, h.parts.Frames.Ack(nil, e.Event.ID))
	}})
}

// close makes an outcome durable, then tells the sender, frees the message's place and lets the room know.
func (u *user) close(now time.Time, e Effect) {
	h, incarnation := u.house, u.incarnation
	c := &closing{event: e.Event, session: e.Session, outcome: e.Outcome, frame: h.frame(e)}
	record := live.Record{
		Kind: live.RecordClosed, User: u.key, Session: e.Session, Received: e.Received, Key: e.Event.Key(),
		Outcome: e.Outcome, Reason: e.Reason, Joined: e.Joined, Frame: c.frame, State: u.state.appendContext(nil),
	}
	u.closings = append(u.closings, c)
	u.unsaved++
	h.parts.Journal.Submit(live.Entry{Records: []live.Record{record}, Lease: u.lease, Done: func(block uint64, err error) {
		if err != nil {
			if e.Answering {
				h.rooms.tell(u.key.Room, &released{topic: e.Topic}, now.UnixMilli())
			}
			u.cell.post(&commitFailed{incarnation: incarnation, err: err})
			return
		}
		c.block.Store(block)
		h.told(now, u.key.Room, e, c.frame)
	}})
}

// told runs after the commit of an outcome, on the journal's goroutine.
func (h *House) told(now time.Time, room live.RoomID, e Effect, frame []byte) {
	h.inFlight.Add(-1)
	h.metrics.ended(h.now(), now, e)
	h.tell(e.Session, e.Outcome, frame)
	if e.Reply != nil && e.Reply.Scope == live.Public {
		h.parts.Outlet.Broadcast(room, frame, e.Session)
	}
	if e.Answering {
		m := &released{topic: e.Topic}
		if e.Reply != nil {
			m.reply = e.Reply.ID
		}
		h.rooms.tell(room, m, now.UnixMilli())
	}
}

// tell sends the frame of an outcome: replies and errors to everybody, the rest to links that asked for outcomes.
func (h *House) tell(s live.SessionID, o live.Outcome, frame []byte) {
	if o == live.Replied || o == live.Shed {
		h.parts.Outlet.Send(s, frame)
		return
	}
	h.parts.Outlet.SendOutcome(s, frame)
}

// frame encodes what tells the sender of an outcome.
func (h *House) frame(e Effect) []byte {
	switch {
	case e.Reply != nil:
		return h.parts.Frames.Reply(nil, e.Reply)
	case e.Outcome == live.Shed:
		return h.parts.Frames.Error(nil, shedFault(e.Code, e.Event.ID))
	default:
		return h.parts.Frames.Outcome(nil, e.Event.ID, e.Outcome, e.Reason, e.Joined)
	}
}

func shedFault(c live.Code, to live.EventID) *live.Fault {
	hint := "not answered; send it again under a new id"
	switch c {
	case live.Overloaded:
		hint = "too much at once; send it again later"
	case live.StorageFailed:
		hint = "not stored and not answered; send it again under the same id"
	case live.Forbidden:
		hint = "take the dialogue first"
	}
	return &live.Fault{Code: c, Hint: hint, To: to}
}

// refuse tells the sender that an event was not accepted, and frees its place.
func (u *user) refuse(e *live.Event, s live.SessionID, c live.Code) {
	u.house.refuse(e, s, c)
}

func (h *House) refuse(e *live.Event, s live.SessionID, c live.Code) {
	h.inFlight.Add(-1)
	h.metrics.refused(c)
	h.parts.Outlet.Send(s, h.parts.Frames.Error(nil, shedFault(c, e.ID)))
}

// collect notes which outcomes have become durable since the last message.
func (u *user) collect() {
	for len(u.closings) > 0 {
		c := u.closings[0]
		block := c.block.Load()
		if block == 0 {
			return
		}
		u.state.committed(c.event.Key(), block)
		u.closings[0] = nil
		u.closings = u.closings[1:]
	}
	u.closings = nil
}

// repeatPending acknowledges, once everything before it is durable, a repeated event whose outcome is still to come.
func (u *user) repeatPending(e Effect) {
	u.house.inFlight.Add(-1)
	u.house.metrics.repeats.Inc()
	for _, p := range u.state.pending {
		if p.seq == e.Seq {
			u.after(e.Session, u.house.parts.Frames.Ack(nil, p.event.ID), func() {})
		}
	}
}

// repeatClosed brings the frame of an ended event again.
func (u *user) repeatClosed(e Effect) {
	h := u.house
	h.inFlight.Add(-1)
	h.metrics.repeats.Inc()
	ack := h.parts.Frames.Ack(nil, e.Event.ID)
	for _, c := range u.closings {
		if c.event.Key() == e.Event.Key() {
			u.after(e.Session, ack, func() { h.tell(e.Session, c.outcome, c.frame) })
			return
		}
	}
	h.parts.Journal.Closed(e.Block, u.key, e.Event.Key(), func(r live.Record, err error) {
		if err != nil {
			h.log.Error("cannot read back an outcome", "room", u.key.Room, "user", u.key.User, "err", err)
			h.parts.Outlet.Send(e.Session, h.parts.Frames.Error(nil, shedFault(live.StorageFailed, e.Event.ID)))
			return
		}
		h.parts.Outlet.Send(e.Session, ack)
		h.tell(e.Session, r.Outcome, r.Frame)
	})
}

// after sends a frame and calls then once all that was submitted before is durable. Should that fail, nothing is sent:
// the reload tells the sender.
func (u *user) after(s live.SessionID, frame []byte, then func()) {
	h := u.house
	h.parts.Journal.Submit(live.Entry{Lease: u.lease, Done: func(_ uint64, err error) {
		if err == nil {
			h.parts.Outlet.Send(s, frame)
			then()
		}
	}})
}

// say makes a person's line durable, then sends it to the user.
func (u *user) say(now time.Time, e Effect) {
	h := u.house
	id := live.EventID(string(e.Session) + ":" + strconv.FormatInt(now.UnixNano(), 36))
	r := &live.Reply{
		ID: live.ReplyIDFor(u.key, live.EventKey{Type: live.Say, ID: id}), Room: u.key.Room, User: u.key.User,
		Dialogue: live.DialogueOf(u.key), Text: e.Event.Text, Scope: live.Private, By: live.ByHuman,
	}
	frame, to := h.parts.Frames.Reply(nil, r), u.state.session
	record := live.Record{Kind: live.RecordFact, User: u.key, Session: to, Received: e.Received, Event: e.Event, Frame: frame}
	u.keep(record, e, func() { h.parts.Outlet.Send(to, frame) })
}

// note keeps a seat's act.
func (u *user) note(e Effect) {
	u.keep(live.Record{Kind: live.RecordFact, User: u.key, Session: e.Session, Event: e.Event}, e, func() {})
}

func (u *user) keep(r live.Record, e Effect, done func()) {
	h, incarnation := u.house, u.incarnation
	h.parts.Journal.Submit(live.Entry{Records: []live.Record{r}, Lease: u.lease, Done: func(_ uint64, err error) {
		h.inFlight.Add(-1)
		if err != nil {
			h.parts.Outlet.Send(e.Session, h.parts.Frames.Error(nil, shedFault(live.StorageFailed, e.Event.ID)))
			u.cell.post(&commitFailed{incarnation: incarnation, err: err})
			return
		}
		done()
	}})
}
