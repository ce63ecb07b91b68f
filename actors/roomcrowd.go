package actors

import (
	"math"

	"github.com/cespare/xxhash/v2"

	"liveroom/engine/live"
)

// crowd is who asks about one subject, an intent and a product: how many different people within the last minute, and
// how many in the burst that runs. People are kept as 64-bit hashes; among 100,000 of them two are taken for one with a
// chance of 3e-10.
type crowd struct {
	people map[uint64]heard
	recent [feedSlots]int32 // people by the slot they asked in last
	slot   int64            // the newest

	// the burst that runs
	burst    uint32 // its number
	open     bool
	answered bool  // somebody in it got an answer
	count    int   // different people who were answered or joined an answer, or wait for one
	start    int64 // of its first question, Unix milliseconds
	last     int64 // the question of its latest new asker
	level    float64
}

// heard is what a crowd knows of one person.
type heard struct {
	slot  uint32 // the latest it asked in
	burst uint32 // the latest it is counted in, 0 for none
}

const (
	// feedSlots slots of slotMs milliseconds are the minute that the host feed looks back.
	feedSlots = 12
	slotMs    = 5000
	// maxHeard bounds the people remembered over all subjects of a room, those of the last minute and of bursts that run:
	// some 5 MB. Within it counts are exact; who comes beyond it is answered and not counted.
	maxHeard = 1 << 17
	// levelFor is the time constant over which the rate of new askers is taken, in milliseconds.
	levelFor = 2000
	// quietGaps is how many mean gaps between askers must pass without a new one for a burst to have ended, quietMin and
	// quietMax the bounds of that in milliseconds.
	quietGaps = 8
	quietMin  = 2000
	quietMax  = 8000
)

func personOf(u live.UserID) uint64 { return xxhash.Sum64String(string(u)) }

// hear notes a question; all is how many people the room remembers.
func (c *crowd) hear(now int64, who uint64, all *int) {
	c.roll(now)
	h, known := c.people[who]
	switch {
	case known:
		if c.slot-int64(h.slot) < feedSlots {
			c.recent[h.slot%feedSlots]--
		}
	case *all >= maxHeard:
		return
	default:
		if c.people == nil {
			c.people = make(map[uint64]heard)
		}
		*all++
	}
	h.slot = uint32(c.slot)
	c.recent[c.slot%feedSlots]++
	c.people[who] = h
}

// roll empties the slots that have passed since the last question. A clock that steps back stays in the newest slot.
func (c *crowd) roll(now int64) {
	slot := now / slotMs
	for s := max(c.slot+1, slot-feedSlots+1); s <= slot; s++ {
		c.recent[s%feedSlots] = 0
	}
	c.slot = max(c.slot, slot)
}

// asking returns how many different people asked within the last minute.
func (c *crowd) asking(now int64) (n int) {
	c.roll(now)
	for _, r := range c.recent {
		n += int(r)
	}
	return n
}

// join counts a person into the burst that runs, or into a new one when a small one has ended, and tells whether that
// is news.
func (c *crowd) join(now int64, who uint64, large int) bool {
	h, known := c.people[who]
	if !known {
		return false
	}
	if c.open && c.count < large && c.ended(now) {
		c.end()
	}
	if !c.open {
		c.burst++
		c.open, c.answered, c.count, c.start = true, false, 0, now
	}
	if h.burst == c.burst {
		return false
	}
	h.burst = c.burst
	c.people[who] = h
	c.level = c.level*decay(now-c.last) + 1
	c.last = max(c.last, now)
	c.count++
	return true
}

// part takes a person out of the burst that runs.
func (c *crowd) part(who uint64) {
	if h := c.people[who]; c.open && h.burst == c.burst {
		h.burst = 0
		c.people[who] = h
		c.count--
	}
}

// ended tells whether no new asker has come for long enough.
func (c *crowd) ended(now int64) bool {
	quiet := quietGaps * levelFor / max(c.level, 1)
	return float64(now-c.last) >= min(max(quiet, quietMin), quietMax)
}

func (c *crowd) end() { c.open = false }

// rate returns how many new askers come a second.
func (c *crowd) rate(now int64) float64 {
	return c.level * decay(now-c.last) * 1000 / levelFor
}

func decay(ms int64) float64 { return math.Exp(-float64(max(ms, 0)) / levelFor) }

// tidy forgets people who asked too long ago to count, once they are as many as those who do.
func (c *crowd) tidy(now int64, all *int) {
	need := c.asking(now)
	if c.open {
		need += c.count
	}
	if len(c.people) <= 2*need+64 {
		return
	}
	for who, h := range c.people {
		if c.slot-int64(h.slot) >= feedSlots && (!c.open || h.burst != c.burst) {
			delete(c.people, who)
			*all--
		}
	}
}
