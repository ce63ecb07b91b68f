package privacy

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// Provinces and cities that an address may begin with, without their suffix (GB/T 2260).
const (
	provinces = "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 内蒙古 香港 澳门 台湾"
	towns     = "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁 呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 " +
		"沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛 长春 四平 辽源 通化 白山 松原 白城 延边 哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 " +
		"南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁 昆山 常熟 江阴 张家港 杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 义乌 慈溪 合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城 " +
		"福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德 晋江 南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶 济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽 " +
		"郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施 长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 " +
		"广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮 南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左 海口 三亚 儋州 " +
		"成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 贵阳 六盘水 遵义 安顺 毕节 铜仁 昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 大理 拉萨 日喀则 " +
		"西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛 兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 西宁 海东 银川 石嘴山 吴忠 固原 中卫 乌鲁木齐 克拉玛依 吐鲁番 哈密 喀什 伊犁 阿克苏 库尔勒"
)

// atlas holds the places by their first two characters.
var atlas = sync.OnceValue(func() map[[2]rune][]string {
	m := map[[2]rune][]string{}
	for _, list := range []string{provinces, towns} {
		for _, p := range strings.Fields(list) {
			r := []rune(p)
			k := [2]rune{r[0], r[1]}
			m[k] = append(m[k], p)
		}
	}
	return m
})

// place returns the cell after a province or city at i with its suffix, -1 when there is none.
func (f *finder) place(i int) int {
	if !f.may(i, beginsPlace) || f.open(i) == 0 {
		return -1
	}
	for _, p := range atlas()[[2]rune{f.at(i), f.open(i + 1)}] {
		if j := f.after(i, p); j >= 0 {
			if k := f.afterAny(j, "壮族自治区", "回族自治区", "维吾尔自治区", "维吾尔族自治区", "自治区", "特别行政区", "自治州", "地区", "省", "市", "盟", "州"); k >= 0 {
				return k
			}
			return j
		}
	}
	return -1
}

// What the levels of an address end with, the longer first.
var (
	districts = []string{"自治县", "自治州", "开发区", "高新区", "新区", "林区", "特区", "区", "县", "市", "旗"}
	townships = []string{"街道", "镇", "乡", "苏木"}
	villages  = []string{"社区", "新村", "村", "屯", "寨", "嘎查"}
	roads     = []string{"大道", "大街", "胡同", "支路", "路", "街", "巷", "弄", "道", "里", "条", "段", "线"}
	estates   = []string{
		"小区", "花园", "家园", "公寓", "大厦", "广场", "宿舍", "校区", "学院", "大学", "医院", "中学", "小学", "工业园", "产业园", "科技园", "写字楼", "公司", "驿站", "中心",
		"商城", "市场", "新城", "雅苑", "苑", "城", "府", "园", "庄", "湾", "居", "庭", "邸", "轩", "阁", "院", "厂", "墅", "塘", "郡", "山", "会",
	}
	doors    = []string{"号楼", "号院", "单元", "幢", "栋", "号", "弄", "室", "座", "层", "楼", "组", "队", "户", "门", "期", "排", "舍", "斋", "#", "房", "院", "村"}
	towers   = []string{"座", "号楼", "幢", "栋", "楼"} // what is counted with a letter and a number
	building = []string{"号楼", "单元", "幢", "栋", "室", "座", "号院"}
)

// notRoads are what stands before 路 and 道 in words that are no roads.
const notRoads = "走上半一赶迷思套网开电线公铁马门出退活死岔后前在知味渠频频难都么"

// notHouse are what follows "3号" where it is a link, a day or a colour.
var notHouse = []string{"链", "连接", "色", "线", "商品", "产品", "宝贝"}

// What a character may begin, for the rules to look only where something can stand.
const (
	beginsAdmin = 1 << iota
	beginsRoad
	beginsEstate
	beginsDoor
	beginsPlace
	endsCue // the last character of what an address follows
)

// begins tells of every character what it may begin.
var begins = sync.OnceValue(func() map[rune]uint8 {
	m := map[rune]uint8{}
	for _, lists := range []struct {
		words []string
		bit   uint8
	}{
		{districts, beginsAdmin},
		{townships, beginsAdmin},
		{villages, beginsAdmin},
		{roads, beginsRoad},
		{estates, beginsEstate},
		{doors, beginsDoor},
		{strings.Fields(provinces), beginsPlace},
		{strings.Fields(towns), beginsPlace},
	} {
		for _, w := range lists.words {
			for _, r := range w {
				m[r] |= lists.bit
				break
			}
		}
	}
	for _, cue := range addressCues {
		last, _ := utf8.DecodeLastRuneInString(cue)
		m[last] |= endsCue
	}
	return m
})
