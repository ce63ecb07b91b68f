package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Text writes r for people.
func (r *Report) Text(w io.Writer) error {
	p := &printer{w: w}
	p.head(r)
	p.rate(r)
	p.latency(r)
	p.answers(r)
	p.machines(r)
	p.verdict(r)
	return p.err
}

type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// row is one labelled line; the label column is as wide as the longest label.
func (p *printer) row(label, format string, args ...any) {
	p.line("  %-14s "+format, append([]any{label}, args...)...)
}

func (p *printer) head(r *Report) {
	p.line("%s: %s", r.Scenario, r.About)
	m := r.Machine
	p.row("machine", "%s, %d cores, %d MB, Linux %s, %s", m.CPU, m.Cores, m.MemoryMB, m.Kernel, m.Go)
	p.row("when", "%s, commit %s", r.Started.UTC().Format("2006-01-02 15:04:05 UTC"), orUnknown(r.Commit))
	p.row("calibration", "an echo costs %.2f µs CPU, p50 %.1f µs, p99 %.1f µs", r.Calibration.CPUUs, r.Calibration.P50Us, r.Calibration.P99Us)
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

func (p *printer) rate(r *Report) {
	l := r.Load
	p.line("\nload")
	p.row("links", "%d viewer (WebSocket), %d ingest (TCP)", l.Viewers, l.Ingest)
	p.opening(r.Opening)
	p.row("users", "%d behind ingest links, drawn %s, %.1f %% of draws a first-time user", l.Users, l.UserDraw, 100*l.FirstTime)
	p.row("mix", "%s", shares(l.Mix))
	for _, t := range l.Texts {
		p.row("texts", "%s", t)
	}
	p.row("schedule", "%.0f s, ramp %.0f s, %s, seed %d", l.Seconds, l.RampS, l.Shape, l.Seed)
	p.row("rate", "asked %.0f/s, reached %.0f/s (%.2f %%), %.0f/s of them comments and messages", r.Rate.Asked, r.Rate.Reached,
		100*r.Rate.Share(), r.Rate.Answerable)
	p.row("sent", "%s", counts(r.Rate.ByType))
	p.row("lateness", "%d late (%.3f %%), lag p99 %.2f ms, max %.2f ms; %d waited for their socket", r.Rate.Late, 100*r.Rate.LateShare(),
		r.Rate.Lag.P99, r.Rate.Lag.Max, r.Rate.Blocked)
}

func (p *printer) opening(o Opening) {
	if o.Links == 0 || o.Seconds == 0 {
		return
	}
	over, cost := "", ""
	if o.TLS {
		over = " over TLS"
	}
	if o.CPUUs > 0 {
		cost = fmt.Sprintf(", %.0f µs of the server's CPU each", o.CPUUs)
	}
	p.row("", "opened%s in %.1f s (%.0f/s)%s", over, o.Seconds, float64(o.Links)/o.Seconds, cost)
}

var latencyOrder = []string{Message, Comment, Outcome, All, Ack, Fanout, Recover}

func (p *printer) latency(r *Report) {
	p.line("\nlatency from the scheduled instant, ms")
	p.line("  %-10s %9s %9s %9s %9s %9s %9s", "", "count", "p50", "p90", "p99", "p99.9", "max")
	for _, kind := range latencyOrder {
		if l := r.Latency[kind]; l.Count > 0 {
			p.line("  %-10s %9d %9.2f %9.2f %9.2f %9.2f %9.2f", kind, l.Count, l.P50, l.P90, l.P99, l.P999, l.Max)
		}
	}
	if len(r.Seconds) > 1 {
		p99 := make([]float64, len(r.Seconds))
		sent := make([]float64, len(r.Seconds))
		for i, s := range r.Seconds {
			p99[i], sent[i] = s.P99, float64(s.Sent)
		}
		p.line("  sent by second  %s", plot(sent))
		p.line("  p99 by second   %s", plot(p99))
	}
}

func (p *printer) answers(r *Report) {
	j, a := r.Journal, r.Answers
	p.line("\noutcomes, from the client's own journal")
	p.row("accounted", "%d comments and messages, %d acknowledged, %d ended, %d missing (%d of them acknowledged)", j.Answerable,
		j.Acked, j.Closed, j.Missing, j.AckedMissing)
	p.row("twice", "%d repeated as they were, %d in conflict; %d strangers, %d private replies elsewhere", j.Repeats, j.Conflicts, j.Strangers, j.Elsewhere)
	if len(j.Examples) > 0 {
		p.row("missing", "%v …", j.Examples)
	}
	p.row("outcomes", "%s", counts(a.Outcomes))
	p.optional("reasons", a.Reasons)
	p.row("questions", "%d, %.1f %% replied to or merged%s", a.Questions, 100*a.RepliedShare(), chatter(a))
	p.optional("decided by", a.DecidedBy)
	p.optional("replies by", a.By)
	p.optional("errors", a.Errors)
	p.optional("byes", a.Byes)
	if a.Fanned > 0 {
		p.row("fan-out", "%d public replies on other links", a.Fanned)
	}
	for _, e := range a.Examples {
		p.row("for example", "%s", e)
	}
	if q := r.Probes; q.Sent > 0 {
		p.row("probes", "%d: %d right, %d wrong, %d without a figure", q.Sent, q.Right, q.Wrong, q.Silent)
		for _, e := range q.Examples {
			p.row("", "%s", e)
		}
	}
	p.chorus(r.Chorus)
	p.rush(r.Rush)
	p.siege(r.Siege)
	p.watched(r.Watched)
	if s := r.Restart; s != nil {
		p.row("restart", "killed at %.1f s with %d open (%d acknowledged), away %.0f ms; %d links resumed, %d messages said again",
			s.AtS, s.Open, s.AckedOpen, s.OutageMs, s.Resumed, s.Resent)
	}
}

func chatter(a Answers) string {
	if a.Chatter == 0 {
		return ""
	}
	return fmt.Sprintf("; %d more of the unlabelled texts were closed as chatter", a.Chatter)
}

func (p *printer) optional(label string, m map[string]int64) {
	if len(m) > 0 {
		p.row(label, "%s", counts(m))
	}
}

func (p *printer) machines(r *Report) {
	p.line("\ncost")
	s := r.Server
	if s.Seen {
		p.row("server", "%.2f s CPU: %.1f µs a comment or message, %.1f µs an event", s.CPUSeconds, s.CPUUsMessage, s.CPUUsEvent)
		peak := ""
		if s.RSSPeakMB > 0 {
			peak = fmt.Sprintf(", peak %.1f MB", s.RSSPeakMB)
		}
		p.row("memory", "%.1f MB before, %.1f MB after%s", s.RSSBeforeMB, s.RSSAfterMB, peak)
		if s.Decided != nil {
			p.row("texts read by", "%s", shares(normal(s.Decided)))
		}
	} else {
		p.row("server", "not seen: no --admin address, or no metrics there")
	}
	g := r.Generator
	p.row("generator", "%.2f s CPU (%.2f cores), %.1f MB, niceness %d, reader's sweep p99 %.2f ms", g.CPUSeconds, g.CPUShare, g.RSSMB, g.Nice, g.Sweep.P99)
	if c := r.Cores; c.Busy > 0 {
		p.row("cores", "%.1f %% busy; %.1f %% wanted and not given by the machine's host", 100*c.Busy, 100*c.Stolen)
	}
}

func (p *printer) verdict(r *Report) {
	v := r.Verdict
	p.line("")
	for _, n := range r.Notes {
		p.line("note: %s", n)
	}
	p.each("broken: ", v.Broken)
	p.each("missed: ", v.Missed)
	p.each("invalid: ", v.Invalid)
	p.each("looser: ", v.Looser)
	evidence, met, by := "valid", "met", ""
	if !v.Valid {
		evidence = "not valid as evidence"
	}
	if !v.Met {
		met = "not met"
	}
	if n := len(v.Looser); n == 1 {
		by = "; a limit was looser than the standard"
	} else if n > 1 {
		by = fmt.Sprintf("; %d limits were looser than the standard", n)
	}
	p.line("verdict: %s, %s%s", evidence, met, by)
}

func (p *printer) each(label string, all []string) {
	for _, s := range all {
		p.line("%s%s", label, s)
	}
}

// counts writes a map largest first.
func counts(m map[string]int64) string {
	keys := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		if m[a] != m[b] {
			return int(max(-1, min(1, m[b]-m[a])))
		}
		return strings.Compare(a, b)
	})
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = fmt.Sprintf("%s %d", k, m[k])
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

