package report

import (
	"math"
	"testing"
)

func TestWeigh(t *testing.T) {
	of := func(costs ...float64) (all []Share) {
		for _, c := range costs {
			all = append(all, Share{CPUSeconds: c, Messages: 1})
		}
		return all
	}
	near := func(got, want float64) bool { return math.Abs(got-want) < 0.001 }
	for name, c := range map[string]struct {
		w               Watched
		ratio, from, to float64
	}{
		"nobody looked":            {Watched{Closed: of(1)}, 0, 0, 0},
		"once":                     {Watched{Closed: of(1, 1), Open: of(1.1)}, 1.1, 0, 0},
		"always the same":          {Watched{Closed: of(1, 1, 1), Open: of(1.1, 1.1)}, 1.1, 1.1, 1.1},
		"a machine that slows":     {Watched{Closed: of(1, 3, 5), Open: of(2, 4)}, 1, 1, 1},
		"twice with a difference":  {Watched{Closed: of(1, 1, 1), Open: of(1, 1.21)}, 1.1, 1.1 * math.Exp(-12.706*0.0953), 1.1 * math.Exp(12.706*0.0953)},
		"a stretch of no messages": {Watched{Closed: []Share{{1, 1}, {1, 1}, {}}, Open: of(1.2, 9)}, 1.2, 0, 0},
	} {
		c.w.Weigh()
		if !near(c.w.Ratio, c.ratio) || !near(c.w.From, c.from) || !near(c.w.To, c.to) {
			t.Errorf("%s: %.3f, %.3f to %.3f, want %.3f, %.3f to %.3f", name, c.w.Ratio, c.w.From, c.w.To, c.ratio, c.from, c.to)
		}
	}
}
