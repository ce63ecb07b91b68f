package shop

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"liveroom/engine/live"
)

// Expired is how a reservation stands that its time has ended, and nobody else.
const Expired = "expired"

// Standings are the words for how a reservation stands: the names of the states, and Expired.
var Standings = []string{
	live.ReservationOpen.String(), live.ReservationConfirmed.String(), live.ReservationOrdered.String(), live.ReservationReleased.String(), Expired,
}

// Standing tells in one of Standings how a reservation stands at a time (Unix ms). One that is past its time has expired,
// whether its pieces were given back already or are about to be.
func Standing(r *live.Reservation, now int64) string {
	switch r.State {
	case live.ReservationOpen, live.ReservationConfirmed:
		if r.Until <= now {
			return Expired
		}
	case live.ReservationReleased:
		if r.At >= r.Until && r.Order == "" {
			return Expired
		}
	}
	return r.State.String()
}

// Listing says which reservations are wanted, and in which order. What is empty picks all.
type Listing struct {
	Room      live.RoomID
	SKU       live.SKU
	Standings []string // any of these
	Newest    bool     // what has changed last comes first; else what ends first
	After     Place    // only those that come after it
	Limit     int      // at most so many, from 1
}

// Place is where a reservation comes in a listing. The zero value is before all.
type Place struct {
	at int64
	id live.ReservationID
}

// String writes a place for ParsePlace, "" for the zero value.
func (p Place) String() string {
	if p == (Place{}) {
		return ""
	}
	return strconv.FormatInt(p.at, 10) + "." + string(p.id)
}

// ParsePlace reads what String has written.
func ParsePlace(s string) (Place, error) {
	if s == "" {
		return Place{}, nil
	}
	at, id, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(at, 10, 64)
	if err != nil || id == "" {
		return Place{}, fmt.Errorf("place %q: want one that a listing has named", clip(s))
	}
	return Place{at: n, id: live.ReservationID(id)}, nil
}

// place returns where a reservation comes.
func (w *Listing) place(r *live.Reservation) Place {
	if w.Newest {
		return Place{r.At, r.ID}
	}
	return Place{r.Until, r.ID}
}

// compare puts places into the listing's order; the id makes it the same every time.
func (w *Listing) compare(a, b Place) int {
	at := cmp.Compare(a.at, b.at)
	if w.Newest {
		at = -at
	}
	return cmp.Or(at, cmp.Compare(a.id, b.id))
}

func (w *Listing) picks(r *live.Reservation, now int64) bool {
	return (w.Room == "" || r.User.Room == w.Room) && (w.SKU == "" || r.SKU == w.SKU) &&
		(len(w.Standings) == 0 || slices.Contains(w.Standings, Standing(r, now))) &&
		(w.After == (Place{}) || w.compare(w.place(r), w.After) > 0)
}

// List returns the reservations wanted of those that are known: all that hold something, and those that ended lately. next
// is where to go on, its zero value when nothing follows. It keeps no more of them than it returns, and looks through what
// has ended only when that may be wanted.
func (l *Ledger) List(now time.Time, w Listing) (page []live.Reservation, next Place) {
	ms, limit := now.UnixMilli(), max(w.Limit, 1)
	see := func(h *hold) {
		if h == nil || !w.picks(&h.Reservation, ms) {
			return
		}
		at, _ := slices.BinarySearchFunc(page, w.place(&h.Reservation), func(r live.Reservation, p Place) int { return w.compare(w.place(&r), p) })
		if at > limit {
			return
		}
		page = slices.Insert(page, at, h.Reservation)
		if len(page) > limit+1 {
			page = page[:limit+1]
		}
	}
	pending := func(word string) bool {
		return word == live.ReservationOpen.String() || word == live.ReservationConfirmed.String()
	}
	l.mu.Lock()
	for _, a := range l.ends.list {
		see(a.hold)
	}
	if len(w.Standings) == 0 || slices.ContainsFunc(w.Standings, func(word string) bool { return !pending(word) }) {
		for _, a := range l.rests.list {
			see(a.hold)
		}
	}
	l.mu.Unlock()
	if len(page) > limit {
		page = page[:limit]
		next = w.place(&page[limit-1])
	}
	return page, next
}

// Revoke gives back what an open or confirmed reservation holds although its user has not asked for it, and returns it as
// it stood before and stands after. It is refused, and nothing changes, when the reservation has ended (ErrReservationGone)
// or an order has taken it (ErrReservationOrdered). The caller makes the result durable, and calls Undo when that fails.
func (l *Ledger) Revoke(now time.Time, id live.ReservationID) (before, after live.Reservation, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h, err := l.find(id, now.UnixMilli())
	if err == nil && h.State == live.ReservationOrdered {
		err = ErrReservationOrdered
	}
	before = h.Reservation
	if err != nil {
		return before, before, err
	}
	l.release(h, now.UnixMilli())
	l.publish(h.SKU)
	return before, h.Reservation, nil
}
