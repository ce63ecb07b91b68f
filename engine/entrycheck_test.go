package engine

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"liveroom/engine/admin/console"
	"liveroom/engine/live"
)

// TestAnEntryIsRehearsedBeforeItIsSaved: the check tells problems as saving would, who would answer, and changes nothing.
func TestAnEntryIsRehearsedBeforeItIsSaved(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	check := func(sketch map[string]any) (c console.EntryChecked) {
		t.Helper()
		status, answer := n.askAs(t, live.Supervisor, "POST", "/v1/entries/check", bodyOf(t, sketch))
		if status != 200 {
			t.Fatalf("the check answered %d %s", status, answer)
		}
		if err := json.Unmarshal([]byte(answer), &c); err != nil {
			t.Fatal(err)
		}
		return c
	}
	before := look[console.Page[console.KnownEntry]](t, n, "/v1/entries").Total
	good := map[string]any{
		"id": "oven", "question": "杯子能放烘干箱烘吗", "alternatives": []string{"杯子可以进烘干箱吗"}, "answer": "不建议放烘干箱", "room": "demo",
		"intents": []string{"usage"}, "try": "主播今天真好看",
	}
	c := check(good)
	if len(c.Problems) != 0 || len(c.Asked) != 3 {
		t.Fatalf("a good entry has %+v and %d questions, want none and 3", c.Problems, len(c.Asked))
	}
	if r := c.Asked[0]; r.By != "script" || r.Text != "" {
		t.Errorf("chatter is answered by %+v, want the scripts", r)
	}
	for _, r := range c.Asked[1:] {
		if r.By != "this" || !r.Exact || r.Text != "不建议放烘干箱" {
			t.Errorf("%s is answered by %+v, want the entry itself", r.Question, r)
		}
	}
	good["try"] = ""
	rows := look[console.Page[console.KnownEntry]](t, n, "/v1/entries").Rows
	ofTheShop := slices.IndexFunc(rows, func(e console.KnownEntry) bool { return len(e.Products) == 0 })
	good["question"], good["alternatives"] = rows[ofTheShop].Question, nil
	if c = check(good); len(c.Problems) != 1 || !strings.Contains(c.Problems[0].Text, "the same question as entry") || len(c.Asked) != 0 {
		t.Errorf("another entry's question has %+v and %d rehearsals", c.Problems, len(c.Asked))
	}
	good["question"], good["answer"] = "杯子能放烘干箱烘吗", "这是全网最低价"
	if c = check(good); len(c.Problems) != 1 || c.Problems[0].File != "answer" {
		t.Errorf("a forbidden answer has %+v", c.Problems)
	}
	if after := look[console.Page[console.KnownEntry]](t, n, "/v1/entries").Total; after != before {
		t.Errorf("checks made %d entries of %d", after, before)
	}
	for _, role := range []live.Role{live.Seat, live.Auditor} {
		if status, answer := n.askAs(t, role, "POST", "/v1/entries/check", bodyOf(t, good)); status != 403 {
			t.Errorf("as %s checking answered %d %s", role, status, answer)
		}
	}
}
