package report

import (
	"fmt"
	"io"
)

// Figure is one figure of two runs side by side. A ratio above 1 says that B costs more or takes longer; Normal is the
// ratio after each figure was divided by what its machine needed for the calibration, so that machines compare.
type Figure struct {
	Name   string
	A, B   float64
	Ratio  float64
	Normal float64
}

// Compare sets the costs and latencies of two runs side by side. Figures missing in either are left out.
func Compare(a, b *Report) []Figure {
	var all []Figure
	add := func(name string, of func(*Report) float64, unit func(*Report) float64) {
		f := Figure{Name: name, A: of(a), B: of(b)}
		if f.A <= 0 || f.B <= 0 {
			return
		}
		f.Ratio = f.B / f.A
		f.Normal = f.Ratio
		if ua, ub := unit(a), unit(b); ua > 0 && ub > 0 {
			f.Normal = f.Ratio * ua / ub
		}
		all = append(all, f)
	}
	cpu := func(r *Report) float64 { return r.Calibration.CPUUs }
	wait := func(r *Report) float64 { return r.Calibration.P50Us }
	one := func(*Report) float64 { return 1 }
	add("rate reached /s", func(r *Report) float64 { return r.Rate.Reached }, one)
	add("server CPU µs per message", func(r *Report) float64 { return r.Server.CPUUsMessage }, cpu)
	add("server CPU µs per event", func(r *Report) float64 { return r.Server.CPUUsEvent }, cpu)
	add("server memory MB", func(r *Report) float64 { return r.Server.RSSAfterMB }, one)
	add("generator CPU cores", func(r *Report) float64 { return r.Generator.CPUShare }, cpu)
	for _, kind := range latencyOrder {
		add(kind+" p50 ms", func(r *Report) float64 { return r.Latency[kind].P50 }, wait)
		add(kind+" p99 ms", func(r *Report) float64 { return r.Latency[kind].P99 }, wait)
	}
	return all
}

// CompareText writes Compare for people, with a warning for each way in which the runs are not of one kind.
func CompareText(w io.Writer, a, b *Report) error {
	p := &printer{w: w}
	p.line("A  %s  %s  commit %s  %s", a.Scenario, a.Started.UTC().Format("2006-01-02 15:04"), orUnknown(a.Commit), a.Machine.CPU)
	p.line("B  %s  %s  commit %s  %s", b.Scenario, b.Started.UTC().Format("2006-01-02 15:04"), orUnknown(b.Commit), b.Machine.CPU)
	p.line("calibration: an echo costs %.2f µs CPU on A, %.2f on B", a.Calibration.CPUUs, b.Calibration.CPUUs)
	if a.Scenario != b.Scenario || a.Rate.Asked != b.Rate.Asked || a.Load.Viewers != b.Load.Viewers {
		p.line("warning: the runs asked for different loads")
	}
	for i, r := range []*Report{a, b} {
		if !r.Verdict.Valid {
			p.line("warning: %c is not valid as evidence", "AB"[i])
		}
	}
	p.line("\n%-28s %12s %12s %8s %12s", "", "A", "B", "B/A", "normalised")
	for _, f := range Compare(a, b) {
		p.line("%-28s %12s %12s %8.2f %12.2f", f.Name, fmt.Sprintf("%.4g", f.A), fmt.Sprintf("%.4g", f.B), f.Ratio, f.Normal)
	}
	return p.err
}
