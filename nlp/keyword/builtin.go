package keyword

import (
	"strings"
	"sync"
	"unicode/utf8"

	"liveroom/engine/live"
)

// The built-in keywords: what reads a text when no model could be opened at all. They know the common ways to ask,
// nothing more; a text without any of them is unknown.

// wholeTexts decide only when they are the whole text.
var wholeTexts = map[live.Intent]string{
	live.IntentAffirm:   "好 好的 是 是的 嗯 嗯嗯 对 对的 可以 行 要 ok 收到 收到了 没问题",
	live.IntentDeny:     "不用 不用了 不是 不要 不要了 算了 没有 再想想 先不买",
	live.IntentGreeting: "在吗 你好 您好 hi hello 早上好 晚上好 晚安 拜拜 再见 谢谢 多谢 谢谢你 哈喽 在不在",
	live.IntentHuman:    "人工 有人吗 人呢 客服 转人工",
	live.IntentChatter:  "666 1 来了 来了来了 已拍 哈哈 哈哈哈 打卡 扣1",
	live.IntentPrice:    "多少 价格 几块 多少米 多少钱",
	live.IntentOrdering: "链接 求链接 上链接 怎么拍",
}

// partTexts count wherever they stand; the longer ones weigh more.
var partTexts = map[live.Intent]string{
	live.IntentStock:            "有货 还有货 现货 库存 补货 剩多少 还剩 还有吗 有没有货 断货 缺货 卖完 售罄 抢光 多少件 还有多少 有码吗 没货",
	live.IntentSize:             "尺码 穿多大 多大码 什么码 几码 拍多大 选码 偏大 偏小吗 标准码 穿什么码 适合穿 码数",
	live.IntentStyle:            "什么颜色 几个颜色 哪些颜色 颜色有 有没有短款 款式 显白 哪个颜色 什么色 几种颜色 色号",
	live.IntentMaterial:         "面料 材质 纯棉 成分 什么料 含酒精 配料 什么做的 真皮",
	live.IntentSuitability:      "敏感肌 孕妇 老人能 小孩能 宝宝能 适合什么 能用吗 可以吃吗 适用 油皮 干皮 多大年龄 学生可以",
	live.IntentEfficacy:         "有效果 效果怎么样 管用 有用吗 保暖吗 掉色吗 起球吗 祛痘 美白 真的能 防水吗 缩水吗",
	live.IntentUsage:            "怎么用 怎么吃 怎么安装 用法 怎么洗 机洗 一天几次 使用方法 怎么保存 怎么存放 说明书",
	live.IntentSpec:             "多少毫升 多重 多大容量 规格 参数 功率 续航 尺寸 净含量 多少克 型号 支持5g 几斤 多长 内存",
	live.IntentPrice:            "多少钱 什么价 价格 到手价 几块钱 怎么卖 多少一件 啥价 价位 多少米",
	live.IntentPromo:            "优惠 便宜点 优惠券 打折 活动 折扣 满减 返现 能少 降价 红包 差价 保价 价保 免息",
	live.IntentGift:             "赠品 送什么 有小样 送不送 有礼品 送的吗 送啥",
	live.IntentCompare:          "哪个好 区别 对比 相比 比起来 有什么不同 不一样 哪款更",
	live.IntentAuthenticity:     "正品 真的假的 质检 授权 假货吗 哪里产 产地 防伪 专柜验",
	live.IntentShelfLife:        "保质期 生产日期 过期 有效期 新鲜吗 日期是",
	live.IntentRecommend:        "推荐 讲一下 讲讲 试穿 介绍一下 介绍下 哪款适合 试一下 看看细节 讲解",
	live.IntentOrdering:         "怎么拍 链接在哪 怎么买 怎么下单 几号链接 限购 货到付款 花呗 分期 哪里拍 小黄车 定制 刻字 拍不了",
	live.IntentShipTime:         "什么时候发货 几天发货 发货吗 今天发吗 何时发 多久发 催发货 还不发货 怎么还没发 预售 发货",
	live.IntentTracking:         "到哪了 物流 快递单号 怎么还没到 什么时候到 几天到 催快递 单号 没收到货",
	live.IntentDelivery:         "包邮 什么快递 运费多少 邮费 顺丰 新疆发 西藏 哪个快递 发货地 发到",
	live.IntentReturnRefund:     "退货 退款 能退 怎么退 退吗 无理由 不合适 要退 退掉 仅退款",
	live.IntentExchange:         "换货 换一码 换大 换小 换个颜色 换码 能换 换尺码 调换",
	live.IntentRefundProgress:   "退款什么时候 退款到账 没退款 钱什么时候退 退款进度 还没退钱 退款多久 还没到账",
	live.IntentWarranty:         "保修 质保 维修 坏了修 运费险 保几年 售后保",
	live.IntentOrderChange:      "改地址 取消订单 地址填错 改订单 备注 修改地址 换地址 查订单 延长收货",
	live.IntentInvoice:          "发票 抬头 开票",
	live.IntentMissingDamaged:   "少发 发错 漏发 破损 碎了 少了一件 是坏的 破了 漏了 发错货 少一个",
	live.IntentQualityComplaint: "质量太差 质量差 太差了 掉色严重 用了过敏 垃圾 有异味 开线 质量问题 不好用 难用",
	live.IntentServiceComplaint: "投诉 虚假宣传 客服不理 没人理 骗子 欺骗 举报 差评 12315 态度差 不回复",
	live.IntentSuggestion:       "建议 希望出 能不能出 希望你们 最好能",
	live.IntentHuman:            "转人工 人工客服 真人 找客服 有没有人",
	live.IntentGreeting:         "你好 您好 谢谢 晚安",
	live.IntentPraise:           "好美 好看 好用 喜欢 漂亮 回购 不错 好评 太棒 好吃 真好",
	live.IntentChatter:          "666 哈哈哈 扣1 已拍 来了来了 关注了 拍了",
}

