package document

import "strings"

// A cell holds a list as items between "|", and a pair as key and value with "=" between them. A backslash keeps the
// character after it from meaning that. Blanks around an item or a part of a pair do not count.

// JoinList writes a list into a cell.
func JoinList(items []string) string {
	var b strings.Builder
	for i, item := range items {
		if i > 0 {
			b.WriteByte('|')
		}
		escape(&b, item, "|\\")
	}
	return b.String()
}

// SplitList reads a list from a cell, nil when it is blank.
func SplitList(cell string) []string {
	if blank(cell) {
		return nil
	}
	items := cut(cell, '|', -1)
	for i := range items {
		items[i] = unescape(items[i])
	}
	return items
}

// Pair is two texts that belong together.
type Pair struct{ Key, Value string }

// JoinPairs writes pairs into a cell.
func JoinPairs(pairs []Pair) string {
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('|')
		}
		escape(&b, p.Key, "|=\\")
		b.WriteByte('=')
		escape(&b, p.Value, "|\\")
	}
	return b.String()
}

// SplitPairs reads pairs from a cell, nil when it is blank. bad are the items without "=".
func SplitPairs(cell string) (pairs []Pair, bad []string) {
	if blank(cell) {
		return nil, nil
	}
	for _, item := range cut(cell, '|', -1) {
		parts := cut(item, '=', 2)
		if len(parts) < 2 {
			bad = append(bad, unescape(item))
			continue
		}
		pairs = append(pairs, Pair{Key: unescape(parts[0]), Value: unescape(parts[1])})
	}
	return pairs, bad
}

// cut splits at the mark, most parts at most, without undoing any escape.
func cut(s string, mark byte, most int) []string {
	var parts []string
	from := 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == mark && (most < 0 || len(parts) < most-1):
			parts = append(parts, s[from:i])
			from = i + 1
		}
	}
	return append(parts, s[from:])
}

// escape writes text so that unescape brings it back.
func escape(b *strings.Builder, text, marks string) {
	for i := 0; i < len(text); i++ {
		ch := text[i]
		outer := (i == 0 || i == len(text)-1) && (ch == ' ' || ch == '\t')
		if outer || strings.IndexByte(marks, ch) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(ch)
	}
}

// unescape drops the blanks around a part and the backslashes in it.
func unescape(s string) string {
	s = strings.TrimLeft(s, " \t")
	for strings.HasSuffix(s, " ") || strings.HasSuffix(s, "\t") {
		before := len(s) - 1 - len(strings.TrimRight(s[:len(s)-1], `\`))
		if before%2 == 1 {
			break // it is kept by a backslash
		}
		s = s[:len(s)-1]
	}
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
