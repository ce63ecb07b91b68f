package actors

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"liveroom/actors/dialogue"
	"liveroom/engine/live"
)

// CaseKind is a kind of outcome that a figure of the business is made of and that somebody may want to look into.
type CaseKind uint8

// The kinds.
const (
	CaseHandedOver CaseKind = iota
	CaseShed
	CaseLate      // it took longer than lateAfter
	CaseUnhappy   // the user's mood was at most unhappyMood after it
	CaseRecommend // another product was offered, or that offer was settled
	CaseReserve   // a reservation or its confirmation was offered, or that offer was settled
	CasePromotion // a promotion was named unasked, or taken or declined
	caseKinds     // one past the last
)

// Case is one such outcome. It holds nothing that a person wrote.
type Case struct {
	User   live.UserKey
	Event  live.EventID
	At     int64  // when it was durable, Unix milliseconds
	TookMs int64  // from its receipt
	Note   string // why it was shed, or made, taken or declined; else ""
}

const (
	maxCases    = 100 // of a kind
	casesGap    = 100 // milliseconds between two of a kind that are kept: under load they are samples
	lateAfter   = 800 // milliseconds
	unhappyMood = Mood(2)
)

// cases are the latest of every kind.
type cases struct {
	last [caseKinds]atomic.Int64 // when the latest of a kind was kept, Unix milliseconds

	mu     sync.Mutex
	latest [caseKinds][]Case // guarded by mu; the oldest first, at most maxCases
}

// Cases returns the latest outcomes of a kind, the latest first; of those that came within a tenth of a second, one.
func (h *House) Cases(kind CaseKind) []Case {
	if kind >= caseKinds {
		return nil
	}
	h.cases.mu.Lock()
	defer h.cases.mu.Unlock()
	list := slices.Clone(h.cases.latest[kind])
	slices.Reverse(list)
	return list
}

// forget drops the cases of a user.
func (k *cases) forget(u live.UserKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for kind := range k.latest {
		k.latest[kind] = slices.DeleteFunc(k.latest[kind], func(c Case) bool { return c.User == u })
	}
}

// note keeps an outcome that is a case. Hot path: a few comparisons for one that is none.
func (k *cases) note(c *closing, now int64) {
	switch c.outcome {
	case live.HandedOver:
		k.add(CaseHandedOver, c, now, "")
	case live.Shed:
		k.add(CaseShed, c, now, string(c.reason))
	}
	if now-c.received > lateAfter && !c.redriven {
		k.add(CaseLate, c, now, "")
	}
	if c.mood != 0 && c.mood <= unhappyMood {
		k.add(CaseUnhappy, c, now, "")
	}
	if c.offers != (offers{}) {
		k.offer(c, now)
	}
}

func (k *cases) offer(c *closing, now int64) {
	o := &c.offers
	if o.promotion != offerUntouched {
		k.add(CasePromotion, c, now, o.promotion.String())
	}
	if r := o.of(); r != offerUntouched {
		k.add(caseOf(o.settled), c, now, r.String())
	} else if o.made != dialogue.Nothing {
		k.add(caseOf(o.made), c, now, offerMade.String())
	}
}

func caseOf(k dialogue.Kind) CaseKind {
	if k == dialogue.Cross {
		return CaseRecommend
	}
	return CaseReserve
}

func (k *cases) add(kind CaseKind, c *closing, now int64, note string) {
	if last := k.last[kind].Load(); now-last < casesGap && now >= last {
		return
	}
	k.last[kind].Store(now)
	one := Case{
		User: live.UserKey{Room: live.RoomID(strings.Clone(string(c.event.Room))), User: live.UserID(strings.Clone(string(c.event.User)))},
		// the event's strings share one allocation
		Event: live.EventID(strings.Clone(string(c.event.ID))), At: now, TookMs: now - c.received, Note: note,
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.latest[kind]) >= maxCases {
		k.latest[kind] = slices.Delete(k.latest[kind], 0, 1)
	}
	k.latest[kind] = append(k.latest[kind], one)
}
