package shop

import (
	"fmt"
	"maps"
	"slices"

	"liveroom/engine/live"
	"liveroom/engine/shop/document"
)

// The bounds of what a catalogue may say.
const (
	maxProducts   = 10000
	maxVariants   = 500           // of a product
	maxRooms      = 1000          //
	maxWarehouses = 64            //
	maxListed     = 50            // aliases, gifts … of a product
	maxName       = 60            // runes of a name, title, size …
	maxSentence   = 300           // runes of an attribute or promotion
	maxFacts      = 120           // runes of what is said against a competitor, as long as a reply says it
	maxOffer      = 60            // runes of a promotion with a window, as long as a reply says it
	maxLink       = 999           //
	maxPriceFen   = 1_000_000_000 // ten million yuan
	maxInstalment = 36            // months
	maxKg, maxCm  = 300, 260      // of a person in a size chart
)

// checker knows what a catalogue may say.
type checker struct{ *document.Checker }

func (ck checker) attributes(path []any, attributes map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		if live.ParseIntent(key) == 0 {
			ck.Add(document.At(path, key), "%q is no intent; name one of the taxonomy, such as material or usage", document.Clip(key))
		}
		ck.Text(document.At(path, key), attributes[key], maxSentence, true)
	}
}

// check finds everything wrong with what a file says.
func (ck checker) check(f *catalogueFile) {
	ck.ID([]any{"shop"}, f.Shop)
	ck.Text([]any{"title"}, f.Title, maxName, false)
	ck.Between([]any{"warehouses"}, int64(len(f.Warehouses)), 0, maxWarehouses)
	warehouses := document.Seen{}
	for i, w := range f.Warehouses {
		path := []any{"warehouses", i}
		ck.ID(document.At(path, "id"), w.ID)
		ck.Unique(warehouses, document.At(path, "id"), w.ID, "warehouse")
		ck.Text(document.At(path, "title"), w.Title, maxName, true)
		ck.Between(document.At(path, "ship_by"), int64(w.ShipBy), 0, 23)
	}
	ck.attributes([]any{"attributes"}, f.Attributes)
	ck.Between([]any{"products"}, int64(len(f.Products)), 1, maxProducts)
	all := uniques{ids: document.Seen{}, links: document.Seen{}, skus: document.Seen{}, names: document.Seen{}}
	for i := range f.Products {
		ck.product([]any{"products", i}, &f.Products[i], all)
	}
	for i := range f.Products {
		ck.cross([]any{"products", i, "cross"}, &f.Products[i], all.ids)
	}
	ck.rooms(f.Rooms, all.ids)
}

func (ck checker) rooms(rooms []roomFile, products document.Seen) {
	ck.Between([]any{"rooms"}, int64(len(rooms)), 0, maxRooms)
	ids := document.Seen{}
	for i, r := range rooms {
		path := []any{"rooms", i}
		ck.ID(document.At(path, "id"), r.ID)
		ck.Unique(ids, document.At(path, "id"), r.ID, "room")
		ck.Text(document.At(path, "title"), r.Title, maxName, false)
		links := document.Seen{}
		for _, id := range slices.Sorted(maps.Keys(r.Links)) {
			link := document.At(path, "links", id)
			if products[id] == "" {
				ck.Add(link, "there is no product %q; name one of the file's", document.Clip(id))
			}
			ck.Between(link, int64(r.Links[id]), 1, maxLink)
			ck.Unique(links, link, fmt.Sprint(r.Links[id]), "link")
		}
	}
}

// uniques are what no two products may share.
type uniques struct{ ids, links, skus, names document.Seen }

func (ck checker) product(path []any, p *productFile, all uniques) {
	ck.ID(document.At(path, "id"), p.ID)
	ck.Unique(all.ids, document.At(path, "id"), p.ID, "product")
	ck.Text(document.At(path, "name"), p.Name, maxName, true)
	ck.Unique(all.names, document.At(path, "name"), fold(p.Name), "name")
	ck.list(document.At(path, "aliases"), p.Aliases)
	for i, alias := range p.Aliases {
		ck.Unique(all.names, document.At(path, "aliases", i), fold(alias), "name")
	}
	ck.Between(document.At(path, "link"), int64(p.Link), 0, maxLink)
	if p.Link > 0 {
		ck.Unique(all.links, document.At(path, "link"), fmt.Sprint(p.Link), "link")
	}
	ck.Text(document.At(path, "category"), p.Category, maxName, false)
	ck.attributes(document.At(path, "attributes"), p.Attributes)
	ck.list(document.At(path, "gifts"), p.Gifts)
	ck.list(document.At(path, "certificates"), p.Certificates)
	ck.Text(document.At(path, "promotion"), p.Promotion, maxSentence, false)
	ck.promotions(document.At(path, "promotions"), p.Promotions)
	ck.Between(document.At(path, "instalment"), int64(p.Instalment), 0, maxInstalment)
	ck.competitors(document.At(path, "competitors"), p.Competitors)
	ck.Between(document.At(path, "variants"), int64(len(p.Variants)), 1, maxVariants)
	looks := document.Seen{}
	for i, v := range p.Variants {
		ck.variant(document.At(path, "variants", i), v, all.skus, looks)
	}
	ck.sizes(document.At(path, "size_chart"), p)
}

