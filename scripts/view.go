package scripts

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"liveroom/engine/live"
)

// view is everything one reply may say, looked up as it is needed and at most once, so that a sentence never mixes two
// snapshots of one owner.
type view struct {
	ask     Ask
	zone    *time.Location
	figures *figureCache
	about   *[live.Intents + 1]string // what each intent is called in a question

	limits MaxAge  // of the case in hand
	looked needSet // groups already looked up, under the need that names the group
	tooOld needSet // figures left out because of their age

	asked  live.Variant // the size or colour asked for, zero when none was
	choice live.Variant // what the case in hand speaks of: asked, or zero for the whole product

	stock      *stockFigures // nil when not known
	counts     *countFigures // nil when not known
	prices     [2]int64      // lowest and highest in fen, 0 when not known
	hour       int           // of the shop's day
	shipBy     int           // the hour until which every warehouse ships the same day
	warehouses [maxWarehouses]warehouseRow
	guesses    [maxGuesses]string
	guessed    int
}

// warehouseRow is a row of stock with what the shop says of the warehouse.
type warehouseRow struct {
	row   *row
	title string
	until int
}

// once tells whether group still has to be looked up, and notes that it was.
func (v *view) once(group need) bool {
	if v.looked.has(group) {
		return false
	}
	v.looked |= setOf(group)
	return true
}

// enter prepares the view for a case. A case that needs the choice speaks of it and must say it; every other case
// speaks of the whole product, whatever was asked for, so that no figure stands in a sentence about something else.
func (v *view) enter(c *scriptCase) {
	choice := live.Variant{}
	if c.choice {
		choice = v.asked
	}
	if choice != v.choice {
		v.choice = choice
		v.looked &^= setOf(needStock, needPrice, needWarehouses)
		v.stock, v.prices, v.warehouses = nil, [2]int64{}, [maxWarehouses]warehouseRow{}
	}
	v.limits = c.limits
}

// has tells whether need n is met, within the limits of the case in hand. Hot path, see Compose.
func (v *view) has(n need) bool {
	p := v.ask.Product
	switch n {
	case needProduct:
		return p != nil
	case needLink:
		return p != nil && p.Link > 0 && p.Link <= 9999
	case needChoice:
		return v.asked != live.Variant{}
	case needStock:
		s := v.stockOf()
		return s != nil && s.total.known && v.fresh(needStock, s.total.since, v.limits.Stock)
	case needWarehouses:
		return v.has(needStock) && v.warehousesOf() > 0 && v.freshRows(v.stock.warehouses)
	case needBreakdown:
		s := v.stockOf()
		return s != nil && len(s.breakdown) > 0 && v.freshRows(s.breakdown)
	case needPrice:
		return v.pricesOf() && v.prices[0] == v.prices[1]
	case needPriceRange:
		return v.pricesOf() && v.prices[0] != v.prices[1]
	case needPromotion:
		return p != nil && p.Promotion != "" && fits(p.Promotion, capList)
	case needGifts:
		return p != nil && len(p.Gifts) > 0 && p.Gifts[0] != "" && fits(p.Gifts[0], capList)
	case needInstalment:
		return p != nil && p.Instalment > 0 && p.Instalment <= 999
	case needSizes:
		return p != nil && v.firstOf(sizeOf) != ""
	case needColors:
		return p != nil && v.firstOf(colorOf) != ""
	case needAttribute:
		return v.attribute(v.ask.intent()) != ""
	case needShip:
		return v.shipOf()
	case needShipToday:
		return v.shipOf() && v.hour < v.shipBy
	case needViewers:
		c := v.countsOf()
		return c != nil && c.viewers.known && v.fresh(needViewers, c.viewers.since, v.limits.Viewers)
	case needSold:
		c := v.countsOf()
		return c != nil && c.sold.known && v.fresh(needSold, c.sold.since, v.limits.Sold)
	case needGuesses:
		return v.guessesOf() > 1
	case needAskers:
		return v.ask.Askers > 1 && v.ask.Askers <= maxFigure
	case needAlways:
		return true
	}
	return false
}

// holds tells whether condition c is met.
func (v *view) holds(c condition) bool {
	switch c {
	case whenPublic:
		return v.ask.Scope == live.Public
	case whenPrivate:
		return v.ask.Scope == live.Private
	case whenUnknownProduct:
		return v.ask.Product == nil
	case whenSoldOut:
		return v.has(needStock) && v.stock.total.n == 0
	case whenLowStock:
		return v.has(needStock) && v.stock.total.n > 0 && v.stock.total.n <= lowStock
	case whenInStock:
		return v.has(needStock) && v.stock.total.n > 0
	case whenNotOffered:
		return v.notOffered()
	}
	emotion := live.Emotion(0)
	if v.ask.Reading != nil {
		emotion = v.ask.Reading.Emotion
	}
	switch c {
	case whenCalm:
		return emotion == live.Calm
	case whenImpatient:
		return emotion == live.Impatient
	case whenHesitant:
		return emotion == live.Hesitant
	case whenSatisfied:
		return emotion == live.Satisfied
	}
	return false
}

// age returns how old a figure is that was true at since. A figure from the future is new.
func (v *view) age(since int64) time.Duration {
	ms := v.ask.Now.UnixMilli() - max(since, 0)
	return time.Duration(min(max(ms, 0), maxAgeMs)) * time.Millisecond
}

// maxAgeMs is the largest age told apart, some 34 years; it keeps a Duration from running over.
const maxAgeMs = 1 << 40

func (v *view) fresh(n need, since int64, limit time.Duration) bool {
	if v.age(since) <= limit {
		return true
	}
	v.tooOld |= setOf(n)
	return false
}

