package privacy

import "strings"

// stars is shown for what two readings disagree on.
const stars = "****"

// render returns text with every span's mask in its place.
func render(text string, spans []Span) string {
	var b strings.Builder
	b.Grow(len(text))
	next, n, from := 0, 0, 0 // from is the first byte not yet written
	for i := range text {
		if next < len(spans) && n == spans[next].End {
			from = i
			next++
		}
		if next < len(spans) && n == spans[next].Start {
			b.WriteString(text[from:i])
			b.WriteString(spans[next].mask)
		}
		n++
	}
	if next < len(spans) && n == spans[next].End {
		return b.String()
	}
	b.WriteString(text[from:])
	return b.String()
}

// ends keeps the first and last characters of a value of ASCII.
func ends(value string, first, last int) string {
	return value[:first] + strings.Repeat("*", max(4, len(value)-first-last)) + value[len(value)-last:]
}
