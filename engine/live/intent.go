package live

// Domain is level 1 of the intent taxonomy.
type Domain uint8

// The domains.
const (
	Presale   Domain = iota + 1 // 售前咨询
	Logistics                   // 物流查询
	Aftersale                   // 售后问题
	Complaint                   // 投诉建议
	Other                       // 其他
	domains                     // one past the last
)

var domainNames = [domains]string{
	Presale: "presale", Logistics: "logistics", Aftersale: "aftersale", Complaint: "complaint", Other: "other",
}

// String returns the wire name.
func (d Domain) String() string {
	if d < domains {
		return domainNames[d]
	}
	return ""
}

// Intent is level 2 of the taxonomy: what a text asks for. The zero value is no intent; a text that fits none is IntentUnknown.
type Intent uint8

// The intents, in the order of the taxonomy, which is also the order of the model's outputs.
const (
	IntentStock            Intent = iota + 1 // 库存现货
	IntentSize                               // 尺码推荐
	IntentStyle                              // 颜色款式
	IntentMaterial                           // 成分材质
	IntentSuitability                        // 适用人群
	IntentEfficacy                           // 功效效果
	IntentUsage                              // 使用方法
	IntentSpec                               // 规格参数
	IntentPrice                              // 价格
	IntentPromo                              // 优惠活动
	IntentGift                               // 赠品
	IntentCompare                            // 商品对比
	IntentAuthenticity                       // 正品保障
	IntentShelfLife                          // 保质期
	IntentRecommend                          // 推荐讲解
	IntentOrdering                           // 下单方式
	IntentShipTime                           // 发货时间
	IntentTracking                           // 物流进度
	IntentDelivery                           // 快递运费
	IntentReturnRefund                       // 退货退款
	IntentExchange                           // 换货
	IntentRefundProgress                     // 退款进度
	IntentWarranty                           // 保修维修
	IntentOrderChange                        // 修改订单
	IntentInvoice                            // 发票
	IntentMissingDamaged                     // 少发错发破损
	IntentQualityComplaint                   // 质量投诉
	IntentServiceComplaint                   // 服务投诉
	IntentSuggestion                         // 建议
	IntentHuman                              // 转人工
	IntentAffirm                             // 确认
	IntentDeny                               // 否认
	IntentGreeting                           // 问候告别
	IntentPraise                             // 夸赞好评
	IntentChatter                            // 直播互动
	IntentUnknown                            // 未识别
	intents                                  // one past the last
)

// Intents is how many intents there are.
const Intents = int(intents) - 1

var intentTable = [intents]struct {
	key    string
	domain Domain
	title  string
}{
	IntentStock:            {"stock", Presale, "库存现货"},
	IntentSize:             {"size", Presale, "尺码推荐"},
	IntentStyle:            {"style", Presale, "颜色款式"},
	IntentMaterial:         {"material", Presale, "成分材质"},
	IntentSuitability:      {"suitability", Presale, "适用人群"},
	IntentEfficacy:         {"efficacy", Presale, "功效效果"},
	IntentUsage:            {"usage", Presale, "使用方法"},
	IntentSpec:             {"spec", Presale, "规格参数"},
	IntentPrice:            {"price", Presale, "价格"},
	IntentPromo:            {"promo", Presale, "优惠活动"},
	IntentGift:             {"gift", Presale, "赠品"},
	IntentCompare:          {"compare", Presale, "商品对比"},
	IntentAuthenticity:     {"authenticity", Presale, "正品保障"},
	IntentShelfLife:        {"shelf_life", Presale, "保质期"},
	IntentRecommend:        {"recommend", Presale, "推荐讲解"},
	IntentOrdering:         {"ordering", Presale, "下单方式"},
	IntentShipTime:         {"ship_time", Logistics, "发货时间"},
	IntentTracking:         {"tracking", Logistics, "物流进度"},
	IntentDelivery:         {"delivery", Logistics, "快递运费"},
	IntentReturnRefund:     {"return_refund", Aftersale, "退货退款"},
	IntentExchange:         {"exchange", Aftersale, "换货"},
	IntentRefundProgress:   {"refund_progress", Aftersale, "退款进度"},
	IntentWarranty:         {"warranty", Aftersale, "保修维修"},
	IntentOrderChange:      {"order_change", Aftersale, "修改订单"},
	IntentInvoice:          {"invoice", Aftersale, "发票"},
	IntentMissingDamaged:   {"missing_damaged", Aftersale, "少发错发破损"},
	IntentQualityComplaint: {"quality_complaint", Complaint, "质量投诉"},
	IntentServiceComplaint: {"service_complaint", Complaint, "服务投诉"},
	IntentSuggestion:       {"suggestion", Complaint, "建议"},
	IntentHuman:            {"human", Other, "转人工"},
	IntentAffirm:           {"affirm", Other, "确认"},
	IntentDeny:             {"deny", Other, "否认"},
	IntentGreeting:         {"greeting", Other, "问候告别"},
	IntentPraise:           {"praise", Other, "夸赞好评"},
	IntentChatter:          {"chatter", Other, "直播互动"},
	IntentUnknown:          {"unknown", Other, "未识别"},
}

// String returns the wire name, "" for no intent.
func (i Intent) String() string {
	if i < intents {
		return intentTable[i].key
	}
	return ""
}

// Domain returns the domain the intent belongs to.
func (i Intent) Domain() Domain {
	if i < intents {
		return intentTable[i].domain
	}
	return 0
}

// Business tells whether the intent asks the shop for something.
func (i Intent) Business() bool { return i != 0 && i.Domain() != Other }

// Title returns the Chinese name shown to shop staff.
func (i Intent) Title() string {
	if i < intents {
		return intentTable[i].title
	}
	return ""
}

// ParseIntent returns the intent with the given wire name, or 0.
func ParseIntent(key string) Intent {
	for i := Intent(1); i < intents; i++ {
		if intentTable[i].key == key {
			return i
		}
	}
	return 0
}

// Emotion is level 3 of the taxonomy.
type Emotion uint8

// The emotions, in the order of the model's outputs.
const (
	Calm Emotion = iota + 1
	Impatient
	Hesitant
	Satisfied
	emotions // one past the last
)

// Emotions is how many emotions there are.
const Emotions = int(emotions) - 1

var emotionNames = [emotions]string{Calm: "calm", Impatient: "impatient", Hesitant: "hesitant", Satisfied: "satisfied"}

// String returns the wire name, "" when not known.
func (e Emotion) String() string {
	if e < emotions {
		return emotionNames[e]
	}
	return ""
}

// ParseEmotion returns the emotion with the given wire name, or 0.
func ParseEmotion(name string) Emotion {
	for e := Calm; e < emotions; e++ {
		if emotionNames[e] == name {
			return e
		}
	}
	return 0
}

// Sentiment is a comment's stance towards the goods, the host or the shop.
type Sentiment uint8

// The sentiments; zero is not known.
const (
	Positive Sentiment = iota + 1
	Neutral
	Negative
	sentiments // one past the last
)

// Sentiments is how many sentiments there are.
const Sentiments = int(sentiments) - 1

var sentimentNames = [sentiments]string{Positive: "positive", Neutral: "neutral", Negative: "negative"}

// String returns the wire name, "" when not known.
func (s Sentiment) String() string {
	if s < sentiments {
		return sentimentNames[s]
	}
	return ""
}

// ParseSentiment returns the sentiment with the given wire name, or 0.
func ParseSentiment(name string) Sentiment {
	for s := Positive; s < sentiments; s++ {
		if sentimentNames[s] == name {
			return s
		}
	}
	return 0
}
