package scripts

import (
	"strconv"
	"unicode/utf8"

	"liveroom/engine/live"
	"liveroom/scripts/phrase"
)

// composer says what a view knows, and notes the figures it says. It is the phrase.Values of one reply at a time.
type composer struct {
	view
	buf   []byte
	figs  []Figure
	noted phrase.Set
}

// render renders t into c.buf and tells whether that worked. Hot path, see Compose.
func (c *composer) render(t *scriptText) (ok bool) {
	c.figs, c.noted = c.figs[:0], 0
	c.buf, ok = t.text.Render(c.buf[:0], c)
	return ok
}

// Rows implements phrase.Values.
func (c *composer) Rows(list phrase.Var) int {
	switch list {
	case phrase.Warehouses:
		return c.filled()
	case phrase.Breakdown:
		return len(c.stock.breakdown)
	case phrase.Guesses:
		return c.guessed
	}
	return 0
}

// Holds implements phrase.Values.
func (c *composer) Holds(field phrase.Var, row int) bool {
	switch field {
	case phrase.WarehouseUntil:
		return c.hour < c.warehouses[row].shipBy
	case phrase.PartOut:
		return c.stock.breakdown[row].n == 0
	}
	return false
}

// Append implements phrase.Values. The need behind v is known to be met.
func (c *composer) Append(dst []byte, v phrase.Var, row int) ([]byte, bool) {
	p := c.ask.Product
	switch v {
	case phrase.Item:
		return appendItem(dst, p)
	case phrase.Name:
		return appendCut(dst, p.Name, phrase.CapName)
	case phrase.Link:
		return appendInt(dst, p.Link), true
	case phrase.Choice:
		return appendChoice(dst, c.ask.Variant)
	case phrase.Price, phrase.LowPrice:
		return appendPrice(dst, c.prices[0]), true
	case phrase.HighPrice:
		return appendPrice(dst, c.prices[1]), true
	case phrase.Promotion:
		return phrase.AppendClean(dst, clause(p.PromotionAt(c.ask.Now))), true
	case phrase.Gifts:
		return appendGifts(dst, p.Gifts), true
	case phrase.Instalment:
		return appendInt(dst, p.Instalment), true
	case phrase.Sizes:
		return appendEach(dst, p.Variants, sizeOf), true
	case phrase.Colors:
		return appendEach(dst, p.Variants, colorOf), true
	case phrase.Attribute:
		return phrase.AppendClean(dst, c.Attribute(c.ask.intent())), true
	case phrase.ShipBy, phrase.Until:
		return appendInt(dst, c.shipBy), true
	case phrase.Askers:
		return strconv.AppendInt(dst, c.ask.Askers, 10), true
	case phrase.GuessTopic:
		return append(dst, c.guesses[row]...), true
	}
	if v >= phrase.Quantity && v <= phrase.Ends {
		return c.appendDialogue(dst, v)
	}
	return c.appendFigure(dst, v, row)
}

// appendDialogue appends what the dialogue handed in.
func (c *composer) appendDialogue(dst []byte, v phrase.Var) ([]byte, bool) {
	switch v {
	case phrase.Quantity:
		return strconv.AppendInt(dst, c.ask.Hold.Quantity, 10), true
	case phrase.Minutes:
		return appendInt(dst, c.minutes()), true
	case phrase.Was:
		return append(dst, c.names.shortOf(c.ask.Was)...), true
	case phrase.Next:
		return append(dst, c.names.shortOf(c.ask.Next)...), true
	case phrase.Advice:
		return phrase.AppendClean(dst, c.ask.Advice), true
	case phrase.Body:
		return phrase.AppendClean(dst, c.ask.Body), true
	case phrase.Other:
		return appendOther(dst, c.ask.Other)
	case phrase.Left:
		return strconv.AppendInt(dst, max(*c.ask.Left, 0), 10), true
	case phrase.Ends:
		return appendInt(dst, c.ends()), true
	}
	return dst, false
}

// appendFigure appends a live figure, or what its row is called, and notes it.
func (c *composer) appendFigure(dst []byte, v phrase.Var, row int) ([]byte, bool) {
	switch v {
	case phrase.Stock:
		c.note(phrase.NeedStock)
		return append(dst, c.stock.total.text...), true
	case phrase.Viewers:
		c.note(phrase.NeedViewers)
		return append(dst, c.counts.viewers.text...), true
	case phrase.Sold:
		c.note(phrase.NeedSold)
		return append(dst, c.counts.sold.text...), true
	case phrase.PartName:
		return phrase.AppendClean(dst, c.stock.breakdown[row].name), true
	case phrase.PartStock:
		return c.appendRow(dst, &c.stock.breakdown[row]), true
	case phrase.WarehouseName:
		return phrase.AppendClean(dst, c.warehouses[row].title), true
	case phrase.WarehouseStock:
		return c.appendRow(dst, c.warehouses[row].row), true
	case phrase.WarehouseShipBy, phrase.WarehouseUntil:
		return appendInt(dst, c.warehouses[row].shipBy), true
	}
	return dst, false
}

