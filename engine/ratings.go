package engine

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"liveroom/engine/live"
)

// ratings are what users said of their dialogues since the start of the node: the latest word of each dialogue counts, for
// the latest maxRated of them; of older ones what they said then stays counted.
type ratings struct {
	zone  *time.Location // whose evening it is; nil is the machine's
	mu    sync.Mutex
	rated map[live.UserKey]rating // guarded by mu
	order []live.UserKey          // guarded by mu; the oldest first
	sums  ratingSums              // guarded by mu
}

// rating is one user's latest word.
type rating struct {
	event  live.EventID
	at     int64 // Unix milliseconds
	score  int64
	solved bool
	night  bool // it was given from 20 to 24 h
}

// ratingSums are counts of ratings.
type ratingSums struct {
	all, score, solved int64
	night, nightSolved int64 // of those given from 20 to 24 h
}

const (
	maxRated  = 10_000
	nightFrom = 20 // o'clock, until midnight
)

// take takes a rating that is durable. Its time is when it came: ratings tell none of their own.
func (r *ratings) take(e *live.Event, received time.Time) {
	k := live.UserKey{Room: live.RoomID(strings.Clone(string(e.Room))), User: live.UserID(strings.Clone(string(e.User)))} // the event's strings share one allocation
	now := rating{event: live.EventID(strings.Clone(string(e.ID))), at: received.UnixMilli(), score: e.Score, solved: e.Solved, night: received.In(cmp.Or(r.zone, time.Local)).Hour() >= nightFrom}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rated == nil {
		r.rated = make(map[live.UserKey]rating)
	}
	if before, again := r.rated[k]; again {
		r.sums.count(&before, -1)
		r.order = slices.DeleteFunc(r.order, func(o live.UserKey) bool { return o == k })
	} else if len(r.order) >= maxRated {
		delete(r.rated, r.order[0])
		r.order = slices.Delete(r.order, 0, 1)
	}
	r.rated[k] = now
	r.order = append(r.order, k)
	r.sums.count(&now, 1)
}

// forget drops what a user said; it stays counted, as what older ones said.
func (r *ratings) forget(k live.UserKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.rated, k)
	r.order = slices.DeleteFunc(r.order, func(o live.UserKey) bool { return o == k })
}

// count adds a rating n times.
func (s *ratingSums) count(r *rating, n int64) {
	s.all += n
	s.score += n * r.score
	if r.night {
		s.night += n
	}
	if r.solved {
		s.solved += n
		if r.night {
			s.nightSolved += n
		}
	}
}

// now returns the sums, and the latest ratings that keep lets through, the latest first.
func (r *ratings) now(most int, keep func(*rating) bool) (s ratingSums, users []live.UserKey, latest []rating) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range slices.Backward(r.order) {
		if len(users) >= most {
			break
		}
		if one := r.rated[k]; keep(&one) {
			users, latest = append(users, k), append(latest, one)
		}
	}
	return r.sums, users, latest
}