// list checks a list of names.
func (ck checker) list(path []any, names []string) {
	ck.Between(path, int64(len(names)), 0, maxListed)
	for i, name := range names {
		ck.Text(document.At(path, i), name, maxName, true)
	}
}

func (ck checker) variant(path []any, v variantFile, skus, looks document.Seen) {
	ck.ID(document.At(path, "sku"), v.SKU)
	ck.Unique(skus, document.At(path, "sku"), v.SKU, "sku")
	ck.Text(document.At(path, "size"), v.Size, maxName, false)
	ck.Text(document.At(path, "color"), v.Color, maxName, false)
	ck.Between(document.At(path, "price_fen"), v.PriceFen, 1, maxPriceFen)
	look := fold(v.Size) + " " + fold(v.Color)
	if first, twice := looks[look]; twice {
		ck.Add(path, "has the size and colour of %s; tell them apart", first)
		return
	}
	looks[look] = ck.Name(path)
}

// sizes checks a size chart: every size in it is one that the product comes in.
func (ck checker) sizes(path []any, p *productFile) {
	seen := document.Seen{}
	for i, s := range p.SizeChart {
		row := document.At(path, i)
		own := func(v variantFile) bool { return v.Size == s.Size }
		if s.Size == "" || !slices.ContainsFunc(p.Variants, own) {
			ck.Add(document.At(row, "size"), "the product has no size %q; name a size of its variants", document.Clip(s.Size))
		}
		ck.Unique(seen, document.At(row, "size"), s.Size, "size")
		if len(s.Kg) == 0 && len(s.Cm) == 0 {
			ck.Add(row, "says of nobody that it fits; give kg, cm or both, as [from, to]")
		}
		ck.span(document.At(row, "kg"), s.Kg, maxKg)
		ck.span(document.At(row, "cm"), s.Cm, maxCm)
	}
}

// span checks a range of a size chart. The comparisons are such that what is no number fails them.
func (ck checker) span(path []any, span []float64, most float64) {
	switch {
	case len(span) == 0:
		return
	case len(span) != 2:
		ck.Add(path, "has %d numbers; it needs two, [from, to], where 0 is open", len(span))
		return
	}
	from, to := span[0], span[1]
	switch {
	case !(from >= 0 && from <= most && to >= 0 && to <= most):
		ck.Add(path, "is [%v, %v]; both must be from 0 (open) to %v", from, to, most)
	case from == 0 && to == 0:
		ck.Add(path, "is open at both ends; leave it out")
	case to != 0 && from > to:
		ck.Add(path, "begins at %v and ends at %v; turn them round", from, to)
	}
}

func (ck checker) promotions(path []any, offers []promotionFile) {
	ck.Between(path, int64(len(offers)), 0, maxListed)
	for i, o := range offers {
		one := document.At(path, i)
		ck.Text(document.At(one, "text"), o.Text, maxOffer, true)
		from, err := document.ParseTime(o.From)
		if err != nil {
			ck.Add(document.At(one, "from"), "%v", err)
		}
		until, err2 := document.ParseTime(o.Until)
		switch {
		case err2 != nil:
			ck.Add(document.At(one, "until"), "%v", err2)
		case o.From == "" && o.Until == "":
			ck.Add(one, "has no window; give from, until or both, or say it as promotion")
		case err == nil && until != 0 && from >= until:
			ck.Add(document.At(one, "until"), "is not after from; the offer would never hold")
		}
	}
}

func (ck checker) competitors(path []any, others []competitorFile) {
	ck.Between(path, int64(len(others)), 0, maxListed)
	names := document.Seen{}
	for i, o := range others {
		one := document.At(path, i)
		ck.Text(document.At(one, "name"), o.Name, maxName, true)
		ck.Unique(names, document.At(one, "name"), fold(o.Name), "competitor")
		ck.Text(document.At(one, "facts"), o.Facts, maxFacts, true)
	}
}

func (ck checker) cross(path []any, p *productFile, products document.Seen) {
	ck.Between(path, int64(len(p.Cross)), 0, maxListed)
	seen := document.Seen{}
	for i, id := range p.Cross {
		one := document.At(path, i)
		switch {
		case id == p.ID:
			ck.Add(one, "offers the product itself; name another")
		case products[id] == "":
			ck.Add(one, "there is no product %q; name one of the file's", document.Clip(id))
		}
		ck.Unique(seen, one, id, "product")
	}
}
