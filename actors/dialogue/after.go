package dialogue

import "liveroom/engine/live"

// Reserved completes a plan with what became of its reservation: the hold, or what is left when it was not enough
// (known tells whether that is a figure). What is left is on offer then.
func (p *Plan) Reserved(hold *live.Reservation, left int64, known bool) {
	if hold == nil {
		p.Say.Topic = "short"
		if !known {
			return
		}
		p.Say.Left = &left
		if p.Next.Slots.Quantity = 0; left > 0 {
			p.Next.Open.Quantity = min(left, MaxQuantity)
		} else {
			p.Next.Open = Open{}
		}
		return
	}
	p.Say.Hold = hold
	p.Next.Slots.Quantity = 0
	p.Next.Open = Open{
		Kind: Confirm, Intent: live.IntentStock, Until: hold.Until, Product: p.Next.Open.Product, SKU: hold.SKU, Quantity: hold.Quantity, Hold: hold.ID, Latest: true,
	}
}

// Locked completes a plan with what became of the confirmation: the order line, nil when the hold is gone. What was
// ordered by then needs none.
func (p *Plan) Locked(now int64, hold *live.Reservation) {
	if hold == nil {
		p.Say.Topic, p.Next.Open = "expired", again(now, &p.Next.Open)
		return
	}
	p.Say.Hold = hold
	p.Next.Open.Until, p.Next.Open.Quantity = hold.Until, hold.Quantity
	line := p.Next.Open
	again := line.Resumed
	if p.Next.Open.Latest, p.Next.Open.Resumed = true, false; hold.State == live.ReservationOrdered {
		p.Say.Topic = "ordered"
	}
	switch {
	case again:
	case hold.State == live.ReservationOrdered:
		p.cross(&line)
	case p.Say.Product != nil && p.Say.Product.Instalment > 0:
		p.Next.Open.Kind, p.Next.Open.Intent = Instalment, live.IntentOrdering
	default:
		p.cross(&line)
	}
}

// Freed completes a plan with the hold that was released, as it was before; nil when it was gone already. What was ordered
// can only be given back through its order.
func (p *Plan) Freed(hold, before *live.Reservation) {
	switch {
	case before != nil && before.State == live.ReservationOrdered:
		p.Say.Topic, p.Say.Settles, p.Say.Lead, p.Say.Tail = "", false, "", ""
		p.Say.Reading = as(p.Say.Reading, live.IntentOrderChange)
		p.Next.Topic, p.Next.Open, p.Then = live.IntentOrderChange, Open{}, Open{}
	case hold != nil && before != nil:
		p.Say.Hold = before
	default:
		p.Say.Hold = hold
	}
}

// Told is what a composer has said of what a plan wanted.
type Told struct {
	Tail  bool           // the tail was said
	Other live.ProductID // what it offered, of a cross-selling one
	Left  int64          // how many pieces are offered instead of those wanted, 0 for as many
}

// Said returns the state after a reply.
func (p *Plan) Said(told Told) State {
	next := p.Next
	if !told.Tail || p.Then.Kind == Nothing {
		return next
	}
	next.Open = p.Then
	if next.Open.Kind == Cross {
		next.Open.Other = told.Other
	}
	if told.Left > 0 {
		next.Open.Quantity = told.Left
	}
	p.offered(&next, &told)
	return next
}
