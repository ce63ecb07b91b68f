package shop

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"liveroom/engine/live"
)

func TestDemoIsAsDocumented(t *testing.T) {
	c := Demo()
	if c.Shop() != "demo" || len(c.Rooms()) != 1 || c.Rooms()[0].ID != "demo" {
		t.Errorf("shop %q with rooms %v, want demo with one room demo", c.Shop(), c.Rooms())
	}
	titles := map[string]string{"beijing": "北京仓", "hangzhou": "杭州仓"}
	for id, title := range titles {
		if w := c.Warehouse(id); w == nil || w.Title != title {
			t.Errorf("warehouse %s is %v, want %s", id, w, title)
		}
	}
	if len(c.Products()) != 6 || len(c.Warehouses()) != 2 {
		t.Fatalf("%d products in %d warehouses, want 6 in 2", len(c.Products()), len(c.Warehouses()))
	}
	for n := 1; n <= 6; n++ {
		p := c.ByLink(n)
		if p == nil {
			t.Fatalf("no product has link %d", n)
		}
		if want := live.SKU(fmt.Sprintf("DEMO-%d", n)); p.Variants[0].SKU != want {
			t.Errorf("first SKU of link %d is %s, want %s", n, p.Variants[0].SKU, want)
		}
		if (len(p.Variants) == 1) != (n == 3) {
			t.Errorf("link %d has %d SKUs; link 3 alone has one", n, len(p.Variants))
		}
		for _, intent := range []live.Intent{
			live.IntentSize, live.IntentStyle, live.IntentMaterial, live.IntentSuitability, live.IntentEfficacy, live.IntentUsage,
			live.IntentSpec, live.IntentCompare, live.IntentAuthenticity, live.IntentShelfLife, live.IntentRecommend,
			live.IntentOrdering, live.IntentShipTime, live.IntentDelivery, live.IntentReturnRefund, live.IntentExchange,
			live.IntentWarranty, live.IntentInvoice,
		} {
			if p.Attributes[intent.String()] == "" {
				t.Errorf("link %d says nothing about %s", n, intent)
			}
		}
		if len(p.Gifts) == 0 || p.Promotion == "" {
			t.Errorf("link %d has no gift or no promotion", n)
		}
	}
	if v := c.Variant("DEMO-1-XL-BLACK"); v == nil || v.Size != "XL" || v.Color != "黑色" {
		t.Errorf("DEMO-1-XL-BLACK is %+v", v)
	}
	if c.Variant("DEMO-9") != nil || c.ByID("none") != nil || c.Warehouse("none") != nil {
		t.Error("something is found that is not there")
	}
}

func TestProductsInheritTheShopsSentences(t *testing.T) {
	c := Demo()
	tee, phone := c.ByLink(1), c.ByLink(5)
	if got, want := tee.Attributes["delivery"], c.Sentence(live.IntentDelivery); got != want || want == "" {
		t.Errorf("delivery of link 1 is %q, want the shop's %q", got, want)
	}
	if got := phone.Attributes["ordering"]; got == c.Sentence(live.IntentOrdering) || got == "" {
		t.Errorf("ordering of link 5 is %q, want its own", got)
	}
}

func TestResolve(t *testing.T) {
	link := func(n string) live.Entity {
		return live.Entity{Kind: "product", Norm: n, Unit: "link", Value: n + "号链接"}
	}
	named := func(norm, value string) live.Entity {
		return live.Entity{Kind: "product", Norm: norm, Value: value}
	}
	size := live.Entity{Kind: "size", Norm: "XL", Value: "XL"}
	for _, c := range []struct {
		name       string
		entities   []live.Entity
		presenting live.SKU
		want       live.ProductID
	}{
		{"link", []live.Entity{size, link("3")}, "", "cup"},
		{"link beats what is presented", []live.Entity{link("3")}, "DEMO-1", "cup"},
		{"id", []live.Entity{named("phone", "手机")}, "", "phone"},
		{"alias", []live.Entity{named("", "ＸＬ跑鞋"), named("", "跑鞋")}, "", ""},
		{"alias in another width", []live.Entity{named("", "星河 ｘ1")}, "", "phone"},
		{"the same twice", []live.Entity{link("5"), named("phone", "手机")}, "", "phone"},
		{"two", []live.Entity{link("1"), link("2")}, "DEMO-1", ""},
		{"presented", []live.Entity{size}, "DEMO-6-40-GREY", "runner"},
		{"no such link", []live.Entity{link("9")}, "DEMO-1", ""},
		{"no number", []live.Entity{link("三")}, "DEMO-1", ""},
		{"not ours", []live.Entity{named("羽绒服", "羽绒服")}, "DEMO-1", ""},
		{"nothing", nil, "", ""},
		{"unknown presented", nil, "NONE", ""},
	} {
		var got live.ProductID
		if p := Demo().Resolve(c.entities, c.presenting); p != nil {
			got = p.ID
		}
		if got != c.want {
			t.Errorf("%s: resolved to %q, want %q", c.name, got, c.want)
		}
	}
}

// small is a catalogue in which the tests break things.
const small = `shop: s
rooms: [{id: r}]
warehouses:
  - {id: w, title: 仓, ship_by: 16}
products:
  - id: p
    name: 杯子
    link: 1
    variants:
      - {sku: A, price_fen: 100}
      - {sku: B, size: L, price_fen: 100}
`

