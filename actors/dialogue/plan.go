package dialogue

import (
	"slices"
	"unicode/utf8"

	"liveroom/engine/live"
)

// Heard is one message that has been read.
type Heard struct {
	Now     int64 // Unix milliseconds
	Text    string
	Public  bool
	Reading *live.Reading
	// Product is what the text names or, when it names none, what the host presents; nil when that is not known or not
	// one alone.
	Product *live.Product
	Named   bool          // the text names a product, be it an unknown one
	Own     *live.Product // the product of the slots, nil for none
	VIP     bool
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
}

// Say is what a reply is to be about. It is immutable once planned.
type Say struct {
	Reading *live.Reading // with the intent that is answered
	Product *live.Product
	Variant *live.Variant // the size and colour meant, nil for the whole product
	// Topic names the script, "" for that of the intent. Lead and Tail are topics said before and after it, "" for none;
	// they are left out when there is nothing to say.
	Topic, Lead, Tail string
	Was, Next         live.Intent // of a bridge
	Advice, Body      string      // a size, and for whom
	Open              string      // what the tail offers again
	VIP, FirstTime    bool
	// Settles tells that the reply is about the dialogue's own business rather than a question.
	Settles bool
	// Hold is what is held for the user, nil for nothing; Left what is left when it is not enough.
	Hold *live.Reservation
	Left *int64
}

// Plan decides about one message. It does not change the state; Plan.Next does once the reply is on its way.
//
// Hot path: guarded by BenchmarkPlan and TestPlanAllocates.
func (s State) Plan(h *Heard) Plan {
	s = s.fresh(h.Now)
	told := said(h.Reading.Entities)
	p := Plan{Next: s}
	p.Next.At = h.Now
	p.Say.Reading, p.Say.VIP, p.Say.FirstTime = h.Reading, h.VIP && s.At == 0, s.At == 0
	p.product(h, &s)
	if p.Say.Product != nil {
		told.words(h.Text, p.Say.Product)
	}
	p.Next.Slots = p.Next.Slots.merge(&told)
	if h.Public {
		p.public(h, &told)
		return p
	}
	if s.settle(h, &told, &p) {
		return p
	}
	intent := s.meant(h, &told)
	if intent == 0 {
		p.ask(h, &s)
		return p
	}
	p.Say.Reading = as(h.Reading, intent)
	p.answer(h, &s, intent)
	p.bridge(h, &s, intent)
	return p
}

// Note takes in what a message tells that will not be answered by itself.
func (s State) Note(h *Heard) State {
	told := said(h.Reading.Entities)
	p := Plan{Next: s.fresh(h.Now)}
	p.product(h, &s)
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
	if h.Public || p.Say.Topic != "clarify" {
		return false
	}
	n := utf8.RuneCountInString(bare(h.Text))
	return n > 0 && n <= maxFragment
}

// product settles which product the message is about: the one it names, the one it points at while the host presents it,
// the dialogue's own, else the presented one.
func (p *Plan) product(h *Heard, s *State) {
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
	case own == nil, shown != nil && (s.Slots.Shown || points(h.Text)):
		p.Say.Product = shown
	default:
		p.Say.Product = own
	}
	if p.Say.Product != nil {
		p.Next.Slots = p.Next.Slots.about(p.Say.Product, h.Named)
	}
}

// choose settles which size and colour the reply is about, and returns the one SKU that is meant, nil for several.
func (p *Plan) choose() *live.Variant {
	if p.Say.Product == nil {
		return nil
	}
	var one *live.Variant
	p.Say.Variant, one = p.Next.Slots.variant(p.Say.Product)
	return one
}

// public plans an answer before everybody: what the text itself says, and nothing of the person.
func (p *Plan) public(h *Heard, told *Slots) {
	told.Product = p.Next.Slots.Product
	if p.Say.Product != nil {
		p.Say.Variant, _ = told.variant(p.Say.Product)
	}
	if personal(h.Reading) {
		p.Say.Topic = "private"
	}
	if h.Reading.Intent.Domain() != live.Other {
		p.Next.Topic = h.Reading.Intent
	}
}

