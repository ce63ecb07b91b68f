package engine

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"liveroom/engine/shop"
	"liveroom/engine/shop/knowledge"
)

const knows = `entries:
  - id: wash
    question: 保温杯可以放洗碗机洗吗
    answer: %s
    tags: [洗碗机]
    products: [cup]
    intents: [usage]
  - {id: figures, question: 3号链接还剩多少件啊亲亲, answer: 这里不说数, intents: [stock]}
`

func TestKnowledgeAnswersBeforeScripts(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, nil)
	c := n.ingest(t)
	var changes knowledge.Changes
	if status := n.put(t, "/v1/knowledge", fmt.Appendf(nil, knows, "不建议放洗碗机"), &changes); status != 200 || changes.Added+changes.Changed != 2 {
		t.Fatalf("import gave %d %+v", status, changes)
	}
	asked := func(id, text, script, variant, said string) {
		t.Helper()
		c.send(told("message", id, text))
		if r := c.next("reply", "outcome", "error"); r.text("by") != "knowledge" || r.text("script") != script || r.text("variant") != variant || !strings.Contains(r.text("text"), said) {
			t.Errorf("%s: got %v, want %s %s", text, r, script, variant)
		}
	}
	asked("m1", "3号链接可以放洗碗机洗吗", "kb/wash", "v1", "不建议放洗碗机")
	if status := n.put(t, "/v1/knowledge", fmt.Appendf(nil, knows, "放上层可以洗"), &changes); status != 200 || changes != (knowledge.Changes{Changed: 1}) {
		t.Fatalf("a changed answer gave %d %+v", status, changes)
	}
	asked("m2", "3号链接可以放洗碗机洗吗", "kb/wash", "v2", "放上层可以洗")
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	n = startNode(t, dir, nil)
	c = n.ingest(t)
	asked("m3", "3号链接可以放洗碗机洗吗", "kb/wash", "v2", "放上层可以洗")
	var history knowledge.Past
	status, answer := n.ask(t, "GET", "/v1/knowledge/wash", "", nil)
	if err := json.Unmarshal(answer, &history); err != nil || status != 200 || history.Now.Version != 2 || len(history.Past) == 0 || history.Past[0].Answer != "不建议放洗碗机" {
		t.Errorf("the history of an entry is %d %s", status, answer)
	}
	if status, answer := n.ask(t, "GET", "/v1/knowledge/none", "", nil); status != 404 || !strings.Contains(string(answer), "none") {
		t.Errorf("an entry that never was: %d %s", status, answer)
	}
}

func told(typ, id, text string) frame { return said(typ, id, "u-"+id, text) }

func TestFiguresComeFromScripts(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	c := n.ingest(t)
	var changes knowledge.Changes
	if status := n.put(t, "/v1/knowledge", fmt.Appendf(nil, knows, "不建议"), &changes); status != 200 {
		t.Fatalf("import gave %d", status)
	}
	c.send(stockIs(37))
	c.send(told("message", "m1", "3号链接现在还剩多少件啊亲亲"))
	if r := c.next("reply", "outcome", "error"); r.text("by") != "script" || !strings.Contains(r.text("text"), "37") {
		t.Errorf("a question like a known one got %v, want the figure", r)
	}
	c.send(told("message", "m2", "3号链接还剩多少件啊亲亲"))
	if r := c.next("reply", "outcome", "error"); r.text("script") != "kb/figures" {
		t.Errorf("the known question itself got %v, want its answer", r)
	}
}

func TestBadKnowledgeChangesNothing(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	before := n.parts.knowledge.Load()
	file := strings.Replace(fmt.Sprintf(knows, "全网最低价的杯子"), "products: [cup]", "products: [cap]", 1)
	status, answer := n.ask(t, "PUT", "/v1/knowledge", "application/yaml", []byte(file))
	for _, want := range []string{"最低", `no product \"cap\"`, "entries[0].answer"} {
		if status != 422 || !strings.Contains(string(answer), want) {
			t.Errorf("got %d %s, want 422 with %s", status, answer, want)
		}
	}
	if n.parts.knowledge.Load() != before || len(before.Entries()) == 0 {
		t.Error("refused knowledge is in force, or the demo shop knows nothing")
	}
}

func TestTheDemoShopSaysNothingForbidden(t *testing.T) {
	n := startNode(t, t.TempDir(), unspoken)
	check := func(where, text string) {
		if term, reason, bad := n.parts.book.Forbidden(text); bad {
			t.Errorf("%s says %q (%s): %s", where, term, reason, text)
		}
	}
	for _, e := range knowledge.Demo() {
		check("entry "+e.ID, e.Answer)
	}
	for _, p := range shop.Demo().Products() {
		for key, text := range p.Attributes {
			check(string(p.ID)+" "+key, text)
		}
		for _, o := range p.Competitors {
			check(string(p.ID)+" against "+o.Name, o.Facts)
		}
		for _, o := range p.Promotions {
			check(string(p.ID)+" promotion", o.Text)
		}
		check(string(p.ID)+" promotion", p.Promotion)
	}
}

func TestAComparisonNamesTheFacts(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	c := n.ingest(t)
	c.send(told("message", "m1", "5号链接和小米比哪个好"))
	if r := c.next("reply", "outcome", "error"); r.text("intent") != "compare" || !strings.Contains(r.text("text"), "和小米同价位") {
		t.Errorf("got %v, want what the shop says against 小米", r)
	}
	c.send(told("message", "m2", "5号链接和别的手机比哪个好"))
	if r := c.next("reply", "outcome", "error"); strings.Contains(r.text("text"), "小米") {
		t.Errorf("got %v, want no word of 小米", r)
	}
}
