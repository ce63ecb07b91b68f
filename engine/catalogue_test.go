package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/shop"
	"liveroom/engine/shop/document"
)

// ask sends a request to the node's admin side.
func (n *node) ask(t *testing.T, method, path, contentType string, body []byte) (int, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, n.Addrs().Admin+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Authorization", n.bearer(t))
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	got, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	answer, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, answer
}

func (n *node) put(t *testing.T, path string, body []byte, into any) int {
	t.Helper()
	status, answer := n.ask(t, "PUT", path, "application/yaml", body)
	if err := json.Unmarshal(answer, into); err != nil {
		t.Fatalf("PUT %s answered %d %q", path, status, answer)
	}
	return status
}

// demoWith returns the demo shop's file with something else in the place of a text.
func demoWith(t *testing.T, old, next string) []byte {
	t.Helper()
	file := string(shop.DemoFile())
	if !strings.Contains(file, old) {
		t.Fatalf("the demo shop has no %q", old)
	}
	return []byte(strings.Replace(file, old, next, 1))
}

const cupAliases = "aliases: [保温杯, 杯子, 水杯]"

func TestAStockFigureIsSeenByTheNextQuestion(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	c := n.ingest(t)
	for i := range 40 {
		c.send(stockIs(100 + i))
		c.send(said("message", fmt.Sprint("m", i), fmt.Sprint("u", i%3), "3号链接还剩多少件"))
		if r := c.next("reply", "outcome", "error"); !strings.Contains(r.text("text"), fmt.Sprint(100+i)) {
			t.Fatalf("question %d got %v, want %d", i, r, 100+i)
		}
	}
}

func TestACatalogueIsReplacedWhileTheNodeRuns(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, nil)
	c := n.ingest(t)
	c.send(stockIs(37))
	c.send(said("message", "m1", "u1", "小钢炮还剩多少件"))
	if r := c.next("reply", "outcome", "error"); strings.Contains(r.text("text"), "37") {
		t.Fatalf("got %v for a name that nobody knows yet", r)
	}
	var changes shop.Changes
	file := demoWith(t, cupAliases, "aliases: [保温杯, 小钢炮]")
	if status := n.put(t, "/v1/catalogue?dry_run=1", file, &changes); status != 200 || changes.Products != (shop.Count{Changed: 1}) || changes.SKUs != (shop.Count{}) {
		t.Errorf("trying gave %d %+v, want one product changed", status, changes)
	}
	if n.parts.catalogue.Load().ByName("小钢炮") != nil {
		t.Fatal("trying changed the catalogue")
	}
	if status := n.put(t, "/v1/catalogue", file, &changes); status != 200 || changes.Products != (shop.Count{Changed: 1}) {
		t.Fatalf("import gave %d %+v", status, changes)
	}
	asked := func(c *client, id string) {
		c.send(said("message", id, "u2", "小钢炮还剩多少件"))
		if r := c.next("reply", "outcome", "error"); !strings.Contains(r.text("text"), "37") {
			t.Errorf("got %v, want the 37 of the new name", r)
		}
	}
	asked(c, "m2")
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	n = startNode(t, dir, func(c *Config) { c.Shop.Catalogue = filepath.Join(dir, "never-read.yaml") })
	asked(n.ingest(t), "m3") // the import goes before the configured file
}

