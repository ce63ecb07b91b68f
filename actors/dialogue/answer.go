package dialogue

import (
	"strings"

	"liveroom/engine/live"
)

// wantsProduct are the questions that cannot be answered without a product.
func wantsProduct(i live.Intent) bool {
	switch i {
	case live.IntentStock, live.IntentSize, live.IntentStyle, live.IntentMaterial, live.IntentSuitability, live.IntentEfficacy,
		live.IntentUsage, live.IntentSpec, live.IntentPrice, live.IntentGift, live.IntentCompare, live.IntentShelfLife:
		return true
	}
	return false
}

// unknown plans for a message that names a product which the shop does not have, or more than can be answered at once,
// and tells whether it does.
func (p *Plan) unknown(h *Heard, intent live.Intent) bool {
	if !h.Named || p.Say.Product != nil || intent.Domain() == live.Aftersale || intent.Domain() == live.Complaint || intent == live.IntentHuman {
		return false
	}
	p.Say.Topic = "no_such"
	n := 0
	for i := range h.Reading.Entities {
		if h.Reading.Entities[i].Kind == "product" {
			n++
		}
	}
	if n > 1 {
		p.Say.Topic = "no_product"
	}
	if h.Public {
		return true
	}
	p.Next.Unsure = 0
	if intent.Domain() == live.Other {
		intent = p.Next.Topic
	}
	if intent != 0 {
		p.Next.Topic, p.Next.Open = intent, p.Next.Open.yield(opened(h.Now, Product, intent))
	}
	return true
}

// yield returns what is open once a question that can do without an answer has been asked too: a hold that waits to be
// confirmed stays.
func (o Open) yield(to Open) Open {
	if o.Kind == Confirm {
		return o
	}
	return to
}

// answer plans the answer to an understood message, and what it leaves open.
func (p *Plan) answer(h *Heard, told *Slots, s *State, intent live.Intent) {
	p.Next.Unsure, p.Next.Open.Guesses = 0, [3]live.Intent{}
	if intent.Domain() != live.Other {
		p.Next.Topic = intent
	}
	p.Next.Welcomed = true
	p.toldPromotion(h.Now, intent)
	one := p.choose()
	if s.Open.Kind == Guess || s.Open.Kind == Product {
		p.Next.Open = Open{} // whatever comes now, the candidates are of no more use
	}
	if complains(intent) {
		p.Next.complained()
		return
	}
	switch {
	case p.Say.VIP && intent != live.IntentHuman:
		p.Say.Lead, p.Next.Thanked = "vip", true
	case p.Say.FirstTime && !s.Complained && h.Reading.Emotion != live.Impatient && (intent.Domain() == live.Presale || intent.Domain() == live.Logistics):
		p.Say.Lead = "hello"
	case h.Reading.Emotion == live.Impatient && intent == s.Topic:
		p.Say.Lead = "again"
	}
	switch {
	case intent == live.IntentAffirm && (s.Open.Kind == Dropped || s.Topic.Domain() != live.Presale):
		p.Say.Product, p.Say.Variant = nil, nil // nothing is to be pressed on anybody
	case intent == live.IntentGreeting:
		p.greet(h)
	case p.Say.Product == nil && intent == live.IntentStock && subject(h.Text, h.Reading) == subjectUrgency:
		p.Say.Topic = subjectUrgency // the figures of the room say it
	case p.Say.Product == nil:
		if wantsProduct(intent) {
			p.Next.Open = p.Next.Open.yield(opened(h.Now, Product, intent))
		}
	case p.others(h, told, intent):
	case intent == live.IntentStock:
		p.Say.Topic = subject(h.Text, h.Reading)
		p.offer(h, s, one)
	case intent == live.IntentSize && len(p.Say.Product.SizeChart) > 0:
		p.fit(h)
	}
}

// greet plans the answer to hello, thanks and goodbye.
func (p *Plan) greet(h *Heard) {
	switch {
	case thanks(h):
		p.Say.Topic = "thanks"
	case leaves(h.Text):
		p.Say.Topic = "bye"
	case p.Say.FirstTime:
		p.Say.Topic = "welcome"
	}
}

