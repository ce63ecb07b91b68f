package loadtest

import (
	"context"
	"time"
)

// pacer releases sends at their instants. All its instants are absolute: a late wake-up delays what was due, and nothing
// that comes after.
type pacer struct {
	start time.Time     // instants count from here
	shift time.Duration // added to every instant of the schedule
	tick  time.Duration // wakes at most this often; what falls due meanwhile goes out together
	next  func() (time.Duration, bool)

	pending time.Duration // the instant taken from next and not yet released
	held    bool
}

// run calls emit with the instants that are due, at every tick, until the schedule is over or ctx ends. The
// slice is only valid during the call; it may be empty.
func (p *pacer) run(ctx context.Context, emit func(now time.Duration, due []time.Duration)) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var due []time.Duration
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		now := time.Since(p.start)
		due = due[:0]
		for p.peek() && p.pending <= now {
			due = append(due, p.pending)
			p.held = false
		}
		emit(now, due)
		if !p.peek() {
			return
		}
		timer.Reset(max(p.pending, now+p.tick) - time.Since(p.start))
	}
}

// peek makes the next instant pending; it is false when the schedule is over.
func (p *pacer) peek() bool {
	if !p.held {
		at, more := p.next()
		p.pending, p.held = at+p.shift, more
	}
	return p.held
}

// postpone moves every instant to come by d. Call it between two runs.
func (p *pacer) postpone(d time.Duration) {
	p.shift += d
	p.pending += d
}
