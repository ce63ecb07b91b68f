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
	if (c < 'a' || c > 'd') && c != 'y' || alnum(s.at(chestEnd+1)) {
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
	if end == i+1 && s.at(i) == 'x' && s.at(end) == ' ' && containsRune("ls", s.at(end+1)) && !alnum(s.at(end+2)) {
		return s.take(Size, i, s.sizeTail(end+2), sizeName(1, s.at(end+1)), "") // x l
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
	if s.afterAny(i+1, "级", "型", "形", "钩", "曲", "记", "'", "’", "&") >= 0 || s.at(i+1) == '-' && !containsRune("smlx23456", s.at(i+2)) || s.before(i, "'", "&", ".") {
		return false
	}
	return s.cells[i].upper || s.before(i, "有", "穿", "拍", "要", "买", "选", "码", "换", "剩", "发", "改", "成", "到", "给", "的", "色", "寄", "和", "是", "跟", "还是", "或", "/", "、", ",")
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
	if ok && !n.han && n.between(20, 56) && s.at(n.end) == '号' && s.linkName(n.end+1) < 0 {
		return s.take(Size, at, n.end+1, decimal(n.milli), "")
	}
	if !ok || n.han || alnum(s.at(n.end)) || s.half(n) > 0 || s.afterAny(n.end, "码", "号", "斤", "公斤", "岁", "月", "天", "年", "度", "分", "/", "元", "块", "厘米") >= 0 || s.afterAny(n.end, counters...) >= 0 {
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

// numberSize reads 42码, 36.5码, 四十二码, 3xl, 75B.
func (s *scan) numberSize(i int, n number) int {
	at := s.gap(n.end)
	if k := s.half(n); k > 0 {
		return s.take(Size, i, k, decimal(n.milli+500), "")
	}
	if k := s.afterAny(at, "码", "号码"); k >= 0 && !n.spelt {
		if n.between(2, 230) && !s.before(i, "大", "小", "加") {
			return s.take(Size, i, k, decimal(n.milli), "")
		}
		return k
	}
	if n.han || !n.whole {
		return i
	}
	if s.at(at) == 'x' && n.between(2, 9) && n.digits == 1 {
		if k := s.afterAny(at, "xl", "xs"); k >= 0 && !alnum(s.at(k)) {
			return s.take(Size, i, s.sizeTail(k), decimal(n.milli)+upperWord(s.at(at), s.at(at+1)), "")
		}
	}
	if c := s.at(n.end); n.digits == 2 && 'a' <= c && c <= 'g' && !alnum(s.at(n.end+1)) && (n.between(70, 100) && n.value()%5 == 0 || n.between(32, 44) && n.value()%2 == 0) {
		return s.take(Size, i, s.sizeTail(n.end+1), decimal(n.milli)+upperWord(c), "")
	}
	return i
}

// half returns the cell after the size of a shoe that n starts and 半 ends, 0 when there is none: 42码半, 38半的.
func (s *scan) half(n number) int {
	if !n.whole || n.spelt || !n.between(33, 48) {
		return 0
	}
	k, called := n.end, false
	if j := s.after(k, "码"); j >= 0 {
		k, called = j, true
	}
	if s.at(k) != '半' {
		return 0
	}
	k++
	if j := s.after(k, "码"); j >= 0 {
		return j
	}
	if s.afterAny(k, "价", "折", "天", "年", "个", "小时", "卖", "截", "斤") >= 0 || !called && s.at(k) != 0 && !containsRune("的有还没吗码不 ,.?!和跟呢偏", s.at(k)) {
		return 0
	}
	return k
}

// bareSize reads the size of a shoe that is asked for without 码: 有42的吗, 换38.
func (s *scan) bareSize(i int, n number) int {
	if n.whole && !n.han && n.between(73, 170) && s.at(n.end) == '的' && s.before(i, "要", "换", "拍", "穿", "有") && s.child() {
		return s.take(Size, i, n.end, decimal(n.milli), "")
	}
	asked := i == 0 && containsRune("的够", s.at(n.end))
	if n.han || n.digits != 2 || !n.between(34, 47) || !asked && !s.before(i, "有", "要", "换", "拍", "改", "改成", "换成", "选", "没", "缺", "鞋", "靴", "断", "补") {
		return i
	}
	if r := s.at(n.end); r != 0 && !containsRune("的吗没还有够 ,.?!不呢吧和跟或", r) {
		return i
	}
	return s.take(Size, i, n.end, decimal(n.milli), "")
}

// child tells whether the text speaks of a child, whose sizes are heights.
func (s *scan) child() bool {
	for ; !s.young && s.looked < len(s.cells); s.looked++ {
		s.young = containsRune("娃宝孩童", s.cells[s.looked].r)
	}
	return s.young
}
