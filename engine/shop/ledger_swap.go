package shop

import (
	"slices"

	"liveroom/engine/live"
)

// SetCatalogue puts another catalogue of the same shop in force. What is known of a SKU stays, also of one that is gone:
// its levels and reservations are kept, and are there again should it come back; it is offered no more, and stock events
// of it are refused. A SKU that has come to another product takes its levels along.
func (l *Ledger) SetCatalogue(c *Catalogue) {
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.shelving.Load()
	next := &shelving{catalogue: c, shelves: make(map[live.ProductID]*shelf, len(c.products))}
	if old != nil {
		for id, s := range old.shelves {
			if s.stock.Load() != nil {
				next.shelves[id] = s
			}
		}
	}
	for i := range c.products {
		if id := c.products[i].ID; next.shelves[id] == nil {
			next.shelves[id] = new(shelf)
		}
	}
	l.shelving.Store(next)
	if old == nil {
		return
	}
	next.sortOut()
	for sku := range l.stands {
		if c.bySKU[sku] != nil {
			l.publish(sku) // what changed while it was gone
		}
	}
}

// sortOut moves levels to the shelves of the products that have their SKUs now.
func (s *shelving) sortOut() {
	astray := make(map[live.ProductID][]live.StockLevel)
	for id, shelf := range s.shelves {
		stock := shelf.stock.Load()
		if stock == nil {
			continue
		}
		var stay []live.StockLevel
		for _, level := range stock.Levels {
			if p := s.catalogue.bySKU[level.SKU]; p != nil && p.ID != id {
				astray[p.ID] = append(astray[p.ID], level)
			} else {
				stay = append(stay, level)
			}
		}
		if len(stay) < len(stock.Levels) {
			shelf.stock.Store(&live.ProductStock{Product: id, Version: stock.Version + 1, Levels: stay})
		}
	}
	for id, levels := range astray {
		stock := s.shelves[id].stock.Load()
		if stock == nil {
			stock = &live.ProductStock{Product: id}
		}
		levels = append(levels, stock.Levels...)
		slices.SortFunc(levels, func(a, b live.StockLevel) int {
			return compareLevel(a, &live.Event{SKU: b.SKU, Warehouse: b.Warehouse})
		})
		s.shelves[id].stock.Store(&live.ProductStock{Product: id, Version: stock.Version + 1, Levels: levels})
	}
}
