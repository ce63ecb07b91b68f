package report

import (
	"slices"
	"strings"
	"testing"
)

// flood and storm are sieges that a server stood.
func flood() *Siege {
	return &Siege{
		QuietS: 16, LastedS: 20, Addresses: 32, PerSecond: 2000, HeldAtMost: 8000, Most: 6000, Opened: 100, TLS: false,
		Ended: map[string]map[string]int64{"tcp, silent": {"hello_timeout": 60, "too_many_links": 30}, "ws, a byte at a time": {"too_many_links": 10}},
		Quiet: Percentiles{1000, 2, 4, 9, 20, 30}, Besieged: Percentiles{2000, 3, 5, 12, 30, 40}, QuietCores: 0.5, BesiegedCores: 0.75,
		Newcomers: &Newcomers{Opened: 10, Welcome: 10, Greeted: Percentiles{10, 2, 3, 4, 5, 6}},
	}
}

func storm() *Siege {
	n := flood()
	n.Storm, n.PerSecond, n.LastedS, n.Welcome, n.Greeted = true, 5, 20, 80, Percentiles{80, 1, 2, 3, 4, 5}
	n.Ended = map[string]map[string]int64{"tcp": {"welcome": 40, "too_many_links": 10}, "ws": {"welcome": 40, "too_many_links": 10}}
	return n
}

func TestSiegeText(t *testing.T) {
	var b strings.Builder
	r := good()
	r.Siege, r.Opening = flood(), Opening{Links: 101, TLS: true, Seconds: 0.5, CPUUs: 900}
	r.Judge()
	err := r.Text(&b)
	r.Siege = storm()
	r.Siege.Standing, r.Siege.Failed = 2, map[string]int64{"bind: address in use": 3}
	r.Judge()
	if err != nil || r.Text(&b) != nil {
		t.Fatal("the text cannot be written")
	}
	golden(t, "siege.txt", b.String())
}

func TestSiegeVerdict(t *testing.T) {
	for _, c := range []struct {
		name   string
		of     *Siege
		change func(*Siege)
		code   int
		says   string
	}{
		{"a flood", flood(), func(*Siege) {}, ExitMet, ""},
		{"a storm", storm(), func(*Siege) {}, ExitMet, ""},
		{"what is not documented", flood(), func(n *Siege) { n.Strange = 1 }, ExitMissed, "not documented"},
		{"never ended", flood(), func(n *Siege) { n.Standing = 1 }, ExitMissed, "never ended"},
		{"never answered", storm(), func(n *Siege) { n.Standing = 1 }, ExitMissed, "neither let in nor told"},
		{"let in", flood(), func(n *Siege) { n.Welcome = 1 }, ExitMissed, "without a hello"},
		{"no word", flood(), func(n *Siege) { n.Unsaid = 11 }, ExitMissed, "without a word"},
		{"no word where none is due", flood(), func(n *Siege) { n.Unsaid, n.TLS = 100, true }, ExitMet, ""},
		{"a newcomer turned away", flood(), func(n *Siege) { n.Newcomers.Welcome-- }, ExitMissed, "1 of 10 newcomers"},
		{"nobody let in", storm(), func(n *Siege) { n.Ended = map[string]map[string]int64{"tcp": {"too_many_links": 100}} }, ExitMissed, "nobody was let in"},
		{"too slow a storm", storm(), func(n *Siege) { n.Opened = 89 }, ExitInvalid, "were to be"},
		{"nobody came", flood(), func(n *Siege) { n.Opened = 0 }, ExitInvalid, "nobody came"},
		{"no quiet", flood(), func(n *Siege) { n.Quiet.Count = 0 }, ExitInvalid, "before the siege"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := good()
			r.Siege = c.of
			c.change(c.of)
			r.Judge()
			all := strings.Join(slices.Concat(r.Verdict.Broken, r.Verdict.Missed, r.Verdict.Invalid), "; ")
			if code := r.Verdict.ExitCode(); code != c.code || !strings.Contains(all, c.says) {
				t.Errorf("exit code %d, %q; want %d and %q", code, all, c.code, c.says)
			}
		})
	}
}
