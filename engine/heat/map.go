// Package heat counts what people ask, by product and by hour of the shop's day, and has that outlast the node.
package heat

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"liveroom/engine/live"
)

// Map counts what people ask, by hour of the shop's day, from outcomes that are durable. It keeps the first maxRows
// different questions; what is asked beyond them is counted as one number. A Keeper has it outlast the node. Any goroutine
// may use it.
//
// Hot path: Ended allocates nothing once a question is known; TestCountingCostsNothing.
type Map struct {
	offset int64 // of the shop's time, seconds
	since  time.Time

	mu   sync.Mutex // held for one count, or to copy
	rows map[asking]*hours
	lost uint64 // guarded by mu

	changed bool // since give was asked; guarded by mu
}

// asking is one kind of question.
type asking struct {
	intent  live.Intent
	product live.ProductID
}

// hours is how often it was asked, and answered, by hour of the day.
type hours struct {
	asked    [24]uint32
	answered uint32
}

// maxRows bounds the kinds of questions, some 130 bytes each.
const maxRows = 4096

// hottest is how many kinds of questions are shown.
const hottest = 20

// New returns an empty map of a shop whose day is that of zone.
func New(zone *time.Location) *Map {
	now := time.Now()
	_, offset := now.In(zone).Zone()
	return &Map{offset: int64(offset), since: now, rows: make(map[asking]*hours)}
}

// Ended counts an exchange when it asked the shop for something and was read with confidence: how it was read, nil when it
// was not, which product it was about, when it was received, in Unix milliseconds, and its outcome.
func (h *Map) Ended(r *live.Reading, product live.ProductID, received int64, o live.Outcome) {
	if r == nil || r.Unsure || !r.Intent.Business() {
		return
	}
	k := asking{r.Intent, product}
	hour := (received/1000 + h.offset) / 3600 % 24
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changed = true
	row := h.rows[k]
	if row == nil {
		if len(h.rows) >= maxRows {
			h.lost++
			return
		}
		row = new(hours)
		h.rows[k] = row
	}
	row.asked[hour]++
	if o.Answers() || o == live.Merged {
		row.answered++
	}
}

// Row is one kind of question: how often it was asked, how often answered, and how often in each hour of the day.
type Row struct {
	Intent          live.Intent
	Product         live.ProductID // "" for none
	Asked, Answered uint64
	Hours           []uint32 // 24
}

// Top is what was asked most.
type Top struct {
	Since int64  // Unix milliseconds
	Asked uint64 // in all, but for Lost
	Lost  uint64 // of kinds beyond those that are kept apart
	Rows  []Row  // most first, at most 20
}

// Top returns what was asked most.
func (h *Map) Top() Top {
	h.mu.Lock()
	top := Top{Since: h.since.UnixMilli(), Lost: h.lost, Rows: make([]Row, 0, len(h.rows))}
	for k, row := range h.rows {
		r := Row{Intent: k.intent, Product: k.product, Answered: uint64(row.answered), Hours: slices.Clone(row.asked[:])}
		for _, n := range row.asked {
			r.Asked += uint64(n)
		}
		top.Asked += r.Asked
		top.Rows = append(top.Rows, r)
	}
	h.mu.Unlock()
	slices.SortFunc(top.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.Asked, a.Asked), cmp.Compare(a.Intent.String(), b.Intent.String()), cmp.Compare(a.Product, b.Product))
	})
	top.Rows = top.Rows[:min(len(top.Rows), hottest)]
	return top
}
