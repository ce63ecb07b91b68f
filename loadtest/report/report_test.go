package report

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"liveroom/loadtest/journal"
)

// good is a report that meets everything.
func good() *Report {
	r := &Report{
		Version: Version, Scenario: "smoke", About: "a test", Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Commit: "abc123",
		Machine:     Machine{CPU: "A CPU", Cores: 2, MemoryMB: 8000, Kernel: "6.1", Go: "go1.26"},
		Calibration: Calibration{Echoes: 1000, CPUUs: 6, P50Us: 5, P99Us: 20},
		Load: Load{
			Seed: 1, Seconds: 20, RampS: 2, Viewers: 100, Ingest: 1, Users: 2000, UserDraw: "zipf 1", FirstTime: 0.05,
			Mix: map[string]float64{"message": 0.4, "enter": 0.6}, Texts: []string{"message: questions"}, Shape: "even arrivals",
		},
		Rate: Rate{
			Asked: 300, Reached: 300, Planned: 6000, Sent: 6000, Answerable: 120, ByType: map[string]int64{"message": 2400, "enter": 3600},
			Late: 3, Blocked: 1, Lag: Percentiles{6000, 0.5, 1, 2, 3, 11},
		},
		Latency: map[string]Percentiles{
			Message: {2400, 2, 4, 9, 20, 30}, All: {2400, 2, 4, 9, 20, 30}, Ack: {2400, 1, 2, 3, 4, 5},
		},
		Journal: journal.Tally{Sent: 6000, Answerable: 2400, Acked: 2400, Closed: 2400, Repeats: 2},
		Answers: Answers{
			Outcomes: map[string]int64{"replied": 2300, "quiet": 100}, Reasons: map[string]int64{"quiet/chatter": 100},
			DecidedBy: map[string]int64{"model": 2200, "keyword": 100}, By: map[string]int64{"script": 2300}, Questions: 2380, Replied: 2300,
		},
		Probes: Probes{Sent: 20, Right: 20},
		Server: Server{
			Seen: true, CPUSeconds: 1.2, CPUUsMessage: 500, CPUUsEvent: 200, RSSBeforeMB: 80, RSSAfterMB: 90, RSSPeakMB: 95,
			Decided: map[string]float64{"model": 2300, "keyword": 100},
		},
		Generator: Generator{CPUSeconds: 1, CPUShare: 0.05, RSSMB: 20, Nice: -10, Sweep: Percentiles{100, 0.1, 0.2, 0.3, 0.4, 0.5}},
		Cores:     Cores{Busy: 0.42, Stolen: 0.013},
		Restart:   &Restart{AtS: 10, OutageMs: 800, Open: 5, AckedOpen: 3, Resumed: 101, Resent: 2},
		Seconds:   []Second{{Sent: 150, P99: 4}, {Sent: 300, P99: 9}, {Sent: 300, P99: 2}},
		Limits:    DefaultLimits(), Notes: []string{"a note"},
	}
	r.Judge()
	return r
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("LIVEROOM_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (make golden writes it anew):\n%s\nwant:\n%s", name, got, want)
	}
}

func TestText(t *testing.T) {
	var b strings.Builder
	if err := good().Text(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "met.txt", b.String())

	bad := good()
	bad.Journal.Missing, bad.Journal.AckedMissing, bad.Journal.Examples = 3, 1, append(bad.Journal.Examples, "r-1", "r-2")
	bad.Probes = Probes{Sent: 20, Right: 17, Wrong: 1, Silent: 2, Examples: []string{"asked after 200002 was set: 200001"}}
	bad.Answers.Errors = map[string]int64{"overloaded": 24}
	bad.Answers.Outcomes["shed"] = 24
	bad.Answers.Chatter, bad.Answers.Fanned, bad.Answers.Examples = 5, 9, []string{"link 3 lost: eof"}
	bad.Answers.Byes = map[string]int64{"idle": 1}
	bad.Rate.Late, bad.Server.Seen, bad.Commit, bad.Notes = 600, false, "", nil
	bad.Judge()
	b.Reset()
	if err := bad.Text(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "missed.txt", b.String())
}

