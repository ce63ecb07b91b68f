package entity

import "strconv"

// counters are the measure words of goods.
var counters = []string{
	"件", "个", "双", "条", "瓶", "盒", "包", "箱", "套", "只", "支", "袋", "份", "本", "张", "把", "台", "组", "对", "片", "罐",
	"桶", "盆", "颗", "粒", "提", "卷", "顶", "副", "床", "枚", "根", "杯", "串", "捆", "朵", "棵", "听", "板", "筒", "单",
}

// numbered looks at what follows the number at i and decides what it counts.
func (s *scan) numbered(i int) int {
	n, ok := s.number(i)
	if !ok {
		return max(n.end, i)
	}
	if alnumBefore := letter(s.at(i - 1)); alnumBefore && !n.han {
		return n.end // part of a model name
	}
	for _, read := range [...]func(*scan, int, number) int{
		(*scan).dayOrMonth, (*scan).numberedLink, (*scan).numberSize, (*scan).weight, (*scan).length, (*scan).money, (*scan).quantity,
	} {
		if j := read(s, i, n); j > i {
			return j
		}
	}
	if n.han && n.spelt {
		return i + 1 // 一二三号: only the last belongs to what follows
	}
	return n.end
}

// quantity reads 三件, 2个. Ordinals, spans of time and people are none.
func (s *scan) quantity(i int, n number) int {
	if !n.whole || n.spelt || n.milli == 0 || s.before(i, "第", "这", "那", "哪", "每", "另", "某", "同", "上", "下") {
		return i
	}
	k := s.afterAny(s.gap(n.end), counters...)
	if k < 0 {
		return i
	}
	if s.afterAny(k, "月", "小时", "钟", "星期", "礼拜", "人", "套", "多月", "工作日", "钱", "字", "色", "颜色", "年", "身", "头", "尾", "号") >= 0 {
		return k
	}
	return s.take(Quantity, i, k, decimal(n.milli), "piece")
}

// numberSize reads 42码, 36.5码, 四十二码, 3xl, 75B.
func (s *scan) numberSize(i int, n number) int {
	at := s.gap(n.end)
	if k := s.afterAny(at, "码", "号码"); k >= 0 && !n.spelt {
		if n.between(2, 230) && !s.before(i, "大", "小", "加") {
			return s.take(Size, i, k, decimal(n.milli), "")
		}
		return k
	}
	if n.han || !n.whole {
		return i
	}
	if s.at(n.end) == 'x' && n.between(2, 9) && n.digits == 1 {
		if k := s.afterAny(n.end, "xl", "xs"); k >= 0 && !alnum(s.at(k)) {
			return s.take(Size, i, s.sizeTail(k), decimal(n.milli)+upperWord(s.at(n.end), s.at(n.end+1)), "")
		}
	}
	if c := s.at(n.end); n.digits == 2 && 'a' <= c && c <= 'g' && !alnum(s.at(n.end+1)) && (n.between(70, 100) && n.value()%5 == 0 || n.between(32, 44) && n.value()%2 == 0) {
		return s.take(Size, i, s.sizeTail(n.end+1), decimal(n.milli)+upperWord(c), "")
	}
	return i
}

// money reads 99元, 99块, 9块9, 三块五, 5毛, 1千块, 1万元.
func (s *scan) money(i int, n number) int {
	if n.spelt {
		return i
	}
	fen, k := n.milli/10, s.gap(n.end)
	switch s.at(k) {
	case '万':
		fen, k = fen*10_000, k+1
	case '千':
		fen, k = fen*1_000, k+1
	}
	switch {
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
	case s.at(k) == 'r' && k == n.end && !alnum(s.at(k+1)):
		k++
	default:
		return i
	}
	return s.take(Money, i, k, strconv.FormatInt(fen, 10), "fen")
}

// coin returns the fen of a single digit at k after 块, 0 when there is none: 9块9, 三块五.
func (s *scan) coin(k int) int64 {
	d := hanDigit(s.at(k))
	if digit(s.at(k)) {
		d = int64(s.at(k) - '0')
	}
	if d <= 0 || digit(s.at(k+1)) || hanDigit(s.at(k+1)) >= 0 || hanUnit(s.at(k+1)) > 0 || s.afterAny(k+1, counters...) >= 0 {
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
	k := n.end
	if j := s.afterAny(k, "元", "块"); j >= 0 {
		k = j
	}
	return s.take(Money, i, k, strconv.FormatInt(n.milli/10, 10), "fen")
}

// offer reads the amounts of 满300减50, leaving the words out of what is found.
func (s *scan) offer(i int) int {
	j := s.afterAny(i, "满", "立减", "减")
	if j < 0 {
		return i
	}
	n, ok := s.number(j)
	if !ok || n.han || s.afterAny(n.end, "%", "折", "元", "块", "岁", "月", "天", "年", "斤", "公斤", "kg") >= 0 || s.afterAny(n.end, counters...) >= 0 {
		return i
	}
	return s.take(Money, j, n.end, strconv.FormatInt(n.milli/10, 10), "fen")
}
