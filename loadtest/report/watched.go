package report

import (
	"math"
)

// Watched is what it costs a server that people look at its console, from stretches of one run with and without them.
type Watched struct {
	Pages    int         `json:"pages"`
	EveryS   float64     `json:"every_s"` // length of a stretch
	Closed   []Share     `json:"closed"`  // stretches without a page, in order
	Open     []Share     `json:"open"`    // with pages, each after the one of Closed at its place and before the next
	Bytes    int64       `json:"bytes"`   // sent to the pages, before compression
	ClosedMs Percentiles `json:"closed_ms"`
	OpenMs   Percentiles `json:"open_ms"`
	// Ratio is how many times the CPU of a message costs while pages are open, From to To the interval in which the true ratio
	// lies with 95 % confidence.
	Ratio float64 `json:"ratio"`
	From  float64 `json:"from"`
	To    float64 `json:"to"`
}

// Share is what a server did in a stretch.
type Share struct {
	CPUSeconds float64 `json:"cpu_seconds"`
	Messages   float64 `json:"messages"`
}

func (s Share) each() float64 { return s.CPUSeconds / s.Messages }

// Weigh works the ratio out: each open stretch is held against the mean of the closed ones around it, so that a machine that
// grows slower or faster for everybody does not count. The interval is Student's of the logarithms of these ratios
// ("Student", 1908); it is not there for fewer than two pairs.
func (w *Watched) Weigh() {
	var logs []float64
	for i, open := range w.Open {
		if i+1 >= len(w.Closed) || open.Messages == 0 || w.Closed[i].Messages == 0 || w.Closed[i+1].Messages == 0 {
			continue
		}
		if r := open.each() / ((w.Closed[i].each() + w.Closed[i+1].each()) / 2); r > 0 && !math.IsInf(r, 0) {
			logs = append(logs, math.Log(r))
		}
	}
	n := float64(len(logs))
	if n == 0 {
		return
	}
	mean, squares := 0.0, 0.0
	for _, l := range logs {
		mean += l / n
	}
	for _, l := range logs {
		squares += (l - mean) * (l - mean)
	}
	w.Ratio = math.Exp(mean)
	if n < 2 {
		return
	}
	half := student(len(logs)-1) * math.Sqrt(squares/(n-1)/n)
	w.From, w.To = math.Exp(mean-half), math.Exp(mean+half)
}

// student returns the 97.5th percentile of Student's distribution.
func student(freedom int) float64 {
	table := [...]float64{
		12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101,
		2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
	}
	if freedom > len(table) {
		return 1.96 + 2.5/float64(freedom) // within 0.001 of the distribution's
	}
	return table[freedom-1]
}

func (p *printer) watched(w *Watched) {
	if w == nil {
		return
	}
	p.line("\nwatched: %d pages of the console, open in every other stretch of %.0f s", w.Pages, w.EveryS)
	cost := func(all []Share) (µs float64) {
		cpu, messages := 0.0, 0.0
		for _, s := range all {
			cpu, messages = cpu+s.CPUSeconds, messages+s.Messages
		}
		return cpu / max(1, messages) * 1e6
	}
	p.line("  CPU          %.1f µs a message closed, %.1f µs open", cost(w.Closed), cost(w.Open))
	if w.To > 0 {
		p.line("  open/closed  %.3f, with 95 %% confidence %.3f to %.3f, from %d pairs", w.Ratio, w.From, w.To, len(w.Open))
	} else {
		p.line("  open/closed  %.3f, too few stretches for an interval", w.Ratio)
	}
	p.line("  latency      p50 %.2f and p99 %.2f ms closed, %.2f and %.2f ms open", w.ClosedMs.P50, w.ClosedMs.P99, w.OpenMs.P50, w.OpenMs.P99)
	p.line("  sent to them %.1f kB/s a page", float64(w.Bytes)/1024/max(1, float64(w.Pages)*w.EveryS*float64(len(w.Open))))
}
