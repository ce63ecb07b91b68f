package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"liveroom/engine/live"
)

// strategy restarts a failed actor always: stopping one would drop what waits in its mailbox. The limit on restarts is
// the actor's own, see restarts; past it the actor refuses what comes until the window has passed.
func strategy() actor.SupervisorStrategy { return actor.NewRestartingStrategy() }

// restarts counts the restarts of an actor within a window.
type restarts struct{ times []time.Time }

// add notes a restart and tells whether the limit within the window is exceeded.
func (r *restarts) add(now time.Time, limit int, window time.Duration) bool {
	r.times = append(r.times, now)
	for len(r.times) > 0 && now.Sub(r.times[0]) > window {
		r.times = r.times[1:]
	}
	return len(r.times) > limit
}

// restarting is told by the supervisor after a panic that no guard within has caught.
func (u *user) restarting() {
	h := u.house
	h.peeks.note(u.cell.key, &restartAsked{}, h.now(), 0)
	h.restarted("user")
	u.cell.restarts.Add(1) // last: who sees it in the registry finds it in the sums as well
	if a := u.current; a != nil {
		u.current = nil
		if u.state.find(a.Event.Key()) < 0 {
			u.lost = append(u.lost, losing{a.Event, a.Session})
		}
	}
	if u.restart.add(h.now(), h.cfg.RestartLimit, h.cfg.RestartWindow) {
		u.brokenUntil = h.age(h.now()) + h.cfg.RestartWindow
	}
	u.broken = live.Internal
	u.commitFailed(&commitFailed{incarnation: u.incarnation, err: errRestart})
}
