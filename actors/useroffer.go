package actors

import "liveroom/actors/dialogue"

// offers is what one reply did about offers: which it made, and which one of before its message settled. A promotion is
// apart, since it may be named for an offer that was made before.
type offers struct {
	made, settled dialogue.Kind // Nothing for none
	taken         bool          // settled by a yes
	promotion     result
}

// result is what a reply did about one offer.
type result uint8

const (
	offerUntouched result = iota
	offerMade
	offerTaken
	offerDeclined
)

// String returns the name that metrics and cases have for it, "" for none.
func (r result) String() string {
	return [...]string{"", "made", "taken", "declined"}[r]
}

// of is the result for the offer that was open before, whatever it was.
func (o *offers) of() result {
	switch {
	case o.settled == dialogue.Nothing:
		return offerUntouched
	case o.taken:
		return offerTaken
	}
	return offerDeclined
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
	o.promotion = promotionOf(before, say, after)
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

// promotionOf is what a reply did about a promotion: it named one, or its message took or declined the one before.
func promotionOf(before *dialogue.Open, say *dialogue.Say, after *dialogue.Open) result {
	switch {
	case after.Promoted && (!before.Promoted || after.Product != before.Product):
		return offerMade
	case !before.Promoted:
		return offerUntouched
	case say.TakesPromotion(before):
		return offerTaken
	case say.Topic == "declined":
		return offerDeclined
	}
	return offerUntouched
}
