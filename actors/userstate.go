package actors

import (
	"slices"
	"strings"

	"liveroom/actors/dialogue"
	"liveroom/engine/live"
)

// UserState is the dialogue of one user in one room, as a pure state machine: Step takes the time and one input,
// changes the state and says what is to be done. It does no I/O, reads no clock and takes no lock.
//
// Steps change what is pending and the turns in place, and other slices only by appending, re-slicing or replacing them:
// kept relies on it.
type UserState struct {
	key        live.UserKey
	maxPending int
	seq        uint64 // of the latest message taken in, for the life of this incarnation

	pending  []pending // admitted and not ended, in order of arrival
	answered answers
	turns    turns

	talk    dialogue.State // slots, and what is open
	mood    Mood
	session live.SessionID // the link of the user's latest private message
	seat    string         // who has taken the dialogue, "" when the engine answers

	selling *SellingConfig // what may be offered unasked; nil for the default
	lent    *lent          // during a drive
}

// stage is where a pending message stands.
type stage uint8

const (
	stageReading stage = iota // its text is with the reader
	stageRead                 // its reading is here, its turn has not come
	stageAsking               // the room has been asked who answers
	stageHolding              // pieces are being held
	stageWriting              // the composer has been asked for words
	stageJoined               // it is part of a later message and ends with it
)

// pending is a message on its way to its outcome.
type pending struct {
	seq      uint64
	event    *live.Event
	session  live.SessionID
	received int64 // Unix milliseconds
	deadline int64 // Unix milliseconds
	stage    stage
	accepted bool // it was durable before this incarnation began
	reading  *live.Reading
	product  *live.Product     // named or presented, nil when not known
	others   []*live.Product   // the further ones that it names
	known    *live.Reservation // the dialogue's hold when it was read
	named    bool              // the text itself names a product, be it an unknown one
	vip      bool
	shop     live.ShopID
	products Products
	plan     *dialogue.Plan // from stageAsking and stageHolding on
	patience int64          // how long it waits for another line, Unix milliseconds; 0 before it does
	suggest  bool           // its answer is for the seats only
	topic    Topic
	hold     *live.Reservation // what has been held or released for it
	before   *live.Reservation
}

// kept is a state as it was before a step. It is reused from step to step.
type kept struct {
	state   UserState
	pending []pending
	turns   []Turn
}

// keep notes a state, for back.
func (k *kept) keep(s *UserState) {
	k.state = *s
	k.pending = append(k.pending[:0], s.pending...)
	k.turns = append(k.turns[:0], s.turns.list...)
}

// back returns the state that was kept. What it is used for afterwards must be kept anew.
func (k *kept) back() UserState {
	s := k.state
	copy(s.pending, k.pending)
	copy(s.turns.list, k.turns)
	return s
}

// forget lets go of what is kept.
func (k *kept) forget() {
	k.state = UserState{}
	clear(k.pending[:cap(k.pending)])
	clear(k.turns[:cap(k.turns)])
}

// NewUserState returns the state of a user never seen before.
func NewUserState(k live.UserKey, maxPending int) UserState {
	return UserState{key: k, maxPending: maxPending, mood: moodCalm}
}

// Step takes one input and appends what is to be done to out.
func (s *UserState) Step(now int64, in Input, out []Effect) []Effect {
	switch in.Kind {
	case InArrived:
		return s.arrive(now, in.Arrival, out)
	case InRead:
		return s.read(now, in, out)
	case InRuled:
		return s.ruled(now, in, out)
	case InComposed:
		return s.composed(now, in, out)
	case InFailed:
		return s.failed(now, in, out)
	case InTick:
		return s.tick(now, out)
	case InTaken, InSaid, InGaveBack:
		return s.seated(now, in, out)
	case InSeatGone:
		return s.seatGone(now, in.Arrival, out)
	case InHeld:
		return s.held(now, in, out)
	case InStopped:
		for len(s.pending) > 0 {
			out = s.end(now, s.pending[0], Effect{Outcome: live.Shed, Code: in.Code}, out)
		}
		return out
	}
	panic("actors: unknown input")
}

