package shop

import (
	"fmt"
	"strconv"
	"strings"

	"liveroom/engine/shop/document"
)

// parseSpans reads "45-55kg 155-165cm", either of which may be left out.
func parseSpans(text string) (kg, cm []float64, err error) {
	for _, word := range strings.Fields(text) {
		unit, into := "kg", &kg
		if strings.HasSuffix(word, "cm") {
			unit, into = "cm", &cm
		}
		from, to, ok := strings.Cut(strings.TrimSuffix(word, unit), "-")
		low, err1 := parseEnd(from)
		high, err2 := parseEnd(to)
		if !ok || !strings.HasSuffix(word, unit) || *into != nil || err1 != nil || err2 != nil {
			return kg, cm, fmt.Errorf("%q does not say whom a size fits; write 45-55kg 155-165cm, leaving out an open end", document.Clip(text))
		}
		*into = []float64{low, high}
	}
	return kg, cm, nil
}

func parseEnd(text string) (float64, error) {
	if text == "" {
		return 0, nil
	}
	return strconv.ParseFloat(text, 64)
}

func formatSpans(s sizeFile) string {
	var words []string
	add := func(span []float64, unit string) {
		if len(span) == 2 {
			words = append(words, formatEnd(span[0])+"-"+formatEnd(span[1])+unit)
		}
	}
	add(s.Kg, "kg")
	add(s.Cm, "cm")
	return strings.Join(words, " ")
}

func formatEnd(x float64) string {
	if x == 0 {
		return ""
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}
