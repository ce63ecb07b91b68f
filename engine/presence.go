package engine

import (
	"sync"
	"time"

	"liveroom/engine/audit"
	"liveroom/engine/live"
)

// presence knows which seats are away, and for how long. A seat's link is there while it is open, and away from the moment
// it closes, for whatever reason; it may come back and resume. A person at the console has no link: he is there with every
// request that proves to be his and while a page of his is open, and away from the last of them on, be his session over or
// not. A seat that has been away for its grace is gone, and what it has taken goes back to the engine. Any goroutine may call
// it.
type presence struct {
	seatGrace, consoleGrace time.Duration
	now                     func() time.Time
	linked                  func(live.SessionID) bool

	mu   sync.Mutex
	seen map[live.SessionID]time.Time // when a seat was there last; guarded by mu; bounded by maxSeen
}

// maxSeen is how many seats are remembered. What is forgotten is gone longest, and counts from when it took a dialogue.
const maxSeen = 4096

func newPresence(cfg AccessConfig, now func() time.Time, linked func(live.SessionID) bool) *presence {
	return &presence{
		seatGrace: cfg.SeatGrace, consoleGrace: cfg.ConsoleGrace, now: now, linked: linked, seen: make(map[live.SessionID]time.Time),
	}
}

// opened notes that a seat's link is there.
func (p *presence) opened(l *live.Link) {
	if l.Role == live.Seat {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.seen, l.Session)
	}
}

// closed notes that a seat's link is away, unless another link has its session.
func (p *presence) closed(l *live.Link, resumed bool) {
	if l.Role == live.Seat && !resumed {
		p.note(l.Session)
	}
}

// heard notes that a person at the console is there.
func (p *presence) heard(name string) { p.note(live.SessionID(deskPrefix + name)) }

func (p *presence) note(seat live.SessionID) {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.seen[seat]; !known && len(p.seen) >= maxSeen {
		p.forget(now)
	}
	p.seen[seat] = now
}

// forget makes room: for those that are gone anyway, or else for the one that is away longest. p.mu is held.
func (p *presence) forget(now time.Time) {
	var oldest live.SessionID
	for seat, at := range p.seen {
		if now.Sub(at) >= p.grace(seat) {
			delete(p.seen, seat)
		} else if oldest == "" || at.Before(p.seen[oldest]) {
			oldest = seat
		}
	}
	if len(p.seen) >= maxSeen {
		delete(p.seen, oldest)
	}
}

func (p *presence) grace(seat live.SessionID) time.Duration {
	if isDesk(seat) {
		return p.consoleGrace
	}
	return p.seatGrace
}

// gone tells whether the seat that has a dialogue since a time is away for its grace. To take a dialogue is a sign of life, and
// so is a start of this node, before which nobody could come back to it.
func (p *presence) gone(seat live.SessionID, since, now time.Time) bool {
	if !isDesk(seat) && p.linked(seat) {
		return false
	}
	p.mu.Lock()
	last := p.seen[seat]
	p.mu.Unlock()
	if since.After(last) {
		last = since
	}
	return now.Sub(last) >= p.grace(seat)
}

// linked tells whether a session has a link.
func (g *gate) linked(s live.SessionID) bool {
	_, ok := g.links.Load(s)
	return ok
}

// showTaken shows a seat that is back what it has taken, with what was written meanwhile.
func (g *gate) showTaken(seat live.SessionID) {
	for _, k := range g.house.TakenBy(seat) {
		g.taken(seat, k)
	}
}

// seatGone notes in the audit log that a dialogue went back to the engine because its seat was gone.
func (e *Engine) seatGone(k live.UserKey) {
	e.parts.audit.Note(audit.Act{ // a log that fails says so itself
		Who: "liveroom", Act: "dialogue.give_back", Detail: string(live.BecauseSeatGone),
		On: "room " + string(k.Room) + " user " + audit.PersonalIn(string(k.Room), string(k.User)),
	})
	e.log.Info("a dialogue is given back: its seat is gone", "room", k.Room, "user", k.User)
}
