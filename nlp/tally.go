package nlp

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
)

// tally counts readings by intent: a reading costs two additions, an unsure one three. It is a collector of its own, since
// a summary of a library would take a lock for each.
type tally struct {
	intents [live.Intents + 1]struct {
		texts, unsure atomic.Uint64
		confidence    atomic.Uint64 // summed, in parts of confidenceParts
	}
	confidence, unsure *prometheus.Desc
}

const confidenceParts = 10_000

func newTally() *tally {
	return &tally{
		confidence: prometheus.NewDesc("liveroom_nlp_intent_confidence_ratio", "Confidence of readings, by intent.", []string{"intent"}, nil),
		unsure:     prometheus.NewDesc("liveroom_nlp_unsure_total", "Readings whose confidence was below the threshold of their intent.", []string{"intent"}, nil),
	}
}

// add counts a reading. Hot path: TestTallyAllocatesNothing.
func (t *tally) add(r *live.Reading) {
	if int(r.Intent) >= len(t.intents) {
		return
	}
	one := &t.intents[r.Intent]
	one.texts.Add(1)
	one.confidence.Add(uint64(max(0, r.Confidence)*confidenceParts + .5))
	if r.Unsure {
		one.unsure.Add(1)
	}
}

// Describe implements prometheus.Collector.
func (t *tally) Describe(to chan<- *prometheus.Desc) { to <- t.confidence; to <- t.unsure }

// Collect implements prometheus.Collector. An intent that was never read is left out.
func (t *tally) Collect(to chan<- prometheus.Metric) {
	for i := range t.intents {
		one := &t.intents[i]
		n := one.texts.Load()
		if n == 0 {
			continue
		}
		name := live.Intent(i).String()
		sum := float64(one.confidence.Load()) / confidenceParts
		to <- prometheus.MustNewConstSummary(t.confidence, n, sum, nil, name)
		to <- prometheus.MustNewConstMetric(t.unsure, prometheus.CounterValue, float64(one.unsure.Load()), name)
	}
}
