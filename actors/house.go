package actors

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
)

// House owns the actors of one node: every user and every room that is in memory.
type House struct {
	// set before Run
	cfg     Config
	parts   Parts
	log     *slog.Logger
	metrics *metrics
	system  *actor.ActorSystem
	turns   *dispatcher
	users   *directory[live.UserKey]
	rooms   *directory[live.RoomID]
	now     func() time.Time
	began   time.Time
	seating RoomParts
	ready   chan struct{}

	running      atomic.Bool
	draining     atomic.Bool
	inFlight     atomic.Int64  // messages admitted and not ended; freed by the outcome alone
	incarnations atomic.Uint64 // given out to users, each once
	taps         taps          // who watches rooms
	cases        cases         // what figures are made of
	peeks        peeks         // who looks at single actors
	dead         deadLetters   // what no actor took
	seatings     seatings      // who has which dialogue
	settings     sync.Map      // live.RoomID → *Settings: of rooms, whether they are in memory or not
	pulse        pulse         // whether turns are taken
	lag          atomic.Int64  // what the latest outcome took from receipt to durable, milliseconds
}

// New builds a House. It registers its metrics on reg and starts nothing but the actor system.
func New(cfg Config, parts Parts, log *slog.Logger, reg prometheus.Registerer) (*House, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	h := &House{cfg: cfg, parts: parts, log: log, now: time.Now, began: time.Now(), ready: make(chan struct{}), turns: newDispatcher(runtime.GOMAXPROCS(0))}
	if parts.Now != nil {
		h.now = parts.Now
	}
	fewShards()
	h.system = actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return log.With("lib", "protoactor")
	}))
	root := actor.NewRootContext(h.system, nil).WithGuardian(strategy())
	h.users = newDirectory(root, h.turns, live.UserKey.Clone, func(c *cell[live.UserKey]) (actor.Producer, string) {
		u := newUser(h, c)
		return func() actor.Actor { return u }, string(live.DialogueOf(c.key))
	})
	h.rooms = newDirectory(root, h.turns, live.RoomID.Clone, func(c *cell[live.RoomID]) (actor.Producer, string) {
		r := newRoom(h, c)
		return func() actor.Actor { return r }, string(c.key)
	})
	h.metrics = newMetrics(reg, h)
	h.system.EventStream.Subscribe(func(event any) {
		if dead, ok := event.(*actor.DeadLetterEvent); ok {
			h.reroute(dead.PID, dead.Message)
		}
	})
	return h, nil
}

// age is how old the House is at a time: it does not step when the clock does.
func (h *House) age(now time.Time) time.Duration { return now.Sub(h.began) }

// Ready is closed when the House takes messages.
func (h *House) Ready() <-chan struct{} { return h.ready }

// Run sweeps idle and overdue actors until ctx ends, then stops the actor system. Messages still in flight then are
// left to the journal: call Drain first.
func (h *House) Run(ctx context.Context) error {
	if h.running.Swap(true) {
		return ErrRunning
	}
	var working sync.WaitGroup
	working.Go(h.turns.run)
	defer working.Wait()
	defer h.turns.close()
	close(h.ready)
	every := time.NewTicker(h.cfg.SweepEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			h.system.Shutdown()
			return nil
		case <-every.C:
			h.sweep(h.now())
		}
	}
}

// sweep ticks actors that wait for something and tells idle ones that they may leave memory.
func (h *House) sweep(now time.Time) {
	h.feel(now)
	since := now.Add(-h.cfg.IdleAfter).UnixMilli()
	nudge(h.users, since)
	nudge(h.rooms, since)
	h.missSeats(now)
}

func nudge[K comparable](d *directory[K], since int64) {
	d.each(func(c *cell[K]) bool {
		if idle := c.active.Load() < since; (idle || c.restless.Load()) && c.queued.Load() == 0 {
			d.nudge(c, &tick{idle: idle})
		}
		return true
	})
}

// fewInFlight messages are always admitted, so that a lag is measured again after everything else was refused.
const fewInFlight = 64

// Deliver takes a comment, a message or a seat's act into the care of the House: OK means that its sender will be
// told, by ack and outcome or by error; any other code means that it was not taken. Hot path, guarded by
// BenchmarkDeliver and TestAllocationsOfAMessage.
func (h *House) Deliver(e *live.Event, from live.SessionID, received time.Time) live.Code {
	if h.draining.Load() {
		return live.Draining
	}
	n := h.inFlight.Add(1)
	over := h.overloaded(n)
	if over && (n > 2*int64(h.cfg.MaxInFlight) || !h.users.has(e.UserKey())) {
		h.inFlight.Add(-1)
		h.metrics.refused(live.Overloaded)
		return live.Overloaded
	}
	a := &arrived{Arrival: Arrival{
		// Over the bounds, an actor in memory still looks whether this repeats what it is answering already: the
		// sender must not be told of an overload and of an answer too.
		Event: e, Session: from, Received: received.UnixMilli(), Refused: over,
		Deadline: received.Add(h.cfg.Budget).UnixMilli(), posted: h.now(),
	}}
	h.begin(&a.Arrival, received)
	if !h.users.tell(e.UserKey(), a, a.Received) {
		h.inFlight.Add(-1)
		h.metrics.refused(live.Forbidden)
		return live.Forbidden
	}
	if (e.Type == live.Take || e.Type == live.Say) && h.rooms.has(e.Room) {
		h.rooms.tell(e.Room, &attended{}, a.Received)
	}
	return live.OK
}

// Redrive wakes the users of acknowledged messages that storage holds no outcome of; each is answered, or closed as
// stale.
func (h *House) Redrive(open []live.Record) {
	now := h.now().UnixMilli()
	for _, r := range open {
		h.users.tell(r.User, &tick{}, now)
	}
}

// InFlight returns how many messages are admitted and not ended.
func (h *House) InFlight() int { return int(h.inFlight.Load()) }

// Drain refuses new messages, waits until every admitted one has ended, and lets every user save its state and leave.
// It returns ErrUndrained when ctx ends before the messages have.
func (h *House) Drain(ctx context.Context) error {
	h.draining.Store(true)
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for h.inFlight.Load() > 0 || h.users.count.Load() > 0 {
		if h.inFlight.Load() == 0 {
			nudge(h.users, h.now().Add(time.Hour).UnixMilli())
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			if h.inFlight.Load() > 0 {
				return ErrUndrained
			}
			return nil
		}
	}
	return nil
}
