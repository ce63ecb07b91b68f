package shop

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"liveroom/engine/live"
)

// maxOnHand is the largest figure a stock event may give: large enough for any shop, small enough to be summed.
const maxOnHand = 1_000_000_000_000

// Ledger is the one owner of a shop's stock. Each product's stock is published as an immutable, versioned snapshot that
// readers take without a lock; whatever Apply was told, it has published when it returns. What is reserved stands in its
// books too, and is off the snapshots' totals when Reserve returns. Its methods never wait for anything but one another.
type Ledger struct {
	shelving atomic.Pointer[shelving]

	mu      sync.Mutex                   // held by the one who changes a shelf or the shelving; guards what follows
	holds   map[live.ReservationID]*hold // every reservation known
	stands  map[live.SKU]*stand          // what holds something
	buyers  map[buyer][]*hold            // the open and confirmed ones
	orders  map[orderKey]*note           // orders heard of
	ends    agenda                       // open and confirmed ones, by their end
	rests   agenda                       // the others, and notes, by when they are forgotten
	unsaved []live.ReservationID         // what the next Expire returns although it did not expire
}

// shelving is where every product's stock stands. It is immutable; SetCatalogue puts up another one.
type shelving struct {
	catalogue *Catalogue
	shelves   map[live.ProductID]*shelf // of every product in the catalogue, and of some that were
}

// of returns the shelf of the product that has a SKU, nil when the catalogue has none.
func (s *shelving) of(sku live.SKU) *shelf {
	if p := s.catalogue.bySKU[sku]; p != nil {
		return s.shelves[p.ID]
	}
	return nil
}

// shelf holds one product's current snapshot, nil while nothing is known.
type shelf struct {
	stock atomic.Pointer[live.ProductStock]
}

// NewLedger returns a ledger of the catalogue's products that knows of no stock yet.
func NewLedger(c *Catalogue) *Ledger {
	l := &Ledger{
		holds: make(map[live.ReservationID]*hold), stands: make(map[live.SKU]*stand),
		buyers: make(map[buyer][]*hold), orders: make(map[orderKey]*note),
	}
	l.SetCatalogue(c)
	return l
}

// Stock returns the product's current snapshot; nil when nothing is known of its stock, which is not the same as none
// left. It takes no lock.
func (l *Ledger) Stock(p live.ProductID) *live.ProductStock {
	if s := l.shelving.Load().shelves[p]; s != nil {
		return s.stock.Load()
	}
	return nil
}

// Apply takes in a stock event seen at the given time and returns the product's snapshot that is current afterwards. Per
// SKU and warehouse the event with the later At counts; of two with the same At the one applied last. An event that comes
// too late changes nothing and is no fault. A fault names the field that is wrong.
func (l *Ledger) Apply(e *live.Event, seen time.Time) (*live.ProductStock, *live.Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if fault := l.check(e); fault != nil {
		return nil, fault
	}
	return l.set(e, seen.UnixMilli()), nil
}

// Restore takes in stock, orders and reservations from storage, in any order, and returns how many it took. Of a
// reservation the latest version counts. Others, and stock of SKUs and warehouses that the catalogue no longer has, are
// passed over; reservations of such SKUs are kept. Expire is to be called afterwards: it releases what has ended meanwhile.
func (l *Ledger) Restore(records ...live.Record) (taken int) {
	for _, r := range records {
		switch {
		case r.Kind == live.RecordReservation && r.Reservation != nil:
			if !l.restoreReservation(r.Reservation) {
				continue
			}
		case r.Event == nil:
			continue
		case r.Event.Type == live.OrderUpdate:
			l.restoreOrder(r.Event, r.Received)
		case r.Event.Type == live.StockUpdate:
			if _, fault := l.Apply(r.Event, time.UnixMilli(r.Received)); fault != nil {
				continue
			}
		default:
			continue
		}
		taken++
	}
	return taken
}

func (l *Ledger) check(e *live.Event) *live.Fault {
	bad := func(field, format string, args ...any) *live.Fault {
		return &live.Fault{Code: live.BadField, Field: field, Hint: fmt.Sprintf(format, args...), To: e.ID}
	}
	c := l.shelving.Load().catalogue
	switch {
	case e.Shop != "" && e.Shop != c.shop:
		return bad("shop", "this is the stock of shop %q, not of %q", c.shop, clip(string(e.Shop)))
	case e.Available < 0 || e.Available > maxOnHand:
		return bad("available", "%d is outside 0 to %d; send the pieces on hand", e.Available, int64(maxOnHand))
	case e.Warehouse != "" && c.Warehouse(e.Warehouse) == nil:
		return bad("warehouse", "shop %q has no warehouse %q; name one of %s, or none for the stock in all",
			c.shop, clip(e.Warehouse), c.warehouseIDs())
	}
	return c.CheckSKU(e)
}

func (c *Catalogue) warehouseIDs() string {
	ids := make([]string, 0, len(c.warehouses))
	for _, w := range c.warehouses {
		ids = append(ids, w.ID)
	}
	return fmt.Sprint(ids)
}

// set publishes a checked event, unless a later one was there first. The lock is held.
func (l *Ledger) set(e *live.Event, seen int64) *live.ProductStock {
	shelving := l.shelving.Load()
	p := shelving.catalogue.bySKU[e.SKU].ID
	shelf := shelving.shelves[p]
	old := shelf.stock.Load()
	if old == nil {
		old = &live.ProductStock{Product: p}
	}
	i, found := slices.BinarySearchFunc(old.Levels, e, compareLevel)
	if found && old.Levels[i].OnHand >= 0 && e.At < old.Levels[i].At {
		return old
	}
	next := &live.ProductStock{Product: p, Version: old.Version + 1, Levels: make([]live.StockLevel, 0, len(old.Levels)+1)}
	next.Levels = append(next.Levels, old.Levels...)
	level := live.StockLevel{SKU: e.SKU, Warehouse: e.Warehouse}
	if found {
		level = old.Levels[i]
	} else {
		next.Levels = slices.Insert(next.Levels, i, level)
	}
	level.OnHand, level.At, level.Seen = e.Available, e.At, seen
	next.Levels[i] = level
	if s := l.stands[e.SKU]; s != nil { // the figure may know of what was ordered
		next.Levels, _ = s.mark(next.Levels, e.SKU)
	}
	shelf.stock.Store(next)
	return next
}

func compareLevel(l live.StockLevel, e *live.Event) int {
	return cmp.Or(cmp.Compare(l.SKU, e.SKU), cmp.Compare(l.Warehouse, e.Warehouse))
}
