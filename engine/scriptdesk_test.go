package engine

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liveroom/engine/admin/console"
	"liveroom/engine/audit"
	"liveroom/engine/live"
)

const shopStock = `name: stock
intents: [stock]
cases:
  - name: known
    needs: [product, stock]
    texts: ['{{.Item}}%s{{.Stock}}件哦']
  - name: ask
    texts: ['亲，您问的是几号链接呢？']
`

// scriptNode starts a node with a folder of its own scripts.
func scriptNode(t *testing.T) (n *node, dir string) {
	t.Helper()
	dir = t.TempDir()
	return startNode(t, t.TempDir(), func(c *Config) { c.Scripts.Dir = dir }), dir
}

func bodyOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestAScriptIsEditedOverTheConsole edits a script of a running node, sees the next reply change, and brings it back.
func TestAScriptIsEditedOverTheConsole(t *testing.T) {
	n, dir := scriptNode(t)
	c := n.ingest(t)
	c.send(stockIs(37))
	const at = "/v1/scripts/files/stock.yaml"
	open := func() console.ScriptFile { return look[console.ScriptFile](t, n, at) }
	change := func(method, path, body string, want int) string {
		t.Helper()
		status, answer := n.askAs(t, live.Operator, method, path, body)
		if status != want {
			t.Fatalf("%s %s answered %d %s, want %d", method, path, status, answer, want)
		}
		return answer
	}
	says := func(id, want string) {
		t.Helper()
		c.send(said("message", id, "u-"+id, "3号链接还剩多少件"))
		if r := c.next("reply"); !strings.Contains(r.text("text"), want) {
			t.Errorf("%s: it says %q, want %q", id, r.text("text"), want)
		}
	}
	f := open()
	if f.Own || f.Base != "" || !f.Editable || f.Library == "" || f.Text != f.Library {
		t.Fatalf("a script of the library opens as %+v", f)
	}
	checked := console.Checked{}
	answer := change("POST", "/v1/scripts/check", bodyOf(t, console.Sketch{File: "stock.yaml", Text: fmt.Sprintf(shopStock, "还剩"), Room: "demo"}), 200)
	if json.Unmarshal([]byte(answer), &checked) != nil || len(checked.Problems) > 0 || len(checked.Texts) != 2 || checked.Texts[1].Text == "" {
		t.Fatalf("checked: %s", answer)
	}
	change("PUT", at, bodyOf(t, map[string]string{"base": "", "text": fmt.Sprintf(shopStock, "还剩")}), 200)
	says("m1", "3号链接还剩37件哦")
	f = open()
	change("PUT", at, bodyOf(t, map[string]string{"base": f.Base, "text": fmt.Sprintf(shopStock, "现货")}), 200)
	says("m2", "3号链接现货37件哦")
	if answer := change("PUT", at, bodyOf(t, map[string]string{"base": f.Base, "text": fmt.Sprintf(shopStock, "只有")}), 409); !strings.Contains(answer, "changed the file at") {
		t.Errorf("the second of two editors is told %s", answer)
	}
	if answer := change("PUT", at, bodyOf(t, map[string]string{"base": open().Base, "text": strings.ReplaceAll(shopStock, "stock]", "stok]")}), 422); !strings.Contains(answer, "unknown") {
		t.Errorf("a bad script is refused with %s", answer)
	}
	says("m3", "现货")
	if s := look[console.Scripts](t, n, "/v1/scripts"); s.Folder != dir || s.Refused != "" || len(s.Files) != 1 || saidOf(s, "stock") != 3 {
		t.Errorf("the list says folder %q, refused %q, files %v, stock said %d times", s.Folder, s.Refused, s.Files, saidOf(s, "stock"))
	}
	change("POST", at+"/rollback", bodyOf(t, map[string]any{"base": open().Base, "n": 1}), 200)
	says("m4", "还剩37件哦")
	f = open()
	if len(f.Versions) != 3 || f.Versions[0].From != 1 || f.Versions[0].Who == "" {
		t.Errorf("the versions are %+v", f.Versions)
	}
	change("DELETE", at+"?base="+f.Base, "", 200)
	if f = open(); f.Own || f.Text != f.Library || !f.Versions[0].Gone {
		t.Errorf("removed it is %+v", f)
	}
	change("POST", at+"/rollback", bodyOf(t, map[string]any{"base": "", "n": 2}), 200)
	says("m5", "现货37件哦")
	records := n.auditedAct(t, "script.write")
	done := 0
	for _, r := range records {
		if r.On != "file stock.yaml" {
			t.Errorf("the audit log says %+v", r)
		}
		if r.Result == audit.Done {
			done++
		}
	}
	if len(records) != 2*7 || done != 5 {
		t.Errorf("the audit log has %d records of which %d done, want 14 and 5: a check is none", len(records), done)
	}
}

