package dialogue

import (
	"strings"

	"liveroom/engine/live"
)

// settle plans for a message that answers the open question, and tells whether it does.
func (s State) settle(h *Heard, told *Slots, p *Plan) bool {
	if s.Open.Kind == Nothing || s.pointsAt(h.line.bare) >= 0 {
		return false
	}
	if s.Open.Hold != "" && s.Open.Kind != Confirm && h.line.cancels(s.Open.Kind) {
		return s.cancel(h, p)
	}
	if (s.Open.Kind == Offer || s.Open.Kind == Confirm) && h.hesitates() && !h.Named && !told.choice() {
		p.waits(h, &s)
		return true
	}
	switch s.Open.Kind {
	case Offer:
		return s.settleOffer(h, told, p, h.line.firmly(h.Reading))
	case Confirm:
		return s.settleHold(h, told, p)
	case Instalment:
		return s.settleInstalment(h, p)
	case Cross, Locked:
		if s.Open.Hold != "" && h.line.confirms() {
			p.lock(h, &s.Open)
			p.Next.Open.Resumed = true // once more: nothing goes on from there
			return true
		}
		return s.Open.Kind == Cross && s.settleCross(h, told, p)
	case Promotion:
		return s.settlePromotion(h, told, p)
	case Choice:
		return s.settleChoice(h, told, p)
	case Dropped:
		if h.line.wants() || s.Open.Promoted && s.Open.Latest && h.line.firmly(h.Reading) == yes {
			return s.settleOffer(h, told, p, yes)
		}
	}
	return false
}

// settled plans an answer that closes what was open.
func (p *Plan) settled(h *Heard, topic string, i live.Intent) {
	p.choose()
	p.Next.Open, p.Next.Unsure = Open{}, 0
	p.Say.Topic, p.Say.Settles, p.Say.Reading = topic, true, as(h.Reading, i)
}

// settleOffer takes yes, no and a number of pieces.
func (s State) settleOffer(h *Heard, told *Slots, p *Plan, answer yesNo) bool {
	if h.Named && !same(h.Product, h.Asked) || told.choice() && !s.sameChoice(h, told) {
		return false // something else is wanted after all
	}
	if answer == neither && told.Quantity > 0 && !asks(h.Text) && takesPieces(h.Reading) {
		answer = yes
	}
	if answer == neither && (h.Named || told.choice()) && h.line.wants() {
		answer = yes // 要黑色, of the black one that is offered
	}
	if !s.Open.Latest && s.Open.Kind == Offer && !h.Named && h.Own != nil && !same(h.Own, h.Asked) {
		return false // by now it would be about something else
	}
	switch answer {
	case yes:
		if s.Open.Kind == Offer && !s.Open.Latest && !h.Named && !told.choice() && !s.fits(h.Asked) {
			return p.offerAnew(h)
		}
		p.reserve(h, &s.Open, told.Quantity)
		return true
	case no:
		p.settled(h, "declined", live.IntentDeny)
		p.Next.Open = dropped(h.Now, &s.Open)
		p.variantOf(h, s.Open.SKU)
		return true
	}
	return false
}

// waits plans for who wants to think first: nothing is done, and what is open stays as it is.
func (p *Plan) waits(h *Heard, s *State) {
	p.settled(h, "", live.IntentDeny)
	if p.Next.Open = s.Open; s.Open.Kind == Confirm && h.Now <= s.Open.Until {
		p.resume(h, s)
	}
	p.variantOf(h, s.Open.SKU)
}

// hesitates tells whether a message only wants time to think.
func (h *Heard) hesitates() bool {
	return (h.Reading.Unsure || h.Reading.Intent.Domain() == live.Other) && h.Reading.Intent != live.IntentHuman && h.line.hesitates()
}

