package entity_test

import (
	"testing"

	"liveroom/engine/live"
	"liveroom/nlp/entity"
)

func TestCompetitorsThatTheShopNames(t *testing.T) {
	c := entity.NewCatalogue([]live.Product{{ID: "cup", Name: "保温杯", Competitors: []live.Competitor{{Name: "暖暖牌"}, {Name: "超市"}}}})
	for text, want := range map[string]string{
		"跟暖暖牌比哪个好": "暖暖牌", "暖暖牌的更便宜": "暖暖牌", "暖暖牌": "", "和超市比呢": "超市", "跟京东比哪个好": "京东",
	} {
		got := ""
		for _, e := range entity.Extract(text, c) {
			if e.Kind == entity.Competitor {
				got = e.Norm
			}
		}
		if got != want {
			t.Errorf("%s: the competitor is %q, want %q", text, got, want)
		}
	}
}

// TestAPhoneNumberIsNoPhone holds for a shop that sells phones.
func TestAPhoneNumberIsNoPhone(t *testing.T) {
	c := entity.NewCatalogue([]live.Product{{ID: "phone", Name: "智能手机", Aliases: []string{"手机"}}})
	for text, want := range map[string]int{
		"我的手机号是13812345678": 0, "手机尾号5678": 0, "手机还有吗": 1, "手机，号码是多少": 1, "买手机填手机号就行吗": 1,
	} {
		got := 0
		for _, e := range entity.Extract(text, c) {
			if e.Kind == entity.Product {
				got++
			}
		}
		if got != want {
			t.Errorf("%q names %d products, want %d", text, got, want)
		}
	}
	if got := entity.Extract("手机号多少钱", entity.NewCatalogue([]live.Product{{ID: "sim", Name: "手机号"}})); len(got) != 1 || got[0].Kind != entity.Product {
		t.Errorf("a shop that sells numbers: %+v", got)
	}
}
