package actors

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"liveroom/engine/live"
)

// room is the runtime side of a room actor.
type room struct {
	house *House
	cell  *cell[live.RoomID]

	// owned by the actor
	state   RoomState
	effects []RoomEffect     // scratch
	looked  time.Time        // the latest look at what time alone changes
	stamped int64            // the time of the latest setting, Unix milliseconds
	ending  bool             // it was stopped, and leaves memory once it can
	shown   *live.Alarm      // the latest host feed, nil for none
	seats   []live.SessionID // who was shown it
}

func newRoom(h *House, c *cell[live.RoomID]) *room {
	r := &room{house: h, cell: c, state: NewRoomState(h.cfg.roomRules())}
	r.state.Set(0, h.settingsOf(c.key), nil)
	return r
}

// Receive implements actor.Actor.
func (r *room) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started, *actor.Stopping, *actor.Stopped:
	case *actor.Restarting:
		r.house.peeks.note(live.UserKey{Room: r.cell.key}, &restartAsked{}, r.house.now(), 0)
		r.house.restarted("room")
		r.cell.restarts.Add(1) // last, as a user's
	default:
		r.cell.queued.Add(-1)
		begin := r.house.now()
		r.receive(ctx, begin, m)
		took := r.house.now().Sub(begin)
		r.cell.handled.Add(1)
		r.cell.busyNs.Add(int64(took))
		r.cell.restless.Store(r.state.Restless() || r.ending)
		r.house.peeks.note(live.UserKey{Room: r.cell.key}, m, begin, took)
	}
}

func (r *room) receive(ctx actor.Context, now time.Time, msg any) {
	switch m := msg.(type) {
	case *asked:
		r.ask(now, m.Asker)
		r.keepLooking(now)
	case *released:
		r.rule(r.state.Answered(now.UnixMilli(), m.Answer, r.effects[:0]))
		r.keepLooking(now)
	case *attended:
		r.state.Attended()
	case *setting:
		r.set(now, m)
	case *settingKept:
		r.kept(now, m)
	case *viewRoom:
		m.done(r.view(now))
	case *tick:
		r.look(now)
		if r.ending || m.idle && !r.state.Busy() {
			r.leave(ctx)
		}
	case *hostSays:
		r.host(now, m)
	case *restartAsked:
		restartOnDemand(ctx)
	case *stopAsked:
		r.stop()
	case *describe:
		v := r.view(now)
		m.reply <- v.describe()
	}
}

// keepLooking looks once a second though the room is too busy to be ticked: the sweep passes over a full mailbox.
func (r *room) keepLooking(now time.Time) {
	if now.Sub(r.looked) >= time.Second {
		r.look(now)
	}
}

// look does what time alone makes due.
func (r *room) look(now time.Time) {
	r.looked = now
	r.rule(r.state.Tick(now.UnixMilli(), r.effects[:0]))
	if c, due := r.state.Closing(now.UnixMilli()); due {
		r.say(now, c)
	}
	r.feed(now)
}

// ask steps with a question. Should the step panic, the asker answers for itself: better twice than never.
func (r *room) ask(now time.Time, a Asker) {
	defer func() {
		if p := recover(); p != nil {
			r.house.metrics.panics.Inc()
			r.house.log.Error("room step panicked", "room", r.cell.key, "err", fmt.Sprint(p))
			r.rule([]RoomEffect{{Asker: a, Ruling: RuledFirst}})
		}
	}()
	r.rule(r.state.Ask(now.UnixMilli(), a, r.effects[:0]))
}

func (r *room) rule(effects []RoomEffect) {
	r.effects = effects
	for _, e := range effects {
		if e.Ruling == RuledQuiet && e.Reason == live.BecauseRate {
			r.house.metrics.capped.Inc()
		}
		r.house.users.tell(e.Asker.User, &ruled{
			asker: e.Asker.AskerID, ruling: e.Ruling, joined: e.Joined, reason: e.Reason, topic: e.Asker.Topic,
		}, r.house.now().UnixMilli())
	}
}
