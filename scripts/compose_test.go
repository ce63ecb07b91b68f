package scripts

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"liveroom/engine/live"
)

func TestStockQuestionIsAnsweredWithTheFigure(t *testing.T) {
	owners := newOwners()
	owners.publish("cup", level("DEMO-3", "", 37, time.Minute))
	b := running(t, Config{}, owners)
	for _, scope := range []live.Scope{live.Private, live.Public} {
		for i := range 50 { // every text the choice may fall on
			a := asking(live.IntentStock, cup)
			a.Scope, a.User.User = scope, live.UserID(fmt.Sprint("u", i))
			line := say(t, b, a)
			if !strings.Contains(line.Text, "37件") || !strings.Contains(line.Text, "3号链接") || line.Script != "stock" {
				t.Fatalf("Compose = %+v, want the 37 of link 3", line)
			}
			want := Figure{Name: "stock", Value: 37, Age: time.Minute, Version: 1, Limit: 24 * time.Hour}
			if len(line.Figures) != 1 || line.Figures[0] != want {
				t.Fatalf("figures %+v, want %+v", line.Figures, want)
			}
		}
	}
}

func TestStockCases(t *testing.T) {
	size := func(size, color string) *live.Variant { return &live.Variant{Size: size, Color: color} }
	all := func(sb, mb, sw, mw int64) []live.StockLevel {
		return []live.StockLevel{level("D-S-B", "", sb, 0), level("D-M-B", "", mb, 0), level("D-S-W", "", sw, 0), level("D-M-W", "", mw, 0)}
	}
	for _, c := range []struct {
		name    string
		product *live.Product
		levels  []live.StockLevel
		variant *live.Variant
		kind    string
		says    string
	}{
		{"nothing told", cup, nil, nil, "unknown_stock", "3号链接"},
		{"one left", cup, []live.StockLevel{level("DEMO-3", "", 1, 0)}, nil, "low", "1件"},
		{"five left", cup, []live.StockLevel{level("DEMO-3", "", 5, 0)}, nil, "low", "5件"},
		{"six left", cup, []live.StockLevel{level("DEMO-3", "", 6, 0)}, nil, "stock", "6件"},
		{"sold out", cup, []live.StockLevel{level("DEMO-3", "", 0, 0)}, nil, "sold_out", "3号链接"},
		{"more reserved than on hand", cup, []live.StockLevel{{SKU: "DEMO-3", OnHand: 2, Reserved: 5, At: noon.UnixMilli(), Seen: noon.UnixMilli()}}, nil, "sold_out", "3号链接"},
		{"too old", cup, []live.StockLevel{level("DEMO-3", "", 9, 25*time.Hour)}, nil, "unknown_stock", "3号链接"},
		{"beyond any room", cup, []live.StockLevel{level("DEMO-3", "", 100_000_000, 0)}, nil, "unknown_stock", "3号链接"},
		{
			"by warehouse", cup,
			[]live.StockLevel{level("DEMO-3", "beijing", 32, 0), level("DEMO-3", "hangzhou", 5, 0)},
			nil, "warehouses",
			"还剩37件：北京仓32件，今天16点前拍今天发；杭州仓5件，今天11点已截单，明天起发",
		},
		{"warehouse without a title", cup, []live.StockLevel{level("DEMO-3", "beijing", 32, 0), level("DEMO-3", "mars", 5, 0)}, nil, "stock", "37件"},
		{
			"warehouses that do not add up", cup,
			[]live.StockLevel{level("DEMO-3", "", 30, 0), level("DEMO-3", "beijing", 32, 0)},
			nil, "stock", "30件",
		},
		{
			"warehouses that a later figure replaces", cup,
			[]live.StockLevel{level("DEMO-3", "", 37, 0), level("DEMO-3", "beijing", 32, time.Hour), level("DEMO-3", "hangzhou", 5, time.Hour)},
			nil, "stock", "37件",
		},
		{"sizes and colours", dress, all(10, 0, 20, 30), nil, "breakdown", "一共还剩60件：S黑色有10件，M黑色没货，S白色有20件，M白色有30件"},
		{"one size", dress, all(10, 0, 20, 30), size("S", ""), "choice_breakdown", "1号链接S有货，还剩30件：黑色有10件，白色有20件"},
		{"one size, as typed", dress, all(10, 0, 20, 30), size("s", ""), "choice_breakdown", "还剩30件"},
		{"one SKU", dress, all(10, 0, 20, 30), size("M", "白色"), "choice_stock", "1号链接M白色"},
		{"one SKU by its number", dress, all(10, 0, 20, 30), &dress.Variants[3], "choice_stock", "30件"},
		{"sold out in that size", dress, all(10, 0, 20, 30), size("M", "黑色"), "choice_sold_out", "M黑色"},
		{"low in that size", dress, all(3, 0, 20, 30), size("S", "黑色"), "choice_low", "3件"},
		{"not offered", dress, all(10, 0, 20, 30), size("XXXL", ""), "not_offered", "没有XXXL哦，尺码有S、M，颜色有黑色、白色"},
		{"one unknown", dress, all(10, 0, 20, 30)[:3], nil, "some_known", "S黑色有10件，M黑色没货，S白色有20件"},
		{"the chosen one unknown", dress, all(10, 0, 20, 30)[:3], size("M", "白色"), "choice_unknown", "M白色"},
	} {
		t.Run(c.name, func(t *testing.T) {
			owners := newOwners()
			if c.levels != nil {
				owners.publish(c.product.ID, c.levels...)
			}
			a := asking(live.IntentStock, c.product)
			a.Variant = c.variant
			line := say(t, newBook(t, Config{}, owners), a)
			if kind, _, _ := strings.Cut(line.Variant, "/"); kind != c.kind || !strings.Contains(line.Text, c.says) {
				t.Errorf("Compose = %s %q, want %s with %q", line.Variant, line.Text, c.kind, c.says)
			}
		})
	}
}

