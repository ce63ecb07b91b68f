package dialogue

import "liveroom/engine/live"

// settle plans for a message that answers the open question, and tells whether it does.
func (s State) settle(h *Heard, told *Slots, p *Plan) bool {
	switch s.Open.Kind {
	case Offer:
		return s.settleOffer(h, told, p)
	case Confirm:
		return s.settleHold(h, told, p)
	case Instalment:
		switch takes(h.Text, h.Reading) {
		case yes:
			p.settled("instalment", live.IntentAffirm)
			return true
		case no:
			p.settled("declined", live.IntentDeny)
			return true
		}
	}
	return false
}

// settled plans an answer that closes what was open.
func (p *Plan) settled(topic string, i live.Intent) {
	p.choose()
	p.Next.Open, p.Next.Unsure = Open{}, 0
	p.Say.Topic, p.Say.Settles, p.Say.Reading = topic, true, as(p.Say.Reading, i)
}

// settleOffer takes yes, no and a number of pieces.
func (s State) settleOffer(h *Heard, told *Slots, p *Plan) bool {
	if h.Named || told.choice() && !s.sameChoice(h, told) {
		return false // something else is wanted after all
	}
	answer := takes(h.Text, h.Reading)
	if answer == neither && told.Quantity > 0 && !asks(h.Text) && takesPieces(h.Reading) {
		answer = yes
	}
	switch answer {
	case yes:
		p.settled("reserved", live.IntentAffirm)
		p.Do, p.SKU, p.Quantity = Reserve, s.Open.SKU, max(1, s.Open.Quantity)
		if told.Quantity > 0 {
			p.Quantity = told.Quantity
		}
		p.variantOf(h, s.Open.SKU)
		return true
	case no:
		p.settled("declined", live.IntentDeny)
		return true
	}
	return false
}

// takesPieces tells whether a text that names a number of pieces takes an offer rather than asks something.
func takesPieces(r *live.Reading) bool {
	switch r.Intent {
	case live.IntentAffirm, live.IntentOrdering, live.IntentUnknown, live.IntentChatter:
		return true
	}
	return r.Unsure && r.Intent.Domain() == live.Presale
}

// sameChoice tells whether what was said names the very SKU that is on offer.
func (s *State) sameChoice(h *Heard, told *Slots) bool {
	if h.Own == nil {
		return false
	}
	slots := s.Slots.merge(told)
	_, one := slots.variant(h.Own)
	return one != nil && one.SKU == s.Open.SKU
}

// settleHold takes yes and no about pieces that are held, and tells of a hold that has run out.
func (s State) settleHold(h *Heard, told *Slots, p *Plan) bool {
	if h.Named || told.choice() && !s.sameChoice(h, told) {
		return false
	}
	switch takes(h.Text, h.Reading) {
	case yes:
		p.settled("locked", live.IntentAffirm)
		p.Do, p.SKU, p.Quantity, p.Hold = Lock, s.Open.SKU, s.Open.Quantity, s.Open.Hold
		if h.Now > s.Open.Until {
			p.Do, p.Say.Topic = Answer, "expired"
		}
	case no:
		p.settled("declined", live.IntentDeny)
		p.Do, p.SKU, p.Hold = Free, s.Open.SKU, s.Open.Hold
		if h.Now > s.Open.Until {
			p.Do = Answer
		}
	default:
		return false
	}
	p.variantOf(h, s.Open.SKU)
	return true
}

// variantOf makes the reply speak of one SKU.
func (p *Plan) variantOf(h *Heard, sku live.SKU) {
	for _, product := range [...]*live.Product{h.Own, p.Say.Product} {
		if product == nil {
			continue
		}
		for i := range product.Variants {
			if product.Variants[i].SKU == sku {
				p.Say.Product, p.Say.Variant = product, &product.Variants[i]
				return
			}
		}
	}
}

// meant returns the intent a message is answered as, 0 when that is not known.
func (s *State) meant(h *Heard, told *Slots) live.Intent {
	r := h.Reading
	if i := s.filled(h, told); i != 0 {
		return i
	}
	sure := !r.Unsure && r.Intent != live.IntentUnknown
	switch {
	case (told.choice() || h.Named) && asksStock(h.Text) && (!sure || alike(r.Intent, live.IntentStock)):
		return live.IntentStock
	case sure && r.Intent.Domain() != live.Other:
		return r.Intent
	case r.Intent == live.IntentDeny && corrects(h.Text) && (told.choice() || h.Named) && s.Topic != 0:
		return s.Topic
	case sure:
		return r.Intent
	case told.Kg != 0 || told.Cm != 0:
		return live.IntentSize
	case s.Topic == 0:
		return 0
	case told.choice() || h.Named && h.Product != nil || told.Quantity != 0 && s.Topic == live.IntentStock:
		return s.Topic
	case told.City != "" && s.Topic.Domain() == live.Logistics:
		return s.Topic
	case told.City != "":
		return live.IntentDelivery
	case points(h.Text) && h.Product != nil && short(h.Text):
		return s.Topic
	}
	return 0
}

// short tells whether a text is no longer than a pointing phrase.
func short(text string) bool { return bare(text) != "" }

// filled returns the question that a message completes by telling what was asked for, 0 when it does not.
func (s *State) filled(h *Heard, told *Slots) live.Intent {
	r := h.Reading
	other := !r.Unsure && r.Intent != s.Open.Intent && r.Intent.Domain() != live.Other && !alike(r.Intent, s.Open.Intent)
	switch s.Open.Kind {
	case Guess:
		n := 0
		for n < len(s.Open.Guesses) && s.Open.Guesses[n] != 0 {
			n++
		}
		if i := ordinal(h.Text, n); i >= 0 {
			return s.Open.Guesses[i]
		}
		if r.Unsure {
			return s.likeliest(r, n)
		}
	case Product:
		if h.Product != nil && h.Named && !other {
			return s.Open.Intent
		}
	case Choice:
		if told.choice() && !other {
			return s.Open.Intent
		}
	case Body:
		if (told.Kg != 0 || told.Cm != 0) && !other {
			return s.Open.Intent
		}
	}
	return 0
}

// alike tells whether a text that only names a size or colour may be read as the one intent where the other is meant.
func alike(a, b live.Intent) bool {
	group := func(i live.Intent) bool {
		return i == live.IntentStock || i == live.IntentSize || i == live.IntentStyle || i == live.IntentOrdering
	}
	return group(a) && group(b)
}

// likeliest returns the candidate that an unsure reading speaks for, 0 when for none.
func (s *State) likeliest(r *live.Reading, n int) live.Intent {
	const enough = .3
	for _, g := range r.Top {
		for _, c := range s.Open.Guesses[:n] {
			if g.Intent == c && g.P >= enough {
				return c
			}
		}
	}
	return 0
}
