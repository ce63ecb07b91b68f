package actors

import (
	"maps"
	"strconv"
	"sync"
	"time"

	"liveroom/engine/live"
)

// seatings are the dialogues that people have taken. Whoever looks for seats that are gone finds here where to look; what
// counts is the user's own state. Any goroutine may call it.
type seatings struct {
	mu   sync.Mutex
	held map[live.UserKey]seating // guarded by mu; bounded by the dialogues that people have taken
}

// seating is who has a dialogue, and since when: since it was taken, or since this House knows.
type seating struct {
	seat  live.SessionID
	since time.Time
}

// take notes that a seat has a dialogue.
func (s *seatings) take(k live.UserKey, of seating) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		s.held = make(map[live.UserKey]seating)
	}
	s.held[k.Clone()] = of
}

// know is take for what has been read back, unless more is known already.
func (s *seatings) know(k live.UserKey, of seating) {
	if _, known := s.of(k); !known {
		s.take(k, of)
	}
}

func (s *seatings) of(k live.UserKey) (seating, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	held, ok := s.held[k]
	return held, ok
}

// free forgets who has a dialogue.
func (s *seatings) free(k live.UserKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.held, k)
}

// drop is free, unless another act has been noted since.
func (s *seatings) drop(k live.UserKey, of seating) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held[k] == of {
		delete(s.held, k)
	}
}

func (s *seatings) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.held)
}

// all returns a copy, nil when no dialogue is taken.
func (s *seatings) all() map[live.UserKey]seating {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.held) == 0 {
		return nil
	}
	return maps.Clone(s.held)
}

// seatFact says beside an act who has the dialogue from now on, so that a House that begins knows it without reading every
// user.
func seatFact(k live.UserKey, seat live.SessionID, act live.EventType, at int64) live.Record {
	return live.Record{
		Kind: live.RecordFact, User: k, Session: seat, Received: at,
		Event: &live.Event{Type: act, Room: k.Room, User: k.User, At: at, Viewers: live.Absent, Sold: live.Absent},
	}
}

// RestoreSeat takes back a fact of who has a dialogue; others it leaves alone. It is called before Run. However long the
// seat has been away, its grace begins anew: it could not come back to a House that was not there.
func (h *House) RestoreSeat(r live.Record) {
	if r.Event == nil {
		return
	}
	h.seated(r.User, r.Session, r.Event.Type, h.now())
}

// seated notes a seat's act that is durable.
func (h *House) seated(k live.UserKey, seat live.SessionID, act live.EventType, at time.Time) {
	switch act {
	case live.Take:
		h.seatings.take(k, seating{seat, at})
	case live.GiveBack:
		h.seatings.free(k)
	}
}

// TakenBy returns the dialogues that a seat has.
func (h *House) TakenBy(seat live.SessionID) (taken []live.UserKey) {
	for k, held := range h.seatings.all() {
		if held.seat == seat {
			taken = append(taken, k)
		}
	}
	return taken
}

// missSeats tells the users whose seat is gone. They look again themselves, in their turn: a seat that is back by then keeps
// what it has.
func (h *House) missSeats(now time.Time) {
	if h.parts.Gone == nil {
		return
	}
	for k, held := range h.seatings.all() {
		if h.parts.Gone(held.seat, held.since, now) {
			h.users.tell(k, &seatGone{seat: held.seat, since: held.since}, now.UnixMilli())
		}
	}
}

// seatWent runs after the commit that gave a dialogue back in a seat's stead, on the journal's goroutine.
func (h *House) seatWent(k live.UserKey) {
	h.metrics.seatsGone.Inc()
	if h.parts.OnSeatGone != nil {
		h.parts.OnSeatGone(k)
	}
}

// seatGone gives the dialogue back in the stead of a seat that is gone, unless the seat is back or has nothing to do with the
// dialogue any more. An actor that is being read back is told again with the next sweep.
func (u *user) seatGone(now time.Time, m *seatGone) {
	switch {
	case u.mode != modeReady:
		return
	case u.state.seat != string(m.seat):
		u.house.seatings.drop(u.cell.key, seating{m.seat, m.since}) // another act is on its way, or has been
		return
	case !u.house.parts.Gone(m.seat, m.since, now):
		return
	}
	u.house.inFlight.Add(1)
	k := u.cell.key
	e := &live.Event{
		Type: live.GiveBack, Room: k.Room, User: k.User, At: now.UnixMilli(), Viewers: live.Absent, Sold: live.Absent,
		ID: live.EventID(string(live.BecauseSeatGone) + ":" + strconv.FormatInt(now.UnixNano(), 36)), Dialogue: live.DialogueOf(k),
	}
	u.drive(now, Input{Kind: InSeatGone, Arrival: &Arrival{
		Event: e, Received: now.UnixMilli(), Deadline: now.Add(u.house.cfg.Budget).UnixMilli(),
	}})
}
