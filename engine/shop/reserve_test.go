package shop

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
)

func at(ms int64) time.Time { return time.UnixMilli(ms) }

// asked is what a user asks to have reserved until time 1000.
func asked(id, user string, sku live.SKU, quantity int64) live.Reservation {
	return live.Reservation{
		ID: live.ReservationID(id), User: live.UserKey{Room: "demo", User: live.UserID(user)}, SKU: sku, Quantity: quantity, Until: 1000,
	}
}

func reserve(t testing.TB, l *Ledger, now int64, r live.Reservation) live.Reservation {
	t.Helper()
	got, err := l.Reserve(at(now), r)
	if err != nil {
		t.Fatalf("reserve %+v: %v", r, err)
	}
	return got
}

func orderOf(id, user string, sku live.SKU, quantity int64, state live.OrderState, at int64) *live.Event {
	return &live.Event{
		Type: live.OrderUpdate, ID: live.EventID(id), Room: "demo", User: live.UserID(user), SKU: sku, Quantity: quantity, State: state, At: at,
	}
}

// left returns what can be offered of a SKU of the demo shop, -1 when that is not known.
func left(l *Ledger, sku live.SKU) int64 {
	n, _, _, ok := Total(l.Stock(Demo().BySKU(sku).ID), sku)
	if !ok {
		return -1
	}
	return n
}

// wantHeld checks what is held of DEMO-3 and what is left.
func wantHeld(t testing.TB, l *Ledger, what string, open, confirmed, ordered, free int64) {
	t.Helper()
	o, c, d := l.Held("DEMO-3")
	if o != open || c != confirmed || d != ordered || left(l, "DEMO-3") != free {
		t.Errorf("%s: held %d open, %d confirmed, %d ordered, %d left; want %d, %d, %d, %d",
			what, o, c, d, left(l, "DEMO-3"), open, confirmed, ordered, free)
	}
}

func stocked(t testing.TB, events ...*live.Event) *Ledger {
	t.Helper()
	l := NewLedger(Demo())
	apply(t, l, events...)
	return l
}

func TestReserveSaysWhatIsWrong(t *testing.T) {
	l := stocked(t, stockEvent("DEMO-3", "", 5, 1))
	before := l.Stock("cup")
	noUser := asked("a", "", "DEMO-3", 1)
	late := asked("a", "u", "DEMO-3", 1)
	late.Until = 10
	for _, c := range []struct {
		name string
		r    live.Reservation
		want error
		says string
	}{
		{"none", asked("a", "u", "DEMO-3", 0), &QuantityError{0}, "1 to 99"},
		{"fewer than none", asked("a", "u", "DEMO-3", -1), &QuantityError{-1}, "-1"},
		{"too many", asked("a", "u", "DEMO-3", 100), &QuantityError{100}, "100"},
		{"a thousand million", asked("a", "u", "DEMO-3", 1_000_000_000), &QuantityError{1_000_000_000}, "1000000000"},
		{"more than there are", asked("a", "u", "DEMO-3", 6), &NotEnoughError{SKU: "DEMO-3", Asked: 6, Left: 5, Known: true}, "5 pieces left"},
		{"stock not known", asked("a", "u", "DEMO-1", 1), &NotEnoughError{SKU: "DEMO-1", Asked: 1}, "not known"},
		{"unknown sku", asked("a", "u", "DEMO-9", 1), ErrUnknownSKU, `"DEMO-9"`},
		{"no id", asked("", "u", "DEMO-3", 1), ErrBadReservation, "name both"},
		{"no user", noUser, ErrBadReservation, "name both"},
		{"ended before it began", late, ErrBadReservation, "later time"},
	} {
		got, err := l.Reserve(at(10), c.r)
		if got != (live.Reservation{}) || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %+v, %v; want an error that says %s", c.name, got, err, c.says)
		}
		if fmt.Sprintf("%T", c.want) == "*errors.errorString" {
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
		} else if fmt.Sprintf("%#v", err) != fmt.Sprintf("%#v", c.want) {
			t.Errorf("%s: %#v, want %#v", c.name, err, c.want)
		}
		if _, known := l.Reservation(c.r.ID); known || l.Stock("cup") != before {
			t.Errorf("%s: something changed", c.name)
		}
	}
}

