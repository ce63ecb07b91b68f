package nlp

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
)

// why is the reason for which a text was not read by the model. It is a closed set of metric labels.
type why uint8

const (
	whyLate    why = iota // its deadline came near
	whyFull               // the queue was full
	whyFailed             // the model's run failed
	whyAway               // no model or no runtime
	whyStopped            // the service does not run
	whys
)

var whyNames = [whys]string{whyLate: "late", whyFull: "full", whyFailed: "failed", whyAway: "away", whyStopped: "stopped"}

type metrics struct {
	texts     [live.DecidedByRules + 1]prometheus.Counter
	tally     *tally
	fallbacks [whys]prometheus.Counter
	batch     prometheus.Histogram
	run       prometheus.Histogram
	late      prometheus.Counter
	failures  prometheus.Counter
	feelings  prometheus.Counter // failed runs of the sentiment part
	feel      prometheus.Histogram
	swapped   prometheus.Counter
	refused   prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, s *Service) (*metrics, error) {
	m := &metrics{tally: newTally()}
	var all []prometheus.Collector
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
		all = append(all, c)
		return c
	}
	gauge := func(name, help string, read func() float64) {
		all = append(all, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
	}
	vector := func(name, help, label string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
		all = append(all, v)
		return v
	}
	texts := vector("liveroom_nlp_texts_total", "Texts read, by the stage that decided.", "decided_by")
	for d := live.DecidedByKeyword; d <= live.DecidedByRules; d++ {
		m.texts[d] = texts.WithLabelValues(d.String())
	}
	fallbacks := vector("liveroom_nlp_fallbacks_total", "Texts that the model did not read, by reason.", "reason")
	for w, name := range whyNames {
		m.fallbacks[w] = fallbacks.WithLabelValues(name)
	}
	m.late = counter("liveroom_nlp_late_results_total", "Model results discarded because the text had been answered.")
	m.failures = counter("liveroom_nlp_run_failures_total", "Runs of the model that failed.")
	m.feelings = counter("liveroom_nlp_sentiment_failures_total", "Runs of the model's sentiment part that failed.")
	swaps := vector("liveroom_nlp_swaps_total", "New models offered, by what became of them.", "result")
	m.swapped, m.refused = swaps.WithLabelValues("taken"), swaps.WithLabelValues("refused")
	m.batch = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "liveroom_nlp_batch_texts", Help: "Texts of one run of the model.",
		Buckets: []float64{1, 2, 4, 8, 12, 16, 32, 64},
	})
	m.run = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "liveroom_nlp_run_seconds", Help: "Time of one run of the model.",
		Buckets: prometheus.ExponentialBuckets(25e-6, 2, 14),
	})
	m.feel = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "liveroom_nlp_sentiment_run_seconds", Help: "Time of one run of the model's sentiment part.",
		Buckets: prometheus.ExponentialBuckets(25e-6, 2, 14),
	})
	all = append(all, m.tally, m.batch, m.run, m.feel)
	count := func(name, help string, read func() uint64) {
		all = append(all, prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(read()) }))
	}
	count("liveroom_nlp_cache_hits_total", "Texts whose reading was in the cache.", s.hits.Load)
	count("liveroom_nlp_cache_misses_total", "Texts whose reading was not in the cache.", s.misses.Load)
	gauge("liveroom_nlp_queue_texts", "Texts that wait for the model.", func() float64 {
		waiting, _ := s.queue.depth()
		return float64(waiting)
	})
	gauge("liveroom_nlp_queue_max_texts", "Texts that may wait for the model.", func() float64 { return float64(s.config.QueueLimit) })
	gauge("liveroom_nlp_degraded_count", "1 while texts are read without the trained model or a part of it, else 0.", func() float64 {
		if s.Status().Degraded == "" {
			return 0
		}
		return 1
	})
	for _, c := range all {
		if err := reg.Register(c); err != nil {
			return nil, fmt.Errorf("register nlp metrics: %w", err)
		}
	}
	return m, nil
}
