package shop

import (
	"strings"

	"liveroom/engine/live"
)

// VariantOf returns the size and colour that entities ask of a product: the SKU when they fit one alone, else a variant
// without SKU that stands for all that fit, and nil when they name neither or what the product does not have.
func VariantOf(p *live.Product, entities []live.Entity) *live.Variant {
	var want live.Variant
	for i := range entities {
		switch e := &entities[i]; e.Kind {
		case "size":
			want.Size = match(p, e, func(v *live.Variant) string { return v.Size })
		case "color":
			want.Color = match(p, e, func(v *live.Variant) string { return v.Color })
		}
	}
	if want.Size == "" && want.Color == "" {
		return nil
	}
	fits := 0
	var one live.Variant
	for _, v := range p.Variants {
		if (want.Size == "" || v.Size == want.Size) && (want.Color == "" || v.Color == want.Color) {
			fits++
			one = v
		}
	}
	switch fits {
	case 0:
		return nil
	case 1:
		return &one
	}
	return &want
}

// match returns the product's own word for what an entity says, "" when it has none.
func match(p *live.Product, e *live.Entity, of func(*live.Variant) string) string {
	for i := range p.Variants {
		own := of(&p.Variants[i])
		if own != "" && (strings.EqualFold(own, e.Norm) || strings.EqualFold(own, e.Value)) {
			return own
		}
	}
	return ""
}
