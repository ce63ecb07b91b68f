package shop

import (
	"maps"
	"slices"
	"strconv"

	"liveroom/engine/live"
	"liveroom/engine/shop/document"
)

// writeSheet writes the CSV form: what is of a product stands on its first row, its id and name on every one.
func writeSheet(f *catalogueFile) ([]byte, error) {
	w := &sheetWriter{columns: slices.Clone(sheetColumns)}
	used := make(map[string]bool)
	for key := range f.Attributes {
		used[key] = true
	}
	for i := range f.Products {
		for key := range f.Products[i].Attributes {
			used[key] = true
		}
	}
	for i := live.Intent(1); int(i) <= live.Intents; i++ {
		if used[i.String()] {
			w.columns = append(w.columns, attributeColumn+i.String())
		}
	}
	shop := map[string]string{"row": "shop", "id": f.Shop, "name": f.Title}
	addSentences(shop, f.Attributes)
	w.add(shop)
	for _, r := range f.Rooms {
		var links []document.Pair
		for _, id := range slices.Sorted(maps.Keys(r.Links)) {
			links = append(links, document.Pair{Key: id, Value: strconv.Itoa(r.Links[id])})
		}
		w.add(map[string]string{"row": "room", "id": r.ID, "name": r.Title, "links": document.JoinPairs(links)})
	}
	for _, h := range f.Warehouses {
		w.add(map[string]string{"row": "warehouse", "id": h.ID, "name": h.Title, "ship_by": strconv.Itoa(h.ShipBy)})
	}
	for i := range f.Products {
		w.product(&f.Products[i])
	}
	return document.WriteTable(w.columns, w.rows)
}

// sheetWriter gathers rows.
type sheetWriter struct {
	columns []string
	rows    [][]string
}

func (w *sheetWriter) add(cells map[string]string) {
	row := make([]string, len(w.columns))
	for i, column := range w.columns {
		row[i] = cells[column]
	}
	w.rows = append(w.rows, row)
}

func (w *sheetWriter) product(p *productFile) {
	for i, v := range p.Variants {
		cells := map[string]string{}
		if i == 0 {
			cells = p.cells()
		}
		cells["row"], cells["id"], cells["name"] = "sku", p.ID, p.Name
		cells["sku"], cells["size"], cells["color"], cells["price_fen"] = v.SKU, v.Size, v.Color, strconv.FormatInt(v.PriceFen, 10)
		w.add(cells)
	}
}

// cells returns what is of the product, by column.
func (f *productFile) cells() map[string]string {
	cells := map[string]string{
		"aliases": document.JoinList(f.Aliases), "link": positive(f.Link), "category": f.Category, "gifts": document.JoinList(f.Gifts),
		"promotion": f.Promotion, "instalment": positive(f.Instalment), "certificates": document.JoinList(f.Certificates),
		"cross": document.JoinList(f.Cross),
	}
	var sizes, offers, others []document.Pair
	for _, s := range f.SizeChart {
		sizes = append(sizes, document.Pair{Key: s.Size, Value: formatSpans(s)})
	}
	for _, o := range f.Promotions {
		offers = append(offers, document.Pair{Key: o.From + "/" + o.Until, Value: o.Text})
	}
	for _, o := range f.Competitors {
		others = append(others, document.Pair{Key: o.Name, Value: o.Facts})
	}
	cells["size_chart"], cells["promotions"], cells["competitors"] = document.JoinPairs(sizes), document.JoinPairs(offers), document.JoinPairs(others)
	addSentences(cells, f.Attributes)
	return cells
}

func addSentences(cells, sentences map[string]string) {
	for key, sentence := range sentences {
		cells[attributeColumn+key] = sentence
	}
}

func positive(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