func shares(m map[string]float64) string {
	keys := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		switch {
		case m[a] > m[b]:
			return -1
		case m[a] < m[b]:
			return 1
		}
		return strings.Compare(a, b)
	})
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = fmt.Sprintf("%s %.1f %%", k, 100*m[k])
	}
	return strings.Join(parts, ", ")
}

func normal(m map[string]float64) map[string]float64 {
	var all float64
	for _, n := range m {
		all += n
	}
	out := make(map[string]float64, len(m))
	for k, n := range m {
		if all > 0 {
			out[k] = n / all
		}
	}
	return out
}

// plotWidth is the most columns of a plot; longer runs show the highest of each column's seconds.
const plotWidth = 60

// plot draws values as a row of bars from 0 to their highest.
func plot(values []float64) string {
	const bars = "▁▂▃▄▅▆▇█"
	steps := []rune(bars)
	per := (len(values) + plotWidth - 1) / plotWidth
	top := slices.Max(values)
	var b strings.Builder
	for i := 0; i < len(values); i += per {
		v := slices.Max(values[i:min(i+per, len(values))])
		step := 0
		if top > 0 {
			step = int(v / top * float64(len(steps)-1))
		}
		b.WriteRune(steps[step])
	}
	return fmt.Sprintf("%s highest %.4g", b.String(), top)
}
