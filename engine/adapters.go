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
	"liveroom/scripts"
)

// The adapters below let parts that do not know each other work together. None of them decides anything.

// reader lets actors have texts read by the nlp service.
type reader struct{ *nlp.Service }

// Submit implements actors.Reader.
func (r reader) Submit(shop live.ShopID, text string, deadline time.Time, done func(*live.Reading)) {
	r.Service.Submit(nlp.Query{Shop: shop, Text: text, Deadline: deadline}, done)
}

// composer lets actors have answers put into words by the script book.
type composer struct {
	book      *scripts.Book
	catalogue *wares
}

// Compose implements actors.Composer.
func (c composer) Compose(q *actors.Question) (actors.Line, error) {
	ask := scripts.Ask{
		Shop: q.Shop, User: q.User, Scope: q.Scope, Topic: scripts.Topic(q.Topic), Reading: q.Reading, Product: q.Product,
		Warehouses: c.catalogue.Load().Warehouses(), Arrived: q.Arrived, Now: q.Now,
	}
	if q.Product != nil {
		ask.Variant = shop.VariantOf(q.Product, q.Reading.Entities)
	}
	line, err := c.book.Compose(ask)
	if err != nil {
		return actors.Line{}, err
	}
	return actors.Line{
		Text: line.Text, Script: line.Script, Variant: line.Variant, By: live.ByScript,
		Counts: slices.ContainsFunc(line.Figures, func(f scripts.Figure) bool { return f.Name == "viewers" || f.Name == "sold" }),
	}, nil
}

// catalogue lets actors look products up.
type catalogue struct {
	wares  *wares
	rooms  *shop.Rooms
	ledger *shop.Ledger
}

// Shop implements actors.Catalogue.
func (c catalogue) Shop(live.RoomID) live.ShopID { return c.wares.Load().Shop() }

// Resolve implements actors.Catalogue.
func (c catalogue) Resolve(room live.RoomID, entities []live.Entity) (*live.Product, bool) {
	named := slices.ContainsFunc(entities, func(e live.Entity) bool { return e.Kind == "product" })
	return c.wares.Load().Resolve(entities, c.rooms.Presenting(room).SKU), named
}

// Variant implements actors.Catalogue.
func (c catalogue) Variant(p *live.Product, entities []live.Entity) string {
	v := shop.VariantOf(p, entities)
	switch {
	case v == nil:
		return ""
	case v.SKU != "":
		return string(v.SKU)
	}
	return v.Size + "/" + v.Color
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
