package loadtest

import (
	"bytes"
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"liveroom/loadtest/machine"
	"liveroom/loadtest/report"
	"liveroom/loadtest/target"
	"liveroom/loadtest/target/targettest"
)

// The test binary is also the server that runs start.
func TestMain(m *testing.M) {
	if os.Getenv(targettest.Env) != "" {
		os.Exit(targettest.Main(os.Args[1:]))
	}
	goleak.VerifyTestMain(m)
}

// patience is the grace of what is answered: the run ends with the last answer, so nobody waits for it.
const patience = time.Minute

// short is a scenario of a moment, with limits on time and cost so wide that only promises decide.
func short() Scenario {
	s, err := parseScenario([]byte(`
name: short
about: a moment
seed: 7
schedule: {duration: 400ms, grace: 1m, rate: 500}
links: {viewers: 5, ingest: 1}
users: {count: 20, draw: zipf, skew: 1, first_time: 0.1}
mix: {message: 5, comment: 3, enter: 2}
messages: [{from: questions}]
comments: [{from: chatter, share: 1}, {from: questions, share: 1}]
probes: {every: 20ms}
limits: {p99: 60s, late: 1, sweep: 60s, cores: 1000, silent_probes: 0, replied: 0.7}
`))
	if err != nil {
		panic(err)
	}
	return s
}

func serve(t *testing.T, habit targettest.Habit) (*targettest.Room, target.Endpoints) {
	t.Helper()
	room, err := targettest.New(habit, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	addrs, err := room.Serve("127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := room.Close(); err != nil {
			t.Errorf("close the room: %v", err)
		}
	})
	return room, target.Endpoints{TCP: addrs[0], WS: "ws://" + addrs[1] + "/v1/link", Admin: "http://" + addrs[2], KeyFile: room.KeyFile()}
}

func play(t *testing.T, habit targettest.Habit, change func(*Scenario)) *report.Report {
	t.Helper()
	_, at := serve(t, habit)
	s := short()
	switch habit {
	case targettest.Lose, targettest.Disappear:
		s.Schedule.Grace = 300 * time.Millisecond // some answers never come
	}
	if change != nil {
		change(&s)
	}
	r, err := Run(t.Context(), Config{Scenario: s, Target: at, Calibration: time.Millisecond})
	if err != nil {
		t.Fatalf("Run against a %s room: %v", habit, err)
	}
	return r
}

func TestHonestRoom(t *testing.T) {
	r := play(t, targettest.Honest, nil)
	if code := r.Verdict.ExitCode(); code != report.ExitMet {
		t.Errorf("exit code %d, want %d: %+v", code, report.ExitMet, r.Verdict)
	}
	j := r.Journal
	if j.Answerable == 0 || j.Closed != j.Answerable || j.Acked != j.Answerable || j.Violations() != 0 {
		t.Errorf("journal %+v, want all acknowledged and ended", j)
	}
	if r.Rate.Sent != 200 || r.Rate.Planned != 200 {
		t.Errorf("sent %d of %d, want 200: 500 a second for 0.4 s", r.Rate.Sent, r.Rate.Planned)
	}
	if r.Probes.Sent == 0 || r.Probes.Right != r.Probes.Sent {
		t.Errorf("probes %+v, want all right", r.Probes)
	}
	for _, kind := range []string{report.Message, report.Comment, report.All, report.Ack} {
		if r.Latency[kind].Count == 0 {
			t.Errorf("no latency of kind %s", kind)
		}
	}
	if !r.Server.Seen || r.Server.RSSAfterMB == 0 || r.Server.Decided["model"] == 0 {
		t.Errorf("server %+v, want its metrics", r.Server)
	}
}

// TestAReportTellsHowBusyTheCoresWere keeps one of them busy meanwhile.
func TestAReportTellsHowBusyTheCoresWere(t *testing.T) {
	if machine.CPUTicks() == (machine.Ticks{}) {
		t.Skip("it is not known here")
	}
	var over atomic.Bool
	spun := make(chan struct{})
	go func() {
		for !over.Load() {
		}
		close(spun)
	}()
	r := play(t, targettest.Honest, nil)
	over.Store(true)
	<-spun
	if c := r.Cores; c.Busy <= 0 || c.Busy+c.Stolen > 1 {
		t.Errorf("shares are %+v", c)
	}
}