func TestABadCatalogueChangesNothing(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, unspoken)
	before := n.parts.catalogue.Load()
	for _, bad := range []struct {
		name, path string
		file       []byte
		status     int
		want       []string
	}{
		{
			"two mistakes", "/v1/catalogue", bytes.Replace(demoWith(t, "link: 3", "link: 1"), []byte("price_fen: 8900"), []byte("price_fen: -1"), 1), 422,
			[]string{`link \"1\" is taken by products[0].link`, "price_fen: is -1", `"path":"products[2].link"`, `"line":`},
		},
		{"another shop", "/v1/catalogue", demoWith(t, "shop: demo", "shop: other"), 422, []string{"this node serves demo"}},
		{"a sheet", "/v1/catalogue?format=csv", []byte("row,id,sku,price\nshop,demo\n"), 422, []string{`"row":1,"column":"price"`}},
		{"no format", "/v1/catalogue?format=xlsx", nil, 400, []string{"yaml, json, csv"}},
		{"too large", "/v1/catalogue", bytes.Repeat([]byte("#"), shop.MaxCatalogueBytes+1), 413, []string{"at most"}},
		{"empty", "/v1/catalogue", nil, 422, []string{"empty"}},
	} {
		status, answer := n.ask(t, "PUT", bad.path, "application/yaml", bad.file)
		if status != bad.status {
			t.Errorf("%s: got %d %s, want %d", bad.name, status, answer, bad.status)
		}
		for _, want := range bad.want {
			if !strings.Contains(string(answer), want) {
				var said refusal
				json.Unmarshal(answer, &said)
				if !strings.Contains(fmt.Sprint(said), strings.ReplaceAll(want, `\`, "")) {
					t.Errorf("%s: got %s, want %s", bad.name, answer, want)
				}
			}
		}
	}
	if n.parts.catalogue.Load() != before {
		t.Error("a refused catalogue is in force")
	}
	if left, err := filepath.Glob(filepath.Join(dir, cataloguePaper.file+"*")); err != nil || left != nil || n.kept(t, cataloguePaper) != 0 {
		t.Errorf("a refused catalogue left %v, and version %d", left, n.kept(t, cataloguePaper))
	}
	n.obstruct(t, true)
	if status, answer := n.ask(t, "PUT", "/v1/catalogue", "application/yaml", demoWith(t, cupAliases, "")); status != 500 || n.parts.catalogue.Load() != before {
		t.Errorf("a catalogue that cannot be stored gave %d %s", status, answer)
	}
}

func TestTheCatalogueIsExportedInEveryFormat(t *testing.T) {
	n := startNode(t, t.TempDir(), unspoken)
	for _, format := range []document.Format{document.YAML, document.JSON, document.CSV} {
		status, file := n.ask(t, "GET", "/v1/catalogue?format="+string(format), "", nil)
		if _, err := shop.Parse(format, file); status != 200 || err != nil {
			t.Errorf("%s: got %d, %v", format, status, err)
		}
		var changes shop.Changes
		status, answer := n.ask(t, "PUT", "/v1/catalogue", format.Type(), file)
		if err := json.Unmarshal(answer, &changes); status != 200 || err != nil || changes != (shop.Changes{}) {
			t.Errorf("%s: putting it back gave %d %s, want nothing changed", format, status, answer)
		}
	}
}

func TestASKUThatIsGoneComesBackWithItsStock(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, nil)
	c := n.ingest(t)
	c.send(frame{"type": "stock", "sku": "DEMO-1-XL-BLACK", "available": 7, "at": time.Now().UnixMilli()})
	c.send(said("message", "m0", "u1", "我要退货"))
	c.next("reply")
	var changes shop.Changes
	gone := demoWith(t, "      - {sku: DEMO-1-XL-BLACK, size: XL, color: 黑色, price_fen: 7900}\n", "")
	if status := n.put(t, "/v1/catalogue", gone, &changes); status != 200 || changes.SKUs != (shop.Count{Removed: 1}) {
		t.Fatalf("import gave %d %+v", status, changes)
	}
	c.send(frame{"type": "stock", "sku": "DEMO-1-XL-BLACK", "available": 8, "at": time.Now().UnixMilli()})
	if e := c.next("error"); e.text("field") != "sku" {
		t.Errorf("stock of a SKU gone got %v", e)
	}
	if err := n.stop(); err != nil { // a start without the SKU does not know its stock
		t.Fatal(err)
	}
	n = startNode(t, dir, nil)
	if status := n.put(t, "/v1/catalogue", shop.DemoFile(), &changes); status != 200 || changes.SKUs != (shop.Count{Added: 1}) {
		t.Fatalf("import gave %d %+v", status, changes)
	}
	if got, _, _, ok := shop.Total(n.parts.ledger.Stock("tee"), "DEMO-1-XL-BLACK"); got != 7 || !ok {
		t.Errorf("the SKU came back with %d, %v; want the 7 it had", got, ok)
	}
}

func TestQuestionsGoOnWhileCataloguesAreReplaced(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	c := n.ingest(t)
	c.send(stockIs(37))
	var wait sync.WaitGroup
	wait.Add(1)
	go func() {
		defer wait.Done()
		files := [][]byte{demoWith(t, cupAliases, "aliases: [小钢炮]"), shop.DemoFile()}
		for i := range 6 {
			if status, answer := n.ask(t, "PUT", "/v1/catalogue", "", files[i%2]); status != 200 {
				t.Errorf("import gave %d %s", status, answer)
			}
		}
	}()
	for i := range 100 {
		c.send(said("message", fmt.Sprint("m", i), fmt.Sprint("u", i%7), "3号链接还剩多少件"))
		if r := c.next("reply", "outcome", "error"); !strings.Contains(r.text("text"), "37") {
			t.Errorf("question %d got %v, want 37", i, r)
		}
	}
	wait.Wait()
}

func TestGoodCustomersAreKnownAfterARestart(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, unspoken)
	c := n.ingest(t)
	c.send(frame{
		"type": "order", "id": "o1", "room": "demo", "user": "u1", "sku": "DEMO-5", "quantity": 1, "amount_fen": 199900, "state": "paid",
		"at": time.Now().UnixMilli(),
	})
	c.next("ack")
	k := live.UserKey{Room: "demo", User: "u1"}
	check := func(when string) {
		if known := (catalogue{known: n.parts.profiles, clock: new(clock)}); !known.VIP(k) || known.VIP(live.UserKey{Room: "demo", User: "u2"}) {
			t.Errorf("%s: want u1 a good customer and u2 none", when)
		}
	}
	check("at once")
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	n = startNode(t, dir, unspoken)
	check("after a restart")
}