func (s *UserState) arrive(now int64, a *Arrival, out []Effect) []Effect {
	key := a.Event.Key()
	if a.Event.Type == live.Message {
		s.session = a.Session
	}
	if i := s.find(key); i >= 0 {
		s.pending[i].session = a.Session
		return append(out, Effect{Kind: EffRepeatPending, Seq: s.pending[i].seq, Event: a.Event, Session: a.Session})
	}
	if hit, ok := s.lookup(now, key); ok {
		return append(out, Effect{Kind: EffRepeatClosed, Event: a.Event, Session: a.Session, Block: hit.block()})
	}
	if a.Refused || len(s.pending) >= s.maxPending {
		return append(out, Effect{Kind: EffRefuse, Event: a.Event, Session: a.Session, Code: live.Overloaded})
	}
	s.seq++
	p := pending{
		seq: s.seq, event: a.Event, session: a.Session,
		received: a.Received, deadline: a.Deadline, accepted: a.Redriven,
	}
	s.pending = append(s.pending, p)
	if !a.Redriven {
		out = append(out, Effect{Kind: EffAccept, Seq: p.seq, Event: a.Event, Session: a.Session, Received: a.Received})
	} else if a.Stale {
		return s.quiet(now, p.seq, live.BecauseStale, out)
	}
	return append(out, Effect{Kind: EffRead, Seq: p.seq, Event: a.Event, Deadline: a.Deadline})
}

func (s *UserState) read(now int64, in Input, out []Effect) []Effect {
	i := s.at(in.Seq)
	if i < 0 || s.pending[i].stage != stageReading {
		return out // its message ended without it
	}
	p := &s.pending[i]
	p.stage, p.reading, p.product, p.named = stageRead, in.Reading, in.Product, in.Named
	p.vip, p.shop, p.products, p.others, p.known = in.VIP, in.Shop, in.Products, in.Others, in.Hold
	return s.advance(now, out)
}

// advance decides about the oldest message, and about the next ones for as long as no answer has to be waited for.
func (s *UserState) advance(now int64, out []Effect) []Effect {
	for {
		i := s.head()
		if i < 0 || s.pending[i].stage != stageRead {
			return out
		}
		p := s.pending[i]
		switch decide(s, now, &p) {
		case verdictLate:
			out = s.end(now, p, Effect{Outcome: live.Shed, Code: live.Overloaded}, out)
		case verdictHuman:
			s.talk = s.talk.Note(s.heard(now, &p)) // for when the dialogue is given back
			out = s.end(now, p, Effect{Outcome: live.Quiet, Reason: live.BecauseHumanActive}, out)
		case verdictChatter:
			out = s.end(now, p, Effect{Outcome: live.Quiet, Reason: live.BecauseChatter}, out)
		case verdictAskRoom:
			plan := s.talk.Plan(s.heard(now, &p))
			p.stage, p.plan = stageAsking, &plan
			p.topic = topicOf(&plan.Say)
			s.replace(i, p)
			return append(out, Effect{Kind: EffAskRoom, Seq: p.seq, Topic: p.topic, Event: p.event})
		case verdictAnswer:
			var waits bool
			if out, waits = s.take(now, i, p, out); waits {
				return out
			}
		}
	}
}

// head returns the oldest message that is not part of a later one, -1 for none.
func (s *UserState) head() int {
	return slices.IndexFunc(s.pending, func(p pending) bool { return p.stage != stageJoined })
}

