package scripts

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
)

func TestLibraryIsRight(t *testing.T) {
	if err := Check(Config{}); err != nil {
		t.Fatal(err)
	}
}

// TestLibraryReplies renders every text of the library as a viewer would read it and compares with testdata/replies,
// one file a script. LIVEROOM_GOLDEN=1 rewrites them.
func TestLibraryReplies(t *testing.T) {
	golden := os.Getenv("LIVEROOM_GOLDEN") != ""
	b := newBook(t, Config{}, newOwners())
	for _, s := range b.set.Load().scripts {
		t.Run(s.name, func(t *testing.T) {
			got := rehearsed(t, s)
			path := filepath.Join("testdata", "replies", s.name+".txt")
			if golden {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v (make golden writes it)", err)
			}
			if got != string(want) {
				t.Errorf("replies differ from %s (make golden rewrites it):\n%s", path, got)
			}
		})
	}
}

// rehearsed renders every text of s, first with all that its case needs and more, then with what it needs alone.
func rehearsed(t *testing.T, s *script) string {
	t.Helper()
	var b strings.Builder
	for i := range s.cases {
		k := &s.cases[i]
		fmt.Fprintf(&b, "%s\n", k.name)
		for j := range k.texts {
			for _, rich := range []bool{true, false} {
				c := asked(s, k, rich)
				if !c.render(&k.texts[j]) {
					t.Errorf("%s cannot be rendered", k.texts[j].variant)
				}
				if line := fmt.Sprintf("  %d %s\n", j+1, c.buf); !strings.HasSuffix(b.String(), line) {
					b.WriteString(line)
				}
			}
		}
	}
	return b.String()
}

// asked returns a composer in the middle of answering case k: over a dress of which all is known, or over a cup of
// which only what the case needs is.
func asked(s *script, k *scriptCase, rich bool) *composer {
	owners := newOwners()
	p, hour := cup, 12
	if rich {
		p = dress
	}
	for _, n := range k.needs {
		switch n.String() {
		case "breakdown", "price_range", "choice", "sizes", "colors", "gifts", "promotion":
			p = dress
		case "instalment":
			p = cup
		case "price":
			if !k.choice {
				p = cup
			}
		case "ship_today":
			hour = 9
		case "viewers", "sold":
			owners.count("demo", 1286, 45, 0)
		}
	}
	copied := *p
	p = &copied
	p.Attributes = map[string]string{}
	for i := live.Intent(1); i <= live.Intent(live.Intents); i++ {
		p.Attributes[i.String()] = "（商品说明）"
	}
	publishFor(owners, p, k)
	c := &composer{}
	c.ask = asking(live.IntentStock, p)
	if len(s.intents) > 0 {
		c.ask.Reading.Intent = s.intents[0].of
	}
	if len(k.intents) > 0 {
		c.ask.Reading.Intent = k.intents[0]
	}
	c.ask.Reading.Top = [3]live.Guess{{Intent: live.IntentStock, P: 0.4}, {Intent: live.IntentSize, P: 0.3}, {Intent: live.IntentDelivery, P: 0.1}}
	c.ask.Askers = 37
	left := int64(2)
	c.ask.Hold, c.ask.Left, c.ask.Other = &Hold{SKU: "DEMO-3", Quantity: 2, Until: noon.Add(15 * time.Minute)}, &left, lamp
	c.ask.Was, c.ask.Next, c.ask.Advice, c.ask.Body = live.IntentSize, live.IntentDelivery, "L", "165cm、60kg"
	if k.choice {
		c.ask.Variant = &live.Variant{Color: "黑色"}
		if slices.Contains(k.when, whenNotOffered) {
			c.ask.Variant = &live.Variant{Size: "XXXL"}
		}
	}
	if rich {
		owners.count("demo", 1286, 45, 0)
		p.Promotions = []live.Promotion{{Text: dress.Promotion, Until: noon.Add(20 * time.Minute).UnixMilli()}}
		c.ending = 30 * time.Minute
	}
	c.hour = hour
	c.asked = choiceOf(c.ask.Variant)
	met, _ := newMeters(nothing{})
	c.figures = newFigureCache(owners, met)
	c.names = &libraryNames
	c.enter(k)
	return c
}

// publishFor publishes as much stock as the conditions of case k want.
func publishFor(owners *fakeOwners, p *live.Product, k *scriptCase) {
	each := int64(12)
	switch {
	case slices.Contains(k.when, whenSoldOut):
		each = 0
	case slices.Contains(k.when, whenLowStock):
		each = 1
	}
	var levels []live.StockLevel
	for i, v := range p.Variants {
		levels = append(levels, level(v.SKU, "beijing", each*int64(i), 0))
		if len(p.Variants) == 1 {
			levels = []live.StockLevel{level(v.SKU, "beijing", 3*each, 0), level(v.SKU, "hangzhou", each, 0)}
		}
	}
	owners.publish(p.ID, levels...)
}

var libraryNames = names{
	about: [live.Intents + 1]string{
		live.IntentStock: "还有没有货", live.IntentSize: "尺码大小", live.IntentDelivery: "快递运费",
	},
	short: [live.Intents + 1]string{live.IntentSize: "尺码", live.IntentDelivery: "配送"},
}

// TestEveryIntentIsAnswered asks everything there is, knowing nothing and knowing all.
func TestEveryIntentIsAnswered(t *testing.T) {
	owners := newOwners()
	b := newBook(t, Config{}, owners)
	for i := live.Intent(1); i <= live.Intent(live.Intents); i++ {
		for _, scope := range []live.Scope{live.Private, live.Public} {
			for _, p := range []*live.Product{nil, cup, dress, {}} {
				a := asking(i, p)
				a.Scope = scope
				line, err := b.Compose(a)
				if unanswered[i] != (err != nil) || unanswered[i] != (line.Text == "") {
					t.Errorf("%s in %s: Compose = %q, %v", i, scope, line.Text, err)
				}
			}
		}
	}
	for _, topic := range topics {
		a := asking(live.IntentUnknown, nil)
		a.Topic, a.Scope = topic, live.Public
		if line, err := b.Compose(a); !optional[topic] && (err != nil || line.Text == "") {
			t.Errorf("topic %s: Compose = %q, %v", topic, line.Text, err)
		}
	}
}
