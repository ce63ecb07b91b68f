package shop

import (
	"strconv"

	"liveroom/engine/live"
)

// Resolve returns the product that a text is about: the one its entities name (a link number, a product id, a name or an
// alias), else the one whose SKU the host presents ("" for none). It returns nil when the entities name several products
// or one that the shop does not have, and when nothing is named or presented: a figure of the wrong product is worse than
// none.
func (c *Catalogue) Resolve(entities []live.Entity, presenting live.SKU) *live.Product {
	return c.ResolveIn("", entities, presenting)
}

// ResolveIn is Resolve with the link numbers of a room.
func (c *Catalogue) ResolveIn(room live.RoomID, entities []live.Entity, presenting live.SKU) *live.Product {
	var found *live.Product
	for i := range entities {
		if entities[i].Kind != "product" {
			continue
		}
		p := c.named(room, &entities[i])
		if p == nil || (found != nil && found != p) {
			return nil
		}
		found = p
	}
	if found == nil && presenting != "" {
		return c.bySKU[presenting]
	}
	return found
}

// named returns the product an entity names.
func (c *Catalogue) named(room live.RoomID, e *live.Entity) *live.Product {
	if e.Unit == "link" {
		n, err := strconv.Atoi(e.Norm)
		if err != nil {
			return nil
		}
		return c.ByLinkIn(room, n)
	}
	if p := c.byID[live.ProductID(e.Norm)]; p != nil {
		return p
	}
	if p := c.ByName(e.Norm); p != nil && e.Norm != "" {
		return p
	}
	return c.ByName(e.Value)
}
