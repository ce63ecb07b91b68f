package actors

import (
	"sync/atomic"
	"time"
)

// Vitals is how the House does as a whole at one moment.
type Vitals struct {
	InFlight int           // messages admitted and not ended
	Most     int           // as many as there may be
	Lag      time.Duration // what the latest outcome took from receipt to durable
	Shedding bool          // new messages of people who are not in memory are refused, since answers are late or too many are owed
	// Waited is how long the turn that the latest sweep asked for has waited, 0 when it has come: more than a moment says
	// that actors are not run at all.
	Waited    time.Duration
	Restarts  uint64    // of actors, since the start
	Restarted time.Time // the latest, zero for none
}

// pulse tells whether the goroutines that run actors still take turns. Each sweep asks for one turn unless the one before
// is still waited for; messages have no part in it.
type pulse struct {
	asked     atomic.Int64 // age of the House when the turn was asked for, 0 when none is waited for
	restarts  atomic.Uint64
	restarted atomic.Int64 // Unix nanoseconds, 0 for never
}

// feel asks for a turn.
func (h *House) feel(now time.Time) {
	if h.pulse.asked.CompareAndSwap(0, int64(max(1, h.age(now)))) {
		h.turns.Schedule(func() { h.pulse.asked.Store(0) })
	}
}

// restarted counts a restart.
func (h *House) restarted(kind string) {
	h.metrics.restarts.WithLabelValues(kind).Inc()
	h.pulse.restarts.Add(1)
	h.pulse.restarted.Store(h.now().UnixNano())
}

// Vitals returns how the House does. It asks no actor.
func (h *House) Vitals() Vitals {
	v := Vitals{
		InFlight: h.InFlight(), Most: h.cfg.MaxInFlight, Lag: time.Duration(h.lag.Load()) * time.Millisecond, Restarts: h.pulse.restarts.Load(),
	}
	v.Shedding = h.overloaded(int64(v.InFlight))
	if asked := h.pulse.asked.Load(); asked != 0 {
		v.Waited = max(0, h.age(h.now())-time.Duration(asked))
	}
	if at := h.pulse.restarted.Load(); at != 0 {
		v.Restarted = time.Unix(0, at)
	}
	return v
}

// overloaded tells whether n messages in flight are too many, or answers too late, to take on more.
func (h *House) overloaded(n int64) bool {
	return n > int64(h.cfg.MaxInFlight) || n > fewInFlight && h.lag.Load() > h.cfg.ShedAfter.Milliseconds()
}
