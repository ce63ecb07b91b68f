package live

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
	Promotion  string      // the offer in force as a sentence, "" when none
	Instalment int         // months without interest, 0 when not offered
	SizeChart  []SizeRange // whom each size fits, nil when the shop does not say
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
