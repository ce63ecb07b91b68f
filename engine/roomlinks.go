package engine

import (
	"slices"
	"strings"
	"sync"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/shop"
	"liveroom/transport/wire"
)

// roomLinks finds links by their room: seats, and the ingest links that carry a room's comments. Any goroutine may call it.
type roomLinks struct {
	mu    sync.RWMutex
	seats map[live.SessionID]*live.Link // guarded by mu; bounded by the links there are

	carried sync.Map // live.RoomID → *carriers; bounded by the rooms there are
}

// maxCarriers is how many ingest links of a room are remembered.
const maxCarriers = 8

// carriers are the ingest links that lately carried comments of one room.
type carriers struct {
	mu       sync.Mutex
	sessions []live.SessionID // guarded by mu; the latest first, each once, at most maxCarriers
}

func (r *roomLinks) opened(l *live.Link) {
	if l.Role != live.Seat {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seats == nil {
		r.seats = make(map[live.SessionID]*live.Link)
	}
	r.seats[l.Session] = l
}

// closed forgets a seat's link, unless another has taken its session over.
func (r *roomLinks) closed(l *live.Link) {
	if l.Role != live.Seat {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seats[l.Session] == l {
		delete(r.seats, l.Session)
	}
}

// carry notes which ingest link has brought a comment. Hot path: one lookup, and an uncontended lock.
func (r *roomLinks) carry(l *live.Link, room live.RoomID) {
	known, ok := r.carried.Load(room)
	if !ok {
		known, _ = r.carried.LoadOrStore(live.RoomID(strings.Clone(string(room))), new(carriers)) // the event's strings share memory
	}
	c := known.(*carriers)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.sessions) > 0 && c.sessions[0] == l.Session {
		return
	}
	at := slices.Index(c.sessions, l.Session)
	switch {
	case at >= 0:
	case len(c.sessions) < maxCarriers:
		at = len(c.sessions)
		c.sessions = append(c.sessions, "")
	default:
		at = maxCarriers - 1
	}
	copy(c.sessions[1:at+1], c.sessions[:at])
	c.sessions[0] = l.Session
}

// Seats implements actors.RoomLinks.
func (r *roomLinks) Seats(room live.RoomID) (sessions []live.SessionID) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for s, l := range r.seats {
		if l.Room == "" || l.Room == room {
			sessions = append(sessions, s)
		}
	}
	slices.Sort(sessions)
	return sessions
}

// Carriers implements actors.RoomLinks.
func (r *roomLinks) Carriers(room live.RoomID) []live.SessionID {
	known, ok := r.carried.Load(room)
	if !ok {
		return nil
	}
	c := known.(*carriers)
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.sessions)
}

// appendAlarm encodes what seats are shown. What users wrote is masked: a seat has no right to more.
func appendAlarm(dst []byte, a *live.Alarm) []byte {
	if a.Kind == live.AlarmHandover || a.Kind == live.AlarmLine {
		shown := *a
		shown.Text = masked(a.Text)
		a = &shown
	}
	return wire.AppendAlarm(dst, a)
}

// roomFigures lets rooms show their host what the owners of live figures publish.
type roomFigures struct{ figures }

// Stock implements actors.RoomFigures.
func (f roomFigures) Stock(p live.ProductID, now time.Time) (pieces int64, age time.Duration, ok bool) {
	pieces, _, seen, skus := shop.ProductTotal(f.ledger.Stock(p))
	return pieces, now.Sub(time.UnixMilli(seen)), skus > 0
}

// Counts implements actors.RoomFigures.
func (f roomFigures) Counts(room live.RoomID) (viewers, sold int64) {
	if c := f.rooms.Counts(room); c != nil {
		return c.Viewers, c.Sold
	}
	return live.Absent, live.Absent
}
