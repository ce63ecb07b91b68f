package report

import (
	"fmt"
	"slices"
	"time"
)

// Limits are what a scenario asks of the server, and of the run to be evidence. In YAML a limit left out is the default.
type Limits struct {
	// P99 is the longest 99th percentile of everything that ended, counted from the scheduled instant.
	P99 time.Duration `yaml:"p99" json:"p99_ns"`
	// First is the longest time that the first of many who ask the same in public may wait for an answer.
	First time.Duration `yaml:"first" json:"first_ns"`
	// Shed is the largest share of answerable sends that may be shed.
	Shed float64 `yaml:"shed" json:"shed"`
	// SilentProbes is the largest share of probes that may stay without a figure.
	SilentProbes float64 `yaml:"silent_probes" json:"silent_probes"`

	// Late is the largest share of sends that may leave more than 10 ms late, Reached the least share that must leave.
	Late    float64 `yaml:"late" json:"late"`
	Reached float64 `yaml:"reached" json:"reached"`
	// Replied is the least share of questions that must be replied to or merged into a reply.
	Replied float64 `yaml:"replied" json:"replied"`
	// Fallback is the largest share of texts that may be read by the linear model or the built-in keywords.
	Fallback float64 `yaml:"fallback" json:"fallback"`
	// Chatter is the largest share of an unlabelled list that may be closed as chatter before Replied says nothing any more.
	Chatter float64 `yaml:"chatter" json:"chatter"`
	// Sweep is the longest 99th percentile of the time that the generator's reader may take for what one wake-up found, Cores
	// the most CPU it may use, in cores: beyond either it is saturated, and latencies are its own.
	Sweep time.Duration `yaml:"sweep" json:"sweep_ns"`
	Cores float64       `yaml:"cores" json:"cores"`
	// Overload tells that the scenario is about overload: Replied and Fallback then do not count.
	Overload bool `yaml:"overload" json:"overload"`
}

// DefaultLimits returns what every scenario asks that says nothing else.
func DefaultLimits() Limits {
	return Limits{
		P99: 800 * time.Millisecond, First: 800 * time.Millisecond, Shed: 0, SilentProbes: 0.05,
		Late: 0.001, Reached: 0.99, Replied: 0.70, Fallback: 0.01, Chatter: 0.60,
		Sweep: 10 * time.Millisecond, Cores: 0.85,
	}
}

// Verdict is what the figures amount to.
type Verdict struct {
	// Valid tells that the run is evidence, Met that the server did what was asked.
	Valid bool `json:"valid"`
	Met   bool `json:"met"`
	// Broken are promises the server broke; they count whether or not the rest is evidence.
	Broken  []string `json:"broken,omitempty"`
	Missed  []string `json:"missed,omitempty"`
	Invalid []string `json:"invalid,omitempty"`
	// Looser are the limits that were looser than the standard, which is what DefaultLimits returns, each with both values.
	Looser []string `json:"looser,omitempty"`
}

// The exit codes of roomload.
const (
	ExitMet     = 0
	ExitMissed  = 1
	ExitUsage   = 2
	ExitDown    = 3
	ExitInvalid = 4
)

// ExitCode returns 0 when all was met, 1 when the server broke a promise or missed a target, 4 when the run is no
// evidence. A broken promise outweighs weak evidence; a missed target does not.
func (v Verdict) ExitCode() int {
	switch {
	case len(v.Broken) > 0:
		return ExitMissed
	case !v.Valid:
		return ExitInvalid
	case !v.Met:
		return ExitMissed
	}
	return ExitMet
}

// Judge sets the verdict of r from its figures and limits.
func (r *Report) Judge() {
	r.Verdict = Verdict{Broken: r.broken(), Missed: r.missed(), Invalid: r.invalid(), Looser: r.Limits.looser()}
	r.Verdict.Valid = len(r.Verdict.Invalid) == 0
	r.Verdict.Met = len(r.Verdict.Missed) == 0 && len(r.Verdict.Broken) == 0
}

