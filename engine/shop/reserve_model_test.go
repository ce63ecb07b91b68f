package shop

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"liveroom/engine/live"
)

// plainShop is the judge of the ledger: what is stored, and what follows from it, reckoned anew each time.
type plainShop struct {
	now     int64
	figures map[live.SKU]map[string]live.Event // by warehouse
	held    map[live.ReservationID]live.Reservation
	orders  map[live.EventID]plainOrder
}

type plainOrder struct {
	event live.Event // the latest
	took  live.ReservationID
}

func (m *plainShop) clone() plainShop {
	c := plainShop{now: m.now, figures: map[live.SKU]map[string]live.Event{}, held: maps.Clone(m.held), orders: maps.Clone(m.orders)}
	for sku, f := range m.figures {
		c.figures[sku] = maps.Clone(f)
	}
	return c
}

// basis returns the figures that count of a SKU, by warehouse.
func (m *plainShop) basis(sku live.SKU) map[string]live.Event {
	warehouses := maps.Clone(m.figures[sku])
	all, told := warehouses[""]
	delete(warehouses, "")
	later := false
	for _, w := range warehouses {
		later = later || w.At > all.At
	}
	if told && !later {
		return map[string]live.Event{"": all}
	}
	return warehouses
}

// holds tells how many pieces a reservation holds now.
func (m *plainShop) holds(r live.Reservation) int64 {
	switch r.State {
	case live.ReservationOpen, live.ReservationConfirmed:
		return r.Quantity
	case live.ReservationOrdered:
		basis := m.basis(r.SKU)
		if len(basis) == 0 {
			return r.Quantity
		}
		if f, told := basis[r.Warehouse]; told {
			basis = map[string]live.Event{"": f}
		}
		for _, f := range basis {
			if f.At <= r.At {
				return r.Quantity
			}
		}
	}
	return 0
}

func (m *plainShop) sums(sku live.SKU) (onHand, open, confirmed, ordered int64, known bool) {
	basis := m.basis(sku)
	for _, f := range basis {
		onHand += f.Available
	}
	for _, r := range m.held {
		if r.SKU != sku {
			continue
		}
		switch n := m.holds(r); r.State {
		case live.ReservationOpen:
			open += n
		case live.ReservationConfirmed:
			confirmed += n
		case live.ReservationOrdered:
			ordered += n
		}
	}
	return onHand, open, confirmed, ordered, len(basis) > 0
}

func (m *plainShop) free(sku live.SKU) (left int64, known bool) {
	onHand, open, confirmed, ordered, known := m.sums(sku)
	return onHand - open - confirmed - ordered, known
}

// change makes the next version of a reservation.
func (m *plainShop) change(r live.Reservation) live.Reservation {
	r.Version = m.held[r.ID].Version + 1
	m.held[r.ID] = r
	return r
}

var modelSKUs = []live.SKU{"DEMO-1", "DEMO-3"}

// reservationMachine drives the ledger and the judge alike. Times are few, so that they are often the same.
type reservationMachine struct {
	l      *Ledger
	m      plainShop
	events int
	undo   func() // takes back the last change, in both; nil when there is none
}

func (x *reservationMachine) sku(t *rapid.T) live.SKU {
	return rapid.SampledFrom(modelSKUs).Draw(t, "sku")
}

func (x *reservationMachine) user(t *rapid.T) string {
	return rapid.SampledFrom([]string{"u", "v"}).Draw(t, "user")
}

func (x *reservationMachine) some(t *rapid.T) live.ReservationID {
	ids := slices.Sorted(maps.Keys(x.m.held))
	return rapid.SampledFrom(append(ids, "none")).Draw(t, "id")
}

// changed remembers how to take back what was done since the judge was as before.
func (x *reservationMachine) changed(before plainShop, id live.ReservationID) {
	x.undo = func() {
		old, was := before.held[id]
		stored := x.m.held[id]
		more := before.holds(old) - x.m.holds(stored)
		left, known := x.m.free(stored.SKU)
		switch {
		case was && more > 0 && known && more > left: // another has it by now
			x.l.Undo(&old, id)
			return
		case was:
			x.l.Undo(&old, id)
			x.m.held[id] = old
		default:
			x.l.Undo(nil, id)
			delete(x.m.held, id)
		}
		if o := stored.Order; o != "" && o != old.Order {
			delete(x.m.orders, o)
		}
	}
}

func (x *reservationMachine) tell(t *rapid.T) {
	x.events++
	e := stockEvent(x.sku(t), rapid.SampledFrom([]string{"", "beijing", "hangzhou"}).Draw(t, "warehouse"),
		rapid.Int64Range(0, 30).Draw(t, "available"), x.m.now-10*rapid.Int64Range(0, 2).Draw(t, "late"))
	if _, fault := x.l.Apply(e, seenAt); fault != nil {
		t.Fatal(fault)
	}
	f := x.m.figures[e.SKU]
	if old, told := f[e.Warehouse]; !told || e.At >= old.At {
		f[e.Warehouse] = *e
	}
}

