package shop

import "liveroom/engine/live"

// numbering is the link numbers of a room that has its own.
type numbering struct {
	byLink map[int]*live.Product            // to the shop's own product
	as     map[live.ProductID]*live.Product // each product as the room numbers it
}

// number builds the numberings of rooms that have their own.
func (c *Catalogue) number() {
	c.byRoom = make(map[live.RoomID]*numbering)
	for _, r := range c.file.Rooms {
		if len(r.Links) == 0 {
			continue
		}
		n := &numbering{byLink: make(map[int]*live.Product, len(r.Links)), as: make(map[live.ProductID]*live.Product)}
		for i := range c.products {
			p := &c.products[i]
			link := r.Links[string(p.ID)]
			if link != 0 {
				n.byLink[link] = p
			}
			if link != p.Link {
				as := *p
				as.Link = link
				n.as[p.ID] = &as
			}
		}
		c.byRoom[live.RoomID(r.ID)] = n
	}
}

// In returns the product as a room numbers it: a room with link numbers of its own has these and no others.
func (c *Catalogue) In(room live.RoomID, p *live.Product) *live.Product {
	if n := c.byRoom[room]; n != nil && p != nil {
		if as := n.as[p.ID]; as != nil {
			return as
		}
	}
	return p
}

// ByLinkIn returns the product that has the given link number in a room, nil when none has.
func (c *Catalogue) ByLinkIn(room live.RoomID, link int) *live.Product {
	if n := c.byRoom[room]; n != nil {
		return n.byLink[link]
	}
	return c.byLink[link]
}
