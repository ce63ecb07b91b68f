package entity

import (
	"slices"
	"strings"
	"sync"
)

// word is something with a name: what it is and how it is normalised.
type word struct {
	kind, norm, unit string
}

// tree is a set of words by their characters.
type tree struct {
	next map[rune]*tree
	word *word // that ends here, nil when none does
}

func (t *tree) add(name string, w word) {
	for _, r := range name {
		if t.next == nil {
			t.next = map[rune]*tree{}
		}
		if t.next[r] == nil {
			t.next[r] = &tree{}
		}
		t = t.next[r]
	}
	if t.word == nil {
		t.word = &w
	}
}

const (
	plainColors  = "黑 白 红 蓝 绿 黄 紫 粉 灰 棕 橙 青 金 银 米 杏 咖 驼 褐 肉 裸"
	shades       = "深 浅 亮 暗 淡 藏 墨 天 宝 湖 酒 玫 桃 枣 大 奶 米 银 荧光 雾霾 克莱因 牛油果 薄荷 军 孔雀 樱花 姜 鹅 橘 砖 豆沙 西瓜 车厘子 烟 高级 香芋"
	shadeBases   = "黑 白 红 蓝 绿 黄 紫 粉 灰 棕 橙 杏 青"
	namedColors  = "卡其 咖啡 藏青 香槟 焦糖 奶茶 燕麦 豆沙 驼绒 象牙白 米白 奶油 肤 透明 彩 枪 古铜 玫瑰金 薰衣草 橘 藕粉 杏仁 巧克力 栗"
	colorsAlone  = "卡其 藏青 香槟 象牙白 米白 玫瑰金 藕粉"                                          // need no 色
	otherwise    = "天黑 天黄 天白 天灰 天粉 天紫 天棕 天红 天橙 大黄 大灰 大白 大青 大黑 枣白 米粉 奶粉 奶青 奶绿 姜粉 高级白" // mean something else without 色
	colorsWithDe = "黑 红 蓝 绿 灰 紫 粉 黄"                                                 // 黑的

	places = "北京 上海 天津 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 四川 贵州 云南 西藏 " +
		"陕西 甘肃 青海 宁夏 新疆 内蒙古 内蒙 香港 澳门 台湾 广州 深圳 杭州 南京 苏州 武汉 成都 西安 长沙 郑州 青岛 济南 大连 沈阳 哈尔滨 " +
		"长春 石家庄 太原 合肥 福州 厦门 南昌 南宁 海口 三亚 贵阳 昆明 拉萨 兰州 西宁 银川 乌鲁木齐 呼和浩特 宁波 温州 无锡 常州 徐州 佛山 东莞 " +
		"珠海 惠州 中山 泉州 烟台 潍坊 洛阳 唐山 保定 义乌 嘉兴 绍兴 金华 台州 南通 扬州 桂林 绵阳"
)

// rivals are other places to buy, each with the ways to name it.
var rivals = map[string]string{
	"淘宝": "淘宝 某宝 桃宝 tb", "天猫": "天猫 tmall", "京东": "京东 某东 狗东 jd", "拼多多": "拼多多 拼夕夕 并夕夕 pdd",
	"唯品会": "唯品会", "苏宁": "苏宁", "得物": "得物", "闲鱼": "闲鱼", "小红书": "小红书", "快手": "快手", "阿里巴巴": "1688 阿里巴巴",
	"亚马逊": "亚马逊", "专柜": "专柜", "实体店": "实体店", "别家": "别家 别人家 其他家 其它家 隔壁 隔壁家 别的直播间 隔壁直播间",
	"淘特": "淘特", "山姆": "山姆", "免税店": "免税店", "超市": "超市", "官网": "官网",
}

