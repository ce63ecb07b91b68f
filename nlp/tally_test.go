package nlp

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
)

func TestTallyCountsByIntent(t *testing.T) {
	c, reg := newTally(), prometheus.NewPedanticRegistry()
	reg.MustRegister(c)
	c.add(&live.Reading{Intent: live.IntentStock, Confidence: .9})
	c.add(&live.Reading{Intent: live.IntentStock, Confidence: .5, Unsure: true})
	c.add(&live.Reading{Intent: live.IntentUnknown, Unsure: true})
	c.add(&live.Reading{Intent: 255, Confidence: 1}) // there is no such intent
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	type row struct{ texts, sum, unsure float64 }
	got := map[string]row{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			intent := m.GetLabel()[0].GetValue()
			r := got[intent]
			if s := m.GetSummary(); s != nil {
				r.texts, r.sum = float64(s.GetSampleCount()), s.GetSampleSum()
			} else {
				r.unsure = m.GetCounter().GetValue()
			}
			got[intent] = r
		}
	}
	if len(got) != 2 || got["stock"] != (row{2, 1.4, 1}) || got["unknown"] != (row{1, 0, 1}) {
		t.Errorf("counted %+v, want stock twice with 1.4 in sum and once unsure, and unknown once", got)
	}
}

func TestTallyAllocatesNothing(t *testing.T) {
	c, r := newTally(), &live.Reading{Intent: live.IntentStock, Confidence: .9, Unsure: true}
	if n := testing.AllocsPerRun(100, func() { c.add(r) }); n != 0 {
		t.Errorf("a reading costs %v allocations, want none", n)
	}
}
