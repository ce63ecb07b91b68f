package shop

import (
	"math/rand/v2"
	"testing"

	"liveroom/engine/live"
)

// Each change of a reservation, undone, leaves what was before.
func TestUndoInEveryState(t *testing.T) {
	must := func(r live.Reservation, err error) live.Reservation {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	l := stocked(t, stockEvent("DEMO-3", "beijing", 10, 1), stockEvent("DEMO-3", "hangzhou", 5, 1))
	is := func(what string, want live.Reservation, known bool) {
		t.Helper()
		if got, ok := l.Reservation("a"); got != want || ok != known {
			t.Errorf("%s: it is %+v (%v), want %+v", what, got, ok, want)
		}
	}
	l.Undo(nil, "a") // what is not there
	must(l.Reserve(at(10), asked("a", "u", "DEMO-3", 3)))
	l.Undo(nil, "a")
	is("reserve undone", live.Reservation{}, false)
	wantHeld(t, l, "reserve undone", 0, 0, 0, 15)

	open := must(l.Reserve(at(11), asked("a", "u", "DEMO-3", 3)))
	must(l.Confirm(at(12), "a", 2000))
	l.Undo(&open, "a")
	is("confirm undone", open, true)
	wantHeld(t, l, "confirm undone", 3, 0, 0, 12)
	must(l.Release(at(13), "a"))
	l.Undo(&open, "a")
	is("release of an open one undone", open, true)
	wantHeld(t, l, "release undone", 3, 0, 0, 12)

	confirmed := must(l.Confirm(at(14), "a", 2000))
	if confirmed.Version != 2 {
		t.Errorf("confirmed after an undo it is version %d, want 2", confirmed.Version)
	}
	must(l.Release(at(15), "a"))
	l.Undo(&confirmed, "a")
	is("release of a confirmed one undone", confirmed, true)
	if got := l.Expire(at(2000)); len(got) != 1 {
		t.Errorf("after an undo %+v expired, want it", got)
	}
	l.Undo(&confirmed, "a")
	is("expiry undone", confirmed, true)
	wantHeld(t, l, "expiry undone", 0, 3, 0, 12)

	buy := orderOf("o", "u", "DEMO-3", 2, live.OrderPaid, 50)
	for range 2 { // an order that was not stored is sent again
		before, _, changed := l.Order(at(50), buy)
		if !changed || before != confirmed {
			t.Fatalf("the order made %+v of %+v", before, confirmed)
		}
		wantHeld(t, l, "ordered", 0, 0, 2, 13)
		l.Undo(&before, "a")
		is("order undone", confirmed, true)
		wantHeld(t, l, "order undone", 0, 3, 0, 12)
	}
	l.Order(at(50), buy)
	for range 2 {
		before, _, changed := l.Order(at(60), orderOf("o", "u", "DEMO-3", 2, live.OrderCancelled, 60))
		if !changed {
			t.Fatal("the cancellation changed nothing")
		}
		wantHeld(t, l, "cancelled", 0, 0, 0, 15)
		l.Undo(&before, "a")
		is("cancellation undone", before, true)
		wantHeld(t, l, "cancellation undone", 0, 0, 2, 13)
	}
}

// Whatever order the failed commits of one user are told in, what was durable stands in the end.
func TestUndoInAnyOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 100 {
		l := stocked(t, stockEvent("DEMO-3", "", 10, 1))
		durable := random.IntN(4) // as many of the changes are
		var stored live.Reservation
		var undo []func()
		note := func(before *live.Reservation) {
			if now, _ := l.Reservation("a"); int(now.Version) <= durable {
				stored = now
			} else {
				undo = append(undo, func() { l.Undo(before, "a") })
			}
		}
		open := reserve(t, l, 10, asked("a", "u", "DEMO-3", 3))
		note(nil)
		confirmed, _ := l.Confirm(at(11), "a", 2000)
		note(&open)
		if before, _, _ := l.Order(at(12), orderOf("o", "u", "DEMO-3", 3, live.OrderPaid, 12)); before != confirmed {
			t.Fatalf("ordered was %+v", before)
		}
		note(&confirmed)
		for _, i := range random.Perm(len(undo)) {
			undo[i]()
		}
		got, known := l.Reservation("a")
		if got != stored || known != (durable > 0) {
			t.Fatalf("round %d: %d changes were durable, it is %+v (%v), want %+v", round, durable, got, known, stored)
		}
		held := int64(0)
		if durable > 0 {
			held = 3
		}
		if left(l, "DEMO-3") != 10-held {
			t.Fatalf("round %d: %d are left, want %d", round, left(l, "DEMO-3"), 10-held)
		}
	}
}

// A change that was committed stays, though the one before it was not.
func TestUndoLeavesWhatCameLater(t *testing.T) {
	l := stocked(t, stockEvent("DEMO-3", "", 10, 1))
	open := reserve(t, l, 10, asked("a", "u", "DEMO-3", 3))
	l.Confirm(at(11), "a", 2000)
	_, ordered, _ := l.Order(at(12), orderOf("o", "u", "DEMO-3", 3, live.OrderPaid, 12))
	l.Undo(&open, "a") // the confirmation
	if got, _ := l.Reservation("a"); got != ordered {
		t.Errorf("it is %+v, want %+v", got, ordered)
	}
	wantHeld(t, l, "ordered", 0, 0, 3, 7)
}

func TestUndoOfWhatCameFromStorageIsNone(t *testing.T) {
	r := asked("a", "u", "DEMO-3", 3)
	r.State, r.Version, r.Product = live.ReservationConfirmed, 2, "cup"
	l := stocked(t, stockEvent("DEMO-3", "", 10, 1))
	l.Restore(live.Record{Kind: live.RecordReservation, Reservation: &r})
	older := r
	older.Version = 1
	l.Undo(&older, "a")
	wantHeld(t, l, "restored", 0, 3, 0, 7)
	l.Release(at(20), "a")
	l.Undo(&r, "a")
	wantHeld(t, l, "release undone", 0, 3, 0, 7)
}

// Pieces that were given back and are another user's by now are not taken from him.
func TestUndoTakesNothingFromOthers(t *testing.T) {
	l := stocked(t, stockEvent("DEMO-3", "", 3, 1))
	open := reserve(t, l, 10, asked("a", "u", "DEMO-3", 3))
	released, _ := l.Release(at(11), "a")
	reserve(t, l, 12, asked("b", "v", "DEMO-3", 1))
	l.Undo(&open, "a")
	wantHeld(t, l, "undone", 1, 0, 0, 2)
	if got := l.Expire(at(13)); len(got) != 1 || got[0] != released {
		t.Errorf("to be stored again is %+v, want %+v", got, released)
	}
	if got := l.Expire(at(14)); got != nil {
		t.Errorf("to be stored again is %+v, want nothing", got)
	}
}
