package dialogue

import (
	"slices"

	"liveroom/engine/live"
)

// personal tells whether an answer would speak of one person's order, address or phone.
func personal(r *live.Reading) bool {
	switch r.Intent {
	case live.IntentTracking, live.IntentRefundProgress, live.IntentOrderChange:
		return true
	}
	return slices.ContainsFunc(r.Entities, func(e live.Entity) bool { return e.Kind == "order_id" || e.Kind == "phone" })
}

// needsOrder tells whether a question can only be answered by who looks the order up.
func needsOrder(i live.Intent) bool {
	switch i {
	case live.IntentTracking, live.IntentRefundProgress, live.IntentOrderChange:
		return true
	}
	return false
}

// ofOrder tells whether a question may be about one order.
func ofOrder(i live.Intent) bool {
	return needsOrder(i) || i.Domain() == live.Aftersale || i.Domain() == live.Logistics || i.Domain() == live.Complaint
}

// noted plans for a question about an order whose number is known: it is not asked for again, and a person looks it up.
// It tells whether the message is such a one.
func (p *Plan) noted(h *Heard, told *Slots, intent live.Intent) bool {
	if p.Next.Slots.Order == "" || !needsOrder(intent) && !complains(intent) && (told.Order == "" || !ofOrder(intent)) {
		return false
	}
	if told.Order == "" && hasAny(h.Text, "另一", "另外一", "别的单", "还有一单", "上一单") {
		return false // of that order the number is not known
	}
	p.Next.Topic, p.Next.Unsure = intent, 0
	if complains(intent) {
		p.Next.complained()
	}
	p.Say.Topic = "order_noted"
	return true
}