// moods are told by words too, in the order of precedence.
var moods = []struct {
	mood  live.Emotion
	words string
}{
	{live.Impatient, "快点 怎么还 投诉 举报 气死 骗子 到底 还不 赶紧 太差 垃圾 !! 催"},
	{live.Hesitant, "再看看 再想想 有点贵 纠结 犹豫 怕不 考虑 担心"},
	{live.Satisfied, "喜欢 谢谢 好评 好用 回购 好美 漂亮 太棒 不错"},
}

const (
	rulesConfidence = 0.9 // of a text that holds a built-in keyword
	minWeight       = 2   // a single character decides nothing
)

type builtIn struct {
	whole map[string]live.Intent
	parts matcher
}

var builtInRules = sync.OnceValue(func() *builtIn {
	b := &builtIn{whole: map[string]live.Intent{}}
	for intent := live.IntentStock; intent <= live.IntentUnknown; intent++ { // in order: which of two equal words wins is fixed
		for _, word := range strings.Fields(wholeTexts[intent]) {
			b.whole[word] = intent
		}
		for _, word := range strings.Fields(partTexts[intent]) {
			b.parts.add(word, intent)
		}
	}
	return b
})

// Read reads a normalised text by the built-in keywords: its intent, unknown at 0 when it holds none of them, and its
// mood.
func Read(norm string) (live.Intent, float32, live.Emotion) {
	intent, confidence := builtInRules().find(norm)
	return intent, confidence, moodOf(norm)
}

// find weighs the keywords of a text, the square of their length each, so that the more exact one wins.
func (b *builtIn) find(norm string) (live.Intent, float32) {
	bare := strings.Trim(norm, "?!。,.~ ")
	if intent := b.whole[bare]; intent != 0 {
		return intent, rulesConfidence
	}
	var weight [live.Intents + 1]int
	for at := 0; at < len(bare); {
		intent, length := b.parts.longestAt(bare[at:])
		if length == 0 {
			_, length = utf8.DecodeRuneInString(bare[at:])
		} else {
			n := utf8.RuneCountInString(bare[at : at+length])
			weight[intent] += n * n
		}
		at += length
	}
	best, most := live.IntentUnknown, minWeight
	for i, w := range weight {
		if w > most {
			best, most = live.Intent(i), w
		}
	}
	if best == live.IntentUnknown {
		return best, 0
	}
	return best, rulesConfidence
}

func moodOf(norm string) live.Emotion {
	for _, m := range moods {
		for word := range strings.FieldsSeq(m.words) {
			if strings.Contains(norm, word) {
				return m.mood
			}
		}
	}
	return live.Calm
}
