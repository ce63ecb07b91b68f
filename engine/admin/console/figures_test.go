package console

import (
	"math"
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// figure asks for one figure.
func (s *stand) figure(t *testing.T, key string) Figure {
	t.Helper()
	var all Figures
	if status := s.ask(t, "GET", "/v1/figures", "", &all); status != http.StatusOK {
		t.Fatalf("figures answered %d", status)
	}
	for _, f := range all.List {
		if f.Definition == "" {
			t.Errorf("%s has no definition", f.Key)
		}
		if f.Key == key {
			return f
		}
	}
	t.Fatalf("there is no figure %s", key)
	return Figure{}
}

func TestAFigureWithoutDataIsNoZero(t *testing.T) {
	s := newStand(t)
	for _, key := range []string{"first_response", "shed", "resolution", "csat", "conversion", "recommendation_acceptance", "promotion_acceptance"} {
		if f := s.figure(t, key); f.Value != nil || f.Count != 0 {
			t.Errorf("with nothing counted %s is %+v", key, f)
		}
	}
	offers := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "liveroom_actors_offers_total"}, []string{"offer", "result"})
	outcomes := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "liveroom_actors_outcomes_total"}, []string{"outcome"})
	s.house.reg.MustRegister(offers, outcomes)
	offers.WithLabelValues("cross", "made").Add(8)
	offers.WithLabelValues("cross", "taken").Add(2)
	offers.WithLabelValues("promotion", "made").Add(5)
	offers.WithLabelValues("promotion", "taken").Add(2)
	offers.WithLabelValues("offer", "made").Add(10)
	offers.WithLabelValues("confirm", "made").Add(9)
	offers.WithLabelValues("confirm", "taken").Add(5)
	outcomes.WithLabelValues("replied").Add(98)
	outcomes.WithLabelValues("shed").Add(2)
	s.house.ratings = Ratings{All: 10, Score: 43, Solved: 9, Night: 2, NightSolved: 1}
	for key, want := range map[string]struct{ value, count float64 }{
		"recommendation_acceptance": {.25, 8}, "promotion_acceptance": {.4, 5}, "task_completion": {.5, 10}, "shed": {.02, 100}, "handed_over": {0, 100},
		"resolution": {.9, 10}, "csat": {4.3, 10}, "night_resolution": {.5, 2}, "intent_accuracy": {.75, 4},
	} {
		f := s.figure(t, key)
		if f.Value == nil || math.Abs(*f.Value-want.value) > 1e-9 || f.Count != want.count || f.Source == "" {
			t.Errorf("%s is %+v, want %v of %v", key, f, want.value, want.count)
		}
	}
	if f := s.figure(t, "conversion"); f.Value != nil || f.Source != "" {
		t.Errorf("what nothing counts is %+v", f)
	}
}

func TestTheDialoguesBehindAFigure(t *testing.T) {
	s := newStand(t)
	var list CaseList
	if s.ask(t, "GET", "/v1/figures/shed/cases", "", &list); len(list.Cases) != 1 || list.Cases[0].User != "u" {
		t.Errorf("behind shed are %+v", list)
	}
	if s.ask(t, "GET", "/v1/figures/csat/cases", "", &list); list.Cases == nil || len(list.Cases) != 0 {
		t.Errorf("behind csat are %+v, want an empty list", list)
	}
	if status := s.ask(t, "GET", "/v1/figures/none/cases", "", nil); status != http.StatusNotFound {
		t.Errorf("a figure that there is not answered %d", status)
	}
	s.house.mu.Lock()
	s.house.denied[DialogueRead] = true // of its room
	s.house.mu.Unlock()
	if s.ask(t, "GET", "/v1/figures/shed/cases", "", &list); len(list.Cases) != 0 {
		t.Errorf("who may not read dialogues of the room is told of %+v", list)
	}
}
