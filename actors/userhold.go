package actors

import (
	"time"

	"liveroom/actors/dialogue"
	"liveroom/engine/live"
)

// Hold reserves, locks or frees the pieces that an effect of kind EffHold wants for a user, and returns the input that
// tells the state machine what became of it. Until the outcome that tells the user is durable, whatever goes wrong undoes
// it.
func Hold(stock Stock, cfg Config, k live.UserKey, now time.Time, e *Effect) Input {
	in, plan := Input{Kind: InHeld, Seq: e.Seq}, e.Plan
	if plan.Do == dialogue.Reserve {
		in.Hold, in.Left, in.Known = stock.Reserve(now, live.Reservation{
			ID: live.ReservationIDFor(k, e.Event.Key()), User: k, SKU: plan.SKU, Quantity: plan.Quantity,
			Until: now.Add(cfg.HoldFor).UnixMilli(),
		})
		return in
	}
	in.Before = stock.Held(plan.Hold)
	if plan.Do == dialogue.Lock {
		in.Hold = stock.Confirm(now, plan.Hold, now.Add(cfg.LockFor).UnixMilli())
	} else {
		in.Hold = stock.Release(now, plan.Hold)
	}
	return in
}

// undo brings back what was before a hold that nobody will be told of.
func (u *user) undo(e *Effect) {
	if changed(e.Before, e.Hold) {
		u.house.parts.Stock.Undo(e.Before, e.Hold.ID)
	}
}

// wait wakes the user at the effect's deadline.
func (u *user) wait(now time.Time, e *Effect) {
	incarnation := u.incarnation
	time.AfterFunc(time.UnixMilli(e.Deadline).Sub(now), func() { u.cell.post(&woken{incarnation: incarnation}) })
}

// changed tells whether a reservation has become another than it was.
func changed(before, now *live.Reservation) bool {
	return now != nil && (before == nil || before.Version != now.Version)
}
