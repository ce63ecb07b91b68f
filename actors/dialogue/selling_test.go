package dialogue

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"liveroom/engine/live"
)

// mug is a product of one kind with an offer whose window is half an hour, and one without.
var mug = &live.Product{
	ID: "mug", Name: "杯子", Link: 3, Variants: []live.Variant{{SKU: "MUG"}}, Promotion: "第2个半价",
	Promotions: []live.Promotion{{Text: "立减10元", From: 1000, Until: 1000 + 30*60*1000}},
}

// talked returns the state after a question about the mug was answered.
func talked() State {
	return State{Slots: Slots{Product: "mug"}, Topic: live.IntentMaterial, At: 2000, Welcomed: true}
}

// heard returns a message about the mug, by somebody who may be offered something.
func heard(text string, i live.Intent, e live.Emotion) *Heard {
	r := &live.Reading{Intent: i, Confidence: .95, Emotion: e}
	return &Heard{Now: 3000, Text: text, Reading: r, Own: mug, Asked: mug, Unasked: true, Rest: 4}
}

func TestPromotionHasItsTime(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*State, *Heard)
		h      *Heard
		tail   string
	}{
		"resolved":               {nil, heard("好的", live.IntentAffirm, live.Calm), "promotion"},
		"thanked":                {nil, heard("谢谢", live.IntentGreeting, live.Satisfied), "promotion"},
		"hesitates":              {nil, heard("再想想", live.IntentDeny, live.Hesitant), "promotion"},
		"flatly declines":        {nil, heard("不要", live.IntentDeny, live.Calm), ""},
		"says goodbye":           {nil, heard("谢谢拜拜", live.IntentGreeting, live.Calm), ""},
		"says hello":             {nil, heard("你好", live.IntentGreeting, live.Calm), ""},
		"asks":                   {nil, heard("什么材质", live.IntentMaterial, live.Calm), ""},
		"is impatient":           {nil, heard("好的", live.IntentAffirm, live.Impatient), ""},
		"nothing was asked":      {func(s *State, _ *Heard) { s.Topic = 0 }, heard("好的", live.IntentAffirm, live.Calm), ""},
		"was not understood":     {func(s *State, _ *Heard) { s.Unsure = 1 }, heard("好的", live.IntentAffirm, live.Calm), ""},
		"has complained":         {func(s *State, _ *Heard) { s.Complained = true }, heard("好的", live.IntentAffirm, live.Calm), ""},
		"waits for a person":     {func(s *State, _ *Heard) { s.Called = true }, heard("好的", live.IntentAffirm, live.Calm), ""},
		"is low":                 {func(_ *State, h *Heard) { h.Unasked = false }, heard("好的", live.IntentAffirm, live.Calm), ""},
		"had one":                {func(s *State, _ *Heard) { s.Rest = 2 }, heard("好的", live.IntentAffirm, live.Calm), ""},
		"had one some turns ago": {func(s *State, _ *Heard) { s.Rest = 1 }, heard("好的", live.IntentAffirm, live.Calm), "promotion"},
		"asked in public":        {func(_ *State, h *Heard) { h.Public = true }, heard("好的", live.IntentAffirm, live.Calm), ""},
		"had this one": {
			func(s *State, _ *Heard) { s.Offered = s.Offered.with(promotionMark("mug", "立减10元")) },
			heard("好的", live.IntentAffirm, live.Calm), "cross_sell",
		},
		"had it and hesitates": {
			func(s *State, _ *Heard) { s.Offered = s.Offered.with(promotionMark("mug", "立减10元")) },
			heard("再想想", live.IntentDeny, live.Hesitant), "",
		},
		"has to confirm": {
			func(s *State, _ *Heard) {
				s.Open = Open{Kind: Confirm, Until: 9999, SKU: "MUG", Hold: "r", Product: "mug"}
			},
			heard("谢谢", live.IntentGreeting, live.Calm), "",
		},
	} {
		s := talked()
		if c.change != nil {
			c.change(&s, c.h)
		}
		if p := s.Plan(c.h); p.Say.Tail != c.tail {
			t.Errorf("%s: the tail is %q, want %q", name, p.Say.Tail, c.tail)
		}
	}
}

