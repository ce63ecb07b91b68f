package actors

import (
	"fmt"
	"strings"
	"time"

	"liveroom/engine/live"
)

// RoomView is one moment of a room.
type RoomView struct {
	Room  live.RoomID
	Mode  live.RoomMode
	Muted []MutedUser // in the order of their names
	Top   []TopicCount
	// Answers and OnTheirWay are how many public answers are fresh or to come, and how many of those are to come.
	Answers, OnTheirWay int
	// LastMinute is how many public replies of the last minute count against PerMinute.
	LastMinute, PerMinute int
}

// MutedUser is a user who gets no public answer until a time in Unix milliseconds.
type MutedUser struct {
	User  live.UserID
	Until int64
}

// viewTop is how many topics a view names.
const viewTop = 20

// RoomView asks a room what it is about. done is called once, from its actor, and must not block; never when the House
// stops before.
func (h *House) RoomView(room live.RoomID, done func(RoomView)) {
	h.rooms.tell(room, &viewRoom{done: done}, h.now().UnixMilli())
}

func (r *room) view(now time.Time) RoomView {
	s, at := &r.state, now.UnixMilli()
	settings := r.house.settingsOf(r.cell.key)
	s.public.expire(at)
	v := RoomView{
		Room: r.cell.key, Mode: s.mode, Top: s.Top(at, viewTop), Answers: len(s.answers.nodes), OnTheirWay: s.answering,
		LastMinute: len(s.public.granted), PerMinute: s.public.limit,
	}
	for _, u := range settings.muted(at) {
		v.Muted = append(v.Muted, MutedUser{User: u, Until: settings.Muted[u]})
	}
	return v
}

// describe puts a view into words.
func (v *RoomView) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "room %s: %s, %d answers (%d on their way), %d of %d public replies this minute, %d muted\n",
		v.Room, v.Mode, v.Answers, v.OnTheirWay, v.LastMinute, v.PerMinute, len(v.Muted))
	for _, t := range v.Top {
		fmt.Fprintf(&b, "%d ask %s", t.Askers, t.Topic.Intent)
		if t.Topic.Product != "" {
			fmt.Fprintf(&b, " of %s", t.Topic.Product)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
