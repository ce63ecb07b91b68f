package engine

import (
	"context"
	"log/slog"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/shop"
	"liveroom/engine/storage"
)

// holds ends reservations whose time has run out, so that their pieces are offered again, and makes that durable. A
// restart would end them by their time alone; the records are for whoever reads them later.
type holds struct {
	ledger  *shop.Ledger
	store   *storage.Store
	log     *slog.Logger
	metrics *shopMetrics // nil for none
	clock   *clock
	ready   chan struct{}
}

func newHolds(l *shop.Ledger, s *storage.Store, log *slog.Logger, c *clock) *holds {
	return &holds{ledger: l, store: s, log: log, clock: c, ready: make(chan struct{})}
}

// Ready implements runner.
func (h *holds) Ready() <-chan struct{} { return h.ready }

// expireEvery is how often holds that have run out are looked for. Reading a hold judges it by its own time; this only
// gives the pieces back.
const expireEvery = time.Second

// Run implements runner.
func (h *holds) Run(ctx context.Context) error {
	h.expire(h.clock.now()) // what ran out while the node was down
	close(h.ready)
	tick := time.NewTicker(expireEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			h.expire(h.clock.now())
		}
	}
}

func (h *holds) expire(now time.Time) {
	released := h.ledger.Expire(now)
	h.metrics.became("expired", len(released))
	if len(released) == 0 {
		return
	}
	records := make([]live.Record, len(released))
	for i := range released {
		records[i] = live.Record{Kind: live.RecordReservation, Received: now.UnixMilli(), Reservation: &released[i]}
	}
	h.store.Submit(live.Entry{Records: records, Done: func(_ uint64, err error) {
		if err != nil {
			h.log.Warn("expired reservations are not stored; they stay expired by their time", "count", len(released), "err", err)
		}
	}})
}
