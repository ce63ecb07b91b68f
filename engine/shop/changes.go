package shop

import (
	"reflect"

	"liveroom/engine/live"
)

// Count is how many of something came, changed and went.
type Count struct {
	Added   int `json:"added"`
	Changed int `json:"changed"`
	Removed int `json:"removed"`
}

// Changes is what a new catalogue changes.
type Changes struct {
	Products Count `json:"products"`
	SKUs     Count `json:"skus"`
}

// Compare counts what changes from one catalogue to the next. A SKU counts as changed when its product, size, colour or
// price is another; a product when anything of it is, its SKUs among that.
func Compare(from, to *Catalogue) (c Changes) {
	for i := range to.products {
		p := &to.products[i]
		old := from.byID[p.ID]
		c.Products.note(old != nil, old != nil && !reflect.DeepEqual(old, p))
		for _, v := range p.Variants {
			was := from.Variant(v.SKU)
			c.SKUs.note(was != nil, was != nil && (*was != v || from.bySKU[v.SKU].ID != p.ID))
		}
	}
	for id := range from.byID {
		if to.byID[id] == nil {
			c.Products.Removed++
		}
	}
	for sku := range from.bySKU {
		if to.bySKU[sku] == nil {
			c.SKUs.Removed++
		}
	}
	return c
}

func (c *Count) note(known, changed bool) {
	switch {
	case !known:
		c.Added++
	case changed:
		c.Changed++
	}
}

// SameShop returns nil when both catalogues are of one shop, else a *CatalogueError: a node serves one shop for ever.
func (c *Catalogue) SameShop(next *Catalogue) error {
	if c.shop == next.shop {
		return nil
	}
	return &CatalogueError{What: catalogueShape.What, Problems: []Problem{{
		Path: "shop", Text: "is " + clip(string(next.shop)) + "; this node serves " + clip(string(c.shop)) + ", and another shop needs a node of its own",
	}}}
}

// Has tells whether the catalogue has a SKU.
func (c *Catalogue) Has(sku live.SKU) bool { return c.bySKU[sku] != nil }
