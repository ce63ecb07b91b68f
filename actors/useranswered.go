package actors

import (
	"github.com/cespare/xxhash/v2"

	"liveroom/engine/live"
)

// maxAnswered and answeredFor bound the memory of ended messages: a repetition within them brings the same frame
// again instead of a second answer.
const (
	maxAnswered = 256
	answeredFor = 24 * 60 * 60 * 1000 // milliseconds
)

// answered remembers that an event has ended. The id is kept as a 64-bit hash: within 256 ids of one user a false hit
// has a chance below 1e-16.
type answered struct {
	id    uint64
	place uint64 // journal block of the closed record, 0 until its commit is known, and when it ended: see placeOf
}

// placeOf packs a journal block (40 bits: a thousand commits a second for thirty years) and the minute of a time in Unix
// milliseconds (24 bits: thirty years from minuteZero) into one word; a chatty user remembers 256 of them.
func placeOf(block uint64, at int64) uint64 {
	return block<<24 | uint64(max(0, at-minuteZero)/minute)&(1<<24-1)
}

const (
	minute     = 60 * 1000            // milliseconds
	minuteZero = 1_577_836_800 * 1000 // 2020-01-01 UTC, Unix milliseconds
)

func (a answered) block() uint64 { return a.place >> 24 }

// at returns the minute the event ended in, Unix milliseconds.
func (a answered) at() int64 { return int64(a.place&(1<<24-1))*minute + minuteZero }

func hashKey(k live.EventKey) uint64 {
	return xxhash.Sum64String(string(k.ID)) ^ uint64(k.Type)*0x9e3779b97f4a7c15
}

func (s *UserState) remember(now int64, k live.EventKey) {
	if len(s.answered) >= maxAnswered {
		s.answered = s.answered[1:]
	}
	s.answered = append(s.answered, answered{id: hashKey(k), place: placeOf(0, now)})
}

func (s *UserState) lookup(now int64, k live.EventKey) (answered, bool) {
	id := hashKey(k)
	for i := len(s.answered) - 1; i >= 0; i-- {
		if a := s.answered[i]; a.id == id {
			return a, now-a.at() < answeredFor+minute
		}
	}
	return answered{}, false
}

// committed notes in which block of the journal an ended event can be read back. It is called between steps, and so may
// write in place.
func (s *UserState) committed(id, block uint64) {
	for i := len(s.answered) - 1; i >= 0; i-- {
		if s.answered[i].id == id {
			s.answered[i].place = placeOf(block, s.answered[i].at())
			return
		}
	}
}
