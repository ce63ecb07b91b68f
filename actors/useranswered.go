package actors

import (
	"encoding/binary"
	"slices"

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
	id uint64
	place
}

// place is the journal block of a closed record (40 bits: a thousand commits a second for thirty years; 0 until its commit
// is known) and the minute in which the event ended (24 bits: thirty years from minuteZero).
type place uint64

// placeOf packs a journal block and a time in Unix milliseconds.
func placeOf(block uint64, at int64) place {
	return place(block<<24 | uint64(max(0, at-minuteZero)/minute)&minuteMask)
}

const (
	minute     = 60 * 1000            // milliseconds
	minuteZero = 1_577_836_800 * 1000 // 2020-01-01 UTC, Unix milliseconds
	minuteMask = 1<<24 - 1
)

func (p place) block() uint64 { return uint64(p >> 24) }

// at returns the minute the event ended in, Unix milliseconds.
func (p place) at() int64 { return int64(p&minuteMask)*minute + minuteZero }

// answers are the latest ended events of a user, at most maxAnswered. Ten thousand users remember two million, so what has
// its place is packed: the hash, and two bytes or so from the place before it. Between steps they grow in room that they
// have; within one they are only appended to and sliced.
type answers struct {
	ids   []uint64   // hashes, oldest first
	steps []byte     // from place to place, see appendStep
	base  place      // that from which the first step goes
	last  place      // that of the last of ids
	fresh []answered // after them, not packed yet
}

func (a *answers) len() int { return len(a.ids) + len(a.fresh) }

// full tells whether an older one may have been forgotten.
func (a *answers) full() bool { return a.len() >= maxAnswered }

// oldest returns the first, which there must be.
func (a *answers) oldest() answered {
	if len(a.ids) == 0 {
		return a.fresh[0]
	}
	p, _ := nextStep(a.base, a.steps)
	return answered{a.ids[0], p}
}

// add remembers one more, and forgets the oldest if there are too many.
func (a *answers) add(one answered) {
	if a.full() {
		a.drop()
	}
	a.fresh = append(a.fresh, one)
}

func (a *answers) drop() {
	if len(a.ids) == 0 {
		a.fresh = a.fresh[1:]
		return
	}
	p, n := nextStep(a.base, a.steps)
	a.ids, a.steps, a.base = a.ids[1:], a.steps[n:], p
}

// settle notes the place of one that has none yet, and packs it with all before it.
func (a *answers) settle(id, block uint64) {
	i := slices.IndexFunc(a.fresh, func(f answered) bool { return f.id == id })
	if i < 0 {
		return
	}
	a.fresh[i].place = placeOf(block, a.fresh[i].at())
	a.pack(i + 1)
}

// pack packs the first n of those that are not yet.
func (a *answers) pack(n int) {
	for _, f := range a.fresh[:n] {
		a.ids = append(roomFor(a.ids, 1), f.id)
		a.steps = appendStep(roomFor(a.steps, 2), a.last, f.place)
		a.last = f.place
	}
	if a.fresh = slices.Delete(a.fresh, 0, n); len(a.fresh) == 0 && cap(a.fresh) > 8 {
		a.fresh = nil // one burst, or a snapshot, should not be paid for ever
	}
}

// roomFor returns a slice with room for some more. It grows by a quarter: append would double it, and what ten thousand
// users have to spare is more than what they copy.
func roomFor[T any](s []T, more int) []T {
	if len(s)+more <= cap(s) {
		return s
	}
	return append(make([]T, 0, len(s)+max(more, 8, len(s)/4)), s...)
}

// find returns the latest with an id.
func (a *answers) find(id uint64) (answered, bool) {
	for i := len(a.fresh) - 1; i >= 0; i-- {
		if a.fresh[i].id == id {
			return a.fresh[i], true
		}
	}
	at := len(a.ids) - 1
	for at >= 0 && a.ids[at] != id {
		at--
	}
	if at < 0 {
		return answered{}, false
	}
	p := a.base
	for steps := a.steps; at >= 0; at-- {
		var n int
		p, n = nextStep(p, steps)
		steps = steps[n:]
	}
	return answered{id, p}, true
}

// all calls yield for each, oldest first.
func (a *answers) all(yield func(answered) bool) {
	p, steps := a.base, a.steps
	for _, id := range a.ids {
		var n int
		p, n = nextStep(p, steps)
		if steps = steps[n:]; !yield(answered{id, p}) {
			return
		}
	}
	for _, f := range a.fresh {
		if !yield(f) {
			return
		}
	}
}

// appendStep appends the way from one place to the next: the difference of the blocks, with one bit that says whether that of
// the minutes follows. Both are zigzag varints, since a record without a block stands among those with one, and clocks jump.
func appendStep(dst []byte, from, to place) []byte {
	blocks, minutes := int64(to.block())-int64(from.block()), int64(to&minuteMask)-int64(from&minuteMask)
	if minutes == 0 {
		return binary.AppendVarint(dst, blocks<<1)
	}
	return binary.AppendVarint(binary.AppendVarint(dst, blocks<<1|1), minutes)
}

// nextStep returns the place that the first of steps leads to, and how long that step is.
func nextStep(from place, steps []byte) (to place, n int) {
	blocks, n := binary.Varint(steps)
	minutes := int64(from & minuteMask)
	if blocks&1 != 0 {
		more, m := binary.Varint(steps[n:])
		minutes, n = minutes+more, n+m
	}
	return place(int64(from.block())+blocks>>1)<<24 | place(minutes), n
}

func hashKey(k live.EventKey) uint64 {
	return xxhash.Sum64String(string(k.ID)) ^ uint64(k.Type)*0x9e3779b97f4a7c15
}

func (s *UserState) remember(now int64, k live.EventKey) {
	s.answered.add(answered{hashKey(k), placeOf(0, now)})
}

func (s *UserState) lookup(now int64, k live.EventKey) (answered, bool) {
	a, ok := s.answered.find(hashKey(k))
	return a, ok && now-a.at() < answeredFor+minute
}

// committed notes in which block of the journal an ended event can be read back. It is called between steps.
func (s *UserState) committed(id, block uint64) { s.answered.settle(id, block) }
