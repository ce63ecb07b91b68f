package scripts

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
)

const ownStock = `
name: stock
intents: [stock]
cases:
  - {name: low, needs: [product, stock], when: [low_stock], texts: ['{{.Item}}只剩{{.Stock}}件啦']}
  - {name: known, needs: [product, stock], texts: ['{{.Item}}共{{.Stock}}件', '{{.Item}}有{{.Stock}}件哦']}
  - {name: ask, texts: ['亲，您问的是几号链接呢？']}
`

func draft(t *testing.T, b *Book, name, text string) *Draft {
	t.Helper()
	d, err := b.Draft(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestADraftIsCheckedAsAtALoadAndNotInForce(t *testing.T) {
	dir := bundleDir(t, map[string]string{"stock.yaml": ownStock})
	b := newBook(t, Config{Dir: dir}, newOwners())
	before := b.Status()
	for name, c := range map[string]struct{ text, says string }{
		"right":           {strings.Replace(ownStock, "共", "一共", 1), ""},
		"unknown need":    {strings.Replace(ownStock, "[product, stock], texts", "[produkt], texts", 1), `stock.yaml:6: unknown need "produkt"`},
		"not YAML":        {"name: [", "stock.yaml:1: not YAML"},
		"forbidden":       {strings.Replace(ownStock, "件啦", "件，全网最低价", 1), "which is forbidden"},
		"too long":        {strings.Replace(ownStock, "件啦", strings.Repeat("啦", 300), 1), "stock.yaml:5:"},
		"too large":       {"name: stock\n#" + strings.Repeat("x", maxFile), "larger than 65536 bytes"},
		"leaves a hole":   {strings.Replace(ownStock, "name: stock\nintents: [stock]", "name: stock\nintents: [price]", 1), `no script answers intent "stock"`},
		"takes a variant": {strings.Replace(ownStock, "{{.Stock}}件啦", "{{.Price}}元啦", 1), "Price"},
	} {
		d := draft(t, b, "stock.yaml", c.text)
		var said []string
		for _, p := range d.Problems {
			said = append(said, p.String())
		}
		if all := strings.Join(said, "\n"); c.says == "" && all != "" || !strings.Contains(all, c.says) {
			t.Errorf("%s: problems are %q, want %q", name, all, c.says)
		}
	}
	if d, err := b.Draft("stock.yaml", nil); err != nil || len(d.Problems) > 0 || d.Rehearse(Ask{Now: time.Now()}) != nil {
		t.Errorf("taken away: %+v, %v; want it allowed, since the library has the script", d, err)
	}
	if d := draft(t, b, "price2.yaml", strings.Replace(ownStock, "name: stock", "name: other", 1)); len(d.Problems) == 0 {
		t.Error("a second script for the same intent is let in")
	}
	if after := b.Status(); after != before {
		t.Errorf("drafts changed the book from %+v to %+v", before, after)
	}
}

// TestAFileCanBeCuredBesideABrokenOne tells what a change breaks from what was broken before.
func TestAFileCanBeCuredBesideABrokenOne(t *testing.T) {
	dir := bundleDir(t, map[string]string{"stock.yaml": ownStock})
	b := newBook(t, Config{Dir: dir}, newOwners())
	write(t, filepath.Join(dir, "stock.yaml"), "name: [")
	write(t, filepath.Join(dir, "price.yaml"), "name: {")
	if d := draft(t, b, "stock.yaml", ownStock); len(d.Problems) != 0 || len(d.Others) != 1 || d.Others[0].File != "price.yaml" {
		t.Errorf("the cure of one of two has problems %v and others %v", d.Problems, d.Others)
	}
	if d := draft(t, b, "stock.yaml", "name: "); len(d.Problems) == 0 {
		t.Error("a broken file is let in beside another")
	}
}

func TestRehearsalSaysWhatIsKnownNow(t *testing.T) {
	owners := newOwners()
	owners.publish("cup", level("DEMO-3", "", 3, 0))
	b := newBook(t, Config{Dir: bundleDir(t, map[string]string{"stock.yaml": ownStock})}, owners)
	d := draft(t, b, "stock.yaml", ownStock)
	got := d.Rehearse(asking(live.IntentStock, cup))
	if len(got) != 4 || got[0].Text != "3号链接只剩3件啦" || got[0].Variant != "low/1" || len(got[0].Unmet) != 0 ||
		got[2].Text != "3号链接有3件哦" || got[3].Text == "" {
		t.Errorf("with 3 pieces it says %+v", got)
	}
	owners.publish("cup", level("DEMO-3", "", 300, 0))
	if got = d.Rehearse(asking(live.IntentStock, cup)); got[0].Text != "3号链接只剩300件啦" || len(got[0].Unmet) != 1 || got[0].Unmet[0] != "low_stock" {
		t.Errorf("with 300 pieces it says %+v, want that low_stock does not hold", got[0])
	}
	if got = d.Rehearse(asking(live.IntentStock, nil)); got[0].Text != "" || strings.Join(got[0].Missing, " ") != "product stock" || got[3].Text == "" {
		t.Errorf("without a product it says %+v", got)
	}
	if b.List()[0].Said[0] != 0 {
		t.Error("a rehearsal counts as said")
	}
}

func TestTextsGoOnCountingOverAReload(t *testing.T) {
	owners := newOwners()
	owners.publish("cup", level("DEMO-3", "", 3, 0))
	dir := bundleDir(t, map[string]string{"stock.yaml": ownStock})
	b := newBook(t, Config{Dir: dir}, owners)
	low := func() uint64 {
		for _, l := range b.List() {
			if l.Name == "stock" {
				return l.Said[0]
			}
		}
		return 0
	}
	for range 3 {
		say(t, b, asking(live.IntentStock, cup))
	}
	write(t, filepath.Join(dir, "stock.yaml"), strings.Replace(ownStock, "啦", "咯", 1))
	if changed, err := b.Reload(); !changed || err != nil {
		t.Fatal(changed, err)
	}
	say(t, b, asking(live.IntentStock, cup))
	if n := low(); n != 4 {
		t.Errorf("low/1 was said %d times, want 4", n)
	}
}

func TestNamesThatAreNoFilesOfTheFolder(t *testing.T) {
	for _, name := range []string{
		"", ".", "..", "../stock.yaml", "a/b.yaml", "/etc/x.yaml", `..\x.yaml`, ".hidden.yaml", "x.yaml\x00", "x\n.yaml", "c:x.yaml", "x.txt", "passwd",
		strings.Repeat("x", 200) + ".yaml", "..yaml/../x.yaml",
	} {
		if Editable(name) {
			t.Errorf("%q may be edited", name)
		}
		if _, ok := LibraryFile(name); ok {
			t.Errorf("the library has %q", name)
		}
	}
	for _, name := range []string{"stock.yaml", "库存.yml", ForbiddenFile} {
		if !Editable(name) {
			t.Errorf("%q may not be edited", name)
		}
	}
	if text, ok := LibraryFile("stock.yaml"); !ok || !strings.Contains(text, "name: stock") {
		t.Errorf("stock.yaml of the library is %.40q, %v", text, ok)
	}
}
