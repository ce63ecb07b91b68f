package actors

import "liveroom/actors/dialogue"

// offers is what one reply did about offers: which it made, and which one of before its message settled.
type offers struct {
	made, settled dialogue.Kind // Nothing for none
	taken         bool          // settled by a yes
}

// isOffer tells whether what is open is an offer of the shop's.
func isOffer(k dialogue.Kind) bool {
	switch k {
	case dialogue.Offer, dialogue.Confirm, dialogue.Instalment, dialogue.Cross:
		return true
	}
	return false
}

// offersOf compares what was open before a reply with what is open after it. A yes to a cross-sell is any reply about
// the product it named.
func offersOf(before *dialogue.Open, say *dialogue.Say, after *dialogue.Open) (o offers) {
	if isOffer(after.Kind) && (after.Kind != before.Kind || after.SKU != before.SKU || after.Other != before.Other) {
		o.made = after.Kind
	}
	if !isOffer(before.Kind) {
		return o
	}
	switch {
	case before.Kind == dialogue.Cross && say.Product != nil && say.Product.ID == before.Other:
		o.settled, o.taken = before.Kind, true
	case say.Topic == "reserved" && before.Kind == dialogue.Offer, say.Topic == "locked" && before.Kind == dialogue.Confirm,
		say.Topic == "instalment" && before.Kind == dialogue.Instalment:
		o.settled, o.taken = before.Kind, true
	case say.Topic == "declined":
		o.settled = before.Kind
	}
	return o
}
