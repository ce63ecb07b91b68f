package loadtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"liveroom/engine/live"
	"liveroom/loadtest/chorus"
	"liveroom/loadtest/journal"
	"liveroom/loadtest/rush"
	"liveroom/loadtest/target"
	"liveroom/transport/wire"
)

// openKinds makes what listens to a chorus, or moves a rush.
func (r *run) openKinds() {
	s := r.config.Scenario
	if s.Chorus.Linger > 0 {
		r.chorus = chorus.New(s.Stock.Available, s.Links.Viewers)
	}
	if s.Rush.Think > 0 {
		middle := int64(0)
		if s.Rush.KillAt > 0 {
			middle = max(1, int64(s.Rush.KillAt*float64(s.Stock.Available)))
		}
		r.rush = rush.New(rush.Config{
			Buyers: s.Links.Viewers, Pieces: s.Stock.Available, Retries: s.Rush.Retries, Think: s.Rush.Think, Middle: middle,
			Random: rand.New(rand.NewPCG(s.Seed, 3)),
		})
	}
	r.answers.chorus, r.answers.rush = r.chorus, r.rush
}

const (
	stockTime   = 10 * time.Second
	sampleEvery = 20 * time.Millisecond
)

// stock sets the figure the scenario starts from. In a rush it returns once the server's ledger has it.
func (r *run) stock(ctx context.Context) error {
	shelf := r.config.Scenario.Stock
	if shelf.SKU == "" {
		return nil
	}
	set := live.Event{
		Type: live.StockUpdate, SKU: shelf.SKU, Available: shelf.Available, At: time.Now().UnixMilli(), Viewers: live.Absent, Sold: live.Absent,
	}
	if _, err := r.crowd.Send(r.config.Scenario.Links.Viewers, wire.AppendEvent(nil, &set)); err != nil {
		return fmt.Errorf("%w: set the stock: %w", ErrTargetDown, err)
	}
	if r.rush == nil {
		return nil // the questions come after it on the same link
	}
	if r.endpoints.Admin == "" {
		return fmt.Errorf("%w: the race is judged by the server's ledger, which needs its admin address", ErrScenario)
	}
	ledger := r.ledger()
	over := time.Now().Add(stockTime)
	for {
		l, known, err := ledger.Stock(ctx, shelf.SKU)
		switch {
		case err != nil:
			return fmt.Errorf("%w: %w", ErrTargetDown, err)
		case l.Open+l.Confirmed+l.Ordered > 0:
			return fmt.Errorf("%w: pieces of %s are held there already (%d open, %d confirmed, %d ordered); race on fresh data",
				ErrScenario, shelf.SKU, l.Open, l.Confirmed, l.Ordered)
		case known && l.OnHand == shelf.Available && l.Offerable == shelf.Available:
			return nil
		case time.Now().After(over):
			return fmt.Errorf("%w: the ledger does not have the stock of %s after %v", ErrTargetDown, shelf.SKU, stockTime)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(sampleEvery):
		}
	}
}

func (r *run) ledger() *target.Ledger {
	return target.NewLedger(r.endpoints.Admin, r.endpoints.Tokens.Admin)
}

// sample asks the ledger all along. The function it returns ends that, asks a last time and looks every winner up.
func (r *run) sample(ctx context.Context) func(context.Context) {
	if r.rush == nil {
		return func(context.Context) {}
	}
	ledger, sku := r.ledger(), r.config.Scenario.Stock.SKU // a server started again has the addresses it had
	sampling, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(sampleEvery)
		defer tick.Stop()
		for {
			select {
			case <-sampling.Done():
				return
			case <-tick.C:
				r.ask(sampling, ledger, sku)
			}
		}
	}()
	return func(ctx context.Context) {
		stop()
		<-ended
		r.ask(ctx, ledger, sku)
		r.lookUp(ctx, ledger, sku)
	}
}

func (r *run) ask(ctx context.Context, ledger *target.Ledger, sku live.SKU) {
	if r.answers.isAway() {
		return
	}
	before := r.rush.Told()
	switch l, _, err := ledger.Stock(ctx, sku); {
	case err == nil:
		r.rush.Sampled(before, l) // a figure that is not known any more is none on hand
	case ctx.Err() == nil && !r.answers.isAway():
		r.rush.Unseen()
	}
}

// lookUp asks the ledger for the reservation of every buyer who was told that a piece is locked.
func (r *run) lookUp(ctx context.Context, ledger *target.Ledger, sku live.SKU) {
	for _, w := range r.rush.Winners() {
		user := live.UserKey{Room: r.audience.room, User: r.audience.user(w.Buyer)}
		id := live.ReservationIDFor(user, live.EventKey{Type: live.Message, ID: r.journal.ID(w.Taken)})
		switch held, err := ledger.Reservation(ctx, id); {
		case err != nil:
			r.rush.Unbacked(w, strings.TrimPrefix(err.Error(), target.ErrLedger.Error()+": "))
		case held.SKU != sku || held.Quantity != 1 || held.State != live.ReservationConfirmed.String() && held.State != live.ReservationOrdered.String():
			r.rush.Unbacked(w, fmt.Sprintf("%d of %s, %s", held.Quantity, held.SKU, held.State))
		}
	}
}

// waiting tells whether a chorus or a rush still has something to come.
func (r *run) waiting(now time.Duration) bool {
	if r.rush != nil && r.rush.Busy() {
		return true
	}
	if r.chorus == nil {
		return false
	}
	came, closed := r.chorus.Closed()
	return !closed || now < came+r.config.Scenario.Chorus.Linger
}

// fillKinds completes the report with what became of a chorus, a rush or a siege.
func (r *run) fillKinds() {
	r.fillSiege()
	r.fillWatched()
	if r.rush != nil {
		r.report.Rush = r.rush.Report()
	}
	if r.chorus == nil {
		return
	}
	var asked chorus.Asked
	people, answered := map[int32]bool{}, map[int32]bool{}
	r.journal.Each(func(s journal.Sent) {
		if s.Type != live.Comment {
			return
		}
		if len(people) == 0 {
			asked.First = s.Due
		}
		people[s.User], asked.Last = true, s.Due
		if s.Outcome == live.Replied || s.Outcome == live.Merged {
			answered[s.User] = true
		}
	})
	asked.Askers, asked.Answered = int64(len(people)), int64(len(answered))
	r.report.Chorus = r.chorus.Report(asked)
}
