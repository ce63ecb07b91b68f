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
		if timed := s.Limits.P99 < time.Second; timed == (name == "smoke" || name == "reserve") {
			t.Errorf("scenario %s asks for a p99 of %v; smoke and reserve alone are not about time", name, s.Limits.P99)
		}
	}
}

func TestValidateKinds(t *testing.T) {
	burst, err := LoadScenario("burst")
	if err != nil {
		t.Fatal(err)
	}
	reserve, err := LoadScenario("reserve")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		of     Scenario
		change func(*Scenario)
		says   string
	}{
		{burst, func(s *Scenario) { s.Schedule.Rate = 5 }, "schedule.rate"},
		{burst, func(s *Scenario) { s.Schedule.Ramp = time.Second }, "users.each: want even"},
		{burst, func(s *Scenario) { s.Schedule.Arrivals = "poisson" }, "users.each: want even"},
		{burst, func(s *Scenario) { s.Mix.Like = 1 }, "users.each: want one"},
		{burst, func(s *Scenario) { s.Users.Count = 0 }, "nobody to speak"},
		{burst, func(s *Scenario) { s.Stock = Shelf{} }, "chorus: want stock"},
		{burst, func(s *Scenario) { s.Stock.Available = -1 }, "stock.available"},
		{burst, func(s *Scenario) { s.Stock.SKU = "" }, "stock.sku"},
		{burst, func(s *Scenario) { s.Links.Ingest = 0 }, "stock: a stock figure needs"},
		{burst, func(s *Scenario) { s.Chorus.Linger = -1 }, "chorus.linger"},
		{burst, func(s *Scenario) { s.Probes.Every = time.Second }, "chorus: want no probes"},
		{burst, func(s *Scenario) { s.Users.Each, s.Schedule.Rate = false, 1 }, "chorus: want users.each"},
		{burst, func(s *Scenario) { s.Comments[0].Lines = nil }, "comments[0].lines"},
		{burst, func(s *Scenario) { s.Comments[0].From = "questions" }, "comments[0].lines"},
		{burst, func(s *Scenario) { s.Limits.First = 0 }, "limits.first"},
		{reserve, func(s *Scenario) { s.Rush.Think = 0 }, "rush.think"},
		{reserve, func(s *Scenario) { s.Rush.Retries = -1 }, "rush.retries"},
		{reserve, func(s *Scenario) { s.Rush.KillAt = 1 }, "rush.kill_at"},
		{reserve, func(s *Scenario) { s.Stock.Available = 0 }, "rush: want stock"},
		{reserve, func(s *Scenario) { s.Links.Viewers = 0 }, "rush: want users.each and messages of viewer links"},
		{reserve, func(s *Scenario) { s.Probes.Every = time.Second }, "rush: want no probes"},
	} {
		s := c.of
		s.Comments = append([]TextSource(nil), s.Comments...)
		c.change(&s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("Validate() = %v, want %q in it", err, c.says)
		}
	}
}

func TestEverybodyIsInTime(t *testing.T) {
	s := Scenario{Users: Users{Each: true, Count: 7}, Mix: Mix{Comment: 1}, Links: Links{Ingest: 1, Viewers: 3}}
	s.Schedule.Duration = 300 * time.Millisecond
	sends := arrivals{schedule: newSchedule(s.paced().Schedule, nil)}
	n := 0
	for at, more := sends.next(); more; at, more = sends.next() {
		if n++; at > s.Schedule.Duration {
			t.Errorf("send %d is due at %v, after the end", n, at)
		}
	}
	if n != 7 {
		t.Errorf("%d sends are due for 7 people", n)
	}
	s.Mix = Mix{Message: 1}
	if got := s.paced().Schedule.Rate; got != 10 {
		t.Errorf("3 viewers in 0.3 s speak %g times a second, want 10", got)
	}
}

func TestUntimed(t *testing.T) {
	s, err := LoadScenario("burst")
	if err != nil {
		t.Fatal(err)
	}
	u := s.Untimed()
	if u.Limits.First < time.Second || u.Limits.Late != 1 || len(u.Server) != len(s.Server)+2 {
		t.Errorf("untimed: %+v, server %v", u.Limits, u.Server)
	}
	if err := u.Validate(); err != nil || u.Limits.Replied != s.Limits.Replied || u.Limits.Shed != s.Limits.Shed {
		t.Errorf("untimed: %v, limits %+v, want what is not about time as it was", err, u.Limits)
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

func TestValidateSiege(t *testing.T) {
	flood, err := LoadScenario("flood")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		change func(*Scenario)
		says   string
	}{
		{func(s *Scenario) { s.Siege.Storm = 5 }, "want one of them"},
		{func(s *Scenario) { s.Siege.HalfOpen = -1 }, "half_open and storm are -1"},
		{func(s *Scenario) { s.Siege.HalfOpen = 0 }, "neither half_open nor storm"},
		{func(s *Scenario) { s.Siege.Quiet = 0 }, "siege.quiet"},
		{func(s *Scenario) { s.Siege.Quiet = s.Schedule.Duration }, "siege.quiet"},
		{func(s *Scenario) { s.Siege.PerSecond = -1 }, "siege.per_second"},
		{func(s *Scenario) { s.Siege.Addresses = 1 << 20 }, "siege.addresses"},
		{func(s *Scenario) { s.Links.Viewers, s.Links.Ingest, s.Users.Count = 0, 1, 1 }, "siege: want viewer links"},
		{func(s *Scenario) { s.Rush.Think = time.Second }, "siege: want no rush"},
	} {
		s := flood
		c.change(&s)
		if err := s.Validate(); !errors.Is(err, ErrScenario) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("flood says %v, want %q", err, c.says)
		}
	}
	if here, there := flood.files(false); here < 10_000 || there < 10_000 {
		t.Errorf("a flood needs %d and %d descriptors, want room for 10,000 connections", here, there)
	}
	if err := flood.enough(10_000, false); !errors.Is(err, ErrScenario) || !strings.Contains(err.Error(), "ulimit -n") {
		t.Errorf("with too few descriptors: %v", err)
	}
	if err := flood.enough(20_000, false); err != nil {
		t.Errorf("with enough descriptors: %v", err)
	}
}
