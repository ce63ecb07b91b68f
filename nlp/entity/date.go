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

// slashDate reads 9/18拍的, 11.20买的: a month and a day that nothing else would stand before or after.
func (s *scan) slashDate(i int) int {
	month, ok := s.smallNumber(i, 12)
	mark := s.at(month.end)
	if !ok || month.han || alnum(s.at(i-1)) || containsRune("./-", s.at(i-1)) || mark != '/' && mark != '.' {
		return i
	}
	day, ok := s.smallNumber(month.end+1, 31)
	if !ok || day.han {
		return i
	}
	k := day.end
	if alnum(s.at(k)) || containsRune("/.%元块米斤公寸码折分", s.at(k)) || s.linkName(k) >= 0 || s.linkName(k+1) >= 0 {
		return i
	}
	if containsRune("日号", s.at(k)) {
		k++
	} else if s.afterAny(k, "拍", "下单", "下的", "买", "付", "订", "发", "到", "收", "签收", "的单", "的订单", "那天", "那单", "前", "之前", "号", "的活动", "开", "寄") < 0 && (mark == '.' || day.value() < 13) {
		return i
	}
	return s.take(Date, i, k, two(month.value())+"-"+two(day.value()), "month_day")
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
	if s.afterAny(k, "龄", "大", "饼", "子", "嫂", "销") >= 0 {
		return k
	}
	if j := s.afterAny(k, "底", "初", "中旬", "上旬", "下旬", "末"); j >= 0 {
		k = j
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
		for ; s.at(j) == '下' && len(week) < 2; j++ {
			week += "+"
		}
	case '上':
		for ; s.at(j) == '上' && len(week) < 2; j++ {
			week += "-"
		}
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
		if j == i || s.afterAny(k, "期", "到", "边") >= 0 {
			return i
		}
		if week == "" {
			return s.take(Date, i, k, "0", "week")
		}
		return s.take(Date, i, k, week+"1", "week")
	}
	if s.at(k) == '六' && s.at(k+1) == '福' {
		return k // a jeweller
	}
	return s.take(Date, i, k+1, week+decimal(day*1000), "weekday")
}

func two(n int64) string { return string([]byte{byte('0' + n/10%10), byte('0' + n%10)}) }