// complains tells whether an intent is one after which nothing is sold.
func complains(i live.Intent) bool {
	return i.Domain() == live.Complaint && i != live.IntentSuggestion || i == live.IntentMissingDamaged
}

// grumbles tells whether a text that is not understood may be a complaint, or asks for a person.
func grumbles(r *live.Reading) bool {
	for _, g := range r.Top {
		if g.P >= .2 && (complains(g.Intent) || g.Intent == live.IntentHuman) {
			return true
		}
	}
	return false
}

// complained notes a complaint: what was offered is not offered again.
func (s *State) complained() {
	s.Complained = true
	switch s.Open.Kind {
	case Confirm, Locked, Instalment:
	default:
		s.Open = Open{}
	}
}

// others plans the same answer about each further product that is named; a comparison without a second one is with the
// product that was spoken of.
func (p *Plan) others(h *Heard, told *Slots, intent live.Intent) bool {
	if len(h.Others) > 0 {
		p.Say.Variant = offered(h.Text, told, p.Say.Product)
	}
	for _, o := range h.Others {
		p.Say.Also = append(p.Say.Also, Also{Reading: p.Say.Reading, Product: o, Variant: offered(h.Text, told, o)})
	}
	if (intent == live.IntentCompare || hasAny(h.Text, "一起", "一块")) && h.Named && len(h.Others) == 0 && h.Own != nil && h.Own != h.Product && h.Own.ID != h.Product.ID && !h.Public {
		p.Say.Also = []Also{{Reading: p.Say.Reading, Product: h.Own}}
	}
	return len(p.Say.Also) > 0
}

// offered returns the size and colour that were asked of a product among others, nil when it does not come in them.
func offered(text string, told *Slots, p *live.Product) *live.Variant {
	own := Slots{Size: told.Size, Color: told.Color}
	own.words(text, p)
	v, one := own.variant(p)
	if one == nil && v != nil && offers(p, v) == 0 {
		return nil
	}
	return v
}

// also plans to answer the second question of a message too.
func (p *Plan) also(h *Heard, s *State, second live.Intent) {
	if second == 0 || p.Say.Settles || wantsProduct(second) && p.Say.Product == nil {
		return
	}
	p.Say.Also = append(p.Say.Also, Also{Reading: as(h.Reading, second), Product: p.Say.Product, Variant: p.Say.Variant})
	p.Next.Topic = second
}

// second returns the two questions of a message that asks two at once, 0 when it does not.
func second(h *Heard) (first, other live.Intent) {
	const each, both = .3, .8
	const less, all = .15, .95 // nothing but the two is likely
	r := h.Reading
	a, b := r.Top[0], r.Top[1]
	two := b.P >= each && a.P+b.P >= both || b.P >= less && a.P+b.P >= all
	if !r.Unsure || !two || !asksOne(a.Intent) || !asksOne(b.Intent) || !compound(h.Text) {
		return 0, 0
	}
	return a.Intent, b.Intent
}

// asksOne tells whether an intent is a plain question to the shop.
func asksOne(i live.Intent) bool {
	d := i.Domain()
	return d == live.Presale || d == live.Logistics || d == live.Aftersale && i != live.IntentMissingDamaged
}

// compound tells whether a text has a mark or a word between two parts.
func compound(text string) bool {
	return strings.ContainsAny(strings.Trim(text, " ，。,.！!？?～~；;、"), " ，。,！!？?；;、") || hasAny(text, "还有就是", "另外", "顺便", "然后")
}

