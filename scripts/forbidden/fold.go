package forbidden

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// kind tells characters apart that run on into one another: vx is no word inside vxl, NO.1 none inside NO.10.
type kind uint8

const (
	kindOther kind = iota
	kindLetter
	kindDigit
)

func kindOf(r rune) kind {
	switch {
	case r >= utf8.RuneSelf:
		return kindOther
	case r >= 'a' && r <= 'z':
		return kindLetter
	case r >= '0' && r <= '9':
		return kindDigit
	}
	return kindOther
}

// asciiFold is what each ASCII character counts as, 0 for those that do not count.
var asciiFold = func() (fold [utf8.RuneSelf]rune) {
	for c := range fold {
		fold[c] = counted(rune(c))
	}
	return fold
}()

// counted returns r in lower case when it counts, else 0. A percent sign counts: 满100 is no promise, 100% is.
func counted(r rune) rune {
	if unicode.IsLetter(r) || unicode.IsNumber(r) || r == '%' {
		return unicode.ToLower(r)
	}
	return 0
}

// unified tells whether r is a Chinese character that stands for itself.
func unified(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }

// folder walks through the characters of a text that count, in the form that is compared.
type folder struct {
	text  string
	at    int
	parts []byte // what is left of a character that is made of others
}

// next returns the next character that counts; gap tells that others came between it and the one before. At the end
// r is 0. Hot path, see List.Find.
func (f *folder) next() (r rune, gap bool) {
	for {
		size := 1
		switch {
		case len(f.parts) > 0:
			r, size = utf8.DecodeRune(f.parts)
			f.parts = f.parts[size:]
			r = counted(r)
		case f.at == len(f.text):
			return 0, gap
		case f.text[f.at] < utf8.RuneSelf:
			r = asciiFold[f.text[f.at]]
			f.at++
		default:
			r, size = utf8.DecodeRuneInString(f.text[f.at:])
			switch {
			case unified(r):
			case r >= 0x2000 && r <= 0x206f || r >= 0x3000 && r <= 0x3004: // blanks and marks
				r = 0
			case r >= 0xff01 && r <= 0xff5e: // full-width ASCII
				r = asciiFold[r-0xfee0]
			default:
				f.parts = norm.NFKD.PropertiesString(f.text[f.at:]).Decomposition()
				if f.parts != nil {
					f.at += size
					continue
				}
				r = counted(r)
			}
			f.at += size
		}
		if r != 0 {
			return r, gap
		}
		gap = true
	}
}
