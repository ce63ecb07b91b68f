package scripts

import (
	"hash/maphash"
	"sync"

	"github.com/dgraph-io/ristretto/v2"

	"liveroom/engine/live"
)

// derived is what the cache holds: one of the two is set.
type derived struct {
	stock  *stockFigures
	counts *countFigures
}

// figureCache remembers what was derived from a snapshot. The key is only a place to look: a value is believed when it
// was derived from the very snapshot, product and choice in hand, so a late, lost or evicted entry costs a derivation
// and never a wrong figure. The cache's Set may drop and a new key shows up late; both are misses.
type figureCache struct {
	// set before use
	src  Sources
	met  *meters
	seed maphash.Seed

	mu    sync.RWMutex // held for reading around every use of cache, since closing it must meet no Set
	cache *ristretto.Cache[uint64, derived]
}

func newFigureCache(src Sources, met *meters) *figureCache {
	return &figureCache{src: src, met: met, seed: maphash.MakeSeed()}
}

// open starts the cache; until then and after close everything is derived anew.
func (f *figureCache) open(entries int64) error {
	cache, err := ristretto.NewCache(&ristretto.Config[uint64, derived]{
		NumCounters: entries * 10,
		MaxCost:     entries,
		BufferItems: 64,
		// A cost of 1 means one entry; without this the cache would add the size of its own bookkeeping.
		IgnoreInternalCost: true,
	})
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.cache = cache
	f.mu.Unlock()
	return nil
}

// close ends the cache and its goroutines.
func (f *figureCache) close() {
	f.mu.Lock()
	cache := f.cache
	f.cache = nil
	f.mu.Unlock()
	cache.Close()
}

func (f *figureCache) get(key uint64) derived {
	f.mu.RLock()
	d, _ := f.cache.Get(key)
	f.mu.RUnlock()
	return d
}

func (f *figureCache) set(key uint64, d derived) {
	f.mu.RLock()
	f.cache.Set(key, d, 1)
	f.mu.RUnlock()
}

// stock returns what the ledger's latest snapshot says of a choice, or nil when there is none. Hot path: guarded by
// BenchmarkCompose and TestComposeAllocs.
func (f *figureCache) stock(a *Ask, choice live.Variant) *stockFigures {
	snap := f.src.Stock(a.Shop, a.Product.ID)
	if snap == nil {
		return nil
	}
	key := f.stockKey(a, &choice)
	if d := f.get(key).stock; d != nil && d.snap == snap && d.product == a.Product && d.choice == choice {
		f.met.stockHit.Inc()
		return d
	}
	f.met.stockMiss.Inc()
	d := deriveStock(f.src, snap, a.Product, choice)
	f.set(key, derived{stock: d})
	return d
}

func (f *figureCache) stockKey(a *Ask, choice *live.Variant) uint64 {
	key := maphash.String(f.seed, string(a.Shop))
	key = key*31 + maphash.String(f.seed, string(a.Product.ID))
	for _, s := range [...]string{string(choice.SKU), choice.Size, choice.Color} {
		key *= 31
		if s != "" {
			key += maphash.String(f.seed, s)
		}
	}
	return key
}

// counts returns what the room's latest counts say, or nil when there are none.
func (f *figureCache) counts(room live.RoomID) *countFigures {
	snap := f.src.Counts(room)
	if snap == nil {
		return nil
	}
	key := ^maphash.String(f.seed, string(room))
	if d := f.get(key).counts; d != nil && d.snap == snap {
		f.met.countsHit.Inc()
		return d
	}
	f.met.countsMiss.Inc()
	d := deriveCounts(snap)
	f.set(key, derived{counts: d})
	return d
}