func TestReserveChoosesTheWarehouse(t *testing.T) {
	for _, c := range []struct {
		name     string
		events   []*live.Event
		quantity int64
		want     string
		levels   string // warehouse on hand − reserved
	}{
		{"in all", []*live.Event{stockEvent("DEMO-3", "", 9, 1)}, 2, "", " 9-2"},
		{"the one with most", []*live.Event{stockEvent("DEMO-3", "beijing", 4, 1), stockEvent("DEMO-3", "hangzhou", 5, 1)}, 2, "hangzhou", "beijing 4-0 hangzhou 5-2"},
		{"the first of two", []*live.Event{stockEvent("DEMO-3", "hangzhou", 5, 1), stockEvent("DEMO-3", "beijing", 5, 1)}, 5, "beijing", "beijing 5-5 hangzhou 5-0"},
		{"none covers it alone", []*live.Event{stockEvent("DEMO-3", "beijing", 4, 1), stockEvent("DEMO-3", "hangzhou", 5, 1)}, 6, "", " -1-6 beijing 4-0 hangzhou 5-0"},
		{"in all replaces them", []*live.Event{stockEvent("DEMO-3", "beijing", 4, 1), stockEvent("DEMO-3", "", 9, 2)}, 2, "", " 9-2 beijing 4-0"},
		{"they replace in all", []*live.Event{stockEvent("DEMO-3", "", 9, 1), stockEvent("DEMO-3", "beijing", 4, 2)}, 2, "beijing", " 9-0 beijing 4-2"},
	} {
		l := stocked(t, c.events...)
		version := l.Stock("cup").Version
		r := reserve(t, l, 10, asked("a", "u", "DEMO-3", c.quantity))
		ps := l.Stock("cup")
		var levels []string
		for _, w := range ps.Levels {
			levels = append(levels, fmt.Sprintf("%s %d-%d", w.Warehouse, w.OnHand, w.Reserved))
		}
		if r.Warehouse != c.want || strings.Join(levels, " ") != c.levels || ps.Version != version+1 {
			t.Errorf("%s: reserved at %q, levels %q, version %d after %d; want %q, %q", c.name, r.Warehouse, levels, ps.Version, version, c.want, c.levels)
		}
		if _, err := l.Release(at(11), "a"); err != nil {
			t.Error(err)
		}
		if got := l.Stock("cup").Levels; len(got) != len(c.events) || slices.ContainsFunc(got, func(w live.StockLevel) bool { return w.Reserved != 0 }) {
			t.Errorf("%s: after the release the levels are %+v", c.name, got)
		}
	}
}

func TestAWarehouseIsChosenByWhatIsFree(t *testing.T) {
	l := stocked(t, stockEvent("DEMO-3", "beijing", 6, 1), stockEvent("DEMO-3", "hangzhou", 5, 1))
	var got []string
	for i := range 5 {
		got = append(got, reserve(t, l, 10, asked(fmt.Sprint(i), "u", "DEMO-3", 2)).Warehouse)
	}
	// 6 and 5, 4 and 5, 4 and 3, 2 and 3, 2 and 1
	if want := []string{"beijing", "hangzhou", "beijing", "hangzhou", "beijing"}; !slices.Equal(got, want) {
		t.Errorf("reserved at %q, want %q", got, want)
	}
	if _, err := l.Reserve(at(10), asked("x", "u", "DEMO-3", 2)); err == nil {
		t.Error("two pieces were reserved of the one that is left")
	}
}

