package actors

import (
	"bytes"
	"slices"
	"time"

	"liveroom/engine/live"
)

// accept makes an event durable, then acknowledges it.
func (u *user) accept(e *Effect) {
	h, a := u.house, newAcceptance()
	u.countIn(e)
	a.user, a.incarnation, a.session = u, u.incarnation, e.Session
	a.frame = h.parts.Frames.Ack(a.frame, e.Event.ID)
	a.records[0] = live.Record{Kind: live.RecordAccepted, User: u.cell.key, Session: e.Session, Received: e.Received, Event: e.Event}
	h.parts.Journal.Submit(live.Entry{Records: a.records[:1], Lease: u.lease, Done: a.done})
}

// countIn counts what the engine takes up itself; what is sent has been counted when it came.
func (u *user) countIn(e *Effect) {
	if e.Event.Type == live.GiveBack {
		u.house.inFlight.Add(1)
	}
}

// close makes an outcome durable, then tells the sender, frees the message's place and lets the room know.
func (u *user) close(now time.Time, e *Effect) {
	p := newEnding()
	p.user, p.incarnation, p.hold, p.before = u, u.incarnation, e.Hold, e.Before
	p.frame = u.house.frame(p.frame, e)
	p.closing = closing{
		event: e.Event, session: e.Session, outcome: e.Outcome, reason: e.Reason, reading: e.Reading, product: e.Product,
		topic: e.Topic, asker: u.asker(e.Seq), redriven: e.Redriven, answering: e.Answering, counted: e.Counted, alone: e.Alone,
		offers: e.Offers, handOver: e.HandOver, seat: e.To, mood: e.Mood, received: e.Received, submitted: now,
	}
	c := &p.closing
	if e.Reading != nil {
		c.decided = e.Reading.DecidedBy
	}
	switch {
	case e.Reply == nil:
	case e.Outcome.Answers():
		c.reply = e.Reply.ID
	default:
		c.suggested = ownReply(e.Reply)
	}
	if c.seen = u.seen(e); c.seen != nil {
		c.seen.Trace = u.wasTraced(now, e)
	}
	records := append(p.records[:0], live.Record{
		Kind: live.RecordClosed, User: u.cell.key, Session: e.Session, Received: e.Received, Key: e.Event.Key(),
		Outcome: e.Outcome, Reason: e.Reason, Joined: e.Joined, Frame: p.frame, State: u.state.appendContext(p.state[:0]),
	})
	if e.Hold != nil { // the reservation and the state that knows of it are durable together
		records = append(records, live.Record{Kind: live.RecordReservation, Received: now.UnixMilli(), Reservation: e.Hold})
	}
	p.under = &underway{id: hashKey(e.Event.Key()), of: losing{e.Event, e.Session}}
	u.closings = append(u.closings, p.under)
	u.unsaved++
	u.house.parts.Journal.Submit(live.Entry{Records: records, Lease: u.lease, Done: p.done})
}

// told runs after the commit of an outcome, on the journal's goroutine. The frame tells the sender, and is only lent.
func (h *House) told(c *closing, frame []byte) {
	h.inFlight.Add(-1)
	now := h.now()
	if !c.redriven { // what a crash held up says nothing of how quick we are now
		h.lag.Store(now.UnixMilli() - c.received)
	}
	sent := c.event.Type.Answerable() // and not taken up by the engine in the stead of a seat
	if sent {
		h.metrics.ended(now, c)
		h.cases.note(c, now.UnixMilli())
	}
	if h.parts.OnEnd != nil && sent { // before anybody is told: whoever has the answer finds it counted
		h.parts.OnEnd(Ended{Event: c.event, Reading: c.reading, Product: c.product, Outcome: c.outcome, Received: c.received})
	}
	h.tell(c.session, c.outcome, frame)
	if c.reply != "" && c.event.Type == live.Comment {
		h.parts.Outlet.Broadcast(c.event.Room, bytes.Clone(frame), c.session)
	}
	if c.suggested != nil {
		h.suggest(c.suggested)
	}
	if c.handOver != "" {
		h.handOver(c)
	}
	if c.seat != "" {
		h.showLine(c)
	}
	if c.seen != nil {
		if t := c.seen.Trace; t != nil {
			t.span(StageCommit, t.submitted, now)
			t.span(StageSend, now, h.now())
		}
		h.taps.show(c.event.Room, c.seen, now)
	}
	if c.alone { // as if it had none: whoever waits is answered by words of his own
		h.answered(c, "")
		return
	}
	h.answered(c, c.reply)
}

// answered tells the room how the answer it waits for has ended; no reply means that there is none.
func (h *House) answered(c *closing, reply live.ReplyID) {
	if c.answering {
		h.rooms.tell(c.event.Room, &released{Answer: Answer{Asker: c.asker, Topic: c.topic, Reply: reply, Counted: c.counted}}, c.submitted.UnixMilli())
	}
}

