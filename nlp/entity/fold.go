package entity

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// cell is one character of a text as the rules read it: half-width, lower case, composed. It remembers the stretch of
// the original that it stands for, so that whatever is found can be told in the original's offsets.
type cell struct {
	r          rune
	start, end int32 // characters of the original, half-open
	from, to   int32 // bytes of the original, half-open
	badge      bool  // a digit in a circle or on a key
	upper      bool  // was written as a capital
}

const (
	maxRunes = 2000   // how much of a text is read
	keycap   = 0x20E3 // the key around the digit before it
	keyTen   = 0x1F51F
)

// sheet is the folded text and the scratch of one extraction.
type sheet struct {
	text   string
	cells  []cell
	folded []byte // the cells as UTF-8, for the catalogue's automaton
	read   int32  // characters of the original folded so far
	iter   norm.Iter
}

func (s *sheet) fold(text string) {
	s.text, s.cells, s.read = text, s.cells[:0], 0
	for at, r := range text {
		width := utf8.RuneLen(r)
		if width < 0 || r == utf8.RuneError {
			width = 1
			if r == utf8.RuneError && at+3 <= len(text) && text[at:at+3] == "\uFFFD" {
				width = 3
			}
		}
		if !plain(r) {
			s.foldRest(at)
			return
		}
		if s.read == maxRunes {
			return
		}
		s.add(r, at, at+width, 1)
		s.read++
	}
}

// plain tells whether a character folds without a look at its neighbours.
func plain(r rune) bool {
	switch {
	case r < 0x80, 0x4E00 <= r && r <= 0x9FA5, 0xFF01 <= r && r <= 0xFF5E, 0x3000 <= r && r <= 0x3002:
		return true
	case 0x1F300 <= r && r <= 0x1F9FF, r == keycap, r == 0x200D, 0xFE00 <= r && r <= 0xFE0F, badgeValue(r) > 0:
		return true
	}
	return false
}

// foldRest folds the text from a byte offset on through full normalisation, segment by segment. The character before
// may belong to the first segment; what it folded to is taken back.
func (s *sheet) foldRest(at int) {
	for n := len(s.cells); n > 0 && int(s.cells[n-1].to) == at; n-- {
		last := s.cells[n-1]
		at = int(last.from)
		s.read = last.start
		s.cells = s.cells[:n-1]
		if last.r == ' ' || last.r >= 0x4E00 { // nothing composes with what stood before these
			break
		}
	}
	for at < len(s.text) {
		r, _ := utf8.DecodeRuneInString(s.text[at:])
		size := norm.NFKC.NextBoundaryInString(s.text[at:], true)
		runes := int32(utf8.RuneCountInString(s.text[at : at+size]))
		if s.read+runes > maxRunes {
			return
		}
		if badgeValue(r) > 0 {
			s.add(r, at, at+size, runes)
		} else {
			s.iter.InitString(norm.NFKC, s.text[at:at+size])
			for !s.iter.Done() {
				for piece := s.iter.Next(); len(piece) > 0; {
					r, n := utf8.DecodeRune(piece)
					s.add(r, at, at+size, runes)
					piece = piece[n:]
				}
			}
		}
		s.read += runes
		at += size
	}
}

// add appends what one character folds to. Its stretch of the original is bytes from to to, runes characters long.
func (s *sheet) add(r rune, from, to int, runes int32) {
	c := cell{start: s.read, end: s.read + runes, from: int32(from), to: int32(to)}
	if v := badgeValue(r); v > 0 {
		c.badge = true
		if v >= 10 {
			c.r = '0' + v/10
			s.cells = append(s.cells, c)
		}
		c.r = '0' + v%10
		s.cells = append(s.cells, c)
		return
	}
	if 0xFF01 <= r && r <= 0xFF5E {
		r -= 0xFEE0
	}
	switch {
	case r == keycap, 0xFE00 <= r && r <= 0xFE0F: // belongs to the character before it
		if n := len(s.cells); n > 0 && s.cells[n-1].end == c.start {
			last := &s.cells[n-1]
			last.end, last.to = c.end, c.to
			last.badge = last.badge || r == keycap && digit(last.r)
		}
		return
	case r == 0x3000 || unicode.IsSpace(r):
		r = ' '
	case r >= 0x80 && unicode.Is(unicode.Cf, r), unicode.IsControl(r):
		return
	}
	c.r = simple(unicode.ToLower(r))
	c.upper = r < 0x80 && c.r != r
	s.cells = append(s.cells, c)
}

// badgeValue returns the number of a character that is a number in a circle, 0 for any other.
func badgeValue(r rune) rune {
	switch {
	case r < 0x2460:
		return 0
	case r <= 0x2473: // ① to ⑳
		return r - 0x2460 + 1
	case 0x2776 <= r && r <= 0x277F: // ❶ to ❿
		return r - 0x2776 + 1
	case 0x2780 <= r && r <= 0x2789: // ➀ to ➉
		return r - 0x2780 + 1
	case 0x278A <= r && r <= 0x2793: // ➊ to ➓
		return r - 0x278A + 1
	case r == keyTen:
		return 10
	}
	return 0
}

// simple returns the simplified form of the few traditional characters that figures and links are written with.
func simple(r rune) rune {
	switch r {
	case '號':
		return '号'
	case '鏈':
		return '链'
	case '個':
		return '个'
	case '雙':
		return '双'
	case '條':
		return '条'
	case '兩':
		return '两'
	case '塊':
		return '块'
	case '碼':
		return '码'
	case '壹':
		return '一'
	case '贰':
		return '二'
	case '叁':
		return '三'
	}
	return r
}

func digit(r rune) bool { return '0' <= r && r <= '9' }

func letter(r rune) bool { return 'a' <= r && r <= 'z' }

func alnum(r rune) bool { return digit(r) || letter(r) }

// bytes returns the folded text.
func (s *sheet) bytes() []byte {
	s.folded = s.folded[:0]
	for _, c := range s.cells {
		s.folded = utf8.AppendRune(s.folded, c.r)
	}
	return s.folded
}

// foldWord returns a shop's word as texts are folded.
func foldWord(word string) string {
	var s sheet
	s.fold(word)
	return string(s.bytes())
}
