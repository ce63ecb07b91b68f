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
	if k := s.linkName(s.gap(j)); k >= 0 {
		return k
	}
	if k := s.afterAny(s.gap(j), "宝贝", "商品", "产品"); k >= 0 {
		return k
	}
	if end == j && end > 0 && s.at(end-1) == '号' {
		if k := s.afterAny(j, "链", "款", "品", "车"); k >= 0 && s.afterAny(j, "链子", "链条", "品牌", "品质", "款式", "车厘子") < 0 {
			return k
		}
	}
	return end
}

// linkName returns the cell after 链接 at k, as it is written or mistyped, -1 when it is not there.
func (s *scan) linkName(k int) int {
	if k := s.afterAny(k, "链接", "琏接", "连接", "链结", "连结", "链节", "裢接", "莲接", "链借", "练接", "链街"); k >= 0 {
		return k
	}
	if k := s.afterAny(k, "lianjie", "lj"); k >= 0 && !alnum(s.at(k)) {
		return k
	}
	return -1
}

// numero reads no.3, no3.
func (s *scan) numero(i int) int {
	j := s.afterAny(i, "no.", "no")
	if j < 0 || alnum(s.at(i-1)) {
		return i
	}
	n, ok := s.number(s.gap(j))
	if !ok || n.han || !s.linkNumber(n) || alnum(s.at(n.end)) {
		return i
	}
	return s.take(Product, i, s.linkTail(n.end), decimal(n.milli), "link")
}

// linkWord reads 链接3, 链接三号, 第3个链接.
func (s *scan) linkWord(i int) int {
	j := s.afterAny(i, "小黄车", "购物车", "橱窗")
	if j < 0 && s.at(i) != '连' {
		j = s.linkName(i)
	}
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
		if s.counter(n.end) >= 0 || containsRune("块元斤折", s.at(n.end)) {
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
	if k := s.afterAny(at, "hao", "h"); k >= 0 && !n.han && k != at && s.linkNumber(n) && (s.after(at, "hao") > 0 || s.linkName(k) > 0) && (!alnum(s.at(k)) || s.linkName(s.gap(k)) > 0) {
		if end := s.linkName(s.gap(k)); end > 0 {
			k = end
		}
		return s.take(Product, i, k, decimal(n.milli), "link")
	}
	if k := s.linkName(at); k >= 0 {
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
	if n.between(1, 31) && (s.before(i, "月", "月的", "月份", "截止", "截至", "等到", "拖到", "推到", "最晚", "最迟") || s.dayFollows(k)) {
		return s.take(Date, i, k, decimal(n.milli), "day_of_month")
	}
	if s.before(i, "大", "小", "加", "深", "浅", "宽", "窄") || s.afterAny(k, "电池", "字", "楼", "门", "线", "店", "仓", "院", "公馆", "机", "客服", "主播", "位", "针", "车厢", "厅", "馆", "工作") >= 0 {
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
	if s.afterAny(k, "到手", "到底", "到货了", "前面", "发错", "发什么", "发啥", "发哪", "发顺丰", "发快递", "发几", "发多久", "发不发", "发现", "发票", "发邮", "发中通",
		"发圆通", "发韵达", "发申通", "发京东", "发黄", "发白", "发硬", "发我", "发给", "发链接", "发个", "发下", "发一", "发漏", "发少", "发两", "下单立", "下单有", "下单送", "下单减") >= 0 {
		return false
	}
	if n, ok := s.number(k); ok && !n.spelt && s.afterAny(n.end, "点", "时") >= 0 {
		return true // 3号八点
	}
	return s.afterAny(k,
		"发", "能发", "可以发", "会发", "才发", "就发", "到", "能到", "会到", "就到", "才到", "之前", "以前", "之后", "以后", "前", "以内", "当天", "那天", "那单", "的单", "的订单",
		"左右", "送到", "送达", "能送", "签收", "收到", "收的", "能收", "拍的", "拍下", "买的", "下的", "下单", "付的", "付款", "晚上", "早上", "上午", "下午", "中午", "凌晨", "寄的", "寄出", "寄回", "能寄", "寄过",
		"才能", "就能", "要用", "结婚", "过生日", "生日", "出发", "用得上", "凌晨", "开始", "结束", "截止", "开播", "直播", "的直播", "有直播", "收货", "退的", "退货的", "赶", "能赶", "能不能到", "能不能发", "发得", "到得", "来得及", "我生日", "是我", "的时候", "早晨", "夜里", "零点", "活动", "大促", "预售", "前后", "那场", "的场", "才付", "才下", "才买", "才拍", "可以到", "可以收", "出库", "出货", "揽收", "的快递", "的物流", "号的", "就拍", "就买", "就付", "说", "还没发", "还没到", "还没收", "至今", "到现在", "申请",
	) >= 0
}
