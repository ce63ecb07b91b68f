package engine

import (
	"strconv"
	"strings"

	"liveroom/actors/dialogue"
	"liveroom/engine/admin/console"
	"liveroom/engine/live"
	"liveroom/engine/shop"
)

// positionOf is where a dialogue stands at a time, with what the shop calls its wares now.
func positionOf(s *dialogue.State, now int64, wares *shop.Catalogue) console.Position {
	return console.Position{Slots: slotsOf(s, wares), Open: openOf(&s.Open, now, wares)}
}

// slotsOf lists what a dialogue keeps in mind.
func slotsOf(s *dialogue.State, wares *shop.Catalogue) []console.Slot {
	list := []console.Slot{}
	add := func(name, value string) {
		if value != "" && value != "0" {
			list = append(list, console.Slot{Name: name, Value: value})
		}
	}
	if id := s.Slots.Product; id != "" {
		list = append(list, console.Slot{Name: "product", Value: string(id), Text: productName(wares.ByID(id))})
	}
	add("size", s.Slots.Size)
	add("color", s.Slots.Color)
	add("quantity", strconv.FormatInt(s.Slots.Quantity, 10))
	add("kg", strconv.FormatFloat(s.Slots.Kg, 'f', -1, 64))
	add("cm", strconv.FormatFloat(s.Slots.Cm, 'f', -1, 64))
	add("city", s.Slots.City)
	if s.Slots.Order != "" {
		add("order", "***")
	}
	add("topic", s.Topic.String())
	if s.Complained {
		add("complained", "true")
	}
	return list
}

// openOf lists what the engine waits for.
func openOf(o *dialogue.Open, now int64, wares *shop.Catalogue) []console.Slot {
	list := []console.Slot{}
	if o.Kind == dialogue.Nothing {
		return list
	}
	list = append(list, console.Slot{Name: "kind", Value: o.Kind.String()})
	if o.SKU != "" {
		list = append(list, console.Slot{Name: "sku", Value: string(o.SKU), Text: pieceName(wares, o.SKU)})
	}
	if o.Quantity > 0 {
		list = append(list, console.Slot{Name: "quantity", Value: strconv.FormatInt(o.Quantity, 10)})
	}
	if o.Hold != "" {
		list = append(list, console.Slot{Name: "hold", Value: string(o.Hold)})
	}
	if o.Until > now {
		list = append(list, console.Slot{Name: "until", Value: strconv.FormatInt(o.Until, 10)})
	}
	return list
}

// productName is what the shop calls a product, "" for one that it does not have any more.
func productName(p *live.Product) string {
	if p == nil {
		return ""
	}
	return p.Name
}

// pieceName is what the shop calls a SKU: its product, size and colour.
func pieceName(wares *shop.Catalogue, sku live.SKU) string {
	name := productName(wares.BySKU(sku))
	if v := wares.Variant(sku); v != nil {
		name = strings.Join(strings.Fields(name+" "+v.Size+" "+v.Color), " ")
	}
	return name
}
