package privacy

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// class says how surely a cell is a digit.
type class uint8

// The classes, the surer the higher.
const (
	none class = iota
	sly        // 洞 拐 勾 o l: a digit among digits only
	hanz       // 一 壹 幺
	sure       // 1 １ ① 1️⃣ ١
)

// cell is one character as the rules read it: half-width, lower case, without marks. It covers what is hidden behind it.
type cell struct {
	r          rune
	start, end int32 // characters of the text, half-open
	class      class
	digit      int8
	upper      bool // was written as a capital
	gone       bool // masked, or part of a mask: no rule may read it
	taken      bool // masked in this reading
}

// sheet is a folded text and what stands in it at a glance.
type sheet struct {
	cells   []cell
	figures int // cells that may be digits
	latin   int // Latin letters
	places  int // characters that addresses are made of
	cues    int // characters that announce names
}

// fold reads a text. Each character is decomposed by itself, so that offsets stay true; marks and what nobody sees are
// dropped.
func (s *sheet) fold(text string) {
	s.cells = s.cells[:0]
	s.figures, s.latin, s.places, s.cues = 0, 0, 0, 0
	n := int32(0)
	walls := false
	for i, r := range text {
		switch {
		case r < 0x80:
			s.ascii(r, n)
			walls = walls || r == '*' || r == '['
		case 0x4E00 <= r && r <= 0x9FFF:
			s.han(r, n)
		case 0x200B <= r && r <= 0x200F, 0xFE00 <= r && r <= 0xFE0F, r == 0x20E3:
			s.hide(n)
		default:
			s.other(text[i:], r, n)
			walls = true
		}
		n++
	}
	if walls {
		s.wall()
	}
}

func (s *sheet) ascii(r rune, n int32) {
	c := cell{r: r, start: n, end: n + 1}
	switch {
	case '0' <= r && r <= '9':
		c.class, c.digit = sure, int8(r-'0')
		s.figures++
	case 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z':
		s.latin++
		c.upper = r < 'a'
		switch r {
		case 'o', 'O':
			c.class = sly
		case 'l', 'I':
			c.class, c.digit = sly, 1
		}
		c.r = r | 0x20
	case '\t' <= r && r <= '\r':
		c.r = ' '
	case r < ' ' || r == 0x7F:
		s.hide(n)
		return
	}
	s.cells = append(s.cells, c)
}

func (s *sheet) han(r rune, n int32) {
	c := cell{r: r, start: n, end: n + 1}
	if d, k := hanDigit(r); k != none {
		c.digit, c.class = d, k
		s.figures++
	}
	switch r {
	case '路', '街', '巷', '弄', '道', '号', '栋', '幢', '室', '村', '镇', '组', '座', '楼', '区', '县', '市', '省', '元', '乡', '寓', '厦', '苑', '園', '號', '棟', '區':
		s.places++
	case '人', '名', '叫', '收', '给':
		s.cues++
	}
	s.cells = append(s.cells, c)
}

// hide lets the cell before cover character n.
func (s *sheet) hide(n int32) {
	if k := len(s.cells); k > 0 {
		s.cells[k-1].end = n + 1
	}
}

// other folds a character that is neither ASCII nor a common ideograph.
func (s *sheet) other(rest string, r rune, n int32) {
	if d, ok := badge(r); ok {
		if d >= 10 {
			s.figures++
			s.cells = append(s.cells, cell{r: '0' + d/10, class: sure, digit: int8(d / 10), start: n, end: n + 1})
		}
		s.figures++
		s.cells = append(s.cells, cell{r: '0' + d%10, class: sure, digit: int8(d % 10), start: n, end: n + 1})
		return
	}
	switch {
	case r == 0x3000:
		s.cells = append(s.cells, cell{r: ' ', start: n, end: n + 1})
		return
	case 0xFF01 <= r && r <= 0xFF5E:
		s.ascii(r-0xFEE0, n)
		return
	case r == 'ⓐ':
		s.cells = append(s.cells, cell{r: circleA, start: n, end: n + 1})
		s.latin++
		return
	case r == '〇':
		s.cells = append(s.cells, cell{r: r, class: hanz, start: n, end: n + 1})
		s.figures++
		return
	case r == utf8.RuneError:
		s.cells = append(s.cells, cell{r: r, start: n, end: n + 1})
		return
	}
	parts := norm.NFKD.PropertiesString(rest).Decomposition()
	if parts == nil {
		s.piece(r, n)
		return
	}
	for len(parts) > 0 {
		p, size := utf8.DecodeRune(parts)
		s.piece(p, n)
		parts = parts[size:]
	}
}

// circleA stands for ⓐ, which is an @ to who writes an e-mail address with it.
const circleA = 'ⓐ'

// piece adds one character of a decomposition.
func (s *sheet) piece(r rune, n int32) {
	switch {
	case r < 0x80:
		s.ascii(r, n)
	case 0x4E00 <= r && r <= 0x9FFF:
		s.han(r, n)
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc) && !unicode.IsSpace(r):
		s.hide(n)
	case unicode.IsSpace(r):
		s.cells = append(s.cells, cell{r: ' ', start: n, end: n + 1})
	case unicode.Is(unicode.Nd, r):
		d := decimal(r)
		s.figures++
		s.cells = append(s.cells, cell{r: '0' + d, class: sure, digit: int8(d), start: n, end: n + 1})
	default:
		s.cells = append(s.cells, cell{r: unicode.ToLower(r), start: n, end: n + 1})
	}
}

