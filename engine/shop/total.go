package shop

import "liveroom/engine/live"

// Total returns how many pieces of a SKU can be offered in all, from one snapshot; ok is false when its stock is not
// known, and the other results then mean nothing.
//
// Two kinds of figures may be there: one in all (of no warehouse) and one for each warehouse. The later At wins: an
// in-all figure that no warehouse figure is later than replaces their sum; as soon as one warehouse has a later figure, the
// sum of all known warehouse figures counts, and the in-all figure no longer. A warehouse that never told a figure adds
// nothing to the sum, so the sum errs on the side of offering too little.
//
// asOf and seen are the sender's time and the arrival of the figure used, of a sum the oldest of its parts: the total is
// no fresher than that. What is held for users is taken off; the result is never negative.
func Total(ps *live.ProductStock, sku live.SKU) (offerable, asOf, seen int64, ok bool) {
	if ps == nil {
		return 0, 0, 0, false
	}
	b := basisOf(ps.Levels, sku)
	return max(0, b.pieces-b.reserved), b.at, b.seen, b.parts > 0
}

// basis is the figures of one SKU that count, as Total decides.
type basis struct {
	figure
	inAll    bool  // the figure in all counts, not the sum of the warehouses'
	reserved int64 // what is held, whatever it is held against
}

// basisOf picks the figures of a SKU that count. Hot path: TestStockAllocatesNothing.
func basisOf(levels []live.StockLevel, sku live.SKU) (b basis) {
	var all *live.StockLevel
	var latest int64
	for i := range levels {
		l := &levels[i]
		if l.SKU != sku {
			continue
		}
		b.reserved += l.Reserved
		switch {
		case l.OnHand < 0: // a level that holds reservations only
		case l.Warehouse == "":
			all = l
		default:
			latest = max(latest, l.At)
			b.add(l.OnHand, l.At, l.Seen)
		}
	}
	if all != nil && (b.parts == 0 || all.At >= latest) {
		b.figure, b.inAll = figure{}, true
		b.add(all.OnHand, all.At, all.Seen)
	}
	return b
}

// ProductTotal returns how many pieces of a product can be offered over all SKUs whose stock is known, and how many SKUs
// these are: 0 means that nothing is known. asOf and seen are those of the oldest figure in it.
func ProductTotal(ps *live.ProductStock) (offerable, asOf, seen int64, skus int) {
	if ps == nil {
		return 0, 0, 0, 0
	}
	var sum figure
	for i := range ps.Levels {
		if i > 0 && ps.Levels[i].SKU == ps.Levels[i-1].SKU {
			continue // levels stand in the order of their SKUs
		}
		if n, at, seen, ok := Total(ps, ps.Levels[i].SKU); ok {
			sum.add(n, at, seen)
		}
	}
	return sum.pieces, sum.at, sum.seen, sum.parts
}

// figure is a sum that knows how old its oldest part is.
type figure struct {
	pieces, at, seen int64
	parts            int
}

func (f *figure) add(pieces, at, seen int64) {
	f.pieces += pieces
	if f.parts == 0 || at < f.at {
		f.at = at
	}
	if f.parts == 0 || seen < f.seen {
		f.seen = seen
	}
	f.parts++
}
