package knowledge

import (
	"cmp"
	"slices"

	"liveroom/engine/live"
)

// Entry is one question with its answer. It is immutable once it is in a Base.
type Entry struct {
	ID           string
	Question     string
	Alternatives []string // other ways to ask it
	Answer       string
	Tags         []string // words that tell, with intent and product, that the entry is meant
	Products     []live.ProductID
	Intents      []live.Intent
	Updated      int64  // Unix milliseconds
	Version      uint64 // from 1, grows with every change
}

// same tells whether two entries say the same, whenever they were told.
func (e *Entry) same(o *Entry) bool {
	return e.Question == o.Question && e.Answer == o.Answer && slices.Equal(e.Alternatives, o.Alternatives) &&
		slices.Equal(e.Tags, o.Tags) && slices.Equal(e.Products, o.Products) && slices.Equal(e.Intents, o.Intents)
}

// The bounds of what is remembered of the past.
const (
	maxPast = 10   // versions of an entry before the present one
	maxGone = 1000 // entries that are no more, of which the past is kept
)

// Changes is what an update changed.
type Changes struct {
	Added   int `json:"added"`
	Changed int `json:"changed"`
	Removed int `json:"removed"`
}

// Entries returns the entries in the order of the file.
func (b *Base) Entries() []Entry { return b.entries }

// Entry returns the entry with the given id and what it said before, the latest first; false when there is none and never
// was one.
func (b *Base) Entry(id string) (now *Entry, past []Entry, ok bool) {
	if i, there := b.byID[id]; there {
		now = &b.entries[i]
	}
	past = b.past[id]
	return now, past, now != nil || past != nil
}

// Update returns a base of other entries. What says the same as before keeps its version and time; what says something else
// has the next version and, unless it names a later time than it had, the given one, in Unix milliseconds.
func (b *Base) Update(entries []Entry, now int64) (*Base, Changes) {
	var c Changes
	next := slices.Clone(entries)
	past := make(map[string][]Entry, len(b.past))
	for id, versions := range b.past {
		past[id] = versions
	}
	kept := make(map[string]bool, len(next))
	for i := range next {
		e := &next[i]
		kept[e.ID] = true
		old, before, known := b.Entry(e.ID)
		switch {
		case old != nil && old.same(e):
			e.Version, e.Updated = old.Version, old.Updated
		case old != nil:
			c.Changed++
			e.Version = max(old.Version+1, e.Version)
			if e.Updated <= old.Updated {
				e.Updated = now
			}
			past[e.ID] = remember(before, *old)
		default:
			c.Added++
			e.Version = max(1, e.Version)
			if known {
				e.Version = max(before[0].Version+1, e.Version)
			}
			if e.Updated == 0 {
				e.Updated = now
			}
		}
	}
	for i := range b.entries {
		if e := &b.entries[i]; !kept[e.ID] {
			c.Removed++
			past[e.ID] = remember(b.past[e.ID], *e)
		}
	}
	forget(past, kept)
	return build(next, past, b.threshold).goOn(b), c
}

// remember puts a version before those known.
func remember(past []Entry, e Entry) []Entry {
	return append([]Entry{e}, past[:min(len(past), maxPast-1)]...)
}

// forget drops the past of entries that are no more, the longest ago first, beyond maxGone.
func forget(past map[string][]Entry, kept map[string]bool) {
	var gone []string
	for id := range past {
		if !kept[id] {
			gone = append(gone, id)
		}
	}
	if len(gone) <= maxGone {
		return
	}
	slices.SortFunc(gone, func(a, b string) int {
		return cmp.Or(cmp.Compare(past[b][0].Updated, past[a][0].Updated), cmp.Compare(a, b))
	})
	for _, id := range gone[maxGone:] {
		delete(past, id)
	}
}