// decimal returns the value of a decimal digit of any script: they stand in tens.
func decimal(r rune) rune {
	for _, in := range unicode.Nd.R16 {
		if rune(in.Lo) <= r && r <= rune(in.Hi) {
			return (r - rune(in.Lo)) % 10
		}
	}
	for _, in := range unicode.Nd.R32 {
		if rune(in.Lo) <= r && r <= rune(in.Hi) {
			return (r - rune(in.Lo)) % 10
		}
	}
	return 0
}

// badge returns the number of a character that is a number in a circle without decomposition, and of those above nine.
func badge(r rune) (rune, bool) {
	switch {
	case r < 0x2460:
		return 0, false
	case r <= 0x2473: // ① to ⑳
		return r - 0x2460 + 1, true
	case 0x24F5 <= r && r <= 0x24FE: // ⓵ to ⓾
		return r - 0x24F5 + 1, true
	case r == 0x24EA, r == 0x24FF, r == 0x1F10B, r == 0x1F10C: // ⓪ ⓿ 🄋 🄌
		return 0, true
	case 0x2776 <= r && r <= 0x277F: // ❶ to ❿
		return r - 0x2776 + 1, true
	case 0x2780 <= r && r <= 0x2789: // ➀ to ➉
		return r - 0x2780 + 1, true
	case 0x278A <= r && r <= 0x2793: // ➊ to ➓
		return r - 0x278A + 1, true
	case r == 0x1F51F: // the key 10
		return 10, true
	}
	return 0, false
}

// hanDigit returns the digit that an ideograph is.
func hanDigit(r rune) (int8, class) {
	switch r {
	case '零':
		return 0, hanz
	case '一', '壹', '幺', '弌':
		return 1, hanz
	case '二', '贰', '貳', '两', '兩', '弍':
		return 2, hanz
	case '三', '叁', '參', '叄', '弎':
		return 3, hanz
	case '四', '肆':
		return 4, hanz
	case '五', '伍':
		return 5, hanz
	case '六', '陆', '陸':
		return 6, hanz
	case '七', '柒':
		return 7, hanz
	case '八', '捌':
		return 8, hanz
	case '九', '玖':
		return 9, hanz
	case '洞':
		return 0, sly
	case '拐':
		return 7, sly
	case '勾':
		return 9, sly
	}
	return 0, none
}

// wall makes unreadable what a mask left over: two stars and more with the letters and digits that touch them, and
// what stands in square brackets in place of something ([地址], [电话]).
func (s *sheet) wall() {
	for i := 0; i < len(s.cells); i++ {
		switch s.at(i) {
		case '*':
			j := i
			for s.at(j) == '*' {
				j++
			}
			if j-i < 2 {
				continue
			}
			from, to := i, j
			for from > 0 && alnum(s.cells[from-1].r) {
				from--
			}
			for to < len(s.cells) && alnum(s.cells[to].r) {
				to++
			}
			s.blank(from, to)
			i = j - 1
		case '[':
			j := i + 1
			for j-i < 8 && han(s.at(j)) {
				j++
			}
			if j > i+1 && s.at(j) == ']' {
				s.blank(i, j+1)
			}
		}
	}
}

func (s *sheet) blank(i, j int) {
	for ; i < j; i++ {
		s.cells[i].gone = true
	}
}

// at returns the character of a cell, 0 outside the text.
func (s *sheet) at(i int) rune {
	if i < 0 || i >= len(s.cells) {
		return 0
	}
	return s.cells[i].r
}

// open returns the character of a cell that may be read, 0 for any other.
func (s *sheet) open(i int) rune {
	if i < 0 || i >= len(s.cells) || s.cells[i].gone {
		return 0
	}
	return s.cells[i].r
}

// after returns the cell after word if it stands readable at i, -1 if it does not.
func (s *sheet) after(i int, word string) int {
	for _, r := range word {
		if s.open(i) != r {
			return -1
		}
		i++
	}
	return i
}

// afterAny is after for the first of several words that stands at i.
func (s *sheet) afterAny(i int, words ...string) int {
	for _, w := range words {
		if j := s.after(i, w); j >= 0 {
			return j
		}
	}
	return -1
}

// before tells whether one of the words ends right before cell i.
func (s *sheet) before(i int, words ...string) bool {
	for _, w := range words {
		if n := utf8.RuneCountInString(w); i >= n && s.after(i-n, w) == i {
			return true
		}
	}
	return false
}

// parting tells whether a cell may stand between the pieces of one value: a space, a sign, an emoji.
func (s *sheet) parting(i int) bool {
	r := s.open(i)
	return r != 0 && !alnum(r) && !han(r) && r != utf8.RuneError && s.cells[i].class == none && !(r == '*' && s.at(i+1) == '*')
}

// skip returns the first of at most n cells from i that parts nothing.
func (s *sheet) skip(i, n int) int {
	for ; n > 0 && s.parting(i); n-- {
		i++
	}
	return i
}

// emoji tells whether a cell is a picture.
func (s *sheet) emoji(i int) bool {
	r := s.open(i)
	return r >= 0x2190 && r <= 0x2BFF || r >= 0x1F000
}

func number(r rune) bool { return '0' <= r && r <= '9' }

func letter(r rune) bool { return 'a' <= r && r <= 'z' }

func alnum(r rune) bool { return number(r) || letter(r) }

func han(r rune) bool { return 0x3400 <= r && r <= 0x9FFF || 0x20000 <= r && r <= 0x3FFFF }
