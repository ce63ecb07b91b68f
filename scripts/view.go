package scripts

import (
	"strings"
	"time"

	"liveroom/engine/live"
	"liveroom/scripts/phrase"
)

// view is everything one reply may say, looked up as it is needed and at most once, so that a sentence never mixes two
// snapshots of one owner.
type view struct {
	ask     Ask
	figures *figureCache
	names   *names

	limits MaxAge     // of the case in hand
	looked phrase.Set // groups already looked up, under the need that names the group
	tooOld phrase.Set // figures left out because of their age

	asked  live.Variant // the size or colour asked for, zero when none was
	choice live.Variant // what the case in hand speaks of: asked, or zero for the whole product

	stock      *stockFigures // nil when not known
	counts     *countFigures // nil when not known
	prices     [2]int64      // lowest and highest in fen, 0 when not known
	hour       int           // of the shop's day
	ending     time.Duration // how long before its end an offer is said to end
	shipBy     int           // the hour until which every warehouse ships the same day
	warehouses [phrase.MaxWarehouses]warehouseRow
	guesses    [phrase.MaxGuesses]string
	guessed    int
}

// warehouseRow is a row of stock with what the shop says of the warehouse.
type warehouseRow struct {
	row    *row
	title  string
	shipBy int
}

// once tells whether group still has to be looked up, and notes that it was.
func (v *view) once(group phrase.Need) bool {
	if v.looked.Has(group) {
		return false
	}
	v.looked |= phrase.SetOf(group)
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
		v.looked &^= phrase.SetOf(phrase.NeedStock, phrase.NeedPrice, phrase.NeedWarehouses)
		v.stock, v.prices, v.warehouses = nil, [2]int64{}, [phrase.MaxWarehouses]warehouseRow{}
	}
	v.limits = c.limits
}

// Known tells whether need n is met, within the limits of the case in hand. Hot path, see Compose.
func (v *view) Known(n phrase.Need) bool {
	p := v.ask.Product
	switch n {
	case phrase.NeedProduct:
		return p != nil
	case phrase.NeedLink:
		return p != nil && linked(p)
	case phrase.NeedChoice:
		return v.asked != live.Variant{}
	case phrase.NeedStock:
		s := v.stockOf()
		return s != nil && s.total.known && v.fresh(phrase.NeedStock, s.total.since, v.limits.Stock)
	case phrase.NeedWarehouses:
		return v.Known(phrase.NeedStock) && v.warehousesOf() > 0 && v.freshRows(v.stock.warehouses)
	case phrase.NeedBreakdown:
		s := v.stockOf()
		return s != nil && len(s.breakdown) > 0 && v.freshRows(s.breakdown)
	case phrase.NeedPrice:
		return v.pricesOf() && v.prices[0] == v.prices[1]
	case phrase.NeedPriceRange:
		return v.pricesOf() && v.prices[0] != v.prices[1]
	case phrase.NeedPromotion:
		return p != nil && p.PromotionAt(v.ask.Now) != "" && phrase.Fits(p.PromotionAt(v.ask.Now), phrase.CapList)
	case phrase.NeedGifts:
		return p != nil && len(p.Gifts) > 0 && p.Gifts[0] != "" && phrase.Fits(p.Gifts[0], phrase.CapList)
	case phrase.NeedInstalment:
		return p != nil && p.Instalment > 0 && p.Instalment <= 999
	case phrase.NeedSizes:
		return p != nil && v.firstOf(sizeOf) != ""
	case phrase.NeedColors:
		return p != nil && v.firstOf(colorOf) != ""
	case phrase.NeedAttribute:
		return v.Attribute(v.ask.intent()) != ""
	case phrase.NeedShip:
		return v.shipOf()
	case phrase.NeedShipToday:
		return v.shipOf() && v.hour < v.shipBy
	case phrase.NeedViewers:
		c := v.countsOf()
		return c != nil && c.viewers.known && v.fresh(phrase.NeedViewers, c.viewers.since, v.limits.Viewers)
	case phrase.NeedSold:
		c := v.countsOf()
		return c != nil && c.sold.known && v.fresh(phrase.NeedSold, c.sold.since, v.limits.Sold)
	case phrase.NeedGuesses:
		return v.guessesOf() > 1
	case phrase.NeedAskers:
		return v.ask.Askers > 1 && v.ask.Askers <= phrase.MaxFigure
	}
	return v.knownOfDialogue(n)
}