func TestManyVariantsAreGroupedBySize(t *testing.T) {
	p := &live.Product{ID: "many", Link: 5, Name: "T恤"}
	var levels []live.StockLevel
	for _, size := range []string{"S", "M", "L"} {
		for _, color := range []string{"黑色", "白色", "红色"} {
			sku := live.SKU(size + color)
			p.Variants = append(p.Variants, live.Variant{SKU: sku, Size: size, Color: color})
			levels = append(levels, level(sku, "", 10, 0))
		}
	}
	owners := newOwners()
	owners.publish("many", levels...)
	line := say(t, newBook(t, Config{}, owners), asking(live.IntentStock, p))
	if want := "一共还剩90件：S有30件，M有30件，L有30件"; !strings.Contains(line.Text, want) {
		t.Errorf("Compose = %q, want %q", line.Text, want)
	}
}

func TestSentenceAboutTheProductHasItsFigures(t *testing.T) {
	// A script without a case for choices must not put the figure of one size into a sentence about all.
	dir := bundleDir(t, map[string]string{"stock.yaml": `
name: stock
intents: [stock]
cases:
  - {name: known, needs: [product, stock], texts: ['{{.Item}}共{{.Stock}}件，{{if .LowPrice}}{{.LowPrice}}元起{{end}}']}
  - {name: none, texts: [请看页面]}
`})
	owners := newOwners()
	owners.publish("dress", level("D-S-B", "", 1, 0), level("D-M-B", "", 2, 0), level("D-S-W", "", 3, 0), level("D-M-W", "", 4, 0))
	a := asking(live.IntentStock, dress)
	a.Variant = &live.Variant{Size: "S", Color: "黑色"}
	if line := say(t, newBook(t, Config{Dir: dir}, owners), a); line.Text != "1号链接共10件，129元起" {
		t.Errorf("Compose = %q, want the figure of the whole product", line.Text)
	}
}

func TestCountsAreSaidWhileFresh(t *testing.T) {
	owners := newOwners()
	owners.publish("cup", level("DEMO-3", "", 3, 0))
	b := newBook(t, Config{}, owners)
	for _, c := range []struct {
		name          string
		viewers, sold int64
		age           time.Duration
		want          bool
	}{
		{"fresh", 120, 45, 59 * time.Second, true},
		{"at its age", 120, 45, 60 * time.Second, true},
		{"too old", 120, 45, 61 * time.Second, false},
		{"absent", live.Absent, live.Absent, 0, false},
		{"zero is not worth saying", 0, 0, 0, false},
		{"from a clock ahead of ours", 120, 45, -30 * time.Second, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			owners.count("demo", c.viewers, c.sold, c.age)
			for i := range 20 {
				a := asking(live.IntentStock, cup)
				a.User.User = live.UserID(fmt.Sprint("u", i))
				line := say(t, b, a)
				said := strings.Contains(line.Text, "120人") || strings.Contains(line.Text, "45件")
				if said != c.want || said != (len(line.Figures) > 1) {
					t.Fatalf("Compose = %+v, want counts said: %v", line, c.want)
				}
			}
		})
	}
}

func TestCountsAgeApart(t *testing.T) {
	owners := newOwners()
	owners.publish("cup", level("DEMO-3", "", 3, 0))
	owners.count("demo", 120, 45, 0)
	owners.rooms["demo"].ViewersSeen = noon.Add(-time.Hour).UnixMilli() // told long ago; sold has just come
	b := newBook(t, Config{}, owners)
	said := map[string]bool{}
	for i := range 20 {
		a := asking(live.IntentStock, cup)
		a.User.User = live.UserID(fmt.Sprint("u", i))
		for _, f := range say(t, b, a).Figures {
			said[f.Name] = true
		}
	}
	if said["viewers"] || !said["sold"] {
		t.Errorf("figures said: %v, want sold and not viewers", said)
	}
}

