package live

import (
	"testing"
	"time"
)

func TestPromotionAt(t *testing.T) {
	p := Product{Promotion: "always", Promotions: []Promotion{
		{Text: "until 100", Until: 100}, {Text: "50 to 80", From: 50, Until: 80}, {Text: "from 200", From: 200},
	}}
	for _, c := range []struct {
		ms   int64
		want string
	}{{0, "until 100"}, {49, "until 100"}, {50, "50 to 80"}, {79, "50 to 80"}, {80, "until 100"}, {100, "always"}, {199, "always"}, {200, "from 200"}, {1 << 60, "from 200"}} {
		if got := p.PromotionAt(time.UnixMilli(c.ms)); got != c.want {
			t.Errorf("at %d the offer is %q, want %q", c.ms, got, c.want)
		}
	}
	p.Promotions = nil
	if got := p.PromotionAt(time.UnixMilli(50)); got != "always" {
		t.Errorf("without windows the offer is %q, want %q", got, "always")
	}
	now := time.Now()
	if n := testing.AllocsPerRun(100, func() { p.PromotionAt(now) }); n != 0 {
		t.Errorf("PromotionAt allocates %v times", n)
	}
}
