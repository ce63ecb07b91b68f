package entity

import "strings"

// rivals are other places to buy, each with the ways to name it.
var rivals = map[string]string{
	"淘宝": "淘宝 某宝 桃宝 掏宝 淘bao tao宝 taobao tb 万能的淘宝", "天猫": "天猫 某猫 tmall 天猫超市 猫超", "京东": "京东 某东 狗东 jd",
	"拼多多": "拼多多 拼夕夕 并夕夕 拼西西 拼嘻嘻 拼刀刀 某多多 pdd pxx", "抖音": "抖音 某音 斗音 dou音 dy douyin", "快手": "快手 某手",
	"小红书": "小红书 小红薯 某书 xhs", "视频号": "视频号", "闲鱼": "闲鱼 咸鱼", "阿里巴巴": "1688 阿里巴巴", "得物": "得物 得物app",
	"唯品会": "唯品会 某品会", "苏宁": "苏宁 苏宁易购", "国美": "国美", "亚马逊": "亚马逊 amazon", "考拉": "网易考拉", "网易严选": "网易严选", "美团": "美团", "叮咚": "叮咚买菜",
	"当当": "当当", "淘特": "淘特", "希音": "shein 希音", "专柜": "专柜", "实体店": "实体店", "免税店": "免税店", "超市": "超市", "官网": "官网",
	"山姆": "山姆 山姆超市 山姆会员店", "costco": "costco 开市客", "盒马": "盒马", "沃尔玛": "沃尔玛", "永辉": "永辉", "大润发": "大润发", "屈臣氏": "屈臣氏", "丝芙兰": "丝芙兰", "胖东来": "胖东来",
	"名创优品": "名创优品", "宜家": "宜家", "迪卡侬": "迪卡侬", "优衣库": "优衣库 uniqlo", "无印良品": "无印良品 muji", "ZARA": "zara", "H&M": "h&m",
	"李佳琦": "李佳琦 佳琦", "薇娅": "薇娅", "董宇辉": "董宇辉", "东方甄选": "东方甄选", "小杨哥": "小杨哥", "辛巴": "辛巴", "交个朋友": "交个朋友", "罗永浩": "罗永浩",
	"别家": "别家 别人家 其他家 其它家 隔壁 隔壁家 隔壁那家 隔壁店 隔壁店铺 隔壁主播 隔壁直播间 隔壁家直播间 隔壁老板 隔壁品牌 隔壁牌子 别的直播间 别的主播 别的店 别的店铺 别的平台 其他平台 其他直播间 其它直播间 其他店 " +
		"别家直播间 别家主播 别家店 别家店铺 别人家直播间 另一家 另一个直播间 另外一家 对家",
}

// brands are makers one compares a shop's goods with.
const brands = "海澜之家 太平鸟 波司登 森马 美特斯邦威 始祖鸟 北面 骆驼 凯乐石 蕉下 蕉内 ubras 鄂尔多斯 恒源祥 鸿星尔克 耐克 nike 阿迪达斯 阿迪 adidas 李宁 安踏 特步 匡威 斐乐 lululemon 露露乐蒙 彪马 新百伦 斯凯奇 回力 " +
	"百丽 达芙妮 红蜻蜓 ugg 马丁博士 雅诗兰黛 兰蔻 欧莱雅 珀莱雅 花西子 完美日记 资生堂 海蓝之谜 迪奥 香奈儿 薇诺娜 修丽可 科颜氏 玉兰油 olay 自然堂 百雀羚 韩束 欧舒丹 芙丽芳丝 珂润 " +
	"戴森 dyson 格力 海尔 苏泊尔 九阳 飞利浦 松下 北鼎 膳魔师 象印 虎牌 倍轻松 skg 欧乐b 舒客 德尔玛 西门子 良品铺子 三只松鼠 百草味 来伊份 小仙炖 燕之屋 罗莱 水星家纺 富安娜 南极人 梦洁 泰普尔 古驰 sk2 skii sk-ii lamer dior chanel 爱马仕 coach zara hm 博朗 添可 石头 科沃斯"

// doubtfulBrands are those with another meaning, or that one owns as often as one compares with them.
const doubtfulBrands = "小米 苹果 华为 美的 小熊 三星 石头 骆驼 爱马仕 鄂尔多斯 虎牌 hm 北面 安踏 耐克 阿迪 李宁 兰蔻 飞利浦 松下 欧莱雅 格力 海尔 回力 超市 官网 实体店 专柜 免税店 国美 考拉"

// nicknames are brands written in a way of their own.
var nicknames = map[string]string{"nike": "耐克", "adidas": "阿迪达斯", "阿迪": "阿迪达斯", "dyson": "戴森", "lululemon": "露露乐蒙", "zara": "ZARA", "hm": "H&M", "olay": "玉兰油"}

func addRivals(t *tree) {
	unsure := map[string]bool{}
	for _, b := range strings.Fields(doubtfulBrands) {
		unsure[b] = true
	}
	for name, ways := range rivals {
		for _, way := range strings.Fields(ways) {
			t.add(way, word{kind: Competitor, norm: name, cue: unsure[way] && name != way})
		}
	}
	for _, b := range strings.Fields(brands + " " + doubtfulBrands) {
		name := b
		if n := nicknames[b]; n != "" {
			name = n
		}
		t.add(b, word{kind: Competitor, norm: name, cue: unsure[b]})
	}
}

// compared tells whether the words around cells i to end compare.
func (s *scan) compared(i, end int) bool {
	return s.before(i, "跟", "和", "与", "比", "像", "同", "对比", "不如", "仿", "对标", "还是", "比起", "平替") ||
		s.afterAny(end, "比", "同款", "的比", "更", "便宜", "才卖", "卖", "家的比", "那个比", "那款", "也有", "一样", "平替", "差不多", "的便宜", "的更", "只要", "才", "直播间") >= 0
}
