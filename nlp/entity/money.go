package entity

import "strconv"

// money reads 99元, 99块, 9块9, 三块五, 5毛, 1千块, 1万元.
func (s *scan) money(i int, n number) int {
	if n.spelt {
		return i
	}
	fen, k := n.milli/10, s.gap(n.end)
	scale, more := s.scale(n, k)
	if scale > 1 {
		fen, k = fen*scale, k+1
		if d := s.lastDigit(k); d > 0 && n.whole {
			fen, k = fen+d*scale*10, k+1
		}
	}
	if containsRune("多来几", s.at(k)) && containsRune("块元", s.at(k+1)) {
		k++
	}
	switch {
	case s.afterAny(k, "元旦", "元宵", "块头", "块香皂", "块肥皂", "块毛巾", "块布", "块手表", "块面膜", "块饼", "块蛋糕", "块地垫", "块抹布", "块砖", "块肉") >= 0:
		return i
	case s.at(k) == '元', s.at(k) == '块', s.at(k) == '圆':
		if s.at(k) == '块' && n.han && n.value() == 1 && s.after(k+1, "钱") < 0 && s.coin(k+1) == 0 {
			return k + 1 // 一块 is "together" as often as a price
		}
		if c := s.coin(k + 1); c > 0 {
			fen += c
			k++
			if s.afterAny(k+1, "毛", "角") >= 0 {
				k++
			}
		}
		k++
		if j := s.after(k, "钱"); j >= 0 {
			k = j
		}
	case s.afterAny(k, "毛", "角") >= 0:
		if s.afterAny(k+1, "衣", "巾", "线", "呢", "绒", "毛", "球", "孔", "度", "落", "质") >= 0 {
			return i
		}
		fen, k = n.milli/100, k+1
		if j := s.after(k, "钱"); j >= 0 {
			k = j
		}
	case s.after(k, "分钱") >= 0:
		fen, k = n.milli/1000, k+2
	case s.after(k, "rmb") >= 0 && !alnum(s.at(k+3)):
		k += 3
	case s.afterAny(k, "人民币", "软妹币", "大洋") >= 0:
		k = s.afterAny(k, "人民币", "软妹币", "大洋")
	case s.after(k, "米包邮") >= 0:
		k++
	case s.at(k) == 'r' && k == n.end && !alnum(s.at(k+1)):
		k++
	default:
		if !more || s.counter(k) >= 0 || containsRune("人粉单+毫步转家次名克瓦米赞播", s.at(k)) {
			return i
		}
	}
	return s.take(Money, i, k, strconv.FormatInt(fen, 10), "fen")
}

// coin returns the fen of a single digit at k after 块, 0 when there is none: 9块9, 三块五.
func (s *scan) coin(k int) int64 {
	d := hanDigit(s.at(k))
	if digit(s.at(k)) {
		d = int64(s.at(k) - '0')
	}
	if d <= 0 || digit(s.at(k+1)) || hanDigit(s.at(k+1)) >= 0 && !s.hanCount(k+1) || hanUnit(s.at(k+1)) > 0 || s.counter(k+1) >= 0 {
		return 0
	}
	return d * 10
}

// currency reads ¥99, rmb 99.
func (s *scan) currency(i int) int {
	j := s.afterAny(i, "¥", "￥", "rmb")
	if j < 0 || letter(s.at(i)) && alnum(s.at(i-1)) {
		return i
	}
	n, ok := s.number(s.gap(j))
	if !ok || n.han {
		return i
	}
	if s.at(n.end) == ',' {
		if yuan, k := s.commas(s.gap(j)); k > 0 {
			return s.take(Money, i, k, strconv.FormatInt(yuan*100, 10), "fen")
		}
	}
	k := n.end
	if j := s.afterAny(k, "元", "块"); j >= 0 {
		k = j
	}
	return s.take(Money, i, k, strconv.FormatInt(n.milli/10, 10), "fen")
}

// scale returns what 万, 千, k and w at k multiply n with, 1 when none does. It tells whether that makes the figure money
// without a unit.
func (s *scan) scale(n number, k int) (scale int64, more bool) {
	switch s.at(k) {
	case '万':
		scale = 10_000
	case '千':
		scale = 1_000
	case '百':
		if n.han {
			return 1, false
		}
		scale = 100
	case 'w', 'k':
		if n.han || k != n.end || alnum(s.at(k+1)) || s.afterAny(k+1, "屏", "画", "分辨", "高清", "的 刷", "的刷", "电视", "显示", "级") >= 0 {
			return 1, false
		}
		if scale = 1_000; s.at(k) == 'w' {
			scale = 10_000
		}
	default:
		return 1, false
	}
	return scale, n.between(1, 99)
}

