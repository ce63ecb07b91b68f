package shop

import (
	"fmt"

	"liveroom/engine/shop/document"
)

// placeOf returns the cell that a path of the file came from.
func (s *sheet) placeOf(path []any) document.Problem {
	if len(path) == 0 {
		return document.Problem{}
	}
	head, _ := path[0].(string)
	column := ""
	if len(path) > 2 {
		column = columnOf(path[2:])
	}
	index := -1
	if len(path) > 1 {
		index, _ = path[1].(int)
	}
	in := func(rows []document.Problem) document.Problem {
		if index < 0 || index >= len(rows) {
			return document.Problem{Row: 1, Column: head}
		}
		return document.Problem{Row: rows[index].Row, Column: column}
	}
	switch head {
	case "rooms":
		return in(s.rooms)
	case "warehouses":
		return in(s.warehouses)
	case "products":
		if index < 0 || index >= len(s.products) {
			return document.Problem{Row: 1, Column: head}
		}
		return s.products[index].placeOf(path[2:], column)
	case "attributes":
		return document.Problem{Row: s.shop.Row, Column: columnOf(path)}
	}
	if s.shop.Row <= 1 {
		return s.shop // no row says the shop, as is told already
	}
	return document.Problem{Row: s.shop.Row, Column: map[string]string{"shop": "id", "title": "name"}[head]}
}

func (p *sheetProduct) placeOf(path []any, column string) document.Problem {
	if len(path) > 1 && path[0] == "variants" {
		if i, ok := path[1].(int); ok && i < len(p.variants) {
			if len(path) > 2 {
				column, _ = path[2].(string)
			} else {
				column = ""
			}
			return document.Problem{Row: p.variants[i], Column: column}
		}
	}
	row := p.first
	if cell, ok := p.cells[column]; ok {
		row = cell.row
	}
	return document.Problem{Row: row, Column: column}
}

// columnOf returns the column of a path inside a row.
func columnOf(path []any) string {
	name, _ := path[0].(string)
	switch name {
	case "title":
		return "name"
	case "attributes":
		if len(path) > 1 {
			return fmt.Sprint(attributeColumn, path[1])
		}
	}
	return name
}