func TestPromotionIsNamedOnceAndRests(t *testing.T) {
	s := talked()
	s = s.sayTo(heard("好的", live.IntentAffirm, live.Calm))
	if s.Open.Kind != Promotion || !s.Open.Promoted || s.Rest != 4 {
		t.Fatalf("after a promotion was named the state is %+v", s)
	}
	s.Open = Open{}
	for turn := range 12 {
		p := s.Plan(heard("好的", live.IntentAffirm, live.Calm))
		if p.Say.Tail == "promotion" {
			t.Errorf("turn %d: the same promotion is named again", turn)
		}
		if p.Say.Tail != "" && turn < 3 {
			t.Errorf("turn %d: %s comes too soon", turn, p.Say.Tail)
		}
		s = p.Said(Told{Tail: p.Say.Tail != "", Other: live.ProductID(fmt.Sprint("other", turn))})
		s.Open, s.Topic = Open{}, live.IntentMaterial
	}
	late := heard("好的", live.IntentAffirm, live.Calm)
	s.Slots.Product, s.Topic, s.Rest = "mug", live.IntentMaterial, 0
	late.Now = 1000 + 30*60*1000 // the window has ended: the other offer holds
	s.At = late.Now
	p := s.Plan(late)
	if next := p.Said(Told{Tail: true}); p.Say.Tail != "promotion" || !next.Offered.has(promotionMark("mug", "第2个半价")) {
		t.Errorf("after the window the tail is %q", p.Say.Tail)
	}
}

// sayTo returns the state after a message and its reply, tail and all.
func (s State) sayTo(h *Heard) State {
	p := s.Plan(h)
	return p.Said(Told{Tail: true, Other: "other"})
}

func TestHesitationKeepsTheOffer(t *testing.T) {
	s := talked()
	s.Topic, s.Open = live.IntentStock, Open{Kind: Offer, Intent: live.IntentStock, Until: 9999, Product: "mug", SKU: "MUG", Quantity: 1, Latest: true}
	s = s.sayTo(heard("我再想想", live.IntentDeny, live.Hesitant))
	if s.Open.SKU != "MUG" || !s.Open.Promoted || !s.Open.Latest {
		t.Fatalf("after a promotion was named for the offer it is %+v", s.Open)
	}
	if p := s.Plan(heard("要", live.IntentAffirm, live.Calm)); p.Do != Reserve || p.SKU != "MUG" || !p.Say.TakesPromotion(&s.Open) {
		t.Errorf("a yes to it is planned as %+v", p)
	}
}

func TestYesToAPromotionAsksForTheProduct(t *testing.T) {
	s := talked().sayTo(heard("好的", live.IntentAffirm, live.Calm))
	if p := s.Plan(heard("要", live.IntentAffirm, live.Calm)); p.Say.Reading.Intent != live.IntentStock || p.Say.Tail != "offer" || !p.Say.TakesPromotion(&s.Open) {
		t.Errorf("a yes is planned as %+v", p.Say)
	}
	if p := s.Plan(heard("不用了", live.IntentDeny, live.Calm)); p.Say.Topic != "declined" || p.Next.Open.Kind != Nothing || p.Say.TakesPromotion(&s.Open) {
		t.Errorf("a no is planned as %+v", p.Say)
	}
}

// TestNothingUnaskedToWhoDoesNotWantIt lets any message meet any state.
func TestNothingUnaskedToWhoDoesNotWantIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := arbitrary(t)
		text := rapid.SampledFrom([]string{"好的", "谢谢", "我再想想", "不要", "要", "确认", "？？"}).Draw(t, "text")
		h := heard(text, live.Intent(rapid.IntRange(1, live.Intents).Draw(t, "intent")), live.Emotion(rapid.IntRange(1, 4).Draw(t, "emotion")))
		h.Unasked, h.Public = rapid.Bool().Draw(t, "unasked"), rapid.Bool().Draw(t, "public")
		h.Now = s.At + rapid.Int64Range(0, 1000).Draw(t, "later")
		p := s.Plan(h)
		if p.Do == Lock {
			p.Locked(h.Now, &live.Reservation{State: live.ReservationConfirmed, Until: h.Now})
		}
		unasked := p.Say.Tail == "promotion" || p.Say.Tail == "cross_sell"
		if unasked && (s.Complained || !h.Unasked || h.Public || h.Reading.Emotion == live.Impatient || s.Open.Kind == Confirm && p.Do != Lock) {
			t.Fatalf("%q in %+v is answered with %s", text, s, p.Say.Tail)
		}
	})
}

func TestOfferedForgetsTheOldest(t *testing.T) {
	var o Offered
	for i := range uint32(maxOffered + 3) {
		o = o.with(i).with(i)
	}
	if o.has(2) || !o.has(3) || !o.has(maxOffered+2) || int(o.n) != maxOffered {
		t.Errorf("kept %+v", o)
	}
	if o = o.with(pairMark("a", "b")); !o.Pair("b", "a") || o.Pair("a", "c") || o.Pair("ab", "") {
		t.Error("a pair is the same both ways round, and no other")
	}
}