// fits tells whether what is open is the size and colour that the dialogue is about by now.
func (s *State) fits(asked *live.Product) bool {
	v := chosen(asked, s.Open.SKU)
	if v == nil || s.Slots.Product != asked.ID {
		return true
	}
	size := match(asked, s.Slots.Size, func(v *live.Variant) string { return v.Size })
	color := match(asked, s.Slots.Color, func(v *live.Variant) string { return v.Color })
	return (size == "" || size == v.Size) && (color == "" || color == v.Color)
}

// offerAnew plans for a yes to an offer when the dialogue has come to another size or colour since: that one is offered.
func (p *Plan) offerAnew(h *Heard) bool {
	p.settled(h, "", live.IntentStock)
	p.Say.Settles, p.Say.Product, p.Next.Topic = false, h.Asked, live.IntentStock
	p.offer(h, &State{}, p.choose())
	return true
}

// changes tells whether what sounds like a change of an order is one of the pieces that are held: 改成3件.
func (s *State) changes(h *Heard) bool {
	return s.Open.Kind == Confirm && h.Reading.Intent == live.IntentOrderChange && corrects(h.Text)
}

// same tells whether two products are the same one, as far as both are known.
func same(a, b *live.Product) bool { return a != nil && b != nil && a.ID == b.ID }

// reserve plans to hold what was offered; more than one person may have is not tried.
func (p *Plan) reserve(h *Heard, o *Open, pieces int64) {
	p.settled(h, "reserved", live.IntentAffirm)
	p.Do, p.SKU, p.Quantity = Reserve, o.SKU, max(1, o.Quantity)
	if pieces > 0 {
		p.Quantity = pieces
	}
	p.variantOf(h, o.SKU)
	p.Next.Slots.take(h.Asked, o.SKU)
	p.Next.Open = opened(h.Now, Offer, live.IntentStock) // until it is known what became of it
	p.Next.Open.Product, p.Next.Open.SKU, p.Next.Open.Quantity = o.Product, o.SKU, 1
	if p.Quantity > MaxQuantity {
		p.Do = Answer
		p.bounds()
	}
}

// bounds makes the reply say how many pieces can be held at a time.
func (p *Plan) bounds() {
	most := int64(MaxQuantity)
	p.Say.Topic, p.Say.Left, p.Next.Slots.Quantity = "bounds", &most, 0
}

// outOfBounds plans for who wants a number of pieces that cannot be held, and tells whether the message is such a one.
// What is open, and what is held, stays as it is.
func (p *Plan) outOfBounds(h *Heard, s *State, told *Slots) bool {
	odd := told.Quantity > MaxQuantity && (s.Open.Kind == Offer || s.Open.Kind == Confirm || s.Open.Kind == Dropped || h.line.wants()) ||
		strange(h.Reading.Entities)
	if !odd || asks(h.Text) || !takesPieces(h.Reading) && !s.changes(h) && h.line.takes(h.Reading) != yes {
		return false
	}
	p.settled(h, "", live.IntentOrdering)
	if p.Next.Open = s.Open; s.Open.Kind == Confirm && h.Now <= s.Open.Until {
		p.resume(h, s)
	}
	p.Next.Open.Latest = true
	p.bounds()
	return true
}

// dropped returns what is kept in mind of an offer or hold that was declined.
func dropped(now int64, o *Open) Open {
	d := opened(now, Dropped, live.IntentStock)
	d.Product, d.SKU, d.Quantity = o.Product, o.SKU, o.Quantity
	return d
}

// takesPieces tells whether a text that names a number of pieces takes an offer rather than asks something.
func takesPieces(r *live.Reading) bool {
	switch r.Intent {
	case live.IntentAffirm, live.IntentOrdering, live.IntentUnknown, live.IntentChatter:
		return true
	}
	return r.Unsure
}

