package dialogue

import (
	"slices"
	"strings"

	"liveroom/engine/live"
)

// personal tells whether an answer would speak of one person's order, address or phone.
func personal(text string, r *live.Reading) bool {
	return needsOrder(r.Intent) || Discloses(r) || r.Intent.Domain() == live.Logistics && ofMine(text)
}

// Discloses tells whether a text names an order, an address or a phone, however well it was understood.
func Discloses(r *live.Reading) bool {
	return slices.ContainsFunc(r.Entities, func(e live.Entity) bool { return e.Kind == "order_id" || e.Kind == "phone" || e.Kind == "address" })
}

// maxBetween is the most characters between 我 and what was bought, as in 我昨天晚上拍的.
const maxBetween = 6

// ofMine tells whether a text speaks of what its author has bought: 我买的什么时候发, 我昨天拍的. What is only wished
// for is none: 我想买的, 我买的话.
func ofMine(text string) bool {
	for {
		_, rest, ok := strings.Cut(text, "我")
		if !ok {
			return false
		}
		near := rest
		if runes := []rune(rest); len(runes) > maxBetween+3 {
			near = string(runes[:maxBetween+3])
		}
		for _, w := range [...]string{"买的", "拍的", "下的单", "订的", "付的", "订单", "那单", "的单", "的快递", "的包裹", "的货", "的件"} {
			before, after, ok := strings.Cut(near, w)
			if ok && !strings.HasPrefix(after, "话") && !strings.HasPrefix(after, "时候") && !hasAny(before, "想", "要", "如果", "打算", "准备", "能", "怕", "问") {
				return true
			}
		}
		text = rest
	}
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
