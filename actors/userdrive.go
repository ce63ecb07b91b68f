package actors

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"liveroom/engine/live"
)

// closing is an outcome on its way through the journal. It is gone once it is told.
type closing struct {
	event     *live.Event
	session   live.SessionID
	outcome   live.Outcome
	reason    live.Reason
	decided   live.Decider  // 0 when nothing was read
	reading   *live.Reading // nil when nothing was read
	product   live.ProductID
	mood      Mood           // 0 when nothing was read
	reply     live.ReplyID   // "" when there is none
	suggested *live.Reply    // for the seats to see, nil when there is none
	seen      *Seen          // for who watches the room, nil when nobody does
	topic     Topic          // of a public question
	asker     AskerID        // as the room knows it
	redriven  bool           // acknowledged before this incarnation
	answering bool           // the room waits for this answer to the topic
	counted   bool           // the reply says the room's counts
	alone     bool           // the reply serves its own question alone
	offers    offers         // what the reply did about offers
	seat      live.SessionID // who has the dialogue and is to see what was written, "" for nobody
	handOver  live.Reason    // why a person is to take the dialogue, "" for none
	received  int64          // Unix milliseconds
	submitted time.Time      // to the journal
}

// underway is what a user keeps of an outcome that it has submitted. The event goes once the outcome is durable: until the
// next message or tick, ten thousand users would keep ten thousand.
type underway struct {
	id    uint64        // of the event, see hashKey
	block atomic.Uint64 // journal block, 0 until the record is durable
	of    losing        // the journal's until Done; empty once the record is durable
}

// scratch is what drive works in. It is lent for one call, since ten thousand idle users must not keep ten thousand.
type scratch struct {
	inputs   []Input
	effects  []Effect
	before   kept
	question Question // being put into words
	lent     lent
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func (s *scratch) giveBack() {
	s.before.forget()
	s.question = Question{}
	clear(s.inputs)
	clear(s.effects[:cap(s.effects)])
	s.inputs, s.effects = s.inputs[:0], s.effects[:0]
	scratches.Put(s)
}

// drive steps the state machine with one input and carries out what it wants, until nothing is left to do.
func (u *user) drive(now time.Time, in Input) {
	u.scratch = scratches.Get().(*scratch)
	u.state.lend(&u.scratch.lent)
	defer func() {
		u.state.handBack(&u.scratch.lent)
		u.scratch.giveBack()
		u.scratch = nil
	}()
	u.scratch.inputs = append(u.scratch.inputs, in)
	for i := 0; i < len(u.scratch.inputs); i++ {
		effects := u.step(now, i)
		for j := range effects {
			if u.carryGuarded(now, &effects[j]); u.mode != modeReady {
				u.abandon(effects[j+1:])
				return
			}
		}
	}
}

// carryGuarded does one effect. Should that panic, what the effect was to make durable is in doubt: the lease is
// broken and the user reloads, as after a failed commit.
func (u *user) carryGuarded(now time.Time, e *Effect) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		u.house.metrics.panics.Inc()
		u.house.log.Error("effect panicked, user reloads", "room", u.cell.key.Room, "user", u.cell.key.User, "effect", int(e.Kind),
			"err", fmt.Sprint(r), "stack", string(debug.Stack()))
		u.broken = live.Internal
		if e.Kind == EffClose && u.closingOf(hashKey(e.Event.Key())) == nil {
			u.undo(e)
			u.lost = append(u.lost, losing{e.Event, e.Session})
		} else if e.Kind != EffClose && e.Kind != EffAccept {
			u.abandon([]Effect{*e})
		}
		u.commitFailed(&commitFailed{incarnation: u.incarnation, err: errEffect})
	}()
	u.carry(now, e)
}

// abandon sorts effects that will not be carried out any more, so that no message they speak of is forgotten.
func (u *user) abandon(effects []Effect) {
	for i := range effects {
		switch e := &effects[i]; e.Kind {
		case EffClose:
			u.undo(e)
			u.lost = append(u.lost, losing{e.Event, e.Session})
		case EffUndo:
			u.undo(e)
		case EffRefuse:
			u.refuse(e.Event, e.Session, e.Code)
		case EffAct, EffRepeatAct, EffRepeatPending, EffRepeatClosed:
			u.refuse(e.Event, e.Session, live.Internal)
		case EffAccept:
			u.countIn(e)
		case EffRead, EffAskRoom, EffRelease, EffCompose, EffHold, EffWait:
		}
	}
}

// step runs one pure step, with the input at a place in scratch. Should it panic, the state is as before and only the
// message at fault is shed.
func (u *user) step(now time.Time, at int) (out []Effect) {
	w := u.scratch
	w.before.keep(&u.state)
	defer func() {
		if r := recover(); r != nil {
			u.state = w.before.back()
			out = u.afterPanic(now, &w.inputs[at], r)
		}
	}()
	if u.house.parts.OnStep != nil {
		u.house.parts.OnStep(&w.inputs[at])
	}
	w.effects = u.state.Step(now.UnixMilli(), w.inputs[at], w.effects[:0])
	return w.effects
}

