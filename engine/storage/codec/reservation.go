package codec

import (
	"encoding/binary"

	"liveroom/engine/live"
)

// The bits of a reservation's mask, in the order the fields are written.
const (
	heldByOwner = 1 << iota // room and user are the record's own
	heldRoom
	heldUser
	heldProduct
	heldSKU
	heldWarehouse
	heldQuantity
	heldState
	heldOrder
	heldAt
	heldUntil
	heldVersion
	heldAll = heldVersion<<1 - 1
)

func appendReservation(dst []byte, r *live.Reservation, owner live.UserKey) []byte {
	var none live.Reservation
	if r == nil {
		r = &none
	}
	dst = appendString(dst, string(r.ID))
	mask := reservationMask(r, owner)
	dst = binary.AppendUvarint(dst, mask)
	text := func(bit uint64, s string) {
		if mask&bit != 0 {
			dst = appendString(dst, s)
		}
	}
	number := func(bit uint64, n int64) {
		if mask&bit != 0 {
			dst = binary.AppendVarint(dst, n)
		}
	}
	text(heldRoom, string(r.User.Room))
	text(heldUser, string(r.User.User))
	text(heldProduct, string(r.Product))
	text(heldSKU, string(r.SKU))
	text(heldWarehouse, r.Warehouse)
	number(heldQuantity, r.Quantity)
	number(heldState, int64(r.State))
	text(heldOrder, string(r.Order))
	number(heldAt, r.At)
	number(heldUntil, r.Until)
	if mask&heldVersion != 0 {
		dst = binary.AppendUvarint(dst, r.Version)
	}
	return dst
}

// reservationMask tells which fields of r are written.
func reservationMask(r *live.Reservation, owner live.UserKey) (mask uint64) {
	set := func(bit uint64, present bool) {
		if present {
			mask |= bit
		}
	}
	if r.User == owner {
		mask = heldByOwner
	} else {
		set(heldRoom, r.User.Room != "")
		set(heldUser, r.User.User != "")
	}
	set(heldProduct, r.Product != "")
	set(heldSKU, r.SKU != "")
	set(heldWarehouse, r.Warehouse != "")
	set(heldQuantity, r.Quantity != 0)
	set(heldState, r.State != 0)
	set(heldOrder, r.Order != "")
	set(heldAt, r.At != 0)
	set(heldUntil, r.Until != 0)
	set(heldVersion, r.Version != 0)
	return mask
}

func (c *cursor) reservation(owner live.UserKey) *live.Reservation {
	r := &live.Reservation{ID: live.ReservationID(c.text())}
	mask, text, number := c.masked(heldAll)
	r.User = live.UserKey{Room: live.RoomID(text(heldRoom)), User: live.UserID(text(heldUser))}
	if mask&heldByOwner != 0 {
		r.User = owner
	}
	r.Product, r.SKU, r.Warehouse = live.ProductID(text(heldProduct)), live.SKU(text(heldSKU)), text(heldWarehouse)
	r.Quantity = number(heldQuantity)
	state := number(heldState)
	r.State = live.ReservationState(state)
	if int64(r.State) != state {
		c.bad = true
	}
	r.Order = live.EventID(text(heldOrder))
	r.At, r.Until = number(heldAt), number(heldUntil)
	if mask&heldVersion != 0 {
		r.Version = c.uvarint()
	}
	return r
}
