package phrase

import (
	"unicode/utf8"

	"liveroom/engine/live"
)

// Values is where a text gets its words from. row counts from 0 and means nothing for a variable of the reply.
type Values interface {
	// Known tells whether a need is met.
	Known(Need) bool
	// Attribute returns what the product says to an intent, "" when it says nothing fit for a reply.
	Attribute(live.Intent) string
	// Rows returns how many rows a known list has.
	Rows(list Var) int
	// Holds tells whether a field of a row is there: WarehouseUntil and PartOut.
	Holds(field Var, row int) bool
	// Append appends the value of a variable. It returns false when there is none or it cannot be said.
	Append(dst []byte, v Var, row int) ([]byte, bool)
}

// Text is a compiled text. It is immutable.
type Text struct {
	parts []part
	limit int // of what it comes to, in characters
}

// run is one rendering.
type run struct {
	values Values
	buf    []byte
	failed bool
	limit  int // in bytes, while rendering
	list   Var
	row    int
	rows   int
}

// Render appends what the text comes to with v. It returns false, and what it had come to, when a value is not known
// or the limit is passed; compiled texts do neither as long as v keeps its word. Hot path: guarded by BenchmarkCompose
// of the scripts package; it allocates only to grow dst.
func (t *Text) Render(dst []byte, v Values) ([]byte, bool) {
	start := len(dst)
	// A character is at most four bytes, so the buffer never outgrows this by more than one value.
	r := run{values: v, buf: dst, limit: start + t.limit*utf8.UTFMax}
	r.run(t.parts)
	said := r.buf[start:]
	return r.buf, !r.failed && len(said) > 0 && (len(said) <= t.limit || utf8.RuneCount(said) <= t.limit)
}

func (r *run) run(parts []part) {
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
		if r.failed = r.failed || len(r.buf) > r.limit; r.failed {
			return
		}
	}
}

func (r *run) loop(p *part) {
	if !r.values.Known(words[p.list].need) {
		r.failed = true
		return
	}
	r.list, r.rows = p.list, min(r.values.Rows(p.list), words[p.list].rows)
	for r.row = 0; r.row < r.rows && !r.failed; r.row++ {
		r.run(p.body)
	}
}

// truth tells whether e holds: whether what it names is known.
func (r *run) truth(e *expr) bool {
	switch e.op {
	case exprVar:
		return r.truthVar(e.v)
	case exprAttr:
		return r.values.Attribute(e.intent) != ""
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

func (r *run) truthVar(v Var) bool {
	switch v {
	case rowMore:
		return r.row > 0
	case rowLast:
		return r.row > 0 && r.row == r.rows-1
	case WarehouseUntil, PartOut:
		return r.values.Holds(v, r.row)
	}
	return words[v].need == needAlways || r.values.Known(words[v].need)
}

// say appends the value of e.
func (r *run) say(e *expr) {
	ok := true
	switch e.op {
	case exprVar:
		if !e.v.inRow() && !r.values.Known(words[e.v].need) {
			r.failed = true
			return
		}
		r.buf, ok = r.values.Append(r.buf, e.v, r.row)
	case exprAttr:
		s := r.values.Attribute(e.intent)
		r.buf, ok = AppendClean(r.buf, s), s != ""
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
		ok = false
	}
	r.failed = r.failed || !ok
}
