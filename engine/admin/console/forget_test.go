package console

import (
	"testing"

	"liveroom/engine/live"
)

// TestForgettingAUserDropsWhatWaits has lines of two users wait in the feeds of two rooms.
func TestForgettingAUserDropsWhatWaits(t *testing.T) {
	s := newStand(t)
	feeds := map[feedKey]*feed{}
	for _, key := range []feedKey{{room: "demo"}, {room: "demo", user: "u"}, {room: "other"}} {
		feeds[key] = &feed{user: key.user, lines: []Line{{ID: "1", User: "u"}}}
		if key.user == "" {
			feeds[key].lines = append(feeds[key].lines, Line{ID: "2", User: "v"}, Line{ID: "3", User: "u"})
		}
		s.hub.feeds[key] = feeds[key]
	}
	defer clear(s.hub.feeds)
	s.Forget(live.UserKey{Room: "demo", User: "u"})
	for key, want := range map[feedKey]int{{room: "demo"}: 1, {room: "demo", user: "u"}: 0, {room: "other"}: 3} {
		if lines, _ := feeds[key].take(); len(lines) != want || want == 1 && lines[0].User != "v" {
			t.Errorf("in %+v wait %+v, want %d", key, lines, want)
		}
	}
}
