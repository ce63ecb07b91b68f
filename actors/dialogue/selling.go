package dialogue

import (
	"slices"

	"liveroom/engine/live"
)

// What nobody asked for is offered at two moments alone: when a question has been answered and the user says so (好的,
// 谢谢), and when he hesitates (再看看). The answer to a question itself carries none.
//
// It is never offered to who has complained, is upset or waits for a person, nor while something is open, but for the
// offer that he hesitates to take; each promotion and each pair of products once, and not again for some of his messages.
// After an order line the other product is offered whatever was offered a moment ago.

// unasked plans to name what was not asked for behind an answer: the promotion of the product spoken of, else, once all
// is settled, another product.
func (p *Plan) unasked(h *Heard, s *State) {
	resolved, hesitates := s.resolved(h, p), s.hesitates(h, p)
	if !resolved && !hesitates || !p.may || s.Called || p.Next.Rest > 0 || p.Say.Tail != "" || p.Say.HandsOver() != "" {
		return
	}
	about := p.Say.Product
	if about == nil {
		about = h.Own
	}
	if about == nil || p.Next.Slots.Product != about.ID {
		return
	}
	if p.promote(h, about) || hesitates {
		return
	}
	p.cross(&Open{Product: about.ID, Until: h.Now + openFor})
	p.Say.Asked, p.Say.Chosen = about, nil
}

// resolved tells whether a message closes a question that has been answered, with nothing left open.
func (s *State) resolved(h *Heard, p *Plan) bool {
	if s.Open.Kind != Nothing || s.Unsure > 0 || p.Next.Open.Kind != Nothing {
		return false
	}
	switch p.Say.Reading.Intent {
	case live.IntentAffirm:
	case live.IntentGreeting:
		if !thanks(h) || leaves(h.Text) {
			return false
		}
	default:
		return false
	}
	return s.Topic.Domain() == live.Presale || s.Topic.Domain() == live.Logistics && !s.Slots.Shown
}

// hesitates tells whether a message neither takes nor flatly declines what is spoken of. Of what is held, or agreed upon,
// nobody is talked into more.
func (s *State) hesitates(h *Heard, p *Plan) bool {
	if p.Say.Reading.Intent != live.IntentDeny || s.Topic.Domain() != live.Presale {
		return false
	}
	switch s.Open.Kind {
	case Nothing, Offer, Choice:
	default:
		return false
	}
	return h.Reading.Emotion == live.Hesitant || h.line.hesitates() || hasAny(h.line.bare, "看看", "再看", "想想", "考虑")
}

// promote plans to name the promotion in force for a product, and tells whether there is one to be named.
func (p *Plan) promote(h *Heard, about *live.Product) bool {
	text, _ := about.PromotionUntil(h.Now)
	mark := promotionMark(about.ID, text)
	if text == "" || p.Next.Offered.has(mark) {
		return false
	}
	p.Say.Tail, p.Say.Asked, p.Say.Chosen, p.mark = "promotion", about, nil, mark
	switch p.Then = p.Next.Open; p.Then.Kind {
	case Offer, Dropped: // the promotion speaks for what was offered
	default:
		p.Then = opened(h.Now, Promotion, live.IntentStock)
		p.Then.Product = about.ID
	}
	p.Then.Promoted, p.Then.Latest = true, true
	return true
}

// toldPromotion notes a promotion that is part of the answer: it need not be offered any more.
func (p *Plan) toldPromotion(now int64, intent live.Intent) {
	if about := p.Say.Product; about != nil && (intent == live.IntentPromo || intent == live.IntentPrice) {
		if text, _ := about.PromotionUntil(now); text != "" {
			p.Next.Offered = p.Next.Offered.with(promotionMark(about.ID, text))
		}
	}
}

// cross plans to offer another product than that of an order line, or of a question that is resolved.
func (p *Plan) cross(o *Open) {
	if !p.may {
		return
	}
	known := p.Next.Offered
	p.Say.Tail, p.Say.Offered = "cross_sell", &known
	p.Then = locked(o)
	p.Then.Kind, p.Then.Intent, p.Then.Latest = Cross, live.IntentRecommend, true
}

// offered notes, of a reply that was said, what it has offered unasked.
func (p *Plan) offered(next *State, told *Told) {
	switch {
	case p.Then.Kind == Cross && p.Say.Tail == "cross_sell":
		next.Offered = next.Offered.with(pairMark(p.Then.Product, told.Other))
	case p.mark != 0:
		next.Offered = next.Offered.with(p.mark)
	default:
		return
	}
	next.Rest = p.rest
}

// settlePromotion takes yes and no to the promotion that was named: a yes asks for the product.
func (s State) settlePromotion(h *Heard, told *Slots, p *Plan) bool {
	if h.Named || told.choice() || h.Asked == nil || !s.Open.Latest {
		return false
	}
	switch h.line.takes(h.Reading) {
	case yes:
		p.Next.Slots = p.Next.Slots.about(h.Asked, true)
		return p.offerAnew(h)
	case no:
		p.settled(h, "declined", live.IntentDeny)
		p.Say.Open = Promotion.String()
		return true
	}
	return false
}

// wants says how a message takes an offer to look at something: asking to see it is a yes too.
func (h *Heard) wants() yesNo {
	if h.line.looks() {
		return yes
	}
	return h.line.takes(h.Reading)
}

// settleCross takes yes and no to another product.
func (s State) settleCross(h *Heard, told *Slots, p *Plan) bool {
	if h.Named || told.choice() || h.Other == nil || !s.Open.Latest {
		return false
	}
	after := Open{}
	if s.Open.Hold != "" {
		after = locked(&s.Open)
	}
	switch h.wants() {
	case yes:
		p.settled(h, "", live.IntentRecommend)
		p.Say.Settles = false
		p.Say.Product, p.Say.Variant = h.Other, nil
		p.Next.Slots, p.Next.Topic = p.Next.Slots.about(h.Other, true), live.IntentRecommend
		p.Next.Open = after
		return true
	case no:
		p.settled(h, "declined", live.IntentDeny)
		if p.Next.Open = after; s.Open.Hold != "" {
			p.Say.Open = Cross.String() // what is locked is spoken of
		}
		return true
	}
	return false
}

// asksIntents are the questions of who takes up a promotion that was named.
var asksIntents = []live.Intent{live.IntentStock, live.IntentOrdering}

// TakesPromotion tells whether a reply is about what a promotion was named for: by then it was taken up.
func (s *Say) TakesPromotion(before *Open) bool {
	if s.Topic == "reserved" {
		return true
	}
	return before.Kind == Promotion && s.Product != nil && s.Product.ID == before.Product && slices.Contains(asksIntents, s.Reading.Intent)
}
