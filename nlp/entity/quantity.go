package entity

import "strconv"

// counter returns the cell after the measure word of goods at k, -1 when there is none. 只剩, 包邮 and the like are none.
func (s *scan) counter(k int) int {
	k = s.gap(k)
	if containsRune("大小整", s.at(k)) {
		k++ // 两大包
	}
	j := s.afterAny(k, counters...)
	if j < 0 {
		return -1
	}
	next := s.at(j)
	var others string
	switch s.at(j - 1) {
	case '包':
		others = "邮装裹退不运换括含税"
	case '只':
		others = "剩有要能是卖收买够想退发用"
	case '单':
		others = "独买层拍品号人元"
	case '对':
		others = "吗不应比于了我"
	case '双':
		others = "十1层人拼面肩"
	case '本':
		others = "来月周人店地身"
	case '条':
		others = "件码纹"
	case '张':
		others = "家券优"
	case '台':
		others = "州湾"
	case '支':
		others = "持付"
	case '提':
		others = "示前货供"
	case '打':
		others = "折开算包电完"
	case '组', '套':
		others = "合餐路"
	case '板':
		others = "栗型"
	case '根':
		others = "本据"
	case '部':
		others = "分门"
	case '听':
		others = "说"
	case '贴':
		others = "身心合"
	}
	if next == '子' || next != 0 && containsRune(others, next) {
		return -1
	}
	return j
}

// notGoodsAny are the words after any measure word, notGoods those after 个, that make it no count of goods.
var notGoodsAny = []string{"套", "装", "券", "优惠券", "人", "快递", "物流", "钱", "疗程"}

var notGoods = []string{
	"月", "小时", "钟", "星期", "礼拜", "人", "套", "多月", "工作日", "钱", "字", "色", "颜色", "年", "身", "头", "尾", "号", "装", "码", "尺码", "链接", "直播", "问题", "地址", "电话", "客服",
	"主播", "厂", "地方", "意思", "样", "牌子", "款", "孩子", "娃", "宝宝", "朋友", "券", "优惠券", "疗程", "季", "版本", "口味", "味道", "快递", "物流", "赠品吗", "平台", "店", "品牌", "价", "档", "星", "半月", "原因",
}

// wanted tells whether a word that orders pieces ends right before cell i, or the text begins there: the only places where
// a number that can be no count of goods is still read as one, so that it can be told what can.
func (s *scan) wanted(i int) bool {
	if s.at(i-1) == ' ' {
		i--
	}
	return i == 0 || s.before(i, "来", "要", "拍", "买", "留", "订", "拿", "改成", "换成", "下单", "给我", "预留")
}

// strange reads numbers of pieces that nobody can have, as they were written: 来-3个, 要0件, 拍3.5个, 来1000000000个, 要十万件.
func (s *scan) strange(i int, n number) int {
	from, minus := i, containsRune("-−负", s.at(i-1))
	if minus {
		from--
	}
	if !s.wanted(from) {
		return i
	}
	norm, end := decimal(n.milli), n.end
	yuan, after := s.commas(i)
	switch r := s.at(end); {
	case after > 0: // 1,000个
		norm, end = strconv.FormatInt(yuan, 10), after
	case r == '千' && !n.han:
		norm, end = decimal(n.milli*1_000), end+1
	case r == '万':
		norm, end = decimal(n.milli*10_000), end+1
	case r == '亿':
		norm, end = strconv.FormatInt(n.milli*100_000, 10), end+1
	case !minus && n.whole && n.milli > 0:
		return i
	}
	k := s.counter(end)
	if k < 0 || n.spelt || s.afterAny(k, notGoods...) >= 0 || s.at(i) == '零' && s.at(k-1) != '个' { // 零件
		return i
	}
	if minus {
		norm = "-" + norm
	}
	return s.take(Quantity, from, k, norm, "piece")
}

// huge reads a number of pieces in cells i to end that is too long for a number: 来1000000000个.
func (s *scan) huge(i, end int) int {
	from, sign := i, ""
	if containsRune("-−", s.at(i-1)) {
		from, sign = i-1, "-"
	}
	k := s.counter(end)
	if k < 0 || end-i > longestOrder || !s.wanted(from) || s.afterAny(k, notGoods...) >= 0 {
		return i
	}
	return s.take(Quantity, from, k, sign+s.upper(i, end), "piece")
}

// quantity reads 三件, 2个. Ordinals, spans of time and people are none, and 一件 is one only where it is ordered.
func (s *scan) quantity(i int, n number) int {
	if k := s.strange(i, n); k > i {
		return k
	}
	if !n.whole || n.spelt || n.milli == 0 || s.before(i, "第", "这", "那", "哪", "每", "某") ||
		n.milli == kilo && n.han && s.before(i, "上", "下", "同", "另") && !s.before(i, "拍下", "订下", "买下", "再下", "我下", "想下", "要下") {
		return i
	}
	at := n.end
	if containsRune("多来", s.at(at)) && n.between(10, 9999) {
		at++ // 30多件
	}
	k := s.counter(at)
	if k < 0 {
		return i
	}
	others := notGoods
	if s.at(k-1) != '个' {
		others = notGoodsAny
	}
	if s.afterAny(k, others...) >= 0 || n.milli == kilo && !s.ordered(i, k, n) {
		return k
	}
	return s.take(Quantity, i, k, decimal(n.milli), "piece")
}

// ordered tells whether the one of something in cells i to k is a count: 来一件, 少发一只; not in 多少钱一件, 9块9一根,
// 是一个厂.
func (s *scan) ordered(i, k int, n number) bool {
	if s.afterAny(k, "多少", "几", "要多", "能用", "有多", "多重", "多大", "卖", "价", "一个", "一条", "一件") >= 0 {
		return false
	}
	if m := len(s.found); s.touches(i) && s.found[m-1].Kind == Money {
		return false
	}
	if !n.han {
		return !s.before(i, "多少钱", "钱", "几块", "怎么卖")
	}
	if i == 0 || containsRune(" ,.!?~、;", s.at(i-1)) || s.touches(i) {
		r := s.at(k)
		if s.at(k-1) == '个' {
			return r == 0 || containsRune(" ,.!?~、;也就够起", r) || s.touches(i)
		}
		return !containsRune("里吃喝稀净最怎能用装有是不人天啥什", r)
	}
	return s.before(i, "要", "拍", "来", "买", "补", "发", "少", "拿", "给", "给我", "订", "下", "送", "漏", "各", "再", "先", "仅", "就", "只", "退", "换", "囤", "收", "加", "入", "了", "有",
		"坏", "破", "到", "留", "抢", "整", "搞", "弄", "剩", "凑", "拼", "闺女", "女儿", "儿子", "老公", "老婆", "妈", "爸", "共", "另", "加", "提", "取", "买它", "来它", "想", "用", "赔", "缺", "寄", "多", "我", "你", "差", "缺", "色", "码", "的")
}

// pairOf reads 俩 and 仨: 拍了俩.
func (s *scan) pairOf(i int) int {
	norm := "2"
	switch s.at(i) {
	case '仨':
		norm = "3"
	case '俩':
	default:
		return i
	}
	if !s.before(i, "要", "拍", "拍了", "来", "来了", "买", "买了", "拿", "订", "订了", "囤", "囤了", "下了", "发", "发了", "收到", "入", "入了", "给我", "送", "少", "再来") || s.afterAny(i+1, "人", "月", "小时", "孩", "娃") >= 0 {
		return i
	}
	return s.take(Quantity, i, i+1, norm, "piece")
}
