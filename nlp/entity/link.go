package entity

import "strconv"

const maxLink = 999

// badgeLink reads ③, 3⃣ and 🔟, with 号 or 链接 after them or not.
func (s *scan) badgeLink(i int) int {
	j, n := i, int64(0)
	for ; j < len(s.cells) && s.cells[j].badge && n <= maxLink; j++ {
		n = n*10 + int64(s.at(j)-'0')
	}
	if n == 0 || n > maxLink {
		return j
	}
	return s.take(Product, i, s.linkTail(j), strconv.FormatInt(n, 10), "link")
}

// linkTail returns the cell after the words that may follow a link's number at j, j when none do.
func (s *scan) linkTail(j int) int {
	end := j
	if s.at(j) == '号' {
		end, j = j+1, j+1
	}
	if k := s.afterAny(s.gap(j), "链接", "宝贝", "商品", "产品"); k >= 0 {
		return k
	}
	if end == j && end > 0 && s.at(end-1) == '号' {
		if k := s.afterAny(j, "链", "款", "品", "车"); k >= 0 && s.afterAny(j, "链子", "链条", "品牌", "品质", "款式", "车厘子") < 0 {
			return k
		}
	}
	return end
}

// linkWord reads 链接3, 链接三号, 第3个链接.
func (s *scan) linkWord(i int) int {
	j := s.afterAny(i, "链接", "小黄车")
	ordinal := j < 0 && s.at(i) == '第'
	if ordinal {
		j = i + 1
	}
	if j < 0 {
		return i
	}
	n, ok := s.number(s.gap(j))
	if !ok || !s.linkNumber(n) {
		return i
	}
	if !ordinal {
		if s.afterAny(n.end, counters...) >= 0 {
			return i // 链接3件: a quantity
		}
		end := n.end
		if s.at(end) == '号' {
			end++
		}
		return s.take(Product, i, end, decimal(n.milli), "link")
	}
	if k := s.afterAny(n.end, "个链接", "号链接", "个宝贝", "个商品", "款宝贝", "链接"); k >= 0 {
		return s.take(Product, i, k, decimal(n.milli), "link")
	}
	if k := s.afterAny(n.end, counters...); k >= 0 {
		return k // 第二件: an ordinal, no quantity
	}
	return i
}

func (s *scan) linkNumber(n number) bool {
	return n.whole && !n.spelt && n.between(1, maxLink) && n.digits <= 3
}

// numberedLink reads 3号链接, 三号, 3链接 at i, whose number is n. 3号 before a word of dispatch or arrival is a date.
func (s *scan) numberedLink(i int, n number) int {
	if !n.whole || n.spelt {
		return i
	}
	at := s.gap(n.end)
	if k := s.after(at, "号"); k >= 0 && s.at(k) != '码' {
		return s.hao(i, n, k)
	}
	if !s.linkNumber(n) {
		return i
	}
	if k := s.after(at, "链接"); k >= 0 {
		return s.take(Product, i, k, decimal(n.milli), "link")
	}
	if k := s.after(at, "链"); k >= 0 && !n.han && s.afterAny(k, "子", "条") < 0 {
		return s.take(Product, i, k, decimal(n.milli), "link")
	}
	return i
}

// hao decides what N号 is, k being the cell after 号.
func (s *scan) hao(i int, n number, k int) int {
	if j := s.afterAny(k, "色号", "色"); j >= 0 {
		return s.take(Color, i, j, decimal(n.milli)+"号色", "")
	}
	if tail := s.linkTail(k - 1); tail > k {
		if s.linkNumber(n) {
			return s.take(Product, i, tail, decimal(n.milli), "link")
		}
		return tail
	}
	if n.between(1, 31) && (s.before(i, "月", "月的", "月份") || s.dayFollows(k)) {
		return s.take(Date, i, k, decimal(n.milli), "day_of_month")
	}
	if s.before(i, "大", "小", "加") || s.afterAny(k, "电池", "字", "楼", "门", "线", "店", "仓", "院", "公馆") >= 0 {
		return k // 大一号 is a wish for a size, 5号电池 a battery
	}
	if !s.linkNumber(n) {
		return k
	}
	return s.take(Product, i, k, decimal(n.milli), "link")
}

// dayFollows tells whether what stands at k makes the N号 before it a day of the month.
func (s *scan) dayFollows(k int) bool {
	k = s.gap(k)
	if s.afterAny(k, "到手", "到底", "前面") >= 0 {
		return false
	}
	return s.afterAny(k,
		"发货", "发的", "能发", "可以发", "会发", "才发", "就发", "发吗", "发出", "到", "能到", "会到", "就到", "才到", "之前", "以前", "之后", "以后", "前",
		"左右", "送", "签收", "收到", "拍的", "买的", "下的", "下单", "付的", "付款", "晚上", "早上", "上午", "下午", "中午", "凌晨", "寄",
	) >= 0
}
