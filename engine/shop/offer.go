package shop

import (
	"maps"
	"slices"

	"liveroom/engine/live"
)

// maxOthers is how many products are worth looking at for one to offer next.
const maxOthers = 8

// Others returns what to offer after a product, best first: what the catalogue names, then the others of its category,
// then the one with the next link number.
func (c *Catalogue) Others(p *live.Product) []*live.Product {
	if p == nil {
		return nil
	}
	others := make([]*live.Product, 0, maxOthers)
	add := func(o *live.Product) {
		if o == nil || o.ID == p.ID || len(others) == maxOthers {
			return
		}
		for _, known := range others {
			if known == o {
				return
			}
		}
		others = append(others, o)
	}
	for _, id := range p.Cross {
		add(c.byID[id])
	}
	if p.Category != "" {
		for _, o := range c.byCategory[p.Category] {
			add(o)
		}
	}
	if p.Link > 0 {
		add(c.byLink[p.Link+1])
	}
	return others
}

// Against returns what the shop may say of a product against the competitor that entities name. ok is false when they name
// none, or none that the catalogue has facts on.
func Against(p *live.Product, entities []live.Entity) (facts live.Competitor, ok bool) {
	if p == nil || len(p.Competitors) == 0 {
		return live.Competitor{}, false
	}
	for i := range entities {
		if entities[i].Kind != "competitor" {
			continue
		}
		norm, value := fold(entities[i].Norm), fold(entities[i].Value)
		for _, o := range p.Competitors {
			if name := fold(o.Name); name == norm || name == value {
				return o, true
			}
		}
	}
	return live.Competitor{}, false
}

// Rival tells whether a text names a competitor by its own name, rather than as some other shop (别家).
func Rival(entities []live.Entity) bool {
	return slices.ContainsFunc(entities, func(e live.Entity) bool { return e.Kind == "competitor" && e.Norm != "别家" })
}

// Comparing returns the product with the facts as its answer to a comparison.
func Comparing(p *live.Product, facts live.Competitor) *live.Product {
	as := *p
	as.Attributes = maps.Clone(p.Attributes)
	as.Attributes[live.IntentCompare.String()] = facts.Facts
	return &as
}
