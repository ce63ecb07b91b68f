package engine

import (
	"testing"
	"time"

	"liveroom/engine/live"
)

func TestSessionsKnowTheirOwn(t *testing.T) {
	with := func(keys ...string) sessions {
		return sessions{func(_ time.Time, use func([]byte) bool) {
			for _, key := range keys {
				if !use([]byte(key)) {
					return
				}
			}
		}}
	}
	const first, second = "0123456789abcdef0123456789abcdef", "another key of thirty-two bytes!!"
	s := with(first)
	viewer := &live.Link{Role: live.Viewer, Room: "r", User: "u"}
	id := s.newID(viewer)
	if !s.owns(id, viewer) {
		t.Error("a session is not known again")
	}
	if !with(second, first).owns(id, viewer) {
		t.Error("a session is not known again after the key was rotated")
	}
	other := with(second)
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