func TestTheLifeOfAReservation(t *testing.T) {
	l := stocked(t, stockEvent("DEMO-3", "", 10, 1))
	open := reserve(t, l, 10, asked("a", "u", "DEMO-3", 2))
	want := live.Reservation{
		ID: "a", User: live.UserKey{Room: "demo", User: "u"}, Product: "cup", SKU: "DEMO-3", Quantity: 2,
		State: live.ReservationOpen, At: 10, Until: 1000, Version: 1,
	}
	if open != want {
		t.Errorf("reserved %+v, want %+v", open, want)
	}
	wantHeld(t, l, "open", 2, 0, 0, 8)
	if again := reserve(t, l, 11, asked("a", "u", "DEMO-3", 2)); again != open {
		t.Errorf("reserved again: %+v, want %+v", again, open)
	}
	before := l.Stock("cup")
	if _, err := l.Confirm(at(12), "a", 12); !errors.Is(err, ErrBadReservation) {
		t.Errorf("confirmed until now: %v", err)
	}
	confirmed, err := l.Confirm(at(12), "a", 2000)
	want.State, want.At, want.Until, want.Version = live.ReservationConfirmed, 12, 2000, 2
	if err != nil || confirmed != want {
		t.Errorf("confirmed %+v (%v), want %+v", confirmed, err, want)
	}
	if again, err := l.Confirm(at(13), "a", 3000); err != nil || again != want {
		t.Errorf("confirmed again: %+v (%v), want %+v", again, err, want)
	}
	if again := reserve(t, l, 13, asked("a", "u", "DEMO-3", 2)); again != want {
		t.Errorf("reserved again: %+v, want %+v", again, want)
	}
	if l.Stock("cup") != before {
		t.Error("a confirmation, which offers neither more nor less, published a snapshot")
	}
	wantHeld(t, l, "confirmed", 0, 2, 0, 8)
	released, err := l.Release(at(14), "a")
	want.State, want.At, want.Version = live.ReservationReleased, 14, 3
	if err != nil || released != want {
		t.Errorf("released %+v (%v), want %+v", released, err, want)
	}
	wantHeld(t, l, "released", 0, 0, 0, 10)
	if again, err := l.Release(at(15), "a"); err != nil || again != want {
		t.Errorf("released again: %+v (%v)", again, err)
	}
	if got, err := l.Confirm(at(15), "a", 2000); !errors.Is(err, ErrReservationGone) || got != want {
		t.Errorf("confirmed after the release: %+v, %v", got, err)
	}
	if got, err := l.Reserve(at(15), asked("a", "u", "DEMO-3", 2)); !errors.Is(err, ErrReservationGone) || got != want {
		t.Errorf("the same reservation after the release: %+v, %v", got, err)
	}
	for name, err := range map[string]error{
		"confirm": second(l.Confirm(at(15), "none", 2000)), "release": second(l.Release(at(15), "none")),
	} {
		if !errors.Is(err, ErrReservationGone) {
			t.Errorf("%s what was never reserved: %v", name, err)
		}
	}
}

func second(_ live.Reservation, err error) error { return err }

func TestReservationsExpire(t *testing.T) {
	l := stocked(t, stockEvent("DEMO-3", "", 10, 1))
	reserve(t, l, 10, asked("b", "u", "DEMO-3", 1))
	reserve(t, l, 10, asked("a", "v", "DEMO-3", 2))
	reserve(t, l, 10, asked("c", "w", "DEMO-3", 3))
	if _, err := l.Confirm(at(20), "c", 1500); err != nil {
		t.Fatal(err)
	}
	if got := l.Expire(at(999)); got != nil {
		t.Errorf("expired too early: %+v", got)
	}
	// Past its time it can no longer be confirmed, though nobody has looked yet; its pieces are held until then.
	if _, err := l.Confirm(at(1000), "a", 2000); !errors.Is(err, ErrReservationGone) {
		t.Errorf("confirmed past its time: %v", err)
	}
	wantHeld(t, l, "before anybody looked", 3, 3, 0, 4)
	version := l.Stock("cup").Version
	got := l.Expire(at(1000))
	if len(got) != 2 || got[0].ID != "a" || got[1].ID != "b" || got[0].State != live.ReservationReleased || got[0].Version != 2 || got[0].At != 1000 {
		t.Errorf("expired %+v, want a and b", got)
	}
	if l.Stock("cup").Version != version+1 {
		t.Errorf("version %d after %d: two that expire together are one snapshot", l.Stock("cup").Version, version)
	}
	wantHeld(t, l, "expired", 0, 3, 0, 7)
	if got := l.Expire(at(500)); got != nil {
		t.Errorf("after the clock went back expired %+v", got)
	}
	if _, err := l.Confirm(at(500), "a", 2000); !errors.Is(err, ErrReservationGone) {
		t.Errorf("a clock that went back revived it: %v", err)
	}
	if got := l.Expire(at(9000)); len(got) != 1 || got[0].ID != "c" {
		t.Errorf("expired %+v, want c", got)
	}
	wantHeld(t, l, "all expired", 0, 0, 0, 10)
}

func TestStockBelowWhatIsHeld(t *testing.T) {
	l := stocked(t, stockEvent("DEMO-3", "beijing", 10, 1))
	reserve(t, l, 10, asked("a", "u", "DEMO-3", 8))
	ps := apply(t, l, stockEvent("DEMO-3", "beijing", 5, 2))
	if n, _, _, ok := Total(ps, "DEMO-3"); n != 0 || !ok || ps != l.Stock("cup") {
		t.Errorf("5 on hand, 8 held: %d can be offered (%v), want 0", n, ok)
	}
	wantHeld(t, l, "too few", 8, 0, 0, 0)
	if _, err := l.Reserve(at(11), asked("b", "v", "DEMO-3", 1)); err == nil {
		t.Error("there is none left, and one was reserved")
	}
	if _, err := l.Confirm(at(12), "a", 2000); err != nil {
		t.Errorf("what is held was taken back: %v", err)
	}
	apply(t, l, stockEvent("DEMO-3", "beijing", 9, 3))
	wantHeld(t, l, "enough again", 0, 8, 0, 1)
}