func (s *UserState) heard(now int64, p *pending) *dialogue.Heard {
	h := s.newHeard()
	*h = dialogue.Heard{
		Now: now, Text: p.event.Text, Public: p.event.Type == live.Comment, Reading: p.reading,
		Product: p.product, Others: p.others, Named: p.named, Hold: p.known, VIP: p.vip,
	}
	h.Unasked, h.Rest = s.selling.allows(s.mood)
	if p.products == nil {
		return h
	}
	if id := s.talk.Product(now); id != "" {
		h.Own = p.products.Product(p.shop, id)
	}
	if id := s.talk.Open.Other; id != "" {
		h.Other = p.products.Product(p.shop, id)
	}
	switch id := s.talk.Open.Product; {
	case id == "":
	case h.Own != nil && h.Own.ID == id:
		h.Asked = h.Own
	default:
		h.Asked = p.products.Product(p.shop, id)
	}
	return h
}

// take plans a private message: what is complete is answered at once; a fragment waits a moment for the line it may be
// part of, and joins it. waits tells that nothing more can be decided now.
func (s *UserState) take(now int64, i int, p pending, out []Effect) (_ []Effect, waits bool) {
	h := s.heard(now, &p)
	plan := s.newPlan()
	if *plan = s.talk.Plan(h); plan.Fragment(h) {
		switch {
		case i+1 < len(s.pending):
			p.stage = stageJoined
			s.talk = s.talk.Note(h)
			s.replace(i, p)
			return out, false
		case p.patience == 0:
			p.patience = min(p.received+s.window(p.received), p.deadline)
			s.replace(i, p)
			if now < p.patience {
				return append(out, Effect{Kind: EffWait, Deadline: p.patience}), true
			}
		case now < p.patience:
			return out, true
		}
	}
	p.plan = s.claim(plan)
	if plan.Do != dialogue.Answer {
		p.stage = stageHolding
		s.replace(i, p)
		return append(out, Effect{Kind: EffHold, Seq: p.seq, Event: p.event, Plan: p.plan}), true
	}
	p.stage = stageWriting
	s.replace(i, p)
	return append(out, compose(&p)), true
}

// topicOf returns what a public question is about.
func topicOf(say *dialogue.Say) Topic {
	t := Topic{Intent: say.Reading.Intent}
	if say.Product != nil {
		t.Product = say.Product.ID
	}
	if v := say.Variant; v != nil {
		if t.Variant = string(v.SKU); t.Variant == "" {
			t.Variant = v.Size + "/" + v.Color
		}
	}
	if say.Topic != "" {
		t.Variant += "!" + say.Topic // another answer than the plain one
	}
	for i := range say.Also {
		if p := say.Also[i].Product; p != nil {
			t.Variant += "+" + string(p.ID)
		}
	}
	return t
}

func (s *UserState) ruled(now int64, in Input, out []Effect) []Effect {
	i := s.at(in.Seq)
	if i < 0 || i != s.head() || s.pending[i].stage != stageAsking {
		if in.Ruling == RuledFirst || in.Ruling == RuledSuggest { // the room must not wait for an answer that will not come
			out = append(out, Effect{Kind: EffRelease, Seq: in.Seq, Topic: in.Topic})
		}
		return out
	}
	p := s.pending[i]
	switch in.Ruling {
	case RuledJoin:
		out = s.end(now, p, Effect{Outcome: live.Merged, Joined: in.Joined, HandOver: p.plan.Say.HandsOver()}, out)
		return s.advance(now, out)
	case RuledQuiet:
		out = s.end(now, p, Effect{Outcome: live.Quiet, Reason: in.Reason}, out)
		return s.advance(now, out)
	case RuledFirst, RuledSuggest:
	}
	p.stage, p.suggest = stageWriting, in.Ruling == RuledSuggest
	s.replace(i, p)
	return append(out, compose(&p))
}

