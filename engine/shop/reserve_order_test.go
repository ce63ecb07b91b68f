package shop

import (
	"errors"
	"testing"

	"liveroom/engine/live"
)

func TestAnOrderTakesTheReservation(t *testing.T) {
	l := stocked(t, stockEvent("DEMO-3", "", 20, 1))
	reserve(t, l, 10, asked("open", "u", "DEMO-3", 1))
	reserve(t, l, 11, asked("second", "u", "DEMO-3", 3))
	reserve(t, l, 12, asked("first", "u", "DEMO-3", 2))
	reserve(t, l, 10, asked("other", "v", "DEMO-3", 5))
	l.Confirm(at(20), "first", 2000)
	l.Confirm(at(21), "second", 2000)
	wantHeld(t, l, "reserved", 6, 5, 0, 9)
	for i, want := range []live.ReservationID{"first", "second", "open"} {
		e := orderOf("o-"+string(want), "u", "DEMO-3", 9, live.OrderCreated, 100)
		before, after, changed := l.Order(at(30), e)
		if !changed || before.ID != want || after.ID != want || after.State != live.ReservationOrdered || after.At != 100 || after.Order != e.ID ||
			after.Version != before.Version+1 || after.Quantity != before.Quantity {
			t.Errorf("order %d made %+v of %+v (%v), want %s ordered", i, after, before, changed, want)
		}
		for _, again := range []*live.Event{e, orderOf("o-"+string(want), "u", "DEMO-3", 9, live.OrderPaid, 120)} {
			if _, _, changed := l.Order(at(31), again); changed {
				t.Errorf("%s of the same order changed something", again.State)
			}
		}
	}
	wantHeld(t, l, "ordered", 5, 0, 6, 9)
	if _, _, changed := l.Order(at(32), orderOf("o-more", "u", "DEMO-3", 1, live.OrderCreated, 100)); changed {
		t.Error("an order took what was not reserved")
	}
	if r, err := l.Release(at(33), "open"); !errors.Is(err, ErrReservationOrdered) || r.State != live.ReservationOrdered {
		t.Errorf("released what was ordered: %+v, %v", r, err)
	}
	if r, err := l.Confirm(at(33), "open", 2000); err != nil || r.State != live.ReservationOrdered {
		t.Errorf("confirmed what was ordered: %+v, %v", r, err)
	}
	if got := l.Expire(at(5000)); len(got) != 1 || got[0].ID != "other" {
		t.Errorf("expired %+v, want the other user's alone", got)
	}
	_, after, changed := l.Order(at(40), orderOf("o-first", "u", "DEMO-3", 9, live.OrderRefunded, 130))
	if !changed || after.ID != "first" || after.State != live.ReservationReleased || after.At != 40 || after.Order != "o-first" {
		t.Errorf("refunded: %+v, %v", after, changed)
	}
	wantHeld(t, l, "refunded", 0, 0, 4, 16)
	if _, _, changed := l.Order(at(41), orderOf("o-first", "u", "DEMO-3", 9, live.OrderRefunded, 130)); changed {
		t.Error("refunded twice")
	}
	if _, _, changed := l.Order(at(41), orderOf("o-second", "u", "DEMO-3", 9, live.OrderCancelled, 110)); changed {
		t.Error("a cancellation of before the payment changed something")
	}
}

func TestAnOrderForFewerGivesTheRestBack(t *testing.T) {
	l := stocked(t, stockEvent("DEMO-3", "", 20, 1))
	reserve(t, l, 10, asked("a", "u", "DEMO-3", 5))
	if _, after, _ := l.Order(at(20), orderOf("o", "u", "DEMO-3", 2, live.OrderPaid, 20)); after.Quantity != 2 {
		t.Errorf("2 of 5 were ordered: %+v", after)
	}
	wantHeld(t, l, "ordered", 0, 0, 2, 18)
}

func TestWhoseReservationAnOrderTakes(t *testing.T) {
	for _, c := range []struct {
		name string
		e    *live.Event
		want bool
	}{
		{"the user's", orderOf("o", "u", "DEMO-3", 1, live.OrderPaid, 20), true},
		{"another user's", orderOf("o", "v", "DEMO-3", 1, live.OrderPaid, 20), false},
		{"another SKU's", orderOf("o", "u", "DEMO-1", 1, live.OrderPaid, 20), false},
		{"in no room", &live.Event{ID: "o", User: "u", SKU: "DEMO-3", State: live.OrderPaid, At: 20}, true},
		{"in another room", &live.Event{ID: "o", Room: "r", User: "u", SKU: "DEMO-3", State: live.OrderPaid, At: 20}, false},
		{"a cancellation", orderOf("o", "u", "DEMO-3", 1, live.OrderCancelled, 20), false},
	} {
		l := stocked(t, stockEvent("DEMO-3", "", 20, 1))
		reserve(t, l, 10, asked("a", "u", "DEMO-3", 1))
		if _, _, changed := l.Order(at(20), c.e); changed != c.want {
			t.Errorf("%s: an order took the reservation: %v", c.name, changed)
		}
	}
}