func TestReservationsOfOneSKULeaveOthersAlone(t *testing.T) {
	l := stocked(t, stockEvent("DEMO-1", "", 5, 1), stockEvent("DEMO-1-XL-BLACK", "", 5, 1))
	reserve(t, l, 10, asked("a", "u", "DEMO-1", 5))
	if left(l, "DEMO-1") != 0 || left(l, "DEMO-1-XL-BLACK") != 5 {
		t.Errorf("left are %d and %d, want 0 and 5", left(l, "DEMO-1"), left(l, "DEMO-1-XL-BLACK"))
	}
}

// Whatever is stored of a ledger, in whatever order it comes back, gives the same ledger.
func TestRestoreInAnyOrder(t *testing.T) {
	version := func(id string, v uint64, state live.ReservationState, sku live.SKU, warehouse string, at int64, order live.EventID) live.Record {
		r := asked(id, "u"+id, sku, 2)
		r.State, r.Warehouse, r.At, r.Version, r.Order, r.Product = state, warehouse, at, v, order, Demo().BySKU("DEMO-3").ID
		return live.Record{Kind: live.RecordReservation, User: r.User, Reservation: &r}
	}
	fact := func(e *live.Event) live.Record { return live.Record{Kind: live.RecordFact, Received: e.At, Event: e} }
	records := []live.Record{
		fact(stockEvent("DEMO-3", "beijing", 20, 100)), fact(stockEvent("DEMO-3", "hangzhou", 30, 300)), fact(stockEvent("DEMO-3", "", 9, 50)),
		version("a", 1, live.ReservationOpen, "DEMO-3", "beijing", 110, ""),
		version("b", 1, live.ReservationOpen, "DEMO-3", "beijing", 110, ""), version("b", 2, live.ReservationConfirmed, "DEMO-3", "beijing", 120, ""),
		version("c", 3, live.ReservationReleased, "DEMO-3", "beijing", 130, ""), version("c", 2, live.ReservationConfirmed, "DEMO-3", "beijing", 120, ""),
		version("d", 2, live.ReservationOrdered, "DEMO-3", "beijing", 200, "o-d"),  // holds: its warehouse told its figure earlier
		version("e", 2, live.ReservationOrdered, "DEMO-3", "hangzhou", 200, "o-e"), // does not
		version("f", 2, live.ReservationOrdered, "DEMO-3", "", 99, "o-f"),          // neither
		version("g", 2, live.ReservationOrdered, "DEMO-3", "", 100, "o-g"),         // holds
		version("h", 1, live.ReservationOpen, "DEMO-3", "", 100, ""),               // expired
		version("i", 1, live.ReservationOpen, "GONE", "shanghai", 100, ""),         // of a SKU gone from the catalogue
		fact(orderOf("o-d", "ud", "DEMO-3", 2, live.OrderPaid, 200)), fact(orderOf("o-x", "ua", "DEMO-3", 2, live.OrderCreated, 105)),
		{Kind: live.RecordReservation},
		{Kind: live.RecordReservation, Reservation: &live.Reservation{}},
		{Kind: live.RecordClosed},
	}
	for i := range records {
		if r := records[i].Reservation; r != nil && (r.ID == "h") {
			r.Until = 400
		}
	}
	random := rand.New(rand.NewPCG(4, 4))
	for round := range 200 {
		l := NewLedger(Demo())
		for _, i := range random.Perm(len(records)) {
			l.Restore(records[i])
		}
		expired := l.Expire(at(500))
		ids := []live.ReservationID{}
		for _, r := range expired {
			ids = append(ids, r.ID)
		}
		if !slices.Equal(ids, []live.ReservationID{"h"}) {
			t.Fatalf("round %d: expired %v, want h", round, ids)
		}
		wantHeld(t, l, "restored", 2, 2, 4, 42)
		if o, _, _ := l.Held("GONE"); o != 2 {
			t.Errorf("of the SKU that is gone %d are held, want 2", o)
		}
		if _, _, changed := l.Order(at(500), orderOf("o-x", "ua", "DEMO-3", 2, live.OrderPaid, 106)); changed {
			t.Error("an order that took nothing took something after the restart")
		}
		if _, err := l.Confirm(at(500), "c", 2000); !errors.Is(err, ErrReservationGone) {
			t.Errorf("what was released is back: %v", err)
		}
		_, after, changed := l.Order(at(510), orderOf("o-d", "ud", "DEMO-3", 2, live.OrderCancelled, 220))
		if !changed || after.ID != "d" || after.State != live.ReservationReleased {
			t.Errorf("the order cancelled after the restart: %+v, %v", after, changed)
		}
		if _, err := l.Release(at(520), "i"); err != nil {
			t.Errorf("release what is gone from the catalogue: %v", err)
		}
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
}

func TestReservationsAreForgotten(t *testing.T) {
	l := stocked(t, stockEvent("DEMO-3", "", 100, 1))
	day := forgetAfter.Milliseconds()
	reserve(t, l, 10, asked("released", "u", "DEMO-3", 1))
	reserve(t, l, 10, asked("known", "v", "DEMO-3", 1))
	l.Release(at(20), "released")
	l.Order(at(30), orderOf("o-1", "v", "DEMO-3", 1, live.OrderPaid, 30))
	l.Order(at(30), orderOf("o-2", "nobody", "DEMO-3", 1, live.OrderPaid, 30))
	apply(t, l, stockEvent("DEMO-3", "", 99, 40))
	long := asked("unknown", "w", "DEMO-3", 1)
	long.Until = 10 * day
	reserve(t, l, 50, long)
	l.Order(at(60), orderOf("o-3", "w", "DEMO-3", 1, live.OrderPaid, 60))
	l.Expire(at(29 + day))
	for id, want := range map[live.ReservationID]bool{"released": false, "known": true, "unknown": true} {
		if _, known := l.Reservation(id); known != want {
			t.Errorf("a day later %s is known: %v", id, known)
		}
	}
	if len(l.orders) != 3 {
		t.Errorf("%d orders are remembered, want 3", len(l.orders))
	}
	l.Expire(at(60 + day))
	_, known := l.Reservation("known")
	_, unknown := l.Reservation("unknown")
	if known || !unknown || len(l.orders) != 1 || len(l.holds) != 1 {
		t.Errorf("remembered are %d reservations and %d orders, want the one that no figure knows of", len(l.holds), len(l.orders))
	}
	wantHeld(t, l, "the next day", 0, 0, 1, 98)
	apply(t, l, stockEvent("DEMO-3", "", 98, 70))
	l.Expire(at(60 + day + lookAgainAfter.Milliseconds()))
	if len(l.holds)+len(l.orders)+l.rests.Len()+l.ends.Len()+len(l.buyers)+len(l.stands["DEMO-3"].ordered) != 0 {
		t.Errorf("remembered are %d reservations and %d orders, want none", len(l.holds), len(l.orders))
	}
	wantHeld(t, l, "in the end", 0, 0, 0, 98)
}

// What is known of an order stays as long as what it took, also after a restart.
func TestAnOrderIsRememberedWithWhatItTook(t *testing.T) {
	r := asked("a", "u", "DEMO-3", 2)
	r.State, r.Version, r.At, r.Order = live.ReservationOrdered, 2, 100, "o"
	paid := orderOf("o", "u", "DEMO-3", 2, live.OrderPaid, 100)
	for _, records := range [][]live.Record{
		{{Kind: live.RecordFact, Received: 100, Event: paid}, {Kind: live.RecordReservation, Reservation: &r}},
		{{Kind: live.RecordReservation, Reservation: &r}, {Kind: live.RecordFact, Received: 100, Event: paid}},
	} {
		l := stocked(t, stockEvent("DEMO-3", "", 10, 50))
		l.Restore(records...)
		late := 3 * forgetAfter.Milliseconds()
		l.Expire(at(late))
		wantHeld(t, l, "days later", 0, 0, 2, 8)
		if _, after, changed := l.Order(at(late), orderOf("o", "u", "DEMO-3", 2, live.OrderCancelled, late)); !changed || after.ID != "a" {
			t.Errorf("the cancellation days later released %+v (%v)", after, changed)
		}
		wantHeld(t, l, "cancelled", 0, 0, 0, 10)
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	l := stocked(t, stockEvent("DEMO-3", "", 5, 1))
	reserve(t, l, 10, asked("first", "u", "DEMO-3", 1))
	held := reserve(t, l, 10, asked("held", "u", "DEMO-3", 1))
	l.Release(at(10), "first")
	for i := range maxForgettable + 100 {
		l.Order(at(20), orderOf(fmt.Sprint(i), "nobody", "DEMO-3", 1, live.OrderPaid, 20))
	}
	if n := l.rests.Len(); n > maxForgettable+1 {
		t.Errorf("%d are remembered, want %d", n, maxForgettable)
	}
	if _, known := l.Reservation("first"); known {
		t.Error("the first of too many is remembered")
	}
	if got, _ := l.Reservation("held"); got != held {
		t.Error("one that holds something was forgotten")
	}
}
