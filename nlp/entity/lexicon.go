package entity

import (
	"strings"
	"sync"
)

// word is something with a name: what it is and how it is normalised.
type word struct {
	kind, norm, unit string
	cue              bool // counts only where the words around it say so
}

// tree is a set of words by their characters. Its places are numbers, 0 the root: as thousands of small maps it would be a
// tenth of all that the collector looks at.
type tree struct {
	steps map[step]int32
	ends  []int32 // by place: which of words ends there, 0 for none
	words []word  // from 1 on
}

// step leads from a place to the next one.
type step struct {
	from int32
	by   rune
}

func newTree() *tree {
	return &tree{steps: map[step]int32{}, ends: make([]int32, 1), words: make([]word, 1)}
}

func (t *tree) add(name string, w word) {
	at := int32(0)
	for _, r := range name {
		next, known := t.steps[step{at, r}]
		if !known {
			next = int32(len(t.ends))
			t.ends = append(t.ends, 0)
			t.steps[step{at, r}] = next
		}
		at = next
	}
	if t.ends[at] == 0 {
		t.ends[at] = int32(len(t.words))
		t.words = append(t.words, w)
	}
}

// days are words for a date, each with its normal form and unit.
var days = [...]struct{ words, norm, unit string }{
	{"今天 今日 今晚 今早 今儿 今儿个 今夜 今晨", "0", "day"},
	{"明天 明日 明晚 明早 明儿 明儿个 明晨", "1", "day"},
	{"后天 后日", "2", "day"},
	{"大后天", "3", "day"},
	{"昨天 昨日 昨晚 昨儿 昨儿个 昨夜 昨早", "-1", "day"},
	{"前天 前日 前晚", "-2", "day"},
	{"大前天", "-3", "day"},
	{"双十一 双11 11.11 双十一当天 光棍节", "11-11", "month_day"},
	{"双十二 双12 12.12", "12-12", "month_day"},
	{"618 6.18 六一八", "06-18", "month_day"},
	{"国庆 国庆节 十一假期 十一长假 国庆假期", "10-01", "month_day"},
	{"元旦 元旦节 跨年", "01-01", "month_day"},
	{"圣诞 圣诞节", "12-25", "month_day"},
	{"平安夜", "12-24", "month_day"},
	{"万圣节", "10-31", "month_day"},
	{"五一 五一节 劳动节 五一劳动节 五一假期", "05-01", "month_day"},
	{"六一 六一节 儿童节 六一儿童节", "06-01", "month_day"},
	{"三八节 38节 妇女节 女神节 女王节 三八妇女节 三八女神节", "03-08", "month_day"},
	{"情人节", "02-14", "month_day"},
	{"520 五二零", "05-20", "month_day"},
	{"教师节", "09-10", "month_day"},
	{"双旦", "双旦", "festival"},
	{"春节 过年 新年 大年初一", "春节", "festival"},
	{"年前", "年前", "festival"},
	{"年后", "年后", "festival"},
	{"除夕 年三十 大年三十", "除夕", "festival"},
	{"元宵 元宵节", "元宵", "festival"},
	{"清明 清明节", "清明", "festival"},
	{"端午 端午节", "端午", "festival"},
	{"七夕 七夕节", "七夕", "festival"},
	{"中秋 中秋节", "中秋", "festival"},
	{"重阳 重阳节", "重阳", "festival"},
	{"腊八 腊八节", "腊八", "festival"},
	{"冬至", "冬至", "festival"},
	{"母亲节", "母亲节", "festival"},
	{"父亲节", "父亲节", "festival"},
	{"感恩节", "感恩节", "festival"},
	{"黑五 黑色星期五", "黑五", "festival"},
	{"年货节", "年货节", "festival"},
	{"月底 月末 这个月底 本月底", "end", "month"},
	{"月初", "start", "month"},
	{"月中", "middle", "month"},
	{"下月底 下个月底", "+end", "month"},
	{"下月初 下个月初", "+start", "month"},
	{"上月底 上个月底", "-end", "month"},
	{"上月初 上个月初", "-start", "month"},
	{"这个月 本月 当月", "0", "month"},
	{"下个月 下月", "+1", "month"},
	{"上个月 上月", "-1", "month"},
	{"年底 年末 今年年底", "end", "year"},
	{"年初 今年年初", "start", "year"},
	{"今年", "0", "year"},
	{"明年", "1", "year"},
	{"后年", "2", "year"},
	{"去年", "-1", "year"},
	{"前年", "-2", "year"},
	{"周末 双休日", "6", "weekday"},
}

