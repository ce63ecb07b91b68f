package shop

import (
	"cmp"
	"strings"
	"time"

	"liveroom/engine/live"
)

// note is what is remembered of one line of an order, so that its repetitions and its later states are not taken for
// other orders. One without a reservation is forgotten as reservations are, one with when the reservation is.
type note struct {
	at   int64 // the sender's time of the latest event of it
	hold *hold // what it took, nil for nothing
	when appointment
}

// Order takes in an order event. The first one of an order that is created or paid takes the user's reservation of the
// SKU, a confirmed one before an open one and the earliest of several: from then on it is ordered, as of the order's own
// time, and holds its pieces against every figure that is not later. Pieces beyond those ordered are given back; pieces
// ordered beyond the reserved ones are none of its business. An order that is cancelled or refunded releases what it took.
// An event that comes again, or after a later one of the same order, changes nothing. An order that names no room is the
// user's in any room.
//
// When a reservation changed, the caller makes it durable together with the event, and calls Undo when that fails.
func (l *Ledger) Order(now time.Time, e *live.Event) (before, after live.Reservation, changed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(now.UnixMilli(), 4)
	key := orderKey{e.ID, e.SKU}
	n := l.orders[key]
	placed := e.State == live.OrderCreated || e.State == live.OrderPaid
	switch {
	case n != nil && e.At < n.at:
		return before, after, false
	case n == nil:
		n = l.note(key)
		if placed {
			n.hold = l.reservedBy(e.UserKey(), e.SKU)
		}
		if n.hold != nil {
			next := n.hold.Reservation
			next.State, next.At, next.Order = live.ReservationOrdered, e.At, key.id
			if e.Quantity > 0 {
				next.Quantity = min(next.Quantity, e.Quantity)
			}
			before, changed = n.hold.Reservation, true
			l.change(n.hold, next)
		}
	case !placed && n.hold != nil && n.hold.State == live.ReservationOrdered && n.hold.Order == key.id:
		before, changed = n.hold.Reservation, true
		l.release(n.hold, now.UnixMilli())
	}
	n.at = e.At
	if n.hold == nil {
		l.rests.enter(&n.when, now.Add(forgetAfter).UnixMilli())
	}
	if changed {
		after = n.hold.Reservation
		l.publish(e.SKU)
	}
	return before, after, changed
}

// note makes a note of an order not heard of before. The key's strings outlive the event they came with.
func (l *Ledger) note(key orderKey) *note {
	key = orderKey{live.EventID(strings.Clone(string(key.id))), live.SKU(strings.Clone(string(key.sku)))}
	n := &note{when: appointment{tie: string(key.id), order: key}}
	l.orders[key] = n
	return n
}

// reservedBy returns what a user has reserved of a SKU and an order takes first, nil for nothing.
func (l *Ledger) reservedBy(u live.UserKey, sku live.SKU) (first *hold) {
	for _, h := range l.buyers[buyer{u.User, sku}] {
		if u.Room != "" && u.Room != h.User.Room {
			continue
		}
		// Of the two states that can stand here, confirmed is the higher.
		if first == nil || cmp.Or(cmp.Compare(first.State, h.State), cmp.Compare(h.At, first.At), cmp.Compare(h.ID, first.ID)) < 0 {
			first = h
		}
	}
	return first
}

// unlink forgets the order that took a reservation, so that the order's event, when it comes again, takes one anew.
func (l *Ledger) unlink(h *hold) {
	if h.Order == "" {
		return
	}
	key := orderKey{h.Order, h.SKU}
	if n := l.orders[key]; n != nil && n.hold == h {
		n.when.strike()
		delete(l.orders, key)
	}
}

// link notes the order that took a reservation which comes from storage.
func (l *Ledger) link(h *hold) {
	if h.Order == "" {
		return
	}
	key := orderKey{h.Order, h.SKU}
	n := l.orders[key]
	if n == nil {
		n = l.note(key)
	}
	if h.State == live.ReservationOrdered {
		n.at = max(n.at, h.At)
	}
	n.when.strike()
	n.hold = h
}

// restoreOrder notes an order that comes from storage. It takes no reservation: what it took was stored with it.
func (l *Ledger) restoreOrder(e *live.Event, seen int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := orderKey{e.ID, e.SKU}
	n := l.orders[key]
	if n == nil {
		n = l.note(key)
	}
	n.at = max(n.at, e.At)
	if n.hold == nil {
		l.rests.enter(&n.when, seen+forgetAfter.Milliseconds())
	}
}
