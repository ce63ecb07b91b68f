package scripts

import (
	"errors"
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
)

func counter(t testing.TB, c prometheus.Counter) float64 {
	t.Helper()
	reg := prometheus.NewRegistry()
	if err := reg.Register(c); err != nil {
		t.Fatal(err)
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	return families[0].GetMetric()[0].GetCounter().GetValue()
}

// busyBook is a running book over owners that have everything to tell.
func busyBook(t testing.TB) *Book {
	owners := newOwners()
	owners.publish("cup", level("DEMO-3", "beijing", 32, 0), level("DEMO-3", "hangzhou", 5, 0))
	owners.publish("dress", level("D-S-B", "", 10, 0), level("D-M-B", "", 0, 0), level("D-S-W", "", 20, 0), level("D-M-W", "", 30, 0))
	owners.count("demo", 1286, 45, 0)
	return running(t, Config{}, owners)
}

var speedAsks = []struct {
	name   string
	ask    Ask
	budget float64 // allocations
}{
	{"greeting", asking(live.IntentGreeting, nil), 1},
	{"price", asking(live.IntentPrice, dress), 1},
	{"stock", asking(live.IntentStock, cup), 2},
	{"breakdown", asking(live.IntentStock, dress), 2},
}

// TestComposeAllocs guards the budget of the hot path: the text and, where there are any, its figures.
func TestComposeAllocs(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector makes pools forget")
	}
	b := busyBook(t)
	for _, s := range speedAsks {
		t.Run(s.name, func(t *testing.T) {
			say(t, b, s.ask)
			b.figures.cache.Wait()
			if n := testing.AllocsPerRun(1000, func() { say(t, b, s.ask) }); n > s.budget {
				t.Errorf("Compose allocates %v times, want at most %v", n, s.budget)
			}
		})
	}
}

func BenchmarkCompose(b *testing.B) {
	book := busyBook(b)
	for _, s := range speedAsks {
		b.Run(s.name, func(b *testing.B) {
			say(b, book, s.ask)
			book.figures.cache.Wait()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := book.Compose(s.ask); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("none", func(b *testing.B) {
		a := asking(live.IntentChatter, nil)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := book.Compose(a); !errors.Is(err, ErrNoScript) {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkDerive is what a miss costs, by the number of variants.
func BenchmarkDerive(b *testing.B) {
	for _, n := range []int{1, 12, 60} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			owners := newOwners()
			p := &live.Product{ID: "p"}
			var levels []live.StockLevel
			for i := range n {
				v := live.Variant{SKU: live.SKU(fmt.Sprint("S", i)), Size: fmt.Sprint(i % 6), Color: fmt.Sprint(i / 6)}
				p.Variants = append(p.Variants, v)
				levels = append(levels, level(v.SKU, "beijing", 3, 0), level(v.SKU, "hangzhou", 4, 0))
			}
			snap := owners.publish("p", levels...)
			b.ReportAllocs()
			for b.Loop() {
				deriveStock(owners, snap, p, live.Variant{})
			}
		})
	}
}

func BenchmarkReload(b *testing.B) {
	for b.Loop() {
		if err := Check(Config{}); err != nil {
			b.Fatal(err)
		}
	}
}
