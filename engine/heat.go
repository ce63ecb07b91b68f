package engine

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"liveroom/actors"
	"liveroom/engine/admin/console"
	"liveroom/engine/live"
)

// heat counts what people ask, by hour of the shop's day, from outcomes that are durable. It keeps the first maxHeat
// different questions; what is asked beyond them is counted as one number. heatKeeper has it outlast the node.
//
// Hot path: ended allocates nothing once a question is known; TestHeatCostsNothingToKeep.
type heat struct {
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

// maxHeat bounds the kinds of questions, some 130 bytes each.
const maxHeat = 4096

// hottest is how many kinds of questions are shown.
const hottest = 20

func newHeat(zone *time.Location) *heat {
	now := time.Now()
	_, offset := now.In(zone).Zone()
	return &heat{offset: int64(offset), since: now, rows: make(map[asking]*hours)}
}

// ended counts an exchange when it asked the shop for something and was read with confidence.
func (h *heat) ended(e actors.Ended) {
	if e.Reading == nil || e.Reading.Unsure || !business(e.Reading.Intent) {
		return
	}
	k := asking{e.Reading.Intent, e.Product}
	hour := (e.Received/1000 + h.offset) / 3600 % 24
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changed = true
	row := h.rows[k]
	if row == nil {
		if len(h.rows) >= maxHeat {
			h.lost++
			return
		}
		row = new(hours)
		h.rows[k] = row
	}
	row.asked[hour]++
	if e.Outcome.Answers() || e.Outcome == live.Merged {
		row.answered++
	}
}

// ended tells those who keep count of it of an exchange whose outcome is durable.
func (p *parts) ended(e actors.Ended) {
	p.heat.ended(e)
	p.sentiments.ended(e)
	p.unsure.ended(e)
}

// top returns what was asked most, most first.
func (h *heat) top(name func(live.ProductID) string) console.Heat {
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
