package actors

import (
	"fmt"
	"testing"
	"time"

	"liveroom/engine/live"
)

// TestSuggestedAnswersStayWithTheSeats asks in a room whose answers a person gives.
func TestSuggestedAnswersStayWithTheSeats(t *testing.T) {
	s, clock := newRoomStand(t, "seat")
	if err := s.setMode(live.RoomSuggest); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		s.comment(fmt.Sprint("u", i), fmt.Sprint("c", i), "stock")
		s.links.waitFor(fmt.Sprintf("quiet c%d suggested", i))
	}
	const shown = "alarm suggest viewers=-1 sold=-1 room/u0 c0 stock about -"
	s.links.waitFor(shown)
	if to := s.links.sessionOf(shown); to != "seat" {
		t.Errorf("the suggestion went to %q, want the seat", to)
	}
	clock.forward(10 * time.Second)
	s.looked()
	s.drained(t)
	s.links.mu.Lock()
	defer s.links.mu.Unlock()
	if len(s.links.casts) > 0 || countOf(s.links.sent, "reply") > 0 {
		t.Errorf("the room was told %q, want nothing", s.links.casts)
	}
	if n := countOf(s.links.sent, "alarm suggest"); n != 1 {
		t.Errorf("%d suggestions, want one for those who ask the same", n)
	}
}
