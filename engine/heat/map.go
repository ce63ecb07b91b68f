// Package heat counts what people ask, by product and by hour of the shop's day, and has that outlast the node.
package heat

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"liveroom/engine/admin/console"
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

// Top returns what was asked most, most first, its products called by name.
func (h *Map) Top(name func(live.ProductID) string) console.Heat {
	shown := console.Heat{Since: h.since.UnixMilli(), Rows: []console.HeatRow{}}
	h.mu.Lock()
	shown.Lost = h.lost
	for k, row := range h.rows {
		r := console.HeatRow{Intent: k.intent.String(), Product: name(k.product), Answered: uint64(row.answered), Hours: make([]uint32, 24)}
		for i, n := range row.asked {
			r.Hours[i] = n
			r.Asked += uint64(n)
		}
		shown.Rows = append(shown.Rows, r)
	}
	h.mu.Unlock()
	for _, r := range shown.Rows {
		shown.Asked += r.Asked
	}
	slices.SortFunc(shown.Rows, func(a, b console.HeatRow) int {
		return cmp.Or(cmp.Compare(b.Asked, a.Asked), cmp.Compare(a.Intent, b.Intent), cmp.Compare(a.Product, b.Product))
	})
	shown.Rows = shown.Rows[:min(len(shown.Rows), hottest)]
	return shown
}
