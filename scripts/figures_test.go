package scripts

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"liveroom/engine/live"
)

// TestFiguresAreTrue plays owners that publish and people who ask, in any order, with the cache on. A figure that is
// said is always the latest one published, within its age; where that is impossible none is said.
func TestFiguresAreTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		owners := newOwners()
		b, err := New(Config{CacheEntries: int64(rapid.IntRange(1, 4).Draw(t, "entries"))}, owners, quiet(), nothing{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- b.Run(ctx) }()
		<-b.Ready()
		defer func() { stop(); <-done }()

		now := noon
		latest := map[live.ProductID]live.StockLevel{}
		t.Repeat(map[string]func(*rapid.T){
			"time passes": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 10).Draw(t, "hours")) * time.Hour)
			},
			"stock": func(t *rapid.T) {
				p := live.ProductID(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "product"))
				l := live.StockLevel{
					SKU: live.SKU(p), OnHand: rapid.Int64Range(0, 200).Draw(t, "pieces"), Seen: now.UnixMilli(),
					At: now.Add(-time.Duration(rapid.IntRange(-1, 30).Draw(t, "age")) * time.Hour).UnixMilli(),
				}
				latest[p] = l
				owners.publish(p, l)
			},
			"forgotten": func(t *rapid.T) {
				p := live.ProductID(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "product"))
				delete(latest, p)
				owners.mu.Lock()
				delete(owners.stocks, p)
				owners.mu.Unlock()
			},
			"question": func(t *rapid.T) {
				id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "product")
				p := &live.Product{ID: live.ProductID(id), Name: id, Variants: []live.Variant{{SKU: live.SKU(id)}}}
				a := asking(live.IntentStock, p)
				a.Arrived, a.Now = now, now
				line, err := b.Compose(a)
				if err != nil {
					t.Fatal(err)
				}
				checkFigure(t, line, latest[p.ID], now)
			},
		})
	})
}

// checkFigure holds a reply against the latest level published, zero for none.
func checkFigure(t *rapid.T, line Line, l live.StockLevel, now time.Time) {
	age := max(0, time.Duration(now.UnixMilli()-min(l.At, l.Seen))*time.Millisecond)
	if l.SKU == "" || age > 24*time.Hour {
		if len(line.Figures) > 0 || strings.ContainsAny(line.Text, "0123456789") {
			t.Fatalf("Compose = %+v, want no figure: the latest is %+v, %s old", line, l, age)
		}
		return
	}
	if len(line.Figures) != 1 || line.Figures[0].Value != l.OnHand || line.Figures[0].Age != age {
		t.Fatalf("Compose = %+v, want %d pieces, %s old", line, l.OnHand, age)
	}
	said := strings.Contains(line.Text, strconv.FormatInt(l.OnHand, 10)+"件")
	if said != (l.OnHand > 0) {
		t.Fatalf("Compose = %q, want %d pieces", line.Text, l.OnHand)
	}
}

// TestFiguresUnderLoad has an owner publish while many ask: nobody reads a figure older than what was published
// before they asked. It runs with caches of every use: shared, tiny, and closed in the middle.
func TestFiguresUnderLoad(t *testing.T) {
	for _, entries := range []int64{1, 1000} {
		t.Run(fmt.Sprint(entries), func(t *testing.T) {
			owners := newOwners()
			owners.publish("cup", level("DEMO-3", "", 6, 0))
			b := newBook(t, Config{CacheEntries: entries}, owners)
			ctx, stop := context.WithCancel(context.Background())
			done := make(chan error, 1)
			go func() { done <- b.Run(ctx) }()
			<-b.Ready()

			var published atomic.Int64
			published.Store(6)
			var wg sync.WaitGroup
			for i := range 4 {
				wg.Go(func() {
					a := asking(live.IntentStock, cup)
					a.User.User = live.UserID(fmt.Sprint(i))
					for range 3000 {
						least := published.Load()
						line := say(t, b, a)
						if len(line.Figures) != 1 || line.Figures[0].Value < least {
							t.Errorf("Compose = %+v, but %d was published before it was asked", line, least)
							return
						}
					}
				})
			}
			wg.Go(func() {
				for n := int64(7); n < 3000; n++ {
					owners.publish("cup", level("DEMO-3", "", n, 0))
					published.Store(n)
					if n == 2000 {
						stop() // the cache goes away under everybody's hands
					}
				}
			})
			wg.Wait()
			if err := <-done; err != nil {
				t.Errorf("Run: %v", err)
			}
		})
	}
}

func TestCacheForgetsNothingThatMatters(t *testing.T) {
	owners := newOwners()
	b := running(t, Config{CacheEntries: 2}, owners)
	for n := range 500 { // many more products than the cache holds, and sets that it drops
		id := live.ProductID(fmt.Sprint("p", n))
		p := &live.Product{ID: id, Link: 1, Variants: []live.Variant{{SKU: live.SKU(id)}}}
		owners.publish(id, level(live.SKU(id), "", int64(n+6), 0))
		for range 2 {
			if line := say(t, b, asking(live.IntentStock, p)); line.Figures[0].Value != int64(n+6) {
				t.Fatalf("Compose = %+v, want %d", line, n+6)
			}
		}
	}
}

func TestCacheIsUsed(t *testing.T) {
	owners := newOwners()
	owners.publish("cup", level("DEMO-3", "", 37, 0))
	owners.count("demo", 5, 5, 0)
	b := running(t, Config{}, owners)
	say(t, b, asking(live.IntentStock, cup))
	b.figures.cache.Wait()
	before := counter(t, b.met.stockHit)
	say(t, b, asking(live.IntentStock, cup))
	if got := counter(t, b.met.stockHit) - before; got != 1 {
		t.Errorf("%v hits, want 1", got)
	}
	other := *cup // the same product in a new edition of the catalogue
	misses := counter(t, b.met.stockMiss)
	say(t, b, asking(live.IntentStock, &other))
	if got := counter(t, b.met.stockMiss) - misses; got != 1 {
		t.Errorf("%v misses after the catalogue changed, want 1", got)
	}
}
