package live

import "time"

// Product is what a shop sells under one name. It is immutable; a catalogue update publishes a new one.
type Product struct {
	ID         ProductID
	Shop       ShopID
	Name       string            // as shown to viewers
	Aliases    []string          // other ways to say it
	Link       int               // link number in the room (N号链接), 0 when it has none
	Category   string            //
	Attributes map[string]string // material, usage, shelf_life … as sentences for replies, keyed by intent
	Variants   []Variant         // at least one
	Gifts      []string
	Promotion  string      // the offer of no window as a sentence, "" when none; see PromotionAt for the one in force
	Promotions []Promotion // offers with a time window, those that begin earlier first
	Instalment int         // months without interest, 0 when not offered
	SizeChart  []SizeRange // whom each size fits, nil when the shop does not say

	Certificates []string     // what the product can show, such as a test report
	Competitors  []Competitor // what may be said against others, facts alone
	Cross        []ProductID  // what to offer after this one, best first
}

// PromotionAt returns the offer in force at a time, as a sentence, "" when none: of the offers with a window that is open
// the one that began last, else the one without. It allocates nothing.
func (p *Product) PromotionAt(now time.Time) string {
	text, _ := p.PromotionUntil(now.UnixMilli())
	return text
}

// PromotionUntil is PromotionAt by Unix milliseconds, with the end of the offer's window, 0 where it has none.
func (p *Product) PromotionUntil(ms int64) (text string, until int64) {
	for i := len(p.Promotions) - 1; i >= 0; i-- {
		if p.Promotions[i].Open(ms) {
			return p.Promotions[i].Text, p.Promotions[i].Until
		}
	}
	return p.Promotion, 0
}

// Promotion is an offer that holds for a time.
type Promotion struct {
	Text        string
	From, Until int64 // Unix milliseconds, half-open; 0 is open at that end
}

// Open tells whether the offer holds at a time in Unix milliseconds.
func (p *Promotion) Open(ms int64) bool { return ms >= p.From && (p.Until == 0 || ms < p.Until) }

// Competitor is what a shop may say of its product against another's: facts, and nothing about the other that it cannot
// show.
type Competitor struct {
	Name  string // as viewers say it
	Facts string // a sentence for the reply
}

// Variant is one SKU of a product.
type Variant struct {
	SKU      SKU
	Size     string // "" when the product has no sizes
	Color    string // "" when the product has no colours
	PriceFen int64
}

// Warehouse is a place goods leave from.
type Warehouse struct {
	ID    string // as in stock events
	Title string // as shown to viewers, e.g. 北京仓
	// ShipBy is the hour of the day (0 to 23, shop time) until which an order leaves the same day.
	ShipBy int
}

// SizeRange is one row of a product's size chart: whom a size fits. A bound of 0 is open.
type SizeRange struct {
	Size         string
	MinKg, MaxKg float64
	MinCm, MaxCm float64
}
