package phrase

// The dictionary: what a case may need and what a text may say. scripts/FORMAT.md explains each word to those who
// write scripts; a test holds the two together.

// Need is one thing that must be known for a text to be said.
type Need uint8

// The needs. The comment says what is then known.
const (
	NeedProduct    Need = iota // which product
	NeedLink                   // the product's link number
	NeedChoice                 // the size or colour asked for
	NeedStock                  // pieces that may be offered
	NeedWarehouses             // the same by warehouse
	NeedBreakdown              // the same by size and colour
	NeedPrice                  // one price
	NeedPriceRange             // a lowest and a highest price
	NeedPromotion              // the offer in force
	NeedGifts                  // what comes free
	NeedInstalment             // months without interest
	NeedSizes                  // the sizes there are
	NeedColors                 // the colours there are
	NeedAttribute              // what the product says to the intent in hand
	NeedShip                   // the ship-by hour
	NeedShipToday              // that it is not yet past
	NeedViewers                // how many watch
	NeedSold                   // how many were sold in this show
	NeedGuesses                // at least two candidates of an unsure reading
	NeedAskers                 // how many people the reply speaks for
	NeedHold                   // what is held for the person
	NeedWas                    // the question left open and the one answered now
	NeedAdvice                 // the size recommended
	NeedOther                  // another product of the shop
	NeedLeft                   // how many are left of what was asked for
	NeedEnding                 // that the offer in force ends within minutes
	needToday                  // a warehouse's Until; only a condition around it can promise it
	needAlways                 // promised by the language itself
	needs                      // one past the last
)

// MostNeeds is how many needs there are at most.
const MostNeeds = int(needs)

var needNames = [needs]string{
	NeedProduct: "product", NeedLink: "link", NeedChoice: "choice", NeedStock: "stock", NeedWarehouses: "warehouses",
	NeedBreakdown: "breakdown", NeedPrice: "price", NeedPriceRange: "price_range", NeedPromotion: "promotion",
	NeedGifts: "gifts", NeedInstalment: "instalment", NeedSizes: "sizes", NeedColors: "colors",
	NeedAttribute: "attribute", NeedShip: "ship", NeedShipToday: "ship_today", NeedViewers: "viewers", NeedSold: "sold",
	NeedGuesses: "guesses", NeedAskers: "askers", NeedHold: "hold", NeedWas: "was", NeedAdvice: "advice",
	NeedOther: "other", NeedLeft: "left", NeedEnding: "ending",
}

// String returns the name used in scripts, "" for a need that scripts cannot name.
func (n Need) String() string {
	if n < needs {
		return needNames[n]
	}
	return ""
}

// ParseNeed returns the need of that name.
func ParseNeed(name string) (Need, bool) {
	for n, known := range needNames {
		if known != "" && known == name {
			return Need(n), true
		}
	}
	return 0, false
}

// NeedNames returns the names of all needs.
func NeedNames() []string { return needNames[:needToday] }

// Set is a set of needs.
type Set uint32

const _ Set = 1 << (needs - 1) // it holds all of them

// SetOf returns the set of those needs.
func SetOf(all ...Need) Set {
	var s Set
	for _, n := range all {
		s |= 1 << n
	}
	return s
}

// Has tells whether n is in the set.
func (s Set) Has(n Need) bool { return s&(1<<n) != 0 }

// MustSay are the needs that every text of a case that has them must say: live figures, and the choice they are of.
func MustSay() Set { return SetOf(NeedChoice, NeedViewers, NeedSold) | StockNeeds() }

// StockNeeds are the needs that say how much is left.
func StockNeeds() Set { return SetOf(NeedStock, NeedWarehouses, NeedBreakdown) }

// Var is one gap a text may have, of the reply or of a row of a list.
type Var uint8

// The variables of a reply, its lists, and the fields of their rows. FORMAT.md says what each stands for.
const (
	Item Var = iota
	Name
	Link
	Choice
	Stock
	Price
	LowPrice
	HighPrice
	Promotion
	Gifts
	Instalment
	Sizes
	Colors
	Attribute
	ShipBy
	Until
	Viewers
	Sold
	Askers
	Quantity
	Minutes
	Was
	Next
	Advice
	Body
	Other
	Left
	Ends
	Warehouses
	Breakdown
	Guesses
	WarehouseName
	WarehouseStock
	WarehouseShipBy
	WarehouseUntil
	PartName
	PartStock
	PartOut
	GuessTopic
	rowMore
	rowLast
	vars // one past the last
)

// The longest text each kind of gap can take, in characters. A sentence or list that is longer counts as not known, a
// name is cut.
const (
	CapItem      = 20
	CapName      = 30
	CapOther     = 30
	CapChoice    = 16
	CapPart      = 12
	CapSentence  = 120
	CapList      = 60
	CapWarehouse = 8
	CapTopic     = 12
	CapAdvice    = 30

	capLink   = 4
	capNumber = 8
	capPrice  = 11
	capHour   = 2
	capMonths = 3
	capMinute = 4
)

// MaxFigure is the largest number said; more digits are no figure of a live room.
const MaxFigure = 99_999_999

// MaxMinutes is the longest time to go that is said; what is longer is said as that.
const MaxMinutes = 9999

// The most rows of each list; what has more is not known as a list.
const (
	MaxWarehouses = 4
	MaxParts      = 6
	MaxGuesses    = 3
)