func saidOf(s console.Scripts, name string) (n uint64) {
	for _, l := range s.List {
		if l.Name == name {
			for _, k := range l.Said {
				n += k
			}
		}
	}
	return n
}

// TestHostileNamesOfScripts asks for files outside the folder.
func TestHostileNamesOfScripts(t *testing.T) {
	n, dir := scriptNode(t)
	if err := os.WriteFile(filepath.Join(dir, "..", "outside.yaml"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../outside.yaml", "../", "/etc/passwd", `..\outside.yaml`, ".x.yaml", "a/../../outside.yaml", "x\x00.yaml", "token.key", strings.Repeat("n", 120) + ".yaml.yaml"} {
		path := "/v1/scripts/files/" + url.PathEscape(name)
		for _, try := range [][3]string{
			{"GET", path, ""},
			{"GET", path + "/versions/1", ""},
			{"PUT", path, bodyOf(t, map[string]string{"base": "", "text": fmt.Sprintf(shopStock, "x")})},
			{"DELETE", path + "?base=x", ""},
		} {
			status, answer := n.askAs(t, live.Admin, try[0], try[1], try[2])
			if status < 300 || status >= 500 || strings.Contains(answer, "secret") {
				t.Errorf("%s %s answered %d %.200s", try[0], name, status, answer)
			}
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
}

func TestANodeWithoutAScriptsFolderSaysSo(t *testing.T) {
	n := startNode(t, t.TempDir(), unspoken)
	if f := look[console.ScriptFile](t, n, "/v1/scripts/files/stock.yaml"); f.Editable || f.Text == "" {
		t.Errorf("stock.yaml is %+v", f)
	}
	status, answer := n.askAs(t, live.Admin, "PUT", "/v1/scripts/files/stock.yaml", bodyOf(t, map[string]string{"base": "", "text": "x"}))
	if status != http.StatusConflict || !strings.Contains(answer, "scripts.dir") {
		t.Errorf("saving answered %d %s", status, answer)
	}
	for role, want := range map[live.Role]int{live.Seat: 403, live.Auditor: 403, live.Supervisor: 409} {
		if status, answer := n.askAs(t, role, "PUT", "/v1/scripts/files/stock.yaml", bodyOf(t, map[string]string{"base": "", "text": "x"})); status != want {
			t.Errorf("as %s it answered %d %s, want %d", role, status, answer, want)
		}
	}
}

// TestAShopWithoutForbiddenWordsHasAnEmptyList opens the list of nodes with and without a scripts folder, and writes the first
// words into it.
func TestAShopWithoutForbiddenWordsHasAnEmptyList(t *testing.T) {
	const at = "/v1/scripts/files/forbidden.txt"
	bare := startNode(t, t.TempDir(), unspoken)
	if f := look[console.ScriptFile](t, bare, at); f.Own || f.Text != "" || f.Editable {
		t.Errorf("without a scripts folder the list opens as %+v", f)
	}
	n, _ := scriptNode(t)
	if f := look[console.ScriptFile](t, n, at); f.Own || f.Text != "" || f.Base != "" || !f.Editable || f.Versions == nil {
		t.Errorf("before anything is in it the list opens as %+v", f)
	}
	if status, answer := n.askAs(t, live.Operator, "PUT", at, bodyOf(t, map[string]string{"base": "", "text": "绝绝子\n"})); status != http.StatusOK {
		t.Fatalf("the first word is answered %d %s", status, answer)
	}
	if f := look[console.ScriptFile](t, n, at); !f.Own || f.Text != "绝绝子\n" || len(f.Versions) != 1 {
		t.Errorf("with a word in it the list opens as %+v", f)
	}
	if status, _ := n.ask(t, "GET", "/v1/scripts/files/never-written.yaml", "", nil); status != http.StatusNotFound {
		t.Errorf("a script that was never written is answered %d", status)
	}
}
