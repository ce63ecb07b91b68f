package scripts

// The dictionary of the script language: what a case may need and require, what a text may say. FORMAT.md explains
// each word to those who write scripts; a test holds the two together.

// need is one thing that must be known for a case to fit.
type need uint8

const (
	needProduct need = iota
	needLink
	needChoice
	needStock
	needWarehouses
	needBreakdown
	needPrice
	needPriceRange
	needPromotion
	needGifts
	needInstalment
	needSizes
	needColors
	needAttribute
	needShip
	needShipToday
	needViewers
	needSold
	needGuesses
	needAskers
	needRowToday // a row's Until; only a condition around it can promise it
	needRowOut   // a row's Out, likewise
	needAlways   // promised by the language itself
	needs        // one past the last
)

var needNames = [needs]string{
	needProduct: "product", needLink: "link", needChoice: "choice", needStock: "stock", needWarehouses: "warehouses",
	needBreakdown: "breakdown", needPrice: "price", needPriceRange: "price_range", needPromotion: "promotion",
	needGifts: "gifts", needInstalment: "instalment", needSizes: "sizes", needColors: "colors",
	needAttribute: "attribute", needShip: "ship", needShipToday: "ship_today", needViewers: "viewers", needSold: "sold",
	needGuesses: "guesses", needAskers: "askers",
}

// parseNeed returns the need of that name.
func parseNeed(name string) (need, bool) {
	for n, known := range needNames {
		if known != "" && known == name {
			return need(n), true
		}
	}
	return 0, false
}

// needSet is a set of needs.
type needSet uint32

func setOf(all ...need) needSet {
	var s needSet
	for _, n := range all {
		s |= 1 << n
	}
	return s
}

func (s needSet) has(n need) bool { return s&(1<<n) != 0 }

// mustSay are the needs that every text of a case that has them must say: live figures, and the choice they are of.
var mustSay = setOf(needChoice, needStock, needWarehouses, needBreakdown, needViewers, needSold)

// stockNeeds are the needs that say how much is left.
var stockNeeds = setOf(needStock, needWarehouses, needBreakdown)

// condition is one thing that must hold for a case to fit.
type condition uint8

const (
	whenPublic condition = iota
	whenPrivate
	whenUnknownProduct
	whenSoldOut
	whenLowStock
	whenInStock
	whenNotOffered
	whenCalm
	whenImpatient
	whenHesitant
	whenSatisfied
	conditions // one past the last
)

var conditionNames = [conditions]string{
	whenPublic: "public", whenPrivate: "private", whenUnknownProduct: "unknown_product", whenSoldOut: "sold_out",
	whenLowStock: "low_stock", whenInStock: "in_stock", whenNotOffered: "not_offered", whenCalm: "calm",
	whenImpatient: "impatient", whenHesitant: "hesitant", whenSatisfied: "satisfied",
}

// parseCondition returns the condition of that name.
func parseCondition(name string) (condition, bool) {
	for c, known := range conditionNames {
		if known == name {
			return condition(c), true
		}
	}
	return 0, false
}

// lowStock is the number of pieces from which on stock is called low.
const lowStock = 5

// variable is one gap a text may have, of the reply or of a row of a list.
type variable uint8

const (
	varItem variable = iota
	varName
	varLink
	varChoice
	varStock
	varPrice
	varLowPrice
	varHighPrice
	varPromotion
	varGifts
	varInstalment
	varSizes
	varColors
	varAttribute
	varShipBy
	varUntil
	varViewers
	varSold
	varAskers
	varWarehouses // lists from here
	varBreakdown
	varGuesses
	rowName // fields of a row from here
	rowStock
	rowOut
	rowShipBy
	rowUntil
	rowTopic
	rowMore
	rowLast
	variables // one past the last
)

// The longest text each kind of gap can take, in characters. What is longer counts as not known, but names are cut.
const (
	capItem      = 20
	capName      = 30
	capLink      = 4
	capChoice    = 16
	capRow       = 12
	capNumber    = 8
	capPrice     = 11
	capSentence  = 120
	capList      = 60
	capHour      = 2
	capMonths    = 3
	capWarehouse = 8
	capTopic     = 12
)

