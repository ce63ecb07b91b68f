package actors

import (
	"strings"
	"testing"

	"liveroom/engine/live"
)

// TestAHandoverIsToldToTheSeats asks for a person, in private and in public, with a seat there.
func TestAHandoverIsToldToTheSeats(t *testing.T) {
	s, _ := newRoomStand(t, "seat")
	s.Deliver(&live.Event{Type: live.Message, Room: "room", User: "u", ID: "m1", Text: "human"}, "link-u", s.clock())
	s.links.waitFor("reply private to=m1 count=0 human about -")
	const asked = "alarm handover viewers=-1 sold=-1 room/u m1 human"
	s.links.waitFor(asked)
	if to := s.links.sessionOf(asked); to != "seat" {
		t.Errorf("the alarm went to %q, want the seat", to)
	}
	s.comment("v", "c1", "human")
	s.links.waitFor("alarm handover viewers=-1 sold=-1 room/v c1 human")
	s.comment("w", "c2", "human") // is merged into the reply to v, and a person is to know of w too
	s.links.waitFor("alarm handover viewers=-1 sold=-1 room/w c2 human")
	s.drained(t)
	var ended []string
	for _, r := range s.journal.all() {
		if r.Kind == live.RecordClosed {
			ended = append(ended, strings.TrimSpace(string(r.Key.ID)+" "+r.Outcome.String()+" "+string(r.Reason)))
		}
	}
	if got, want := strings.Join(ended, ", "), "m1 handed_over asked, c1 handed_over asked, c2 merged"; got != want {
		t.Errorf("they ended %q, want %q", got, want)
	}
}

// TestNobodyIsHandedOverToNobody asks for a person where none is, and where one watches the room at the console.
func TestNobodyIsHandedOverToNobody(t *testing.T) {
	s, _ := newRoomStand(t)
	s.Deliver(&live.Event{Type: live.Message, Room: "room", User: "u", ID: "m1", Text: "human"}, "link-u", s.clock())
	s.links.waitFor("reply private to=m1 count=0 human, nobody is there about -")
	defer s.Watch("room", func(*Seen) {})()
	s.Deliver(&live.Event{Type: live.Message, Room: "room", User: "u", ID: "m2", Text: "human"}, "link-u", s.clock())
	s.links.waitFor("reply private to=m2 count=0 human about -")
	s.drained(t)
	want := map[live.EventID]live.Outcome{"m1": live.Replied, "m2": live.HandedOver}
	for _, r := range s.journal.all() {
		if r.Kind == live.RecordClosed && r.Outcome != want[r.Key.ID] {
			t.Errorf("%s ended %s, want %s", r.Key.ID, r.Outcome, want[r.Key.ID])
		}
	}
}
