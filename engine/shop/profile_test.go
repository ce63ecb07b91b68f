package shop

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"liveroom/engine/live"
)

const day = int64(24 * time.Hour / time.Millisecond)

var today = time.UnixMilli(1000 * day)

// bought is an order of user u in room r that came into its state so many days ago.
func bought(id string, state live.OrderState, yuan, daysAgo int64) *live.Event {
	return &live.Event{
		Type: live.OrderUpdate, ID: live.EventID(id), Room: "r", User: "u", State: state, AmountFen: yuan * 100, At: today.UnixMilli() - daysAgo*day,
	}
}

func TestVIP(t *testing.T) {
	const paid, refunded, cancelled, created = live.OrderPaid, live.OrderRefunded, live.OrderCancelled, live.OrderCreated
	four := func(yuan, days int64) (all []*live.Event) {
		for i := range 4 {
			all = append(all, bought(fmt.Sprint("o", i), paid, yuan, days))
		}
		return all
	}
	for _, c := range []struct {
		name   string
		orders []*live.Event
		want   bool
	}{
		{"nothing", nil, false},
		{"500 lately", []*live.Event{bought("a", paid, 500, 1)}, false},
		{"501 lately", []*live.Event{bought("a", paid, 501, 1)}, true},
		{"501 in two", []*live.Event{bought("a", paid, 250, 1), bought("b", paid, 251, 29)}, true},
		{"501, 30 days ago", []*live.Event{bought("a", paid, 501, 30)}, false},
		{"501 not paid", []*live.Event{bought("a", created, 501, 1)}, false},
		{"501 refunded", []*live.Event{bought("a", paid, 501, 2), bought("a", refunded, 501, 1)}, false},
		{"501 refunded, told before", []*live.Event{bought("a", refunded, 501, 1), bought("a", paid, 501, 2)}, false},
		{"501 cancelled", []*live.Event{bought("a", paid, 501, 2), bought("a", cancelled, 0, 1)}, false},
		{"501 told twice is 501", []*live.Event{bought("a", paid, 300, 2), bought("a", paid, 300, 2)}, false},
		{"often and much, the last lately", append(four(300, 40), bought("l", paid, 1, 29)), true},
		{"often and much, the last long ago", append(four(300, 40), bought("l", paid, 1, 30)), false},
		{"3 orders", append(four(600, 40)[:2], bought("l", paid, 1, 1)), false},
		{"4 orders", append(four(600, 40)[:3], bought("l", paid, 1, 1)), true},
		{"1000 in all", append(four(249, 40), bought("l", paid, 4, 1)), false},
		{"1001 in all", append(four(249, 40), bought("l", paid, 5, 1)), true},
	} {
		p := NewProfiles(0)
		for _, e := range c.orders {
			p.Order(e)
		}
		if got := p.VIP(today, live.UserKey{Room: "r", User: "u"}); got != c.want {
			t.Errorf("%s: VIP is %v, want %v", c.name, got, c.want)
		}
		if p.VIP(today, live.UserKey{Room: "r", User: "v"}) || p.VIP(today, live.UserKey{Room: "s", User: "u"}) {
			t.Errorf("%s: somebody else is a VIP", c.name)
		}
	}
}

func TestAnOrderWithoutRoomIsTheUsersEverywhere(t *testing.T) {
	p := NewProfiles(0)
	e := bought("a", live.OrderPaid, 300, 1)
	e.Room = ""
	p.Order(e)
	p.Order(bought("b", live.OrderPaid, 300, 1))
	if !p.VIP(today, live.UserKey{Room: "r", User: "u"}) || p.VIP(today, live.UserKey{Room: "s", User: "u"}) {
		t.Error("want a VIP where the other 300 yuan were spent, and none elsewhere")
	}
	p.Order(&live.Event{Type: live.StockUpdate, User: "u"})
	p.Order(&live.Event{Type: live.OrderUpdate, State: live.OrderPaid, AmountFen: 1e9})
	if p.Len() != 2 {
		t.Errorf("%d users, want 2", p.Len())
	}
}

func TestManyOrdersAndUsersAreBounded(t *testing.T) {
	p := NewProfiles(3)
	for i := range 1000 {
		p.Order(bought(fmt.Sprint("o", i), live.OrderPaid, 2, 900-int64(i)/2))
	}
	u := p.users[p.key(live.UserKey{Room: "r", User: "u"})]
	if len(u.orders) != maxOrders || u.older != 1000-maxOrders || u.olderFen != (1000-maxOrders)*200 {
		t.Errorf("%d orders and %d older ones for %d fen", len(u.orders), u.older, u.olderFen)
	}
	p.Order(bought("l", live.OrderPaid, 1, 1))
	if !p.VIP(today, live.UserKey{Room: "r", User: "u"}) {
		t.Error("old orders no longer count")
	}
	for _, user := range []live.UserID{"a", "b", "u", "c"} {
		e := bought("x"+string(user), live.OrderPaid, 600, 1)
		e.User = user
		p.Order(e)
	}
	if got := []bool{p.VIP(today, live.UserKey{Room: "r", User: "a"}), p.VIP(today, live.UserKey{Room: "r", User: "b"}), p.VIP(today, live.UserKey{Room: "r", User: "u"})}; got[0] || !got[1] || !got[2] || p.Len() != 3 {
		t.Errorf("a, b and u are %v, of %d users; want the one heard of longest ago forgotten", got, p.Len())
	}
}

func TestRestoringOrdersInAnyOrderGivesTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var records []live.Record
		for i := range rapid.IntRange(1, 10).Draw(t, "orders") {
			id := fmt.Sprint("o", rapid.IntRange(0, 4).Draw(t, "id"))
			state := live.OrderState(rapid.IntRange(1, 4).Draw(t, "state"))
			e := bought(id, state, rapid.Int64Range(1, 600).Draw(t, "yuan"), 0)
			e.At -= rapid.Int64Range(0, 40).Draw(t, "days")*day + int64(i) // no two at the same time
			records = append(records, live.Record{Kind: live.RecordFact, Event: e})
		}
		a, b := NewProfiles(0), NewProfiles(0)
		if got := a.Restore(append(records, live.Record{}, live.Record{Event: &live.Event{Type: live.StockUpdate}})...); got != len(records) {
			t.Fatalf("took %d of %d", got, len(records))
		}
		b.Restore(rapid.Permutation(records).Draw(t, "shuffled")...)
		k := live.UserKey{Room: "r", User: "u"}
		if x, y := a.VIP(today, k), b.VIP(today, k); x != y {
			t.Fatalf("VIP is %v in one order and %v in another", x, y)
		}
	})
}

func BenchmarkVIP(b *testing.B) {
	p := NewProfiles(0)
	for i := range maxOrders {
		p.Order(bought(fmt.Sprint("o", i), live.OrderPaid, 2, 1))
	}
	k := live.UserKey{Room: "r", User: "u"}
	b.ReportAllocs()
	for b.Loop() {
		p.VIP(today, k)
	}
}
