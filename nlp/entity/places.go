package entity

import "strings"

const (
	provinces = "北京 上海 天津 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 四川 贵州 云南 西藏 " +
		"陕西 甘肃 青海 宁夏 新疆 内蒙古 香港 澳门 台湾"
	regions = "江浙沪 江浙沪皖 江浙 珠三角 长三角 京津冀 东三省 东北三省 东北 西北 西南 华北 华东 华南 华中 川渝 云贵川 云贵 两广 港澳台 港澳 新西兰 日本 韩国 新加坡 马来西亚 澳洲 澳大利亚 加拿大 美国 英国"
	cities  = "广州 深圳 珠海 汕头 佛山 韶关 湛江 肇庆 江门 茂名 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮 " +
		"杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 义乌 慈溪 余姚 诸暨 海宁 桐乡 温岭 乐清 瑞安 东阳 永康 " +
		"南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁 昆山 张家港 常熟 太仓 江阴 宜兴 " +
		"合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城 福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德 晋江 石狮 福清 " +
		"南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶 济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 临沂 德州 聊城 滨州 菏泽 寿光 即墨 滕州 曲阜 " +
		"郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 济源 武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施 仙桃 " +
		"长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西 南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 崇左 海口 三亚 儋州 " +
		"成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 西昌 凉山 甘孜 阿坝 贵阳 六盘水 遵义 安顺 毕节 铜仁 凯里 昆明 曲靖 玉溪 保山 昭通 丽江 临沧 大理 西双版纳 红河 " +
		"拉萨 日喀则 林芝 西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 商洛 兰州 嘉峪关 天水 武威 张掖 酒泉 庆阳 定西 陇南 敦煌 西宁 格尔木 银川 石嘴山 吴忠 固原 " +
		"乌鲁木齐 克拉玛依 吐鲁番 哈密 喀什 伊犁 和田 阿克苏 库尔勒 石河子 呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 锡林郭勒 " +
		"石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 雄安 太原 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁 " +
		"沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 葫芦岛 长春 四平 辽源 通化 松原 延边 延吉 哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化"
	// Places whose names are words for something else too, and count only where a place is told.
	doubtful = "朝阳 白银 来宾 日照 普洱 平凉 安康 大同 白山 白城 东方 文昌 莱芜 金昌 中卫 海东 阳光 和田 百色 东北 西北 西南 达州 大理 保山 黄山 玉林 天水 本溪 日本 韩国 美国 英国 红河 澳洲"
)

// autonomous are the long names of five provinces.
var autonomous = map[string]string{
	"内蒙古自治区": "内蒙古", "内蒙": "内蒙古", "广西壮族自治区": "广西", "宁夏回族自治区": "宁夏", "新疆维吾尔自治区": "新疆", "西藏自治区": "西藏",
	"魔都": "上海", "帝都": "北京", "山城重庆": "重庆", "乌市": "乌鲁木齐", "呼市": "呼和浩特", "香港特别行政区": "香港", "澳门特别行政区": "澳门",
}

// notPlaces are what makes something else of a place's name: a street, a dish, a product of the land.
var notPlaces = []string{
	"路", "街", "菜", "装", "面", "烤鸭", "鸡", "石", "特产", "花", "话", "火锅", "拉面", "小面", "棉", "白药", "枸杞", "大米", "米线", "椰子",
	"凉皮", "时间", "大学", "酱", "风味", "口味", "味", "榨菜", "奶皮", "玉", "辣", "老字号", "人参", "黑土", "红茶", "茶", "热干面", "辣酱",
}

func addPlaces(t *tree) {
	unsure := map[string]bool{}
	for _, p := range strings.Fields(doubtful) {
		unsure[p] = true
	}
	for _, list := range []string{provinces, cities, regions, doubtful} {
		for _, p := range strings.Fields(list) {
			w := word{kind: City, norm: p}
			t.add(p+"市", w)
			w.cue = unsure[p]
			t.add(p, w)
		}
	}
	for _, p := range strings.Fields(provinces) {
		t.add(p+"省", word{kind: City, norm: p})
	}
	for way, p := range autonomous {
		t.add(way, word{kind: City, norm: p})
	}
	for _, p := range strings.Fields(regions) {
		t.add(p+"地区", word{kind: City, norm: p})
	}
}

// placed tells whether the words around cells i to end speak of a place.
func (s *scan) placed(i, end int) bool {
	return s.before(i, "寄", "发", "到", "在", "往", "去", "从", "住", "送", "回", "人在", "地址", "我", "我们", "咱") ||
		s.afterAny(end, "能到", "能发", "发货", "包邮", "多久", "几天", "收货", "运费", "人", "这边", "那边", "地区", "的姐妹", "仓", "偏远", "发不发", "发吗", "可以发", "邮费", "能送", "要运费") >= 0
}
