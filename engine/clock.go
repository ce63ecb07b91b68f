package engine

import (
	"sync/atomic"
	"time"

	"liveroom/actors"
	"liveroom/engine/live"
)

// clock is the time by which customers are answered: the machine's, unless somebody plays with the shop and has moved it.
// Tokens, storage, audit and everything that is measured go by the machine's own.
type clock struct {
	ahead atomic.Int64 // nanoseconds
}

func (c *clock) now() time.Time { return c.at(time.Now()) }

// at returns the clock's time at one of the machine's.
func (c *clock) at(machine time.Time) time.Time { return machine.Add(time.Duration(c.ahead.Load())) }

// machine returns the machine's time at one of the clock's.
func (c *clock) machine(at time.Time) time.Time { return at.Add(-time.Duration(c.ahead.Load())) }

// received moves an event to the clock's time, and returns when it was received by that. Hot path: nothing while the clock is
// the machine's.
func (c *clock) received(e *live.Event, machine time.Time) time.Time {
	ahead := time.Duration(c.ahead.Load())
	if ahead == 0 {
		return machine
	}
	if e.At != 0 {
		e.At += ahead.Milliseconds()
	}
	return machine.Add(ahead)
}

// deliver hands the House something that arrived at a time of the machine's.
func (c *clock) deliver(h *actors.House) func(*live.Event, live.SessionID, time.Time) live.Code {
	return func(e *live.Event, from live.SessionID, received time.Time) live.Code {
		return h.Deliver(e, from, c.received(e, received))
	}
}

// Now returns the time by which customers are answered.
func (e *Engine) Now() time.Time { return e.clock.now() }

// Forward moves that time ahead, for a talk about what happens later: what is kept for a customer runs out, promotions begin
// and end. It is for an engine that somebody plays with, never for one that serves; back in time it is moved only before
// anything is said.
func (e *Engine) Forward(by time.Duration) {
	e.clock.ahead.Add(int64(by))
	e.parts.holds.expire(e.clock.now())
}