func (v *view) freshRows(rows []row) bool {
	for i := range rows {
		if !v.fresh(needStock, rows[i].since, v.limits.Stock) {
			return false
		}
	}
	return true
}

func (v *view) stockOf() *stockFigures {
	if v.once(needStock) && v.ask.Product != nil {
		v.stock = v.figures.stock(&v.ask, v.choice)
	}
	return v.stock
}

func (v *view) countsOf() *countFigures {
	if v.once(needViewers) && v.ask.User.Room != "" {
		v.counts = v.figures.counts(v.ask.User.Room)
	}
	return v.counts
}

// pricesOf looks up the lowest and highest price of the choice; a variant without a price leaves both unknown.
func (v *view) pricesOf() bool {
	if v.once(needPrice) && v.ask.Product != nil {
		for i := range v.ask.Product.Variants {
			one := &v.ask.Product.Variants[i]
			if !matches(one, &v.choice) {
				continue
			}
			if one.PriceFen <= 0 || one.PriceFen/100 > maxFigure {
				v.prices = [2]int64{}
				break
			}
			if v.prices[0] == 0 || one.PriceFen < v.prices[0] {
				v.prices[0] = one.PriceFen
			}
			v.prices[1] = max(v.prices[1], one.PriceFen)
		}
	}
	return v.prices[0] > 0
}

// notOffered tells whether a size or colour was asked for that the product does not come in.
func (v *view) notOffered() bool {
	p := v.ask.Product
	if p == nil || v.asked == (live.Variant{}) || len(p.Variants) == 0 {
		return false
	}
	for i := range p.Variants {
		if matches(&p.Variants[i], &v.asked) {
			return false
		}
	}
	return true
}

// shipOf looks up the hour until which every warehouse of the shop ships the same day.
func (v *view) shipOf() bool {
	if v.once(needShip) {
		v.hour, v.shipBy = v.ask.Now.In(v.zone).Hour(), 24
		for i := range v.ask.Warehouses {
			v.shipBy = min(v.shipBy, v.ask.Warehouses[i].ShipBy)
		}
	}
	return v.shipBy >= 0 && v.shipBy < 24
}

// warehousesOf looks up the rows by warehouse in the shop's order. A warehouse the shop has no title for leaves the
// whole list out: a list that is short of one would be wrong.
func (v *view) warehousesOf() int {
	if !v.once(needWarehouses) {
		return v.filled()
	}
	rows := v.stock.warehouses
	n := 0
	hour := v.ask.Now.In(v.zone).Hour()
	for i := range v.ask.Warehouses {
		w := &v.ask.Warehouses[i]
		r := rowOf(rows, w.ID)
		if r == nil || n == len(v.warehouses) {
			continue
		}
		if w.Title == "" || !fits(w.Title, capWarehouse) || w.ShipBy < 0 || w.ShipBy > 23 {
			break
		}
		v.warehouses[n] = warehouseRow{row: r, title: w.Title, until: w.ShipBy}
		if hour >= w.ShipBy {
			v.warehouses[n].until = -w.ShipBy - 1 // past
		}
		n++
	}
	if n != len(rows) {
		v.warehouses[0] = warehouseRow{}
		return 0
	}
	return n
}

func (v *view) filled() int {
	n := 0
	for n < len(v.warehouses) && v.warehouses[n].row != nil {
		n++
	}
	return n
}

// guessesOf looks up what the candidates of the reading are called. Intents without a name are passed over.
func (v *view) guessesOf() int {
	if v.once(needGuesses) && v.ask.Reading != nil {
		for _, g := range v.ask.Reading.Top {
			if g.P > 0 && int(g.Intent) < len(v.about) && v.about[g.Intent] != "" {
				v.guesses[v.guessed] = v.about[g.Intent]
				v.guessed++
			}
		}
	}
	return v.guessed
}

// attribute returns what the product says of itself for an intent, "" when it says nothing that fits a reply.
func (v *view) attribute(i live.Intent) string {
	if v.ask.Product == nil || i == 0 {
		return ""
	}
	s := v.ask.Product.Attributes[i.String()]
	if s == "" || !fits(s, capSentence) {
		return ""
	}
	return s
}

func sizeOf(v *live.Variant) string  { return v.Size }
func colorOf(v *live.Variant) string { return v.Color }

// firstOf returns the first value that variants have, "" when none or too long to say.
func (v *view) firstOf(of func(*live.Variant) string) string {
	for i := range v.ask.Product.Variants {
		if s := of(&v.ask.Product.Variants[i]); s != "" {
			if !fits(s, capList) {
				return ""
			}
			return s
		}
	}
	return ""
}

// fits tells whether s is at most limit characters.
func fits(s string, limit int) bool { return len(s) <= limit || utf8.RuneCountInString(s) <= limit }

// appendPrice appends fen as yuan without needless zeros.
func appendPrice(dst []byte, fen int64) []byte {
	dst = strconv.AppendInt(dst, fen/100, 10)
	if rest := fen % 100; rest != 0 {
		dst = append(dst, '.', byte('0'+rest/10))
		if rest%10 != 0 {
			dst = append(dst, byte('0'+rest%10))
		}
	}
	return dst
}

// appendClean appends s with control characters and broken UTF-8 turned into spaces, so that whatever a catalogue
// holds stays one line.
func appendClean(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= utf8.RuneSelf || s[i] == 0x7f {
			return append(dst, strings.Map(cleanRune, s)...)
		}
	}
	return append(dst, s...)
}

func cleanRune(r rune) rune {
	if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError || r == '\u2028' || r == '\u2029' {
		return ' '
	}
	return r
}