// offer plans to offer a reservation after a stock answer, or notes that a size or colour is still to be chosen. While a
// hold waits to be confirmed nothing more is offered, but it is spoken of once.
func (p *Plan) offer(h *Heard, s *State, one *live.Variant) {
	product := p.Say.Product
	choice := opened(h.Now, Choice, live.IntentStock)
	choice.Product = product.ID
	switch {
	case s.Open.Kind == Confirm && h.Now <= s.Open.Until:
		if !s.Open.Resumed || h.line.wants() {
			p.resume(h, s)
		}
	case one == nil && len(product.Variants) > 1:
		p.Next.Open = choice
	case one == nil:
	default:
		p.Say.Tail, p.Say.Wanted = "offer", p.Next.Slots.Quantity
		p.Then = opened(h.Now, Offer, live.IntentStock)
		p.Then.Product, p.Then.SKU, p.Then.Quantity = product.ID, one.SKU, max(1, p.Next.Slots.Quantity)
		p.Next.Open = Open{}
		if len(product.Variants) > 1 { // should it be sold out, another is asked for
			p.Next.Open, p.Next.Open.Resumed = choice, true
		}
	}
}

// fit plans a recommendation of a size, or asks for what it needs.
func (p *Plan) fit(h *Heard) {
	slots := &p.Next.Slots
	if slots.Kg == 0 && slots.Cm == 0 {
		if p.Say.Variant != nil && p.Say.Variant.SKU != "" || slots.Size != "" {
			return // the size that is worn says it
		}
		p.Say.Tail, p.Then = "ask_body", opened(h.Now, Body, live.IntentSize)
		p.Then.Product = p.Say.Product.ID
		return
	}
	if p.Next.Open.Kind == Body {
		p.Next.Open = Open{}
	}
	p.Say.Settles = true
	if p.Say.Advice, p.Say.Body = advise(p.Say.Product, slots.Kg, slots.Cm); p.Say.Advice != "" {
		p.Say.Topic = "size_advice"
		slots.advised(p.Say.Product, p.Say.Advice)
		return
	}
	p.Say.Topic = "no_size"
}

// bridge ties the answer to a question that was open before: the first time something else is asked, the old question is
// offered once more. When the subject is another, old and new are named too.
func (p *Plan) bridge(h *Heard, s *State, intent live.Intent) {
	old := s.Open
	switch {
	case !old.waits() || old.Resumed || h.Now > old.Until:
		return
	case intent.Domain() == live.Other || complains(intent):
		return
	case intent == old.Intent || p.Next.Open.Kind != old.Kind || p.Say.Settles || p.Say.Tail != "":
		return
	}
	if p.Next.Slots.Product != old.Product || old.Kind == Body || old.Kind == Choice && intent.Domain() != live.Presale {
		p.Say.Lead, p.Say.Was, p.Say.Next = "bridge", old.Intent, intent
	}
	p.resume(h, s)
}

// resume plans to offer the open question once more.
func (p *Plan) resume(h *Heard, s *State) {
	old := s.Open
	p.Say.Tail, p.Say.Open = "resume", old.Kind.String()
	p.Say.Asked, p.Say.Chosen = h.Asked, chosenOf(h.Asked, old.SKU)
	if old.Kind == Confirm {
		p.Say.Hold = &live.Reservation{ID: old.Hold, SKU: old.SKU, Quantity: old.Quantity, State: live.ReservationOpen, Until: old.Until}
	}
	p.Then = old
	p.Then.Resumed, p.Then.Latest, p.Then.Until = true, true, max(old.Until, h.Now)
	if old.Kind != Confirm {
		p.Then.Until = max(old.Until, h.Now+openFor)
	}
	p.Next.Open.Resumed = true
}

// chosenOf is chosen for what is said: the only variant of a product needs no name.
func chosenOf(p *live.Product, sku live.SKU) *live.Variant {
	if p != nil && len(p.Variants) == 1 {
		return nil
	}
	return chosen(p, sku)
}

// chosen returns the product's variant of a SKU, nil when it has none.
func chosen(p *live.Product, sku live.SKU) *live.Variant {
	if p == nil || sku == "" {
		return nil
	}
	for i := range p.Variants {
		if p.Variants[i].SKU == sku {
			return &p.Variants[i]
		}
	}
	return nil
}
