package shop

import (
	"fmt"
	"strings"
	"testing"

	"liveroom/engine/live"
)

// TestForgettingSomebodyLeavesTheCounts has two people's reservations in every state: of the one who is forgotten nothing but what
// he holds is left in the books, and no count changes.
func TestForgettingSomebodyLeavesTheCounts(t *testing.T) {
	l := stocked(t, stockEvent("DEMO-3", "", 20, 1))
	const sku = "DEMO-3"
	for _, user := range []string{"marker", "other"} {
		for _, id := range []string{"released", "ordered", "open"} {
			reserve(t, l, 10, asked(user+"-"+id, user, sku, 2))
			switch id {
			case "released":
				if _, err := l.Release(at(11), live.ReservationID(user+"-released")); err != nil {
					t.Fatal(err)
				}
			case "ordered":
				if _, _, changed := l.Order(at(12), orderOf(user+"-order", user, sku, 1, live.OrderPaid, 12)); !changed {
					t.Fatal("the order took nothing")
				}
			}
		}
	}
	k := l.holds["marker-ordered"].User
	wantHeld(t, l, "before", 4, 0, 2, 14)
	l.Forget(k)
	wantHeld(t, l, "after", 4, 0, 2, 14)
	if _, err := l.Release(at(13), "marker-open"); err != nil {
		t.Fatalf("what was open is not there any more: %v", err)
	}
	l.Forget(k)
	l.Forget(k) // again changes nothing
	wantHeld(t, l, "when nothing is held for him", 2, 0, 2, 16)
	var books strings.Builder
	for id, h := range l.holds {
		fmt.Fprintln(&books, id, h.Reservation, h.past, h.when.tie)
	}
	for key, n := range l.orders {
		fmt.Fprintln(&books, key, n.hold.ID)
	}
	if strings.Contains(books.String(), "marker") || len(l.holds) != 4 || len(l.rests.list) != 3 || len(l.buyers) != 1 {
		t.Errorf("the books of %d holds, %d rests tell of him:\n%s", len(l.holds), len(l.rests.list), books.String())
	}
	// His order is nobody's any more; the other's is given back as ever.
	l.Order(at(14), orderOf("marker-order", "marker", sku, 1, live.OrderCancelled, 14))
	wantHeld(t, l, "after a word on his order", 2, 0, 2, 16)
	l.Order(at(14), orderOf("other-order", "other", sku, 1, live.OrderCancelled, 14))
	wantHeld(t, l, "after the other's", 2, 0, 1, 17)
	// A figure later than the order knows of what he bought.
	if _, fault := l.Apply(stockEvent(sku, "", 19, 20), at(20)); fault != nil {
		t.Fatal(fault)
	}
	wantHeld(t, l, "with a later figure", 2, 0, 0, 17)
}

func TestProfilesForgetOneUser(t *testing.T) {
	p := NewProfiles(0)
	for _, user := range []live.UserID{"u", "other"} {
		for _, room := range []live.RoomID{"r", ""} {
			e := bought(string(user)+string(room), live.OrderPaid, 600, 1)
			e.User, e.Room = user, room
			p.Order(e)
		}
	}
	p.Forget(live.UserKey{Room: "r", User: "u"})
	p.Forget(live.UserKey{Room: "r", User: "u"})
	if p.VIP(today, live.UserKey{Room: "r", User: "u"}) || !p.VIP(today, live.UserKey{Room: "r", User: "other"}) || p.Len() != 2 {
		t.Errorf("%d profiles are left", p.Len())
	}
	for i := range 3 { // the order of forgetting holds
		e := bought(fmt.Sprint("n", i), live.OrderPaid, 600, 1)
		e.User = live.UserID(fmt.Sprint("n", i))
		p.Order(e)
	}
	if p.Len() != 5 {
		t.Errorf("%d users are known, want 5", p.Len())
	}
}
