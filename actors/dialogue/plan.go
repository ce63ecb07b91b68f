package dialogue

import (
	"unicode/utf8"

	"liveroom/engine/live"
)

// Heard is one message that has been read.
type Heard struct {
	Now     int64 // Unix milliseconds
	Text    string
	Public  bool
	Reading *live.Reading
	// Product is what the text names or, when it names none, what the host presents; nil when that is not known. Others are
	// the further ones that it names.
	Product *live.Product
	Others  []*live.Product
	Named   bool          // the text names a product, be it an unknown one
	Own     *live.Product // the product of the slots, nil for none
	Asked   *live.Product // the product of the open question, nil for none
	Other   *live.Product // the product that the open question offers, nil for none
	// Hold is the reservation that the dialogue knows of, as it stands; nil when that was not looked up.
	Hold *live.Reservation
	VIP  bool
	// Unasked tells that what was not asked for may be offered, and Rest for how many messages nothing is offered after it.
	Unasked bool
	Rest    int

	line line // of Text, once a plan is made
}

// Do says what a plan wants done before its reply is put into words.
type Do uint8

// What a plan may want done.
const (
	Answer  Do = iota // nothing but the reply
	Reserve           // hold Plan.SKU × Plan.Quantity
	Lock              // confirm the hold
	Free              // release the hold
)

// Plan is what is to be done about one message.
type Plan struct {
	Do       Do
	SKU      live.SKU
	Quantity int64
	Hold     live.ReservationID
	Say      Say
	// Next is the state once the reply has been said, without its tail.
	Next State
	// Then is what is open instead once the tail has been said too; Nothing leaves Next.Open.
	Then Open

	may  bool   // what was not asked for may be offered
	rest int    // for how many messages nothing more is, once something was
	mark uint32 // of the promotion that the tail names, 0 for none
}

// Say is what a reply is to be about. It is immutable once planned.
type Say struct {
	Reading *live.Reading // with the intent that is answered
	Product *live.Product
	Variant *live.Variant // the size and colour meant, nil for the whole product
	// Also are further answers of the same reply.
	Also []Also
	// Topic names the script, "" for that of the intent. Lead and Tail are topics said before and after it, "" for none;
	// they are left out when there is nothing to say.
	Topic, Lead, Tail string
	Was, Next         live.Intent // of a bridge
	Advice, Body      string      // a size, and for whom
	Open              string      // what the tail offers again
	// Asked and Chosen are what that is about, nil when that is what the reply is about.
	Asked          *live.Product
	Chosen         *live.Variant
	VIP, FirstTime bool
	// Again tells that the message before was not understood either.
	Again bool
	// Offered is what need not be offered once more by a cross-selling tail, nil else.
	Offered *Offered
	// Settles tells that the reply is about the dialogue's own business rather than a question.
	Settles bool
	// Hold is what is held for the user, nil for nothing; Left what is left when it is not enough.
	Hold *live.Reservation
	Left *int64
	// Wanted is how many pieces the user has asked for, 0 when he has not said.
	Wanted int64
}

// Also is one more answer within a reply: about another product, or to another question.
type Also struct {
	Reading *live.Reading
	Product *live.Product
	Variant *live.Variant
}

// Plan decides about one message. It does not change the state; Plan.Next does once the reply is on its way.
//
// Hot path: guarded by BenchmarkPlan and TestPlanAllocates.
func (s State) Plan(h *Heard) Plan {
	own := *h
	own.line = lineOf(h.Text)
	return s.fresh(h.Now).known(h).plan(&own)
}

func (s State) plan(h *Heard) Plan {
	told := said(Meant(h.Text, h.Reading.Entities))
	p := Plan{Next: s}
	p.Next.At, p.Next.Open.Latest = h.Now, false
	p.Say.Reading, p.Say.VIP, p.Say.FirstTime = h.Reading, h.VIP && !s.Thanked && !s.Complained, !s.Welcomed
	p.product(h, &s, &told)
	if p.Say.Product != nil {
		told.words(h.Text, p.Say.Product)
	}
	if d := h.Reading.Intent.Domain(); !h.Reading.Unsure && (d == live.Aftersale || d == live.Complaint) && !s.changes(h) {
		told.Quantity = 0 // of what was bought
	}
	p.Next.Slots = p.Next.Slots.merge(&told)
	if h.Public {
		p.public(h, &told)
		return p
	}
	p.Next.Rest = max(0, s.Rest-1)
	p.may, p.rest = h.Unasked && !s.Complained && h.Reading.Emotion != live.Impatient, h.Rest
	if s.noneOf(h) {
		p.ask(h, &s, true)
		return p
	}
	if p.outOfBounds(h, &s, &told) || s.settle(h, &told, &p) {
		p.unasked(h, &s)
		return p
	}
	intent, second := s.meant(h, &told)
	if intent == 0 {
		p.ask(h, &s, false)
		return p
	}
	p.Say.Reading = as(h.Reading, intent)
	if p.unknown(h, intent) || p.noted(h, &told, intent) {
		return p
	}
	p.answer(h, &told, &s, intent)
	p.also(h, &s, second)
	p.bridge(h, &s, intent)
	p.unasked(h, &s)
	return p
}

// known takes in what has become of the hold apart from the dialogue: what was ordered waits for no confirmation.
func (s State) known(h *Heard) State {
	if h.Hold == nil || s.Open.Hold == "" || h.Hold.ID != s.Open.Hold {
		return s
	}
	if h.Hold.State == live.ReservationOrdered && s.Open.Kind == Confirm {
		s.Open.Kind = Locked
	}
	return s
}