func (r *Report) broken() []string {
	var all []string
	count := func(n int64, what string) {
		if n > 0 {
			all = append(all, fmt.Sprintf("%d %s", n, what))
		}
	}
	count(r.Journal.Missing, "sends without an outcome")
	count(r.Journal.Conflicts, "sends with two different outcomes")
	count(r.Journal.Strangers, "outcomes of events never sent")
	count(r.Journal.Elsewhere, "private replies on another link")
	count(r.Probes.Wrong, "replies with an outdated stock figure")
	r.Chorus.broken(count)
	r.Rush.broken(count)
	r.Siege.broken(count)
	if r.Server.Unclean != "" {
		all = append(all, r.Server.Unclean)
	}
	return all
}

func (r *Report) missed() []string {
	var all []string
	limit := float64(r.Limits.P99) / float64(time.Millisecond)
	if got := r.Latency[All].P99; got > limit {
		all = append(all, fmt.Sprintf("p99 %.1f ms, asked %.0f ms", got, limit))
	}
	if got := share(r.Answers.Outcomes["shed"], r.Journal.Answerable); got > r.Limits.Shed {
		all = append(all, fmt.Sprintf("shed %.3f %%, asked at most %.3f %%", 100*got, 100*r.Limits.Shed))
	}
	if got := share(r.Probes.Silent, r.Probes.Sent); got > r.Limits.SilentProbes {
		all = append(all, fmt.Sprintf("%.1f %% of probes without a figure, asked at most %.1f %%", 100*got, 100*r.Limits.SilentProbes))
	}
	if r.Answers.Refused > 0 {
		all = append(all, fmt.Sprintf("%d valid events refused", r.Answers.Refused))
	}
	if r.Answers.LinksLost > 0 {
		all = append(all, fmt.Sprintf("%d links lost", r.Answers.LinksLost))
	}
	return slices.Concat(all, r.Chorus.missed(r.Limits), r.Rush.missed(), r.Siege.missed())
}

func (r *Report) invalid() []string {
	var all []string
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if got := r.Rate.LateShare(); got > r.Limits.Late {
		say("%.2f %% of sends left more than 10 ms late, at most %.2f %% may", 100*got, 100*r.Limits.Late)
	}
	if got := r.Rate.Share(); got < r.Limits.Reached {
		say("rate reached is %.1f %% of the rate asked, at least %.1f %% must be", 100*got, 100*r.Limits.Reached)
	}
	if got, limit := r.Generator.Sweep.P99, float64(r.Limits.Sweep)/float64(time.Millisecond); got > limit {
		say("the generator is saturated: replies waited %.1f ms in its own reader (p99), at most %.1f ms may be", got, limit)
	}
	if got := r.Generator.CPUShare; got > r.Limits.Cores {
		say("the generator is saturated: it used %.2f cores, at most %.2f may be", got, r.Limits.Cores)
	}
	all = append(append(all, r.Rush.invalid()...), r.Siege.invalid()...)
	if r.Limits.Overload {
		return all
	}
	if got := r.Answers.RepliedShare(); r.Answers.Questions > 0 && got < r.Limits.Replied {
		say("%.1f %% of questions were replied to, at least %.1f %% must be", 100*got, 100*r.Limits.Replied)
	}
	if r.Journal.Answerable > r.Probes.Sent && r.Answers.Questions == 0 {
		say("no questions were asked")
	}
	if got := share(r.Answers.Chatter, r.Answers.Chatter+r.Answers.Questions); got > r.Limits.Chatter {
		say("%.1f %% of the unlabelled texts were closed as chatter, at most %.1f %% may be", 100*got, 100*r.Limits.Chatter)
	}
	if got, from := r.Fallback(); got > r.Limits.Fallback {
		say("%.2f %% of texts were read by a fallback (%s), at most %.2f %% may be", 100*got, from, 100*r.Limits.Fallback)
	}
	return all
}

// Fallback returns the share of texts read by the linear model or the built-in keywords, and whose counters say so: the
// server's own, which see every text, or else the decided_by of the replies.
func (r *Report) Fallback() (float64, string) {
	if r.Server.Decided != nil {
		var all float64
		for _, n := range r.Server.Decided {
			all += n
		}
		if all > 0 {
			return (r.Server.Decided["linear"] + r.Server.Decided["rules"]) / all, "the server's counters"
		}
	}
	var all int64
	for _, n := range r.Answers.DecidedBy {
		all += n
	}
	return share(r.Answers.DecidedBy["linear"]+r.Answers.DecidedBy["rules"], all), "the replies"
}
