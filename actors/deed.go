package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"liveroom/engine/live"
)

// Deed is what a person may do to one actor.
type Deed uint8

// The deeds.
const (
	// Restart has its supervisor restart it: what it has not made durable is shed, and the rest read back.
	Restart Deed = iota + 1
	// Passivate has it save its state and leave memory, unless something is under way.
	Passivate
	// Stop has it end what is under way, save its state and leave memory. Messages of a user that are under way end as shed,
	// and their senders are told; who waits for an answer of a room is answered by words of his own.
	Stop
)

// ParseDeed returns the deed of a name, or 0.
func ParseDeed(name string) Deed {
	switch name {
	case "restart":
		return Restart
	case "passivate":
		return Passivate
	case "stop":
		return Stop
	}
	return 0
}

// Touch does a deed to the actor of a user, or of the room when k names no user. It tells whether the actor is in memory;
// the deed is done when its turn comes.
func (h *House) Touch(k live.UserKey, d Deed) bool {
	if k.User == "" {
		return touch(h.rooms, k.Room, d)
	}
	return touch(h.users, k, d)
}

func touch[K comparable](d *directory[K], key K, deed Deed) bool {
	s := d.at(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.cells[key]
	if c == nil {
		return false
	}
	switch deed {
	case Restart:
		c.post(&restartAsked{})
	case Stop:
		c.post(&stopAsked{})
	default:
		c.post(&tick{idle: true})
	}
	return true
}

// restartAsked has an actor fail, so that its supervisor restarts it; stopAsked has it leave.
type (
	restartAsked struct{ ours }
	stopAsked    struct{ ours }
)

// restartOnDemand panics: that is how an actor asks its supervisor for a restart.
func restartOnDemand(ctx actor.Context) {
	panic("restart of " + ctx.Self().Id + " asked for by a person")
}

// stop ends what is under way, and leaves memory once that is durable: at once, or with a later tick.
func (u *user) stop(ctx actor.Context, now time.Time) {
	u.ending = true
	if u.mode != modeReady {
		return // it is being read back; what comes of that is sorted out first
	}
	u.drive(now, Input{Kind: InStopped, Code: live.Internal})
	u.rest(ctx, true)
}

// stop lets nobody wait for an answer any more. The actor leaves with the next tick that finds nothing in its mailbox.
func (r *room) stop() {
	r.ending = true
	r.rule(r.state.Stop(r.effects[:0]))
	r.house.rooms.nudge(r.cell, &tick{idle: true})
}

// leave takes the room out of memory unless a message waits for it.
func (r *room) leave(ctx actor.Context) {
	if r.house.rooms.leave(r.cell) {
		r.house.metrics.passivated.Inc()
		ctx.Stop(ctx.Self())
	}
}