// lastDigit returns a lone digit at k, as the last of 一万二, 0 when there is none.
func (s *scan) lastDigit(k int) int64 {
	d := hanDigit(s.at(k))
	if digit(s.at(k)) {
		d = int64(s.at(k) - '0')
	}
	if d <= 0 || digit(s.at(k+1)) || hanDigit(s.at(k+1)) >= 0 && !s.hanCount(k+1) || hanUnit(s.at(k+1)) > 0 || s.counter(k+1) >= 0 {
		return 0
	}
	return d
}

// thousands reads 1,299元, whose commas part thousands.
func (s *scan) thousands(i int) int {
	if !digit(s.at(i)) || alnum(s.at(i-1)) {
		return i
	}
	yuan, j := s.commas(i)
	if j == 0 || !containsRune("元块", s.at(j)) {
		return i
	}
	return s.take(Money, i, j+1, strconv.FormatInt(yuan*100, 10), "fen")
}

// commas reads a figure whose commas part thousands; end is 0 when there are none.
func (s *scan) commas(i int) (yuan int64, end int) {
	j := s.digitsEnd(i)
	if j-i > 3 || s.at(j) != ',' {
		return 0, 0
	}
	for k := i; k < j; k++ {
		yuan = yuan*10 + int64(s.at(k)-'0')
	}
	groups := 0
	for ; s.at(j) == ',' && s.digitsEnd(j+1)-j == 4 && groups < 2; groups++ {
		for k := j + 1; k < j+4; k++ {
			yuan = yuan*10 + int64(s.at(k)-'0')
		}
		j += 4
	}
	if groups == 0 || digit(s.at(j)) {
		return 0, 0
	}
	return yuan, j
}

// prices are what a price without a unit follows.
var prices = []string{
	"卖", "才卖", "只要", "到手价", "到手", "原价", "现价", "券后", "券后价", "标价", "降到", "涨到", "优惠价", "价格", "售价", "活动价", "直播价", "便宜", "便宜了", "少", "返", "退", "退了", "退我",
	"退给我", "返我", "返现", "赔我", "赔了", "赔了我", "才卖", "卖我", "收我", "收了我", "扣了我", "扣我", "多扣", "只卖", "砍到", "价", "价是", "拍下", "多付", "多付了", "省了", "省", "只花", "我花", "花掉", "补", "补我", "扣", "扣了", "赔", "多收", "少收", "收了", "花", "花了", "付了", "差价", "补差", "差", "预算", "贵了", "贵", "涨了", "降了", "优惠", "优惠了", "价是", "运费", "邮费", "才",
}

// bareMoney reads a price without a unit where nothing else is meant: 一百八, 9.9, 卖199, 300以内, 20的券.
func (s *scan) bareMoney(i int, n number) int {
	k := n.end
	if n.spelt || alnum(s.at(k)) || containsRune("%折寸斤公厘毫克米岁月天年小点分度号码楼层倍遍次瓦升期种款号人家级日周星后0", s.at(s.gap(k))) || s.counter(k) >= 0 && n.between(0, 19) {
		return i
	}
	if s.at(k) == '多' && n.han && n.between(100, 9999) && s.before(i, prices...) {
		k++
	}
	open := s.at(k) == 0 || containsRune(" ,.?!~的了吗吧行能可不没还包呢啊呀哦嘛那我你够贵便差怎咋也太更以左出就怎现拿到一两三二", s.at(k))
	switch {
	case n.short && n.between(100, 9999): // 一百八
		if s.before(i, "体重", "我", "重", "身高", "胖", "瘦到") {
			return i
		}
	case !n.whole && !n.han && n.milli%1000 == 900 && open: // 9.9
	case !n.whole:
		return i
	case s.afterAny(k, "以内", "以下", "封顶", "包邮", "到手", "拿下", "秒杀", "的券", "优惠券", "的优惠券", "红包", "的红包", "代金券", "券") >= 0 && n.between(5, 99_999):
	case n.between(10, 9999) && s.hanCount(k) && !n.han: // 99三件
	case n.between(10, 9999) && s.at(k) == 0 && s.touches(i) && s.found[len(s.found)-1].Kind == Quantity: // 2件99
	case open && s.before(i, prices...) && n.between(5, 99_999) && s.counter(k) < 0:
	default:
		return i
	}
	return s.take(Money, i, k, strconv.FormatInt(n.milli/10, 10), "fen")
}

// offer reads the amounts of 满300减50, leaving the words out of what is found.
func (s *scan) offer(i int) int {
	j := s.afterAny(i, "满", "立减", "减", "返")
	if j < 0 {
		return i
	}
	n, ok := s.number(j)
	if !ok || n.spelt || n.han && !n.between(10, 99_999) || containsRune("%折元块岁月天年斤公k个半", s.at(n.end)) || s.counter(n.end) >= 0 {
		return i
	}
	return s.take(Money, j, n.end, strconv.FormatInt(n.milli/10, 10), "fen")
}