// Every broken promise must be found, whatever else is right.
func TestBrokenPromises(t *testing.T) {
	tests := []struct {
		habit targettest.Habit
		code  int
		says  string
	}{
		{targettest.Lose, report.ExitMissed, "without an outcome"},
		{targettest.Twice, report.ExitMissed, "two different outcomes"},
		{targettest.Repeat, report.ExitMet, ""},
		{targettest.Invent, report.ExitMissed, "never sent"},
		{targettest.Outdated, report.ExitMissed, "outdated stock figure"},
		{targettest.Vague, report.ExitMissed, "without a figure"},
		{targettest.Shed, report.ExitMissed, "shed"},
		{targettest.Refuse, report.ExitMissed, "valid events refused"},
		{targettest.Fallback, report.ExitInvalid, "read by a fallback"},
	}
	for _, tt := range tests {
		t.Run(string(tt.habit), func(t *testing.T) {
			v := play(t, tt.habit, nil).Verdict
			if code := v.ExitCode(); code != tt.code {
				t.Errorf("exit code %d, want %d: %+v", code, tt.code, v)
			}
			all := strings.Join(slices.Concat(v.Broken, v.Missed, v.Invalid), "; ")
			if !strings.Contains(all, tt.says) {
				t.Errorf("verdict says %q, want %q in it", all, tt.says)
			}
		})
	}
}

func TestOverloadIsNotAboutFallback(t *testing.T) {
	r := play(t, targettest.Fallback, func(s *Scenario) { s.Limits.Overload = true })
	if !r.Verdict.Valid {
		t.Errorf("a scenario about overload is invalid for its fallback: %v", r.Verdict.Invalid)
	}
}