// maxFigure is the largest number said; more than capNumber digits is no figure of a live room.
const maxFigure = 99_999_999

// The most rows of each list; what has more is not known as a list.
const (
	maxWarehouses = 4
	maxBreakdown  = 6
	maxGuesses    = 3
)

// words describes every variable: its name, what must be known for it, and how long it can be. A list has rows and
// their fields instead of a length.
var words = [variables]struct {
	name   string
	need   need
	runes  int
	rows   int
	fields []variable
}{
	varItem:       {name: "Item", need: needProduct, runes: capItem},
	varName:       {name: "Name", need: needProduct, runes: capName},
	varLink:       {name: "Link", need: needLink, runes: capLink},
	varChoice:     {name: "Choice", need: needChoice, runes: capChoice},
	varStock:      {name: "Stock", need: needStock, runes: capNumber},
	varPrice:      {name: "Price", need: needPrice, runes: capPrice},
	varLowPrice:   {name: "LowPrice", need: needPriceRange, runes: capPrice},
	varHighPrice:  {name: "HighPrice", need: needPriceRange, runes: capPrice},
	varPromotion:  {name: "Promotion", need: needPromotion, runes: capList},
	varGifts:      {name: "Gifts", need: needGifts, runes: capList},
	varInstalment: {name: "Instalment", need: needInstalment, runes: capMonths},
	varSizes:      {name: "Sizes", need: needSizes, runes: capList},
	varColors:     {name: "Colors", need: needColors, runes: capList},
	varAttribute:  {name: "Attribute", need: needAttribute, runes: capSentence},
	varShipBy:     {name: "ShipBy", need: needShip, runes: capHour},
	varUntil:      {name: "Until", need: needShipToday, runes: capHour},
	varViewers:    {name: "Viewers", need: needViewers, runes: capNumber},
	varSold:       {name: "Sold", need: needSold, runes: capNumber},
	varAskers:     {name: "Askers", need: needAskers, runes: capNumber},
	varWarehouses: {name: "Warehouses", need: needWarehouses, rows: maxWarehouses,
		fields: []variable{rowName, rowStock, rowShipBy, rowUntil, rowMore, rowLast}},
	varBreakdown: {name: "Breakdown", need: needBreakdown, rows: maxBreakdown,
		fields: []variable{rowName, rowStock, rowOut, rowMore, rowLast}},
	varGuesses: {name: "Guesses", need: needGuesses, rows: maxGuesses,
		fields: []variable{rowTopic, rowMore, rowLast}},
	rowName:   {name: "Name", need: needAlways, runes: capRow},
	rowStock:  {name: "Stock", need: needAlways, runes: capNumber},
	rowOut:    {name: "Out", need: needRowOut},
	rowShipBy: {name: "ShipBy", need: needAlways, runes: capHour},
	rowUntil:  {name: "Until", need: needRowToday, runes: capHour},
	rowTopic:  {name: "Topic", need: needAlways, runes: capTopic},
	rowMore:   {name: "More", need: needAlways},
	rowLast:   {name: "Last", need: needAlways},
}

// isList tells whether v is ranged over rather than said.
func (v variable) isList() bool { return words[v].rows > 0 }

// isMark tells whether v is only good as a condition.
func (v variable) isMark() bool { return v == rowOut || v == rowMore || v == rowLast }

// lookup returns the variable of that name among the fields of list, or among the variables of a reply when list is
// not one.
func lookup(name string, list variable) (variable, bool) {
	if list.isList() {
		for _, v := range words[list].fields {
			if words[v].name == name {
				return v, true
			}
		}
		return 0, false
	}
	for v := varItem; v < rowName; v++ {
		if words[v].name == name {
			return v, true
		}
	}
	return 0, false
}

// known lists the names lookup would find, for a refusal.
func known(list variable) []string {
	var names []string
	if list.isList() {
		for _, v := range words[list].fields {
			names = append(names, words[v].name)
		}
		return names
	}
	for v := varItem; v < rowName; v++ {
		names = append(names, words[v].name)
	}
	return names
}