// blanks are longer words with something in them that is not meant.
const blanks = "京东快递 京东物流 京东配送 京东速递 京东小哥 京东达 苏宁物流 当天达 今日份 大红袍 黑色素 白色家电 红色旅游 冷白皮 黄皮 黄黑皮 黑黄皮 衬肤色 挑肤色 显肤色 提亮肤色 肤色黑 肤色白 肤色黄 肤色暗 肤色不 小米粥 小米辣 小米椒 小黄米 " +
	"苹果醋 苹果味 苹果汁 石头剪刀 多大码 多大号 多大的码 加大力度 加大优惠 加大马力 加大毛 加大补贴 加大库存 小红花 小红点 小黄花 小白菜 大白菜 大白兔 大黄蜂 天蓝海 月光族 青年 后天性 明天见 新年快乐 元宵灯 过年好 周六福 年年 " +
	"大号字 小号字 高原红 花青素 橘红糕 青花瓷 金色年华 茶色素 木色素 本命年"

const sizeWords = "大码 中码 小码 均码 加大码 特大码 最大码 最小码 标准码 加小码 超大码"

// sizeSames are other ways to say one of sizeWords.
var sizeSames = map[string]string{"大号": "大码", "中号": "中码", "小号": "小码", "加大号": "加大码", "特大号": "特大码", "加大": "加大码", "最大号": "最大码", "最小号": "最小码"}

var common = sync.OnceValue(func() *tree {
	t := newTree()
	addColors(t)
	addPlaces(t)
	addRivals(t)
	for _, d := range days {
		for _, way := range strings.Fields(d.words) {
			t.add(way, word{kind: Date, norm: d.norm, unit: d.unit})
		}
	}
	for _, size := range strings.Fields(sizeWords) {
		t.add(size, word{kind: Size, norm: size})
	}
	for way, size := range sizeSames {
		t.add(way, word{kind: Size, norm: size})
	}
	for _, w := range strings.Fields(blanks) {
		t.add(w, word{})
	}
	return t
})

// lexicon reads the longest word at i that everyone knows.
func (s *scan) lexicon(i int) int {
	t := common()
	var found *word
	end := i
	at := int32(0)
	for j := i; j < len(s.cells); j++ {
		if at = t.steps[step{at, s.at(j)}]; at == 0 {
			break
		}
		if n := t.ends[at]; n != 0 {
			found, end = &t.words[n], j+1
		}
	}
	if found == nil || !s.whole(i, end) {
		return i
	}
	if found.kind == "" || !s.meant(found, i, end) {
		if found.kind == Date {
			return i // 618块 is a price
		}
		return end
	}
	if found.unit == "month" && found.kind == Date {
		if n, ok := s.smallNumber(end, 31); ok && containsRune("号日", s.at(n.end)) {
			return s.take(Date, i, n.end+1, found.norm+"-"+two(n.value()), "month_day") // 下个月8号
		}
	}
	return s.take(found.kind, i, end, found.norm, found.unit)
}

// meant tells whether the word found in cells i to end means what it does alone.
func (s *scan) meant(w *word, i, end int) bool {
	switch w.kind {
	case City:
		return s.afterAny(end, notPlaces...) < 0 && (!w.cue || s.placed(i, end))
	case Competitor:
		if s.before(i, "发", "走") && w.norm == "京东" {
			return false // the carrier
		}
		return !w.cue || s.compared(i, end)
	case Date:
		if digit(s.at(end-1)) && (s.afterAny(end, "块", "元", "斤", "克", "码", "号", "毫", "ml", "%") >= 0 || s.counter(end) >= 0) {
			return false // 618块
		}
		if containsRune("后月年", s.at(i)) { // 几年前, 半月初
			return !digit(s.at(i-1)) && !containsRune("几两一半多三四五六七八九十百去明隔常成每整当全", s.at(i-1))
		}
	}
	return true
}

// whole tells whether cells i to j are not a part of a longer word or number in letters and digits.
func (s *scan) whole(i, j int) bool {
	return !(alnum(s.at(i)) && alnum(s.at(i-1))) && !(alnum(s.at(j-1)) && alnum(s.at(j)))
}