func TestParseCatalogueListsEveryProblemWithItsPlace(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           []string // in the order of the file
	}{
		{"unknown field", "name: 杯子", "name: 杯子\n    colour: x", []string{`line 8: unknown field "colour"`}},
		{"wrong kind", "link: 1", "link: 一", []string{"line 8: a wrong kind of value; expected a whole number"}},
		{"list for text", "name: 杯子", "name: [a]", []string{"line 7: a wrong kind"}},
		{"three at once", "ship_by: 16}", "ship_by: 24}\n  - {id: w, title: ' '}", []string{
			"line 4: warehouses[0].ship_by: is 24; it must be from 0 to 23",
			`line 5: warehouses[1].id: warehouse "w" is taken by warehouses[0].id`,
			"line 5: warehouses[1].title: missing",
		}},
		{"sku twice", "sku: B", "sku: A", []string{`line 11: products[0].variants[1].sku: sku "A" is taken by products[0].variants[0].sku`}},
		{"same look twice", "sku: B, size: L", "sku: B", []string{"line 11: products[0].variants[1]: has the size and colour of products[0].variants[0]"}},
		{"price", "sku: B, size: L, price_fen: 100", "sku: B, size: L, price_fen: 0", []string{"line 11: products[0].variants[1].price_fen: is 0"}},
		{"alias as name", "link: 1", "link: 1\n    aliases: [杯 子]", []string{`line 9: products[0].aliases[0]: name "杯子" is taken by products[0].name`}},
		{"attribute", "link: 1", "attributes: {colour: 红}", []string{`line 8: products[0].attributes.colour: "colour" is no intent`}},
		{"no variants", "    variants:\n      - {sku: A, price_fen: 100}\n      - {sku: B, size: L, price_fen: 100}\n", "", []string{"line 6: products[0].variants: is 0"}},
		{"no shop", "shop: s\n", "", []string{"shop: missing"}},
		{"id with space", "shop: s", "shop: a b", []string{`line 1: shop: "a b" has spaces`}},
		{"key twice", "shop: s", "shop: s\nshop: t", []string{"line 2: "}},
		{"two documents", "shop: s", "shop: s\n---\nshop: t", []string{"a second document"}},
		{"tab", "rooms:", "\trooms:", []string{"line "}},
	} {
		_, err := ParseCatalogue([]byte(strings.Replace(small, c.old, c.new, 1)))
		var problems *CatalogueError
		if !errors.As(err, &problems) || len(problems.Problems) != len(c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
			continue
		}
		for i, p := range problems.Problems {
			if !strings.Contains(p.String(), c.want[i]) || strings.Contains(p.Text, "shop.") {
				t.Errorf("%s: problem %d is %q, want %q", c.name, i, p, c.want[i])
			}
		}
	}
}

func TestParseCatalogueRefusesBombs(t *testing.T) {
	bomb := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for i := 'b'; i <= 'i'; i++ {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c]\n", i, i, i-1, i-1, i-1, i-1, i-1, i-1)
	}
	many := "shop: s\nproducts: &p []\nrooms: [" + strings.Repeat("*p, ", 100) + "]\n"
	deep := "shop: " + strings.Repeat("[", 500) + strings.Repeat("]", 500)
	for name, file := range map[string][]byte{
		"nested aliases": []byte(bomb), "many aliases": []byte(many), "deep": []byte(deep), "empty": nil, "only a comment": []byte("# x\n"),
		"too large": bytes.Repeat([]byte("#"), MaxCatalogueBytes+1), "a list": []byte("- a\n"), "not text": {0xff, 0xfe, 0, 1},
	} {
		var problems *CatalogueError
		if c, err := ParseCatalogue(file); c != nil || !errors.As(err, &problems) {
			t.Errorf("%s: got %v, %v; want a *CatalogueError", name, c, err)
		}
	}
}

func TestParseCatalogueAcceptsASimpleAlias(t *testing.T) {
	file := strings.Replace(small, "link: 1", "link: 1\n    promotion: &p 满减\n    category: *p", 1)
	c, err := ParseCatalogue([]byte(file))
	if err != nil || c.ByLink(1).Category != "满减" {
		t.Fatalf("got %v, %v", c, err)
	}
}

func FuzzParseCatalogue(f *testing.F) {
	f.Add([]byte(small))
	f.Add(DemoFile())
	f.Add([]byte("shop: &a {x: *a}"))
	f.Fuzz(func(t *testing.T, file []byte) {
		c, err := ParseCatalogue(file)
		if (c == nil) == (err == nil) {
			t.Fatalf("got %v, %v", c, err)
		}
		if c == nil {
			return
		}
		for i := range c.Products() {
			p := &c.Products()[i]
			if c.BySKU(p.Variants[0].SKU) != p || c.ByID(p.ID) != p || c.ByName(p.Name) != p {
				t.Fatalf("product %q is not found under its own names", p.ID)
			}
		}
	})
}

// The terms that advertising law forbids shops to say, the commonest of them; the scripts part has the whole list.
func TestDemoSaysNothingForbidden(t *testing.T) {
	for _, term := range []string{"最好", "第一", "顶级", "极致", "国家级", "100%", "绝对", "治疗", "根治", "唯一", "全网最", "史上"} {
		if bytes.Contains(DemoFile(), []byte(term)) {
			t.Errorf("the demo shop says %q", term)
		}
	}
}

func TestDemoFileIsACopy(t *testing.T) {
	DemoFile()[0] = 'X'
	want, err := os.ReadFile("demo.yaml")
	if err != nil || !slices.Equal(DemoFile(), want) {
		t.Errorf("DemoFile was changed by a caller (%v)", err)
	}
}
