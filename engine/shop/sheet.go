package shop

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"liveroom/engine/live"
	"liveroom/engine/shop/document"
)

// The CSV form of a catalogue has one row for each SKU. The columns of a product (its id, name … and sentences) may stand
// on every row of it or on one; where they stand twice they must be equal, and products keep the order of their first rows.
// Three more kinds of rows, told by the column "row", say what is not of a product:
//
//	row=shop       id, name: the shop and its title; attribute.…: what it says whatever the product
//	row=room       id, name; links: its own link numbers, as tee=1|cup=2
//	row=warehouse  id, name, ship_by
//	row=sku        or blank: a SKU
//
// A cell with a list holds its items with "|" between them; gifts, aliases, certificates and cross are such. competitors
// holds name=facts, promotions holds from/until=text, size_chart holds size=45-55kg 155-165cm, each end of a range and each
// end of a window being open when left out. A backslash keeps "|", "=" or a blank from its meaning.

// The columns, in the order in which they are written; the sentences follow, as attribute.material.
var sheetColumns = []string{
	"row", "id", "name", "aliases", "link", "category", "sku", "size", "color", "price_fen", "size_chart", "gifts",
	"promotion", "promotions", "instalment", "certificates", "competitors", "cross", "ship_by", "links",
}

// attributeColumn begins the name of a column of sentences.
const attributeColumn = "attribute."

// rowColumns are the columns of rows that are not of a product.
var rowColumns = map[string][]string{
	"shop": {"id", "name"}, "room": {"id", "name", "links"}, "warehouse": {"id", "name", "ship_by"},
}

// noSKUColumns are the columns that a SKU's row leaves blank.
var noSKUColumns = []string{"ship_by", "links"}

func knownColumn(name string) bool {
	if key, ok := strings.CutPrefix(name, attributeColumn); ok {
		return live.ParseIntent(key) != 0
	}
	return slices.Contains(sheetColumns, name)
}

// sheet reads a catalogue from rows, and remembers where everything stood.
type sheet struct {
	*document.Checker
	file  *catalogueFile
	table *document.Table

	shop       document.Problem // places of rows
	rooms      []document.Problem
	warehouses []document.Problem
	products   []*sheetProduct
	byID       map[string]*sheetProduct
}

// sheetProduct is where a product stands.
type sheetProduct struct {
	index    int
	first    int              // its first row
	cells    map[string]place // the columns of the product
	variants []int            // rows of its SKUs
}

// place is a cell of a product's column.
type place struct {
	row  int
	cell string
}

// readSheet reads the CSV form into f.
func readSheet(file []byte, f *catalogueFile) *document.Checker {
	s := &sheet{file: f, byID: make(map[string]*sheetProduct)}
	s.Checker = document.NewChecker(s.placeOf)
	var ok bool
	if s.table, ok = document.ReadTable(catalogueShape, file, s.Checker, knownColumn); !ok {
		return s.Checker
	}
	s.shop.Row = 1
	for _, row := range s.table.Rows {
		s.row(row)
	}
	for i, p := range s.products {
		s.product(p, &f.Products[i])
	}
	if s.shop.Row <= 1 {
		s.Note(document.Problem{Row: 1, Text: `no row says the shop; add one with "shop" in column row, its id and its name`})
	}
	return s.Checker
}

func (s *sheet) row(row document.Row) {
	kind := strings.ToLower(row.Word("row"))
	columns, other := rowColumns[kind]
	switch {
	case kind == "" || kind == "sku":
		s.sku(row)
		return
	case !other:
		s.bad(row, "row", "%q is no kind of row; write shop, room, warehouse or sku", document.Clip(kind))
		return
	}
	for _, column := range s.table.Columns {
		sentence := kind == "shop" && strings.HasPrefix(column, attributeColumn)
		if column != "" && column != "row" && row.Cell(column) != "" && !slices.Contains(columns, column) && !sentence {
			s.bad(row, column, "a %s has no such thing; leave it blank", kind)
		}
	}
	at := document.Problem{Row: row.Number}
	switch kind {
	case "shop":
		if s.shop.Row > 1 {
			s.bad(row, "row", "the shop is told in row %d already; a catalogue is of one shop", s.shop.Row)
			return
		}
		s.shop = at
		s.file.Shop, s.file.Title = row.Word("id"), row.Cell("name")
		s.file.Attributes = s.sentences(row.Cell)
	case "room":
		s.rooms = append(s.rooms, at)
		s.file.Rooms = append(s.file.Rooms, roomFile{ID: row.Word("id"), Title: row.Cell("name"), Links: s.links(row)})
	case "warehouse":
		s.warehouses = append(s.warehouses, at)
		w := warehouseFile{ID: row.Word("id"), Title: row.Cell("name")}
		w.ShipBy = int(s.number(row.Number, "ship_by", row.Word("ship_by")))
		s.file.Warehouses = append(s.file.Warehouses, w)
	}
}

