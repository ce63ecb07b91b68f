package console

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"liveroom/engine/live"
)

// LinkQuery is a Query for links.
type LinkQuery struct {
	Query
	Slow bool `query:"slow" doc:"only links that leave much unread" json:"-"`
}

// LinkPage is a page of links, with what there is to say of all.
type LinkPage struct {
	Page[Link]
	All LinkFigures `json:"all"`
}

// LinkFigures are what is told of all links since the start of the node. A count without a source is left out.
type LinkFigures struct {
	Open     []Count    `json:"open" doc:"by carrier"`
	Accepted []Count    `json:"accepted" doc:"by carrier"`
	In       *Count     `json:"in,omitempty" doc:"frames"`
	Out      *Count     `json:"out,omitempty" doc:"frames"`
	Outbox   *float64   `json:"outbox,omitempty" doc:"frames that wait in all outboxes"`
	Slow     int        `json:"slow" doc:"links that leave more than half unread of what they may"`
	Evicted  *Count     `json:"evicted,omitempty" doc:"links closed because they read too slowly"`
	Replaced *Count     `json:"replaced,omitempty" doc:"links replaced by one that resumed their session"`
	Silent   *Count     `json:"silent,omitempty" doc:"connections closed without a word because too many were being refused"`
	Left     *Count     `json:"left,omitempty" doc:"links that the other side closed"`
	Byes     []ByeCount `json:"byes" doc:"links that the node closed, by why"`
	Errors   []Count    `json:"errors" doc:"errors told to links that stayed, by code"`
}

// ByeCount is how many links were told bye with a code.
type ByeCount struct {
	Count
	Close int `json:"close" doc:"the close code of WebSocket links"`
}

// slowFrom is the share of what a link may leave unread from which on it counts as slow.
const slowFrom = .5

// linkCensus counts links; two passes tell rates. It serves everybody who looks within a second.
type linkCensus struct {
	of Links

	mu    sync.Mutex
	at    time.Time                    // of all; guarded by mu
	all   []Link                       // guarded by mu; replaced, never changed
	seen  map[live.SessionID][2]uint64 // frames in and out at the pass that rates are told against; guarded by mu
	since time.Time                    // of seen; guarded by mu
}

// take returns every open link; the caller does not change it.
func (c *linkCensus) take(now time.Time) []Link {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all != nil && now.Sub(c.at) < freshFor && !now.Before(c.at) {
		return c.all
	}
	if now.Sub(c.since) > paceFor {
		c.seen = nil
	}
	seconds := now.Sub(c.since).Seconds()
	next := make(map[live.SessionID][2]uint64, len(c.all))
	all := make([]Link, 0, len(c.all)+16)
	c.of.Each(func(l Link) bool {
		next[l.Session] = [2]uint64{l.In, l.Out}
		l.Slow = l.Most > 0 && float64(l.Outbox) > slowFrom*float64(l.Most)
		if before, ok := c.seen[l.Session]; ok && seconds > 0 && l.In >= before[0] && l.Out >= before[1] {
			in, out := float64(l.In-before[0])/seconds, float64(l.Out-before[1])/seconds
			l.RateIn, l.RateOut = &in, &out
		}
		all = append(all, l)
		return true
	})
	c.at, c.all, c.seen, c.since = now, all, next, now
	return all
}

// forget drops what was counted.
func (c *linkCensus) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all, c.seen, c.since = nil, nil, time.Time{}
}

var linkSheet = sheet[Link]{
	first: "outbox",
	columns: map[string]column[Link]{
		"session":  byWord(func(l *Link) string { return string(l.Session) }),
		"role":     byWord(func(l *Link) string { return l.Role }),
		"room":     byWord(func(l *Link) string { return string(l.Room) }),
		"remote":   byWord(func(l *Link) string { return l.Remote }),
		"in":       byNumber(func(l *Link) uint64 { return l.In }),
		"out":      byNumber(func(l *Link) uint64 { return l.Out }),
		"rate_in":  byNumber(func(l *Link) float64 { return known(l.RateIn) }),
		"rate_out": byNumber(func(l *Link) float64 { return known(l.RateOut) }),
		"outbox":   byNumber(func(l *Link) int64 { return l.Outbox }),
		"since":    byNumber(func(l *Link) int64 { return l.Since }),
	},
	match: func(l *Link, word string) bool {
		return contains(word, string(l.Session), l.Role, string(l.Room), string(l.User), l.Remote)
	},
	tie: func(a, b *Link) int { return strings.Compare(string(a.Session), string(b.Session)) },
}

// known puts rates that are not known behind all others.
func known(rate *float64) float64 {
	if rate == nil {
		return -1
	}
	return *rate
}

// linkPage returns a page of links.
func (c *Console) linkPage(now time.Time, see sight, q LinkQuery) (LinkPage, error) {
	rows := c.links.take(now)
	keep := func(l *Link) bool { return see.shows(l.Room) && (l.Slow || !q.Slow) }
	page, err := linkSheet.page(rows, q.Query, keep)
	if err != nil {
		return LinkPage{Page: page}, err
	}
	p, err := c.meter.look(now, time.UnixMilli(c.from.Node.Status().Started))
	if err != nil {
		return LinkPage{Page: page}, fmt.Errorf("read metrics: %w", err)
	}
	all := linkFiguresOf(p)
	for i := range rows {
		if rows[i].Slow {
			all.Slow++
		}
	}
	return LinkPage{page, all}, nil
}

func linkFiguresOf(p period) LinkFigures {
	const space = "liveroom_transport_"
	f := LinkFigures{
		Open: p.each(space + "links"), Accepted: p.each(space + "accepted_total"), In: p.count(space+"frames_in_total", ""),
		Out: p.count(space+"frames_out_total", ""), Outbox: p.gauge(space+"outbox_frames", ""), Evicted: p.count(space+"evictions_total", ""),
		Replaced: p.count(space+"replaced_total", ""), Silent: p.count(space+"refused_silently_total", ""),
		Left: p.count(space+"left_total", ""), Byes: []ByeCount{}, Errors: []Count{},
	}
	codes := make(map[string]int)
	for _, c := range live.Codes() {
		codes[c.String()] = c.CloseCode()
	}
	for _, c := range p.each(space + "byes_total") {
		if c.Total > 0 {
			f.Byes = append(f.Byes, ByeCount{c, codes[c.Name]})
		}
	}
	for _, c := range p.each(space + "faults_total") {
		if c.Total > 0 {
			f.Errors = append(f.Errors, c)
		}
	}
	return f
}
