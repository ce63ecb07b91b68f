package shop

import (
	"fmt"
	"hash/maphash"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"liveroom/engine/live"
)

// Rooms is the one owner of the rooms' live numbers. Reads take no lock: rooms stand in shards, each an immutable map that
// a new room replaces, and each room publishes immutable snapshots. Only a counts event changes viewers and sold; enter,
// like and the rest are tallied apart.
type Rooms struct {
	seed   maphash.Seed
	limit  int64
	count  atomic.Int64
	shards [roomShards]roomShard
}

const roomShards = 64

type roomShard struct {
	rooms atomic.Pointer[map[live.RoomID]*room]
	mu    sync.Mutex // held by the one who adds a room
}

// room is one room's numbers.
type room struct {
	counts  atomic.Pointer[live.Counts]
	showing atomic.Pointer[Showing]
	tally   [tallies]atomic.Int64

	mu                sync.Mutex // held by the one who changes counts or showing, and guards the fields below
	viewersAt, soldAt int64      // the sender's time of each figure, Unix milliseconds
}

// Showing is what the host presents.
type Showing struct {
	SKU live.SKU
	At  int64 // the sender's time, Unix milliseconds
}

// NewRooms returns an owner of at most limit rooms, 0 for 10,000.
func NewRooms(limit int) *Rooms {
	if limit <= 0 {
		limit = 10000
	}
	r := &Rooms{seed: maphash.MakeSeed(), limit: int64(limit)}
	for i := range r.shards {
		r.shards[i].rooms.Store(&map[live.RoomID]*room{})
	}
	return r
}

func (r *Rooms) shard(id live.RoomID) *roomShard {
	return &r.shards[maphash.String(r.seed, string(id))%roomShards]
}

// find returns a room, nil when it was never spoken of.
func (r *Rooms) find(id live.RoomID) *room { return (*r.shard(id).rooms.Load())[id] }

// open returns a room, made when needed; nil when there are too many.
func (r *Rooms) open(id live.RoomID) *room {
	shard := r.shard(id)
	if known := (*shard.rooms.Load())[id]; known != nil {
		return known
	}
	shard.mu.Lock()
	defer shard.mu.Unlock()
	rooms := *shard.rooms.Load()
	if known := rooms[id]; known != nil {
		return known
	}
	if r.count.Add(1) > r.limit {
		r.count.Add(-1)
		return nil
	}
	grown := maps.Clone(rooms)
	made := new(room)
	grown[live.RoomID(strings.Clone(string(id)))] = made // the id may be part of something larger
	shard.rooms.Store(&grown)
	return made
}

// Counts returns a room's current numbers, nil when none were told. It takes no lock.
func (r *Rooms) Counts(id live.RoomID) *live.Counts {
	if room := r.find(id); room != nil {
		return room.counts.Load()
	}
	return nil
}

// Apply takes in a counts event seen at the given time and returns the numbers current afterwards, nil when neither
// figure was ever told. Viewers and sold are judged apart: for each the event with the later At counts, of two with the same
// At the one applied last, and a figure left out stays as it is.
func (r *Rooms) Apply(e *live.Event, seen time.Time) (*live.Counts, *live.Fault) {
	room := r.open(e.Room)
	if room == nil {
		return nil, r.full(e)
	}
	room.mu.Lock()
	defer room.mu.Unlock()
	old := room.counts.Load()
	if old == nil {
		old = &live.Counts{Room: e.Room, Viewers: live.Absent, Sold: live.Absent}
	}
	next := *old
	changed := false
	if e.Viewers != live.Absent && (old.Viewers == live.Absent || e.At >= room.viewersAt) {
		next.Viewers, next.ViewersSeen, room.viewersAt, changed = e.Viewers, seen.UnixMilli(), e.At, true
	}
	if e.Sold != live.Absent && (old.Sold == live.Absent || e.At >= room.soldAt) {
		next.Sold, next.SoldSeen, room.soldAt, changed = e.Sold, seen.UnixMilli(), e.At, true
	}
	if !changed {
		return room.counts.Load(), nil
	}
	next.Version++
	if next.At < e.At || old.Version == 0 {
		next.At = e.At
	}
	next.Seen = seen.UnixMilli()
	room.counts.Store(&next)
	return &next, nil
}

func (r *Rooms) full(e *live.Event) *live.Fault {
	return &live.Fault{
		Code: live.Overloaded, Field: "room", To: e.ID,
		Hint: fmt.Sprintf("%d rooms are open, as many as are accepted; use one of them or raise the limit", r.limit),
	}
}

// Present takes in what the host shows in a room now, "" for nothing; an older At loses. It tells whether the room can be
// held.
func (r *Rooms) Present(id live.RoomID, sku live.SKU, at int64) bool {
	room := r.open(id)
	if room == nil {
		return false
	}
	room.mu.Lock()
	defer room.mu.Unlock()
	if old := room.showing.Load(); old == nil || at >= old.At {
		room.showing.Store(&Showing{SKU: sku, At: at})
	}
	return true
}

// Presenting returns what the host shows in a room, its SKU "" when nothing. It takes no lock.
func (r *Rooms) Presenting(id live.RoomID) Showing {
	if room := r.find(id); room != nil {
		if s := room.showing.Load(); s != nil {
			return *s
		}
	}
	return Showing{}
}

// Restore takes in counts and presentation facts from storage, in any order, and returns how many it took.
func (r *Rooms) Restore(records ...live.Record) (taken int) {
	for _, rec := range records {
		if rec.Event == nil {
			continue
		}
		switch rec.Event.Type {
		case live.CountsUpdate:
			if _, fault := r.Apply(rec.Event, time.UnixMilli(rec.Received)); fault == nil {
				taken++
			}
		case live.Present:
			if r.Present(rec.Event.Room, rec.Event.SKU, rec.Event.At) {
				taken++
			}
		}
	}
	return taken
}

// Len returns how many rooms were spoken of.
func (r *Rooms) Len() int { return int(r.count.Load()) }