// sameChoice tells whether what was said names the very SKU that is open.
func (s *State) sameChoice(h *Heard, told *Slots) bool {
	if h.Asked == nil {
		return false
	}
	v := chosen(h.Asked, s.Open.SKU)
	if v == nil {
		return false
	}
	slots := Slots{Size: v.Size, Color: v.Color}
	slots = slots.merge(told)
	_, one := slots.variant(h.Asked)
	return one != nil && one.SKU == s.Open.SKU
}

// settleHold takes yes and no about pieces that are held, a change of mind about which or how many, and tells of a hold
// that has run out.
func (s State) settleHold(h *Heard, told *Slots, p *Plan) bool {
	if h.Named && !same(h.Product, h.Asked) {
		return false
	}
	gone := h.Now > s.Open.Until
	answer := h.line.firmly(h.Reading)
	if told.choice() && !s.sameChoice(h, told) {
		return !gone && s.swap(h, told, p, answer)
	}
	if told.Quantity > 0 && told.Quantity != s.Open.Quantity && !asks(h.Text) && (answer == yes || corrects(h.Text) || takesPieces(h.Reading)) && !gone {
		p.Next.Slots.Quantity = told.Quantity
		return s.swapTo(h, p, chosen(h.Asked, s.Open.SKU))
	}
	switch {
	case answer == yes && (s.holdsTopic(h) || h.line.confirms()):
		p.lock(h, &s.Open)
		if gone {
			p.Do, p.Say.Topic, p.Next.Open = Answer, "expired", again(h.Now, &s.Open)
		}
	case answer == no:
		p.settled(h, "declined", live.IntentDeny)
		p.Next.Open = dropped(h.Now, &s.Open)
		p.Do, p.SKU, p.Hold = Free, s.Open.SKU, s.Open.Hold
		if gone {
			p.Do = Answer
		}
		p.variantOf(h, s.Open.SKU)
	default:
		return false
	}
	return true
}

// lock plans to make a hold an order line.
func (p *Plan) lock(h *Heard, o *Open) {
	p.settled(h, "locked", live.IntentAffirm)
	p.Do, p.SKU, p.Quantity, p.Hold = Lock, o.SKU, o.Quantity, o.Hold
	p.variantOf(h, o.SKU)
	p.Next.Open = locked(o) // until it is known what became of it
}

// holdsTopic tells whether what is held is still what the dialogue is about, so that a bare yes means it.
func (s *State) holdsTopic(h *Heard) bool {
	if h.Own == nil || h.Asked == nil {
		return true
	}
	if h.Own.ID != h.Asked.ID {
		return false
	}
	return s.fits(h.Asked)
}

// again returns the offer to hold once more what was held.
func again(now int64, o *Open) Open {
	offer := opened(now, Offer, live.IntentStock)
	offer.Product, offer.SKU, offer.Quantity = o.Product, o.SKU, max(1, o.Quantity)
	return offer
}

// swap plans for a user who wants another size or colour than the one that is held.
func (s State) swap(h *Heard, told *Slots, p *Plan, answer yesNo) bool {
	held := chosen(h.Asked, s.Open.SKU)
	if held == nil || p.Next.Slots.Product != h.Asked.ID || asks(h.Text) || answer == neither && !s.changesMind(h) {
		return false // only a question about the other
	}
	slots := Slots{Size: held.Size, Color: held.Color}
	slots = slots.merge(told)
	_, one := slots.variant(h.Asked)
	if one == nil {
		return false
	}
	p.Next.Slots.Size, p.Next.Slots.Color = slots.Size, slots.Color
	return s.swapTo(h, p, one)
}

// changesMind tells whether a text about pieces that are held means other ones, rather than only speaks of them.
func (s *State) changesMind(h *Heard) bool {
	return corrects(h.Text) || h.Reading.Unsure || h.Reading.Intent == live.IntentOrdering || h.line.wants()
}