// knownOfDialogue is Known for what the dialogue hands in.
func (v *view) knownOfDialogue(n phrase.Need) bool {
	a := &v.ask
	switch n {
	case phrase.NeedHold:
		return a.Hold != nil && a.Hold.Quantity > 0 && a.Hold.Quantity <= phrase.MaxFigure
	case phrase.NeedWas:
		return a.Was != a.Next && v.names.shortOf(a.Was) != "" && v.names.shortOf(a.Next) != ""
	case phrase.NeedAdvice:
		return a.Advice != "" && a.Body != "" && phrase.Fits(a.Advice, phrase.CapAdvice) && phrase.Fits(a.Body, phrase.CapAdvice)
	case phrase.NeedOther:
		o := a.Other
		return o != nil && (linked(o) || o.Name != "") && (a.Product == nil || o.ID != a.Product.ID)
	case phrase.NeedLeft:
		return a.Left != nil && *a.Left <= phrase.MaxFigure
	case phrase.NeedEnding:
		return v.ends() > 0
	}
	return false
}

// ends returns in how many whole minutes the offer in force ends, 0 when that is not soon, not known or less than one.
func (v *view) ends() int {
	if v.ask.Product == nil {
		return 0
	}
	now := v.ask.Now.UnixMilli()
	text, until := v.ask.Product.PromotionUntil(now)
	left := time.Duration(until-now) * time.Millisecond
	if text == "" || until == 0 || left > v.ending {
		return 0
	}
	return min(int(left/time.Minute), phrase.MaxMinutes)
}

// linked tells whether viewers can call a product by its link number.
func linked(p *live.Product) bool { return p.Link > 0 && p.Link <= 9999 }

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
		return v.Known(phrase.NeedStock) && v.stock.total.n == 0
	case whenLowStock:
		return v.Known(phrase.NeedStock) && v.stock.total.n > 0 && v.stock.total.n <= lowStock
	case whenInStock:
		return v.Known(phrase.NeedStock) && v.stock.total.n > 0
	case whenNotOffered:
		return v.notOffered()
	case whenVIP:
		return v.ask.VIP
	case whenFirstTime:
		return v.ask.FirstTime
	case whenNobody:
		return v.ask.Nobody
	case whenConfirmed:
		return v.ask.Hold != nil && v.ask.Hold.Confirmed
	case whenNoneLeft:
		return v.ask.Left != nil && *v.ask.Left <= 0
	case whenOpenSize:
		return v.ask.Open == OpenSize
	case whenOpenOffer:
		return v.ask.Open == OpenOffer
	case whenOpenConfirm:
		return v.ask.Open == OpenConfirm
	case whenOpenChoice:
		return v.ask.Open == OpenChoice
	case whenOpenCross:
		return v.ask.Open == OpenCross
	case whenOpenPromotion:
		return v.ask.Open == OpenPromotion
	case whenUnclearAgain:
		return v.ask.Again
	case whenOpenInstalment:
		return v.ask.Open == OpenInstalment
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

func (v *view) fresh(n phrase.Need, since int64, limit time.Duration) bool {
	if v.age(since) <= limit {
		return true
	}
	v.tooOld |= phrase.SetOf(n)
	return false
}

func (v *view) freshRows(rows []row) bool {
	for i := range rows {
		if !v.fresh(phrase.NeedStock, rows[i].since, v.limits.Stock) {
			return false
		}
	}
	return true
}