func (c *composer) appendRow(dst []byte, r *row) []byte {
	c.figs = append(c.figs, Figure{Name: r.label, Value: r.n, Age: c.age(r.since), Version: c.stock.snap.Version, Limit: c.limits.Stock})
	return append(dst, r.text...)
}

// note records a figure that the reply says or rests on, once.
func (c *composer) note(n phrase.Need) {
	if c.noted.Has(n) {
		return
	}
	c.noted |= phrase.SetOf(n)
	f := Figure{Name: n.String()}
	var t *total
	switch n {
	case phrase.NeedStock:
		t, f.Version, f.Limit = &c.stock.total, c.stock.snap.Version, c.limits.Stock
	case phrase.NeedViewers:
		t, f.Version, f.Limit = &c.counts.viewers, c.counts.snap.Version, c.limits.Viewers
	default:
		t, f.Version, f.Limit = &c.counts.sold, c.counts.snap.Version, c.limits.Sold
	}
	f.Value, f.Age = t.n, c.age(t.since)
	c.figs = append(c.figs, f)
}

// The words of a catalogue. What is long is cut or cut short, as FORMAT.md says.

func appendInt(dst []byte, n int) []byte { return strconv.AppendInt(dst, int64(n), 10) }

// appendCut appends a name, cut where it is too long; there must be one.
func appendCut(dst []byte, s string, limit int) ([]byte, bool) {
	if phrase.Fits(s, limit) {
		return phrase.AppendClean(dst, s), s != ""
	}
	n := 0
	for i := range s {
		if n++; n == limit {
			return append(phrase.AppendClean(dst, s[:i]), "…"...), true
		}
	}
	return dst, false
}

// appendItem appends what viewers call a product.
func appendItem(dst []byte, p *live.Product) ([]byte, bool) {
	if linked(p) {
		return append(appendInt(dst, p.Link), "号链接"...), true
	}
	return appendCut(dst, p.Name, phrase.CapItem)
}

// appendOther appends what viewers call a product they have not asked about: its link and its name, as far as they fit.
func appendOther(dst []byte, p *live.Product) ([]byte, bool) {
	before := len(dst)
	dst, ok := appendItem(dst, p)
	left := phrase.CapOther - utf8.RuneCount(dst[before:])
	if !ok || !linked(p) || p.Name == "" || left < 2 {
		return dst, ok
	}
	return appendCut(dst, p.Name, left)
}

// appendChoice appends size and colour as one word, cut where it is too long.
func appendChoice(dst []byte, v *live.Variant) ([]byte, bool) {
	left := phrase.CapChoice
	if v.Size != "" {
		room := left
		if v.Color != "" {
			room-- // at least one character for the colour
		}
		dst, _ = appendCut(dst, v.Size, room)
		left -= min(utf8.RuneCountInString(v.Size), room)
	}
	if v.Color != "" {
		dst, _ = appendCut(dst, v.Color, left)
	}
	return dst, true
}

// appendGifts appends as many gifts as fit, whole.
func appendGifts(dst []byte, gifts []string) []byte {
	used := 0
	for i, g := range gifts {
		n := utf8.RuneCountInString(g) + min(i, 1)
		if g == "" || used+n > phrase.CapList {
			break
		}
		if i > 0 {
			dst = append(dst, "、"...)
		}
		used += n
		dst = phrase.AppendClean(dst, g)
	}
	return dst
}

func sizeOf(v *live.Variant) string  { return v.Size }
func colorOf(v *live.Variant) string { return v.Color }

// appendEach appends the different values that variants have, in the order of the catalogue, as many as fit, whole.
func appendEach(dst []byte, all []live.Variant, of func(*live.Variant) string) []byte {
	used := 0
next:
	for i := range all {
		s := of(&all[i])
		if s == "" {
			continue
		}
		for j := range i {
			if of(&all[j]) == s {
				continue next
			}
		}
		n := utf8.RuneCountInString(s) + min(used, 1)
		if used+n > phrase.CapList {
			break
		}
		if used > 0 {
			dst = append(dst, "、"...)
		}
		used += n
		dst = phrase.AppendClean(dst, s)
	}
	return dst
}

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
