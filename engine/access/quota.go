package access

import (
	"fmt"
	"sync"
	"time"
)

// Quota bounds what one token may be used for: links at a time, and hellos a second. The zero value of a bound is none.
type Quota struct {
	// Set before use.
	Links     int
	PerSecond float64

	mu  sync.Mutex
	all map[string]*use // guarded by mu; at most one for each link, and maxRested without any
	// rested are the tokens without a link, of which some are remembered for their hellos; guarded by mu.
	rested int
}

// use is what a token is used for.
type use struct {
	links int
	level float64 // hellos left
	at    time.Time
}

// maxRested is how many tokens without a link are remembered.
const maxRested = 10_000

// Take notes a hello with a token, and says in words why it may not open a link. With "" the link is counted until Release.
func (q *Quota) Take(id string, now time.Time) (why string) {
	if q.Links <= 0 && q.PerSecond <= 0 {
		return ""
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	u := q.all[id]
	if u == nil {
		u = &use{level: q.burst(), at: now}
		q.add(id, u)
	}
	u.level = min(q.burst(), u.level+now.Sub(u.at).Seconds()*q.PerSecond)
	u.at = now
	switch {
	case q.Links > 0 && u.links >= q.Links:
		return fmt.Sprintf("the token has %d links already; close some, or use another token", u.links)
	case q.PerSecond > 0 && u.level < 1:
		return fmt.Sprintf("more than %g hellos a second with one token; wait", q.PerSecond)
	}
	u.level--
	if u.links++; u.links == 1 {
		q.rested--
	}
	return ""
}

// burst is how many hellos may come at once: as many as there may be links, or two seconds' worth.
func (q *Quota) burst() float64 { return max(float64(q.Links), 2*q.PerSecond, 1) }

// add remembers a token that has no link yet, in the place of another such when there are too many.
func (q *Quota) add(id string, u *use) {
	if q.all == nil {
		q.all = make(map[string]*use)
	}
	if q.rested >= maxRested {
		for other, o := range q.all {
			if o.links == 0 {
				delete(q.all, other)
				q.rested--
				if q.rested < maxRested*9/10 {
					break
				}
			}
		}
	}
	q.all[id] = u
	q.rested++
}

// Release counts a link out.
func (q *Quota) Release(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	u := q.all[id]
	if u == nil || u.links == 0 {
		return
	}
	if u.links--; u.links == 0 {
		q.rested++
	}
}
