package shop

import (
	"strings"
	"sync"
	"testing"
	"time"

	"liveroom/engine/live"
)

func onHand(l *Ledger, p live.ProductID, sku live.SKU) int64 {
	n, _, _, ok := Total(l.Stock(p), sku)
	if !ok {
		return -1
	}
	return n
}

func TestASKUGoneKeepsWhatIsKnownOfIt(t *testing.T) {
	now := time.UnixMilli(10_000)
	with := parsed(t, small)
	without := parsed(t, strings.Replace(small, "      - {sku: B, size: L, price_fen: 100}\n", "", 1))
	moved := parsed(t, strings.Replace(small, "      - {sku: B, size: L, price_fen: 100}\n", "  - {id: q, name: 碗, variants: [{sku: B, price_fen: 100}]}\n", 1))
	l := NewLedger(with)
	event := func(sku live.SKU, n, at int64) *live.Event {
		return &live.Event{Type: live.StockUpdate, Shop: "s", SKU: sku, Available: n, At: at}
	}
	apply(t, l, event("A", 5, 1), event("B", 9, 1))
	hold := live.Reservation{ID: "r1", User: live.UserKey{Room: "r", User: "u"}, SKU: "B", Quantity: 2, Until: 99_000}
	if _, err := l.Reserve(now, hold); err != nil {
		t.Fatal(err)
	}
	version := l.Stock("p").Version

	l.SetCatalogue(without)
	if _, fault := l.Apply(event("B", 3, 2), now); fault == nil || fault.Field != "sku" {
		t.Errorf("stock of a SKU gone gave %v, want a fault of sku", fault)
	}
	if _, err := l.Reserve(now, live.Reservation{ID: "r2", User: hold.User, SKU: "B", Quantity: 1, Until: 99_000}); err == nil {
		t.Error("a SKU gone was reserved")
	}
	if r, ok := l.Reservation("r1"); !ok || r.State != live.ReservationOpen {
		t.Errorf("the reservation of a SKU gone is %+v, %v", r, ok)
	}
	if _, err := l.Release(now, "r1"); err != nil {
		t.Errorf("the reservation of a SKU gone cannot be released: %v", err)
	}
	if got := onHand(l, "p", "A"); got != 5 {
		t.Errorf("the SKU that stayed has %d, want 5", got)
	}

	l.SetCatalogue(with)
	if got := onHand(l, "p", "B"); got != 9 || l.Stock("p").Version <= version {
		t.Errorf("the SKU that came back has %d at version %d, want the 9 it had with nothing held, later than %d", got, l.Stock("p").Version, version)
	}

	l.SetCatalogue(moved)
	if p, q := onHand(l, "p", "B"), onHand(l, "q", "B"); p != -1 || q != 9 {
		t.Errorf("the SKU that moved has %d with the old product and %d with the new one, want none and 9", p, q)
	}
	apply(t, l, event("B", 4, 3))
	if _, err := l.Reserve(now, live.Reservation{ID: "r3", User: hold.User, SKU: "B", Quantity: 3, Until: 99_000}); err != nil || onHand(l, "q", "B") != 1 {
		t.Errorf("a reservation of the SKU that moved: %v, %d left, want 1", err, onHand(l, "q", "B"))
	}
}

func TestStockMayComeWhileTheCatalogueIsSwapped(t *testing.T) {
	with := parsed(t, small)
	without := parsed(t, strings.Replace(small, "      - {sku: B, size: L, price_fen: 100}\n", "", 1))
	l := NewLedger(with)
	var wait sync.WaitGroup
	wait.Add(2)
	go func() {
		defer wait.Done()
		for i := range 500 {
			l.SetCatalogue([]*Catalogue{without, with}[i%2])
		}
	}()
	go func() {
		defer wait.Done()
		for i := range int64(500) {
			l.Apply(&live.Event{Type: live.StockUpdate, Shop: "s", SKU: "B", Available: i, At: i}, seenAt)
			l.Apply(&live.Event{Type: live.StockUpdate, Shop: "s", SKU: "A", Available: i, At: i}, seenAt)
			onHand(l, "p", "B")
		}
	}()
	wait.Wait()
	if got := onHand(l, "p", "A"); got != 499 {
		t.Errorf("the SKU that stayed has %d, want 499", got)
	}
}
