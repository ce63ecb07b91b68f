package shop

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"liveroom/engine/live"
)

// MaxReserve is how many pieces one reservation may hold.
const MaxReserve = 99

// What a reservation is remembered for once it holds nothing, so that a repetition of what made it, or of the order that
// took it, finds it and changes nothing.
const (
	forgetAfter    = 24 * time.Hour // after it was released, or the order's time; longer than an event may be late
	lookAgainAfter = time.Hour      // what still holds then is looked at again
	maxForgettable = 100_000        // of more than these the earliest are forgotten before their time
)

// What keeps a reservation from being made or changed.
var (
	// ErrReservationGone means that a reservation has expired, was released, or is not known (any more).
	ErrReservationGone = errors.New("the reservation is gone; make a new one")
	// ErrReservationOrdered means that an order has taken the reservation, so that only the order can give it back.
	ErrReservationOrdered = errors.New("the reservation was ordered; cancel the order instead")
	// ErrUnknownSKU means that the catalogue has no such SKU.
	ErrUnknownSKU = errors.New("the catalogue has no such sku")
	// ErrBadReservation means that id, user or time of a reservation are missing or do not fit.
	ErrBadReservation = errors.New("bad reservation")
)

// QuantityError means that a reservation is for no pieces, or for too many whatever the stock.
type QuantityError struct{ Quantity int64 }

// Error implements error.
func (e *QuantityError) Error() string {
	return fmt.Sprintf("quantity %d is outside 1 to %d; reserve that many pieces at a time", e.Quantity, MaxReserve)
}

// NotEnoughError means that there are not as many pieces left to offer as a reservation asks for.
type NotEnoughError struct {
	SKU         live.SKU
	Asked, Left int64
	Known       bool // false when the stock is not known: then nothing may be reserved, and Left means nothing
}

// Error implements error.
func (e *NotEnoughError) Error() string {
	if !e.Known {
		return fmt.Sprintf("the stock of sku %q is not known, so nothing of it can be reserved; send a stock event first", e.SKU)
	}
	return fmt.Sprintf("sku %q has %d pieces left to offer, %d were asked for; reserve at most that many", e.SKU, e.Left, e.Asked)
}

// Reserve holds pieces of a SKU for a user: ID, User, SKU, Quantity and Until of r are taken, the rest the ledger fills in.
// It is idempotent by ID: what is there already is returned as it stands, with ErrReservationGone when it holds nothing any
// more. Of the reservations that race for the last pieces as many succeed as there are pieces.
//
// Where the figures of warehouses count, the pieces are held at the warehouse that has the most free ones, if it covers
// them all; else against the SKU's stock in all.
//
// The caller makes the result durable, and calls Undo when that fails.
func (l *Ledger) Reserve(now time.Time, r live.Reservation) (live.Reservation, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(now.UnixMilli(), 4)
	if h := l.holds[r.ID]; h != nil {
		return h.Reservation, h.gone(now.UnixMilli())
	}
	switch {
	case r.ID == "" || r.User.User == "":
		return live.Reservation{}, fmt.Errorf("reserve %q for user %q: name both: %w", r.ID, r.User.User, ErrBadReservation)
	case r.Quantity < 1 || r.Quantity > MaxReserve:
		return live.Reservation{}, &QuantityError{r.Quantity}
	case r.Until <= now.UnixMilli():
		return live.Reservation{}, fmt.Errorf("reserve until %d, now is %d: name a later time: %w", r.Until, now.UnixMilli(), ErrBadReservation)
	}
	shelving := l.shelving.Load()
	p := shelving.catalogue.bySKU[r.SKU]
	if p == nil {
		return live.Reservation{}, fmt.Errorf("reserve sku %q: %w", clip(string(r.SKU)), ErrUnknownSKU)
	}
	stock := shelving.shelves[p.ID].stock.Load()
	left, _, _, known := Total(stock, r.SKU)
	if !known || left < r.Quantity {
		return live.Reservation{}, &NotEnoughError{SKU: r.SKU, Asked: r.Quantity, Left: left, Known: known}
	}
	h := newHold(live.Reservation{
		// The ids outlive the message they came with.
		ID:   live.ReservationID(strings.Clone(string(r.ID))),
		User: live.UserKey{Room: live.RoomID(strings.Clone(string(r.User.Room))), User: live.UserID(strings.Clone(string(r.User.User)))},
		SKU:  live.SKU(strings.Clone(string(r.SKU))), Product: p.ID, Warehouse: warehouseFor(stock.Levels, r.SKU, r.Quantity),
		Quantity: r.Quantity, State: live.ReservationOpen, At: now.UnixMilli(), Until: r.Until, Version: 1,
	})
	l.put(h)
	l.publish(h.SKU)
	return h.Reservation, nil
}

// warehouseFor returns the warehouse to hold pieces at, "" for none: the one with the most free pieces if these are
// enough, of several the first by id.
func warehouseFor(levels []live.StockLevel, sku live.SKU, quantity int64) (id string) {
	if basisOf(levels, sku).inAll {
		return ""
	}
	most := quantity - 1
	for i := range levels {
		if w := &levels[i]; w.SKU == sku && w.Warehouse != "" && w.OnHand >= 0 && w.OnHand-w.Reserved > most {
			most, id = w.OnHand-w.Reserved, w.Warehouse
		}
	}
	return id
}

