package entity

import "strconv"

// number is a figure found in a text.
type number struct {
	end    int   // cell after it
	milli  int64 // value in thousandths
	digits int   // how many digits it was written with
	han    bool  // written in Chinese
	whole  bool  // has no fraction
	short  bool  // Chinese, its last digit told without its unit: 一百六
	spelt  bool  // Chinese digits in a row, as in a telephone number
}

func (n number) value() int64 { return n.milli / 1000 }

// between tells whether the number lies in [low, high].
func (n number) between(low, high int64) bool { return n.milli >= low*1000 && n.milli <= high*1000 }

const maxDigits = 9 // longer runs are ids, not numbers

// number reads a figure at cell i: 12, 1.65, 三, 三十二, 一百六, 两千五.
func (s *scan) number(i int) (number, bool) {
	if digit(s.at(i)) {
		return s.latin(i)
	}
	return s.hanNumber(i)
}

func (s *scan) latin(i int) (number, bool) {
	n := number{whole: true}
	j := i
	for ; digit(s.at(j)); j++ {
		if j-i == maxDigits {
			return number{end: s.digitsEnd(j)}, false
		}
		n.milli = n.milli*10 + int64(s.at(j)-'0')*1000
	}
	n.digits = j - i
	if s.at(j) == '.' && digit(s.at(j+1)) {
		j++
		for unit := int64(100); digit(s.at(j)); j++ {
			n.milli += int64(s.at(j)-'0') * unit
			unit /= 10
		}
		n.whole = n.milli%1000 == 0
	}
	n.end = j
	return n, true
}

// digitsEnd returns the cell after the run of digits that i stands in.
func (s *scan) digitsEnd(i int) int {
	for digit(s.at(i)) {
		i++
	}
	return i
}

func hanDigit(r rune) int64 {
	switch r {
	case '零', '〇':
		return 0
	case '一':
		return 1
	case '二', '两':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	}
	return -1
}

func hanUnit(r rune) int64 {
	switch r {
	case '十':
		return 10
	case '百':
		return 100
	case '千':
		return 1000
	}
	return 0
}

const maxHan = 12 // characters of a Chinese figure

// hanNumber reads a Chinese figure up to 9999. A last digit without its unit counts in tenths of the unit before it:
// 一百六 is 160.
func (s *scan) hanNumber(i int) (number, bool) {
	if hanDigit(s.at(i)) < 0 && s.at(i) != '十' {
		return number{}, false
	}
	n := number{han: true, whole: true, end: i}
	total, pending, unit := int64(0), int64(-1), int64(0)
	zero := false
	for ; n.end-i < maxHan; n.end++ {
		r := s.at(n.end)
		if d := hanDigit(r); d >= 0 {
			n.digits++
			if pending > 0 || pending == 0 && n.digits > 1 && total == 0 {
				if total > 0 {
					break // 一百六五 is no figure
				}
				n.spelt = true
				d += pending * 10
			}
			zero = zero || d == 0
			pending = d
			continue
		}
		u := hanUnit(r)
		if u == 0 || n.spelt || unit != 0 && u >= unit {
			break
		}
		if pending < 0 && (u != 10 || total > 0) {
			break
		}
		if pending < 0 {
			pending = 1 // 十二
		}
		total += pending * u
		pending, unit = -1, u
		zero = false
	}
	if pending > 0 && unit > 10 && !zero {
		pending *= unit / 10
		n.short = true
	}
	n.milli = (total + max(pending, 0)) * 1000
	return n, true
}

// decimal writes thousandths as a plain decimal.
func decimal(milli int64) string {
	out := strconv.AppendInt(nil, milli/1000, 10)
	if part := milli % 1000; part != 0 {
		out = append(out, '.', byte('0'+part/100))
		if part %= 100; part != 0 {
			out = append(out, byte('0'+part/10))
			if part %= 10; part != 0 {
				out = append(out, byte('0'+part))
			}
		}
	}
	return string(out)
}
