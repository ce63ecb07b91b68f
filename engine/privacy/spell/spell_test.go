package spell_test

import (
	"fmt"
	"testing"

	"liveroom/engine/privacy/spell"
)

// TestCasesAreTheSameForASeed: a figure must not move between runs.
func TestCasesAreTheSameForASeed(t *testing.T) {
	for _, kind := range spell.Kinds() {
		a, b := spell.Cases(1, kind, spell.Open, 60), spell.Cases(1, kind, spell.Open, 60)
		if fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("two draws of %s with one seed differ", kind)
		}
		if c := spell.Cases(2, kind, spell.Open, 60); fmt.Sprint(a) == fmt.Sprint(c) {
			t.Errorf("two seeds draw the same %s", kind)
		}
	}
}

// TestHalvesShareNoTemplate: what is held out is never seen.
func TestHalvesShareNoTemplate(t *testing.T) {
	for _, kind := range spell.Kinds() {
		open := map[string]bool{}
		for _, c := range spell.Cases(1, kind, spell.Open, 100) {
			open[c.Frame], open["way "+c.Way] = true, true
		}
		for _, c := range spell.Cases(1, kind, spell.HeldOut, 100) {
			if open[c.Frame] || open["way "+c.Way] {
				t.Errorf("%s: frame %q or way %q stands in both halves", kind, c.Frame, c.Way)
			}
		}
	}
}

// TestPlacesAreRight asks each case for its value in place.
func TestPlacesAreRight(t *testing.T) {
	for _, kind := range spell.Kinds() {
		for _, c := range spell.Cases(3, kind, spell.Open, 100) {
			runes := []rune(c.Text)
			if c.Start < 0 || c.Start >= c.End || c.End > len(runes) {
				t.Fatalf("%s %q: value at %d to %d of %d characters", kind, c.Text, c.Start, c.End, len(runes))
			}
			if c.Way == "plain" && kind != "address" && string(runes[c.Start:c.End]) != c.Value {
				t.Errorf("%s %q: %q stands in place, want %q", kind, c.Text, string(runes[c.Start:c.End]), c.Value)
			}
		}
	}
}
