package shop

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"liveroom/engine/live"
)

// The books of what is held. Everything here is called with the ledger's mutex held.

// maxPast is how many earlier versions of a reservation Undo can go back over: more than a reservation has changes.
const maxPast = 4

// hold is a reservation in the ledger, whether it holds something or is only remembered.
type hold struct {
	live.Reservation                    // as it stands
	past             []live.Reservation // earlier versions, for Undo
	stored           bool               // it came from storage: nothing is before its first version here
	when             appointment        // when it ends by itself or is forgotten
}

func newHold(r live.Reservation) *hold {
	h := &hold{Reservation: r}
	h.when.hold, h.when.tie = h, string(r.ID)
	return h
}

// gone returns ErrReservationGone when the reservation was released or has ended.
func (h *hold) gone(now int64) error {
	pending := h.State == live.ReservationOpen || h.State == live.ReservationConfirmed
	if h.State == live.ReservationReleased || pending && h.Until <= now {
		return fmt.Errorf("reservation %q: %w", h.ID, ErrReservationGone)
	}
	return nil
}

// nobody's hold is what find returns for one that is not known.
var nobody = new(hold)

func (l *Ledger) find(id live.ReservationID, now int64) (*hold, error) {
	if h := l.holds[id]; h != nil {
		return h, h.gone(now)
	}
	return nobody, fmt.Errorf("reservation %q: %w", id, ErrReservationGone)
}

// stand is what is held of one SKU.
type stand struct {
	piles   []pile  // one for each warehouse something was ever held at
	ordered []*hold // by the order's time, the latest last
}

// pile is what is held at one warehouse, "" for the stock in all.
type pile struct {
	warehouse       string
	open, confirmed int64
	ordered         int64 // what the figures do not know of yet; reckoned anew by count
}

func (p *pile) sum() int64 { return p.open + p.confirmed + p.ordered }

func (s *stand) pile(warehouse string) *pile {
	i := slices.IndexFunc(s.piles, func(p pile) bool { return p.warehouse == warehouse })
	if i < 0 {
		i = len(s.piles)
		s.piles = append(s.piles, pile{warehouse: warehouse})
	}
	return &s.piles[i]
}

// count reckons anew what ordered reservations hold: those that the figures, as they now stand, do not know of.
func (s *stand) count(levels []live.StockLevel, sku live.SKU) {
	for i := range s.piles {
		s.piles[i].ordered = 0
	}
	b := basisOf(levels, sku)
	oldest := int64(math.MinInt64)
	if b.parts > 0 {
		oldest = b.at
	}
	for _, h := range slices.Backward(s.ordered) {
		if h.At < oldest {
			break // every figure that counts is later
		}
		if b.counts(levels, &h.Reservation) {
			s.pile(h.Warehouse).ordered += h.Quantity
		}
	}
}

// counts tells whether an ordered reservation still holds its pieces: the figure they are in is not later than the order.
// What is held at no warehouse, or at one that never told a figure, may be in any of them.
func (b *basis) counts(levels []live.StockLevel, r *live.Reservation) bool {
	if b.parts == 0 {
		return true
	}
	if !b.inAll && r.Warehouse != "" {
		i, found := slices.BinarySearchFunc(levels, live.StockLevel{SKU: r.SKU, Warehouse: r.Warehouse}, compareLevels)
		if found && levels[i].OnHand >= 0 {
			return levels[i].At <= r.At
		}
	}
	return b.at <= r.At
}

func compareLevels(a, b live.StockLevel) int {
	return cmp.Or(cmp.Compare(a.SKU, b.SKU), cmp.Compare(a.Warehouse, b.Warehouse))
}

// mark writes what is held into levels, which are its own, and tells whether that changed anything. A level of nothing but
// reservations comes and goes with them.
func (s *stand) mark(levels []live.StockLevel, sku live.SKU) (_ []live.StockLevel, changed bool) {
	s.count(levels, sku)
	levels = slices.DeleteFunc(levels, func(w live.StockLevel) bool {
		empty := w.SKU == sku && w.OnHand < 0 && s.pile(w.Warehouse).sum() == 0
		changed = changed || empty
		return empty
	})
	for i := range s.piles {
		p := &s.piles[i]
		at, found := slices.BinarySearchFunc(levels, live.StockLevel{SKU: sku, Warehouse: p.warehouse}, compareLevels)
		switch {
		case found:
			changed = changed || levels[at].Reserved != p.sum()
			levels[at].Reserved = p.sum()
		case p.sum() > 0:
			changed = true
			levels = slices.Insert(levels, at, live.StockLevel{SKU: sku, Warehouse: p.warehouse, OnHand: live.Absent, Reserved: p.sum()})
		}
	}
	return levels, changed
}

// publish brings a product's snapshot up to what is held of one of its SKUs.
func (l *Ledger) publish(sku live.SKU) {
	s := l.stand(sku)
	shelving := l.shelving.Load()
	p := shelving.catalogue.bySKU[sku]
	if p == nil { // gone from the catalogue: nobody can be offered any of it
		s.count(nil, sku)
		return
	}
	shelf := shelving.shelves[p.ID]
	old := shelf.stock.Load()
	if old == nil {
		old = &live.ProductStock{Product: p.ID}
	}
	levels, changed := s.mark(slices.Clone(old.Levels), sku)
	if changed {
		shelf.stock.Store(&live.ProductStock{Product: p.ID, Version: old.Version + 1, Levels: levels})
	}
}

func (l *Ledger) stand(sku live.SKU) *stand {
	s := l.stands[sku]
	if s == nil {
		s = new(stand)
		l.stands[sku] = s
	}
	return s
}

// buyer is a user of whatever room, with one SKU.
type buyer struct {
	user live.UserID
	sku  live.SKU
}

// put enters a reservation in the books.
func (l *Ledger) put(h *hold) {
	l.holds[h.ID] = h
	s := l.stand(h.SKU)
	switch h.State {
	case live.ReservationOpen:
		s.pile(h.Warehouse).open += h.Quantity
	case live.ReservationConfirmed:
		s.pile(h.Warehouse).confirmed += h.Quantity
	case live.ReservationOrdered:
		at, _ := slices.BinarySearchFunc(s.ordered, h.At+1, func(o *hold, at int64) int { return cmp.Compare(o.At, at) })
		s.ordered = slices.Insert(s.ordered, at, h)
		l.rests.enter(&h.when, h.At+forgetAfter.Milliseconds())
		return
	default:
		l.rests.enter(&h.when, h.At+forgetAfter.Milliseconds())
		return
	}
	b := buyer{h.User.User, h.SKU}
	l.buyers[b] = append(l.buyers[b], h)
	l.ends.enter(&h.when, h.Until)
}

// take is the reverse of put.
func (l *Ledger) take(h *hold) {
	delete(l.holds, h.ID)
	h.when.strike()
	s := l.stand(h.SKU)
	switch h.State {
	case live.ReservationOpen:
		s.pile(h.Warehouse).open -= h.Quantity
	case live.ReservationConfirmed:
		s.pile(h.Warehouse).confirmed -= h.Quantity
	case live.ReservationOrdered:
		s.ordered = slices.DeleteFunc(s.ordered, func(o *hold) bool { return o == h })
		return
	default:
		return
	}
	b := buyer{h.User.User, h.SKU}
	l.buyers[b] = slices.DeleteFunc(l.buyers[b], func(o *hold) bool { return o == h })
	if len(l.buyers[b]) == 0 {
		delete(l.buyers, b)
	}
}

// replace puts another version of a reservation in the place of the one that stands.
func (l *Ledger) replace(h *hold, to live.Reservation) {
	l.take(h)
	h.Reservation = to
	l.put(h)
}

// change makes a new version of a reservation. The old one is kept for Undo.
func (l *Ledger) change(h *hold, to live.Reservation) {
	if len(h.past) == maxPast {
		h.past = slices.Delete(h.past, 0, 1)
	}
	h.past = append(h.past, h.Reservation)
	to.Version = h.Version + 1
	l.replace(h, to)
}

func (l *Ledger) release(h *hold, now int64) {
	next := h.Reservation
	next.State, next.At = live.ReservationReleased, now
	l.change(h, next)
}

// goBack puts an earlier version in the place of the one that stands.
func (l *Ledger) goBack(h *hold, to live.Reservation) {
	if to.Order != h.Order {
		l.unlink(h)
	}
	l.replace(h, to)
}

// covers tells whether there are pieces enough left for another version of a reservation to stand.
func (l *Ledger) covers(h *hold, to live.Reservation) bool {
	levels := l.levels(h.SKU)
	b := basisOf(levels, h.SKU)
	held := func(r live.Reservation) int64 {
		switch {
		case r.State == live.ReservationReleased, r.State == live.ReservationOrdered && !b.counts(levels, &r):
			return 0
		}
		return r.Quantity
	}
	more := held(to) - held(h.Reservation)
	return more <= 0 || b.parts == 0 || more <= b.pieces-b.reserved
}

// levels returns the levels of the product that has a SKU, nil when there are none.
func (l *Ledger) levels(sku live.SKU) []live.StockLevel {
	if shelf := l.shelving.Load().of(sku); shelf != nil {
		if stock := shelf.stock.Load(); stock != nil {
			return stock.Levels
		}
	}
	return nil
}

// without removes one version from those before.
func without(past []live.Reservation, version uint64) []live.Reservation {
	return slices.DeleteFunc(past, func(r live.Reservation) bool { return r.Version == version })
}

// drop removes a reservation from the books, and what is known of its order with it.
func (l *Ledger) drop(h *hold) {
	l.unlink(h)
	l.take(h)
}

// forget drops what is only remembered and whose time has come, or of which there is too much, in at most so many steps.
// What an ordered reservation still holds is never dropped; it is looked at again later.
func (l *Ledger) forget(now int64, steps int) {
	for ; steps > 0; steps-- {
		a := l.rests.first()
		switch {
		case a == nil || a.at > now && l.rests.Len() <= maxForgettable:
			return
		case a.hold == nil:
			a.strike()
			delete(l.orders, a.order)
		case a.hold.State == live.ReservationOrdered && l.holding(a.hold):
			l.rests.enter(a, max(now, a.at)+lookAgainAfter.Milliseconds())
		default:
			l.drop(a.hold)
		}
	}
}

// holding tells whether an ordered reservation still holds its pieces.
func (l *Ledger) holding(h *hold) bool {
	levels := l.levels(h.SKU)
	b := basisOf(levels, h.SKU)
	return b.counts(levels, &h.Reservation)
}

// restoreReservation takes a reservation in from storage, unless a later version was there first.
func (l *Ledger) restoreReservation(r *live.Reservation) bool {
	known := r.State >= live.ReservationOpen && r.State <= live.ReservationReleased
	if r.ID == "" || r.SKU == "" || r.Quantity < 1 || r.Quantity > MaxReserve || !known {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.holds[r.ID]
	switch {
	case h == nil:
		h = newHold(*r)
		h.stored = true
		l.put(h)
	case h.Version >= r.Version:
		return true
	default:
		sku := h.SKU
		l.unlink(h)
		l.replace(h, *r)
		if sku != h.SKU {
			l.publish(sku)
		}
	}
	l.link(h)
	l.publish(h.SKU)
	return true
}