// swapTo plans to give back what is held and to offer other pieces, or another number, instead.
func (s State) swapTo(h *Heard, p *Plan, one *live.Variant) bool {
	if one == nil {
		return false
	}
	old := s.Open
	p.settled(h, "", live.IntentStock)
	p.Say.Product, p.Say.Variant = h.Asked, chosenOf(h.Asked, one.SKU)
	p.Do, p.SKU, p.Hold = Free, old.SKU, old.Hold
	p.Next.Topic = live.IntentStock
	p.Next.Slots = p.Next.Slots.about(h.Asked, true)
	p.offer(h, &State{}, one)
	p.Say.Lead = "switched"
	return true
}

// settleInstalment takes yes and no to instalments.
func (s State) settleInstalment(h *Heard, p *Plan) bool {
	topic, intent := "instalment", live.IntentAffirm
	answer := h.line.takes(h.Reading)
	about := hasAny(h.Text, "分期", "免息", "利息", "手续费", "每期", "几期") || periods(h.Text)
	switch {
	case !about && !s.Open.Latest:
		return false // by now yes and no are about something else
	case about && answer == neither:
		if asks(h.Text) { // how they work: that there are any is still open
			p.settled(h, topic, live.IntentOrdering)
			p.variantOf(h, s.Open.SKU)
			p.Next.Open = s.Open
			return true
		}
		if answer = yes; hasAny(h.Text, "不", "别") {
			answer = no
		}
	}
	switch answer {
	case no:
		topic, intent = "declined", live.IntentDeny
	case neither:
		return false
	}
	p.settled(h, topic, intent)
	p.Say.Open = Instalment.String()
	p.variantOf(h, s.Open.SKU)
	p.Next.Open = locked(&s.Open)
	p.cross(&s.Open)
	return true
}

// periods tells whether a text names a number of instalments: 分3期, 六期.
func periods(text string) bool {
	before := rune(0)
	for _, r := range text {
		if r == '期' && (before >= '0' && before <= '9' || strings.ContainsRune("一二两三四五六七八九十", before)) {
			return true
		}
		before = r
	}
	return false
}

// locked returns what is kept in mind of an order line.
func locked(o *Open) Open {
	return Open{Kind: Locked, Intent: live.IntentStock, Until: o.Until, Product: o.Product, SKU: o.SKU, Quantity: o.Quantity, Hold: o.Hold}
}

// settleChoice takes yes and no where another size or colour was offered for one that is sold out.
func (s State) settleChoice(h *Heard, told *Slots, p *Plan) bool {
	if h.Named || told.choice() || h.Asked == nil || !s.Open.Latest {
		return false
	}
	switch h.wants() {
	case yes:
		if s.Open.Resumed { // what was asked for is sold out
			p.Next.Slots.Size, p.Next.Slots.Color = "", ""
		}
		p.Next.Slots = p.Next.Slots.about(h.Asked, true)
		p.Say.Product = h.Asked
		p.settled(h, "", live.IntentStock)
		p.Say.Settles = false
		p.Next.Open = s.Open
		return true
	case no:
		p.settled(h, "declined", live.IntentDeny)
		return true
	}
	return false
}

// cancel plans to give an order line back.
func (s State) cancel(h *Heard, p *Plan) bool {
	p.settled(h, "declined", live.IntentDeny)
	p.Do, p.SKU, p.Hold = Free, s.Open.SKU, s.Open.Hold
	p.Next.Open = dropped(h.Now, &s.Open)
	p.variantOf(h, s.Open.SKU)
	return true
}

// variantOf makes the reply, and the dialogue, speak of one SKU.
func (p *Plan) variantOf(h *Heard, sku live.SKU) {
	for _, product := range [...]*live.Product{h.Asked, h.Own} {
		if v := chosen(product, sku); v != nil {
			p.Say.Product, p.Say.Variant = product, chosenOf(product, sku)
			kept := p.Next.Slots.Quantity
			p.Next.Slots = p.Next.Slots.about(product, true)
			p.Next.Slots.Quantity = kept
			return
		}
	}
}
