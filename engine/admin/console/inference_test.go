package console

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// confidences is a collector of readings by intent.
type confidences map[string][2]float64

var confidenceDesc = prometheus.NewDesc("liveroom_nlp_intent_confidence_ratio", "x", []string{"intent"}, nil)

func (c confidences) Describe(to chan<- *prometheus.Desc) { to <- confidenceDesc }
func (c confidences) Collect(to chan<- prometheus.Metric) {
	for intent, n := range c {
		to <- prometheus.MustNewConstSummary(confidenceDesc, uint64(n[0]), n[1], nil, intent)
	}
}

func TestIntentsAreCountedWithTheirMeanConfidence(t *testing.T) {
	s := newStand(t)
	var none InferenceNow
	s.ask(t, "GET", "/v1/inference", "", &none)
	if none.Intents == nil || len(none.Intents) != 0 {
		t.Errorf("with nothing read the intents are %+v, want an empty list", none.Intents)
	}
	unsure := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "liveroom_nlp_unsure_total"}, []string{"intent"})
	unsure.WithLabelValues("stock").Add(2)
	s.house.reg.MustRegister(confidences{"stock": {4, 3}, "price": {10, 9.5}}, unsure)
	var n InferenceNow
	s.ask(t, "GET", "/v1/inference", "", &n)
	if len(n.Intents) != 2 || n.Intents[0].Name != "price" || *n.Intents[0].Mean != .95 || n.Intents[1].Total != 4 || *n.Intents[1].Mean != .75 || n.Intents[1].Unsure != 2 {
		t.Errorf("the intents are %+v", n.Intents)
	}
	var card Card
	if s.ask(t, "GET", "/v1/inference/card", "", &card); card.Model != "m1" || card.Text != "# Card <script>" {
		t.Errorf("the card is %+v", card)
	}
}
