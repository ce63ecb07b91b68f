package actors

import "slices"

// feedEvery is the least time between two host feeds, in milliseconds; feedTop is how many topics one names.
const (
	feedEvery = 5000
	feedTop   = 5
)

// TopicCount is how many different people asked about something within the last minute.
type TopicCount struct {
	Topic  Topic // of no size or colour
	Askers int
}

// FeedDue tells whether it is time to show the host something, and there may be something to show.
func (s *RoomState) FeedDue(now int64) bool {
	return now >= s.nextFeed && (s.fed || len(s.subjects.nodes) > 0)
}

// Feed returns what the host is to be shown: what most people asked about within the last minute, most first, and
// nothing once more when nobody asks any more; false when it is not time, or there is nothing to show.
func (s *RoomState) Feed(now int64) ([]TopicCount, bool) {
	if !s.FeedDue(now) {
		return nil, false
	}
	s.nextFeed = now + feedEvery
	top := s.Top(now, feedTop)
	told := s.fed || len(top) > 0
	s.fed = len(top) > 0
	return top, told
}

// Unfed says that nobody was there to be shown the feed that was due.
func (s *RoomState) Unfed(now int64) { s.fed, s.nextFeed = false, now+feedEvery }

// Top returns the n subjects that most people asked about within the last minute, most first; of equal ones the one
// asked about later goes first.
func (s *RoomState) Top(now int64, n int) []TopicCount {
	top := make([]TopicCount, 0, n+1)
	s.subjects.each(func(r *recent[crowd]) bool {
		asking := r.value.asking(now)
		if asking == 0 {
			return true
		}
		at := len(top)
		for at > 0 && top[at-1].Askers <= asking {
			at--
		}
		top = slices.Insert(top, at, TopicCount{Topic: r.topic, Askers: asking})
		top = top[:min(len(top), n)]
		return true
	})
	return top
}
