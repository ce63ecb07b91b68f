package scripts

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
)

// noon is the time of every test: 2026-11-11 12:00 in the shop.
var noon = time.Date(2026, 11, 11, 4, 0, 0, 0, time.UTC)

// fakeOwners publishes whatever it is told to, one immutable snapshot after another.
type fakeOwners struct {
	mu      sync.RWMutex
	stocks  map[live.ProductID]*live.ProductStock
	rooms   map[live.RoomID]*live.Counts
	version uint64
}

func newOwners() *fakeOwners {
	return &fakeOwners{stocks: map[live.ProductID]*live.ProductStock{}, rooms: map[live.RoomID]*live.Counts{}}
}

func (f *fakeOwners) Stock(_ live.ShopID, p live.ProductID) *live.ProductStock {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.stocks[p]
}

func (f *fakeOwners) Counts(room live.RoomID) *live.Counts {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.rooms[room]
}

// Total adds the warehouses of a SKU up, or takes the level of all together when there is one.
func (f *fakeOwners) Total(ps *live.ProductStock, sku live.SKU) (pieces, at, seen int64, ok bool) {
	for i := range ps.Levels {
		l := &ps.Levels[i]
		if l.SKU != sku {
			continue
		}
		if l.Warehouse == "" {
			return l.OnHand - l.Reserved, l.At, l.Seen, true
		}
		if !ok || l.At < at {
			at, seen = l.At, l.Seen
		}
		pieces, ok = pieces+l.OnHand, true
	}
	return pieces, at, seen, ok
}

// level returns what one warehouse holds, told and seen age ago.
func level(sku live.SKU, warehouse string, onHand int64, age time.Duration) live.StockLevel {
	at := noon.Add(-age).UnixMilli()
	return live.StockLevel{SKU: sku, Warehouse: warehouse, OnHand: onHand, At: at, Seen: at}
}

func (f *fakeOwners) publish(p live.ProductID, levels ...live.StockLevel) *live.ProductStock {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.version++
	f.stocks[p] = &live.ProductStock{Product: p, Version: f.version, Levels: levels}
	return f.stocks[p]
}

func (f *fakeOwners) count(room live.RoomID, viewers, sold int64, age time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.version++
	at := noon.Add(-age).UnixMilli()
	f.rooms[room] = &live.Counts{Room: room, Version: f.version, Viewers: viewers, Sold: sold, At: at, Seen: at, ViewersSeen: at, SoldSeen: at}
}

// dress comes in sizes and colours, cup in one kind only.
var (
	dress = &live.Product{
		ID: "dress", Name: "碎花连衣裙", Link: 1, Category: "女装",
		Attributes: map[string]string{
			"material": "面料是95%棉、5%氨纶，亲肤不闷汗", "size": "建议100斤以内拍S，100到120斤拍M，120到140斤拍L",
			"usage": "可以机洗，建议反面装洗衣袋", "return_refund": "支持七天无理由退货，吊牌不要剪哦",
		},
		Variants: []live.Variant{
			{SKU: "D-S-B", Size: "S", Color: "黑色", PriceFen: 12900},
			{SKU: "D-M-B", Size: "M", Color: "黑色", PriceFen: 12900},
			{SKU: "D-S-W", Size: "S", Color: "白色", PriceFen: 13950},
			{SKU: "D-M-W", Size: "M", Color: "白色", PriceFen: 13950},
		},
		Gifts: []string{"腰带", "运费险"}, Promotion: "满200减20",
	}
	cup = &live.Product{
		ID: "cup", Name: "保温杯", Link: 3, Variants: []live.Variant{{SKU: "DEMO-3", PriceFen: 5990}}, Instalment: 3,
	}
	lamp       = &live.Product{ID: "lamp", Name: "小夜灯", Link: 5, Variants: []live.Variant{{SKU: "L", PriceFen: 3900}}}
	warehouses = []live.Warehouse{{ID: "beijing", Title: "北京仓", ShipBy: 16}, {ID: "hangzhou", Title: "杭州仓", ShipBy: 11}}
)

// asking returns a private question about a product.
func asking(intent live.Intent, p *live.Product) Ask {
	return Ask{
		Shop: "demo", User: live.UserKey{Room: "demo", User: "u1"}, Scope: live.Private, Product: p, Warehouses: warehouses,
		Reading: &live.Reading{Intent: intent, Confidence: 0.9, Emotion: live.Calm}, Arrived: noon, Now: noon,
	}
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// newBook returns a book over owners that is not running.
func newBook(t testing.TB, cfg Config, src Sources) *Book {
	t.Helper()
	b, err := New(cfg, src, quiet(), prometheus.NewRegistry())
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return b
}

// running returns a book over owners that runs until the test ends.
func running(t testing.TB, cfg Config, src Sources) *Book {
	t.Helper()
	b := newBook(t, cfg, src)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	<-b.Ready()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return b
}

// say composes the reply to a and fails the test when there is none.
func say(t testing.TB, b *Book, a Ask) Line {
	t.Helper()
	line, err := b.Compose(a)
	if err != nil {
		t.Fatalf("Compose(%s): %v", a.Reading.Intent, err)
	}
	return line
}

// nothing registers nothing.
type nothing struct{}

func (nothing) Register(prometheus.Collector) error  { return nil }
func (nothing) MustRegister(...prometheus.Collector) {}
func (nothing) Unregister(prometheus.Collector) bool { return true }
