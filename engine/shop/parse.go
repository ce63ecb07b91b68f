package shop

import (
	"cmp"
	"slices"
	"strings"

	"liveroom/engine/live"
	"liveroom/engine/shop/document"
)

// MaxCatalogueBytes is the largest catalogue file that is read.
const MaxCatalogueBytes = document.MaxBytes

// Problem is one thing wrong with a catalogue.
type Problem = document.Problem

// CatalogueError lists everything wrong with a catalogue, in the order of the file.
type CatalogueError = document.Error

var catalogueShape = document.Shape{What: "catalogue", Needs: "a shop and its products"}

// ParseCatalogue reads a catalogue from its YAML form; see Parse.
func ParseCatalogue(file []byte) (*Catalogue, error) { return Parse(document.YAML, file) }

// Parse reads a catalogue, strictly: an unknown field or column is a problem. The error is a *CatalogueError with every
// problem found.
func Parse(format document.Format, file []byte) (*Catalogue, error) {
	f := new(catalogueFile)
	var c *document.Checker
	if format == document.CSV {
		c = readSheet(file, f)
	} else {
		c = document.Decode(format, catalogueShape, file, f)
	}
	c.CheckRest(func(c *document.Checker) { checker{c}.check(f) })
	if err := c.Err(catalogueShape.What); err != nil {
		return nil, err
	}
	return f.catalogue(), nil
}

// catalogue builds the catalogue of a checked file.
func (f *catalogueFile) catalogue() *Catalogue {
	c := &Catalogue{file: f, shop: live.ShopID(f.Shop), title: f.Title, sentences: f.Attributes}
	for _, r := range f.Rooms {
		c.rooms = append(c.rooms, Room{ID: live.RoomID(r.ID), Title: r.Title})
	}
	for _, w := range f.Warehouses {
		c.warehouses = append(c.warehouses, live.Warehouse{ID: w.ID, Title: w.Title, ShipBy: w.ShipBy})
	}
	c.products = make([]live.Product, 0, len(f.Products))
	for i := range f.Products {
		c.products = append(c.products, f.Products[i].product(c))
	}
	c.index()
	return c
}

func (f *productFile) product(c *Catalogue) live.Product {
	p := live.Product{
		ID: live.ProductID(f.ID), Shop: c.shop, Name: f.Name, Aliases: f.Aliases, Link: f.Link, Category: f.Category,
		Attributes: f.sentences(c.sentences), Gifts: f.Gifts, Promotion: f.Promotion, Instalment: f.Instalment,
		Certificates: f.Certificates,
	}
	for _, v := range f.Variants {
		p.Variants = append(p.Variants, live.Variant{SKU: live.SKU(v.SKU), Size: v.Size, Color: v.Color, PriceFen: v.PriceFen})
	}
	for _, s := range f.SizeChart {
		r := live.SizeRange{Size: s.Size}
		if len(s.Kg) == 2 {
			r.MinKg, r.MaxKg = s.Kg[0], s.Kg[1]
		}
		if len(s.Cm) == 2 {
			r.MinCm, r.MaxCm = s.Cm[0], s.Cm[1]
		}
		p.SizeChart = append(p.SizeChart, r)
	}
	for _, o := range f.Promotions {
		from, _ := document.ParseTime(o.From) // checked
		until, _ := document.ParseTime(o.Until)
		p.Promotions = append(p.Promotions, live.Promotion{Text: o.Text, From: from, Until: until})
	}
	slices.SortStableFunc(p.Promotions, func(a, b live.Promotion) int { return cmp.Compare(a.From, b.From) })
	for _, o := range f.Competitors {
		p.Competitors = append(p.Competitors, live.Competitor{Name: o.Name, Facts: o.Facts})
	}
	for _, id := range f.Cross {
		p.Cross = append(p.Cross, live.ProductID(id))
	}
	return p
}

// sentences returns what is said of the product: its own sentences, what its certificates tell, and the shop's.
func (f *productFile) sentences(ofShop map[string]string) map[string]string {
	all := make(map[string]string, len(ofShop)+len(f.Attributes)+1)
	for key, sentence := range ofShop {
		all[key] = sentence
	}
	if len(f.Certificates) > 0 {
		all[live.IntentAuthenticity.String()] = "这款有" + strings.Join(f.Certificates, "、") + "。"
	}
	for key, sentence := range f.Attributes {
		all[key] = sentence
	}
	return all
}
