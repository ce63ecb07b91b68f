package dialogue

import (
	"testing"

	"liveroom/engine/live"
)

func TestSticker(t *testing.T) {
	for text, want := range map[string]bool{
		"😂": true, "[玫瑰]": true, "[玫瑰][玫瑰]😂 ~": true, "！！！": true, "[]": true,
		"👌": false, "[好的]👍": false, "？？？": false, "[玫瑰]要": false, "要[玫瑰]": false, "[玫瑰": false, "玫瑰]": false,
		"[这款还有没有货呀想要一件白色的]": false, "1": false,
	} {
		if got := Sticker(text); got != want {
			t.Errorf("Sticker(%q) = %v", text, got)
		}
	}
}

// top returns an unsure reading with two candidates.
func top(a live.Intent, p float32, b live.Intent, q float32) *live.Reading {
	return &live.Reading{Intent: a, Confidence: p, Unsure: true, Top: [3]live.Guess{{Intent: a, P: p}, {Intent: b, P: q}}}
}

func TestTwoQuestionsOfOneLine(t *testing.T) {
	for _, c := range []struct {
		text string
		r    *live.Reading
		two  bool
	}{
		{"还有货吗 什么时候发", top(live.IntentStock, .82, live.IntentShipTime, .18), true},
		{"什么材质的，怎么洗", top(live.IntentMaterial, .5, live.IntentUsage, .4), true},
		{"还有货吗 什么时候发", top(live.IntentStock, .72, live.IntentShipTime, .18), false}, // something else is likely too
		{"还有货吗 什么时候发", top(live.IntentStock, .9, live.IntentShipTime, .1), false},
		{"还有货吗什么时候发", top(live.IntentStock, .82, live.IntentShipTime, .18), false}, // nothing stands between two
		{"还有货吗 谢谢", top(live.IntentStock, .8, live.IntentGreeting, .2), false},
	} {
		h := &Heard{Text: c.text, Reading: c.r}
		if first, _ := second(h); (first != 0) != c.two {
			t.Errorf("second(%q, %v) = %v", c.text, c.r.Top, first)
		}
	}
}

func TestMeantInItsPlace(t *testing.T) {
	sure := func(i live.Intent) *live.Reading {
		return &live.Reading{Intent: i, Confidence: .95, Top: [3]live.Guess{{Intent: i, P: .95}}}
	}
	after := func(i live.Intent) State { return State{Topic: i, At: 1, Slots: Slots{Product: "tee"}} }
	called := after(live.IntentStock)
	called.Called = true
	for name, c := range map[string]struct {
		s    State
		h    *Heard
		want live.Intent
	}{
		"where is he":              {called, &Heard{Text: "还在吗？", Reading: top(live.IntentHuman, .6, live.IntentStock, .3)}, live.IntentHuman},
		"nobody was called":        {after(live.IntentStock), &Heard{Text: "在吗", Reading: sure(live.IntentGreeting)}, live.IntentGreeting},
		"surely of the goods":      {called, &Heard{Text: "还在吗", Reading: sure(live.IntentStock)}, live.IntentStock},
		"of a named one":           {called, &Heard{Text: "1号还在吗", Reading: sure(live.IntentStock), Product: tee, Named: true}, live.IntentStock},
		"freight of a return":      {after(live.IntentReturnRefund), &Heard{Text: "运费谁出", Reading: sure(live.IntentDelivery)}, live.IntentReturnRefund},
		"freight of a parcel":      {after(live.IntentStock), &Heard{Text: "运费谁出", Reading: sure(live.IntentDelivery)}, live.IntentDelivery},
		"which parcel":             {after(live.IntentReturnRefund), &Heard{Text: "发什么快递", Reading: sure(live.IntentDelivery)}, live.IntentDelivery},
		"more than a name":         {after(live.IntentCompare), &Heard{Text: "1号链接包邮吗", Reading: top(live.IntentDelivery, .6, live.IntentCompare, .2), Product: tee, Named: true}, live.IntentDelivery},
		"more than a name, unsure": {after(live.IntentCompare), &Heard{Text: "1号链接包邮吗", Reading: top(live.IntentDelivery, .4, live.IntentCompare, .3), Product: tee, Named: true}, live.IntentCompare},
	} {
		h, told := *c.h, Slots{}
		h.line = lineOf(h.Text)
		if got, _ := c.s.meant(&h, &told); got != c.want {
			t.Errorf("%s: %q is meant as %v, want %v", name, h.Text, got, c.want)
		}
	}
}

// TestChoiceOfAnOffer is about the colour that is named while one is offered.
func TestChoiceOfAnOffer(t *testing.T) {
	s := State{Topic: live.IntentStock, At: 1, Slots: Slots{Product: "tee", Size: "M", Color: "白色"}}
	s.Open = Open{Kind: Offer, Intent: live.IntentStock, Until: 99, Latest: true, Product: "tee", SKU: "M-W", Quantity: 1}
	plan := func(text, color string, start int, r *live.Reading) Plan {
		r.Entities = []live.Entity{{Kind: "color", Value: color, Start: start, End: start + 2}}
		return s.Plan(&Heard{Now: 2, Text: text, Reading: r, Own: tee, Asked: tee})
	}
	if p := plan("要白色", "白色", 1, top(live.IntentStyle, .4, live.IntentAffirm, .17)); p.Do != Reserve || p.SKU != "M-W" {
		t.Errorf("要白色 of the white one plans %+v", p)
	}
	if p := plan("要白色吗", "白色", 1, top(live.IntentStyle, .4, live.IntentAffirm, .17)); p.Do == Reserve {
		t.Error("要白色吗 reserves")
	}
	if p := plan("要蓝色", "蓝色", 1, top(live.IntentStyle, .4, live.IntentAffirm, .17)); p.Do != Answer || p.Say.Tail != "offer" || p.Then.SKU != "M-B" {
		t.Errorf("要蓝色 of the white one plans %+v", p)
	}
	r := &live.Reading{Intent: live.IntentDeny, Confidence: .92, Top: [3]live.Guess{{Intent: live.IntentDeny, P: .92}}}
	r.Entities = []live.Entity{{Kind: "color", Value: "白色", Start: 4, End: 6}, {Kind: "color", Value: "蓝色", Start: 7, End: 9}}
	if p := s.Plan(&Heard{Now: 2, Text: "算了不要白色，蓝色吧", Reading: r, Own: tee, Asked: tee}); p.Say.Topic == "declined" || p.Then.SKU != "M-B" {
		t.Errorf("算了不要白色，蓝色吧 plans %+v", p)
	}
}
