package shop

import (
	"cmp"
	"container/heap"

	"liveroom/engine/live"
)

// appointment is something to be done at a time: a hold that ends, or a hold or note to be forgotten. It stands in one
// agenda at most.
type appointment struct {
	at    int64    // Unix milliseconds
	tie   string   // what breaks a tie, so that the order is the same every time
	in    *agenda  // nil while it stands in none
	place int      // in that agenda
	hold  *hold    // whose it is, nil for a note of an order
	order orderKey // whose note it is, when it is no hold's
}

// agenda is appointments, the earliest first: a heap.
type agenda struct{ list []*appointment }

// enter puts an appointment in at the given time.
func (g *agenda) enter(a *appointment, at int64) {
	a.strike()
	a.at, a.in = at, g
	heap.Push(g, a)
}

// strike takes an appointment out of the agenda it stands in, if any.
func (a *appointment) strike() {
	if a.in != nil {
		heap.Remove(a.in, a.place)
		a.in = nil
	}
}

// first returns the earliest appointment, nil when there is none.
func (g *agenda) first() *appointment {
	if len(g.list) == 0 {
		return nil
	}
	return g.list[0]
}

// Len implements heap.Interface.
func (g *agenda) Len() int { return len(g.list) }

// Less implements heap.Interface.
func (g *agenda) Less(i, j int) bool {
	a, b := g.list[i], g.list[j]
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.tie, b.tie)) < 0
}

// Swap implements heap.Interface.
func (g *agenda) Swap(i, j int) {
	g.list[i], g.list[j] = g.list[j], g.list[i]
	g.list[i].place, g.list[j].place = i, j
}

// Push implements heap.Interface.
func (g *agenda) Push(x any) {
	a := x.(*appointment)
	a.place = len(g.list)
	g.list = append(g.list, a)
}

// Pop implements heap.Interface.
func (g *agenda) Pop() any {
	last := len(g.list) - 1
	a := g.list[last]
	g.list[last] = nil
	g.list = g.list[:last]
	return a
}

// orderKey names one line of an order.
type orderKey struct {
	id  live.EventID
	sku live.SKU
}
