package engine

import (
	"errors"
	"slices"
	"time"

	"liveroom/actors"
	"liveroom/engine/live"
	"liveroom/engine/shop"
	"liveroom/engine/storage"
	"liveroom/nlp"
)

// The adapters below let parts that do not know each other work together. None of them decides anything.

// reader lets actors have texts read by the nlp service.
type reader struct {
	*nlp.Service
	clock *clock
}

// Submit implements actors.Reader.
func (r reader) Submit(shop live.ShopID, text string, deadline time.Time, done func(*live.Reading)) {
	r.Service.Submit(nlp.Query{Shop: shop, Text: text, Deadline: r.clock.machine(deadline)}, done)
}

// SubmitNoted implements actors.NotingReader.
func (r reader) SubmitNoted(shop live.ShopID, text string, deadline time.Time, note *actors.ReadNote, done func(*live.Reading)) {
	t := new(nlp.Trace)
	r.Service.Submit(nlp.Query{Shop: shop, Text: text, Deadline: r.clock.machine(deadline), Trace: t}, func(read *live.Reading) {
		*note = actors.ReadNote{
			From: t.From, Waiting: t.Waiting, Batch: t.Batch, Began: t.Began, Ended: t.Ended, Match: t.Match, Rule: t.Rule,
			Thresholds: r.Thresholds(read),
		}
		done(read)
	})
}

// catalogue lets actors look products up.
type catalogue struct {
	wares  *wares
	rooms  *shop.Rooms
	ledger *shop.Ledger
	known  *shop.Profiles
	clock  *clock
}

// Shop implements actors.Catalogue.
func (c catalogue) Shop(live.RoomID) live.ShopID { return c.wares.Load().Shop() }

// Resolve implements actors.Catalogue.
func (c catalogue) Resolve(room live.RoomID, entities []live.Entity) (*live.Product, bool) {
	named := slices.ContainsFunc(entities, func(e live.Entity) bool { return e.Kind == "product" })
	return c.wares.Load().ResolveIn(room, entities, c.rooms.Presenting(room).SKU), named
}

// Product implements actors.Catalogue.
func (c catalogue) Product(_ live.ShopID, id live.ProductID) *live.Product {
	return c.wares.Load().ByID(id)
}

// StockVersion implements actors.Catalogue.
func (c catalogue) StockVersion(_ live.ShopID, id live.ProductID) uint64 {
	if ps := c.ledger.Stock(id); ps != nil {
		return ps.Version
	}
	return 0
}

// CountsVersion implements actors.Catalogue.
func (c catalogue) CountsVersion(room live.RoomID) uint64 {
	if counts := c.rooms.Counts(room); counts != nil {
		return counts.Version
	}
	return 0
}

// VIP implements actors.Catalogue.
func (c catalogue) VIP(k live.UserKey) bool { return c.known.VIP(c.clock.now(), k) }

// stock lets actors hold pieces in the shop's ledger.
type stock struct {
	*shop.Ledger
	metrics *shopMetrics // nil for none
}

// Reserve implements actors.Stock.
func (s stock) Reserve(now time.Time, r live.Reservation) (*live.Reservation, int64, bool) {
	held, err := s.Ledger.Reserve(now, r)
	s.metrics.reserved(err)
	if err == nil {
		return &held, 0, true
	}
	var short *shop.NotEnoughError
	if errors.As(err, &short) {
		return nil, short.Left, short.Known
	}
	return nil, 0, false
}

// Confirm implements actors.Stock.
func (s stock) Confirm(now time.Time, id live.ReservationID, until int64) *live.Reservation {
	r := found(s.Ledger.Confirm(now, id, until))
	if r != nil {
		s.metrics.became("confirmed", 1)
	}
	return r
}

// Release implements actors.Stock.
func (s stock) Release(now time.Time, id live.ReservationID) *live.Reservation {
	r := found(s.Ledger.Release(now, id))
	if r != nil {
		s.metrics.became("released", 1)
	}
	return r
}

// Held implements actors.Stock.
func (s stock) Held(id live.ReservationID) *live.Reservation {
	if r, ok := s.Reservation(id); ok {
		return &r
	}
	return nil
}

// found returns nil for whatever could not be done: the hold is gone.
func found(r live.Reservation, err error) *live.Reservation {
	if err != nil {
		return nil
	}
	return &r
}

// figures lets scripts read what the owners of live figures publish.
type figures struct {
	ledger *shop.Ledger
	rooms  *shop.Rooms
}

// Stock implements scripts.Sources.
func (f figures) Stock(_ live.ShopID, p live.ProductID) *live.ProductStock { return f.ledger.Stock(p) }

// Counts implements scripts.Sources.
func (f figures) Counts(room live.RoomID) *live.Counts { return f.rooms.Counts(room) }

// Total implements scripts.Sources.
func (f figures) Total(ps *live.ProductStock, sku live.SKU) (pieces, at, seen int64, ok bool) {
	return shop.Total(ps, sku)
}

// journal lets actors make records durable.
type journal struct{ *storage.Store }

// Load implements actors.Journal.
func (j journal) Load(k live.UserKey, done func([]byte, []live.Record, error)) {
	j.Store.Load(k, func(l storage.Loaded, err error) {
		if errors.Is(err, storage.ErrCorrupt) {
			err = nil // the store has said so; the user starts from what can be read
		}
		done(l.State, l.Tail, err)
	})
}
