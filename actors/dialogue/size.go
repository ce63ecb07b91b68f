package dialogue

import (
	"strconv"
	"strings"

	"liveroom/engine/live"
)

// advise returns the size that a product's chart gives for a body, and the body as it is said; "" when the chart does not
// tell. A row fits when every bound it has is met by a figure that is known; of several the one with the fewest open
// bounds counts, then the larger, since too large is returned less often than too small.
func advise(p *live.Product, kg, cm float64) (size, body string) {
	best, byKg, byCm := -1, false, false
	for i := range p.SizeChart {
		row := &p.SizeChart[i]
		fits, told := within(kg, row.MinKg, row.MaxKg), 0
		if row.MinKg+row.MaxKg > 0 && kg > 0 {
			told++
		}
		if row.MinCm+row.MaxCm > 0 {
			if cm > 0 {
				told++
			}
			fits = fits && within(cm, row.MinCm, row.MaxCm)
		}
		if fits && told > 0 && told >= best {
			best, size = told, row.Size
		}
		byKg, byCm = byKg || row.MinKg+row.MaxKg > 0, byCm || row.MinCm+row.MaxCm > 0
	}
	if size == "" {
		return "", ""
	}
	if !byKg { // what the chart does not go by is not said
		kg = 0
	}
	if !byCm {
		cm = 0
	}
	if strings.Trim(size, "0123456789.") == "" {
		size += "码"
	}
	return size, bodyText(kg, cm)
}

// within tells whether a figure is inside bounds; one that is not known is.
func within(x, low, high float64) bool {
	return x == 0 || (low == 0 || x >= low) && (high == 0 || x <= high)
}

func bodyText(kg, cm float64) string {
	b := make([]byte, 0, 24)
	if cm > 0 {
		b = append(strconv.AppendFloat(b, cm, 'f', -1, 64), "cm"...)
	}
	if kg > 0 {
		if len(b) > 0 {
			b = append(b, "、"...)
		}
		b = append(strconv.AppendFloat(b, kg*2, 'f', -1, 64), "斤"...) // as people tell their weight
	}
	return string(b)
}
