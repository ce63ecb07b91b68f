package privacy_test

import (
	"testing"

	"liveroom/engine/privacy"
	"liveroom/engine/privacy/spell"
)

const (
	spellings   = 240 // of each kind and half
	leastRecall = 0.99
)

// TestRecall reads the open half of the grammar, which the masker may be built against.
func TestRecall(t *testing.T) { recall(t, spell.Open) }

// TestRecallHeldOut reads the half that it was not: other lines, other ways of writing.
func TestRecallHeldOut(t *testing.T) { recall(t, spell.HeldOut) }

func recall(t *testing.T, half spell.Half) {
	all, hit := 0, 0
	for _, kind := range spell.Kinds() {
		covered, named := 0, 0
		cases := spell.Cases(20, kind, half, spellings)
		ways := map[string]int{}
		for _, c := range cases {
			_, found := privacy.Mask(c.Text)
			ok, right := judge(c, found)
			if ok {
				covered++
			} else if ways[c.Way]++; ways[c.Way] <= 2 {
				t.Logf("missed: %s, %s: %q found %v", c.Kind, c.Way, c.Text, found)
			}
			if right {
				named++
			}
		}
		frames, how := spell.Templates(kind, half)
		t.Logf("%-9s %3d frames × %2d ways: recall %5.1f %%, by its own kind %5.1f %% of %d", kind, frames, how,
			share(covered, len(cases)), share(named, len(cases)), len(cases))
		all += len(cases)
		hit += covered
	}
	t.Logf("all: recall %.2f %% of %d", share(hit, all), all)
	if all < 1000 {
		t.Errorf("%d spellings, want at least 1000", all)
	}
	if share(hit, all) < 100*leastRecall {
		t.Errorf("recall is %.2f %%, want at least %.0f %%", share(hit, all), 100*leastRecall)
	}
}

// judge tells whether the value is masked from end to end, and whether it is for what it is.
func judge(c spell.Case, found []privacy.Span) (covered, right bool) {
	for at := c.Start; at < c.End; {
		next := at
		for _, s := range found {
			if s.Start <= at && at < s.End {
				next = s.End
				right = right || string(s.Kind) == c.Kind
			}
		}
		if next == at {
			return false, false
		}
		at = next
	}
	return true, right
}

func share(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }
