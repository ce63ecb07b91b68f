package actors

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"liveroom/engine/live"
)

// Handled is one message that an actor has handled, for who looks at that actor. It holds nothing that a person wrote.
type Handled struct {
	At   time.Time     // when its turn came
	Kind string        // what it was: the type of an event, or what the parts exchange
	ID   live.EventID  // of an event, else ""
	Note string        // an intent or a ruling that it brought, "" for none
	Wait time.Duration // in the mailbox, 0 when that is not known
	Took time.Duration
}

// maxPeeked is how many messages are kept of an actor that somebody looks at.
const maxPeeked = 64

// peeks are the actors that somebody looks at. While nobody does, all that a message costs is one load of a nil pointer.
type peeks struct {
	all atomic.Pointer[map[live.UserKey]*peek] // nil when nobody looks; replaced whole

	mu sync.Mutex // held by the one who replaces it
}

// peek is what is kept of one actor while somebody looks at it.
type peek struct {
	lookers int // guarded by peeks.mu

	mu     sync.Mutex
	latest []Handled // guarded by mu; the oldest first, at most maxPeeked
}

// Peek keeps the latest messages of an actor, of the room's when k names no user, until stop is called. The actor need not
// be in memory.
func (h *House) Peek(k live.UserKey) (stop func()) {
	h.peeks.change(k, 1)
	return sync.OnceFunc(func() { h.peeks.change(k, -1) })
}

// Peeked returns what was kept of an actor since somebody looks at it, the latest first; nothing when nobody does.
func (h *House) Peeked(k live.UserKey) []Handled {
	all := h.peeks.all.Load()
	if all == nil || (*all)[k] == nil {
		return nil
	}
	p := (*all)[k]
	p.mu.Lock()
	defer p.mu.Unlock()
	latest := slices.Clone(p.latest)
	slices.Reverse(latest)
	return latest
}

func (p *peeks) change(k live.UserKey, by int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := make(map[live.UserKey]*peek)
	if now := p.all.Load(); now != nil {
		for key, one := range *now {
			next[key] = one
		}
	}
	if next[k] == nil {
		next[k] = new(peek)
	}
	if next[k].lookers += by; next[k].lookers <= 0 {
		delete(next, k)
	}
	if len(next) == 0 {
		p.all.Store(nil)
		return
	}
	p.all.Store(&next)
}

// note keeps a message if somebody looks at its actor. Hot path: TestNobodyPeeksForNothing.
func (p *peeks) note(k live.UserKey, msg any, begin time.Time, took time.Duration) {
	all := p.all.Load()
	if all == nil {
		return
	}
	if one := (*all)[k]; one != nil {
		one.note(msg, begin, took)
	}
}

func (p *peek) note(msg any, begin time.Time, took time.Duration) {
	n := handledOf(msg)
	n.At, n.Took = begin, took
	if a, ok := msg.(*arrived); ok {
		n.Wait = begin.Sub(a.posted)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.latest) >= maxPeeked {
		p.latest = slices.Delete(p.latest, 0, 1)
	}
	p.latest = append(p.latest, n)
}

var rulingNames = [...]string{RuledFirst: "first", RuledJoin: "join", RuledQuiet: "quiet", RuledSuggest: "suggest"}

// handledOf says what a message is.
func handledOf(msg any) Handled {
	switch m := msg.(type) {
	case *arrived:
		return Handled{Kind: m.Event.Type.String(), ID: m.Event.ID}
	case *wasRead:
		return Handled{Kind: "reading", Note: m.reading.Intent.String()}
	case *ruled:
		return Handled{Kind: "ruling", Note: rulingNames[m.ruling]}
	case *asked:
		return Handled{Kind: "question", Note: m.Topic.Intent.String()}
	case *released:
		return Handled{Kind: "answer", Note: m.Topic.Intent.String()}
	case *setting:
		return Handled{Kind: "setting", Note: m.event.Type.String()}
	case *settingKept:
		return Handled{Kind: "setting_kept", Note: m.event.Type.String()}
	}
	return Handled{Kind: kindOf(msg)}
}

// kindOf names the messages that tell nothing else.
func kindOf(msg any) string {
	switch msg.(type) {
	case *restored:
		return "restored"
	case *commitFailed:
		return "commit_failed"
	case *settled:
		return "settled"
	case *saved:
		return "saved"
	case *tick:
		return "tick"
	case *woken:
		return "woken"
	case *describe, *viewUser, *viewRoom:
		return "look"
	case *restartAsked:
		return "restart"
	case *stopAsked:
		return "stop"
	case *attended:
		return "attended"
	case *hostSays:
		return "host"
	}
	return "other"
}
