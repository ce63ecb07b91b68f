package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"liveroom/engine/live"
)

// mode is what a user actor can do just now.
type mode uint8

const (
	modeRestoring mode = iota // storage is being read: what arrives is stashed
	modeReady
	modeSettling // a commit failed, others are still under way: what arrives is stashed
	modeBroken   // what arrives is refused until a tick reloads
)

// user is the runtime side of a user actor: it feeds inputs to the state machine and carries its effects out. The
// object outlives a restart by its supervisor, and its state with it.
type user struct {
	house *House
	cell  *cell[live.UserKey]

	// owned by the actor; the small ones stand together, for there are ten thousand users
	state       UserState
	mode        mode
	broken      live.Code // what is said while broken
	saving      bool
	settling    bool // a barrier is under way
	leaving     bool // the snapshot under way is to be the last
	ending      bool // it was stopped, and leaves memory once it can
	unsaved     int  // closed since the last snapshot
	incarnation uint64
	lease       *live.Lease
	stash       []*Arrival
	closings    []*underway   // submitted to the journal, in order; finished ones leave from the front
	lost        []losing      // admitted, and hit by a failed commit
	brokenUntil time.Duration // no reload before this age of the house
	restart     restarts
	current     *Arrival // being handled; shed should the actor panic

	scratch *scratch // while drive runs
}

// newUserState returns the state of a user never seen before, in this house.
func (h *House) newUserState(k live.UserKey) UserState {
	s := NewUserState(k, h.cfg.MaxPending)
	s.selling = &h.cfg.Selling
	return s
}

func newUser(h *House, c *cell[live.UserKey]) *user {
	return &user{house: h, cell: c, state: h.newUserState(c.key), lease: new(live.Lease), broken: live.StorageFailed}
}

// Receive implements actor.Actor.
func (u *user) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		u.started()
		return
	case *actor.Restarting:
		u.restarting()
		return
	case *actor.Stopping, *actor.Stopped:
		return
	default:
		u.cell.queued.Add(-1)
		begin := u.house.now()
		u.receive(ctx, begin, m)
		took := u.house.now().Sub(begin)
		u.cell.handled.Add(1)
		u.cell.busyNs.Add(int64(took))
		u.cell.restless.Store(u.busy() || u.ending || u.unsaved >= u.house.cfg.SnapshotAfter)
		u.house.peeks.note(u.cell.key, m, begin, took)
	}
}

func (u *user) receive(ctx actor.Context, now time.Time, msg any) {
	u.collect()
	switch m := msg.(type) {
	case *arrived:
		u.house.metrics.stageMailbox.Observe(now.Sub(m.posted).Seconds())
		u.trace(m.Event).span(StageMailbox, m.posted, now)
		u.arrive(now, &m.Arrival)
	case *wasRead:
		u.wasRead(now, m)
	case *ruled:
		u.ruled(now, m)
	case *restored:
		u.restored(now, m)
	case *commitFailed:
		if m.incarnation == u.incarnation {
			u.broken, u.brokenUntil = live.StorageFailed, u.house.age(now)+u.house.cfg.SweepEvery // what fails now will fail again at once
			u.commitFailed(m)
		}
		u.disown(m.refused)
	case *saved:
		u.saved(ctx, m)
	case *settled:
		u.settled(now, m)
	case *tick:
		u.tick(ctx, now, m)
	case *woken:
		if u.mode == modeReady && m.incarnation == u.incarnation {
			u.drive(now, Input{Kind: InTick})
		}
	case *seatGone:
		u.seatGone(now, m)
	case *viewUser:
		m.done(u.view(now))
	case *restartAsked:
		restartOnDemand(ctx)
	case *stopAsked:
		u.stop(ctx, now)
	case *describe:
		m.reply <- u.describe()
	}
}

// started begins or, after a restart, goes on: with the state kept, nothing needs to be read.
func (u *user) started() {
	if u.incarnation != 0 {
		return
	}
	u.incarnation = u.house.incarnations.Add(1)
	if !u.house.parts.Journal.Known(u.cell.key) {
		u.mode = modeReady
		return
	}
	u.load()
}

func (u *user) load() {
	u.mode = modeRestoring
	incarnation := u.incarnation
	u.house.parts.Journal.Load(u.cell.key, func(state []byte, tail []live.Record, err error) {
		u.cell.post(&restored{incarnation: incarnation, state: state, tail: tail, err: err})
	})
}

