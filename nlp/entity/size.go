package entity

import (
	"strconv"
	"strings"
)

// slashSize reads 180/96A, 165/88.
func (s *scan) slashSize(i int) int {
	if !digit(s.at(i)) || alnum(s.at(i-1)) || s.digitsEnd(i)-i != 3 || s.at(i+3) != '/' {
		return i
	}
	height, _ := s.number(i)
	chestEnd := s.digitsEnd(i + 4)
	if n := chestEnd - i - 4; n < 2 || n > 3 || !height.between(50, 210) {
		return i
	}
	c := s.at(chestEnd)
	if c < 'a' || c > 'd' || alnum(s.at(chestEnd+1)) {
		if s.at(chestEnd) != '码' {
			return i // height and weight, or anything
		}
		return s.take(Size, i, chestEnd+1, s.upper(i, chestEnd), "")
	}
	return s.take(Size, i, s.sizeTail(chestEnd+1), s.upper(i, chestEnd+1), "")
}

// letterSize reads XL, xxl, M码, and S, M, L where they can only be sizes.
func (s *scan) letterSize(i int) int {
	if alnum(s.at(i - 1)) {
		return i
	}
	end := i
	for letter(s.at(end)) {
		end++
	}
	if digit(s.at(end)) || end-i > 7 {
		return i
	}
	xs, last := int64(end-i-1), s.at(end-1)
	for j := i; j < end-1; j++ {
		if s.at(j) != 'x' {
			return i
		}
	}
	tail := s.sizeTail(end)
	switch {
	case xs > 0 && (last == 'l' || last == 's'):
		return s.take(Size, i, tail, sizeName(xs, last), "")
	case xs == 0 && containsRune("sml", last) && s.soleSize(i, tail > end):
		return s.take(Size, i, tail, upperWord(last), "")
	case xs == 0 && last == 'f' && tail > end:
		return s.take(Size, i, tail, "F", "")
	}
	return i
}

// soleSize tells whether a single letter at i is a size: it is called one, or is a capital, or is asked for as one.
func (s *scan) soleSize(i int, called bool) bool {
	if called {
		return true
	}
	if s.afterAny(i+1, "级", "型", "'", "’", "&", "-") >= 0 || s.before(i, "'", "-", "&", ".") {
		return false
	}
	return s.cells[i].upper || s.before(i, "有", "穿", "拍", "要", "买", "选", "码", "换", "剩")
}

// sizeName writes a letter size in one way: XL, 2XL, 3XL … and XS, XXS.
func sizeName(xs int64, last rune) string {
	if last == 's' {
		return strings.Repeat("X", int(xs)) + "S"
	}
	if xs == 1 {
		return "XL"
	}
	return strconv.FormatInt(xs, 10) + "XL"
}

// sizeTail returns the cell after 码 or 号 at k, k when neither is there.
func (s *scan) sizeTail(k int) int {
	if s.at(k) == '码' || s.at(k) == '号' && s.after(k, "号链接") < 0 {
		return k + 1
	}
	return k
}

// sizeWord reads a number that a word makes a size: 尺码42, 穿38.
func (s *scan) sizeWord(i int) int {
	j := s.afterAny(i, "尺码", "码数", "鞋码", "平时穿", "穿", "码")
	if j < 0 {
		return i
	}
	if k := s.afterAny(j, "是", ":"); k >= 0 {
		j = k
	}
	at := s.gap(j)
	n, ok := s.number(at)
	if !ok || n.han || alnum(s.at(n.end)) || s.afterAny(n.end, "码", "号", "斤", "公斤", "岁", "月", "天", "年", "度", "分", "/", "元", "块", "厘米") >= 0 || s.afterAny(n.end, counters...) >= 0 {
		return i
	}
	if !n.between(20, 56) {
		return i
	}
	return s.take(Size, at, n.end, decimal(n.milli), "")
}

// skipLetters passes over a word of letters and digits that is nothing we know.
func (s *scan) skipLetters(i int) int {
	for letter(s.at(i)) {
		i++
	}
	return i
}
