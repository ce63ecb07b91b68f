package live_test

import (
	"testing"

	"liveroom/engine/live"
)

func TestReservationIDsTellEventsApart(t *testing.T) {
	user := live.UserKey{Room: "demo", User: "u"}
	key := live.EventKey{Type: live.Message, ID: "m1"}
	id := live.ReservationIDFor(user, key)
	if id != live.ReservationIDFor(user, key) || len(id) != 25 || id[0] != 'r' {
		t.Errorf("the id is %q and %q", id, live.ReservationIDFor(user, key))
	}
	if string(id[1:]) == string(live.ReplyIDFor(user, key)) {
		t.Error("the reservation has the id of the reply")
	}
	for name, other := range map[string]live.ReservationID{
		"another room": live.ReservationIDFor(live.UserKey{Room: "demo2", User: "u"}, key),
		"another user": live.ReservationIDFor(live.UserKey{Room: "demo", User: "v"}, key),
		"another type": live.ReservationIDFor(user, live.EventKey{Type: live.Comment, ID: "m1"}),
		"another id":   live.ReservationIDFor(user, live.EventKey{Type: live.Message, ID: "m2"}),
		"moved border": live.ReservationIDFor(live.UserKey{Room: "demou", User: ""}, key),
	} {
		if other == id {
			t.Errorf("%s has the same id", name)
		}
	}
}

func TestReservationStatesHaveNames(t *testing.T) {
	for s := live.ReservationOpen; s <= live.ReservationReleased; s++ {
		if s.String() == "" || live.ParseReservationState(s.String()) != s {
			t.Errorf("state %d is called %q, which is %d", s, s, live.ParseReservationState(s.String()))
		}
	}
	if live.ParseReservationState("") != 0 || live.ParseReservationState("gone") != 0 || live.ReservationState(0).String() != "" || live.ReservationState(9).String() != "" {
		t.Error("what is no state has a name, or a name that is none a state")
	}
}
