package engine

import (
	"os"
	"slices"
	"strings"
	"testing"

	"liveroom/actors/dialogue"
	"liveroom/engine/admin/console"
	"liveroom/engine/live"
	"liveroom/engine/shop"
)

// TestADialogueIsToldInTheShopsWords looks at what a dialogue keeps of wares that the shop has, and of some that are gone.
func TestADialogueIsToldInTheShopsWords(t *testing.T) {
	wares := shop.Demo()
	cup := wares.BySKU("DEMO-3")
	shirt := wares.BySKU("DEMO-1-XL-BLACK")
	s := dialogue.State{
		Slots: dialogue.Slots{Product: cup.ID, Size: "XL"}, Topic: live.IntentStock,
		Open: dialogue.Open{Kind: dialogue.Offer, SKU: "DEMO-1-XL-BLACK", Quantity: 2, Until: 50},
	}
	got := positionOf(&s, 100, wares)
	want := console.Position{
		Slots: []console.Slot{{Name: "product", Value: string(cup.ID), Text: cup.Name}, {Name: "size", Value: "XL"}, {Name: "topic", Value: "stock"}},
		Open: []console.Slot{
			{Name: "kind", Value: "offer"}, {Name: "sku", Value: "DEMO-1-XL-BLACK", Text: shirt.Name + " XL 黑色"}, {Name: "quantity", Value: "2"},
		},
	}
	if !slices.Equal(got.Slots, want.Slots) || !slices.Equal(got.Open, want.Open) {
		t.Errorf("positionOf = %+v, want %+v", got, want)
	}
	s.Slots.Product, s.Open.SKU = "gone", "GONE-1"
	got = positionOf(&s, 100, wares)
	if got.Slots[0].Text != "" || got.Open[1].Text != "" {
		t.Errorf("of wares that are gone it tells %+v", got)
	}
}

// TestThePageHasAWordForWhatIsOpen reads the page's words: whatever a dialogue may wait for is told in words.
func TestThePageHasAWordForWhatIsOpen(t *testing.T) {
	words, err := os.ReadFile("admin/web/src/lib/words.ts")
	if err != nil {
		t.Fatal(err)
	}
	for k := dialogue.Product; k.String() != ""; k++ {
		if !strings.Contains(string(words), `"open.`+k.String()+`":`) {
			t.Errorf("the page has no word for %q; add open.%[1]s to words.ts", k)
		}
	}
}
