package entity

const (
	shortestOrder = 12 // digits of an order number that nothing announces
	longestOrder  = 32
	announced     = 6 // characters of one that a word announces
)

// phone reads a mobile number, in one piece or in groups of 3, 4 and 4, with or without the country's code.
func (s *scan) phone(i int) int {
	j := i
	if k := s.afterAny(i, "+86", "0086", "86"); k >= 0 {
		j = k
		if s.at(j) == '-' || s.at(j) == ' ' {
			j++
		}
	}
	if alnum(s.at(i-1)) || s.at(i-1) == '+' {
		return i
	}
	from := j
	if s.at(j) != '1' || s.at(j+1) < '3' || s.at(j+1) > '9' {
		return i
	}
	number := make([]byte, 0, 11)
	for len(number) < 11 {
		r := s.at(j)
		if n := len(number); (n == 3 || n == 7) && (r == '-' || r == ' ') {
			j++
			r = s.at(j)
		}
		if !digit(r) {
			return i
		}
		number = append(number, byte(r))
		j++
	}
	if digit(s.at(j)) {
		return i
	}
	return s.take(Phone, from, j, string(number), "")
}

// longID reads a run of digits too long for anything but an order number.
func (s *scan) longID(i int) int {
	if !digit(s.at(i)) || alnum(s.at(i-1)) {
		return i
	}
	end := s.digitsEnd(i)
	if end-i > maxDigits {
		if k := s.huge(i, end); k > i {
			return k
		}
	}
	if end-i == 4 { // in groups of four
		k := end
		for k-i < longestOrder && s.grouped(k) {
			k = s.digitsEnd(k + 1)
		}
		if k-i > 3*4+1 && !alnum(s.at(k)) {
			return s.take(OrderID, i, k, s.plainID(i, k), "")
		}
		return i
	}
	if end-i < shortestOrder || letter(s.at(end)) {
		if end-i > maxDigits {
			return end
		}
		return i
	}
	if end-i > longestOrder || s.monotonous(i, end) {
		return end
	}
	return s.take(OrderID, i, end, s.upper(i, end), "")
}

// monotonous tells whether cells i to j are two digits over and over at most: 666666666666 is applause, no order.
func (s *scan) monotonous(i, j int) bool {
	first, second := s.at(i), rune(0)
	for ; i < j; i++ {
		switch r := s.at(i); {
		case r == first, r == second:
		case second == 0:
			second = r
		default:
			return false
		}
	}
	return true
}

// letteredID reads a parcel number: two to four letters and at least nine digits.
func (s *scan) letteredID(i int) int {
	if alnum(s.at(i - 1)) {
		return i
	}
	j := i
	for letter(s.at(j)) && j-i <= 4 {
		j++
	}
	end := s.digitsEnd(j)
	if j-i < 2 || j-i > 4 || end-j < 9 || end-j > 24 || letter(s.at(end)) {
		return i
	}
	return s.take(OrderID, i, end, s.upper(i, end), "")
}

// orderWord reads the number that 订单号, 单号 and the like announce.
func (s *scan) orderWord(i int) int {
	j := s.afterAny(i, "订单编号", "订单号", "订单", "快递单号", "物流单号", "快递号", "物流号", "运单号", "运单", "流水号", "编号", "单号")
	if j < 0 {
		return i
	}
	for n := 0; n < 4 && containsRune(": 是为号#([【,", s.at(j)); n++ {
		j++
	}
	end, digits := j, 0
	for ; alnum(s.at(end)) || s.at(end) == '-' && alnum(s.at(end+1)) || s.grouped(end); end++ {
		if digit(s.at(end)) {
			digits++
		}
	}
	if end-j < announced || end-j > longestOrder || digits < announced-2 {
		return i
	}
	return s.take(OrderID, j, end, s.plainID(j, end), "")
}

// grouped tells whether a space or hyphen at k parts two groups of four digits or more, or the last of such groups.
func (s *scan) grouped(k int) bool {
	if s.at(k) != ' ' && s.at(k) != '-' || k < 4 {
		return false
	}
	for j := k - 4; j < k; j++ {
		if !digit(s.at(j)) {
			return false
		}
	}
	n := s.digitsEnd(k+1) - k - 1
	return n >= 3 && n <= 8
}

// plainID returns cells i to j in capitals, without what parts groups.
func (s *scan) plainID(i, j int) string {
	out := make([]rune, 0, longestOrder)
	for ; i < j; i++ {
		if r := s.at(i); alnum(r) {
			out = append(out, upperRune(r))
		}
	}
	return string(out)
}

// upper returns cells i to j in capitals.
func (s *scan) upper(i, j int) string {
	out := make([]rune, 0, longestOrder)
	for ; i < j; i++ {
		out = append(out, upperRune(s.at(i)))
	}
	return string(out)
}

func upperRune(r rune) rune {
	if letter(r) {
		return r - 'a' + 'A'
	}
	return r
}

func upperWord(letters ...rune) string {
	for i, r := range letters {
		letters[i] = upperRune(r)
	}
	return string(letters)
}
