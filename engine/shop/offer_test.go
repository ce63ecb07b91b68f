package shop

import (
	"fmt"
	"testing"
	"time"

	"liveroom/engine/live"
)

// selling has four products, and a room with numbers of its own.
const selling = `shop: s
rooms: [{id: a}, {id: b, links: {cup: 2}}]
products:
  - id: cup
    name: 杯子
    link: 1
    category: 家居
    certificates: [3C认证, 质检报告]
    competitors: [{name: 京东, facts: 一样的}, {name: 某 Brand, facts: 更轻}]
    promotions:
      - {text: 晚场减10元, from: '2026-11-11 20:00', until: '2026-11-11 22:00'}
      - {text: 早场减5元, until: 2026-11-11T09:00:00+08:00}
    promotion: 拍2件减5元
    variants: [{sku: A, price_fen: 100}]
  - {id: tea, name: 茶, link: 2, category: 家居, cross: [pot, cup], variants: [{sku: B, price_fen: 100}]}
  - {id: pot, name: 壶, link: 3, variants: [{sku: C, price_fen: 100}]}
  - {id: mat, name: 垫, link: 9, variants: [{sku: D, price_fen: 100}]}
`

func parsed(t *testing.T, file string) *Catalogue {
	t.Helper()
	c, err := ParseCatalogue([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatToOfferNext(t *testing.T) {
	c := parsed(t, selling)
	for id, want := range map[live.ProductID][]live.ProductID{"cup": {"tea"}, "tea": {"pot", "cup"}, "pot": nil, "mat": nil} {
		var got []live.ProductID
		for _, o := range c.Others(c.ByID(id)) {
			got = append(got, o.ID)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("after %s come %v, want %v", id, got, want)
		}
	}
	if c.Others(nil) != nil {
		t.Error("something is offered after nothing")
	}
}

func TestComparisonsKnowTheCompetitor(t *testing.T) {
	cup := parsed(t, selling).ByID("cup")
	named := func(norm, value string) []live.Entity {
		return []live.Entity{{Kind: "size", Norm: "京东"}, {Kind: "competitor", Norm: norm, Value: value}}
	}
	for _, c := range []struct {
		entities []live.Entity
		want     string
	}{{named("京东", "狗东"), "一样的"}, {named("", "某brand"), "更轻"}, {named("淘宝", "淘宝"), ""}, {nil, ""}} {
		facts, ok := Against(cup, c.entities)
		if facts.Facts != c.want || ok != (c.want != "") {
			t.Errorf("%v: got %v, %v; want %q", c.entities, facts, ok, c.want)
		}
		if ok && Comparing(cup, facts).Attributes["compare"] != c.want {
			t.Errorf("%v: the comparison does not say %q", c.entities, c.want)
		}
	}
	if cup.Attributes["compare"] != "" {
		t.Error("a comparison changed the catalogue")
	}
	if got := cup.Attributes["authenticity"]; got != "这款有3C认证、质检报告。" {
		t.Errorf("authenticity is %q", got)
	}
}

func TestPromotionsHoldInTheirWindows(t *testing.T) {
	cup := parsed(t, selling).ByID("cup")
	for at, want := range map[string]string{
		"2026-11-11T08:59:59+08:00": "早场减5元", "2026-11-11T09:00:00+08:00": "拍2件减5元", "2026-11-11T19:59:59+08:00": "拍2件减5元",
		"2026-11-11T20:00:00+08:00": "晚场减10元", "2026-11-11T22:00:00+08:00": "拍2件减5元",
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := cup.PromotionAt(now); got != want {
			t.Errorf("at %s the offer is %q, want %q", at, got, want)
		}
	}
}

func TestRoomsMayNumberForThemselves(t *testing.T) {
	c := parsed(t, selling)
	link := func(n string) []live.Entity { return []live.Entity{{Kind: "product", Norm: n, Unit: "link"}} }
	for _, want := range []struct {
		room live.RoomID
		link string
		id   live.ProductID
	}{{"a", "1", "cup"}, {"a", "2", "tea"}, {"b", "1", ""}, {"b", "2", "cup"}, {"b", "3", ""}, {"elsewhere", "2", "tea"}} {
		var got live.ProductID
		if p := c.ResolveIn(want.room, link(want.link), ""); p != nil {
			got = p.ID
		}
		if got != want.id {
			t.Errorf("link %s in room %s is %q, want %q", want.link, want.room, got, want.id)
		}
	}
	a, b, tea := c.In("a", c.ByID("cup")), c.In("b", c.ByID("cup")), c.In("b", c.ByID("tea"))
	if a.Link != 1 || b.Link != 2 || tea.Link != 0 || c.In("b", nil) != nil {
		t.Errorf("the cup is %d in a and %d in b, the tea %d in b; want 1, 2 and none", a.Link, b.Link, tea.Link)
	}
	if c.ByID("cup").Link != 1 {
		t.Error("a room's number changed the shop's")
	}
}
