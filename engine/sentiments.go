package engine

import (
	"strings"
	"sync"
	"time"

	"liveroom/actors"
	"liveroom/engine/admin/console"
	"liveroom/engine/live"
)

// sentiments counts how messages were read, room by room and minute by minute, from outcomes that are durable, so that who
// opens a room in the middle of a show sees it from its beginning. It keeps the latest sentimentMinutes of at most
// maxFeltRooms rooms, in memory alone. When there are so many, the next room takes the place of those in which nothing was
// read for all that time; while there is none of these either, it is not counted, and its view says so.
//
// Hot path: ended allocates nothing once a room is known; TestSentimentsCostNothingToKeep.
type sentiments struct {
	mu    sync.Mutex // held for one count, or to copy a room
	rooms map[live.RoomID]*roomSentiments
	swept int64 // the minute in which silent rooms were last looked for; guarded by mu
}

// roomSentiments is a room's latest minutes: that of the time m stands at m % sentimentMinutes.
type roomSentiments struct {
	latest int64 // minute
	of     [sentimentMinutes]minuteSentiments
}

// minuteSentiments is what was read in one minute, counted from 1970.
type minuteSentiments struct {
	minute uint32
	n      [live.Sentiments]uint32
}

const (
	sentimentMinutes = 120
	maxFeltRooms     = 1024 // some 2 KB each
	minuteMillis     = 60_000
)

func newSentiments() *sentiments {
	return &sentiments{rooms: make(map[live.RoomID]*roomSentiments)}
}

// ended counts a message whose sentiment was read, in the minute in which it came.
func (s *sentiments) ended(e actors.Ended) {
	if e.Reading == nil || e.Reading.Sentiment == 0 || int(e.Reading.Sentiment) > live.Sentiments {
		return
	}
	minute := e.Received / minuteMillis
	s.mu.Lock()
	defer s.mu.Unlock()
	room := s.rooms[e.Event.Room]
	if room == nil {
		if !s.place(minute) {
			return
		}
		room = new(roomSentiments)
		s.rooms[live.RoomID(strings.Clone(string(e.Event.Room)))] = room // the event's strings share one allocation
	}
	room.latest = max(room.latest, minute)
	at := &room.of[minute%sentimentMinutes]
	if at.minute != uint32(minute) { // hours old, or of a clock that was wrong
		*at = minuteSentiments{minute: uint32(minute)}
	}
	at.n[e.Reading.Sentiment-1]++
}

// place tells whether there is room for one more, after looking, once a minute, for those that are silent. mu is held.
func (s *sentiments) place(minute int64) bool {
	if len(s.rooms) < maxFeltRooms {
		return true
	}
	if s.swept == minute {
		return false
	}
	s.swept = minute
	for room, r := range s.rooms {
		if r.latest <= minute-sentimentMinutes {
			delete(s.rooms, room)
		}
	}
	return len(s.rooms) < maxFeltRooms
}

// Of implements console.Sentiments.
func (s *sentiments) Of(room live.RoomID, now time.Time) console.Sentiment {
	shown := console.Sentiment{Minutes: make(map[int64]console.MinuteSentiment)}
	last := now.UnixMilli() / minuteMillis
	s.mu.Lock()
	kept := s.rooms[room]
	if kept == nil {
		shown.Full = len(s.rooms) >= maxFeltRooms
		s.mu.Unlock()
		return shown
	}
	of := kept.of
	s.mu.Unlock()
	for _, m := range of {
		if minute := int64(m.minute); minute > last-sentimentMinutes && minute <= last {
			shown.Minutes[minute*minuteMillis] = console.MinuteSentiment{
				Positive: m.n[live.Positive-1], Neutral: m.n[live.Neutral-1], Negative: m.n[live.Negative-1],
			}
		}
	}
	return shown
}