// words describes every variable: its name, what must be known for it, and how long it can be. A list has rows and
// their fields instead of a length; a mark has neither, it is only good as a condition.
var words = [vars]struct {
	name   string
	need   Need
	runes  int
	rows   int
	fields []Var
}{
	Item:       {name: "Item", need: NeedProduct, runes: CapItem},
	Name:       {name: "Name", need: NeedProduct, runes: CapName},
	Link:       {name: "Link", need: NeedLink, runes: capLink},
	Choice:     {name: "Choice", need: NeedChoice, runes: CapChoice},
	Stock:      {name: "Stock", need: NeedStock, runes: capNumber},
	Price:      {name: "Price", need: NeedPrice, runes: capPrice},
	LowPrice:   {name: "LowPrice", need: NeedPriceRange, runes: capPrice},
	HighPrice:  {name: "HighPrice", need: NeedPriceRange, runes: capPrice},
	Promotion:  {name: "Promotion", need: NeedPromotion, runes: CapList},
	Gifts:      {name: "Gifts", need: NeedGifts, runes: CapList},
	Instalment: {name: "Instalment", need: NeedInstalment, runes: capMonths},
	Sizes:      {name: "Sizes", need: NeedSizes, runes: CapList},
	Colors:     {name: "Colors", need: NeedColors, runes: CapList},
	Attribute:  {name: "Attribute", need: NeedAttribute, runes: CapSentence},
	ShipBy:     {name: "ShipBy", need: NeedShip, runes: capHour},
	Until:      {name: "Until", need: NeedShipToday, runes: capHour},
	Viewers:    {name: "Viewers", need: NeedViewers, runes: capNumber},
	Sold:       {name: "Sold", need: NeedSold, runes: capNumber},
	Askers:     {name: "Askers", need: NeedAskers, runes: capNumber},
	Quantity:   {name: "Quantity", need: NeedHold, runes: capNumber},
	Minutes:    {name: "Minutes", need: NeedHold, runes: capMinute},
	Was:        {name: "Was", need: NeedWas, runes: CapTopic},
	Next:       {name: "Next", need: NeedWas, runes: CapTopic},
	Advice:     {name: "Advice", need: NeedAdvice, runes: CapAdvice},
	Body:       {name: "Body", need: NeedAdvice, runes: CapAdvice},
	Other:      {name: "Other", need: NeedOther, runes: CapOther},
	Left:       {name: "Left", need: NeedLeft, runes: capNumber},
	Ends:       {name: "Ends", need: NeedEnding, runes: capMinute},
	Warehouses: {
		name: "Warehouses", need: NeedWarehouses, rows: MaxWarehouses,
		fields: []Var{WarehouseName, WarehouseStock, WarehouseShipBy, WarehouseUntil, rowMore, rowLast},
	},
	Breakdown: {
		name: "Breakdown", need: NeedBreakdown, rows: MaxParts,
		fields: []Var{PartName, PartStock, PartOut, rowMore, rowLast},
	},
	Guesses: {
		name: "Guesses", need: NeedGuesses, rows: MaxGuesses,
		fields: []Var{GuessTopic, rowMore, rowLast},
	},
	WarehouseName:   {name: "Name", need: needAlways, runes: CapWarehouse},
	WarehouseStock:  {name: "Stock", need: needAlways, runes: capNumber},
	WarehouseShipBy: {name: "ShipBy", need: needAlways, runes: capHour},
	WarehouseUntil:  {name: "Until", need: needToday, runes: capHour},
	PartName:        {name: "Name", need: needAlways, runes: CapPart},
	PartStock:       {name: "Stock", need: needAlways, runes: capNumber},
	PartOut:         {name: "Out", need: needAlways},
	GuessTopic:      {name: "Topic", need: needAlways, runes: CapTopic},
	rowMore:         {name: "More", need: needAlways},
	rowLast:         {name: "Last", need: needAlways},
}

// inRow tells whether v is a field of a row.
func (v Var) inRow() bool { return v > Guesses }

// isList tells whether v is ranged over rather than said.
func (v Var) isList() bool { return words[v].rows > 0 }

// isMark tells whether v is only good as a condition.
func (v Var) isMark() bool { return words[v].rows == 0 && words[v].runes == 0 }

// isFigure tells whether a row's v is the figure of the row.
func (v Var) isFigure() bool { return v == WarehouseStock || v == PartStock }

// known returns the variables that a place may name: those of a row of list, or those of the reply when list is none.
func known(list Var) []Var {
	if list.isList() {
		return words[list].fields
	}
	all := make([]Var, 0, Guesses+1)
	for v := Item; v <= Guesses; v++ {
		all = append(all, v)
	}
	return all
}

// lookup returns the variable of that name among those known.
func lookup(name string, list Var) (Var, bool) {
	for _, v := range known(list) {
		if words[v].name == name {
			return v, true
		}
	}
	return 0, false
}

// dotted lists the names lookup would find, for a refusal.
func dotted(list Var) string {
	text := ""
	for _, v := range known(list) {
		if text != "" {
			text += ", "
		}
		text += "." + words[v].name
	}
	return text
}

// Variables returns the names of all variables and fields, for documents.
func Variables() []string {
	var names []string
	for v := range vars {
		names = append(names, words[v].name)
	}
	return names
}
