package actors

import (
	"errors"
	"maps"
	"slices"

	"liveroom/engine/live"
)

// Settings are what people have set of a room. They are immutable, and outlive the room's actor.
type Settings struct {
	Mode  live.RoomMode
	Muted map[live.UserID]int64 // until when, Unix milliseconds
	at    int64                 // of the latest fact among them, Unix milliseconds
}

// ErrMutes is returned when a room holds as many mutes as it can.
var ErrMutes = errors.New("the room has 10000 muted users, as many as it holds; lift one first")

// maxMuted bounds the muted users of a room.
const maxMuted = 10_000

// take returns the settings with one fact taken in, leaving out what is over; false when it is no setting of a room.
// Facts of one kind come in the order of their times.
func (s Settings) take(now int64, e *live.Event) (Settings, bool) {
	switch e.Type {
	case live.RoomModeSet:
		if s.Mode = live.ParseRoomMode(e.Note); s.Mode == 0 {
			s.Mode = live.RoomPaused // written by a later version: silence does no harm
		}
	case live.UserMuted:
		old := s.Muted
		s.Muted = make(map[live.UserID]int64, len(old)+1)
		for u, until := range old {
			if until > now {
				s.Muted[u] = until
			}
		}
		if delete(s.Muted, e.User); e.Count > now {
			s.Muted[e.User] = e.Count
		}
	default:
		return s, false
	}
	s.at = max(s.at, e.At)
	return s, true
}

// fits tells whether one more mute may be set.
func (s *Settings) fits(now int64, e *live.Event) bool {
	if _, known := s.Muted[e.User]; e.Type != live.UserMuted || e.Count == 0 || known || len(s.Muted) < maxMuted {
		return true
	}
	n := 0
	for _, until := range s.Muted {
		if until > now {
			n++
		}
	}
	return n < maxMuted
}

// muted returns the users muted at a time, in order.
func (s *Settings) muted(now int64) []live.UserID {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.Muted)), func(u live.UserID) bool { return s.Muted[u] <= now })
}

// Set puts settings in force. With a new mode, bursts that run get no closing reply; in a room that is paused those who
// wait get no answer.
func (s *RoomState) Set(now int64, to Settings, out []RoomEffect) []RoomEffect {
	s.muted = to.Muted
	if to.Mode == 0 {
		to.Mode = live.RoomAuto
	}
	if to.Mode == s.mode {
		return out
	}
	s.mode = to.Mode
	s.Attended()
	s.answers.each(func(n *recent[shared]) bool {
		t := &n.value
		if t.suggested {
			s.answers.forget(n)
		}
		if s.mode == live.RoomPaused {
			for _, w := range t.waiting {
				out = s.quiet(w, live.BecausePaused, out)
			}
			t.waiting = nil
		}
		return true
	})
	return out
}

// isMuted tells whether a user is muted.
func (s *RoomState) isMuted(now int64, u live.UserID) bool {
	if len(s.muted) == 0 {
		return false
	}
	until, ok := s.muted[u]
	return ok && now < until
}
