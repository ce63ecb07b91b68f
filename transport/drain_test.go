package transport

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestLinksComeBackEvenlySpread draws by a seed: each tenth of the jitter gets about a tenth of the links, none comes back
// sooner than after a second or later than after the jitter besides.
func TestLinksComeBackEvenlySpread(t *testing.T) {
	const links, jitter = 10_000, 5 * time.Second
	draw := rand.New(rand.NewPCG(7, 7)).Int64N
	var tenths [10]int
	for range links {
		d := comeBack(jitter, draw) - time.Second
		if d < 0 || d >= jitter {
			t.Fatalf("a link is to come back %v after the first second, want 0 to below %v", d, jitter)
		}
		tenths[d*10/jitter]++
	}
	for i, n := range tenths {
		if n < links/10*9/10 || n > links/10*11/10 {
			t.Errorf("%d of %d links come back in tenth %d of the jitter, want about %d: %v", n, links, i, links/10, tenths)
		}
	}
}

// TestWithoutJitterLinksComeBackAfterASecond has no jitter, and one that makes no sense.
func TestWithoutJitterLinksComeBackAfterASecond(t *testing.T) {
	for _, jitter := range []time.Duration{0, -time.Hour} {
		if d := comeBack(jitter, rand.New(rand.NewPCG(7, 7)).Int64N); d != time.Second {
			t.Errorf("with a jitter of %v a link is to come back after %v, want a second", jitter, d)
		}
	}
	longest := func(n int64) int64 { return n - 1 }
	if d := comeBack(time.Minute, longest); d != time.Second+time.Minute-1 {
		t.Errorf("the latest comes back after %v, want a nanosecond less than a second and the jitter", d)
	}
}
