package live

import (
	"encoding/hex"

	"github.com/emmansun/gmsm/sm3"
)

// ReservationID names one reservation. It is derived from the message that affirmed it, see ReservationIDFor, so that a
// repetition of the message is the same reservation.
type ReservationID string

// ReservationIDFor derives the id of the reservation that an event affirms: "r" and the first 96 bits of SM3 over the
// word "reservation", room, user, type and id, the first three each closed by a zero byte, in hexadecimal. It is the same
// on every node and after every restart, and never the ReplyID of the same event.
func ReservationIDFor(u UserKey, k EventKey) ReservationID {
	buf := make([]byte, 0, 256)
	buf = append(buf, "reservation\x00"...)
	buf = append(append(buf, u.Room...), 0)
	buf = append(append(buf, u.User...), 0)
	buf = append(buf, byte(k.Type))
	buf = append(buf, k.ID...)
	sum := sm3.Sum(buf)
	var out [25]byte
	out[0] = 'r'
	hex.Encode(out[1:], sum[:12])
	return ReservationID(out[:])
}

// ReservationState is where a reservation stands. The zero value is no state.
type ReservationState uint8

// The states of a reservation. It is opened, may be confirmed, and ends ordered or released; an order that is cancelled
// or refunded releases it too. What is released stays released.
const (
	ReservationOpen      ReservationState = iota + 1 // pieces are held for the user until Until
	ReservationConfirmed                             // the user confirmed the order line; held until Until
	ReservationOrdered                               // the platform told of the order; Until no longer counts
	ReservationReleased                              // nothing is held any more
)

var reservationStates = [...]string{
	ReservationOpen: "open", ReservationConfirmed: "confirmed", ReservationOrdered: "ordered", ReservationReleased: "released",
}

// String returns the state's name, "" for no state.
func (s ReservationState) String() string {
	if int(s) < len(reservationStates) {
		return reservationStates[s]
	}
	return ""
}

// ParseReservationState returns the state with the given name, or 0.
func ParseReservationState(name string) ReservationState {
	for s := ReservationOpen; int(s) < len(reservationStates); s++ {
		if reservationStates[s] == name {
			return s
		}
	}
	return 0
}

// Reservation is pieces of one SKU held for one user, one immutable version of it.
type Reservation struct {
	ID        ReservationID
	User      UserKey
	Product   ProductID
	SKU       SKU
	Warehouse string // "" when held against the SKU's stock in all
	Quantity  int64
	State     ReservationState
	Order     EventID // the order that made it ordered, kept when that order releases it; "" for none
	At        int64   // when it came into State, Unix milliseconds; of an ordered one the order's own time
	Until     int64   // when an open or confirmed one ends by itself, Unix milliseconds
	Version   uint64  // grows with every change of this reservation, from 1
}
