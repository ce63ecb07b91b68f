package entity

const (
	kilo = 1000 // thousandths
	// Chinese viewers tell weights in 斤 of half a kilogram; a bare weight below this is in kilograms.
	bareJin = 85
)

// height reads a person's height, with the weight when it follows: 一米六五, 1米65, 1.65m, 165cm, 165 110, 165/110斤.
func (s *scan) height(i int) int {
	if alnum(s.at(i - 1)) {
		return i
	}
	n, ok := s.number(i)
	if !ok {
		return i
	}
	if cm, end := s.metres(n); end > 0 {
		return s.weightAfter(s.take(Body, i, end, decimal(cm*kilo), "cm"))
	}
	if k := s.afterAny(s.gap(n.end), "cm", "厘米", "公分"); k >= 0 && !letter(s.at(k)) && n.between(50, 230) {
		return s.weightAfter(s.take(Body, i, k, decimal(n.milli), "cm"))
	}
	if n.whole && n.digits == 3 && !n.han && n.between(140, 210) && s.bareWeight(n.end) {
		return s.weightAfter(s.take(Body, i, n.end, decimal(n.milli), "cm"))
	}
	return i
}

// metres reads the rest of a height whose metres are n, in centimetres; end is 0 when it is none.
func (s *scan) metres(n number) (cm int64, end int) {
	k := s.afterAny(n.end, "米", "m")
	if k < 0 {
		return 0, 0
	}
	if !n.whole {
		if n.milli >= 1300 && n.milli <= 2300 && !letter(s.at(k)) {
			return n.milli / 10, k
		}
		return 0, 0
	}
	if !n.between(1, 2) {
		return 0, 0
	}
	tail, count := s.tail(k)
	if count == 0 {
		return 0, 0
	}
	if cm = n.value()*100 + tail; cm > 230 {
		return 0, 0
	}
	return cm, k + count
}

// tail reads the centimetres after 米 at k: one digit of tens or two digits. What follows may be a weight that touches:
// 一米四七十斤, 1米62112斤.
func (s *scan) tail(k int) (cm int64, count int) {
	for ; count < 3; count++ {
		d := hanDigit(s.at(k + count))
		if digit(s.at(k + count)) {
			d = int64(s.at(k+count) - '0')
		}
		if d < 0 || count > 0 && hanUnit(s.at(k+count+1)) > 0 {
			break
		}
		if count == 2 {
			if n, ok := s.number(k + 2); ok && n.between(60, 260) {
				if _, to := s.weightUnit(n); to > 0 {
					return cm, 2
				}
			}
			return 0, 0
		}
		if count == 0 {
			cm = d * 10
		} else {
			cm += d
		}
	}
	return cm, count
}

// bareWeight tells whether a weight without a unit, or with one, follows a height that ends at k.
func (s *scan) bareWeight(k int) bool {
	_, _, _, ok := s.weightAt(k)
	return ok
}

// weightAfter takes the weight that follows a height ending at k, and returns the cell after it, k when there is none.
func (s *scan) weightAfter(k int) int {
	from, to, milli, ok := s.weightAt(k)
	if !ok {
		return k
	}
	return s.take(Body, from, to, decimal(milli), "kg")
}

// weightAt reads a separator and a weight at k.
func (s *scan) weightAt(k int) (from, to int, milli int64, ok bool) {
	from = k
	if j := s.afterAny(from, "的身高", "身高", "高"); j >= 0 {
		from = j
	}
	for n := 0; n < 2 && containsRune(" /,、-+.;*~", s.at(from)); n++ {
		from++
	}
	if j := s.afterAny(from, "体重", "重"); j >= 0 {
		from = j
	}
	n, good := s.number(from)
	if !good || n.spelt || !n.between(5, 260) {
		return 0, 0, 0, false
	}
	if milli, to := s.weightUnit(n); to > 0 {
		return from, to, milli, true
	}
	if from == k && !(n.han && n.between(80, 260)) || !n.between(35, 260) || alnum(s.at(n.end)) || containsRune("元块件个号码双月日年%°折/米厘公", s.at(n.end)) {
		return 0, 0, 0, false
	}
	return from, n.end, bareWeight(n), true
}

// bareWeight returns a weight told without a unit in thousandths of a kilogram.
func bareWeight(n number) int64 {
	if n.between(0, bareJin-1) {
		return n.milli
	}
	return n.milli / 2
}

// weightUnit returns the weight of n with the unit that follows it, in thousandths of a kilogram; to is 0 without one.
func (s *scan) weightUnit(n number) (milli int64, to int) {
	at := s.gap(n.end)
	if containsRune("多来几", s.at(at)) {
		at++
	}
	if k := s.afterAny(at, "kg", "公斤", "千克"); k >= 0 && !letter(s.at(k)) {
		return n.milli, k
	}
	if k := s.after(at, "斤"); k >= 0 {
		return n.milli / 2, k
	}
	return 0, 0
}

