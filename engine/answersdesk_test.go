package engine

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"liveroom/engine/admin/console"
	"liveroom/engine/live"
)

// TestAnEntryIsEditedOverTheConsole edits one entry of the knowledge base among others, and brings a version back.
func TestAnEntryIsEditedOverTheConsole(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, nil)
	c := n.ingest(t)
	const at = "/v1/entries/wash"
	change := func(method, path string, body any, want int, says string) {
		t.Helper()
		text := ""
		if body != nil {
			text = bodyOf(t, body)
		}
		if status, answer := n.askAs(t, live.Supervisor, method, path, text); status != want || !strings.Contains(answer, says) {
			t.Fatalf("%s %s answered %d %s, want %d with %q", method, path, status, answer, want, says)
		}
	}
	text := func(base uint64, answer string) map[string]any {
		return map[string]any{
			"base": base, "question": "杯子能放烘干箱烘吗", "answer": answer, "tags": []string{"烘干箱"}, "intents": []string{"usage"},
		}
	}
	asked := func(id, says string) {
		t.Helper()
		c.send(told("message", id, "杯子能放烘干箱烘吗"))
		if r := c.next("reply"); !strings.Contains(r.text("text"), says) {
			t.Errorf("%s: it says %q, want %q", id, r.text("text"), says)
		}
	}
	entry := func() console.EntryNow { return look[console.EntryNow](t, n, at) }
	others := look[console.Page[console.KnownEntry]](t, n, "/v1/entries").Total
	change("PUT", at, text(0, "不建议放烘干箱"), 200, `"version":1`)
	asked("m1", "不建议放烘干箱")
	change("PUT", at, text(1, "放上层可以洗"), 200, `"version":2`)
	asked("m2", "放上层可以洗")
	change("PUT", at, text(1, "两个人都改了"), 409, "version 2")
	change("PUT", at, text(2, "这是全网最低价"), 422, "answer: says")
	bad := text(2, "可以")
	bad["intents"], bad["products"] = []string{"nonsense"}, []string{"spoon"}
	change("PUT", at, bad, 422, "nonsense")
	change("PUT", "/v1/entries/again", map[string]any{"base": 0, "question": "杯子能放烘干箱烘吗？", "answer": "可以"}, 422, "the same question as entry wash")
	change("POST", at+"/rollback", map[string]any{"base": 2, "from": 1}, 200, `"version":3`)
	asked("m3", "不建议放烘干箱")
	change("POST", at+"/rollback", map[string]any{"base": 3, "from": 77}, 404, "version 77")
	if e := entry(); e.Now.Said == nil || *e.Now.Said != 3 || len(e.Past) != 2 || e.Past[1].Answer != "不建议放烘干箱" {
		b, _ := json.Marshal(e)
		t.Errorf("the entry is %s", b)
	}
	if page := look[console.Page[console.KnownEntry]](t, n, "/v1/entries?q=%E7%83%98%E5%B9%B2%E7%AE%B1"); page.Total != others+1 || page.Matched != 1 {
		t.Errorf("the list has %d of %d, want 1 of %d", page.Matched, page.Total, others+1)
	}
	change("DELETE", at+"?base=3", nil, 200, "")
	if e := entry(); e.Now != nil || len(e.Past) != 3 {
		t.Errorf("removed it is %+v", e)
	}
	change("DELETE", at+"?base=0", nil, 404, "wash")
	change("POST", at+"/rollback", map[string]any{"base": 0, "from": 2}, 200, `"version":4`)
	for _, role := range []live.Role{live.Seat, live.Auditor} {
		if status, answer := n.askAs(t, role, "PUT", at, bodyOf(t, text(4, "x"))); status != 403 {
			t.Errorf("as %s saving answered %d %s", role, status, answer)
		}
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	n = startNode(t, dir, nil)
	if e := entry(); e.Now == nil || e.Now.Version != 4 || e.Now.Answer != "放上层可以洗" {
		t.Errorf("after a restart it is %+v", e.Now)
	}
}

// TestWhatIsAskedMostIsShownByTheHour asks a running node, and looks at what it counted.
func TestWhatIsAskedMostIsShownByTheHour(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	if h := look[console.Heat](t, n, "/v1/heat"); len(h.Rows) != 0 || h.Since == 0 {
		t.Errorf("before anything was asked it is %+v", h)
	}
	c := n.ingest(t)
	c.send(stockIs(37))
	for i := range 3 {
		c.send(told("message", fmt.Sprint("m", i), "3号链接还剩多少件"))
		c.next("reply")
	}
	c.send(told("comment", "c1", "666"))
	c.next("outcome", "reply")
	h := look[console.Heat](t, n, "/v1/heat")
	if len(h.Rows) != 1 || h.Rows[0].Intent != "stock" || h.Rows[0].Product == "" || h.Rows[0].Asked != 3 || h.Rows[0].Answered != 3 || len(h.Rows[0].Hours) != 24 {
		t.Errorf("after three questions it is %+v", h)
	}
	sum := uint32(0)
	for _, n := range h.Rows[0].Hours {
		sum += n
	}
	if sum != 3 {
		t.Errorf("by the hour that is %v", h.Rows[0].Hours)
	}
}
