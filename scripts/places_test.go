package scripts

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"liveroom/engine/live"
)

// placed returns a script that says its own name.
func placed(name, head string) string {
	return "name: " + name + "\n" + head + "\ncases:\n  - {name: x, texts: [" + name + "]}\n"
}

// TestOverridePrecedence gives each place a script of its own and takes them away again, from the narrowest on.
func TestOverridePrecedence(t *testing.T) {
	all := []struct{ name, head string }{
		{"room_category", "intents: [price]\nrooms: [demo, other]\ncategories: [女装]"},
		{"room", "intents: [price]\nrooms: [demo]"},
		{"category", "intents: [price]\ncategories: [男装, 女装]"},
		{"shop", "intents: [price]"},
	}
	files := map[string]string{}
	for _, s := range all {
		files[s.name+".yaml"] = placed(s.name, s.head)
	}
	b := newBook(t, Config{Dir: bundleDir(t, files)}, newOwners())
	in := func(room live.RoomID, category string) string {
		p := &live.Product{ID: "x", Name: "x", Link: 1, Category: category}
		a := asking(live.IntentPrice, p)
		a.User.Room = room
		return say(t, b, a).Script
	}
	for _, c := range []struct {
		room           live.RoomID
		category, want string
	}{
		{"demo", "女装", "room_category"},
		{"other", "女装", "room_category"},
		{"demo", "男装", "room"},
		{"demo", "", "room"},
		{"third", "女装", "category"},
		{"third", "男装", "category"},
		{"third", "杯子", "shop"},
		{"", "", "shop"},
		{"", "女装", "category"},
	} {
		if got := in(c.room, c.category); got != c.want {
			t.Errorf("room %q, category %q: script %s, want %s", c.room, c.category, got, c.want)
		}
	}
	a := asking(live.IntentPrice, nil) // no product, no category
	if got := say(t, b, a).Script; got != "room" {
		t.Errorf("no product: script %s, want room", got)
	}
	a = asking(live.IntentGreeting, nil)
	if got := say(t, b, a).Script; got != "greeting" {
		t.Errorf("another intent: script %s, want the library's", got)
	}

	for i, want := range []string{"room", "category", "shop", "price"} {
		delete(files, all[i].name+".yaml")
		b = newBook(t, Config{Dir: bundleDir(t, files)}, newOwners())
		if got := in("demo", "女装"); got != want {
			t.Errorf("without %s: script %s, want %s", all[i].name, got, want)
		}
	}
}

func TestOverrideOfATopicAndAScope(t *testing.T) {
	b := newBook(t, Config{Dir: bundleDir(t, map[string]string{
		"a.yaml": placed("public_hello", "topics: [welcome]\nrooms: [demo]\nscope: public"),
		"b.yaml": placed("private_hello", "topics: [welcome]\nrooms: [demo]\nscope: private"),
		"c.yaml": "name: no_vip\ntopics: [vip]\nrooms: [demo]\ncases:\n  - {name: x, when: [first_time], texts: [好]}\n",
	})}, newOwners())
	for scope, want := range map[live.Scope]string{live.Public: "public_hello", live.Private: "private_hello"} {
		a := of(TopicWelcome, nil)
		a.Scope = scope
		if got := say(t, b, a).Script; got != want {
			t.Errorf("welcome in %s: script %s, want %s", scope, got, want)
		}
	}
	// An override that has nothing to say stands for its place all the same.
	a := with(of(TopicVIP, nil), func(a *Ask) { a.VIP = true })
	if line, err := b.Compose(a); !errors.Is(err, ErrNoScript) {
		t.Errorf("Compose = %q, %v, want silence in this room", line.Text, err)
	}
	a.User.Room = "other"
	if got := say(t, b, a).Script; got != "vip" {
		t.Errorf("in another room: script %s, want the library's", got)
	}
}