// What comes late, but within the grace, is no loss.
func TestLateAnswersCount(t *testing.T) {
	room, at := serve(t, targettest.Withhold)
	s := short()
	s.Probes.Every = 0
	go func() {
		<-room.Holding()
		room.Release()
	}()
	r, err := Run(t.Context(), Config{Scenario: s, Target: at, Calibration: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if r.Journal.Missing != 0 || r.Journal.Closed != r.Journal.Answerable {
		t.Errorf("journal %+v, want none missing", r.Journal)
	}
}

// Events are judged missing only after the grace: a room that never answers loses just what it withheld.
func TestMissingAfterGrace(t *testing.T) {
	r := play(t, targettest.Withhold, func(s *Scenario) { s.Schedule.Grace = 2 * time.Second }) // all else has been answered by then
	if want := r.Journal.Answerable / 10; r.Journal.Missing != want || r.Journal.AckedMissing != want {
		t.Errorf("journal %+v, want %d missing and all of them acknowledged", r.Journal, want)
	}
}

func TestTargetDown(t *testing.T) {
	at := target.Endpoints{TCP: "127.0.0.1:1", WS: "ws://127.0.0.1:1/v1/link", KeyFile: "nowhere"}
	_, err := Run(t.Context(), Config{Scenario: short(), Target: at, Calibration: time.Millisecond})
	if !errors.Is(err, ErrScenario) || errors.Is(err, ErrTargetDown) || !strings.Contains(err.Error(), "--token-key-file") {
		t.Errorf("Run without a key = %v, want ErrScenario and the flag: nobody asked whether the target is there", err)
	}
	_, at = serve(t, targettest.TurnAway)
	_, err = Run(t.Context(), Config{Scenario: short(), Target: at, Calibration: time.Millisecond})
	if !errors.Is(err, ErrTargetDown) || !strings.Contains(err.Error(), "not today") {
		t.Errorf("Run against a room that turns links away = %v, want ErrTargetDown and its reason", err)
	}
	at.TCP = "127.0.0.1:1"
	_, err = Run(t.Context(), Config{Scenario: short(), Target: at, Calibration: time.Millisecond})
	if !errors.Is(err, ErrTargetDown) {
		t.Errorf("Run where nobody listens = %v, want ErrTargetDown", err)
	}
}

func TestLostLinksAreCounted(t *testing.T) {
	r := play(t, targettest.Disappear, func(s *Scenario) { s.Mix.Comment, s.Mix.Enter, s.Probes.Every = 0, 1, 0 })
	if r.Answers.LinksLost == 0 || r.Verdict.ExitCode() != report.ExitMissed {
		t.Errorf("%d links lost, exit code %d, want some and %d", r.Answers.LinksLost, r.Verdict.ExitCode(), report.ExitMissed)
	}
}

// Links that have nothing to say keep themselves alive, also while the last answers are awaited: these come once all have pinged.
func TestQuietLinksPing(t *testing.T) {
	room, at := serve(t, targettest.Withhold)
	room.Heartbeat = 100 * time.Millisecond
	s := short()
	s.Links.Viewers, s.Probes.Every = 50, 0
	s.Mix = Mix{Enter: 1, Comment: 1}
	stop, ended := make(chan struct{}), make(chan struct{})
	defer func() { close(stop); <-ended }()
	go func() {
		defer close(ended)
		for room.Pings() < 50 {
			select {
			case <-stop:
				return
			default:
				runtime.Gosched()
			}
		}
		room.Release()
	}()
	r, err := Run(t.Context(), Config{Scenario: s, Target: at, Calibration: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if room.Pings() < 50 || r.Journal.Violations() != 0 {
		t.Errorf("%d pings from 50 quiet links, journal %+v", room.Pings(), r.Journal)
	}
}

func ownProgram(t *testing.T, habit targettest.Habit) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(targettest.Env, string(habit))
	return path
}

func TestStartsItsOwnServer(t *testing.T) {
	var progress bytes.Buffer
	s := short()
	s.Schedule.Duration = 2 * time.Second // a line comes after one
	r, err := Run(t.Context(), Config{Scenario: s, Program: ownProgram(t, targettest.Honest), Calibration: time.Millisecond, Progress: &progress})
	if err != nil {
		t.Fatal(err)
	}
	if v := r.Verdict; v.ExitCode() != report.ExitMet {
		t.Errorf("verdict %+v, want met", v)
	}
	if r.Server.RSSPeakMB == 0 {
		t.Error("the peak memory of an own server is not known")
	}
	if len(r.Seconds) == 0 || !strings.Contains(progress.String(), "sent") {
		t.Errorf("progress %q with %d seconds, want a line", progress.String(), len(r.Seconds))
	}
}

// kill -9 in the middle: no acknowledged message is without its one outcome.
func TestKilledServer(t *testing.T) {
	r, err := Run(t.Context(), Config{
		Scenario: short(), Program: ownProgram(t, targettest.Honest), Calibration: time.Millisecond, KillAfter: 150 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Restart == nil || r.Restart.Resumed != 6 {
		t.Fatalf("restart %+v, want 6 links resumed", r.Restart)
	}
	if v := r.Journal.Violations(); v != 0 || r.Journal.Closed != r.Journal.Answerable {
		t.Errorf("journal %+v after a restart that re-sent %d, want no violation", r.Journal, r.Restart.Resent)
	}
	if len(r.Verdict.Broken) != 0 {
		t.Errorf("broken: %v", r.Verdict.Broken)
	}
}

// The same with a server that forgets what it had acknowledged.
func TestKilledServerThatLoses(t *testing.T) {
	s := short()
	s.Schedule.Duration = 1500 * time.Millisecond // some is said after the restart: what was lost before is answered there
	s.Schedule.Grace = 300 * time.Millisecond
	r, err := Run(t.Context(), Config{
		Scenario: s, Program: ownProgram(t, targettest.Lose), Calibration: time.Millisecond, KillAfter: 150 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Journal.AckedMissing == 0 || r.Verdict.ExitCode() != report.ExitMissed {
		t.Errorf("journal %+v, want acknowledged messages missing", r.Journal)
	}
}

// A storm beside the load: it is told apart from the load's links, and what those asked before and meanwhile is.
func TestStormBesideTheLoad(t *testing.T) {
	r := play(t, targettest.Honest, func(s *Scenario) {
		s.Siege = Siege{Quiet: 200 * time.Millisecond, Storm: 50, PerSecond: 1, Addresses: 2}
	})
	n := r.Siege
	if code := r.Verdict.ExitCode(); code != report.ExitMet {
		t.Errorf("exit code %d, want %d: %+v, %+v", code, report.ExitMet, r.Verdict, n)
	}
	if n == nil || n.Welcome == 0 || n.Welcome != n.Opened || n.Quiet.Count == 0 || n.Besieged.Count == 0 {
		t.Fatalf("siege %+v, want everybody let in", n)
	}
	if f := n.Newcomers; f == nil || f.Opened == 0 || f.Welcome != f.Opened {
		t.Errorf("newcomers %+v, want all of them let in", f)
	}
	if n.Quiet.Count+n.Besieged.Count != r.Journal.Closed {
		t.Errorf("%d + %d ended before and during the siege, %d in all", n.Quiet.Count, n.Besieged.Count, r.Journal.Closed)
	}
}
