package shop

import (
	"sync/atomic"

	"liveroom/engine/live"
)

// The places of a room's tally.
const (
	tallyEnter = iota
	tallyLeave
	tallyLike
	tallyGift
	tallyGiftFen
	tallyFollow
	tallyShare
	tallies // one past the last
)

// Tally is what happened in a room, or in all of them, since start.
type Tally struct {
	Enters, Leaves int64
	Likes          int64 // likes, not like events
	Gifts          int64 // gifts, not gift events
	GiftFen        int64 // worth of them, in fen
	Follows        int64
	Shares         int64
}

// Count adds an enter, leave, like, gift, follow or share event to its room's tally; others are passed over. It tells
// whether the room can be held. Hot path, nine events in ten: TestCountAllocates holds it to no allocation.
func (r *Rooms) Count(e *live.Event) bool {
	room := r.open(e.Room)
	if room == nil {
		return false
	}
	t := &room.tally
	switch e.Type {
	case live.Enter:
		t[tallyEnter].Add(1)
	case live.Leave:
		t[tallyLeave].Add(1)
	case live.Like:
		t[tallyLike].Add(max(1, e.Count))
	case live.Gift:
		t[tallyGift].Add(max(1, e.Count))
		t[tallyGiftFen].Add(e.ValueFen)
	case live.Follow:
		t[tallyFollow].Add(1)
	case live.Share:
		t[tallyShare].Add(1)
	}
	return true
}

// Tally returns a room's tally, zeros when it was never spoken of. It takes no lock.
func (r *Rooms) Tally(id live.RoomID) Tally {
	if room := r.find(id); room != nil {
		return tallyOf(&room.tally)
	}
	return Tally{}
}

// Sum returns the tally of all rooms together.
func (r *Rooms) Sum() (sum Tally) {
	for i := range r.shards {
		for _, room := range *r.shards[i].rooms.Load() {
			t := tallyOf(&room.tally)
			sum.Enters += t.Enters
			sum.Leaves += t.Leaves
			sum.Likes += t.Likes
			sum.Gifts += t.Gifts
			sum.GiftFen += t.GiftFen
			sum.Follows += t.Follows
			sum.Shares += t.Shares
		}
	}
	return sum
}

func tallyOf(t *[tallies]atomic.Int64) Tally {
	return Tally{
		Enters: t[tallyEnter].Load(), Leaves: t[tallyLeave].Load(), Likes: t[tallyLike].Load(), Gifts: t[tallyGift].Load(),
		GiftFen: t[tallyGiftFen].Load(), Follows: t[tallyFollow].Load(), Shares: t[tallyShare].Load(),
	}
}
