package loadtest

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"liveroom/loadtest/report"
	"liveroom/loadtest/target"
	"liveroom/loadtest/target/targettest"
)

// untimed takes from a scenario of ours what a slow machine cannot keep.
func untimed(t *testing.T, name string) Scenario {
	t.Helper()
	s, err := LoadScenario(name)
	if err != nil {
		t.Fatal(err)
	}
	s = s.Untimed()
	s.Limits.P99, s.Limits.First, s.Limits.Sweep, s.Limits.Cores = time.Minute, time.Minute, time.Minute, 1000
	s.Links.PerSecond = 10_000
	return s
}

func smallRush(t *testing.T) Scenario {
	s := untimed(t, "reserve")
	s.Schedule.Duration, s.Schedule.Grace = 1200*time.Millisecond, 30*time.Second
	s.Links.Viewers, s.Stock.Available = 40, 10
	s.Rush = Rush{Think: 1500 * time.Millisecond, Retries: 1} // long beside what a busy machine takes between two looks at the ledger
	return s
}

func smallBurst(t *testing.T) Scenario {
	s := untimed(t, "burst")
	s.Schedule.Duration, s.Schedule.Grace = 200*time.Millisecond, patience
	s.Links.Viewers, s.Users.Count, s.Chorus.Linger = 3, 20, 50*time.Millisecond
	return s
}

func verdictOf(v report.Verdict) string {
	return strings.Join(slices.Concat(v.Broken, v.Missed, v.Invalid), "; ")
}

func TestRushAgainstAShop(t *testing.T) {
	for _, c := range []struct {
		habit targettest.Habit
		says  string // "" when all is well
	}{
		{targettest.Honest, ""},
		{targettest.Oversell, "pieces more locked than there are"},
		{targettest.Renege, "who could not confirm it"},
		{targettest.Pretend, "that the ledger does not know of"},
	} {
		t.Run(string(c.habit), func(t *testing.T) {
			_, at := serve(t, c.habit)
			r, err := Run(t.Context(), Config{Scenario: smallRush(t), Target: at, Calibration: time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			got := verdictOf(r.Verdict)
			if c.says == "" && got != "" || !strings.Contains(got, c.says) {
				t.Errorf("a race in a shop that is %s is judged %q, want %q: %+v", c.habit, got, c.says, r.Rush)
			}
			if r.Journal.Closed != r.Rush.Words || r.Rush.Racing != 0 {
				t.Errorf("%d words ended of %d, %d buyers not through", r.Journal.Closed, r.Rush.Words, r.Rush.Racing)
			}
		})
	}
}

// A kill -9 when half of the pieces are held costs nobody a piece; in a shop that forgets them it shows.
func TestRushOverAKill(t *testing.T) {
	for habit, says := range map[targettest.Habit]string{targettest.Honest: "", targettest.Forget: "less than was told"} {
		t.Run(string(habit), func(t *testing.T) {
			s := smallRush(t)
			s.Rush.KillAt = 0.5
			s.Schedule.Duration = 3 * time.Second // at its end the kill comes even if fewer are held
			r, err := Run(t.Context(), Config{Scenario: s, Program: ownProgram(t, habit), Calibration: time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			got := verdictOf(r.Verdict)
			if says == "" && got != "" || !strings.Contains(got, says) {
				t.Errorf("a race over a kill in a shop that is %s is judged %q, want %q: %+v", habit, got, says, r.Rush)
			}
			if n := r.Rush; !n.Killed || n.KillAt != 5 || n.HeldAtKill < 5 || r.Restart == nil || r.Restart.Resumed != 41 {
				t.Errorf("race %+v, restart %+v, want a kill with 5 held and 41 links resumed", n, r.Restart)
			}
		})
	}
}

func TestRushNeedsFreshStock(t *testing.T) {
	_, at := serve(t, targettest.Honest)
	run := func(at target.Endpoints) error {
		_, err := Run(t.Context(), Config{Scenario: smallRush(t), Target: at, Calibration: time.Millisecond})
		return err
	}
	if err := run(at); err != nil {
		t.Fatal(err)
	}
	if err := run(at); !errors.Is(err, ErrScenario) || !strings.Contains(err.Error(), "held there already") {
		t.Errorf("a second race on the same data = %v, want ErrScenario", err)
	}
	at.Admin = ""
	if err := run(at); !errors.Is(err, ErrScenario) || !strings.Contains(err.Error(), "admin address") {
		t.Errorf("a race without a ledger = %v, want ErrScenario", err)
	}
	at.Admin = "http://127.0.0.1:1"
	if err := run(at); !errors.Is(err, ErrTargetDown) {
		t.Errorf("a race with a ledger out of reach = %v, want ErrTargetDown", err)
	}
}

func TestBurstAgainstARoom(t *testing.T) {
	for _, c := range []struct {
		habit targettest.Habit
		close int
		says  string // "" when all is well
	}{
		{targettest.Honest, 20, ""},
		{targettest.Honest, 0, "no closing reply came"},
		{targettest.Honest, 19, "another total"},
		{targettest.Encore, 20, "closing replies more than one"},
		{targettest.Miscount, 20, "count is not the number"},
		{targettest.Lose, 20, "people were neither replied to nor merged"},
	} {
		t.Run(string(c.habit), func(t *testing.T) {
			room, at := serve(t, c.habit)
			room.CloseAfter = c.close
			s := smallBurst(t)
			switch {
			case c.close == 0 || c.habit == targettest.Lose:
				s.Schedule.Grace = time.Second // what is awaited never comes
			case c.habit == targettest.Encore:
				s.Chorus.Linger = time.Second // both closing replies come by then
			}
			r, err := Run(t.Context(), Config{Scenario: s, Target: at, Calibration: time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			got := verdictOf(r.Verdict)
			if c.says == "" && got != "" || !strings.Contains(got, c.says) {
				t.Errorf("a burst in a room that is %s is judged %q, want %q: %+v", c.habit, got, c.says, r.Chorus)
			}
			if r.Chorus.Askers != 20 || r.Chorus.FirstMs <= 0 {
				t.Errorf("burst %+v, want 20 askers and a first answer", r.Chorus)
			}
		})
	}
}
