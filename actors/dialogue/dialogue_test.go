package dialogue

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"liveroom/engine/live"
)

var tee = &live.Product{
	ID: "tee", Name: "短袖", Link: 1,
	Variants: []live.Variant{
		{SKU: "M-W", Size: "M", Color: "白色"},
		{SKU: "XL-W", Size: "XL", Color: "白色"},
		{SKU: "M-B", Size: "M", Color: "雾霾蓝"},
		{SKU: "XL-B", Size: "XL", Color: "雾霾蓝"},
	},
	SizeChart: []live.SizeRange{{Size: "M", MinKg: 45, MaxKg: 55, MinCm: 150, MaxCm: 168}, {Size: "L", MinKg: 55, MaxKg: 65}, {Size: "XL", MinKg: 65}},
}

func TestVariant(t *testing.T) {
	for _, c := range []struct {
		size, color string
		sku         live.SKU // of the one that is meant
		want        string   // of what was asked for
	}{
		{"", "", "", ""},
		{"XL", "", "", "XL/"},
		{"xl", "蓝色", "XL-B", "XL/雾霾蓝"},
		{"M", "白色", "M-W", "M/白色"},
		{"XXL", "", "", "XXL/"}, // not offered, and to be said so
		{"", "黑色", "", "/黑色"},
	} {
		s := Slots{Size: c.size, Color: c.color}
		v, one := s.variant(tee)
		got, sku := "", live.SKU("")
		if v != nil {
			got = v.Size + "/" + v.Color
		}
		if one != nil {
			sku = one.SKU
		}
		if got != c.want || sku != c.sku {
			t.Errorf("variant(%q, %q) = %q, %q; want %q, %q", c.size, c.color, got, sku, c.want, c.sku)
		}
	}
	one := &live.Product{Variants: []live.Variant{{SKU: "CUP"}}}
	if _, v := new(Slots).variant(one); v == nil || v.SKU != "CUP" {
		t.Errorf("a product of one SKU means %v, want that SKU", v)
	}
}

func TestAdvise(t *testing.T) {
	for _, c := range []struct {
		kg, cm     float64
		size, body string
	}{
		{50, 160, "M", "160cm、100斤"},
		{50, 0, "M", "100斤"},
		{60, 175, "L", "175cm、120斤"},
		{90, 180, "XL", "180cm、180斤"},
		{55, 170, "L", "170cm、110斤"}, // M fits the weight alone
		{55, 0, "L", "110斤"},         // between two, the larger
		{30, 0, "", ""},
		{0, 0, "", ""},
	} {
		if size, body := advise(tee, c.kg, c.cm); size != c.size || body != c.body {
			t.Errorf("advise(%v kg, %v cm) = %q for %q, want %q for %q", c.kg, c.cm, size, body, c.size, c.body)
		}
	}
}

func TestTakes(t *testing.T) {
	unsure := &live.Reading{Intent: live.IntentUnknown, Unsure: true, Confidence: .3}
	for text, want := range map[string]yesNo{
		"要": yes, "要！": yes, "好的呀～": yes, "ＯＫ": yes, "嗯嗯": yes, "确认": yes, "1": yes, "留一件吧": yes,
		"不要": no, "算了吧": no, "再看看": no, "不用了哈": no,
		"要吗": neither, "可以便宜点吗？": neither, "今天天气不错": neither, "": neither, "❤️": neither,
		"不是不要而是想问问别的颜色还有没有": neither,
	} {
		l := lineOf(text)
		if got := l.takes(unsure); got != want {
			t.Errorf("takes(%q) = %d, want %d", text, got, want)
		}
	}
}

