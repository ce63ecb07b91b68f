package console

import (
	"strings"
	"sync"
	"time"

	"liveroom/engine/live"
)

// census counts the actors in memory: one pass over them serves everybody who looks within a second, and two passes
// tell rates.
type census struct {
	of Actors

	mu      sync.Mutex
	at      time.Time               // of all; guarded by mu
	all     []Actor                 // guarded by mu; replaced, never changed
	handled map[live.UserKey]uint64 // of the pass that rates are told against; guarded by mu
	since   time.Time               // of handled; guarded by mu
}

const (
	freshFor = 900 * time.Millisecond
	paceFor  = 20 * time.Second // an older pass tells no present rate
)

// take returns every actor in memory; the caller does not change it.
func (c *census) take(now time.Time) []Actor {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all != nil && now.Sub(c.at) < freshFor && !now.Before(c.at) {
		return c.all
	}
	if now.Sub(c.since) > paceFor {
		c.handled = nil
	}
	seconds := now.Sub(c.since).Seconds()
	next := make(map[live.UserKey]uint64, len(c.all))
	all := make([]Actor, 0, len(c.all)+16)
	c.of.Each(func(a Actor) bool {
		k := live.UserKey{Room: a.Room, User: a.User}
		next[k] = a.Handled
		if c.handled != nil && seconds > 0 {
			if before := c.handled[k]; a.Handled >= before { // one spawned since begins at 0
				rate := float64(a.Handled-before) / seconds
				a.Rate = &rate
			}
		}
		all = append(all, a)
		return true
	})
	c.at, c.all, c.handled, c.since = now, all, next, now
	return all
}

// forget drops what was counted.
func (c *census) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all, c.handled, c.since = nil, nil, time.Time{}
}

// RoomRow is one room of a table.
type RoomRow struct {
	Room    live.RoomID `json:"room"`
	Users   int         `json:"users" doc:"user actors in memory"`
	Mailbox int64       `json:"mailbox" doc:"messages waiting with them"`
	Rate    float64     `json:"rate" doc:"messages that they handle a second"`
	// Restarts are of actors in memory.
	Restarts uint64 `json:"restarts"`
	Awake    bool   `json:"awake" doc:"the room's own actor is in memory"`
	RoomFigures
}

// rooms returns every room that who looks is shown, with what its actors do.
func (c *Console) rooms(now time.Time, see sight) []RoomRow {
	rows := []RoomRow{}
	at := make(map[live.RoomID]int)
	c.from.Rooms.Each(func(r live.RoomID) bool {
		if !see.shows(r) {
			return true
		}
		at[r] = len(rows)
		rows = append(rows, RoomRow{Room: r})
		return true
	})
	for _, a := range c.census.take(now) {
		if !see.shows(a.Room) {
			continue
		}
		i, ok := at[a.Room]
		if !ok {
			i = len(rows)
			at[a.Room] = i
			rows = append(rows, RoomRow{Room: a.Room})
		}
		if a.User != "" {
			rows[i].Users++
		} else {
			rows[i].Awake = true
		}
		rows[i].Restarts += a.Restarts
		rows[i].Mailbox += a.Mailbox
		if a.Rate != nil {
			rows[i].Rate += *a.Rate
		}
	}
	return rows
}

var roomSheet = sheet[RoomRow]{
	first: "rate",
	columns: map[string]column[RoomRow]{
		"room":     byWord(func(r *RoomRow) string { return string(r.Room) }),
		"users":    byNumber(func(r *RoomRow) int { return r.Users }),
		"restarts": byNumber(func(r *RoomRow) uint64 { return r.Restarts }),
		"mailbox":  byNumber(func(r *RoomRow) int64 { return r.Mailbox }),
		"rate":     byNumber(func(r *RoomRow) float64 { return r.Rate }),
	},
	match: func(r *RoomRow, word string) bool { return contains(word, string(r.Room)) },
	tie:   func(a, b *RoomRow) int { return strings.Compare(string(a.Room), string(b.Room)) },
}

// roomPage returns a page of rooms; live numbers are read for its rows alone.
func (c *Console) roomPage(now time.Time, see sight, q Query) (Page[RoomRow], error) {
	page, err := roomSheet.page(c.rooms(now, see), q, nil)
	for i := range page.Rows {
		page.Rows[i].RoomFigures = c.from.Rooms.Figures(page.Rows[i].Room)
	}
	return page, err
}

var actorSheet = sheet[Actor]{
	first: "mailbox",
	columns: map[string]column[Actor]{
		"kind":     byWord(func(a *Actor) string { return a.Kind }),
		"room":     byWord(func(a *Actor) string { return string(a.Room) }),
		"user":     byWord(func(a *Actor) string { return string(a.User) }),
		"mailbox":  byNumber(func(a *Actor) int64 { return a.Mailbox }),
		"handled":  byNumber(func(a *Actor) uint64 { return a.Handled }),
		"mean_us":  byNumber(func(a *Actor) float64 { return a.MeanUs }),
		"restarts": byNumber(func(a *Actor) uint64 { return a.Restarts }),
		"active":   byNumber(func(a *Actor) int64 { return a.Active }),
		"rate":     byNumber(rateOf),
	},
	match: func(a *Actor, word string) bool { return contains(word, string(a.Room), string(a.User)) },
	tie: func(a, b *Actor) int {
		if c := strings.Compare(string(a.Room), string(b.Room)); c != 0 {
			return c
		}
		return strings.Compare(string(a.User), string(b.User))
	},
}

// rateOf puts actors whose rate is not known behind all others.
func rateOf(a *Actor) float64 {
	if a.Rate == nil {
		return -1
	}
	return *a.Rate
}

// ActorQuery is a Query for actors.
type ActorQuery struct {
	Query
	Kind string      `query:"kind" enum:"user,room" json:"kind,omitempty"`
	Room live.RoomID `query:"room" maxLength:"128" doc:"only actors of this room" json:"-"`
}

// actorPage returns a page of actors.
func (c *Console) actorPage(now time.Time, see sight, q ActorQuery) (Page[Actor], error) {
	var keep func(*Actor) bool
	if q.Kind != "" || q.Room != "" || see.only != "" {
		keep = func(a *Actor) bool {
			return see.shows(a.Room) && (q.Kind == "" || a.Kind == q.Kind) && (q.Room == "" || a.Room == q.Room)
		}
	}
	return actorSheet.page(c.census.take(now), q.Query, keep)
}
