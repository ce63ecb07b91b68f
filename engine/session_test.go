package engine

import (
	"testing"

	"liveroom/engine/live"
)

func TestSessionsKnowTheirOwn(t *testing.T) {
	s := sessions{key: []byte("0123456789abcdef0123456789abcdef")}
	viewer := &live.Link{Role: live.Viewer, Room: "r", User: "u"}
	id := s.newID(viewer)
	if !s.owns(id, viewer) {
		t.Error("a session is not known again")
	}
	other := sessions{key: []byte("another key of thirty-two bytes!!")}
	for name, c := range map[string]struct {
		s    sessions
		id   live.SessionID
		link live.Link
	}{
		"another user": {s, id, live.Link{Role: live.Viewer, Room: "r", User: "v"}},
		"another role": {s, id, live.Link{Role: live.Seat, Room: "r", User: "u"}},
		"joined names": {s, id, live.Link{Role: live.Viewer, Room: "ru", User: ""}},
		"another key":  {other, id, *viewer},
		"made up":      {s, "abcdefghijklmnopqrstuvwxyz012345", *viewer},
		"too short":    {s, "abc", *viewer},
		"not base64":   {s, "!!!", *viewer},
		"empty":        {s, "", *viewer},
	} {
		if c.s.owns(c.id, &c.link) {
			t.Errorf("%s: resumed a session of somebody else", name)
		}
	}
	if id == s.newID(viewer) {
		t.Error("two sessions have one id")
	}
}