// held completes a plan with what became of its pieces.
func (s *UserState) held(now int64, in Input, out []Effect) []Effect {
	i := s.at(in.Seq)
	if i < 0 || s.pending[i].stage != stageHolding {
		if in.Hold != nil {
			out = append(out, Effect{Kind: EffUndo, Hold: in.Hold, Before: in.Before})
		}
		return out
	}
	p := s.pending[i]
	plan := *p.plan
	switch plan.Do {
	case dialogue.Reserve:
		plan.Reserved(in.Hold, in.Left, in.Known)
	case dialogue.Lock:
		plan.Locked(now, in.Hold)
	case dialogue.Free:
		plan.Freed(in.Hold, in.Before)
	case dialogue.Answer:
	}
	p.plan, p.hold, p.before, p.stage = &plan, in.Hold, in.Before, stageWriting
	s.replace(i, p)
	return append(out, compose(&p))
}

func compose(p *pending) Effect {
	return Effect{Kind: EffCompose, Seq: p.seq, Event: p.event, Say: &p.plan.Say, Scope: scopeOf(p.event), Received: p.received}
}

func (s *UserState) composed(now int64, in Input, out []Effect) []Effect {
	i := s.at(in.Seq)
	if i < 0 || s.pending[i].stage != stageWriting {
		return out
	}
	p := s.pending[i]
	if s.seat != "" {
		return s.advance(now, s.end(now, p, Effect{Outcome: live.Quiet, Reason: live.BecauseHumanActive}, out))
	}
	if in.Line.Text == "" {
		return s.advance(now, s.end(now, p, Effect{Outcome: live.Shed, Code: live.Internal}, out))
	}
	if p.suggest {
		return s.advance(now, s.end(now, p, Effect{Outcome: live.Quiet, Reason: live.BecauseSuggested, Reply: s.reply(now, &p, &in.Line)}, out))
	}
	before := s.talk.Open
	s.talk = p.plan.Said(dialogue.Told{Tail: in.Line.Tail, Other: in.Line.Other, Left: in.Line.Left})
	e := Effect{Outcome: live.Replied, Reply: s.reply(now, &p, &in.Line), Counted: in.Line.Counts, Alone: in.Line.Alone}
	e.Offers = offersOf(&before, &p.plan.Say, &s.talk.Open)
	if why := p.plan.Say.HandsOver(); why != "" {
		if s.talk.Called = true; !in.Nobody {
			e.Outcome, e.Reason, e.HandOver, e.Reply.HandedOver = live.HandedOver, why, why, true
		}
	}
	return s.advance(now, s.end(now, p, e, out))
}

func (s *UserState) reply(now int64, p *pending, line *Line) *live.Reply {
	say, r := &p.plan.Say, s.newReply()
	*r = live.Reply{
		ID: live.ReplyIDFor(s.key, p.event.Key()), To: p.to(), Room: s.key.Room, User: s.key.User,
		Dialogue: live.DialogueOf(s.key), Text: line.Text, Scope: scopeOf(p.event),
		Intent: say.Reading.Intent, Confidence: float64(p.reading.Confidence), Emotion: p.reading.Emotion,
		By: line.By, Decided: p.reading.DecidedBy, Script: line.Script, Variant: line.Variant,
		TookMs: now - p.received,
	}
	if say.Settles {
		r.By = live.ByDialogue
	}
	return r
}

// failed ends one message whose step or effect broke.
func (s *UserState) failed(now int64, in Input, out []Effect) []Effect {
	if i := s.at(in.Seq); i >= 0 {
		out = s.end(now, s.pending[i], Effect{Outcome: live.Shed, Code: in.Code}, out)
	}
	return s.advance(now, out)
}

// lateGrace is how far past its deadline a message may wait for a part to answer before it is given up, in
// milliseconds. Parts answer by the deadline; this closes the case that one does not.
const lateGrace = 200

func (s *UserState) tick(now int64, out []Effect) []Effect {
	late := func(p pending) bool { return now > p.deadline+lateGrace }
	for i := slices.IndexFunc(s.pending, late); i >= 0; i = slices.IndexFunc(s.pending, late) {
		out = s.end(now, s.pending[i], Effect{Outcome: live.Shed, Code: live.Overloaded}, out)
	}
	return s.advance(now, out)
}

