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
	effects []RoomEffect // scratch
}

func newRoom(h *House, c *cell[live.RoomID]) *room {
	return &room{house: h, cell: c, state: NewRoomState(h.cfg.FreshFor.Milliseconds())}
}

// Receive implements actor.Actor.
func (r *room) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started, *actor.Stopping, *actor.Stopped:
	case *actor.Restarting:
		r.cell.restarts.Add(1)
		r.house.metrics.restarts.WithLabelValues("room").Inc()
	default:
		r.cell.queued.Add(-1)
		begin := r.house.now()
		r.receive(ctx, begin, m)
		r.cell.handled.Add(1)
		r.cell.busyNs.Add(int64(r.house.now().Sub(begin)))
		r.cell.restless.Store(r.state.Busy())
	}
}

func (r *room) receive(ctx actor.Context, now time.Time, msg any) {
	switch m := msg.(type) {
	case *asked:
		r.ask(now, m.Asker)
	case *released:
		r.rule(r.state.Answered(now.UnixMilli(), m.Answer, r.effects[:0]))
	case *tick:
		r.rule(r.state.Tick(now.UnixMilli(), r.effects[:0]))
		if m.idle && !r.state.Busy() && r.house.rooms.leave(r.cell) {
			r.house.metrics.passivated.Inc()
			ctx.Stop(ctx.Self())
		}
	case *describe:
		m.reply <- fmt.Sprintf("room %s: %d topics", r.cell.key, len(r.state.topics))
	}
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
		r.house.users.tell(e.Asker.User, &ruled{
			asker: e.Asker.AskerID, ruling: e.Ruling, joined: e.Joined, topic: e.Asker.Topic,
		}, r.house.now().UnixMilli())
	}
}