func TestPrices(t *testing.T) {
	b := newBook(t, Config{}, newOwners())
	with := func(p *live.Product, v *live.Variant) Ask {
		a := asking(live.IntentPrice, p)
		a.Variant = v
		return a
	}
	free := &live.Product{ID: "free", Link: 9, Name: "试用", Variants: []live.Variant{{SKU: "F"}}}
	for _, c := range []struct {
		ask  Ask
		want string
	}{
		{with(cup, nil), "59.9元"},
		{with(dress, nil), "129元到139.5元"},
		{with(dress, &live.Variant{Color: "白色"}), "1号链接白色"},
		{with(dress, &live.Variant{Color: "白色"}), "139.5元"},
		{with(free, nil), "以链接里显示的为准"}, // a missing price is not a price of nothing
		{with(nil, nil), "几号链接"},
	} {
		if line := say(t, b, c.ask); !strings.Contains(line.Text, c.want) {
			t.Errorf("Compose = %q, want %q", line.Text, c.want)
		}
	}
}

func TestUnsureReadingIsAskedBack(t *testing.T) {
	b := newBook(t, Config{}, newOwners())
	a := asking(live.IntentStock, nil)
	a.Topic = TopicClarify
	a.Reading.Top = [3]live.Guess{{Intent: live.IntentStock, P: 0.4}, {Intent: live.IntentPrice, P: 0.3}, {Intent: live.IntentUnknown, P: 0.1}}
	if line := say(t, b, a); !strings.Contains(line.Text, "还有没有货还是价格") {
		t.Errorf("Compose = %q, want the two candidates", line.Text)
	}
	a.Reading.Top[2] = live.Guess{Intent: live.IntentDelivery, P: 0.1}
	if line := say(t, b, a); !strings.Contains(line.Text, "还有没有货、价格还是快递运费") {
		t.Errorf("Compose = %q, want three candidates", line.Text)
	}
	a.Reading = nil
	if line, err := b.Compose(a); err != nil || line.Text == "" {
		t.Errorf("Compose without a reading = %q, %v", line.Text, err)
	}
}

func TestPersonalQuestionsAreMovedOutOfPublic(t *testing.T) {
	b := newBook(t, Config{}, newOwners())
	for _, i := range []live.Intent{live.IntentTracking, live.IntentOrderChange, live.IntentRefundProgress, live.IntentMissingDamaged} {
		a := asking(i, nil)
		if line := say(t, b, a); !strings.Contains(line.Text, "订单号") {
			t.Errorf("%s in private: %q asks for no order", i, line.Text)
		}
		a.Scope = live.Public
		if line := say(t, b, a); strings.Contains(line.Text, "发我") {
			t.Errorf("%s in public: %q asks for personal things", i, line.Text)
		}
	}
}

func TestChoiceOfTextIsSteady(t *testing.T) {
	b := newBook(t, Config{}, newOwners())
	seen := map[string]bool{}
	for i := range 60 {
		a := asking(live.IntentGreeting, nil)
		a.User.User = live.UserID(fmt.Sprint("u", i))
		first := say(t, b, a)
		a.Now = a.Now.Add(10 * time.Minute) // a repetition comes later, but arrived when it did
		if again := say(t, b, a); again.Text != first.Text {
			t.Fatalf("the same question is answered %q, then %q", first.Text, again.Text)
		}
		seen[first.Variant] = true
	}
	if len(seen) != 3 {
		t.Errorf("60 users got %d of the 3 texts", len(seen))
	}
}

func TestNoScript(t *testing.T) {
	b := newBook(t, Config{}, newOwners())
	for name, a := range map[string]Ask{
		"noise":         asking(live.IntentChatter, cup),
		"no reading":    {Scope: live.Private, Now: noon},
		"unknown topic": {Topic: "weather", Scope: live.Private, Now: noon},
		"no scope":      {Topic: TopicClosing, Now: noon},
	} {
		if line, err := b.Compose(a); !errors.Is(err, ErrNoScript) {
			t.Errorf("%s: Compose = %q, %v, want ErrNoScript", name, line.Text, err)
		}
	}
}

func TestCatalogueCannotBreakTheLine(t *testing.T) {
	nasty := &live.Product{
		ID: "x", Name: strings.Repeat("很长的名字", 40), Variants: []live.Variant{{SKU: "X", Size: strings.Repeat("大", 90), Color: "红\n色", PriceFen: 1}},
		Gifts: []string{"一\n二\x00"}, Promotion: "满减\r\n{{.Stock}}\xff", Attributes: map[string]string{"material": strings.Repeat("棉", 121), "usage": "第一\n第二"},
	}
	owners := newOwners()
	owners.publish("x", level("X", "", 7, 0))
	b := newBook(t, Config{}, owners)
	for i := live.Intent(1); i <= live.Intent(live.Intents); i++ {
		for _, v := range []*live.Variant{nil, &nasty.Variants[0]} {
			a := asking(i, nasty)
			a.Variant = v
			line, err := b.Compose(a)
			if err != nil && i != live.IntentChatter {
				t.Errorf("%s: %v", i, err)
			}
			if strings.ContainsAny(line.Text, "\r\n\x00") || !utf8.ValidString(line.Text) || len([]rune(line.Text)) > 200 {
				t.Errorf("%s: Compose = %q", i, line.Text)
			}
		}
	}
}