func (x *reservationMachine) reserve(t *rapid.T) {
	x.events++
	r := asked(fmt.Sprint("r", x.events), x.user(t), x.sku(t), rapid.Int64Range(1, 8).Draw(t, "quantity"))
	r.Until = x.m.now + 10*rapid.Int64Range(1, 6).Draw(t, "long")
	if rapid.IntRange(0, 4).Draw(t, "again") == 0 {
		r.ID = x.some(t)
	}
	before := x.m.clone()
	got, err := x.l.Reserve(at(x.m.now), r)
	left, known := x.m.free(r.SKU)
	if old, was := x.m.held[r.ID]; was {
		if got != old {
			t.Fatalf("the same again is %+v, was %+v", got, old)
		}
		return
	}
	if (err == nil) != (known && r.Quantity <= left) {
		t.Fatalf("%d reserved of %d (%v): %v", r.Quantity, left, known, err)
	}
	if err != nil {
		return
	}
	r.Product, r.State, r.At, r.Version = Demo().BySKU(r.SKU).ID, live.ReservationOpen, x.m.now, 1
	// Which warehouse has most left follows from the judge's own books.
	most := r.Quantity - 1
	for _, w := range slices.Sorted(maps.Keys(x.m.basis(r.SKU))) {
		free := x.m.figures[r.SKU][w].Available
		for _, o := range x.m.held {
			if o.SKU == r.SKU && o.Warehouse == w {
				free -= x.m.holds(o)
			}
		}
		if w != "" && free > most {
			most, r.Warehouse = free, w
		}
	}
	if got != r {
		t.Fatalf("reserved %+v, want %+v", got, r)
	}
	x.m.held[r.ID] = r
	x.changed(before, r.ID)
}

func (x *reservationMachine) confirm(t *rapid.T) {
	id, until := x.some(t), x.m.now+10*rapid.Int64Range(1, 6).Draw(t, "long")
	before := x.m.clone()
	got, err := x.l.Confirm(at(x.m.now), id, until)
	r, was := x.m.held[id]
	pending := r.State == live.ReservationOpen || r.State == live.ReservationConfirmed
	gone := !was || r.State == live.ReservationReleased || pending && r.Until <= x.m.now
	if !gone && r.State == live.ReservationOpen {
		r.State, r.At, r.Until = live.ReservationConfirmed, x.m.now, until
		r = x.m.change(r)
		x.changed(before, id)
	}
	if got != r || (err != nil) != gone {
		t.Fatalf("confirmed %+v (%v), want %+v", got, err, r)
	}
}

func (x *reservationMachine) release(t *rapid.T) {
	id := x.some(t)
	before := x.m.clone()
	got, err := x.l.Release(at(x.m.now), id)
	r, was := x.m.held[id]
	if r.State == live.ReservationOpen || r.State == live.ReservationConfirmed {
		r.State, r.At = live.ReservationReleased, x.m.now
		r = x.m.change(r)
		x.changed(before, id)
	}
	if got != r || (err == nil) != (was && r.State == live.ReservationReleased) {
		t.Fatalf("released %+v (%v), want %+v", got, err, r)
	}
}

func (x *reservationMachine) order(t *rapid.T) {
	state := rapid.SampledFrom([]live.OrderState{live.OrderCreated, live.OrderPaid, live.OrderCancelled, live.OrderRefunded}).Draw(t, "state")
	e := orderOf(fmt.Sprint("o", rapid.IntRange(1, 4).Draw(t, "order")), x.user(t), x.sku(t), rapid.Int64Range(1, 9).Draw(t, "quantity"),
		state, x.m.now-10*rapid.Int64Range(0, 3).Draw(t, "late"))
	old, known := x.m.orders[e.ID]
	if known { // an order stays one user's, for one SKU
		e.User, e.SKU = old.event.User, old.event.SKU
	}
	before := x.m.clone()
	was, is, changed := x.l.Order(at(x.m.now), e)
	if known && e.At < old.event.At {
		if changed {
			t.Fatalf("an order's earlier state changed %+v", is)
		}
		return
	}
	placed := state == live.OrderCreated || state == live.OrderPaid
	next := plainOrder{event: *e, took: old.took}
	var want live.Reservation
	switch {
	case !known && placed:
		var mine []live.Reservation
		for _, r := range x.m.held {
			if r.User.User == e.User && r.SKU == e.SKU && (r.State == live.ReservationOpen || r.State == live.ReservationConfirmed) {
				mine = append(mine, r)
			}
		}
		if len(mine) > 0 {
			want = slices.MinFunc(mine, func(a, b live.Reservation) int {
				return cmp.Or(cmp.Compare(b.State, a.State), cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID))
			})
			want.State, want.At, want.Order, want.Quantity = live.ReservationOrdered, e.At, e.ID, min(want.Quantity, e.Quantity)
			next.took = want.ID
		}
	case known && !placed && x.m.held[old.took].State == live.ReservationOrdered:
		want = x.m.held[old.took]
		want.State, want.At = live.ReservationReleased, x.m.now
	}
	x.m.orders[e.ID] = next
	if changed != (want.ID != "") {
		t.Fatalf("order %+v changed %+v, want %+v", e, is, want)
	}
	if changed {
		want = x.m.change(want)
		if is != want || was != before.held[want.ID] {
			t.Fatalf("order %+v changed %+v to %+v, want %+v", e, was, is, want)
		}
		x.changed(before, want.ID)
	}
}

