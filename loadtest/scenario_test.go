package loadtest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestOwnScenarios(t *testing.T) {
	names := ScenarioNames()
	if len(names) < 4 {
		t.Fatalf("scenarios are %v", names)
	}
	for _, name := range names {
		s, err := LoadScenario(name)
		if err == nil {
			err = s.Validate()
		}
		if err != nil {
			t.Errorf("scenario %s: %v", name, err)
		}
		if s.Name != name {
			t.Errorf("scenario %s calls itself %s", name, s.Name)
		}
		if s.Limits.Replied != 0.7 || s.Limits.Shed != 0 {
			t.Errorf("scenario %s has limits %+v, want the defaults where it says nothing", name, s.Limits)
		}
		if timed := s.Limits.Late == 0.001; timed == (name == "smoke") {
			t.Errorf("scenario %s may be late for %v of its sends; smoke alone is not about time", name, s.Limits.Late)
		}
	}
}

func TestValidateListsEveryProblem(t *testing.T) {
	s, err := parseScenario([]byte(`
schedule: {duration: -1s, ramp: 2s, rate: 0, arrivals: odd, burst: {every: 1s, length: 2s, factor: -1}}
links: {viewers: -1, per_second: -5}
users: {count: 0, first_time: 2, draw: pareto}
mix: {message: 1, comment: -1, gift: 1}
messages: [{from: "", holds: gold, share: -1, draw: zipf}]
probes: {every: 1ms}
limits: {p99: 0s, shed: 7}
server: [nonsense]
`))
	if err != nil {
		t.Fatal(err)
	}
	err = s.Validate()
	if !errors.Is(err, ErrScenario) {
		t.Fatalf("Validate() = %v, want ErrScenario", err)
	}
	for _, want := range []string{
		"name", "schedule.duration", "schedule.ramp", "schedule.rate", "schedule.arrivals", "schedule.burst:", "burst.factor",
		"links: a number", "links: there are none", "links.per_second", "mix.comment", "mix.gift", "messages[0].from",
		"messages[0].holds", "messages[0].share", "messages[0].skew", "users.first_time", "users.draw", "probes: stock", "probes.every",
		"limits.p99", "limits.shed", "server",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Validate() does not name %s:\n%v", want, err)
		}
	}
}

func TestLoadScenario(t *testing.T) {
	if _, err := LoadScenario("nope"); !errors.Is(err, ErrScenario) || !strings.Contains(err.Error(), "smoke") {
		t.Errorf("LoadScenario of an unknown name = %v, want ErrScenario and the names there are", err)
	}
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte("name: mine\nschedule: {duration: 3s, speed: 7}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadScenario(file); !errors.Is(err, ErrScenario) || !strings.Contains(err.Error(), "speed") {
		t.Errorf("LoadScenario of a file with an unknown key = %v, want ErrScenario naming it", err)
	}
	if err := os.WriteFile(file, []byte("name: mine\nschedule: {duration: 3s}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := LoadScenario(file)
	if err != nil || s.Schedule.Duration != 3*time.Second || s.Schedule.Grace != 5*time.Second || s.Room != "demo" {
		t.Errorf("LoadScenario(%s) = %+v, %v", file, s, err)
	}
}

func TestConfigProblems(t *testing.T) {
	s := short()
	c := Config{Scenario: s, KillAfter: time.Hour}
	c.Target.TCP = "127.0.0.1:7700"
	_, err := Run(t.Context(), c)
	if !errors.Is(err, ErrScenario) {
		t.Fatalf("Run = %v, want ErrScenario", err)
	}
	for _, want := range []string{"less than the duration", "only a server that the run started", "a WebSocket URL", "token key file"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Run's error does not say %q:\n%v", want, err)
		}
	}
}
