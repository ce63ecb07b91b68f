package shop

import "liveroom/engine/live"

// Account is where every piece of one SKU is at one instant: OnHand = Open + Confirmed + Ordered + Offerable. Offerable is
// never below 0, so that a SKU of which more is held than a later figure leaves shows a sum above OnHand.
type Account struct {
	Known     bool  // its stock is known; OnHand and Offerable mean nothing otherwise
	OnHand    int64 // as the figures that count say
	Open      int64 // held, not confirmed
	Confirmed int64
	Ordered   int64 // ordered, as far as no figure knows of it yet
	Offerable int64
}

// Account returns where the pieces of a SKU are, all of it at one instant; false when the catalogue has no such SKU.
func (l *Ledger) Account(sku live.SKU) (a Account, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	shelf := l.shelving.Load().of(sku)
	if shelf == nil {
		return Account{}, false
	}
	if s := l.stands[sku]; s != nil {
		for i := range s.piles {
			a.Open += s.piles[i].open
			a.Confirmed += s.piles[i].confirmed
			a.Ordered += s.piles[i].ordered
		}
	}
	stock := shelf.stock.Load()
	a.Offerable, _, _, a.Known = Total(stock, sku)
	if a.Known {
		a.OnHand = basisOf(stock.Levels, sku).pieces
	}
	return a, true
}
