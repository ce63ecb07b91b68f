package keyword_test

import (
	"testing"

	"liveroom/engine/live"
	"liveroom/nlp/chars"
	"liveroom/nlp/keyword"
)

// TestBuiltInKeywords: with no model at all the common questions of every intent still find it.
func TestBuiltInKeywords(t *testing.T) {
	for text, want := range map[string]live.Intent{
		"还有货吗": live.IntentStock, "160斤穿多大": live.IntentSize, "有几个颜色": live.IntentStyle, "是纯棉的吗": live.IntentMaterial,
		"敏感肌能用吗": live.IntentSuitability, "保暖吗": live.IntentEfficacy, "怎么安装": live.IntentUsage, "多少毫升": live.IntentSpec,
		"多少钱": live.IntentPrice, "有优惠券吗": live.IntentPromo, "送什么": live.IntentGift, "一号二号有啥区别": live.IntentCompare,
		"是正品吗": live.IntentAuthenticity, "保质期多久": live.IntentShelfLife, "讲一下3号": live.IntentRecommend, "怎么拍": live.IntentOrdering,
		"什么时候发货": live.IntentShipTime, "到哪了": live.IntentTracking, "包邮吗": live.IntentDelivery, "我要退货": live.IntentReturnRefund,
		"想换个颜色": live.IntentExchange, "退款什么时候到账": live.IntentRefundProgress, "有运费险吗": live.IntentWarranty, "帮我取消订单": live.IntentOrderChange,
		"能开发票吗": live.IntentInvoice, "少发了一件": live.IntentMissingDamaged, "质量太差了": live.IntentQualityComplaint, "我要投诉": live.IntentServiceComplaint,
		"希望出个大号": live.IntentSuggestion, "转人工": live.IntentHuman, "好的": live.IntentAffirm, "不用了": live.IntentDeny,
		"在吗？": live.IntentGreeting, "主播好美": live.IntentPraise, "666": live.IntentChatter, "今天股市怎么样": live.IntentUnknown,
	} {
		got, confidence, mood := keyword.Read(chars.Normalize(text))
		if got != want || (confidence == 0) != (want == live.IntentUnknown) || mood == 0 {
			t.Errorf("Read(%q) = %v at %v, %v, want %v and a mood", text, got, confidence, mood, want)
		}
	}
}
