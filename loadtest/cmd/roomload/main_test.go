package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"liveroom/loadtest"
	"liveroom/loadtest/report"
	"liveroom/loadtest/target/targettest"
)

// The test binary is also the server that runs start.
func TestMain(m *testing.M) {
	if os.Getenv(targettest.Env) != "" {
		os.Exit(targettest.Main(os.Args[1:]))
	}
	goleak.VerifyTestMain(m)
}

func roomload(t *testing.T, args ...string) (code int, out, log string) {
	t.Helper()
	var o, l bytes.Buffer
	code = execute(t.Context(), args, outlets{&o, &l})
	return code, o.String(), l.String()
}

// gentle is a scenario that any machine plays validly. Its grace is over with the last answer.
const gentle = `
name: gentle
about: a moment
schedule: {duration: 300ms, rate: 100, grace: 1m}
links: {viewers: 2, ingest: 1}
users: {count: 3}
mix: {message: 1}
messages: [{from: questions}]
limits: {p99: 60s, late: 1, sweep: 60s, cores: 1000}
`

// hasty is gentle with a short grace, for a server that leaves something unanswered.
var hasty = strings.Replace(gentle, "grace: 1m", "grace: 300ms", 1)

func scenario(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestExitCodes(t *testing.T) {
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file, losing := scenario(t, gentle), scenario(t, hasty)
	key := filepath.Join(t.TempDir(), "token.key")
	if err := os.WriteFile(key, bytes.Repeat([]byte("k"), 32), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		habit targettest.Habit
		args  []string
		code  int
	}{
		{"no command", "", nil, report.ExitUsage},
		{"help", "", []string{"--help"}, report.ExitMet},
		{"no such scenario", "", []string{"run", "nope"}, report.ExitUsage},
		{"no such flag", "", []string{"run", "smoke", "--nope"}, report.ExitUsage},
		{"a bad value", "", []string{"run", file, "--rate", "-1"}, report.ExitUsage},
		{"nobody there", "", []string{"run", file, "--target", "127.0.0.1:1", "--token-key-file", key}, report.ExitDown},
		{"no key", "", []string{"run", file, "--target", "127.0.0.1:1"}, report.ExitUsage},
		{"no such key", "", []string{"run", file, "--target", "127.0.0.1:1", "--token-key-file", "nowhere"}, report.ExitUsage},
		{"a key that is none", "", []string{"run", file, "--target", "127.0.0.1:1", "--token-key-file", own}, report.ExitUsage},
		{"no report", "", []string{"report", file}, report.ExitUsage},
		{"met", targettest.Honest, []string{"run", file, "--program", own, "--quiet"}, report.ExitMet},
		{"broken", targettest.Lose, []string{"run", losing, "--program", own, "--quiet"}, report.ExitMissed},
		{"missed", targettest.Honest, []string{"run", file, "--program", own, "--quiet", "--p99", "1ns"}, report.ExitMissed},
		{"no evidence", targettest.Fallback, []string{"run", file, "--program", own, "--quiet"}, report.ExitInvalid},
		{"a server that does not start", "", []string{"run", file, "--program", file}, report.ExitDown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.habit != "" {
				t.Setenv(targettest.Env, string(tt.habit))
			}
			code, out, log := roomload(t, tt.args...)
			if code != tt.code {
				t.Errorf("roomload %v exits with %d, want %d\n%s%s", tt.args, code, tt.code, out, log)
			}
		})
	}
}

func TestRunReportCompare(t *testing.T) {
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(targettest.Env, string(targettest.Honest))
	file := filepath.Join(t.TempDir(), "r.json")
	code, ran, log := roomload(t, "run", scenario(t, gentle), "--program", own, "--out", file, "--cache-off", "--set", "a=b")
	if code != report.ExitMet || !strings.Contains(ran, "verdict: valid, met") || !strings.Contains(ran, "cache off") {
		t.Fatalf("run exits with %d:\n%s%s", code, ran, log)
	}
	code, printed, _ := roomload(t, "report", file)
	if code != report.ExitMet || printed != ran {
		t.Errorf("report exits with %d and prints something else than run did:\n%s", code, printed)
	}
	code, compared, _ := roomload(t, "compare", file, file)
	if code != report.ExitMet || !strings.Contains(compared, "1.00") {
		t.Errorf("compare exits with %d:\n%s", code, compared)
	}
}