func TestJudge(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Report)
		code   int
		says   string
	}{
		{"all well", func(*Report) {}, ExitMet, ""},
		{"slow", func(r *Report) { r.Latency[All] = Percentiles{P99: 801} }, ExitMissed, "p99"},
		{"one shed", func(r *Report) { r.Answers.Outcomes["shed"] = 1 }, ExitMissed, "shed"},
		{"shedding allowed", func(r *Report) { r.Answers.Outcomes["shed"] = 1; r.Limits.Shed = 0.01 }, ExitMet, ""},
		{"refused", func(r *Report) { r.Answers.Refused = 1 }, ExitMissed, "refused"},
		{"lost links", func(r *Report) { r.Answers.LinksLost = 1 }, ExitMissed, "links lost"},
		{"silent probes", func(r *Report) { r.Probes.Silent = 2 }, ExitMissed, "without a figure"},
		{"missing", func(r *Report) { r.Journal.Missing = 1 }, ExitMissed, "without an outcome"},
		{"conflict", func(r *Report) { r.Journal.Conflicts = 1 }, ExitMissed, "two different"},
		{"stranger", func(r *Report) { r.Journal.Strangers = 1 }, ExitMissed, "never sent"},
		{"elsewhere", func(r *Report) { r.Journal.Elsewhere = 1 }, ExitMissed, "another link"},
		{"wrong figure", func(r *Report) { r.Probes.Wrong = 1 }, ExitMissed, "outdated"},
		{"unclean", func(r *Report) { r.Server.Unclean = "it had to be killed" }, ExitMissed, "killed"},
		{"late", func(r *Report) { r.Rate.Late = 7 }, ExitInvalid, "10 ms late"},
		{"too little", func(r *Report) { r.Rate.Sent = 5900 }, ExitInvalid, "rate reached"},
		{"slow reader", func(r *Report) { r.Generator.Sweep.P99 = 11 }, ExitInvalid, "saturated"},
		{"busy generator", func(r *Report) { r.Generator.CPUShare = 0.9 }, ExitInvalid, "saturated"},
		{"few replies", func(r *Report) { r.Answers.Replied = 1600 }, ExitInvalid, "replied to"},
		{"few replies under overload", func(r *Report) { r.Answers.Replied = 1600; r.Limits.Overload = true }, ExitMet, ""},
		{"no questions", func(r *Report) { r.Answers.Questions, r.Answers.Replied = 0, 0 }, ExitInvalid, "no questions"},
		{"all chatter", func(r *Report) { r.Answers.Chatter = 9000 }, ExitInvalid, "closed as chatter"},
		{"fallback by the server", func(r *Report) { r.Server.Decided["rules"] = 50 }, ExitInvalid, "server's counters"},
		{"fallback by replies", func(r *Report) { r.Server.Decided = nil; r.Answers.DecidedBy["linear"] = 50 }, ExitInvalid, "the replies"},
		{"a broken promise outweighs weak evidence", func(r *Report) { r.Journal.Missing, r.Rate.Late = 1, 600 }, ExitMissed, "10 ms late"},
		{"weak evidence outweighs a missed target", func(r *Report) { r.Latency[All], r.Rate.Late = Percentiles{P99: 801}, 600 }, ExitInvalid, "p99"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := good()
			tt.change(r)
			r.Judge()
			if code := r.Verdict.ExitCode(); code != tt.code {
				t.Errorf("exit code %d, want %d: %+v", code, tt.code, r.Verdict)
			}
			all := strings.Join(slices.Concat(r.Verdict.Broken, r.Verdict.Missed, r.Verdict.Invalid), "; ")
			if !strings.Contains(all, tt.says) || tt.says == "" && all != "" {
				t.Errorf("verdict says %q, want %q", all, tt.says)
			}
		})
	}
}

func TestWriteAndRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.json")
	if err := Write(path, good()); err != nil {
		t.Fatal(err)
	}
	got, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	var a, b strings.Builder
	if err := errors.Join(good().Text(&a), got.Text(&b)); err != nil || a.String() != b.String() {
		t.Errorf("a report read again says something else: %v\n%s", err, b.String())
	}
	for name, text := range map[string]string{"no.json": "{", "old.json": `{"version":0}`} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); !errors.Is(err, ErrFormat) {
			t.Errorf("Read(%s) = %v, want ErrFormat", name, err)
		}
	}
}

