package phrase

import (
	"strings"
	"unicode/utf8"
)

// What can be said about every rendering of a text without rendering it.

// longest returns the most characters parts can come to.
func longest(parts []part) int {
	n := 0
	for i := range parts {
		p := &parts[i]
		switch p.op {
		case opText:
			n += utf8.RuneCountInString(p.text)
		case opSay:
			n += longestExpr(&p.expr)
		case opIf:
			n += max(longest(p.body), longest(p.alt))
		case opRange:
			n += words[p.list].rows * longest(p.body)
		}
	}
	return n
}

func longestExpr(e *expr) int {
	switch e.op {
	case exprVar:
		return words[e.v].runes
	case exprAttr:
		return CapSentence
	case exprText:
		return utf8.RuneCountInString(e.text)
	}
	n := 0
	for i := range e.args {
		n = max(n, longestExpr(&e.args[i]))
	}
	return n
}

// shortest returns 0 when some rendering of parts may say nothing, else something positive.
func shortest(parts []part) int {
	n := 0
	for i := range parts {
		p := &parts[i]
		switch p.op {
		case opText:
			n += len(strings.TrimSpace(p.text))
		case opSay:
			if p.expr.op != exprText || strings.TrimSpace(p.expr.text) != "" {
				n++
			}
		case opIf:
			n += min(shortest(p.body), shortest(p.alt))
		case opRange:
			n += shortest(p.body) // a list that is known has rows
		}
	}
	return n
}

// Says tells whether every rendering of the text says what n stands for.
func (t *Text) Says(n Need) bool { return says(t.parts, n) }

// says tells whether every rendering of parts says a figure of n.
func says(parts []part, n Need) bool {
	for i := range parts {
		p := &parts[i]
		switch p.op {
		case opSay:
			if p.expr.op == exprVar && words[p.expr.v].need == n {
				return true
			}
		case opIf:
			if says(p.body, n) && says(p.alt, n) {
				return true
			}
		case opRange:
			if words[p.list].need == n && saysRow(p.body) {
				return true
			}
			if says(p.body, n) {
				return true
			}
		}
	}
	return false
}

// saysRow tells whether every rendering of a row says its figure, or that the row is sold out.
func saysRow(parts []part) bool {
	for i := range parts {
		p := &parts[i]
		switch p.op {
		case opSay:
			if p.expr.op == exprVar && p.expr.v.isFigure() {
				return true
			}
		case opIf:
			soldOut := p.expr.op == exprVar && p.expr.v == PartOut
			if (soldOut || saysRow(p.body)) && saysRow(p.alt) {
				return true
			}
		}
	}
	return false
}
