// Package text folds what people type into the form in which it is compared.
package text

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Bare appends the letters and numbers of s to dst, full-width and half-width alike (Unicode form NFKC) and in lower case,
// until it has appended most of them. Hot path: nearly every text takes the way without a normal form; BenchmarkBare.
func Bare(dst []rune, s string, most int) []rune {
	begin := len(dst)
	for _, r := range s {
		switch {
		case 0x4E00 <= r && r <= 0x9FA5: // ideographs
		case 0xFF01 <= r && r <= 0xFF5E: // full-width ASCII
			r = plain(r - 0xFEE0)
		case r == '…', 0x3000 <= r && r <= 0x3002, 0x3008 <= r && r <= 0x3011, 0x1F300 <= r && r <= 0x1F64F:
			r = 0 // marks and emoji, which join with nothing
		case r < 0x80:
			r = plain(r)
		default: // it may join with the one before
			return bareOf(dst[:begin], s, most)
		}
		if len(dst)-begin >= most {
			return dst
		}
		if r != 0 {
			dst = append(dst, r)
		}
	}
	return dst
}

// plain returns an ASCII letter in lower case or a digit, 0 for any other.
func plain(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
		return r
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	}
	return 0
}

// bareOf is Bare for any text.
func bareOf(dst []rune, s string, most int) []rune {
	begin := len(dst)
	for _, r := range norm.NFKC.String(s) {
		if len(dst)-begin == most {
			break
		}
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			dst = append(dst, unicode.ToLower(r))
		}
	}
	return dst
}
