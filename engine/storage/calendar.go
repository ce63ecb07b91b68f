package storage

import (
	"sync/atomic"
	"time"
)

// What is dropped for its age cannot be brought back, so retention believes the wall clock only while it goes as the
// monotonic one does.
const (
	calendarSlack = time.Hour      // what the two may differ by more than before
	calendarTrust = 24 * time.Hour // a clock that was set is believed after so long
)

// calendar watches the wall clock for retention. It belongs to the committer, but for held.
type calendar struct {
	now   func() time.Time     // the wall clock
	age   func() time.Duration // a clock that nobody sets
	ahead time.Duration        // how far the first was before the second when it was believed last
	moved time.Duration        // where it stands instead
	since time.Duration        // age when it began to stand there
	held  atomic.Bool          // it is not believed now
}

func newCalendar(now func() time.Time) *calendar {
	begin := time.Now()
	c := &calendar{now: now, age: func() time.Duration { return time.Since(begin) }}
	c.ahead = c.lead()
	return c
}

// lead returns the wall clock's advance over the other.
func (c *calendar) lead() time.Duration { return time.Duration(c.now().UnixNano()) - c.age() }

// believed tells whether what is old by the wall clock is old. changed says that the answer is another than before.
func (c *calendar) believed() (ok, changed bool) {
	lead, was := c.lead(), !c.held.Load()
	switch {
	case near(lead, c.ahead):
		c.ahead, ok = lead, true // slow corrections are followed
	case was || !near(lead, c.moved):
		c.moved, c.since = lead, c.age()
	case c.age()-c.since >= calendarTrust:
		c.ahead, ok = lead, true
	}
	c.held.Store(!ok)
	return ok, ok != was
}

func near(a, b time.Duration) bool { return (a - b).Abs() <= calendarSlack }
