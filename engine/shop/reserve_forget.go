package shop

import (
	"crypto/rand"
	"slices"

	"liveroom/engine/live"
)

// Forget takes a user out of the reservations that have ended: one that was released is dropped, one that was ordered goes
// on holding its pieces, under a name that nothing leads to and without its order. No count changes. What is open or confirmed
// stays: Release it first.
//
// A later event of such an order finds nothing to change.
func (l *Ledger) Forget(k live.UserKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var theirs []*hold
	for _, h := range l.holds {
		if h.User.User == k.User && (h.User.Room == k.Room || h.User.Room == "") {
			theirs = append(theirs, h)
		}
	}
	for _, h := range theirs {
		l.unsaved = slices.DeleteFunc(l.unsaved, func(id live.ReservationID) bool { return id == h.ID })
		switch h.State {
		case live.ReservationReleased:
			l.drop(h)
		case live.ReservationOrdered:
			l.drop(h)
			nameless := h.Reservation
			nameless.ID, nameless.User.User, nameless.Order = live.ReservationID("erased-"+rand.Text()), "", ""
			unnamed := newHold(nameless)
			unnamed.stored = true // there is nothing to go back to
			l.put(unnamed)
		}
	}
}
