package actors

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"liveroom/engine/live"
)

// Why a message became a dead letter.
const (
	LetterGone      = "gone"      // its actor had left, and another message like it could not be routed either
	LetterRerouted  = "rerouted"  // its actor had left; it was routed once more by itself
	LetterRestarts  = "restarts"  // its actor had been restarted too often and took nothing
	LetterStorage   = "storage"   // its actor could not use storage and took nothing
	LetterLost      = "lost"      // a restart or a failed commit hit it before it was durable
	LetterForgotten = "forgotten" // it was replayed, and its user does not remember far enough back to know whether it was answered
)

// DeadLetter is a message that no actor took. Its sender has been told, unless the parts sent it to one another.
type DeadLetter struct {
	ID     uint64
	At     int64  // when it died, Unix milliseconds
	Kind   string // as of Handled
	Reason string
	Target string // the actor, when it is neither a user nor a room
	User   live.UserKey
	Event  *live.Event // nil when it was no event
	// Replayable tells whether Replay may route it again; Replayed is when it did, Unix milliseconds, 0 for never.
	Replayable bool
	Replayed   int64
}

// maxLetters bounds the dead letters that are kept.
const maxLetters = 256

// deadLetters are the latest.
type deadLetters struct {
	mu     sync.Mutex
	next   uint64   // guarded by mu
	latest []letter // guarded by mu; the oldest first, at most maxLetters
}

// letter is a dead letter with where its event came from.
type letter struct {
	DeadLetter
	session live.SessionID
}

func (l *deadLetters) add(d letter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	d.ID = l.next
	if len(l.latest) >= maxLetters {
		l.latest = slices.Delete(l.latest, 0, 1)
	}
	l.latest = append(l.latest, d)
}

// Forget drops what is kept of a user beside his actor: dead letters, cases, traces, and who has taken his dialogue.
func (h *House) Forget(k live.UserKey) {
	h.cases.forget(k)
	h.taps.forget(k)
	h.seatings.free(k)
	h.dead.mu.Lock()
	defer h.dead.mu.Unlock()
	h.dead.latest = slices.DeleteFunc(h.dead.latest, func(l letter) bool { return l.User == k })
}

// DeadLetters returns the dead letters that are kept, the latest first.
func (h *House) DeadLetters() []DeadLetter {
	h.dead.mu.Lock()
	defer h.dead.mu.Unlock()
	list := make([]DeadLetter, 0, len(h.dead.latest))
	for _, l := range slices.Backward(h.dead.latest) {
		list = append(list, l.DeadLetter)
	}
	return list
}

// bury keeps an event that was not taken. Its sender is told by the caller.
func (h *House) bury(e *live.Event, from live.SessionID, reason string) {
	h.metrics.deadLetters.Inc()
	h.dead.add(letter{DeadLetter{
		At: h.now().UnixMilli(), Kind: e.Type.String(), Reason: reason, User: e.UserKey(), Event: e,
		Replayable: e.ID != "" && reason != LetterRerouted && reason != LetterForgotten,
	}, from})
}

// reroute sends a message that reached no actor once more through the directory: an actor that left in between is
// spawned again.
func (h *House) reroute(pid *actor.PID, msg any) {
	switch m := msg.(type) {
	case *arrived:
		if m.rerouted {
			h.log.Error("dead letter", "user", m.Event.User, "room", m.Event.Room)
			h.bury(m.Event, m.Session, LetterGone)
			h.refuse(m.Event, m.Session, live.Internal)
			return
		}
		h.bury(m.Event, m.Session, LetterRerouted)
		again := *m
		again.rerouted = true
		if !h.users.tell(m.Event.UserKey(), &again, h.now().UnixMilli()) {
			h.refuse(m.Event, m.Session, live.Forbidden)
		}
		return
	case *asked:
		h.rooms.tell(m.User.Room, m, h.now().UnixMilli())
	}
	h.metrics.deadLetters.Inc()
	h.dead.add(letter{DeadLetter: DeadLetter{At: h.now().UnixMilli(), Kind: handledOf(msg).Kind, Reason: LetterGone, Target: pid.GetId()}})
}

// Why a dead letter is not replayed.
var (
	ErrNoLetter     = errors.New("there is no such dead letter, or not any more")
	ErrReplayed     = errors.New("it has been replayed already")
	ErrUnreplayable = errors.New("it cannot be replayed: it is no event with an id, or was routed again by itself")
	ErrTooOld       = errors.New("it is more than 24 hours old, and what was answered then is not remembered")
	ErrBusy         = errors.New("as many messages are in flight as this node takes, or it is going; try again")
)

// Replay routes a dead letter again, once, as if its sender had sent it again under the same id. Should he have done so
// himself meanwhile, the user's memory of what has ended brings the same outcome again, and no second one.
func (h *House) Replay(id uint64) error {
	if h.draining.Load() {
		return ErrBusy
	}
	if h.inFlight.Add(1) > int64(h.cfg.MaxInFlight) {
		h.inFlight.Add(-1)
		return ErrBusy
	}
	now := h.now()
	l, err := h.dead.raise(id, now)
	if err != nil {
		h.inFlight.Add(-1)
		return err
	}
	told := h.users.tell(l.User, &arrived{Arrival: Arrival{
		Event: l.Event, Session: l.session, Received: now.UnixMilli(), Deadline: now.Add(h.cfg.Budget).UnixMilli(), posted: now, died: l.At,
	}}, now.UnixMilli())
	if !told {
		h.inFlight.Add(-1)
		return ErrBarred
	}
	return nil
}

// raise returns a letter that may be replayed, and notes that it is.
func (l *deadLetters) raise(id uint64, now time.Time) (letter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.latest, func(d letter) bool { return d.ID == id })
	if i < 0 {
		return letter{}, ErrNoLetter
	}
	switch d := &l.latest[i]; {
	case d.Replayed != 0:
		return letter{}, ErrReplayed
	case !d.Replayable:
		return letter{}, ErrUnreplayable
	case now.UnixMilli()-d.At >= answeredFor:
		return letter{}, ErrTooOld
	default:
		d.Replayed = now.UnixMilli()
		return *d, nil
	}
}

// recalls tells whether every message that has ended since a time is remembered, so that one that is not has no outcome.
func (s *UserState) recalls(since int64) bool {
	return !s.answered.full() || s.answered.oldest().at()+minute <= since
}

// bury keeps what the user, broken, does not take.
func (u *user) bury(e *live.Event, from live.SessionID) {
	reason := LetterStorage
	if u.broken == live.Internal {
		reason = LetterRestarts
	}
	u.house.bury(e, from, reason)
}

// forget ends the replay of a letter that may have been answered longer ago than the user remembers.
func (u *user) forget(a *Arrival) {
	u.house.inFlight.Add(-1)
	u.house.bury(a.Event, a.Session, LetterForgotten)
}
