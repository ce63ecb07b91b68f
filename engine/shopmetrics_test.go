package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
	"liveroom/engine/shop"
	"liveroom/engine/shop/knowledge"
)

// TestShopMetrics reserves, is refused, confirms and lets run out, and asks what is counted.
func TestShopMetrics(t *testing.T) {
	l, known, reg := shop.NewLedger(shop.Demo()), new(wisdom), prometheus.NewRegistry()
	base, _ := knowledge.New(0).Update(knowledge.Demo(), 1)
	known.Store(base)
	m := newShopMetrics(reg, l, known)
	now := time.UnixMilli(1_790_000_000_000)
	s := stock{l, m}
	reserve := func(id string, quantity int64) {
		s.Reserve(now, live.Reservation{
			ID: live.ReservationID(id), User: live.UserKey{Room: "demo", User: "u"}, SKU: "DEMO-3", Quantity: quantity, Until: now.Add(time.Minute).UnixMilli(),
		})
	}
	reserve("a", 1) // no figure yet
	if _, fault := l.Apply(&live.Event{Type: live.StockUpdate, SKU: "DEMO-3", Available: 5, At: now.UnixMilli()}, now); fault != nil {
		t.Fatal(fault)
	}
	for i, quantity := range []int64{2, 1, 1, 3, 0} {
		reserve(fmt.Sprint("r", i), quantity)
	}
	s.Confirm(now, "r0", now.Add(time.Hour).UnixMilli())
	s.Release(now, "r1")
	expect := func(want map[string]float64) {
		t.Helper()
		all, err := reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		got := make(map[string]float64)
		for _, f := range all {
			for _, one := range f.GetMetric() {
				name := strings.TrimPrefix(f.GetName(), shopPrefix)
				for _, label := range one.GetLabel() {
					name += " " + label.GetValue()
				}
				got[name] = one.GetCounter().GetValue() + one.GetGauge().GetValue()
			}
		}
		for name, n := range want {
			if got[name] != n {
				t.Errorf("%s is %v, want %v", name, got[name], n)
			}
		}
	}
	entries := float64(len(knowledge.Demo()))
	expect(map[string]float64{
		"reserve_total held": 3, "reserve_total stock_unknown": 1, "reserve_total short": 1, "reserve_total quantity": 1,
		"reservations open": 1, "reservations confirmed": 1, "reservations_total confirmed": 1, "reservations_total released": 1,
		"knowledge_entries": entries, "knowledge_version": entries,
	})
	m.became("expired", len(l.Expire(now.Add(2*time.Minute))))
	m.answered(true)
	m.answered(false)
	expect(map[string]float64{
		"reservations open": 0, "reservations confirmed": 1, "reservations_total expired": 1,
		"knowledge_asked_total hit": 1, "knowledge_asked_total miss": 1,
	})
}
