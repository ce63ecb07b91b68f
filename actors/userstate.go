package actors

import (
	"slices"
	"strings"

	"liveroom/engine/live"
)

// UserState is the dialogue of one user in one room, as a pure state machine: Step takes the time and one input,
// changes the state and says what is to be done. It does no I/O, reads no clock and takes no lock.
//
// Steps change slices only by appending, re-slicing or replacing them, never in place, so that a shallow copy taken
// before a step is the state before that step.
type UserState struct {
	key        live.UserKey
	maxPending int
	seq        uint64 // of the latest message taken in, for the life of this incarnation

	pending  []pending // admitted and not ended, in order of arrival
	answered []answered
	turns    turns

	product live.ProductID // what the dialogue is about
	mood    Mood
	unsure  int            // messages in a row that were not understood
	session live.SessionID // the link of the user's latest private message
	seat    string         // who has taken the dialogue, "" when the engine answers
}

// stage is where a pending message stands.
type stage uint8

const (
	stageReading stage = iota // its text is with the reader
	stageRead                 // its reading is here, its turn has not come
	stageAsking               // the room has been asked who answers
	stageWriting              // the composer has been asked for words
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
	product  live.ProductID
	variant  string
	named    bool // the text itself names a product, be it an unknown one
	topic    Topic
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
	}
	panic("actors: unknown input")
}

