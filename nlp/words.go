package nlp

import (
	"fmt"
	"maps"
	"sync"
	"sync/atomic"

	"liveroom/engine/live"
	"liveroom/nlp/entity"
	"liveroom/nlp/keyword"
)

// words are what one shop calls things: immutable, replaced whole.
type words struct {
	rules     *keyword.Rules
	catalogue *entity.Catalogue
}

var noWords = &words{}

// vocabularies hold the words of every shop. Readers never wait; a writer copies the map.
type vocabularies struct {
	mu     sync.Mutex // held by writers
	byShop atomic.Pointer[map[live.ShopID]*words]
}

func (v *vocabularies) of(shop live.ShopID) *words {
	if m := v.byShop.Load(); m != nil {
		if w := (*m)[shop]; w != nil {
			return w
		}
	}
	return noWords
}

func (v *vocabularies) change(shop live.ShopID, edit func(w *words)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	w := *v.of(shop)
	edit(&w)
	next := map[live.ShopID]*words{}
	if m := v.byShop.Load(); m != nil {
		maps.Copy(next, *m)
	}
	next[shop] = &w
	v.byShop.Store(&next)
}

// SetKeywords replaces a shop's keyword rules. When one of them is bad the error, which wraps keyword.ErrBad, names every
// bad one and the old rules stay. Safe at any time.
func (s *Service) SetKeywords(shop live.ShopID, list []keyword.Rule) error {
	r, err := keyword.New(list)
	if err != nil {
		return fmt.Errorf("set keywords of shop %q: %w", shop, err)
	}
	s.vocabularies.change(shop, func(w *words) { w.rules = r })
	return nil
}

// SetCatalogue replaces the names by which a shop's products, sizes and colours are found in texts. Safe at any time.
func (s *Service) SetCatalogue(shop live.ShopID, products []live.Product) {
	c := entity.NewCatalogue(products)
	s.vocabularies.change(shop, func(w *words) { w.catalogue = c })
}
