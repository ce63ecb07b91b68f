package console

import (
	"maps"
	"math"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// histogram is what a histogram counted, by the upper bounds of its buckets, not cumulated.
type histogram struct {
	bounds []float64 // ascending; what is above the last is in counts[len(bounds)]
	counts []uint64
}

func histogramOf(h *dto.Histogram) histogram {
	var out histogram
	var below uint64
	for _, b := range h.GetBucket() {
		if math.IsInf(b.GetUpperBound(), 1) {
			continue
		}
		out.bounds = append(out.bounds, b.GetUpperBound())
		out.counts = append(out.counts, b.GetCumulativeCount()-below)
		below = b.GetCumulativeCount()
	}
	out.counts = append(out.counts, h.GetSampleCount()-below)
	return out
}

// minus returns what was counted since before; of another shape, or after a reset, before counts as nothing.
func (h histogram) minus(before histogram) histogram {
	if !slices.Equal(h.bounds, before.bounds) {
		return h
	}
	d := histogram{bounds: h.bounds, counts: slices.Clone(h.counts)}
	for i := range d.counts {
		if before.counts[i] > d.counts[i] {
			return h
		}
		d.counts[i] -= before.counts[i]
	}
	return d
}

func (h histogram) total() (n uint64) {
	for _, c := range h.counts {
		n += c
	}
	return n
}

// quantile returns the value that a share q of what was counted does not exceed, by a straight line within its bucket,
// and false when nothing was counted. Nothing is below least; what lies beyond the last bound is told as that bound.
func (h histogram) quantile(q, least float64) (float64, bool) {
	n := h.total()
	if n == 0 || len(h.bounds) == 0 {
		return 0, false
	}
	rank := q * float64(n)
	below, lower := 0.0, least
	for i, upper := range h.bounds {
		c := float64(h.counts[i])
		if c > 0 && below+c >= rank {
			return lower + (upper-lower)*math.Max(0, rank-below)/c, true
		}
		below, lower = below+c, upper
	}
	return h.bounds[len(h.bounds)-1], true
}

// within returns the share of what was counted that did not exceed a bound of a bucket, and false when nothing was
// counted or there is no such bucket.
func (h histogram) within(bound float64) (float64, bool) {
	at, ok := slices.BinarySearch(h.bounds, bound)
	n := h.total()
	if !ok || n == 0 {
		return 0, false
	}
	var in uint64
	for _, c := range h.counts[:at+1] {
		in += c
	}
	return float64(in) / float64(n), true
}

// counted is what the metrics said at one moment, by name and the one label that tells series of a name apart.
type counted struct {
	values     map[series]float64
	histograms map[series]histogram
}

// series names one time series: a metric, and the value of its label, "" when it has none; of several, in the order of their
// names, with a slash between.
type series struct{ name, label string }

func countedOf(families []*dto.MetricFamily) counted {
	c := counted{values: make(map[series]float64), histograms: make(map[series]histogram)}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			s := series{name: f.GetName()}
			if l := m.GetLabel(); len(l) == 1 {
				s.label = l[0].GetValue()
			} else if len(l) > 1 {
				values := make([]string, len(l))
				for i := range l {
					values[i] = l[i].GetValue()
				}
				s.label = strings.Join(values, "/")
			}
			switch {
			case m.GetSummary() != nil:
				c.values[series{s.name + "_count", s.label}] = float64(m.GetSummary().GetSampleCount())
				c.values[series{s.name + "_sum", s.label}] = m.GetSummary().GetSampleSum()
			case m.GetHistogram() != nil:
				c.histograms[s] = histogramOf(m.GetHistogram())
			case m.GetCounter() != nil:
				c.values[s] = m.GetCounter().GetValue()
			case m.GetGauge() != nil:
				c.values[s] = m.GetGauge().GetValue()
			}
		}
	}
	return c
}

// labels returns the labels of a metric, sorted.
func (c counted) labels(name string) []string {
	found := make(map[string]bool)
	for s := range c.values {
		if s.name == name {
			found[s.label] = true
		}
	}
	for s := range c.histograms {
		if s.name == name {
			found[s.label] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// sum adds up all series of a metric, and tells whether there is one.
func (c counted) sum(name string) (v float64, ok bool) {
	for s, one := range c.values {
		if s.name == name {
			v, ok = v+one, true
		}
	}
	return v, ok
}
