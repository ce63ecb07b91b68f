package scripts

import (
	"strconv"
	"unicode/utf8"

	"liveroom/engine/live"
)

// renderer runs the parts of one text over a view. It says nothing that is not known: a gap that cannot be filled
// fails the rendering, and so does a reply beyond its limit.
type renderer struct {
	view
	buf     []byte
	figs    []Figure
	limit   int // runes
	failed  bool
	saidAny needSet // figures already noted
	list    variable
	i, rows int // the row in hand and how many there are
}

// render renders parts into r.buf and tells whether that worked. Hot path, see Compose.
func (r *renderer) render(parts []part, limit int) bool {
	r.buf, r.figs, r.failed, r.saidAny, r.limit = r.buf[:0], r.figs[:0], false, 0, limit
	r.run(parts)
	return !r.failed && len(r.buf) > 0 && fitsBytes(r.buf, limit)
}

func fitsBytes(b []byte, limit int) bool { return len(b) <= limit || utf8.RuneCount(b) <= limit }

func (r *renderer) run(parts []part) {
	for i := range parts {
		p := &parts[i]
		switch p.op {
		case opText:
			r.buf = append(r.buf, p.text...)
		case opSay:
			r.say(&p.expr)
		case opIf:
			if r.truth(&p.expr) {
				r.run(p.body)
			} else {
				r.run(p.alt)
			}
		case opRange:
			r.loop(p)
		}
		// A character is at most four bytes, so the buffer never outgrows this by more than one value.
		if r.failed = r.failed || len(r.buf) > r.limit*utf8.UTFMax; r.failed {
			return
		}
	}
}

func (r *renderer) loop(p *part) {
	if !r.has(words[p.list].need) {
		r.failed = true
		return
	}
	r.list, r.rows = p.list, 0
	switch p.list {
	case varWarehouses:
		r.rows = r.filled()
	case varBreakdown:
		r.rows = len(r.stock.breakdown)
	case varGuesses:
		r.rows = r.guessed
	}
	for r.i = 0; r.i < r.rows && !r.failed; r.i++ {
		r.run(p.body)
	}
}

// truth tells whether e holds: whether what it names is known.
func (r *renderer) truth(e *expr) bool {
	switch e.op {
	case exprVar:
		return r.truthVar(e.v)
	case exprAttr:
		return r.attribute(e.intent) != ""
	case exprText:
		return e.text != ""
	case exprNot:
		return !r.truth(&e.args[0])
	}
	for i := range e.args {
		if r.truth(&e.args[i]) != (e.op == exprAnd) {
			return e.op == exprOr
		}
	}
	return e.op == exprAnd
}

func (r *renderer) truthVar(v variable) bool {
	switch v {
	case rowMore:
		return r.i > 0
	case rowLast:
		return r.i > 0 && r.i == r.rows-1
	case rowOut:
		return r.list == varBreakdown && r.stock.breakdown[r.i].n == 0
	case rowUntil:
		return r.warehouses[r.i].until >= 0
	}
	return r.has(words[v].need)
}

// say appends the value of e.
func (r *renderer) say(e *expr) {
	switch e.op {
	case exprVar:
		r.sayVar(e.v)
	case exprAttr:
		s := r.attribute(e.intent)
		r.failed = r.failed || s == ""
		r.buf = appendClean(r.buf, s)
	case exprText:
		r.buf = append(r.buf, e.text...)
	case exprOr:
		for i := range e.args {
			if i == len(e.args)-1 || r.truth(&e.args[i]) {
				r.say(&e.args[i])
				return
			}
		}
	default:
		r.failed = true
	}
}

// sayVar appends the value of v, or fails when it is not known.
func (r *renderer) sayVar(v variable) {
	if v >= rowName {
		r.sayRow(v)
		return
	}
	if !r.has(words[v].need) {
		r.failed = true
		return
	}
	p := r.ask.Product
	switch v {
	case varItem:
		r.sayItem(p)
	case varName:
		r.sayCut(p.Name, capName)
	case varLink:
		r.buf = strconv.AppendInt(r.buf, int64(p.Link), 10)
	case varChoice:
		r.sayChoice(r.ask.Variant)
	case varStock:
		r.buf = append(r.buf, r.stock.total.text...)
		r.note(needStock)
	case varPrice, varLowPrice:
		r.buf = appendPrice(r.buf, r.prices[0])
	case varHighPrice:
		r.buf = appendPrice(r.buf, r.prices[1])
	case varPromotion:
		r.buf = appendClean(r.buf, p.Promotion)
	case varGifts:
		r.sayGifts(p.Gifts)
	case varInstalment:
		r.buf = strconv.AppendInt(r.buf, int64(p.Instalment), 10)
	case varSizes:
		r.sayEach(sizeOf)
	case varColors:
		r.sayEach(colorOf)
	case varAttribute:
		r.buf = appendClean(r.buf, r.attribute(r.ask.intent()))
	case varShipBy, varUntil:
		r.buf = strconv.AppendInt(r.buf, int64(r.shipBy), 10)
	case varViewers:
		r.buf = append(r.buf, r.counts.viewers.text...)
		r.note(needViewers)
	case varSold:
		r.buf = append(r.buf, r.counts.sold.text...)
		r.note(needSold)
	case varAskers:
		r.buf = strconv.AppendInt(r.buf, r.ask.Askers, 10)
	}
}