func TestAttempts(t *testing.T) {
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(targettest.Env, string(targettest.Fallback))
	code, out, log := roomload(t, "run", scenario(t, gentle), "--program", own, "--quiet", "--attempts", "2")
	if code != report.ExitInvalid || !strings.Contains(log, "attempt 1 is no evidence") || !strings.Contains(out, "attempt 2") {
		t.Errorf("two attempts without evidence exit with %d:\n%s%s", code, out, log)
	}
	t.Setenv(targettest.Env, string(targettest.Lose))
	if _, _, log := roomload(t, "run", scenario(t, hasty), "--program", own, "--quiet", "--attempts", "2"); log != "" {
		t.Errorf("a broken promise was tried again: %s", log)
	}
}

func TestDoctor(t *testing.T) {
	code, out, _ := roomload(t, "doctor", "--target", "127.0.0.1:1", "--links", "1")
	if code != report.ExitDown || !strings.Contains(out, "AMISS  target") || !strings.Contains(out, "calibration") {
		t.Errorf("doctor of nobody exits with %d:\n%s", code, out)
	}
	code, out, _ = roomload(t, "doctor", "--links", "1000000000")
	if code != report.ExitInvalid || !strings.Contains(out, "AMISS  open files") || !strings.Contains(out, "AMISS  liveroom") {
		t.Errorf("doctor for too many links exits with %d:\n%s", code, out)
	}
}

func TestOverride(t *testing.T) {
	s, err := loadtest.LoadScenario("dialogues")
	if err != nil {
		t.Fatal(err)
	}
	links, rate := 10_000, 15_000.0
	c := runCommand{Links: &links, Rate: &rate, Texts: "mine.txt", Set: []string{"a=b"}, CacheOff: true}
	c.override(&s)
	if s.Links.Viewers != links || s.Schedule.Rate != rate || s.Messages[0].From != "mine.txt" || len(s.Server) != 2 {
		t.Errorf("scenario %+v after the flags", s)
	}
	if s.Schedule.Duration == 0 || s.Links.Ingest != 1 {
		t.Errorf("scenario %+v lost what no flag named", s)
	}
}

func TestEndpoints(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ready.json")
	if err := os.WriteFile(file, []byte(`{"tcp":"a:1","ws":"ws://a:2/v1/link","admin":"http://a:3","token_key_file":"k","tokens":{"admin":"t"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	at, err := targetFlags{Ready: file, TokenKeyFile: "mine"}.endpoints()
	if err != nil || at.TCP != "a:1" || at.WS != "ws://a:2/v1/link" || at.Admin != "http://a:3" || at.KeyFile != "mine" || at.Tokens.Admin != "t" {
		t.Errorf("endpoints of a ready file: %+v, %v", at, err)
	}
	if at, err := (targetFlags{}).endpoints(); err != nil || at.TCP != "" || at.WS != "" {
		t.Errorf("endpoints of no flags: %+v, %v", at, err)
	}
	if err := os.WriteFile(file, []byte(`{}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (targetFlags{Ready: file}).endpoints(); err == nil {
		t.Error("a ready file without addresses was taken")
	}
}

func TestDefaultWS(t *testing.T) {
	for tcp, want := range map[string]string{"10.0.0.1:7700": "ws://10.0.0.1:7701/v1/link", "[::1]:7700": "ws://[::1]:7701/v1/link", "nothing": ""} {
		if got := defaultWS(tcp); got != want {
			t.Errorf("defaultWS(%s) = %s, want %s", tcp, got, want)
		}
	}
}
