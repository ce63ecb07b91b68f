package entity

// fullDate reads 2024-01-02, 2024年1月2日.
func (s *scan) fullDate(i int) int {
	if !digit(s.at(i)) || s.digitsEnd(i)-i != 4 || alnum(s.at(i-1)) {
		return i
	}
	year, _ := s.number(i)
	mark := s.at(i + 4)
	if !year.between(1990, 2100) || !containsRune("-/.年", mark) {
		return i
	}
	month, ok := s.smallNumber(i+5, 12)
	if !ok {
		return i
	}
	if mark == '年' {
		mark = '月'
	}
	if s.at(month.end) != mark {
		return i
	}
	day, ok := s.smallNumber(month.end+1, 31)
	if !ok {
		return i
	}
	end := day.end
	if containsRune("日号", s.at(end)) {
		end++
	}
	return s.take(Date, i, end, s.upper(i, i+4)+"-"+two(month.value())+"-"+two(day.value()), "date")
}

// smallNumber reads a whole number from 1 to high without a fraction.
func (s *scan) smallNumber(i int, high int64) (number, bool) {
	if digit(s.at(i)) { // a point here parts the numbers of a date
		j := s.digitsEnd(i)
		if j-i > 2 {
			return number{}, false
		}
		n := number{end: j, whole: true, digits: j - i}
		for ; i < j; i++ {
			n.milli = n.milli*10 + int64(s.at(i)-'0')*1000
		}
		return n, n.between(1, high)
	}
	n, ok := s.number(i)
	return n, ok && !n.spelt && n.between(1, high)
}

// dayOrMonth reads 12月3号, 12月, 3日, whose first number is n.
func (s *scan) dayOrMonth(i int, n number) int {
	if !n.whole || n.spelt {
		return i
	}
	if s.at(n.end) == '日' && n.between(1, 31) {
		if s.afterAny(n.end+1, "内", "后", "游", "本", "历", "常") >= 0 {
			return i
		}
		return s.take(Date, i, n.end+1, decimal(n.milli), "day_of_month")
	}
	if s.at(n.end) != '月' || !n.between(1, 12) || s.before(i, "这", "那", "几") {
		return i
	}
	k := n.end + 1
	if day, ok := s.smallNumber(s.gap(k), 31); ok {
		end := day.end
		if containsRune("日号", s.at(end)) {
			end++
		}
		return s.take(Date, i, end, two(n.value())+"-"+two(day.value()), "month_day")
	}
	if s.afterAny(k, "龄", "大", "饼", "子", "嫂") >= 0 {
		return k
	}
	if j := s.afterAny(k, "份"); j >= 0 {
		k = j
	}
	return s.take(Date, i, k, decimal(n.milli), "month")
}

// weekday reads 周三, 星期天, 下周三. The week after this one is marked +, the one before it -.
func (s *scan) weekday(i int) int {
	j, week := i, ""
	switch s.at(i) {
	case '下':
		j, week = i+1, "+"
	case '上':
		j, week = i+1, "-"
	case '这', '本':
		j++
	}
	if k := s.after(j, "个"); k >= 0 && j > i {
		j = k
	}
	k := s.afterAny(j, "周", "星期", "礼拜")
	if k < 0 || j == i && (hanDigit(s.at(i-1)) >= 0 || digit(s.at(i-1)) || s.at(i-1) == '几') {
		return i
	}
	day := hanDigit(s.at(k))
	switch s.at(k) {
	case '日', '天':
		day = 7
	case '末':
		day = 6
	}
	if day < 1 || day > 7 || hanDigit(s.at(k)) == 7 {
		if week == "" {
			return i
		}
		return s.take(Date, i, k, week+"1", "week")
	}
	return s.take(Date, i, k+1, week+decimal(day*1000), "weekday")
}

func two(n int64) string { return string([]byte{byte('0' + n/10%10), byte('0' + n%10)}) }