func (s *UserState) quiet(now int64, seq uint64, why live.Reason, out []Effect) []Effect {
	return s.end(now, s.pending[s.at(seq)], Effect{Outcome: live.Quiet, Reason: why}, out)
}

// end gives a message its one outcome: it leaves the pending, its id is remembered, and its turn joins the dialogue.
// Whatever joined it ends with it.
func (s *UserState) end(now int64, p pending, e Effect, out []Effect) []Effect {
	if p.stage != stageJoined {
		out = s.endJoined(now, p, e, out)
	}
	i := s.at(p.seq)
	s.pending = slices.Delete(s.pending, i, i+1)
	s.remember(now, p.event.Key())
	turn := Turn{At: p.received, Text: strings.Clone(p.event.Text)} // the event's strings share one allocation
	if p.reading != nil {
		turn.Intent = p.reading.Intent
		if p.event.Type != live.GiveBack { // of such a line that was done when it came
			s.mood = s.mood.next(p.reading.Emotion, turn.Text, p.received, &s.turns)
			e.Mood = s.mood
		}
	}
	if e.Reply != nil {
		turn.Answer, turn.Intent = e.Reply.Script, e.Reply.Intent
	}
	if p.event.Type == live.GiveBack {
		s.endWaited(&p, turn, &e)
	} else if e.Outcome != live.Shed && e.Reason != live.BecauseChatter {
		turn.Waits = e.Reason == live.BecauseHumanActive
		s.turns.add(turn)
	}
	if e.Outcome == live.Shed {
		e.Reason = live.Reason(e.Code.String())
	}
	switch {
	case p.hold == nil:
	case e.Outcome.Answers():
		e.Hold, e.Before = p.hold, p.before
	default: // nobody is told of it
		out = append(out, Effect{Kind: EffUndo, Hold: p.hold, Before: p.before})
	}
	e.Kind, e.Seq, e.Event, e.Session, e.Received = EffClose, p.seq, p.event, p.session, p.received
	e.Topic, e.Redriven = p.topic, p.accepted
	e.Answering = (p.stage == stageWriting || p.stage == stageAsking) && p.event.Type == live.Comment
	e.Reading, e.Product = p.reading, p.about()
	e.To = live.SessionID(s.seat) // who has the dialogue is shown what is written in it
	return append(out, e)
}

// about returns the product that a message turned out to be about, "" when that is not known.
func (p *pending) about() live.ProductID {
	switch {
	case p.plan != nil && p.plan.Say.Product != nil:
		return p.plan.Say.Product.ID
	case p.product != nil:
		return p.product.ID
	}
	return ""
}

// endJoined ends the fragments that are part of a message: they join its reply, or end as it does.
func (s *UserState) endJoined(now int64, p pending, e Effect, out []Effect) []Effect {
	joined := Effect{Outcome: e.Outcome, Reason: e.Reason, Code: e.Code, Joined: e.Joined}
	if e.Outcome.Answers() {
		joined.Outcome, joined.Reason, joined.Joined = live.Merged, "", e.Reply.ID
	}
	for len(s.pending) > 0 && s.pending[0].stage == stageJoined && s.pending[0].seq < p.seq {
		out = s.end(now, s.pending[0], joined, out)
	}
	return out
}

func (s *UserState) replace(i int, p pending) {
	s.pending[i] = p
}

func (s *UserState) at(seq uint64) int {
	return slices.IndexFunc(s.pending, func(p pending) bool { return p.seq == seq })
}

func (s *UserState) find(key live.EventKey) int {
	return slices.IndexFunc(s.pending, func(p pending) bool { return p.event.Key() == key })
}

func scopeOf(e *live.Event) live.Scope {
	if e.Type == live.Comment {
		return live.Public
	}
	return live.Private
}