// Confirm turns an open reservation into a confirmed one, held until the given time (Unix ms). A confirmed or ordered one
// is returned as it stands. ErrReservationGone tells that it has expired or was released.
func (l *Ledger) Confirm(now time.Time, id live.ReservationID, until int64) (live.Reservation, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h, err := l.find(id, now.UnixMilli())
	switch {
	case err != nil || h.State != live.ReservationOpen:
		return h.Reservation, err
	case until <= now.UnixMilli():
		return h.Reservation, fmt.Errorf("confirm until %d, now is %d: name a later time: %w", until, now.UnixMilli(), ErrBadReservation)
	}
	next := h.Reservation
	next.State, next.At, next.Until = live.ReservationConfirmed, now.UnixMilli(), until
	l.change(h, next)
	return h.Reservation, nil
}

// Release gives back what an open or confirmed reservation holds. One that was released is returned as it stands; one
// that was ordered stays, with ErrReservationOrdered; one that is not known is ErrReservationGone.
func (l *Ledger) Release(now time.Time, id live.ReservationID) (live.Reservation, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.holds[id]
	switch {
	case h == nil:
		return live.Reservation{}, fmt.Errorf("release %q: %w", id, ErrReservationGone)
	case h.State == live.ReservationOrdered:
		return h.Reservation, ErrReservationOrdered
	case h.State != live.ReservationReleased:
		l.release(h, now.UnixMilli())
		l.publish(h.SKU)
	}
	return h.Reservation, nil
}

// Undo takes back the change that led from before to the version after it, because that could not be made durable; nil
// is for a reservation that did not exist. What was changed later stays, unless it is undone too, in whatever order. It is
// to be called once for a call that changed something (whose result has another Version than before), and not for others.
//
// What a change had given back may be another user's by now. It is then not taken from him: the reservation stays as it
// is, and the next Expire returns it, to be made durable once more.
func (l *Ledger) Undo(before *live.Reservation, id live.ReservationID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.holds[id]
	if h == nil {
		return
	}
	void := uint64(1)
	if before != nil {
		void = before.Version + 1
	}
	last := len(h.past) - 1
	switch {
	case h.Version != void:
		h.past = without(h.past, void) // it can then not be gone back to
		return
	case last < 0 && h.stored: // it came from storage as it is: there is nothing to undo
		return
	case last < 0:
		l.drop(h)
	case !l.covers(h, h.past[last]):
		l.unsaved = append(l.unsaved, id)
		return
	default:
		l.goBack(h, h.past[last])
		h.past = h.past[:last]
	}
	l.publish(h.SKU)
}

// Expire releases what is held past its time and returns it, for it to be made durable; when that fails nothing is lost,
// since a restart releases it again. It also forgets what was released long ago, a few thousand at a time. It is to be
// called every second or so, and once after Restore before anything is offered.
func (l *Ledger) Expire(now time.Time) (released []live.Reservation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ms := now.UnixMilli()
	for _, id := range l.unsaved {
		if h := l.holds[id]; h != nil {
			released = append(released, h.Reservation)
		}
	}
	l.unsaved = nil
	changed := make(map[live.SKU]bool)
	for a := l.ends.first(); a != nil && a.at <= ms; a = l.ends.first() {
		l.release(a.hold, ms)
		released = append(released, a.hold.Reservation)
		changed[a.hold.SKU] = true
	}
	for sku := range changed {
		l.publish(sku)
	}
	l.forget(ms, 4096)
	return released
}

// Reservation returns a reservation as it stands, false when it is not known (any more).
func (l *Ledger) Reservation(id live.ReservationID) (live.Reservation, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := l.holds[id]; h != nil {
		return h.Reservation, true
	}
	return live.Reservation{}, false
}

// Pending returns how many reservations are open and how many confirmed.
func (l *Ledger) Pending() (open, confirmed int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, a := range l.ends.list {
		if a.hold.State == live.ReservationConfirmed {
			confirmed++
		} else {
			open++
		}
	}
	return open, confirmed
}

// Holders returns whose open or confirmed reservations there are.
func (l *Ledger) Holders() map[live.UserKey]bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make(map[live.UserKey]bool)
	for _, holds := range l.buyers {
		for _, h := range holds {
			all[h.User] = true
		}
	}
	return all
}

// HeldBy returns the open and confirmed reservations of a user.
func (l *Ledger) HeldBy(k live.UserKey) (ids []live.ReservationID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for b, holds := range l.buyers {
		for _, h := range holds {
			if b.user == k.User && h.User == k {
				ids = append(ids, h.ID)
			}
		}
	}
	return ids
}

// Held returns how many pieces of a SKU are held by open, by confirmed and by ordered reservations; of the ordered ones
// by those that no figure knows of yet.
func (l *Ledger) Held(sku live.SKU) (open, confirmed, ordered int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.stands[sku]; s != nil {
		for i := range s.piles {
			open += s.piles[i].open
			confirmed += s.piles[i].confirmed
			ordered += s.piles[i].ordered
		}
	}
	return open, confirmed, ordered
}