func (v *view) stockOf() *stockFigures {
	if v.once(phrase.NeedStock) && v.ask.Product != nil {
		v.stock = v.figures.stock(&v.ask, v.choice)
	}
	return v.stock
}

func (v *view) countsOf() *countFigures {
	if v.once(phrase.NeedViewers) && v.ask.User.Room != "" {
		v.counts = v.figures.counts(v.ask.User.Room)
	}
	return v.counts
}

// pricesOf looks up the lowest and highest price of the choice; a variant without a price leaves both unknown.
func (v *view) pricesOf() bool {
	if v.once(phrase.NeedPrice) && v.ask.Product != nil {
		for i := range v.ask.Product.Variants {
			one := &v.ask.Product.Variants[i]
			if !matches(one, &v.choice) {
				continue
			}
			if one.PriceFen <= 0 || one.PriceFen/100 > phrase.MaxFigure {
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
	if v.once(phrase.NeedShip) {
		v.shipBy = 24
		for i := range v.ask.Warehouses {
			v.shipBy = min(v.shipBy, v.ask.Warehouses[i].ShipBy)
		}
	}
	return v.shipBy >= 0 && v.shipBy < 24
}

// warehousesOf looks up the rows by warehouse in the shop's order. A warehouse the shop has no title for leaves the
// whole list out: a list that is short of one would be wrong.
func (v *view) warehousesOf() int {
	if !v.once(phrase.NeedWarehouses) {
		return v.filled()
	}
	rows := v.stock.warehouses
	n := 0
	for i := range v.ask.Warehouses {
		w := &v.ask.Warehouses[i]
		r := rowOf(rows, w.ID)
		if r == nil || n == len(v.warehouses) {
			continue
		}
		if w.Title == "" || !phrase.Fits(w.Title, phrase.CapWarehouse) || w.ShipBy < 0 || w.ShipBy > 23 {
			break
		}
		v.warehouses[n] = warehouseRow{row: r, title: w.Title, shipBy: w.ShipBy}
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
	if v.once(phrase.NeedGuesses) && v.ask.Reading != nil {
		for _, g := range v.ask.Reading.Top {
			if g.P > 0 && int(g.Intent) < len(v.names.about) && v.names.about[g.Intent] != "" {
				v.guesses[v.guessed] = v.names.about[g.Intent]
				v.guessed++
			}
		}
	}
	return v.guessed
}

// shortOf returns what a bridge calls an intent, "" when it has no name.
func (n *names) shortOf(i live.Intent) string {
	if int(i) >= len(n.short) {
		return ""
	}
	return n.short[i]
}

// minutes returns how many whole minutes the hold still has, at least 1. A hold of ten minutes that is told of a moment
// late has ten.
func (v *view) minutes() int {
	left := (v.ask.Hold.Until.Sub(v.ask.Now) + time.Second/2) / time.Minute
	return int(min(max(left, 1), phrase.MaxMinutes))
}

// Attribute returns what the product says of itself for an intent, "" when it says nothing that fits a reply.
func (v *view) Attribute(i live.Intent) string {
	s := ""
	switch {
	case i == 0:
	case v.ask.Product != nil:
		s = clause(v.ask.Product.Attributes[i.String()])
	case i == v.ask.intent():
		s = clause(v.ask.Sentence)
	}
	if s == "" || !phrase.Fits(s, phrase.CapSentence) {
		return ""
	}
	return s
}

// clause cuts the marks off the end of a shop's sentence, so that a text may go on after it.
func clause(s string) string { return strings.TrimRight(s, "。.！!～~ ") }

// firstOf returns the first value that variants have, "" when none or too long to say.
func (v *view) firstOf(of func(*live.Variant) string) string {
	for i := range v.ask.Product.Variants {
		if s := of(&v.ask.Product.Variants[i]); s != "" {
			if !phrase.Fits(s, phrase.CapList) {
				return ""
			}
			return s
		}
	}
	return ""
}
