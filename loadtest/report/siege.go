package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Siege is what became of those who came to do no good, and of the links beside them.
type Siege struct {
	// Storm tells that they all said hello; otherwise none came to it.
	Storm bool `json:"storm"`
	// QuietS is for how long there was the load alone, LastedS for how long they came.
	QuietS  float64 `json:"quiet_s"`
	LastedS float64 `json:"lasted_s"`
	// Addresses is from how many they came, PerSecond how many connections a second were to be opened, HeldAtMost how many there
	// were to be at most; Most is how many there were.
	Addresses  int   `json:"addresses"`
	PerSecond  int   `json:"per_second"`
	HeldAtMost int   `json:"held_at_most"`
	Most       int64 `json:"most"`
	// Opened counts the connections there were, Failed those that the kernel did not make, by its reason.
	Opened int64            `json:"opened"`
	Failed map[string]int64 `json:"failed,omitempty"`
	// Ended counts by what they did and how they were answered: welcome, the code of a bye, no word, or not documented.
	Ended map[string]map[string]int64 `json:"ended"`
	// Welcome, Unsaid and Strange are of these those that were let in, that were closed without a word, and that were told
	// something else than is documented. Standing are those that were neither ended nor answered when the grace was over.
	Welcome  int64 `json:"welcome"`
	Unsaid   int64 `json:"unsaid"`
	Strange  int64 `json:"not_documented"`
	Standing int64 `json:"standing"`
	// TLS tells that they came to ports where TLS is spoken: there is no word before its handshake, so none is due.
	TLS bool `json:"tls,omitempty"`
	// Greeted is from the connect to the welcome, in ms.
	Greeted Percentiles `json:"greeted_ms"`
	// Quiet and Besieged are from the scheduled instant of what the load's own links asked, before and meanwhile, to whatever
	// ended it, in ms.
	Quiet    Percentiles `json:"quiet_ms"`
	Besieged Percentiles `json:"besieged_ms"`
	// Newcomers came meanwhile as the load's own links had before; nil when none did.
	Newcomers *Newcomers `json:"newcomers,omitempty"`
	// QuietCores and BesiegedCores are how much CPU the server used, in cores; 0 when it was not seen.
	QuietCores    float64 `json:"quiet_cores,omitempty"`
	BesiegedCores float64 `json:"besieged_cores,omitempty"`
}

// Newcomers are others who came during a siege, from where the load's links had come, and said hello at once.
type Newcomers struct {
	Opened  int64 `json:"opened"`
	Welcome int64 `json:"welcome"`
	// Greeted is from the connect to the welcome, in ms.
	Greeted Percentiles `json:"greeted_ms"`
}

// The shares that make a siege evidence, and its end a decent one.
const (
	leastOpened = 0.9 // of the connects a storm asks for
	mostUnsaid  = 0.1 // of those that ended, where a word is due
)

// over adds up those that were ended.
func (n *Siege) over() (all int64, by map[string]int64) {
	by = map[string]int64{}
	for _, ended := range n.Ended {
		for answer, count := range ended {
			by[answer] += count
			all += count
		}
	}
	return all, by
}

func (n *Siege) broken(count func(int64, string)) {
	if n == nil {
		return
	}
	count(n.Strange, "connections told something that is not documented")
	if n.Storm {
		count(n.Standing, "connections that said hello and were neither let in nor told why not")
		return
	}
	count(n.Standing, "half-open connections that were never ended")
	count(n.Welcome, "connections let in without a hello")
}

func (n *Siege) missed() (all []string) {
	if n == nil {
		return nil
	}
	ended, by := n.over()
	if got := share(n.Unsaid, ended); got > mostUnsaid && !n.TLS {
		all = append(all, fmt.Sprintf("%.1f %% of the connections were closed without a word, at most %.0f %% may be", 100*got, 100*mostUnsaid))
	}
	if f := n.Newcomers; f != nil && f.Welcome < f.Opened {
		all = append(all, fmt.Sprintf("%d of %d newcomers were not let in", f.Opened-f.Welcome, f.Opened))
	}
	if n.Storm && by["welcome"] == 0 {
		all = append(all, "nobody was let in during the storm")
	}
	return all
}

func (n *Siege) invalid() (all []string) {
	if n == nil {
		return nil
	}
	if n.Quiet.Count == 0 || n.Besieged.Count == 0 {
		all = append(all, "no message was sent before the siege, or none during it")
	}
	if n.Opened == 0 {
		all = append(all, "nobody came")
	}
	if asked := float64(n.PerSecond) * n.LastedS; n.Storm && float64(n.Opened) < leastOpened*asked {
		all = append(all, fmt.Sprintf("%d connections were made, %.0f were to be", n.Opened, asked))
	}
	return all
}

func (p *printer) siege(n *Siege) {
	if n == nil {
		return
	}
	what := fmt.Sprintf("up to %d half-open connections at a time, at most %d new ones a second,", n.HeldAtMost, n.PerSecond)
	if n.Storm {
		what = fmt.Sprintf("%d connects a second, each saying hello,", n.PerSecond)
	}
	p.row("siege", "%s from %d addresses for %.0f s after %.0f s of quiet", what, n.Addresses, n.LastedS, n.QuietS)
	ended, by := n.over()
	p.row("", "%d came, at most %d at a time; ended: %s", n.Opened, n.Most, percents(by, ended))
	if n.Standing > 0 {
		p.row("", "%d were never ended or answered", n.Standing)
	}
	for _, way := range slices.Sorted(maps.Keys(n.Ended)) {
		p.row("", "%s: %s", way, counts(n.Ended[way]))
	}
	p.optional("not made", n.Failed)
	if n.Greeted.Count > 0 {
		p.row("welcome", "after %.1f ms at the median, p99 %.1f ms, max %.1f ms", n.Greeted.P50, n.Greeted.P99, n.Greeted.Max)
	}
	if f := n.Newcomers; f != nil {
		p.row("newcomers", "%d of %d let in beside them, after %.1f ms at the median, p99 %.1f ms, max %.1f ms",
			f.Welcome, f.Opened, f.Greeted.P50, f.Greeted.P99, f.Greeted.Max)
	}
	p.line("  %-14s %9s %9s %9s %9s %9s %9s", "links, ms", "count", "p50", "p90", "p99", "p99.9", "max")
	for _, l := range []struct {
		name string
		of   Percentiles
	}{{"quiet", n.Quiet}, {"besieged", n.Besieged}} {
		p.line("  %-14s %9d %9.2f %9.2f %9.2f %9.2f %9.2f", l.name, l.of.Count, l.of.P50, l.of.P90, l.of.P99, l.of.P999, l.of.Max)
	}
	if n.BesiegedCores > 0 {
		p.row("server", "%.2f cores quiet, %.2f besieged", n.QuietCores, n.BesiegedCores)
	}
}

// percents writes counts with their shares, largest first.
func percents(by map[string]int64, all int64) string {
	if all == 0 {
		return "none"
	}
	answers := slices.SortedFunc(maps.Keys(by), func(a, b string) int {
		return cmp.Or(cmp.Compare(by[b], by[a]), cmp.Compare(a, b))
	})
	for i, a := range answers {
		answers[i] = fmt.Sprintf("%s %d (%.1f %%)", a, by[a], 100*share(by[a], all))
	}
	return strings.Join(answers, ", ")
}
