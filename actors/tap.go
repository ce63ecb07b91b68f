package actors

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"liveroom/engine/live"
)

// Seen is one exchange as it ended, for who watches its room. It is immutable, and what it points to is too.
type Seen struct {
	Event    *live.Event // what was written, or what a seat said
	Received int64       // Unix milliseconds
	Ended    int64       // when its end was durable, Unix milliseconds
	Outcome  live.Outcome
	Reason   live.Reason
	Joined   live.ReplyID
	Reading  *live.Reading // nil when its text was not read
	Reply    *live.Reply   // nil when there is none; under live.Quiet it is a suggestion
	Mood     Mood          // of the user, 0 when its text was not read
	Trace    *Trace        // nil when nobody watched when it came
}

// taps are who watches rooms. While nobody does, all that a message costs is one load of a nil pointer.
type taps struct {
	rooms atomic.Pointer[map[live.RoomID]*audience] // nil when nobody watches; replaced whole

	mu     sync.Mutex              // held by the one who replaces it
	parked map[live.RoomID]*traces // of rooms left a moment ago; guarded by mu
}

// audience is who watches a room, and what is kept for them. It is immutable, but for what stands in traces.
type audience struct {
	taps   []*tap
	traces *traces
}

type tap struct{ see func(*Seen) }

// Watch has see called with every exchange of a room that ends from now on, until stop is called. see runs on the
// journal's goroutine: it must not block, and may be called once more while stop returns.
func (h *House) Watch(room live.RoomID, see func(*Seen)) (stop func()) {
	t := &tap{see: see}
	h.taps.change(room, func(of []*tap) []*tap { return append(slices.Clone(of), t) })
	return sync.OnceFunc(func() {
		h.taps.change(room, func(of []*tap) []*tap {
			return slices.DeleteFunc(slices.Clone(of), func(o *tap) bool { return o == t })
		})
	})
}

func (t *taps) change(room live.RoomID, change func([]*tap) []*tap) {
	t.mu.Lock()
	defer t.mu.Unlock()
	next := make(map[live.RoomID]*audience)
	if now := t.rooms.Load(); now != nil {
		maps.Copy(next, *now)
	}
	var was audience
	if a := next[room]; a != nil {
		was = *a
	}
	of := change(was.taps)
	switch {
	case len(of) == 0 && len(was.taps) > 0:
		delete(next, room)
		t.park(room, was.traces)
	case len(of) == 0:
	case was.traces == nil:
		next[room] = &audience{of, t.unpark(room)}
	default:
		next[room] = &audience{of, was.traces}
	}
	if len(next) == 0 {
		t.rooms.Store(nil)
		return
	}
	t.rooms.Store(&next)
}

// show hands an exchange that is durable to who watches its room.
func (t *taps) show(room live.RoomID, s *Seen, now time.Time) {
	if s == nil {
		return
	}
	watched := t.audience(room)
	if watched == nil {
		return
	}
	s.Ended = now.UnixMilli()
	if s.Trace != nil {
		watched.traces.keep(s)
	}
	for _, t := range watched.taps {
		t.see(s)
	}
}

// seen notes what who watches will be shown once it is durable; nil when nobody does.
func (u *user) seen(e *Effect) *Seen {
	if u.house.taps.audience(u.cell.key.Room) == nil {
		return nil
	}
	return &Seen{
		Event: e.Event, Received: e.Received, Outcome: e.Outcome, Reason: e.Reason, Joined: e.Joined, Reading: e.Reading,
		Reply: ownReply(e.Reply), Mood: e.Mood,
	}
}

// ownReply copies a reply of an effect, nil for none.
func ownReply(r *live.Reply) *live.Reply {
	if r == nil {
		return nil
	}
	own := *r
	return &own
}
