package storage

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"liveroom/engine/live"
)

func TestSettingsOfRoomsOutliveARestart(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	dir := s.cfg.Dir
	set := func(typ live.EventType, room live.RoomID, user live.UserID, note string, until, at int64) live.Record {
		return live.Record{Kind: live.RecordFact, Received: at, Event: &live.Event{Type: typ, Room: room, User: user, Note: note, Count: until, At: at}}
	}
	must(t, s, set(live.RoomModeSet, "a", "", "paused", 0, 10), set(live.RoomModeSet, "a", "", "auto", 0, 10)) // the later of one time
	must(t, s, set(live.RoomModeSet, "b", "", "suggest", 0, 20), set(live.RoomModeSet, "b", "", "paused", 0, 5))
	must(t, s, set(live.UserMuted, "a", "u", "", live.MutedForever, 10), set(live.UserMuted, "a", "v", "", 99, 10))
	must(t, s, set(live.UserMuted, "a", "v", "", 0, 11))
	must(t, s, set(live.UserMuted, "au", "", "", 7, 1)) // room and user do not run together
	said := &live.Event{Type: live.Say, ID: "r1", Room: "a", Text: "刚才有12位宝宝问", Count: 12, At: 30}
	must(t, s, live.Record{Kind: live.RecordFact, Received: 30, Event: said}) // a closing reply: the journal alone keeps it
	stop()
	s, _ = start(t, Config{Dir: dir}, nil)
	var got []string
	err := s.Facts(context.Background(), func(r live.Record) bool {
		e := r.Event
		got = append(got, fmt.Sprintf("%s %s/%s %s%d at %d", e.Type, e.Room, e.User, e.Note, e.Count, e.At))
		return true
	})
	slices.Sort(got)
	want := []string{
		"room_mode a/ auto0 at 10", "room_mode b/ suggest0 at 20",
		fmt.Sprintf("user_muted a/u %d at 10", int64(live.MutedForever)), "user_muted a/v 0 at 11", "user_muted au/ 7 at 1",
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("settings are %q (%v), want %q", got, err, want)
	}
}
