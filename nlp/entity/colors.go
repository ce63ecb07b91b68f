package entity

import (
	"slices"
	"strings"
)

const (
	plainColors = "黑 白 红 蓝 绿 黄 紫 粉 灰 棕 橙 青 金 银 米 杏 咖 驼 褐 橘 茶 裸 肉"
	shades      = "深 浅 亮 暗 淡 藏 墨 天 宝 湖 酒 玫 桃 枣 大 奶 米 银 荧光 雾霾 克莱因 牛油果 薄荷 军 孔雀 樱花 姜 鹅 橘 砖 豆沙 西瓜 车厘子 烟 高级 香芋 " +
		"雪 乳 珍珠 月光 冰 雾 复古 抹茶 脏 莓 果 草 苹果 嫩 橄榄 松石 祖母 竹 湖水 海军 太空 炭 碳 铁 水泥 珊瑚 芭比 曜石 午夜 丁香 葡萄 茄 朱 铁锈 锈 焦 摩卡 栗 " +
		"驼 杏 奶茶 奶油 蜜桃 樱桃 西柚 胭脂 正 中国 爱马仕 蒂芙尼 柠檬 明 土 芥末 宝石 天空 海 藕 裸 肉 橡皮 豆 灰 蓝 紫 粉 青 象牙 本 月 漂 浅米 玫瑰 番茄 枫叶 梅子 勃艮第 砖 铅 芝麻 玛瑙 " +
		"鼠尾草 牛仔 冰川 石墨 深空 暮山 雪山 松花 牛乳 远峰 冰 炭 奶油 冰淇淋 泡泡 海盐 雾感 深海 勃肯 夜空 焦糖 可可 燕麦奶 巧克力 黑加仑 蓝莓 草莓 香草 奶盖 云雾 暗夜 曜夜 哑光 莫兰迪 浅灰 深灰 森林 森系 抹 春 冷 暖 烟熏 石 岩 燕麦 椰奶 绛 茜 霜 云"
	shadeBases  = "黑 白 红 蓝 绿 黄 紫 粉 灰 棕 橙 杏 青"
	warmShades  = "深 浅 亮 暗 奶 淡 烟 灰 焦 香槟 玫瑰 玫 米 裸"
	warmBases   = "咖 驼 褐 橘 金 银 卡其 卡"
	namedColors = "卡其 咖啡 藏青 香槟 焦糖 奶茶 燕麦 豆沙 驼绒 奶油 肤 透明 彩 枪 古铜 薰衣草 杏仁 巧克力 栗 原木 胡桃 胡桃木 木 奶咖 拿铁 抹茶 蜜桃 樱花 珍珠 琥珀 砖 铁锈 大地 肉桂 摩卡 香芋 丁香 紫罗兰 柠檬 芥末 姜 姜汁 沙 亚麻 番茄 枫叶 天空 梅子 车厘子 彩虹 渐变 牛仔 象牙 雾霾 豆绿 草莓 南瓜 可可 榛果 酱 葡萄 玫瑰 迷彩 花 黛 檀 米驼 灰豆"
	colorsAlone = "红棕 棕红 橘红 橙红 橘粉 橘黄 橙黄 鼠尾草 砖红 豆沙红 卡其 藏青 香槟 玫瑰金 裸粉 鹅黄 湖蓝 月白 奶咖 紫罗兰 迷彩 莫兰迪" // need no 色
	blankColors = "天黑 天黄 天白 天灰 天粉 天紫 天棕 天红 天橙 天青 大黄 大灰 大白 大青 大黑 大绿 大紫 大粉 枣白 枣粉 米粉 奶粉 奶青 奶绿 姜粉 高级白 藕粉 豆粉 果粉 果红 抹黑 抹红 抹白 抹粉 石青 石灰 石黄 海青 海白 海黄 海红 海灰 正白 正黄 正粉 云青 云白 明白 草粉 土白 " +
		"土红 土灰 土青 竹青 豆青 豆红 月红 月黄 月黑 月青 葡萄白 椰奶白 果白 果黄 果青 花白 冷青 冷黄 漂粉 漂红 春红 春绿 春粉 正青 正黑 柠檬青 柠檬红 番茄黄 苹果青 苹果黄 蓝白 蓝黄 蓝红 蓝黑 灰黑 灰红 灰黄 紫黑 紫白 紫青 紫黄 紫绿 粉白 粉黑 粉黄 粉灰 粉青 青白 青黑 青红 青黄" // mean something else without 色, or nothing
	bareColors = "黑白红绿黄粉蓝灰紫棕"
)

func addColors(t *tree) {
	add := func(name string, alone bool) {
		w := word{kind: Color, norm: name + "色"}
		t.add(name+"色", w)
		if alone {
			t.add(name, w)
		}
	}
	for _, c := range strings.Fields(plainColors) {
		add(c, false)
	}
	blank := strings.Fields(blankColors)
	for _, base := range strings.Fields(shadeBases) {
		for _, shade := range strings.Fields(shades) {
			name := shade + base
			add(name, !slices.Contains(blank, name))
		}
	}
	for _, base := range strings.Fields(warmBases) {
		for _, shade := range strings.Fields(warmShades) {
			add(shade+base, true)
		}
	}
	for _, c := range strings.Fields(namedColors) {
		add(c, false)
	}
	for _, c := range strings.Fields(colorsAlone) {
		add(c, true)
	}
}

// bareColor reads 黑 and the like without 色, where it can only be asked for as a colour: 黑的, 要白, XL黑, 黑白各一件.
func (s *scan) bareColor(i int) int {
	if !containsRune(bareColors, s.at(i)) {
		return i
	}
	prev, next := s.at(i-1), s.at(i+1)
	asked := prev == 0 || containsRune("要拍换选来有改拿订是和跟或与、,/ 买款号码", prev) || s.touches(i)
	switch {
	case next == '的':
		if containsRune("明表独坦清空天变发泛直漆乌苍通洗晒斑惨偏", prev) {
			return i
		}
	case !asked || prev == '买' && s.at(i) == '粉':
		return i
	case next == 0, containsRune(" ,、/.?!~;吗没呢还不吧和跟或与了各有也", next), digit(next):
	case letter(next):
		if k := s.letterSize(i + 1); k == i+1 {
			return i
		}
		s.found = s.found[:len(s.found)-1]
	case containsRune(bareColors, next) && s.bareFollows(i+2):
	case s.hanCount(i + 1):
	default:
		return i
	}
	return s.take(Color, i, i+1, string(s.at(i))+"色", "")
}

// bareFollows tells whether the second of two bare colours may end at k.
func (s *scan) bareFollows(k int) bool {
	r := s.at(k)
	return r == 0 || containsRune(" ,、/.?!吗没呢还不吧各都两", r) || containsRune(bareColors, r)
}

// hanCount tells whether a count of goods in Chinese stands at k.
func (s *scan) hanCount(k int) bool {
	n, ok := s.hanNumber(k)
	return ok && s.counter(n.end) >= 0
}

// touches tells whether the entity found last ends right before cell i.
func (s *scan) touches(i int) bool {
	return len(s.found) > 0 && i > 0 && int(s.cells[i-1].end) == s.found[len(s.found)-1].End
}
