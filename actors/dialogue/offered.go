package dialogue

import "liveroom/engine/live"

// maxOffered is how many offers are remembered. A customer who has had that many others in between may hear one again.
const maxOffered = 16

// Offered are the latest things that a user was offered without asking, so that none is offered twice: marks of them, the
// latest last. The zero value is none.
type Offered struct {
	marks [maxOffered]uint32
	n     uint8
}

// has tells whether a mark is among them.
func (o *Offered) has(mark uint32) bool {
	for _, m := range o.marks[:o.n] {
		if m == mark {
			return true
		}
	}
	return false
}

// with returns them with one more; the oldest gives way.
func (o Offered) with(mark uint32) Offered {
	if o.has(mark) {
		return o
	}
	if o.n == maxOffered {
		copy(o.marks[:], o.marks[1:])
		o.n--
	}
	o.marks[o.n] = mark
	o.n++
	return o
}

// Pair tells whether one of two products was offered after the other.
func (o *Offered) Pair(a, b live.ProductID) bool { return o.has(pairMark(a, b)) }

// pairMark is the mark of two products, whichever of them is offered.
func pairMark(a, b live.ProductID) uint32 {
	if a > b {
		a, b = b, a
	}
	return markOf(string(a), string(b), 1)
}

// promotionMark is the mark of a product's promotion. The same words are the same promotion, be it in another window.
func promotionMark(p live.ProductID, text string) uint32 { return markOf(string(p), text, 2) }

// markOf folds two texts into a mark by FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo). Two things of one mark are told apart no
// more: then the second is not offered.
func markOf(a, b string, kind byte) uint32 {
	const prime = 16777619
	mark := (uint32(2166136261) ^ uint32(kind)) * prime
	for _, s := range [...]string{a, b} {
		for i := range len(s) {
			mark = (mark ^ uint32(s[i])) * prime
		}
		mark *= prime // where the one ends
	}
	return mark
}
