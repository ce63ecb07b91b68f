package shop

import (
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"

	"liveroom/engine/live"
	"liveroom/engine/shop/document"
)

// Room is a live room that a catalogue names.
type Room struct {
	ID    live.RoomID
	Title string // as shown to shop staff
}

// Catalogue is what a shop sells, checked whole. It is immutable and safe for any number of readers; nothing that its
// methods return may be changed.
type Catalogue struct {
	file       *catalogueFile // what it was made from
	shop       live.ShopID
	title      string
	rooms      []Room
	warehouses []live.Warehouse
	sentences  map[string]string
	products   []live.Product

	byID   map[live.ProductID]*live.Product
	byLink map[int]*live.Product
	bySKU  map[live.SKU]*live.Product
	byName map[string]*live.Product // folded names and aliases

	byCategory map[string][]*live.Product
	byRoom     map[live.RoomID]*numbering // rooms with link numbers of their own
}

// index builds the maps from what has been filled in and checked.
func (c *Catalogue) index() {
	c.byID = make(map[live.ProductID]*live.Product, len(c.products))
	c.byLink = make(map[int]*live.Product, len(c.products))
	c.bySKU = make(map[live.SKU]*live.Product)
	c.byName = make(map[string]*live.Product)
	c.byCategory = make(map[string][]*live.Product)
	for i := range c.products {
		p := &c.products[i]
		c.byID[p.ID] = p
		if p.Link > 0 {
			c.byLink[p.Link] = p
		}
		for _, v := range p.Variants {
			c.bySKU[v.SKU] = p
		}
		c.byName[fold(p.Name)] = p
		for _, alias := range p.Aliases {
			c.byName[fold(alias)] = p
		}
		if p.Category != "" {
			c.byCategory[p.Category] = append(c.byCategory[p.Category], p)
		}
	}
	c.number()
}

// fold brings a name to the form in which names are compared: full-width and half-width alike, lower case, no spaces.
func fold(name string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(name))), "")
}

// Shop returns whose catalogue it is.
func (c *Catalogue) Shop() live.ShopID { return c.shop }

// Title returns the shop's name as shown to viewers.
func (c *Catalogue) Title() string { return c.title }

// Rooms returns the shop's rooms in the order of the file.
func (c *Catalogue) Rooms() []Room { return c.rooms }

// Warehouses returns the shop's warehouses in the order of the file.
func (c *Catalogue) Warehouses() []live.Warehouse { return c.warehouses }

// Warehouse returns the warehouse with the given id, nil when there is none.
func (c *Catalogue) Warehouse(id string) *live.Warehouse {
	for i := range c.warehouses {
		if c.warehouses[i].ID == id {
			return &c.warehouses[i]
		}
	}
	return nil
}

// Products returns all products in the order of the file.
func (c *Catalogue) Products() []live.Product { return c.products }

// ByID returns the product with the given id, nil when there is none.
func (c *Catalogue) ByID(id live.ProductID) *live.Product { return c.byID[id] }

// ByLink returns the product with the given link number (N号链接), nil when there is none.
func (c *Catalogue) ByLink(n int) *live.Product { return c.byLink[n] }

// BySKU returns the product that has the given SKU, nil when none has.
func (c *Catalogue) BySKU(sku live.SKU) *live.Product { return c.bySKU[sku] }

// ByName returns the product with the given name or alias, whatever its case, width and spacing; nil when there is none.
func (c *Catalogue) ByName(name string) *live.Product { return c.byName[fold(name)] }

// Variant returns the variant with the given SKU, nil when there is none.
func (c *Catalogue) Variant(sku live.SKU) *live.Variant {
	p := c.bySKU[sku]
	if p == nil {
		return nil
	}
	for i := range p.Variants {
		if p.Variants[i].SKU == sku {
			return &p.Variants[i]
		}
	}
	return nil
}

// Sentence returns what the shop says about an intent whatever the product, "" when nothing. Products have these
// sentences among their attributes already, where they have none of their own.
func (c *Catalogue) Sentence(intent live.Intent) string { return c.sentences[intent.String()] }

// CheckSKU returns nil when the SKU is one of the catalogue's, else the fault to answer event e with.
func (c *Catalogue) CheckSKU(e *live.Event) *live.Fault {
	if c.bySKU[e.SKU] != nil {
		return nil
	}
	hint := fmt.Sprintf("shop %q has no sku %q", c.shop, clip(string(e.SKU)))
	if len(c.products) > 0 {
		hint += fmt.Sprintf("; send one of the catalogue's, such as %q, or add it to the catalogue", c.products[0].Variants[0].SKU)
	}
	return &live.Fault{Code: live.BadField, Field: "sku", Hint: hint, To: e.ID}
}

// clip shortens what is quoted back to a sender.
func clip(s string) string { return document.Clip(s) }