// tell sends the frame of an outcome: replies and errors to everybody, the rest to links that asked for outcomes.
func (h *House) tell(s live.SessionID, o live.Outcome, frame []byte) {
	if o.Answers() || o == live.Shed {
		h.parts.Outlet.Send(s, frame)
		return
	}
	h.parts.Outlet.SendOutcome(s, frame)
}

// frame appends what tells the sender of an outcome.
func (h *House) frame(dst []byte, e *Effect) []byte {
	switch {
	case e.Reply != nil && e.Outcome.Answers():
		return h.parts.Frames.Reply(dst, e.Reply)
	case e.Outcome == live.Shed:
		return h.parts.Frames.Error(dst, shedFault(e.Code, e.Event.ID))
	default:
		return h.parts.Frames.Outcome(dst, e.Event.ID, e.Outcome, e.Reason, e.Joined)
	}
}

// shedFault tells of an accepted message that was given up: that is its outcome, and a repetition will bring it again.
func shedFault(c live.Code, to live.EventID) *live.Fault {
	return &live.Fault{Code: c, Hint: "not answered in time; ask again under a new id", To: to}
}

// refusal tells of an event that was not accepted, and may come again.
func refusal(c live.Code, to live.EventID) *live.Fault {
	hint := "not taken; send it again under the same id"
	switch c {
	case live.Overloaded:
		hint = "too much at once; send it again later"
	case live.StorageFailed:
		hint = "not stored and not answered; send it again under the same id"
	case live.Forbidden:
		hint = "another seat has the dialogue, or none; take it first"
	case live.BadField:
		hint = "this user has only spoken in public; there is no private link to speak on"
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
	h.parts.Outlet.Send(s, h.parts.Frames.Error(nil, refusal(c, e.ID)))
}

// collect notes which outcomes have become durable since the last message.
func (u *user) collect() {
	done := 0
	for _, c := range u.closings {
		block := c.block.Load()
		if block == 0 {
			break
		}
		u.state.committed(c.id, block)
		done++
	}
	u.closings = slices.Delete(u.closings, 0, done)
}

// closingOf returns what is under way for an event, nil for nothing.
func (u *user) closingOf(id uint64) *underway {
	i := slices.IndexFunc(u.closings, func(c *underway) bool { return c.id == id })
	if i < 0 {
		return nil
	}
	return u.closings[i]
}

// repeatPending acknowledges, once everything before it is durable, a repeated event whose outcome is still to come.
func (u *user) repeatPending(e *Effect) {
	u.house.inFlight.Add(-1)
	u.house.metrics.repeats.Inc()
	for _, p := range u.state.pending {
		if p.seq == e.Seq {
			u.ackAgain(e.Session, p.event.ID)
		}
	}
}

// repeatClosed brings the frame of an ended event again, once that is durable.
func (u *user) repeatClosed(e *Effect) {
	u.house.inFlight.Add(-1)
	u.house.metrics.repeats.Inc()
	event, session, under := e.Event, e.Session, u.closingOf(hashKey(e.Event.Key()))
	if under == nil {
		u.readBack(e.Block, event, session)
		return
	}
	u.after(session, event.ID, func() { u.readBack(under.block.Load(), event, session) })
}

// readBack sends what a block of the journal holds of an event's end.
func (u *user) readBack(block uint64, e *live.Event, to live.SessionID) {
	h := u.house
	h.parts.Journal.Closed(block, u.cell.key, e.Key(), func(r live.Record, err error) {
		if err != nil {
			h.log.Error("cannot read back an outcome", "room", u.cell.key.Room, "user", u.cell.key.User, "err", err)
			h.parts.Outlet.Send(to, h.parts.Frames.Error(nil, &live.Fault{
				Code: live.StorageFailed, To: e.ID, Hint: "this was answered before and cannot be read back now; send it again under the same id",
			}))
			return
		}
		h.parts.Outlet.Send(to, h.parts.Frames.Ack(nil, e.ID))
		h.tell(to, r.Outcome, r.Frame)
	})
}

// ackAgain acknowledges a repeated event once all that was submitted before is durable.
func (u *user) ackAgain(to live.SessionID, id live.EventID) {
	u.after(to, id, func() { u.house.parts.Outlet.Send(to, u.house.parts.Frames.Ack(nil, id)) })
}

// after calls then once all that was submitted before is durable. Should that fail, the sender of an event is told to come
// again, and the user reloads.
func (u *user) after(s live.SessionID, id live.EventID, then func()) {
	h, incarnation := u.house, u.incarnation
	h.parts.Journal.Submit(live.Entry{Lease: u.lease, Done: func(_ uint64, err error) {
		if err != nil {
			h.parts.Outlet.Send(s, h.parts.Frames.Error(nil, refusal(live.StorageFailed, id)))
			u.cell.post(&commitFailed{incarnation: incarnation, err: err})
			return
		}
		then()
	}})
}