func (x *reservationMachine) expire(t *rapid.T) {
	x.m.now += 10 * rapid.Int64Range(-1, 3).Draw(t, "passes")
	x.l.Expire(at(x.m.now))
	for _, r := range x.m.held {
		if (r.State == live.ReservationOpen || r.State == live.ReservationConfirmed) && r.Until <= x.m.now {
			r.State, r.At = live.ReservationReleased, x.m.now
			x.m.change(r)
		}
	}
	x.undo = nil
}

func (x *reservationMachine) fail(t *rapid.T) {
	if x.undo == nil {
		t.Skip("nothing to undo")
	}
	x.undo()
	x.undo = nil
}

// restart builds the ledger anew from what is stored, in any order.
func (x *reservationMachine) restart(t *rapid.T) {
	var records []live.Record
	for _, f := range x.m.figures {
		for _, e := range f {
			records = append(records, live.Record{Kind: live.RecordFact, Event: &e, Received: e.At})
		}
	}
	for _, r := range x.m.held {
		records = append(records, live.Record{Kind: live.RecordReservation, User: r.User, Reservation: &r})
	}
	for _, o := range x.m.orders {
		records = append(records, live.Record{Kind: live.RecordFact, Event: &o.event, Received: o.event.At})
	}
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
	random.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	x.l = NewLedger(Demo())
	if n := x.l.Restore(records...); n != len(records) {
		t.Fatalf("%d of %d records were taken", n, len(records))
	}
	x.undo = nil
}

// check compares everything that can be asked of the ledger with the judge.
func (x *reservationMachine) check(t *rapid.T) {
	for _, sku := range modelSKUs {
		onHand, open, confirmed, ordered, known := x.m.sums(sku)
		o, c, d := x.l.Held(sku)
		if o != open || c != confirmed || d != ordered {
			t.Fatalf("%s: held %d, %d, %d; want %d, %d, %d", sku, o, c, d, open, confirmed, ordered)
		}
		want := int64(-1)
		if known {
			want = max(0, onHand-open-confirmed-ordered)
		}
		if got := left(x.l, sku); got != want {
			t.Fatalf("%s: %d are left, want %d: %+v", sku, got, want, x.l.Stock(Demo().BySKU(sku).ID))
		}
		if !slices.IsSortedFunc(stockLevels(x.l, sku), compareLevels) {
			t.Fatalf("levels out of order: %+v", stockLevels(x.l, sku))
		}
	}
	for id, want := range x.m.held {
		if got, known := x.l.Reservation(id); got != want || !known {
			t.Fatalf("%s is %+v, want %+v", id, got, want)
		}
	}
	if len(x.l.holds) != len(x.m.held) {
		t.Fatalf("the ledger knows %d reservations, want %d", len(x.l.holds), len(x.m.held))
	}
}

func stockLevels(l *Ledger, sku live.SKU) []live.StockLevel {
	if ps := l.Stock(Demo().BySKU(sku).ID); ps != nil {
		return ps.Levels
	}
	return nil
}

// Whatever happens, the ledger says what follows from what is stored; and between two figures what is on hand is what is
// left and what is held.
func TestTheLedgerAgreesWithAPlainModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := &reservationMachine{l: NewLedger(Demo()), m: plainShop{
			now: 1_000_000, held: map[live.ReservationID]live.Reservation{}, orders: map[live.EventID]plainOrder{},
			figures: map[live.SKU]map[string]live.Event{"DEMO-1": {}, "DEMO-3": {}},
		}}
		for range rapid.IntRange(0, 4).Draw(t, "figures") {
			x.tell(t)
		}
		// step does something, after which what is held and left must make up what is on hand, if it did before.
		step := func(do func(*rapid.T)) func(*rapid.T) {
			return func(t *rapid.T) {
				short := map[live.SKU]bool{}
				for _, sku := range modelSKUs {
					free, known := x.m.free(sku)
					short[sku] = !known || free < 0
				}
				do(t)
				for _, sku := range modelSKUs {
					onHand, _, _, _, _ := x.m.sums(sku)
					o, c, d := x.l.Held(sku)
					if !short[sku] && onHand != left(x.l, sku)+o+c+d {
						t.Fatalf("%s: %d on hand, %d left, %d open, %d confirmed, %d ordered", sku, onHand, left(x.l, sku), o, c, d)
					}
				}
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"tell": x.tell, "reserve": step(x.reserve), "reserve more": step(x.reserve), "confirm": step(x.confirm), "release": step(x.release),
			"order": step(x.order), "order more": step(x.order), "expire": step(x.expire), "fail": step(x.fail), "fail more": step(x.fail), "restart": step(x.restart), "": x.check,
		})
	})
}