// An order that came before there was a reservation, or was cancelled before it was heard of, takes none later.
func TestAnOrderHeardOfBeforeTakesNothing(t *testing.T) {
	for _, state := range []live.OrderState{live.OrderCreated, live.OrderCancelled} {
		l := stocked(t, stockEvent("DEMO-3", "", 20, 1))
		l.Order(at(5), orderOf("o", "u", "DEMO-3", 1, state, 50))
		reserve(t, l, 10, asked("a", "u", "DEMO-3", 1))
		for _, when := range []int64{40, 50, 60} {
			if _, _, changed := l.Order(at(20), orderOf("o", "u", "DEMO-3", 1, live.OrderPaid, when)); changed {
				t.Errorf("after %s the same order, at %d, took a reservation made between", state, when)
			}
		}
		if _, _, changed := l.Order(at(20), orderOf("p", "u", "DEMO-3", 1, live.OrderPaid, 40)); !changed {
			t.Error("another order took nothing")
		}
	}
}

// What was ordered holds until the figure it is in is later than the order.
func TestFiguresLearnOfOrders(t *testing.T) {
	type step struct {
		warehouse        string
		onHand, at, left int64
	}
	for _, c := range []struct {
		name  string
		first []*live.Event
		at    string // where it is held
		steps []step
	}{
		{"in all", []*live.Event{stockEvent("DEMO-3", "", 10, 50)}, "", []step{{"", 10, 99, 8}, {"", 10, 100, 8}, {"", 8, 101, 8}}},
		{"its warehouse", []*live.Event{stockEvent("DEMO-3", "beijing", 10, 50), stockEvent("DEMO-3", "hangzhou", 4, 50)}, "beijing", []step{
			{"hangzhou", 4, 150, 12}, {"beijing", 10, 100, 12}, {"beijing", 8, 101, 12},
		}},
		{"no warehouse alone", []*live.Event{stockEvent("DEMO-3", "beijing", 1, 50), stockEvent("DEMO-3", "hangzhou", 1, 50)}, "", []step{
			{"beijing", 7, 150, 6}, {"hangzhou", 3, 151, 10},
		}},
		{"in all, then warehouses of before", []*live.Event{stockEvent("DEMO-3", "hangzhou", 5, 40), stockEvent("DEMO-3", "", 10, 50)}, "", []step{
			{"", 8, 150, 8}, {"beijing", 3, 160, 6}, {"hangzhou", 4, 170, 7}, {"", 9, 180, 9},
		}},
		{"a warehouse, then in all", []*live.Event{stockEvent("DEMO-3", "hangzhou", 5, 50)}, "hangzhou", []step{
			{"", 9, 99, 7}, {"", 9, 101, 9}, {"beijing", 3, 160, 6}, {"hangzhou", 4, 170, 7},
		}},
	} {
		l := stocked(t, c.first...)
		r := reserve(t, l, 60, asked("a", "u", "DEMO-3", 2))
		if r.Warehouse != c.at {
			t.Fatalf("%s: held at %q, want %q", c.name, r.Warehouse, c.at)
		}
		l.Order(at(100), orderOf("o", "u", "DEMO-3", 2, live.OrderPaid, 100))
		for i, s := range c.steps {
			apply(t, l, stockEvent("DEMO-3", s.warehouse, s.onHand, s.at))
			if got := left(l, "DEMO-3"); got != s.left {
				t.Errorf("%s: after step %d %d are left, want %d: %+v", c.name, i, got, s.left, l.Stock("cup").Levels)
			}
		}
		free := left(l, "DEMO-3")
		if _, _, changed := l.Order(at(200), orderOf("o", "u", "DEMO-3", 2, live.OrderCancelled, 200)); !changed || left(l, "DEMO-3") != free {
			t.Errorf("%s: cancelled after the figure knew of it: %d left, want %d until the figure says more", c.name, left(l, "DEMO-3"), free)
		}
	}
}