// days are words for a date, each with its normal form and unit.
var days = [...]struct{ words, norm, unit string }{
	{"今天 今日 今晚 今早 今儿 当天", "0", "day"},
	{"明天 明日 明晚 明早 明儿", "1", "day"},
	{"后天", "2", "day"},
	{"大后天", "3", "day"},
	{"昨天 昨日 昨晚 昨儿", "-1", "day"},
	{"前天", "-2", "day"},
	{"大前天", "-3", "day"},
	{"双十一 双11 11.11", "11-11", "month_day"},
	{"双十二 双12 12.12", "12-12", "month_day"},
	{"618 6.18 六一八", "06-18", "month_day"},
	{"国庆 国庆节", "10-01", "month_day"},
	{"元旦", "01-01", "month_day"},
	{"圣诞 圣诞节", "12-25", "month_day"},
	{"五一", "05-01", "month_day"},
	{"春节 过年", "春节", "festival"},
	{"端午 端午节", "端午", "festival"},
	{"中秋 中秋节", "中秋", "festival"},
	{"月底 月末", "end", "month"},
	{"月初", "start", "month"},
	{"年底 年末", "end", "year"},
}

const sizeWords = "大码 中码 小码 均码 加大码 特大码 最大码 最小码 标准码 加小码 超大码"

// sizeSames are other ways to say one of sizeWords.
var sizeSames = map[string]string{"大号": "大码", "中号": "中码", "小号": "小码", "加大号": "加大码", "特大号": "特大码", "加大": "加大码", "最大号": "最大码", "最小号": "最小码"}

var common = sync.OnceValue(func() *tree {
	t := &tree{}
	addColors(t)
	for _, p := range strings.Fields(places) {
		name := p
		if p == "内蒙" {
			name = "内蒙古"
		}
		w := word{City, name, ""}
		t.add(p, w)
		t.add(p+"市", w)
		t.add(p+"省", w)
	}
	for name, ways := range rivals {
		for _, way := range strings.Fields(ways) {
			t.add(way, word{Competitor, name, ""})
		}
	}
	for _, d := range days {
		for _, way := range strings.Fields(d.words) {
			t.add(way, word{Date, d.norm, d.unit})
		}
	}
	for _, size := range strings.Fields(sizeWords) {
		t.add(size, word{Size, size, ""})
	}
	for way, size := range sizeSames {
		t.add(way, word{Size, size, ""})
	}
	return t
})

func addColors(t *tree) {
	add := func(name string, alone bool) {
		w := word{Color, name + "色", ""}
		t.add(name+"色", w)
		if alone {
			t.add(name, w)
		}
	}
	for _, c := range strings.Fields(plainColors) {
		add(c, false)
	}
	for _, base := range strings.Fields(shadeBases) {
		for _, shade := range strings.Fields(shades) {
			add(shade+base, !slices.Contains(strings.Fields(otherwise), shade+base))
		}
	}
	for _, c := range strings.Fields(namedColors) {
		add(c, false)
	}
	for _, c := range strings.Fields(colorsAlone) {
		add(c, true)
	}
	for _, c := range strings.Fields(colorsWithDe) {
		t.add(c+"的", word{Color, c + "色", ""})
	}
}

// notPlaces are what makes something else of a place's name: a street, a dish.
var notPlaces = []string{"路", "街", "菜", "装", "面", "烤鸭", "鸡", "石", "特产", "花", "话", "火锅"}

// lexicon reads the longest word at i that everyone knows.
func (s *scan) lexicon(i int) int {
	t := common()
	var found *word
	end := i
	for j := i; j < len(s.cells); j++ {
		if t = t.next[s.at(j)]; t == nil {
			break
		}
		if t.word != nil {
			found, end = t.word, j+1
		}
	}
	if found == nil || !s.whole(i, end) {
		return i
	}
	if found.kind == City && s.afterAny(end, notPlaces...) >= 0 {
		return end
	}
	return s.take(found.kind, i, end, found.norm, found.unit)
}

// whole tells whether cells i to j are not a part of a longer word or number in letters and digits.
func (s *scan) whole(i, j int) bool {
	return !(alnum(s.at(i)) && alnum(s.at(i-1))) && !(alnum(s.at(j-1)) && alnum(s.at(j)))
}
