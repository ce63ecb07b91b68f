package chars

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	digitRun  = 5 // decimal digits in a row from which a number is only "a number"
	repeatCap = 3 // how often a rune may follow itself
)

// Normalize returns s as the model reads it, the same as the training side: NFKC, lower case, control, format and
// variation characters dropped and white space made plain, long numbers blanked, repeated characters cut to three,
// spaces collapsed and trimmed. The result is valid UTF-8, and s itself when s is in that form already.
//
// Hot path: BenchmarkNormalize; no allocation for text in normal form, one otherwise (TestNormalizeAllocations).
func Normalize(s string) string {
	if normal(s) {
		return s
	}
	var room [512]byte
	return string(squeeze(appendMapped(room[:0], s)))
}

// normal tells whether Normalize would return s unchanged, for text of simple runes; false when in doubt.
func normal(s string) bool {
	var last rune
	run, digits := 0, 0
	for _, r := range s {
		if m, ok := simple(r); !ok || m != r {
			return false
		}
		if r != last {
			last, run = r, 0
		}
		if run++; run > repeatCap || r == ' ' && run > 1 {
			return false
		}
		if !digit(r) {
			digits = 0
		} else if digits++; digits == digitRun {
			return false
		}
	}
	return last != ' ' && (s == "" || s[0] != ' ')
}

func digit(r rune) bool { return '0' <= r && r <= '9' }

const dropped rune = -1

// simple maps the runes that live rooms are full of in one step: what NFKC, lower case and the dropping of control
// characters make of them does not depend on their neighbours. It returns false for every other rune.
func simple(r rune) (rune, bool) {
	switch {
	case r < 0x80:
		return ascii(r), true
	case 0x4E00 <= r && r <= 0x9FA5, 0x1F300 <= r && r <= 0x1F64F, 0x1F680 <= r && r <= 0x1F6C5, 0x1F90D <= r && r <= 0x1F9FF:
		return r, true // ideographs and emoji
	case 0xFF01 <= r && r <= 0xFF5E: // full-width ASCII
		return ascii(r - 0xFEE0), true
	case r == 0x3000:
		return ' ', true
	case 0x3001 <= r && r <= 0x3002, 0x3008 <= r && r <= 0x3011, r == 0x2014, r == 0x2018, r == 0x2019, r == 0x201C, r == 0x201D:
		return r, true // punctuation that NFKC leaves alone
	case 0x200B <= r && r <= 0x200F, r == 0xFEFF, 0xFE00 <= r && r <= 0xFE0F:
		return dropped, true
	}
	return 0, false
}

func ascii(r rune) rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	case '\t' <= r && r <= '\r':
		return ' '
	case r < ' ' || r == 0x7F:
		return dropped
	}
	return r
}

// appendMapped appends s after the first four steps of Normalize: composed, lower, cleaned, long numbers blanked.
func appendMapped(dst []byte, s string) []byte {
	start, digits := len(dst), -1
	for _, r := range s {
		c, ok := simple(r)
		if !ok {
			return appendComposed(dst[:start], s)
		}
		dst, digits = add(dst, digits, c)
	}
	return blankNumber(dst, digits)
}

// appendComposed is appendMapped for text that needs full normalisation.
func appendComposed(dst []byte, s string) []byte {
	digits := -1
	for _, r := range norm.NFKC.String(s) {
		dst, digits = add(dst, digits, plain(r))
	}
	return blankNumber(dst, digits)
}

// plain is what becomes of one rune after NFKC.
func plain(r rune) rune {
	if r != 'İ' { // its lower case is two runes: kept
		r = unicode.ToLower(r)
	}
	switch {
	case unicode.IsSpace(r):
		return ' '
	case 0xFE00 <= r && r <= 0xFE0F, unicode.In(r, unicode.Cc, unicode.Cf):
		return dropped
	}
	return r
}

// add appends one mapped rune. digits is where the run of digits at the end of dst starts, -1 when there is none.
func add(dst []byte, digits int, r rune) ([]byte, int) {
	if r == dropped {
		return dst, digits
	}
	if digit(r) {
		if digits < 0 {
			digits = len(dst)
		}
		return append(dst, byte(r)), digits
	}
	return utf8.AppendRune(blankNumber(dst, digits), r), -1
}

// blankNumber makes a long run of digits at the end of dst "a number".
func blankNumber(dst []byte, digits int) []byte {
	if digits >= 0 && len(dst)-digits >= digitRun {
		return append(dst[:digits], "00000"...)
	}
	return dst
}

// squeeze cuts repeated runes, collapses spaces and trims, in place.
func squeeze(b []byte) []byte {
	w, run := 0, 0
	last := dropped
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r != last {
			last, run = r, 0
		}
		run++
		if r == ' ' && run == 1 && w > 0 || r != ' ' && run <= repeatCap {
			w += copy(b[w:], b[i:i+size])
		}
		i += size
	}
	if w > 0 && b[w-1] == ' ' {
		w--
	}
	return b[:w]
}