// Twice the cost on a machine where the yardstick costs twice as much is the same cost.
func TestCompare(t *testing.T) {
	a, b := good(), good()
	b.Calibration.CPUUs, b.Calibration.P50Us = 12, 10
	b.Server.CPUUsMessage = 1000
	b.Latency[All] = Percentiles{2400, 2, 4, 18, 20, 30}
	b.Rate.Asked, b.Rate.Late = 400, 600
	b.Judge()
	want := map[string][2]float64{"server CPU µs per message": {2, 1}, "all p99 ms": {2, 1}, "rate reached /s": {1, 1}}
	for _, f := range Compare(a, b) {
		if w, ok := want[f.Name]; ok && (f.Ratio != w[0] || f.Normal != w[1]) {
			t.Errorf("%s: ratio %g, normalised %g; want %g and %g", f.Name, f.Ratio, f.Normal, w[0], w[1])
		}
		if strings.HasPrefix(f.Name, Comment) {
			t.Errorf("%s is compared, which neither run has", f.Name)
		}
	}
	var text strings.Builder
	if err := CompareText(&text, a, b); err != nil {
		t.Fatal(err)
	}
	golden(t, "compare.txt", text.String())
}

func TestOf(t *testing.T) {
	h := hdrhistogram.New(1, 1e8, 3)
	if got := Of(h); got != (Percentiles{}) {
		t.Errorf("Of(empty) = %+v", got)
	}
	for i := range int64(1000) {
		if err := h.RecordValue((i + 1) * 1000); err != nil {
			t.Fatal(err)
		}
	}
	if got := Of(h); got.Count != 1000 || got.P50 < 499 || got.P50 > 501 || got.P99 < 989 || got.P99 > 991 || got.Max < 999 || got.Max > 1001 {
		t.Errorf("Of(1 to 1000 ms) = %+v", got)
	}
}

// The two special kinds of scenarios, well and with everything amiss.
func TestKindsText(t *testing.T) {
	var b strings.Builder
	r := good()
	r.Chorus = &Chorus{
		Askers: 500, Answered: 500, Stock: 128, FirstMs: 19.3, Replies: 1,
		Closings: []Closing{{ID: "c", Text: "刚才有500位宝宝问3号链接库存：现在还剩128件～", Count: 500, AfterMs: 2900, Links: 51, Total: true, Figure: true}},
	}
	r.Rush = &Rush{
		Buyers: 2000, Pieces: 100, Words: 8357, Held: 100, Locked: 100, NoneLeft: 7600, GaveUp: 1900,
		Killed: true, KillAt: 50, HeldAtKill: 53, LockedAtKill: 12, Samples: 782, Midway: 59, Ledger: Ledger{OnHand: 100, Confirmed: 100},
	}
	r.Judge()
	if err := r.Text(&b); err != nil {
		t.Fatal(err)
	}
	r = good()
	r.Chorus = &Chorus{
		Askers: 500, Answered: 499, Stock: 128, FirstMs: 900, Replies: 2, Outdated: 1, Examples: []string{"not 128: 还剩12件"},
		Closings: []Closing{{ID: "c", Text: "刚才有50位宝宝", Count: 50, AfterMs: 2900, Links: 51, Twice: 1}, {ID: "d", Text: "刚才有5位宝宝", Count: 5}},
	}
	r.Rush = &Rush{
		Buyers: 2000, Pieces: 100, Words: 8357, Again: 4, Held: 103, Locked: 101, NoneLeft: 7600, GaveUp: 1890, Racing: 9,
		Unanswered: 2, Misread: 3, Untrue: 1, Unkept: 2, Killed: true, KillAt: 50, HeldAtKill: 100, LockedAtKill: 100,
		Samples: 20, Midway: 1, SamplesBroken: 2, SamplesMissed: 7, Ledger: Ledger{OnHand: 100, Confirmed: 102, Ordered: 1, Open: 3}, Unbacked: 1,
		Examples: []string{"buyer 7 says take and gets script \"affirm\""},
	}
	r.Judge()
	if err := r.Text(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "kinds.txt", b.String())
	path := filepath.Join(t.TempDir(), "r.json")
	if err := Write(path, r); err != nil {
		t.Fatal(err)
	}
	back, err := Read(path)
	if err != nil || !reflect.DeepEqual(back.Chorus, r.Chorus) || !reflect.DeepEqual(back.Rush, r.Rush) {
		t.Errorf("read back %+v, %+v, %v", back.Chorus, back.Rush, err)
	}
}
