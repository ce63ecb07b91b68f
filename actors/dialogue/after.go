package dialogue

import "liveroom/engine/live"

// Reserved completes a plan with what became of its reservation: the hold, or what is left when it was not enough
// (known tells whether that is a figure).
func (p *Plan) Reserved(hold *live.Reservation, left int64, known bool) {
	if hold == nil {
		p.Say.Topic = "short"
		if known {
			p.Say.Left = &left
		}
		return
	}
	p.Say.Hold = hold
	p.Next.Slots.Quantity = 0
	p.Next.Open = Open{
		Kind: Confirm, Intent: live.IntentStock, Until: hold.Until, SKU: hold.SKU, Quantity: hold.Quantity, Hold: hold.ID,
	}
}

// Locked completes a plan with what became of the confirmation: the order line, nil when the hold is gone.
func (p *Plan) Locked(now int64, hold *live.Reservation) {
	if hold == nil {
		p.Say.Topic = "expired"
		return
	}
	p.Say.Hold = hold
	if p.Say.Product != nil && p.Say.Product.Instalment > 0 {
		p.Next.Open = opened(now, Instalment, live.IntentOrdering)
		return
	}
	p.Say.Tail = "cross_sell"
}

// Freed completes a plan with the hold that was released, nil when it was gone already.
func (p *Plan) Freed(hold *live.Reservation) { p.Say.Hold = hold }

// Said returns the state after a reply of which the tail was said or left out.
func (p *Plan) Said(tail bool) State {
	next := p.Next
	if tail && p.Then.Kind != Nothing {
		next.Open = p.Then
	}
	return next
}
