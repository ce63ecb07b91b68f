package engine

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/shop"
	"liveroom/engine/shop/knowledge"
)

// shopMetrics are the figures of what the shop holds and knows. A node has one shop, so none is labelled with it. Every method
// may be called on nil, which counts nothing.
type shopMetrics struct {
	reserve *prometheus.CounterVec // what became of wishes to reserve, by result
	ended   *prometheus.CounterVec // reservations that changed, by what became of them
	asked   [2]prometheus.Counter  // questions that the knowledge base was asked: missed, hit
}

const shopPrefix = "liveroom_shop_"

// newShopMetrics registers the figures. What can be counted when somebody looks is counted then.
func newShopMetrics(reg prometheus.Registerer, l *shop.Ledger, known *wisdom) *shopMetrics {
	vec := func(name, help, label string, values ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: shopPrefix + name, Help: help}, []string{label})
		for _, value := range values {
			v.WithLabelValues(value)
		}
		reg.MustRegister(v)
		return v
	}
	m := &shopMetrics{
		reserve: vec("reserve_total", "Wishes to reserve pieces in dialogues, by what became of them.", "result",
			"held", "short", "stock_unknown", "quantity", "gone", "other"),
		ended: vec("reservations_total", "Reservations by what became of them.", "became", "confirmed", "released", "expired"),
	}
	asked := vec("knowledge_asked_total", "Questions that the knowledge base was asked, by whether it had an answer.", "result", "miss", "hit")
	m.asked = [2]prometheus.Counter{asked.WithLabelValues("miss"), asked.WithLabelValues("hit")}
	gauge := func(name, help string, labels prometheus.Labels, f func() float64) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: shopPrefix + name, Help: help, ConstLabels: labels}, f))
	}
	const pending = "Reservations that hold pieces and end by themselves, by state."
	gauge("reservations", pending, prometheus.Labels{"state": "open"}, func() float64 { open, _ := l.Pending(); return float64(open) })
	gauge("reservations", pending, prometheus.Labels{"state": "confirmed"}, func() float64 { _, confirmed := l.Pending(); return float64(confirmed) })
	entries := func() []knowledge.Entry {
		if b := known.Load(); b != nil {
			return b.Entries()
		}
		return nil
	}
	gauge("knowledge_entries", "Entries of the knowledge base.", nil, func() float64 { return float64(len(entries())) })
	gauge("knowledge_version", "Versions of all entries of the knowledge base together; it grows with every change of one.", nil, func() float64 {
		sum := uint64(0)
		for _, e := range entries() { // of one base: the next may have fewer
			sum += e.Version
		}
		return float64(sum)
	})
	return m
}

// reserved counts what became of a wish.
func (m *shopMetrics) reserved(err error) {
	if m == nil {
		return
	}
	var short *shop.NotEnoughError
	var quantity *shop.QuantityError
	result := "other"
	switch {
	case err == nil:
		result = "held"
	case errors.As(err, &short) && short.Known:
		result = "short"
	case errors.As(err, &short):
		result = "stock_unknown"
	case errors.As(err, &quantity):
		result = "quantity"
	case errors.Is(err, shop.ErrReservationGone):
		result = "gone"
	}
	m.reserve.WithLabelValues(result).Inc()
}

// became counts reservations that were confirmed, released or expired.
func (m *shopMetrics) became(what string, n int) {
	if m != nil && n > 0 {
		m.ended.WithLabelValues(what).Add(float64(n))
	}
}

// answered counts a question to the knowledge base.
func (m *shopMetrics) answered(hit bool) {
	switch {
	case m == nil:
	case hit:
		m.asked[1].Inc()
	default:
		m.asked[0].Inc()
	}
}