func TestOverridesRefused(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		says  []string
	}{
		"the same room": {
			map[string]string{"a.yaml": placed("a", "intents: [price, promo]\nrooms: [r1, r2]"), "b.yaml": placed("b", "intents: [stock, price]\nrooms: [r2]")},
			[]string{`b.yaml:2: intent "price" is already answered by a.yaml in room "r2"`},
		},
		"the same category": {
			map[string]string{"a.yaml": placed("a", "topics: [vip]\ncategories: [女装]"), "b.yaml": placed("b", "topics: [vip]\ncategories: [女装]\nscope: public")},
			[]string{`b.yaml:2: topic "vip" is already answered by a.yaml for category "女装"`},
		},
		"the same of both": {
			map[string]string{"a.yaml": placed("a", "intents: [price]\nrooms: [r]\ncategories: [女装]"), "b.yaml": placed("b", "intents: [price]\nrooms: [r]\ncategories: [女装]")},
			[]string{`b.yaml:2: intent "price" is already answered by a.yaml in room "r" for category "女装"`},
		},
		"a name of the library": {
			map[string]string{"a.yaml": placed("price", "intents: [price]\nrooms: [r]")},
			[]string{`a.yaml:1: script "price" is already in price.yaml, and one with rooms or categories replaces none by its name`},
		},
		"a name of the shop": {
			map[string]string{"a.yaml": placed("mine", "intents: [price]\nrooms: [r]"), "b.yaml": placed("mine", "intents: [price]")},
			[]string{`b.yaml:1: script "mine" is already in a.yaml`},
		},
		"no rooms":         {map[string]string{"a.yaml": placed("a", "intents: [price]\nrooms: []")}, []string{"a.yaml:3: rooms are empty, so the script would hold nowhere"}},
		"no categories":    {map[string]string{"a.yaml": placed("a", "intents: [price]\ncategories: []")}, []string{"a.yaml:3: categories are empty"}},
		"a room twice":     {map[string]string{"a.yaml": placed("a", "intents: [price]\nrooms: [r, r]")}, []string{`a.yaml:3: room "r" comes twice`}},
		"a category twice": {map[string]string{"a.yaml": placed("a", "intents: [price]\ncategories: [女装, 女装]")}, []string{`a.yaml:3: category "女装" comes twice`}},
		"an empty room":    {map[string]string{"a.yaml": placed("a", "intents: [price]\nrooms: ['']")}, []string{`a.yaml:3: room is ""`}},
		"a long room":      {map[string]string{"a.yaml": placed("a", "intents: [price]\nrooms: ["+strings.Repeat("r", 129)+"]")}, []string{"want 1 to 128 bytes"}},
		"rooms as a text":  {map[string]string{"a.yaml": placed("a", "intents: [price]\nrooms: demo")}, []string{"a.yaml:3: rooms must be a list"}},
		"a room of lists":  {map[string]string{"a.yaml": placed("a", "intents: [price]\nrooms: [[r]]")}, []string{"a.yaml:3: room must be a text"}},
		"a name for all":   {map[string]string{"a.yaml": placed("a", "intents: [price]\nrooms: [r]\nabout: 价格\nshort: 价")}, []string{"a.yaml:4: about is the same everywhere", "a.yaml:5: short is the same everywhere"}},
		"too many places": {
			map[string]string{"a.yaml": placed("a", "intents: [price]\nrooms: ["+many("r", 30)+"]\ncategories: ["+many("c", 30)+"]")},
			[]string{"a.yaml:3: rooms times categories make 900 places, want at most 500"},
		},
	} {
		err := Check(Config{Dir: bundleDir(t, c.files)})
		for _, want := range c.says {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: Check = %v, want %q", name, err, want)
			}
		}
	}
}

// many returns n different names.
func many(prefix string, n int) string {
	var all []string
	for i := range n {
		all = append(all, prefix+strings.Repeat("x", i))
	}
	return strings.Join(all, ",")
}

// TestOverridesAreNoCover holds that a script for some rooms does not stand in for one that is missing elsewhere: the
// library's cannot be lost, and an override of every room there is leaves it in place.
func TestOverridesAreNoCover(t *testing.T) {
	dir := bundleDir(t, map[string]string{"a.yaml": placed("a", "intents: [price]\nrooms: [demo]")})
	b := newBook(t, Config{Dir: dir}, newOwners())
	a := asking(live.IntentPrice, cup)
	if got := say(t, b, a).Script; got != "a" {
		t.Errorf("script %s, want a", got)
	}
	write(t, filepath.Join(dir, "a.yaml"), placed("a", "intents: [price]\nrooms: [elsewhere]"))
	if changed, err := b.Reload(); !changed || err != nil {
		t.Fatalf("Reload = %v, %v", changed, err)
	}
	if got := say(t, b, a).Script; got != "price" {
		t.Errorf("script %s, want the library's again", got)
	}
}

func TestOverridesAllocateNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector makes pools forget")
	}
	b := newBook(t, Config{Dir: bundleDir(t, map[string]string{"a.yaml": placed("a", "intents: [price]\ncategories: [女装]")})}, newOwners())
	a := asking(live.IntentPrice, dress)
	say(t, b, a)
	if n := testing.AllocsPerRun(200, func() { say(t, b, a) }); n > 1 {
		t.Errorf("Compose allocates %v times, want 1", n)
	}
}
