package actors

import (
	"slices"
	"sync/atomic"
	"time"

	"liveroom/engine/live"
)

// losing is an admitted message hit by a failed commit.
type losing struct {
	event   *live.Event
	session live.SessionID
}

func (u *user) restored(now time.Time, m *restored) {
	if m.incarnation != u.incarnation || u.mode != modeRestoring {
		return
	}
	var open []live.Record
	err := m.err
	if err == nil {
		u.state = u.house.newUserState(u.cell.key)
		open, err = u.state.restore(m.state, m.tail)
	}
	if err != nil {
		u.house.log.Error("cannot restore user", "room", u.cell.key.Room, "user", u.cell.key.User, "err", err)
		u.house.metrics.restoreFailures.Inc()
		u.mode, u.broken, u.brokenUntil = modeBroken, live.StorageFailed, u.house.age(now)+u.house.cfg.SweepEvery
		u.refuseStash()
		return
	}
	u.mode, u.brokenUntil = modeReady, 0
	u.unsaved = len(m.tail)
	if u.state.seat != "" {
		u.house.seatings.know(u.cell.key, seating{live.SessionID(u.state.seat), now})
	}
	u.redrive(now, open)
	stash := u.stash
	u.stash = nil
	for _, a := range stash {
		if u.mode == modeReady {
			u.take(now, a) // however long the restore took, it was not late when it came
		} else {
			u.arrive(now, a)
		}
	}
}

// redrive answers again what was acknowledged and not ended, and tells the senders of what was not even acknowledged.
// Should the user break again meanwhile, what is left waits for the next reload.
func (u *user) redrive(now time.Time, open []live.Record) {
	lost := u.lost
	u.lost = nil
	for _, r := range open {
		i := slices.IndexFunc(lost, func(l losing) bool { return l.event.Key() == r.Event.Key() })
		session := r.Session
		if i >= 0 {
			session = lost[i].session
		}
		if u.mode != modeReady {
			continue // still in the journal, and in lost when its place is held
		}
		if i >= 0 {
			lost = slices.Delete(lost, i, i+1)
		} else {
			u.house.inFlight.Add(1)
		}
		u.house.metrics.redriven.Inc()
		u.take(now, &Arrival{
			Event: r.Event, Session: session, Received: r.Received, Redriven: true,
			Deadline: now.Add(u.house.cfg.Budget).UnixMilli(),
			Stale:    now.Sub(time.UnixMilli(r.Received)) > u.house.cfg.WorthFor,
		})
	}
	if u.mode != modeReady {
		u.lost = append(u.lost, lost...)
		return
	}
	for _, l := range lost {
		u.giveUp(l)
	}
}

// giveUp tells the sender of a message that nothing is held of it.
func (u *user) giveUp(l losing) {
	u.house.bury(l.event, l.session, LetterLost)
	u.refuse(l.event, l.session, u.broken)
}

// disown gives up the very event that the journal did not take, nil for none, unless that has been done. Its outcome may be
// under way already; that cannot become durable any more, since it is under the same lease.
func (u *user) disown(e *live.Event) {
	if e == nil {
		return
	}
	if i := slices.IndexFunc(u.lost, func(l losing) bool { return l.event == e }); i >= 0 {
		l := u.lost[i]
		u.lost = slices.Delete(u.lost, i, i+1)
		u.giveUp(l)
		return
	}
	// The others may be becoming durable just now, and what they are of is the journal's until then.
	if c := u.closingOf(hashKey(e.Key())); c != nil && c.block.Load() == 0 && c.of.event == e {
		u.giveUp(c.of)
		c.of = losing{}
	}
}

// commitFailed begins to throw away what was built on a commit that did not happen. What else is under way is settled
// first: the lease is broken, and behind a barrier in the journal every fate is known.
func (u *user) commitFailed(m *commitFailed) {
	if m.incarnation != u.incarnation {
		return
	}
	u.house.log.Warn("commit failed, user reloads", "room", u.cell.key.Room, "user", u.cell.key.User, "err", m.err)
	u.house.metrics.reloads.Inc()
	u.lease.Break()
	for _, p := range u.state.pending {
		if p.stage == stageAsking || p.stage == stageWriting {
			u.release(p.topic, p.event, p.seq)
		}
		u.lost = append(u.lost, losing{p.event, p.session})
	}
	u.state, u.saving = u.house.newUserState(u.cell.key), false
	u.incarnation = u.house.incarnations.Add(1)
	u.lease = new(live.Lease)
	u.mode = modeSettling
	u.settle()
}

// settle puts a barrier into the journal: when it is done, so is everything before it. A journal that is too full for
// it answers at once and out of order; then a tick tries again.
func (u *user) settle() {
	incarnation, submitted := u.incarnation, new(atomic.Bool)
	u.settling = true
	u.house.parts.Journal.Submit(live.Entry{Done: func(_ uint64, err error) {
		u.cell.post(&settled{incarnation: incarnation, ordered: err == nil || submitted.Load()})
	}})
	submitted.Store(true)
}

// settled remembers every message that was admitted and not durably ended; redrive sorts them out when the state has
// been read back.
func (u *user) settled(now time.Time, m *settled) {
	if m.incarnation != u.incarnation || u.mode != modeSettling {
		return
	}
	if u.settling = false; !m.ordered {
		return
	}
	for _, c := range u.closings {
		if c.block.Load() == 0 && c.of.event != nil {
			u.lost = append(u.lost, c.of)
		}
	}
	u.closings = nil
	u.mode = modeBroken
	if u.house.age(now) > u.brokenUntil {
		u.load()
		return
	}
	u.refuseStash()
}

// repeatsLost tells whether an arrival repeats a message that the reload will sort out. It then takes no place, and what
// becomes of the message is told where the repetition came from.
func (u *user) repeatsLost(a *Arrival) bool {
	if a.Event.ID == "" {
		return false
	}
	i := slices.IndexFunc(u.lost, func(l losing) bool { return l.event.Key() == a.Event.Key() })
	if i < 0 {
		return false
	}
	u.lost[i].session = a.Session
	u.house.inFlight.Add(-1)
	return true
}

// refuseStash refuses what waits, but for repetitions of what was acknowledged: that is still to be answered. When they came
// it may not have been known to be lost, for its outcome was under way.
func (u *user) refuseStash() {
	for _, a := range u.stash {
		if u.repeatsLost(a) {
			continue
		}
		u.bury(a.Event, a.Session)
		u.refuse(a.Event, a.Session, u.broken)
	}
	u.stash = nil
}