// personal tells whether an answer would speak of one person's order, address or phone.
func personal(r *live.Reading) bool {
	switch r.Intent {
	case live.IntentTracking, live.IntentRefundProgress, live.IntentOrderChange:
		return true
	}
	return slices.ContainsFunc(r.Entities, func(e live.Entity) bool { return e.Kind == "order_id" || e.Kind == "phone" })
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

// ask plans to ask back. Whoever has not been understood twice is told that a person will look.
func (p *Plan) ask(h *Heard, s *State) {
	p.Next.Unsure++
	p.Say.Topic = "clarify"
	if p.Next.Unsure > 2 {
		p.Say.Topic = "handover"
		return
	}
	open := opened(h.Now, Guess, h.Reading.Intent)
	n := 0
	for _, g := range h.Reading.Top {
		if g.P > 0 && (g.Intent.Domain() != live.Other || g.Intent == live.IntentHuman) { // as the script names them
			open.Guesses[n] = g.Intent
			n++
		}
	}
	if n > 1 && s.Open.Kind == Nothing {
		p.Next.Open = open
	}
}

// wantsProduct are the questions that cannot be answered without a product.
func wantsProduct(i live.Intent) bool {
	switch i {
	case live.IntentStock, live.IntentSize, live.IntentStyle, live.IntentMaterial, live.IntentSuitability, live.IntentEfficacy,
		live.IntentUsage, live.IntentSpec, live.IntentPrice, live.IntentGift, live.IntentCompare, live.IntentShelfLife:
		return true
	}
	return false
}

// answer plans the answer to an understood message, and what it leaves open.
func (p *Plan) answer(h *Heard, s *State, intent live.Intent) {
	p.Next.Unsure = 0
	if intent.Domain() != live.Other {
		p.Next.Topic = intent
	}
	one := p.choose()
	if s.Open.Kind == Guess || s.Open.Kind == Product {
		p.Next.Open = Open{} // whatever comes now, the candidates are of no more use
	}
	if p.Say.FirstTime && h.VIP {
		p.Say.Lead = "vip"
	}
	switch {
	case intent == live.IntentGreeting && p.Say.FirstTime:
		p.Say.Topic = "welcome"
	case p.Say.Product == nil:
		if wantsProduct(intent) {
			p.Next.Open = opened(h.Now, Product, intent)
		}
	case intent == live.IntentStock:
		p.offer(h, s, one)
	case intent == live.IntentSize && len(p.Say.Product.SizeChart) > 0:
		p.fit(h)
	}
}

// offer plans to offer a reservation after a stock answer, or notes that a size or colour is still to be chosen. While a
// hold waits to be confirmed nothing more is offered.
func (p *Plan) offer(h *Heard, s *State, one *live.Variant) {
	switch {
	case s.Open.Kind == Confirm && h.Now <= s.Open.Until:
	case one == nil:
		p.Next.Open = opened(h.Now, Choice, live.IntentStock)
	default:
		p.Say.Tail = "offer"
		p.Then = opened(h.Now, Offer, live.IntentStock)
		p.Then.SKU, p.Then.Quantity = one.SKU, max(1, p.Next.Slots.Quantity)
		if s.Open.Kind == Offer || s.Open.Kind == Choice {
			p.Next.Open = Open{}
		}
	}
}

// fit plans a recommendation of a size, or asks for what it needs.
func (p *Plan) fit(h *Heard) {
	slots := &p.Next.Slots
	if slots.Kg == 0 && slots.Cm == 0 {
		p.Say.Tail, p.Then = "ask_body", opened(h.Now, Body, live.IntentSize)
		return
	}
	if p.Next.Open.Kind == Body {
		p.Next.Open = Open{}
	}
	if p.Say.Advice, p.Say.Body = advise(p.Say.Product, slots.Kg, slots.Cm); p.Say.Advice != "" {
		p.Say.Topic, p.Say.Settles = "size_advice", true
	}
}

// bridge ties the answer to a question that was open before: the first time something else is asked, old and new are
// named, and the old is offered once more.
func (p *Plan) bridge(h *Heard, s *State, intent live.Intent) {
	old := s.Open
	switch {
	case old.Kind == Nothing || old.Kind == Guess || old.Kind == Product || old.Resumed || h.Now > old.Until:
		return
	case intent.Domain() == live.Other || intent.Domain() == live.Complaint:
		return
	case intent == old.Intent || p.Next.Open.Kind != old.Kind || p.Say.Settles:
		return
	}
	p.Say.Lead, p.Say.Was, p.Say.Next = "bridge", old.Intent, intent
	p.Say.Tail, p.Say.Open = "resume", old.Kind.String()
	p.Then = old
	p.Then.Resumed, p.Then.Until = true, max(old.Until, h.Now)
	if old.Kind != Confirm {
		p.Then.Until = h.Now + openFor
	}
	p.Next.Open.Resumed = true
}