// sayRow appends a field of the row in hand.
func (r *renderer) sayRow(v variable) {
	switch {
	case r.list == varGuesses && v == rowTopic:
		r.buf = append(r.buf, r.guesses[r.i]...)
	case r.list == varBreakdown && v == rowName:
		r.buf = appendClean(r.buf, r.stock.breakdown[r.i].name)
	case r.list == varBreakdown && v == rowStock:
		r.sayFigure(&r.stock.breakdown[r.i])
	case r.list == varWarehouses && v == rowName:
		r.buf = appendClean(r.buf, r.warehouses[r.i].title)
	case r.list == varWarehouses && v == rowStock:
		r.sayFigure(r.warehouses[r.i].row)
	case r.list == varWarehouses && v == rowShipBy:
		hour := r.warehouses[r.i].until
		if hour < 0 {
			hour = -hour - 1
		}
		r.buf = strconv.AppendInt(r.buf, int64(hour), 10)
	case r.list == varWarehouses && v == rowUntil && r.warehouses[r.i].until >= 0:
		r.buf = strconv.AppendInt(r.buf, int64(r.warehouses[r.i].until), 10)
	default:
		r.failed = true
	}
}

func (r *renderer) sayFigure(f *row) {
	r.buf = append(r.buf, f.text...)
	r.figs = append(r.figs, Figure{Name: f.label, Value: f.n, Age: r.age(f.since), Version: r.stock.snap.Version})
}

// note records a figure that the reply says or rests on, once.
func (r *renderer) note(n need) {
	if r.saidAny.has(n) {
		return
	}
	r.saidAny |= setOf(n)
	f := Figure{Name: needNames[n]}
	var t *total
	switch n {
	case needStock:
		t, f.Version = &r.stock.total, r.stock.snap.Version
	case needViewers:
		t, f.Version = &r.counts.viewers, r.counts.snap.Version
	default:
		t, f.Version = &r.counts.sold, r.counts.snap.Version
	}
	f.Value, f.Age = t.n, r.age(t.since)
	r.figs = append(r.figs, f)
}

// sayItem says what a product is called in a room: by its link number, by its name when it has none.
func (r *renderer) sayItem(p *live.Product) {
	if r.has(needLink) {
		r.buf = append(strconv.AppendInt(r.buf, int64(p.Link), 10), "号链接"...)
		return
	}
	r.sayCut(p.Name, capItem)
}

// sayChoice says size and colour together, cut where they are too long.
func (r *renderer) sayChoice(v *live.Variant) {
	if v.Size == "" || v.Color == "" || !fits(v.Size, capChoice-1) {
		r.sayCut(v.Size+v.Color, capChoice)
		return
	}
	r.sayCut(v.Size, capChoice)
	r.sayCut(v.Color, capChoice-utf8.RuneCountInString(v.Size))
}

// sayCut says a name, cut where it is too long. A product without a name fails the rendering.
func (r *renderer) sayCut(s string, limit int) {
	r.failed = r.failed || s == ""
	if fits(s, limit) {
		r.buf = appendClean(r.buf, s)
		return
	}
	n := 0
	for i := range s {
		if n++; n == limit {
			r.buf = append(appendClean(r.buf, s[:i]), "…"...)
			return
		}
	}
}

// sayGifts says as many gifts as fit, whole.
func (r *renderer) sayGifts(gifts []string) {
	used := 0
	for i, g := range gifts {
		n := utf8.RuneCountInString(g) + min(i, 1)
		if g == "" || used+n > capList {
			return
		}
		used += n
		if i > 0 {
			r.buf = append(r.buf, "、"...)
		}
		r.buf = appendClean(r.buf, g)
	}
}

// sayEach says the different values that variants have, in the order of the catalogue, as many as fit, whole.
func (r *renderer) sayEach(of func(*live.Variant) string) {
	all := r.ask.Product.Variants
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
		if used+n > capList {
			return
		}
		if used > 0 {
			r.buf = append(r.buf, "、"...)
		}
		used += n
		r.buf = appendClean(r.buf, s)
	}
}