const lightest = 35 // below it a weight in 斤 is one of goods

// weight reads 160斤, 55kg as a body's; a few 斤 are a quantity of goods. The height may follow: 110斤165.
func (s *scan) weight(i int, n number) int {
	if n.spelt {
		return i
	}
	milli, k := s.weightUnit(n)
	if k == 0 {
		return i
	}
	if containsRune("装重", s.at(k)) {
		return k // of goods
	}
	if milli < lightest*kilo/2 && !s.small(i) {
		return s.take(Quantity, i, k, decimal(milli), "kg")
	}
	k = s.take(Body, i, k, decimal(milli), "kg")
	from := k
	for n := 0; n < 2 && containsRune(" /,、-+", s.at(from)); n++ {
		from++
	}
	h, ok := s.number(from)
	if ok && h.whole && !h.han && h.digits == 3 && h.between(140, 210) && !alnum(s.at(h.end)) && !containsRune("元块件个号码斤", s.at(h.end)) {
		return s.take(Body, from, h.end, decimal(h.milli), "cm")
	}
	return k
}

// small tells whether the weight at i is a child's: 宝宝26斤.
func (s *scan) small(i int) bool {
	for _, e := range s.found {
		if e.Kind == Body {
			return true
		}
	}
	return s.before(s.ungap(i), "宝宝", "宝贝", "孩子", "娃", "闺女", "儿子", "女儿", "小孩", "体重", "岁", "我", "他", "她", "个月")
}

// ungap returns i before one space, if there is one.
func (s *scan) ungap(i int) int {
	if s.at(i-1) == ' ' {
		return i - 1
	}
	return i
}

// bodyTail reads a figure that what it measures follows: 165的身高, 110的体重.
func (s *scan) bodyTail(i int, n number) int {
	if n.spelt || letter(s.at(i-1)) {
		return i
	}
	switch {
	case s.afterAny(n.end, "的身高", "身高", "的个子", "的个头", "高") >= 0 && n.whole && n.between(140, 210):
		return s.weightAfter(s.take(Body, i, n.end, decimal(n.milli), "cm"))
	case s.afterAny(n.end, "的体重", "体重") >= 0 && n.between(35, 260):
		return s.take(Body, i, n.end, decimal(bareWeight(n)), "kg")
	case s.before(i, "我", "胖到", "瘦到") && n.whole && n.short && n.between(140, 190):
		return s.take(Body, i, n.end, decimal(bareWeight(n)), "kg") // 我一百六
	}
	return i
}

// length reads the old foot and inch of waists: 二尺三.
func (s *scan) length(i int, n number) int {
	if s.at(n.end) != '尺' || !n.between(1, 4) || !n.whole {
		return i
	}
	k := n.end + 1
	tenth := hanDigit(s.at(k))
	if digit(s.at(k)) {
		tenth = int64(s.at(k) - '0')
	}
	if tenth < 0 {
		return i
	}
	mm := ((n.value()*10+tenth)*100 + 1) / 3 // a foot is a third of a metre
	return s.take(Body, i, k+1, decimal(mm*100), "cm")
}

// bodyWord reads a figure named by what it measures: 身高165, 体重110, 腰围80.
func (s *scan) bodyWord(i int) int {
	j := s.afterAny(i, "身高", "体重", "腰围", "胸围", "臀围", "肩宽", "脚长", "高", "重")
	if j < 0 {
		return i
	}
	at := s.gap(j)
	if k := s.afterAny(at, "是", ":", "大概", "约", "大约", "只有", "才", "有", "都"); k >= 0 {
		at = s.gap(k)
	}
	n, ok := s.number(at)
	if !ok || n.spelt && !n.between(100, 230) || alnum(s.at(n.end)) || containsRune("元块件个号码双月日年%折米尺斤克公千厘多来几", s.at(s.gap(n.end))) {
		return i // with a unit the figure speaks for itself
	}
	word := s.at(i)
	switch {
	case word == '体' && n.between(20, 300), word == '重' && n.between(bareJin, 260):
		return s.take(Body, at, n.end, decimal(bareWeight(n)), "kg")
	case word == '身' && !n.whole && n.milli >= 1300 && n.milli <= 2300:
		return s.weightAfter(s.take(Body, at, n.end, decimal(n.milli*100), "cm"))
	case word == '身' && n.between(50, 230), word == '高' && n.between(140, 210):
		return s.weightAfter(s.take(Body, at, n.end, decimal(n.milli), "cm"))
	case j-i == 2 && word != '体' && word != '身' && n.between(15, 180):
		return s.take(Body, at, n.end, decimal(n.milli), "cm")
	}
	return i
}

func containsRune(set string, r rune) bool {
	for _, x := range set {
		if x == r {
			return true
		}
	}
	return false
}
