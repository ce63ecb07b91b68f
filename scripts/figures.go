package scripts

import (
	"strconv"
	"strings"

	"liveroom/engine/live"
	"liveroom/scripts/phrase"
)

// What can be derived from one snapshot of an owner. Derived values are immutable and remember their snapshot.

// row is one line of a list of figures.
type row struct {
	name  string // as said: size and colour; for a warehouse its id
	label string // as in Figure.Name
	text  string // the number in ASCII digits
	n     int64
	since int64 // the earlier of the sender's time and ours, Unix milliseconds
}

// total is one figure.
type total struct {
	known bool
	n     int64
	text  string
	since int64 // the earlier of the sender's time and ours, Unix milliseconds
}

// stockFigures is what one snapshot of a product's stock says of one choice among its variants.
type stockFigures struct {
	snap    *live.ProductStock
	product *live.Product
	choice  live.Variant // SKU, Size and Color as asked for; zero for the whole product

	total      total
	breakdown  []row // by size and colour; nil when it cannot be told
	warehouses []row // by warehouse id; nil when it cannot be told or does not add up
}

// countFigures is what one snapshot of a room's counts says.
type countFigures struct {
	snap          *live.Counts
	viewers, sold total
}

// choiceOf reduces what was asked for to what tells variants apart; zero means the whole product, and so does a variant
// with neither size nor colour, which no sentence could name. A SKU says it all.
func choiceOf(v *live.Variant) live.Variant {
	switch {
	case v == nil || v.Size == "" && v.Color == "":
		return live.Variant{}
	case v.SKU != "":
		return live.Variant{SKU: v.SKU}
	}
	return live.Variant{Size: v.Size, Color: v.Color}
}

// matches tells whether variant v is among what choice asks for.
func matches(v *live.Variant, choice *live.Variant) bool {
	if choice.SKU != "" {
		return v.SKU == choice.SKU
	}
	return (choice.Size == "" || strings.EqualFold(choice.Size, v.Size)) &&
		(choice.Color == "" || choice.Color == v.Color)
}

// figure returns a known total, unless n is beyond what is ever said.
func figure(n, at, seen int64) total {
	if n > phrase.MaxFigure {
		return total{}
	}
	n = max(n, 0)
	return total{known: true, n: n, text: strconv.FormatInt(n, 10), since: min(at, seen)}
}

// deriveCounts derives what c says. Zero viewers and zero sold are never worth saying and count as not known.
func deriveCounts(c *live.Counts) *countFigures {
	d := &countFigures{snap: c}
	if c.Viewers > 0 {
		d.viewers = figure(c.Viewers, c.At, c.ViewersSeen)
	}
	if c.Sold > 0 {
		d.sold = figure(c.Sold, c.At, c.SoldSeen)
	}
	return d
}

// deriveStock derives what snap says of choice. A total is known only when every SKU in it is.
func deriveStock(src Sources, snap *live.ProductStock, product *live.Product, choice live.Variant) *stockFigures {
	d := &stockFigures{snap: snap, product: product, choice: choice}
	var parts []row // one per SKU that is known
	var chosen []*live.Variant
	all, sum, since := true, int64(0), int64(0)
	for i := range product.Variants {
		v := &product.Variants[i]
		if !matches(v, &choice) {
			continue
		}
		n, at, seen, ok := src.Total(snap, v.SKU)
		f := figure(n, at, seen)
		if !ok || !f.known {
			all = false
			continue
		}
		if len(parts) == 0 || f.since < since {
			since = f.since
		}
		sum += f.n
		chosen = append(chosen, v)
		parts = append(parts, row{text: f.text, n: f.n, since: f.since})
	}
	if len(parts) == 0 {
		return d
	}
	if all {
		d.total = figure(sum, since, since)
	}
	d.breakdown = breakdown(chosen, parts, all)
	if d.total.known {
		d.warehouses = byWarehouse(snap, chosen, d.total.n)
	}
	return d
}

// breakdown names the parts by what tells them apart. When there are too many rows and all of them are known, it adds
// the colours of each size together.
func breakdown(chosen []*live.Variant, parts []row, all bool) []row {
	if len(parts) < 2 {
		return nil
	}
	sizes, colors := false, false
	for _, v := range chosen[1:] {
		sizes = sizes || v.Size != chosen[0].Size
		colors = colors || v.Color != chosen[0].Color
	}
	rows := grouped(chosen, parts, sizes, colors)
	if len(rows) > phrase.MaxParts && sizes && colors && all {
		rows = grouped(chosen, parts, true, false)
	}
	if len(rows) < 2 || len(rows) > phrase.MaxParts {
		return nil
	}
	for i := range rows {
		r := &rows[i]
		if r.name == "" || !phrase.Fits(r.name, phrase.CapPart) || r.n > phrase.MaxFigure {
			return nil
		}
		r.text = strconv.FormatInt(r.n, 10)
		r.label = "stock/" + r.name
	}
	return rows
}

// grouped adds the parts of equal name together, in the order of the catalogue.
func grouped(chosen []*live.Variant, parts []row, sizes, colors bool) []row {
	var rows []row
next:
	for i, v := range chosen {
		name := ""
		if sizes {
			name = v.Size
		}
		if colors {
			name += v.Color
		}
		for j := range rows {
			if rows[j].name == name {
				rows[j].n += parts[i].n
				rows[j].since = min(rows[j].since, parts[i].since)
				continue next
			}
		}
		parts[i].name = name
		rows = append(rows, parts[i])
	}
	return rows
}

// byWarehouse adds up what each warehouse has left to offer of the chosen SKUs, which is what it holds less what is
// reserved there. That is worth saying only when it adds up to what may be offered in all, since some reservations belong
// to no warehouse, and when no later figure in all has replaced it.
func byWarehouse(snap *live.ProductStock, chosen []*live.Variant, offerable int64) []row {
	var rows []row
	sum := int64(0)
	for i := range snap.Levels {
		l := &snap.Levels[i]
		if replaces(snap.Levels, l) && among(chosen, l.SKU) {
			return nil
		}
		free := l.OnHand - l.Reserved
		if l.Warehouse == "" || free <= 0 || !among(chosen, l.SKU) {
			continue
		}
		sum += free
		since := min(l.At, l.Seen)
		if r := rowOf(rows, l.Warehouse); r != nil {
			r.n += free
			r.since = min(r.since, since)
			continue
		}
		if len(rows) == phrase.MaxWarehouses {
			return nil
		}
		rows = append(rows, row{name: l.Warehouse, label: "stock/" + l.Warehouse, n: free, since: since})
	}
	if sum != offerable {
		return nil
	}
	for i := range rows {
		rows[i].text = strconv.FormatInt(rows[i].n, 10)
	}
	return rows
}

// replaces tells whether l is a figure in all that no figure of a warehouse is later than.
func replaces(levels []live.StockLevel, l *live.StockLevel) bool {
	if l.Warehouse != "" || l.OnHand < 0 {
		return false
	}
	for i := range levels {
		if o := &levels[i]; o.SKU == l.SKU && o.Warehouse != "" && o.At > l.At {
			return false
		}
	}
	return true
}

func rowOf(rows []row, name string) *row {
	for i := range rows {
		if rows[i].name == name {
			return &rows[i]
		}
	}
	return nil
}

func among(chosen []*live.Variant, sku live.SKU) bool {
	for _, v := range chosen {
		if v.SKU == sku {
			return true
		}
	}
	return false
}