func (s *UserState) arrive(now int64, a *Arrival, out []Effect) []Effect {
	key := a.Event.Key()
	if a.Event.Type == live.Message {
		s.session = a.Session
	}
	if i := s.find(key); i >= 0 {
		s.pending = slices.Clone(s.pending)
		s.pending[i].session = a.Session
		return append(out, Effect{Kind: EffRepeatPending, Seq: s.pending[i].seq, Session: a.Session})
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
	s.pending = slices.Clone(s.pending)
	p := &s.pending[i]
	p.stage, p.reading, p.product, p.variant, p.named = stageRead, in.Reading, in.Product, in.Variant, in.Named
	return s.advance(now, out)
}

// advance decides about the oldest message, and about the next ones for as long as no answer has to be waited for.
func (s *UserState) advance(now int64, out []Effect) []Effect {
	for len(s.pending) > 0 && s.pending[0].stage == stageRead {
		p := s.pending[0]
		if own := s.about(now); !p.named && own != "" {
			p.product = own // the dialogue's own product goes before what the host presents
		}
		switch decide(s, now, &p) {
		case verdictLate:
			out = s.end(now, p, Effect{Outcome: live.Shed, Code: live.Overloaded}, out)
		case verdictHuman:
			out = s.end(now, p, Effect{Outcome: live.Quiet, Reason: live.BecauseHumanActive}, out)
		case verdictChatter:
			out = s.end(now, p, Effect{Outcome: live.Quiet, Reason: live.BecauseChatter}, out)
		case verdictAskRoom:
			p.stage, p.topic = stageAsking, Topic{Intent: p.reading.Intent, Product: p.product, Variant: p.variant}
			s.replaceHead(p)
			return append(out, Effect{Kind: EffAskRoom, Seq: p.seq, Topic: p.topic, Event: p.event})
		case verdictAnswer:
			p.stage = stageWriting
			s.replaceHead(p)
			return append(out, s.compose(&p))
		}
	}
	return out
}

func (s *UserState) ruled(now int64, in Input, out []Effect) []Effect {
	i := s.at(in.Seq)
	if i != 0 || s.pending[0].stage != stageAsking {
		if in.Ruling == RuledFirst { // the room must not wait for an answer that will not come
			out = append(out, Effect{Kind: EffRelease, Seq: in.Seq, Topic: in.Topic})
		}
		return out
	}
	p := s.pending[0]
	if in.Ruling == RuledJoin {
		out = s.end(now, p, Effect{Outcome: live.Merged, Joined: in.Joined}, out)
		return s.advance(now, out)
	}
	p.stage = stageWriting
	s.replaceHead(p)
	return append(out, s.compose(&p))
}

// aboutFor is how long a dialogue stays with its product after the latest turn, in milliseconds.
const aboutFor = 10 * 60 * 1000

// about returns the product the dialogue is about, "" for none.
func (s *UserState) about(now int64) live.ProductID {
	for t := range s.turns.latest {
		if now-t.At <= aboutFor {
			return s.product
		}
		break
	}
	return ""
}

func (s *UserState) compose(p *pending) Effect {
	topic := ""
	if p.reading.Unsure || p.reading.Intent == live.IntentUnknown {
		topic = "clarify"
	}
	return Effect{
		Kind: EffCompose, Seq: p.seq, Event: p.event, Reading: p.reading,
		Product: p.product, Script: topic, Scope: scopeOf(p.event), Received: p.received,
	}
}

func (s *UserState) composed(now int64, in Input, out []Effect) []Effect {
	i := s.at(in.Seq)
	if i != 0 || s.pending[0].stage != stageWriting {
		return out
	}
	p := s.pending[0]
	if s.seat != "" {
		return s.advance(now, s.end(now, p, Effect{Outcome: live.Quiet, Reason: live.BecauseHumanActive}, out))
	}
	if in.Line.Text == "" {
		return s.advance(now, s.end(now, p, Effect{Outcome: live.Shed, Code: live.Internal}, out))
	}
	r := &live.Reply{
		ID: live.ReplyIDFor(s.key, p.event.Key()), To: p.event.ID, Room: s.key.Room, User: s.key.User,
		Dialogue: live.DialogueOf(s.key), Text: in.Line.Text, Scope: scopeOf(p.event),
		Intent: p.reading.Intent, Confidence: float64(p.reading.Confidence), Emotion: p.reading.Emotion,
		By: in.Line.By, Decided: p.reading.DecidedBy, Script: in.Line.Script, Variant: in.Line.Variant,
		TookMs: now - p.received,
	}
	if p.named && p.product != "" {
		s.product = p.product
	}
	s.unsure++
	if !p.reading.Unsure && p.reading.Intent != live.IntentUnknown {
		s.unsure = 0
	}
	return s.advance(now, s.end(now, p, Effect{Outcome: live.Replied, Reply: r, Counted: in.Line.Counts}, out))
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
	for _, p := range s.pending {
		if now > p.deadline+lateGrace {
			out = s.end(now, p, Effect{Outcome: live.Shed, Code: live.Overloaded}, out)
		}
	}
	return s.advance(now, out)
}

func (s *UserState) quiet(now int64, seq uint64, why live.Reason, out []Effect) []Effect {
	return s.end(now, s.pending[s.at(seq)], Effect{Outcome: live.Quiet, Reason: why}, out)
}

// end gives a message its one outcome: it leaves the pending, its id is remembered, and its turn joins the dialogue.
func (s *UserState) end(now int64, p pending, e Effect, out []Effect) []Effect {
	i := s.at(p.seq)
	rest := make([]pending, 0, len(s.pending)-1)
	s.pending = append(append(rest, s.pending[:i]...), s.pending[i+1:]...)
	s.remember(now, p.event.Key())
	turn := Turn{At: p.received, Text: strings.Clone(p.event.Text)} // the event's strings share one allocation
	if p.reading != nil {
		turn.Intent = p.reading.Intent
		s.mood = s.mood.next(p.reading.Emotion, turn.Text, p.received, &s.turns)
		e.Mood = s.mood
	}
	if e.Reply != nil {
		turn.Answer = e.Reply.Script
	}
	if e.Outcome != live.Shed && e.Reason != live.BecauseChatter {
		s.turns.add(turn)
	}
	if e.Outcome == live.Shed {
		e.Reason = live.Reason(e.Code.String())
	}
	e.Kind, e.Seq, e.Event, e.Session, e.Received = EffClose, p.seq, p.event, p.session, p.received
	e.Topic, e.Redriven = p.topic, p.accepted
	e.Answering = (p.stage == stageWriting || p.stage == stageAsking) && p.event.Type == live.Comment
	e.Reading = p.reading
	return append(out, e)
}

func (s *UserState) replaceHead(p pending) {
	s.pending = slices.Clone(s.pending)
	s.pending[0] = p
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