// Note takes in what a message tells that will not be answered by itself.
func (s State) Note(h *Heard) State {
	told := said(Meant(h.Text, h.Reading.Entities))
	p := Plan{Next: s.fresh(h.Now)}
	p.product(h, &s, &told)
	p.Next.Slots = p.Next.Slots.merge(&told)
	p.Next.At = h.Now
	if r := h.Reading; !r.Unsure && r.Intent.Domain() != live.Other {
		p.Next.Topic = r.Intent
	}
	return p.Next
}

// maxFragment is the longest text, in letters and digits, that is taken for a part of a line still being typed.
const maxFragment = 4

// Fragment tells whether a planned message is so short and so little understood that the user's next line may belong to it.
func (p *Plan) Fragment(h *Heard) bool {
	early := p.Say.Topic == "handover" && p.Next.Unsure == 2 && h.Reading.Emotion != live.Impatient
	if h.Public || p.Say.Topic != "clarify" && !early {
		return false
	}
	n := utf8.RuneCountInString(bare(h.Text))
	return n > 0 && n <= maxFragment
}

// product settles which product the message is about: the one it names, that of the open question it answers, the one it
// points at while the host presents it, the dialogue's own, else the presented one.
func (p *Plan) product(h *Heard, s *State, told *Slots) {
	own := h.Own
	if own != nil && own.ID != s.Slots.Product {
		own = nil
	}
	shown := h.Product
	if h.Named {
		shown = nil
	}
	switch {
	case h.Named:
		p.Say.Product = h.Product
	case h.Other != nil && s.Open.Kind == Cross && points(h.Text):
		p.Say.Product = h.Other
	case h.Asked != nil && s.Open.completes(told):
		p.Say.Product = h.Asked
	case own == nil, shown != nil && (s.Slots.Shown && !s.Open.waits() || pointsHere(h.Text)):
		p.Say.Product = shown
	default:
		p.Say.Product = own
	}
	if p.Say.Product != nil {
		p.Next.Slots = p.Next.Slots.about(p.Say.Product, h.Named)
	}
}

// completes tells whether a message gives what the open question asked for.
func (o *Open) completes(told *Slots) bool {
	switch o.Kind {
	case Body:
		return told.Kg != 0 || told.Cm != 0
	case Choice:
		return told.choice()
	}
	return false
}

// waits tells whether a question is open that is about one product.
func (o *Open) waits() bool {
	switch o.Kind {
	case Choice, Body, Offer, Confirm, Instalment:
		return true
	}
	return false
}

// choose settles which size and colour the reply is about, and returns the one SKU that is meant, nil for several.
func (p *Plan) choose() *live.Variant {
	if p.Say.Product == nil {
		return nil
	}
	var one *live.Variant
	p.Say.Variant, one = p.Next.Slots.variant(p.Say.Product)
	if v := p.Say.Variant; v != nil && v.SKU == "" && offers(p.Say.Product, v) == 0 { // it is told once that there is none
		p.Next.Slots.Size, p.Next.Slots.Color = without(p.Say.Product, p.Next.Slots.Size, p.Next.Slots.Color, v)
	}
	return one
}

// public plans an answer before everybody: what the text itself says, and nothing of the person.
func (p *Plan) public(h *Heard, told *Slots) {
	told.Product = p.Next.Slots.Product
	if p.Say.Product != nil {
		p.Say.Variant, _ = told.variant(p.Say.Product)
	}
	intent := h.Reading.Intent
	if complains(intent) && !h.Reading.Unsure {
		p.Next.complained()
	}
	if intent.Domain() != live.Other && !h.Reading.Unsure {
		p.Next.Topic = intent
	}
	switch {
	case personal(h.Text, h.Reading):
		p.Say.Topic = "private"
	case p.unknown(h, intent) || p.others(h, told, intent):
	default:
		if about := subject(h.Text, h.Reading); about != "" && (p.Say.Product != nil || about == subjectUrgency) {
			p.Say.Reading, p.Say.Topic = as(h.Reading, live.IntentStock), about
		}
	}
}

// as returns the reading with another intent in place of its own.
func as(r *live.Reading, i live.Intent) *live.Reading {
	if r.Intent == i && !r.Unsure {
		return r
	}
	c := *r
	c.Intent, c.Unsure = i, false
	return &c
}

// ask plans to ask back, without candidates where those named were none. Candidates are asked for once; whose answer to
// that is not understood either, or who has not been understood three times in a row, is told that a person will look.
func (p *Plan) ask(h *Heard, s *State, none bool) {
	p.Next.Unsure++
	p.Say.Topic, p.Say.Again = "clarify", s.Unsure > 0 && !none
	p.Next.Open.Guesses = [3]live.Intent{}
	if s.Open.Kind == Guess {
		p.Next.Open = Open{}
	}
	asked := s.Unsure > 0 && s.guesses() > 0 && !none
	if asked || p.Next.Unsure > 2 || h.Reading.Emotion == live.Impatient && (s.Complained || grumbles(h.Reading)) {
		p.Say.Topic = "handover"
		return
	}
	if none {
		c := *h.Reading
		c.Top = [3]live.Guess{}
		p.Say.Reading = &c
		return
	}
	var guesses [3]live.Intent
	n := 0
	for _, g := range h.Reading.Top {
		if g.P > 0 && (g.Intent.Domain() != live.Other || g.Intent == live.IntentHuman) { // as the script names them
			guesses[n] = g.Intent
			n++
		}
	}
	if n < 2 {
		if s.Open.waits() && h.Now <= s.Open.Until {
			p.resume(h, s) // whatever it was, this is what an answer is waited for
		}
		return
	}
	if p.Next.Open.Kind == Nothing {
		p.Next.Open = opened(h.Now, Guess, h.Reading.Intent)
	}
	p.Next.Open.Guesses = guesses
}
