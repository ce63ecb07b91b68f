package access

import (
	"net/http"
	"testing"
	"time"
)

// TestWhatAClockAsksKeepsNoSessionAlive: a page that brings its figures up to date by itself rests with its owner.
func TestWhatAClockAsksKeepsNoSessionAlive(t *testing.T) {
	s := newSessions(12*time.Hour, 30*time.Minute)
	now := time.Unix(1_790_000_000, 0)
	cookie, _ := s.open(Account{Name: "boss"}, now)
	for range 29 {
		now = now.Add(time.Minute)
		if _, ok := s.find(cookie, now, false); !ok {
			t.Fatal("the session ended within its idle time")
		}
	}
	if _, ok := s.find(cookie, now, true); !ok {
		t.Fatal("the session ended within its idle time")
	}
	if _, ok := s.find(cookie, now.Add(29*time.Minute), false); !ok {
		t.Error("what a person asked did not keep the session alive")
	}
	if _, ok := s.find(cookie, now.Add(30*time.Minute), false); ok {
		t.Error("what a clock asked kept the session alive")
	}
}

// TestTheGuardTellsPeopleFromClocks asks as a page does, with the header and without.
func TestTheGuardTellsPeopleFromClocks(t *testing.T) {
	h := newHouse(t)
	boss := h.settled()
	ask := func(clock bool) int {
		return h.ask("GET", "/v1/me", "", func(r *http.Request) {
			boss.own(r)
			if clock {
				r.Header.Set(unattendedHeader, "1")
			}
		}).Code
	}
	h.now = h.now.Add(20 * time.Minute)
	if code := ask(false); code != http.StatusOK {
		t.Fatalf("within its idle time the session answers %d", code)
	}
	h.now = h.now.Add(20 * time.Minute)
	if code := ask(true); code != http.StatusOK {
		t.Fatalf("20 minutes after a person asked the session answers %d", code)
	}
	h.now = h.now.Add(15 * time.Minute)
	if code := ask(true); code != http.StatusUnauthorized {
		t.Errorf("35 minutes after a person asked the session answers %d, want that it is over", code)
	}
}
