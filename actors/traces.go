package actors

import (
	"maps"
	"slices"
	"sync"
	"time"

	"liveroom/engine/live"
)

// Bounds of the traces of one watched room. The latest take the place of the earliest.
const (
	maxTracesOpen = 512 // of messages on their way
	maxTracesKept = 256 // of messages that have ended
)

// traces are the traces of one watched room.
type traces struct {
	mu    sync.Mutex
	open  map[*live.Event]*Trace // guarded by mu, as all that follows
	begun []*live.Event          // the keys of open, the earliest first, and of some that have left it
	kept  map[traced]*Seen
	ended []traced // the keys of kept, the earliest first
}

// traced names a message of a room.
type traced struct {
	user live.UserID
	key  live.EventKey
}

func newTraces() *traces {
	return &traces{open: make(map[*live.Event]*Trace), kept: make(map[traced]*Seen)}
}

func (s *traces) begin(e *live.Event, t *Trace) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.begun) >= maxTracesOpen {
		delete(s.open, s.begun[0])
		s.begun = append(s.begun[:0], s.begun[1:]...)
	}
	s.open[e] = t
	s.begun = append(s.begun, e)
}

func (s *traces) of(e *live.Event) *Trace {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open[e]
}

// take gives the trace of a message away for good.
func (s *traces) take(e *live.Event) *Trace {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.open[e]
	delete(s.open, e)
	return t
}

func (s *traces) keep(seen *Seen) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := traced{seen.Event.User, seen.Event.Key()}
	if _, known := s.kept[k]; !known {
		if len(s.ended) >= maxTracesKept {
			delete(s.kept, s.ended[0])
			s.ended = append(s.ended[:0], s.ended[1:]...)
		}
		s.ended = append(s.ended, k)
	}
	s.kept[k] = seen
}

func (s *traces) find(k traced) *Seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[k]
}

// forget drops the traces of a user.
func (s *traces) forget(u live.UserKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	theirs := func(e *live.Event) bool { return e.UserKey() == u }
	maps.DeleteFunc(s.open, func(e *live.Event, _ *Trace) bool { return theirs(e) })
	s.begun = slices.DeleteFunc(s.begun, theirs)
	maps.DeleteFunc(s.kept, func(_ traced, seen *Seen) bool { return theirs(seen.Event) })
	s.ended = slices.DeleteFunc(s.ended, func(k traced) bool { return s.kept[k] == nil })
}

// Who leaves a room to look at one dialogue of it must find there what it saw: the traces of a room stay for a while when
// nobody watches it any more, and are collected no further.
const (
	parkedFor = 2 * time.Minute
	maxParked = 16 // rooms
)

// park keeps the traces of a room that nobody watches any more. mu is held.
func (t *taps) park(room live.RoomID, s *traces) {
	if len(t.parked) >= maxParked {
		return
	}
	if t.parked == nil {
		t.parked = make(map[live.RoomID]*traces)
	}
	t.parked[room] = s
	time.AfterFunc(parkedFor, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.parked[room] == s {
			delete(t.parked, room)
		}
	})
}

// unpark returns the traces of a room that is watched again, new ones when there are none. mu is held.
func (t *taps) unpark(room live.RoomID) *traces {
	s := t.parked[room]
	delete(t.parked, room)
	if s == nil {
		return newTraces()
	}
	return s
}

// forget drops the traces of a user, of a room that is watched or was a moment ago.
func (t *taps) forget(k live.UserKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.parked[k.Room]; s != nil {
		s.forget(k)
	}
	if watched := t.audience(k.Room); watched != nil {
		watched.traces.forget(k)
	}
}

// audience returns who watches a room, nil when nobody does. Hot path: TestNobodyWatchesForNothing.
func (t *taps) audience(room live.RoomID) *audience {
	rooms := t.rooms.Load()
	if rooms == nil {
		return nil
	}
	return (*rooms)[room]
}

// begin begins the trace of a message, when somebody watches its room. Hot path: TestNobodyWatchesForNothing.
func (h *House) begin(a *Arrival, received time.Time) {
	watched := h.taps.audience(a.Event.Room)
	if watched == nil {
		return
	}
	t := &Trace{Begin: received}
	t.span(StageDecode, received, a.posted)
	if c := h.users.find(a.Event.UserKey()); c != nil {
		t.Mailbox = c.queued.Load()
	}
	watched.traces.begin(a.Event, t)
}

// trace returns the trace of a message, nil when nobody watches its room, or has not since it came. Hot path:
// TestNobodyWatchesForNothing.
func (u *user) trace(e *live.Event) *Trace {
	watched := u.house.taps.audience(u.cell.key.Room)
	if watched == nil {
		return nil
	}
	return watched.traces.of(e)
}

// traceAt is trace of the pending message with a sequence number.
func (u *user) traceAt(seq uint64) *Trace {
	if u.house.taps.audience(u.cell.key.Room) == nil {
		return nil
	}
	if i := u.state.at(seq); i >= 0 {
		return u.trace(u.state.pending[i].event)
	}
	return nil
}

// wasTraced completes the trace of a message that ends, and returns it.
func (u *user) wasTraced(now time.Time, e *Effect) *Trace {
	watched := u.house.taps.audience(u.cell.key.Room)
	if watched == nil {
		return nil
	}
	t := watched.traces.take(e.Event)
	if t == nil {
		return nil
	}
	t.After = u.state.talk
	t.submitted = u.house.now()
	if last := t.last(); last == StageBack || last == StageRoom {
		t.span(StageStep, now, t.submitted)
	}
	return t
}

// Traced returns a message of a user as it ended, with its trace: nil when nobody watched its room then, or it was too long
// ago.
func (h *House) Traced(k live.UserKey, key live.EventKey) *Seen {
	t := traced{k.User, key}
	if watched := h.taps.audience(k.Room); watched != nil {
		return watched.traces.find(t)
	}
	h.taps.mu.Lock()
	parked := h.taps.parked[k.Room]
	h.taps.mu.Unlock()
	if parked == nil {
		return nil
	}
	return parked.find(t)
}