// ruled takes a ruling; one for an earlier incarnation is handed back, so that nobody waits for its answer.
func (u *user) ruled(now time.Time, m *ruled) {
	if m.asker.Incarnation == u.incarnation {
		if t := u.traceAt(m.asker.Seq); t != nil {
			t.span(StageRoom, t.asked, now)
		}
		u.drive(now, Input{Kind: InRuled, Seq: m.asker.Seq, Ruling: m.ruling, Joined: m.joined, Reason: m.reason, Topic: m.topic})
	} else if m.ruling == RuledFirst || m.ruling == RuledSuggest {
		u.house.rooms.tell(u.cell.key.Room, &released{Answer: Answer{Asker: m.asker, Topic: m.topic}}, now.UnixMilli())
	}
}

func (u *user) arrive(now time.Time, a *Arrival) {
	if u.mode == modeReady {
		if now.UnixMilli()-a.Received > u.house.cfg.ShedAfter.Milliseconds() {
			a.Refused = true // before it costs a commit that would come too late
		}
		u.take(now, a)
		return
	}
	switch {
	case u.repeatsLost(a):
	case u.mode == modeBroken:
		u.bury(a.Event, a.Session)
		u.refuse(a.Event, a.Session, u.broken)
	case a.Refused || len(u.stash) >= u.house.cfg.MaxPending:
		u.refuse(a.Event, a.Session, live.Overloaded)
	default:
		u.stash = append(u.stash, a)
	}
}

// take drives the state machine with an arrival.
func (u *user) take(now time.Time, a *Arrival) {
	if a.died != 0 && !u.state.recalls(a.died) {
		u.forget(a)
		return
	}
	u.current = a
	u.drive(now, Input{Kind: inputFor(a), Arrival: a})
	u.current = nil
}

func inputFor(a *Arrival) InputKind {
	switch a.Event.Type {
	case live.Take:
		return InTaken
	case live.Say:
		return InSaid
	case live.GiveBack:
		if !a.Redriven { // what waited for a seat that is gone is answered like a message
			return InGaveBack
		}
	}
	return InArrived
}

func (u *user) wasRead(now time.Time, m *wasRead) {
	if m.incarnation != u.incarnation {
		u.house.metrics.lateReadings.Inc()
		return
	}
	u.house.metrics.stageRead.Observe(now.Sub(m.asked).Seconds())
	u.traceAt(m.seq).read(now)
	c := u.house.parts.Catalogue
	in := Input{Kind: InRead, Seq: m.seq, Reading: m.reading, Shop: c.Shop(u.cell.key.Room), Products: c, VIP: c.VIP(u.cell.key)}
	in.Product, in.Others, in.Named = Named(c, u.cell.key.Room, u.state.text(m.seq), m.reading.Entities)
	if id := u.state.Held(); id != "" {
		in.Hold = u.house.parts.Stock.Held(id)
	}
	u.drive(now, in)
}

func (u *user) tick(ctx actor.Context, now time.Time, m *tick) {
	switch {
	case u.mode == modeBroken:
		if u.house.age(now) > u.brokenUntil {
			u.load()
		}
	case u.mode == modeSettling && !u.settling:
		u.settle()
	case u.mode == modeReady:
		u.drive(now, Input{Kind: InTick})
		u.rest(ctx, m.idle || u.ending)
	}
}

// rest saves the state when enough has changed, and leaves memory when the actor is idle.
func (u *user) rest(ctx actor.Context, idle bool) {
	if u.busy() || u.saving {
		return
	}
	if u.unsaved > 0 && (idle || u.unsaved >= u.house.cfg.SnapshotAfter) {
		u.save(idle)
		return
	}
	if idle && u.house.users.leave(u.cell) {
		u.house.metrics.passivated.Inc()
		ctx.Stop(ctx.Self())
	}
}

func (u *user) save(leaving bool) {
	state, err := u.state.snapshot()
	if err != nil {
		u.house.log.Error("cannot save user", "room", u.cell.key.Room, "user", u.cell.key.User, "err", err)
		return
	}
	u.saving, u.leaving = true, leaving
	incarnation := u.incarnation
	record := live.Record{Kind: live.RecordSnapshot, User: u.cell.key, State: state}
	u.house.parts.Journal.Submit(live.Entry{Records: []live.Record{record}, Lease: u.lease, Done: func(_ uint64, err error) {
		u.cell.post(&saved{incarnation: incarnation, err: err})
	}})
	u.unsaved = 0
}

func (u *user) saved(ctx actor.Context, m *saved) {
	if m.incarnation != u.incarnation {
		return
	}
	u.saving = false
	if m.err != nil {
		u.broken = live.StorageFailed
		u.commitFailed(&commitFailed{incarnation: m.incarnation, err: m.err})
		return
	}
	u.rest(ctx, u.leaving)
}

// busy tells whether something is under way that must neither be saved around nor left alone.
func (u *user) busy() bool {
	return u.mode != modeReady || len(u.state.pending) > 0 || len(u.closings) > 0 || len(u.stash) > 0
}
