package phrase

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fits tells whether s is at most limit characters (runes).
func Fits(s string, limit int) bool { return len(s) <= limit || utf8.RuneCountInString(s) <= limit }

// AppendClean appends s with control characters and broken UTF-8 turned into spaces, so that whatever a catalogue
// holds stays one line.
func AppendClean(dst []byte, s string) []byte {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return append(dst, strings.Map(cleanRune, s)...)
		}
	}
	return append(dst, s...)
}

func cleanRune(r rune) rune {
	if unbroken(r) {
		return r
	}
	return ' '
}

// unbroken tells whether r keeps a line one line.
func unbroken(r rune) bool {
	return !unicode.IsControl(r) && r != utf8.RuneError && r != '\u2028' && r != '\u2029'
}
