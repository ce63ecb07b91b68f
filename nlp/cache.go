package nlp

import (
	"fmt"
	"hash/maphash"
	"sync"

	"github.com/dgraph-io/ristretto/v2"

	"liveroom/engine/live"
	"liveroom/nlp/entity"
)

// cached is a model result kept under its normalised text. It is immutable.
type cached struct {
	model     *model
	norm      string
	plain     *live.Reading // without entities
	text      string        // the text as written that full belongs to
	catalogue *entity.Catalogue
	full      *live.Reading // with the entities of text under catalogue
}

// cache keeps model results by model version and normalised text. Losing an entry, or an insertion, only costs the
// model another look.
type cache struct {
	mu   sync.RWMutex
	kept *ristretto.Cache[uint64, *cached] // nil when switched off or closed
}

// open makes room for entries results; with none the cache stays off.
func (c *cache) open(entries int) error {
	if entries == 0 {
		return nil
	}
	kept, err := ristretto.NewCache(&ristretto.Config[uint64, *cached]{
		NumCounters:        5 * int64(entries), // half of what is advised for a cache that is always full: ours seldom is
		MaxCost:            int64(entries),
		BufferItems:        64,
		IgnoreInternalCost: true,
		KeyToHash:          func(key uint64) (uint64, uint64) { return key, 0 },
	})
	if err != nil {
		return fmt.Errorf("make reading cache: %w", err)
	}
	c.mu.Lock()
	c.kept = kept
	c.mu.Unlock()
	return nil
}

func (c *cache) close() {
	c.mu.Lock()
	kept := c.kept
	c.kept = nil
	c.mu.Unlock()
	if kept != nil {
		kept.Close()
	}
}

func (c *cache) key(m *model, norm string) uint64 { return maphash.String(m.seed, norm) }

// get returns the result kept for a text, nil when there is none.
func (c *cache) get(m *model, norm string) *cached {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.kept == nil {
		return nil
	}
	if e, ok := c.kept.Get(c.key(m, norm)); ok && e.model == m && e.norm == norm {
		return e
	}
	return nil
}

func (c *cache) set(e *cached) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.kept != nil {
		c.kept.Set(c.key(e.model, e.norm), e, 1)
	}
}

// settle waits until what was set is visible, for tests.
func (c *cache) settle() {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.kept.Wait()
}
