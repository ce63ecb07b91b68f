package shop

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"liveroom/engine/live"
)

var seenAt = time.UnixMilli(5000)

func stockEvent(sku live.SKU, warehouse string, available, at int64) *live.Event {
	return &live.Event{Type: live.StockUpdate, Shop: "demo", ID: "e", SKU: sku, Warehouse: warehouse, Available: available, At: at}
}

func apply(t testing.TB, l *Ledger, events ...*live.Event) (ps *live.ProductStock) {
	t.Helper()
	for _, e := range events {
		var fault *live.Fault
		if ps, fault = l.Apply(e, seenAt); fault != nil {
			t.Fatalf("apply %+v: %v", e, fault)
		}
	}
	return ps
}

func TestUnknownStockIsUnknown(t *testing.T) {
	l := NewLedger(Demo())
	if ps := l.Stock("cup"); ps != nil {
		t.Errorf("stock of nothing told is %+v, want nil", ps)
	}
	if _, _, _, ok := Total(nil, "DEMO-3"); ok {
		t.Error("a total of nothing is known")
	}
	ps := apply(t, l, stockEvent("DEMO-1", "", 0, 1))
	if n, _, _, ok := Total(ps, "DEMO-1"); n != 0 || !ok {
		t.Errorf("total of 0 pieces is %d, %v; want 0, true", n, ok)
	}
	if _, _, _, ok := Total(ps, "DEMO-1-XL-BLACK"); ok {
		t.Error("the total of a SKU nobody told of is known")
	}
	if l.Stock("none") != nil {
		t.Error("a product that is not there has stock")
	}
}

func TestTotalDecidesBetweenInAllAndWarehouses(t *testing.T) {
	for _, c := range []struct {
		name         string
		events       []*live.Event
		want, wantAt int64
	}{
		{"in all alone", []*live.Event{stockEvent("DEMO-3", "", 9, 10)}, 9, 10},
		{"one warehouse alone", []*live.Event{stockEvent("DEMO-3", "beijing", 4, 10)}, 4, 10},
		{"sum, as old as its oldest part", []*live.Event{stockEvent("DEMO-3", "beijing", 4, 10), stockEvent("DEMO-3", "hangzhou", 5, 20)}, 9, 10},
		{"in all later", []*live.Event{stockEvent("DEMO-3", "beijing", 4, 10), stockEvent("DEMO-3", "", 50, 20)}, 50, 20},
		{"in all at the same time", []*live.Event{stockEvent("DEMO-3", "beijing", 4, 10), stockEvent("DEMO-3", "", 50, 10)}, 50, 10},
		{"a warehouse later", []*live.Event{stockEvent("DEMO-3", "", 50, 10), stockEvent("DEMO-3", "beijing", 4, 20)}, 4, 20},
		{"one warehouse later, one earlier", []*live.Event{
			stockEvent("DEMO-3", "hangzhou", 7, 5), stockEvent("DEMO-3", "", 50, 10), stockEvent("DEMO-3", "beijing", 4, 20),
		}, 11, 5},
	} {
		l := NewLedger(Demo())
		ps := apply(t, l, c.events...)
		got, at, seen, ok := Total(ps, "DEMO-3")
		if got != c.want || at != c.wantAt || seen != 5000 || !ok {
			t.Errorf("%s: total is %d as of %d, seen %d, %v; want %d, %d, 5000, true", c.name, got, at, seen, ok, c.want, c.wantAt)
		}
	}
}

func TestTotalTakesReservationsOff(t *testing.T) {
	ps := &live.ProductStock{Levels: []live.StockLevel{
		{SKU: "A", OnHand: live.Absent, Reserved: 5},
		{SKU: "A", Warehouse: "beijing", OnHand: 8, At: 1, Seen: 2},
		{SKU: "B", OnHand: 3, Reserved: 4, At: 3, Seen: 4},
		{SKU: "C", OnHand: live.Absent, Reserved: 1},
	}}
	if n, _, _, ok := Total(ps, "A"); n != 3 || !ok {
		t.Errorf("8 on hand less 5 is %d, %v", n, ok)
	}
	if n, _, _, ok := Total(ps, "B"); n != 0 || !ok {
		t.Errorf("3 on hand less 4 is %d, %v; want 0", n, ok)
	}
	if _, _, _, ok := Total(ps, "C"); ok {
		t.Error("a reservation makes stock known")
	}
	if n, at, seen, skus := ProductTotal(ps); n != 3 || at != 1 || seen != 2 || skus != 2 {
		t.Errorf("product total is %d as of %d, seen %d, of %d SKUs; want 3, 1, 2, 2", n, at, seen, skus)
	}
	if _, _, _, skus := ProductTotal(nil); skus != 0 {
		t.Error("a product of which nothing is known has SKUs with stock")
	}
}

func TestApplyNamesWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		event       *live.Event
		field, hint string
	}{
		{stockEvent("DEMO-9", "", 1, 1), "sku", `"DEMO-9"`},
		{stockEvent("", "", 1, 1), "sku", `"DEMO-1"`},
		{stockEvent(live.SKU(strings.Repeat("界", 60)), "", 1, 1), "sku", "…"},
		{stockEvent("DEMO-3", "shanghai", 1, 1), "warehouse", "beijing hangzhou"},
		{stockEvent("DEMO-3", "", -1, 1), "available", "-1"},
		{stockEvent("DEMO-3", "", maxOnHand+1, 1), "available", "outside"},
		{&live.Event{Type: live.StockUpdate, Shop: "other", SKU: "DEMO-3"}, "shop", `"other"`},
	} {
		l := NewLedger(Demo())
		ps, fault := l.Apply(c.event, seenAt)
		if ps != nil || fault == nil || fault.Code != live.BadField || fault.Field != c.field || !strings.Contains(fault.Hint, c.hint) {
			t.Errorf("apply %+v: %v, want a bad_field of %s that says %s", c.event, fault, c.field, c.hint)
		}
		if fault != nil && fault.To != c.event.ID {
			t.Errorf("the fault is to %q, want %q", fault.To, c.event.ID)
		}
	}
}

func TestLateEventsLose(t *testing.T) {
	l := NewLedger(Demo())
	first := apply(t, l, stockEvent("DEMO-3", "", 9, 10))
	if late := apply(t, l, stockEvent("DEMO-3", "", 1, 9)); late != first {
		t.Errorf("an older event published %+v", late)
	}
	same := apply(t, l, stockEvent("DEMO-3", "", 2, 10))
	if same.Levels[0].OnHand != 2 || same.Version != first.Version+1 || first.Levels[0].OnHand != 9 {
		t.Errorf("an event of the same time gave %+v, the old snapshot is %+v", same, first)
	}
	if l.Stock("cup") != same {
		t.Error("what was applied is not what is read")
	}
}

func TestRestore(t *testing.T) {
	l := NewLedger(Demo())
	taken := l.Restore(
		live.Record{Kind: live.RecordFact, Received: 77, Event: stockEvent("DEMO-3", "", 9, 10)},
		live.Record{Kind: live.RecordFact, Event: stockEvent("GONE", "", 9, 10)},
		live.Record{Kind: live.RecordFact, Event: &live.Event{Type: live.Present, SKU: "DEMO-3"}},
		live.Record{Kind: live.RecordClosed},
	)
	n, at, seen, ok := Total(l.Stock("cup"), "DEMO-3")
	if taken != 1 || n != 9 || at != 10 || seen != 77 || !ok {
		t.Errorf("took %d; total %d as of %d, seen %d, %v", taken, n, at, seen, ok)
	}
}

// Whatever the order of delivery, and however often, the figures come out the same. Times are distinct for a SKU and
// warehouse, as they are when one sender speaks for it.
func TestAnyOrderOfDeliveryGivesTheSameStock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "events")
		events := make([]*live.Event, n)
		for i := range events {
			sku := rapid.SampledFrom([]live.SKU{"DEMO-1", "DEMO-1-XL-BLACK", "DEMO-3"}).Draw(t, "sku")
			warehouse := rapid.SampledFrom([]string{"", "beijing", "hangzhou"}).Draw(t, "warehouse")
			events[i] = stockEvent(sku, warehouse, rapid.Int64Range(0, 99).Draw(t, "available"), int64(1000+i))
		}
		other := rapid.Permutation(events).Draw(t, "order")
		other = append(other, other[:rapid.IntRange(0, n).Draw(t, "repeated")]...)
		a, b := NewLedger(Demo()), NewLedger(Demo())
		for _, e := range events {
			a.Apply(e, seenAt)
		}
		for _, e := range other {
			b.Apply(e, seenAt)
		}
		for _, p := range Demo().Products() {
			x, y := a.Stock(p.ID), b.Stock(p.ID)
			if (x == nil) != (y == nil) || (x != nil && !slices.Equal(x.Levels, y.Levels)) {
				t.Fatalf("%s: %+v in one order, %+v in another", p.ID, x, y)
			}
		}
	})
}

// A writer moves pieces between two warehouses, both figures of one round being equal; readers must never see a snapshot
// change, versions go back, or a figure from the future of its version.
func TestReadersNeverSeeAMix(t *testing.T) {
	l := NewLedger(Demo())
	const rounds = 2000
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			last := uint64(0)
			for {
				ps := l.Stock("cup")
				if ps != nil {
					if ps.Version < last {
						t.Errorf("version %d after %d", ps.Version, last)
					}
					last = ps.Version
					// Version 2k: both at k; version 2k+1: beijing at k+1, hangzhou at k.
					k := int64(ps.Version / 2)
					for _, level := range ps.Levels {
						want := k
						if level.Warehouse == "beijing" {
							want = int64(ps.Version+1) / 2
						}
						if level.OnHand != want || level.At != want {
							t.Errorf("version %d has %+v, want %d", ps.Version, level, want)
						}
					}
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for k := int64(1); k <= rounds; k++ {
		apply(t, l, stockEvent("DEMO-3", "beijing", k, k), stockEvent("DEMO-3", "hangzhou", k, k))
	}
	close(done)
	readers.Wait()
}

func TestStockAllocatesNothing(t *testing.T) {
	l := NewLedger(Demo())
	apply(t, l, stockEvent("DEMO-3", "beijing", 1, 1), stockEvent("DEMO-3", "", 1, 1))
	if n := testing.AllocsPerRun(100, func() { Total(l.Stock("cup"), "DEMO-3") }); n != 0 {
		t.Errorf("reading stock allocates %v times, want 0", n)
	}
}