// sku reads a row of a SKU, and gathers what it says of its product.
func (s *sheet) sku(row document.Row) {
	id := row.Word("id")
	if id == "" {
		s.bad(row, "id", "missing; it needs the id of the SKU's product")
		return
	}
	for _, column := range noSKUColumns {
		if row.Cell(column) != "" {
			s.bad(row, column, "a SKU has no such thing; leave it blank")
		}
	}
	p := s.byID[id]
	if p == nil {
		p = &sheetProduct{index: len(s.products), first: row.Number, cells: make(map[string]place)}
		s.byID[id] = p
		s.products = append(s.products, p)
		s.file.Products = append(s.file.Products, productFile{ID: id})
	}
	for _, column := range s.table.Columns {
		if column == "" || slices.Contains(variantColumns, column) || slices.Contains(noSKUColumns, column) {
			continue
		}
		cell := row.Cell(column)
		if cell == "" {
			continue
		}
		if known, twice := p.cells[column]; !twice {
			p.cells[column] = place{row.Number, cell}
		} else if known.cell != cell {
			s.bad(row, column, "differs from row %d of the same product; make them equal or leave this one blank", known.row)
		}
	}
	f := &s.file.Products[p.index]
	p.variants = append(p.variants, row.Number)
	f.Variants = append(f.Variants, variantFile{
		SKU: row.Word("sku"), Size: row.Cell("size"), Color: row.Cell("color"), PriceFen: s.number(row.Number, "price_fen", row.Word("price_fen")),
	})
}

// variantColumns are the columns of a SKU's own; every other is of its product.
var variantColumns = []string{"row", "id", "sku", "size", "color", "price_fen"}

// product reads what was gathered of a product.
func (s *sheet) product(p *sheetProduct, f *productFile) {
	list := func(column string) []string { return document.SplitList(p.cells[column].cell) }
	number := func(column string) int {
		return int(s.number(p.cells[column].row, column, strings.TrimSpace(p.cells[column].cell)))
	}
	f.Name, f.Category, f.Promotion = p.cells["name"].cell, p.cells["category"].cell, p.cells["promotion"].cell
	f.Aliases, f.Gifts, f.Certificates, f.Cross = list("aliases"), list("gifts"), list("certificates"), list("cross")
	f.Link, f.Instalment = number("link"), number("instalment")
	f.Attributes = s.sentences(func(column string) string { return p.cells[column].cell })
	for _, o := range s.pairs(p.cells["competitors"], "competitors", "name=facts") {
		f.Competitors = append(f.Competitors, competitorFile{Name: o.Key, Facts: o.Value})
	}
	for _, o := range s.pairs(p.cells["promotions"], "promotions", "from/until=text") {
		from, until, ok := strings.Cut(o.Key, "/")
		if !ok {
			s.Note(document.Problem{Row: p.cells["promotions"].row, Column: "promotions", Text: fmt.Sprintf("%q is no window; write it as from/until, one of which may be left out", document.Clip(o.Key))})
		}
		f.Promotions = append(f.Promotions, promotionFile{Text: o.Value, From: strings.TrimSpace(from), Until: strings.TrimSpace(until)})
	}
	for _, o := range s.pairs(p.cells["size_chart"], "size_chart", "size=45-55kg 155-165cm") {
		kg, cm, err := parseSpans(o.Value)
		if err != nil {
			s.Note(document.Problem{Row: p.cells["size_chart"].row, Column: "size_chart", Text: err.Error()})
		}
		f.SizeChart = append(f.SizeChart, sizeFile{Size: o.Key, Kg: kg, Cm: cm})
	}
}

func (s *sheet) sentences(cell func(column string) string) map[string]string {
	var all map[string]string
	for _, column := range s.table.Columns {
		if key, ok := strings.CutPrefix(column, attributeColumn); ok && cell(column) != "" {
			if all == nil {
				all = make(map[string]string)
			}
			all[key] = cell(column)
		}
	}
	return all
}

func (s *sheet) links(row document.Row) map[string]int {
	pairs := s.pairs(place{row.Number, row.Cell("links")}, "links", "product=number")
	var links map[string]int
	for _, o := range pairs {
		if links == nil {
			links = make(map[string]int, len(pairs))
		}
		if _, twice := links[o.Key]; twice {
			s.bad(row, "links", "product %q stands twice", document.Clip(o.Key))
		}
		links[o.Key] = int(s.number(row.Number, "links", o.Value))
	}
	return links
}

func (s *sheet) pairs(p place, column, want string) []document.Pair {
	pairs, bad := document.SplitPairs(p.cell)
	for _, item := range bad {
		s.Note(document.Problem{Row: p.row, Column: column, Text: fmt.Sprintf("%q is not of the form %s", document.Clip(item), want)})
	}
	return pairs
}

// number reads a whole number, 0 when the cell is blank.
func (s *sheet) number(row int, column, cell string) int64 {
	if cell == "" {
		return 0
	}
	n, err := strconv.ParseInt(cell, 10, 32)
	if err != nil {
		s.Note(document.Problem{Row: row, Column: column, Text: fmt.Sprintf("%q is no whole number, or far too large", document.Clip(cell))})
	}
	return n
}

func (s *sheet) bad(row document.Row, column, format string, args ...any) {
	p := row.Place(column)
	p.Text = fmt.Sprintf(format, args...)
	s.Note(p)
}
