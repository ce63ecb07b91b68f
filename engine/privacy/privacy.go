package privacy

import (
	"cmp"
	"slices"
	"sync"
	"unicode"
	"unicode/utf8"

	"liveroom/engine/live"
)

// Kind is what a piece of personal data is.
type Kind string

// The kinds.
const (
	Phone    Kind = "phone"
	Landline Kind = "landline"
	IDCard   Kind = "id_card"
	BankCard Kind = "bank_card"
	Address  Kind = "address"
	Email    Kind = "email"
	WeChat   Kind = "wechat"
	QQ       Kind = "qq"
	OrderID  Kind = "order_id"
	Name     Kind = "name"
	Plate    Kind = "plate"
)

// Span is one piece of personal data in a text.
type Span struct {
	Kind       Kind
	Start, End int    // characters of the text as written, half-open
	Value      string // in normal form: plain digits, lower case, nothing in between

	mask string // what is shown instead
}

// Mask returns text with all personal data masked, and what it found, in the order of the text and without overlaps.
// A text without any comes back itself, with nil. No found value stands in the masked text, and masking that again
// changes nothing. Text that is not valid UTF-8 is read with a replacement character for each bad byte.
//
// Hot path of every log line and console view: BenchmarkMask; nothing found costs no allocation
// (TestMaskAllocations).
func Mask(text string) (masked string, found []Span) {
	found = find(text, nil)
	if len(found) == 0 {
		return text, nil
	}
	// What is masked changes what its neighbours look like, and a value found once by its cue may stand elsewhere
	// without one. So the masked text is read again until there is nothing left; each round covers more of the text.
	for range rounds {
		masked = render(text, found)
		more := find(masked, found)
		if len(more) == 0 {
			return masked, found
		}
		found = merge(text, found, more)
	}
	found = []Span{{Kind: found[0].Kind, End: utf8.RuneCountInString(text), Value: found[0].Value, mask: stars}}
	return stars, found
}

// rounds is how often a text is read at most; one that is not settled by then, which no one writes, is masked whole.
const rounds = 12

// View returns text as a role may see it: as written for the links that carried or wrote it, masked for everyone else.
// Seeing it unmasked is an act of its own, granted and audited elsewhere.
func View(role live.Role, text string) string {
	if role == live.Ingest || role == live.Viewer {
		return text
	}
	masked, _ := Mask(text)
	return masked
}

// MaskName masks a nickname or a name that stands alone: its first character stays.
func MaskName(name string) string {
	for i := range name {
		if i > 0 {
			return name[:i] + "**"
		}
	}
	if name == "" {
		return ""
	}
	return "**"
}

var finders = sync.Pool{New: func() any { return &finder{} }}

// find returns what one reading of the text finds, and every other place where a value known already stands.
func find(text string, known []Span) []Span {
	f := finders.Get().(*finder)
	f.fold(text)
	f.run()
	if len(f.found)+len(known) > 0 {
		f.again(known)
	}
	var found []Span
	if len(f.found) > 0 {
		slices.SortFunc(f.found, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
		found = slices.Clone(f.found)
	}
	clear(f.found)
	f.found = f.found[:0]
	finders.Put(f)
	return found
}

// finder reads one text.
type finder struct {
	sheet
	found []Span
	run1  []figure // digits of the run being read
	bits  []uint8  // what each cell may begin, once mark has been called
}

// run lets every rule read the text, those that are sure of themselves first; a cell taken by one is gone for the rest.
func (f *finder) run() {
	f.bits = f.bits[:0]
	if f.latin >= 2 {
		f.emails()
	}
	if f.latin+f.figures >= shortestMailbox {
		f.mailboxes()
	}
	if f.latin+f.figures >= 5 {
		f.handles()
	}
	if f.figures >= 5 {
		f.announcedOrders()
		f.letteredOrders()
		f.numbers()
	}
	if f.latin >= 1 && f.figures >= 3 {
		f.plates()
	}
	if f.places >= 2 || f.places >= 1 && f.figures >= 1 {
		f.addresses()
	}
	if f.cues >= 1 || len(f.found) > 0 {
		if len(f.bits) == 0 {
			f.mark()
		}
		f.names()
	}
}

// take records cells i to j and makes them unreadable for what comes later.
func (f *finder) take(kind Kind, i, j int, value, mask string) {
	f.found = append(f.found, Span{Kind: kind, Start: int(f.cells[i].start), End: int(f.cells[j-1].end), Value: value, mask: mask})
	for k := i; k < j; k++ {
		f.cells[k].gone = true
		f.cells[k].taken = true
	}
}

// wanted is a value that may stand in other places of the text.
type wanted struct {
	value []rune
	span  Span
}

// again takes every other place where a value known before or found just now stands.
func (f *finder) again(known []Span) {
	values := map[rune][]wanted{} // by their first character
	seen := map[string]bool{}
	for _, list := range [...][]Span{known, f.found} {
		for _, k := range list {
			if seen[k.Value] {
				continue
			}
			seen[k.Value] = true
			v := []rune(k.Value)
			for i, r := range v {
				v[i] = unicode.ToLower(r)
			}
			values[v[0]] = append(values[v[0]], wanted{v, k})
		}
	}
	for i := 0; i < len(f.cells); i++ {
		f.startAt(values[f.cells[i].r], i)
		if r := f.plainRune(i); r != f.cells[i].r {
			f.startAt(values[r], i)
		}
	}
}

// startAt takes the first of several values that stands at cell i.
func (f *finder) startAt(values []wanted, i int) {
	for _, w := range values {
		if f.stands(w.value, i) {
			f.take(w.span.Kind, i, i+len(w.value), w.span.Value, w.span.mask)
			return
		}
	}
}

// plainRune returns a cell's character, the digit that it is if it is one.
func (f *finder) plainRune(i int) rune {
	if c := f.cells[i]; c.class >= hanz {
		return '0' + rune(c.digit)
	}
	return f.cells[i].r
}

// stands tells whether a value stands at cell i and is not masked yet.
func (f *finder) stands(value []rune, i int) bool {
	if i+len(value) > len(f.cells) {
		return false
	}
	for k, r := range value {
		if c := f.cells[i+k]; c.taken || c.r != r && (c.class < hanz || f.plainRune(i+k) != r) {
			return false
		}
	}
	return true
}

// merge adds to found what was found in the masked text. A span there that touches a mask joins what the mask covers.
func merge(text string, found, more []Span) []Span {
	at := make([]int, 0, 64) // the character of the text that each one of the masked text stands for
	to := make([]int, 0, 64) // and the end of it
	next, n := 0, 0
	for range text {
		if next < len(found) && n == found[next].Start {
			for range found[next].mask {
				at, to = append(at, found[next].Start), append(to, found[next].End)
			}
		}
		if next < len(found) && n < found[next].End && n >= found[next].Start {
			if n++; n == found[next].End {
				next++
			}
			continue
		}
		at, to = append(at, n), append(to, n+1)
		n++
	}
	all := slices.Clone(found)
	for _, m := range more {
		m.Start, m.End = at[m.Start], to[m.End-1]
		all = append(all, m)
	}
	slices.SortStableFunc(all, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	out := all[:1]
	for _, s := range all[1:] {
		last := &out[len(out)-1]
		if s.Start >= last.End {
			out = append(out, s)
			continue
		}
		last.End, last.mask = max(last.End, s.End), stars
	}
	return out
}