// TestFirmly is about the yes that binds pieces: a guess binds nobody, and no yes does beside words of doubt.
func TestFirmly(t *testing.T) {
	unsure := &live.Reading{Intent: live.IntentAffirm, Unsure: true, Confidence: .58}
	sure := &live.Reading{Intent: live.IntentAffirm, Confidence: .92}
	for text, want := range map[string][2]yesNo{ // as an unsure and as a sure yes
		"要": {yes, yes}, "好的呢": {yes, yes}, "👌": {yes, yes}, "帮我留着": {yes, yes}, "想好了，要": {yes, yes}, "就按你说的办": {neither, yes},
		"嗯……我想想": {}, "嗯啊这个嘛": {}, "好，回头再说": {}, "我考虑考虑": {}, "可以再看看其他的": {}, "要，等一下": {},
		"不用想了": {neither, yes}, "再想想": {no, no}, "算了": {no, no},
	} {
		l := lineOf(text)
		if got := [2]yesNo{l.firmly(unsure), l.firmly(sure)}; got != want {
			t.Errorf("firmly(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestPeriods(t *testing.T) {
	for text, want := range map[string]bool{"分3期": true, "分六期吧": true, "12期": true, "十二期的": true, "保质期": false, "日期新鲜吗": false, "期待": false, "": false} {
		if got := periods(text); got != want {
			t.Errorf("periods(%q) = %v", text, got)
		}
	}
}

func TestMeant(t *testing.T) {
	colors := func(text string, words ...string) (es []live.Entity) {
		for _, w := range words {
			at := strings.Index(text, w)
			es = append(es, live.Entity{Kind: "color", Value: w, Start: utf8.RuneCountInString(text[:at])})
		}
		return es
	}
	for text, want := range map[string]string{
		"不要白色的，黑色": "黑色", "要黑色，不要白色": "黑色", "不是白色是黑色": "黑色", "是不是白色": "白色", "要不要白色": "白色",
		"白色": "白色", "不要那个白色": "", "不要了，白色多少钱": "白色",
	} {
		var words []string
		for _, w := range []string{"白色", "黑色"} {
			if strings.Contains(text, w) {
				words = append(words, w)
			}
		}
		got := ""
		for _, e := range Meant(text, colors(text, words...)) {
			got += e.Value
		}
		if got != want {
			t.Errorf("of %q %q is meant, want %q", text, got, want)
		}
	}
	if got := Meant("不要", []live.Entity{{Kind: "color", Start: 99}, {Kind: "color", Start: -1}}); len(got) != 2 {
		t.Errorf("entities beyond the text were dropped: %v", got)
	}
}

func TestWants(t *testing.T) {
	for text, want := range map[string]bool{
		"还是要吧": true, "帮我留着": true, "来一件": true, "好的": false, "嗯": false, "不要": false, "别留了": false, "要不要": false, "要吗": false,
		"没有要买": false, "": false, "下单": true, "再看看要什么": false,
	} {
		l := lineOf(text)
		if got := l.wants(); got != want {
			t.Errorf("wants(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestCancels(t *testing.T) {
	for _, c := range []struct {
		text string
		open Kind
		want bool
	}{
		{"取消", Locked, true},
		{"不想要了，取消", Cross, true},
		{"可以取消吗", Locked, false},
		{"先不取消", Locked, false},
		{"不要了", Locked, true},
		{"不要了", Cross, false},
		{"不要", Instalment, false},
		{"不买了", Instalment, true},
		{"", Locked, false},
	} {
		l := lineOf(c.text)
		if got := l.cancels(c.open); got != c.want {
			t.Errorf("cancels(%q, %s) = %v, want %v", c.text, c.open, got, c.want)
		}
	}
}

// arbitrary draws a state that a dialogue may come to.
func arbitrary(t *rapid.T) State {
	text := rapid.StringN(0, 20, 60)
	s := State{
		Slots: Slots{
			Product: live.ProductID(text.Draw(t, "product")), Shown: rapid.Bool().Draw(t, "shown"), Size: text.Draw(t, "size"),
			Color: text.Draw(t, "color"), Quantity: rapid.Int64Range(0, 1<<40).Draw(t, "quantity"), City: text.Draw(t, "city"),
			Kg: float64(rapid.IntRange(0, 300_000).Draw(t, "g")) / 1000, Cm: float64(rapid.IntRange(0, 2500).Draw(t, "mm")) / 10,
			Order: text.Draw(t, "order"),
		},
		Topic: live.Intent(rapid.IntRange(0, live.Intents).Draw(t, "topic")), At: rapid.Int64Range(0, 1<<50).Draw(t, "at"),
		Unsure: rapid.IntRange(0, 255).Draw(t, "unsure"), Complained: rapid.Bool().Draw(t, "complained"),
		Welcomed: rapid.Bool().Draw(t, "welcomed"), Thanked: rapid.Bool().Draw(t, "thanked"),
		Called: rapid.Bool().Draw(t, "called"), Rest: rapid.IntRange(0, 255).Draw(t, "rest"),
	}
	for range rapid.IntRange(0, maxOffered+1).Draw(t, "offered") {
		s.Offered = s.Offered.with(rapid.Uint32().Draw(t, "mark"))
	}
	if k := Kind(rapid.IntRange(0, int(kinds)-1).Draw(t, "kind")); k != Nothing {
		s.Open = Open{
			Kind: k, Intent: live.Intent(rapid.IntRange(0, live.Intents).Draw(t, "open")), Resumed: rapid.Bool().Draw(t, "resumed"),
			Until: rapid.Int64Range(0, 1<<50).Draw(t, "until"), Product: live.ProductID(text.Draw(t, "about")), Other: live.ProductID(text.Draw(t, "other")), Latest: rapid.Bool().Draw(t, "latest"), SKU: live.SKU(text.Draw(t, "sku")),
			Quantity: rapid.Int64Range(0, 99).Draw(t, "pieces"), Hold: live.ReservationID(text.Draw(t, "hold")),
			Promoted: rapid.Bool().Draw(t, "promoted"),
		}
		for i := range s.Open.Guesses {
			s.Open.Guesses[i] = live.Intent(rapid.IntRange(0, live.Intents).Draw(t, "guess"))
		}
	}
	return s
}

func TestSavedStateComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := arbitrary(t)
		b := s.Append([]byte("x"))
		got, rest, err := Read(append(b[1:], "rest"...))
		if err != nil || got != s || string(rest) != "rest" {
			t.Fatalf("read back %+v, %q, %v; want %+v", got, rest, err, s)
		}
		for n := range len(b) - 1 {
			if _, _, err := Read(b[1 : 1+n]); err == nil {
				t.Fatalf("the first %d of %d bytes were taken for a whole state", n, len(b)-1)
			}
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add((&State{Topic: live.IntentStock, At: 5, Slots: Slots{Product: "tee", Size: "XL", Kg: 50.5}}).Append(nil))
	f.Add((&State{Open: Open{Kind: Confirm, Until: 9, SKU: "A", Hold: "r1"}}).Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, _, err := Read(b)
		if err != nil {
			return
		}
		again, _, err := Read(s.Append(nil))
		if err != nil || again != s {
			t.Fatalf("%+v read back as %+v, %v", s, again, err)
		}
	})
}

// TestPlanNeverBreaks lets any message meet any state.
func TestPlanNeverBreaks(t *testing.T) {
	texts := rapid.SampledFrom([]string{"", "要", "不是，要黑色", "那个呢", "第一个", "🙂🙂", "XL有吗", "1", "还有吗？", "　", "\u200d"})
	rapid.Check(t, func(t *rapid.T) {
		s := arbitrary(t)
		r := &live.Reading{Intent: live.Intent(rapid.IntRange(1, live.Intents).Draw(t, "intent")), Unsure: rapid.Bool().Draw(t, "unsure"), Confidence: rapid.Float32Range(0, 1).Draw(t, "p")}
		for range rapid.IntRange(0, 3).Draw(t, "entities") {
			r.Entities = append(r.Entities, live.Entity{
				Kind:  rapid.SampledFrom([]string{"size", "color", "quantity", "body", "city", "order_id", "product", "money"}).Draw(t, "kind"),
				Value: rapid.String().Draw(t, "value"), Norm: rapid.SampledFrom([]string{"", "XL", "黑色", "2", "-5", "1e300", "NaN", "9999999999999999999"}).Draw(t, "norm"),
				Unit: rapid.SampledFrom([]string{"", "kg", "cm", "link", "piece"}).Draw(t, "unit"),
			})
		}
		h := &Heard{Now: rapid.Int64Range(0, 1<<50).Draw(t, "now"), Text: texts.Draw(t, "text"), Public: rapid.Bool().Draw(t, "public"), Reading: r}
		if rapid.Bool().Draw(t, "product") {
			h.Product, h.Named = tee, rapid.Bool().Draw(t, "named")
		}
		if rapid.Bool().Draw(t, "own") {
			h.Own = tee
		}
		if rapid.Bool().Draw(t, "asked") {
			h.Asked, h.Other = tee, tee
		}
		if rapid.Bool().Draw(t, "others") && h.Named {
			h.Others = []*live.Product{{ID: "bare"}, tee}
		}
		before := s
		p := s.Plan(h)
		if s != before {
			t.Fatal("planning changed the state")
		}
		if p.Say.Reading == nil || p.Do == Reserve && (p.Quantity < 1 || p.Hold != "") {
			t.Fatalf("plan %+v", p)
		}
		next := p.Said(Told{Tail: true})
		if got, _, err := Read(next.Append(nil)); err != nil {
			t.Fatalf("the next state %+v does not come back: %+v, %v", next, got, err)
		}
	})
}

func TestPlanAllocates(t *testing.T) {
	s := State{Slots: Slots{Product: "tee"}, Topic: live.IntentStock, At: 1}
	h := &Heard{Now: 2, Text: "XL的还有吗", Own: tee, Reading: &live.Reading{Intent: live.IntentStock, Confidence: .95, Entities: []live.Entity{{Kind: "size", Value: "XL", Norm: "XL"}}}}
	if got := testing.AllocsPerRun(1000, func() { plan = s.Plan(h) }); got > 4 {
		t.Errorf("planning a reply allocates %v times, want at most 4", got)
	}
}

var plan Plan

func BenchmarkPlan(b *testing.B) {
	s := State{Slots: Slots{Product: "tee"}, Topic: live.IntentStock, At: 1, Open: Open{Kind: Offer, Intent: live.IntentStock, SKU: "XL-W", Until: 100}}
	for name, h := range map[string]*Heard{
		"question": {Now: 2, Text: "XL的还有吗", Own: tee, Reading: &live.Reading{Intent: live.IntentStock, Confidence: .95, Entities: []live.Entity{{Kind: "size", Value: "XL", Norm: "XL"}}}},
		"yes":      {Now: 2, Text: "要", Own: tee, Reading: &live.Reading{Intent: live.IntentAffirm, Confidence: .6, Unsure: true}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				plan = s.Plan(h)
			}
		})
	}
}