// afterPanic ends the message whose step panicked. The state is as before.
func (u *user) afterPanic(now time.Time, in *Input, r any) (out []Effect) {
	u.house.metrics.panics.Inc()
	u.house.log.Error("step panicked, message shed", "room", u.cell.key.Room, "user", u.cell.key.User, "input", int(in.Kind),
		"err", fmt.Sprint(r), "stack", string(debug.Stack()))
	if a := in.Arrival; a != nil {
		e := Effect{Kind: EffRefuse, Event: a.Event, Session: a.Session, Code: live.Internal}
		if a.Redriven { // it was acknowledged: its end must be as durable as its beginning
			e.Kind, e.Outcome, e.Reason, e.Received, e.Redriven = EffClose, live.Shed, live.Reason(e.Code.String()), a.Received, true
		}
		return append(u.scratch.effects[:0], e)
	}
	u.scratch.before.keep(&u.state)
	defer func() {
		if again := recover(); again != nil { // the next message in line is poison too
			u.state = u.scratch.before.back()
			u.broken = live.Internal
			u.commitFailed(&commitFailed{incarnation: u.incarnation, err: errEffect})
			out = nil
		}
	}()
	return u.state.Step(now.UnixMilli(), Input{Kind: InFailed, Seq: in.Seq, Code: live.Internal}, u.scratch.effects[:0])
}

// carry does one effect. Those that bring an answer at once queue it as a further input.
func (u *user) carry(now time.Time, e *Effect) {
	h := u.house
	switch e.Kind {
	case EffAccept:
		u.accept(e)
	case EffRead:
		u.read(now, e)
	case EffAskRoom:
		u.askRoom(now, e)
	case EffRelease:
		h.rooms.tell(u.cell.key.Room, &released{Answer: Answer{Asker: u.asker(e.Seq), Topic: e.Topic}}, now.UnixMilli())
	case EffCompose:
		u.scratch.inputs = append(u.scratch.inputs, u.compose(now, e))
	case EffClose:
		u.close(now, e)
	case EffRefuse:
		u.refuse(e.Event, e.Session, e.Code)
	case EffRepeatPending:
		u.repeatPending(e)
	case EffRepeatClosed:
		u.repeatClosed(e)
	case EffAct:
		u.act(now, e)
	case EffRepeatAct:
		u.repeatAct(e)
	case EffHold:
		u.scratch.inputs = append(u.scratch.inputs, Hold(u.house.parts.Stock, u.house.cfg, u.cell.key, now, e))
	case EffUndo:
		u.undo(e)
	case EffWait:
		u.wait(now, e)
	}
}

func (u *user) read(now time.Time, e *Effect) {
	answer := &wasRead{incarnation: u.incarnation, seq: e.Seq, asked: now}
	shop := u.house.parts.Catalogue.Shop(u.cell.key.Room)
	done := func(r *live.Reading) {
		answer.reading = r
		u.cell.post(answer)
	}
	if t := u.trace(e.Event); t != nil {
		t.asked = now
		if r, ok := u.house.parts.Reader.(NotingReader); ok {
			t.note = new(ReadNote)
			r.SubmitNoted(shop, e.Event.Text, time.UnixMilli(e.Deadline), t.note, done)
			return
		}
	}
	u.house.parts.Reader.Submit(shop, e.Event.Text, time.UnixMilli(e.Deadline), done)
}

func (u *user) askRoom(now time.Time, e *Effect) {
	if t := u.trace(e.Event); t != nil {
		t.asked = now
	}
	a := Asker{AskerID: u.asker(e.Seq), Topic: e.Topic}
	c := u.house.parts.Catalogue
	a.Counts = c.CountsVersion(u.cell.key.Room)
	if e.Topic.Product != "" {
		a.Version = c.StockVersion(c.Shop(u.cell.key.Room), e.Topic.Product)
	}
	u.house.rooms.tell(u.cell.key.Room, &asked{Asker: a}, now.UnixMilli())
}

func (u *user) asker(seq uint64) AskerID {
	return AskerID{User: u.cell.key, Incarnation: u.incarnation, Seq: seq}
}

// release tells the room that this user will not answer for others.
func (u *user) release(t Topic, e *live.Event, seq uint64) {
	if e.Type == live.Comment && t != (Topic{}) {
		u.house.rooms.tell(u.cell.key.Room, &released{Answer: Answer{Asker: u.asker(seq), Topic: t}}, u.house.now().UnixMilli())
	}
}

// compose puts the answer into words. No words, and a composer that panics, shed the message.
func (u *user) compose(now time.Time, e *Effect) (in Input) {
	in = Input{Kind: InComposed, Seq: e.Seq}
	defer func() {
		if r := recover(); r != nil {
			u.house.metrics.panics.Inc()
			u.house.log.Error("composer panicked", "room", u.cell.key.Room, "user", u.cell.key.User, "err", fmt.Sprint(r))
			in.Line = Line{}
		}
	}()
	in.Nobody = e.Say.HandsOver() != "" && u.house.nobody(u.cell.key.Room)
	q := &u.scratch.question
	*q = Question{
		Say: *e.Say, Shop: u.house.parts.Catalogue.Shop(u.cell.key.Room), User: u.cell.key, Text: e.Event.Text, Scope: e.Scope,
		Arrived: time.UnixMilli(e.Received), Now: now, Nobody: in.Nobody,
	}
	t := u.trace(e.Event)
	if t != nil {
		t.Before, t.Topic, t.Lead, t.Tail = u.state.talk, q.Topic, q.Lead, q.Tail
		q.Basis = &t.Basis
	}
	line, err := u.house.parts.Composer.Compose(q)
	if err != nil {
		u.house.log.Error("nothing to say", "room", u.cell.key.Room, "user", u.cell.key.User, "intent", q.Reading.Intent.String(), "topic", q.Topic, "err", err)
		return in
	}
	in.Line = line
	end := u.house.now()
	u.house.metrics.stageCompose.Observe(end.Sub(now).Seconds())
	t.span(StageStep, now, end)
	return in
}
