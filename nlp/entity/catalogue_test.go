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
