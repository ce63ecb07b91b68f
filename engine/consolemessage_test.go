package engine

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"liveroom/engine/admin/console"
	"liveroom/engine/audit"
	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// askAs asks as a role and reads the answer into out, when that is not nil.
func askAs(t *testing.T, n *node, role live.Role, method, path, body string, out any) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, n.Addrs().Admin+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	claims := token.Claims{Role: role}
	if role == live.Viewer {
		claims.Room, claims.User = "demo", "u9"
	}
	req.Header.Set("Authorization", "Bearer "+n.token(t, claims))
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if out != nil && resp.StatusCode == http.StatusOK {
		if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
			t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return resp.StatusCode
}

// watched has somebody watch the demo room, as a page does, and returns its lines.
func watched(t *testing.T, n *node) <-chan console.Line {
	t.Helper()
	lines := make(chan console.Line, 16)
	t.Cleanup(roomsView{n.Engine}.Watch("demo", func(l console.Line) { lines <- l }))
	return lines
}

// TestOneMessageIsFollowed asks for the way of a message and for what its reply rests on.
func TestOneMessageIsFollowed(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	c := n.ingest(t)
	c.send(stockIs(37))
	c.send(said("message", "m0", "u1", "3号链接还剩多少件"))
	c.next("reply")
	lines := watched(t, n)
	c.send(said("message", "m1", "u1", "3号链接还剩多少件呀"))
	if l := <-lines; !l.Traced {
		t.Errorf("the line %+v cannot be looked into", l)
	}
	var tr console.Trace
	const path = "/v1/rooms/demo/users/u1/trace?type=message&id="
	if status := askAs(t, n, live.Seat, "GET", path+"m1", "", &tr); status != http.StatusOK {
		t.Fatalf("the trace answered %d", status)
	}
	var stages []string
	for _, s := range tr.Spans {
		stages = append(stages, s.Stage)
		if s.Us < 0 || s.FromUs < 0 || s.FromUs+s.Us > tr.TotalUs {
			t.Errorf("span %+v of %d µs", s, tr.TotalUs)
		}
	}
	if got := strings.Join(stages, " "); got != "decode mailbox batch model back step commit send" {
		t.Errorf("the stages are %s", got)
	}
	if tr.Batch < 1 || tr.From != "model" || tr.Reading.Model == "" || tr.Reading.DecidedBy != "model" {
		t.Errorf("it was read by %+v", tr)
	}
	top := tr.Reading.Top
	if len(top) != 3 || top[0].Intent != "stock" || top[0].Limit <= 0 || top[1].Limit <= 0 {
		t.Errorf("the candidates are %+v", top)
	}
	if len(tr.Said) == 0 || tr.Said[0].Part != "main" || tr.Said[0].Script == "" || len(tr.Book) != 12 || tr.Outcome != "replied" {
		t.Errorf("it was said by %+v of %q", tr.Said, tr.Book)
	}
	if len(tr.Figures) == 0 || tr.Figures[0].Name != "stock" || tr.Figures[0].Value != 37 || tr.Figures[0].LimitMs != 86_400_000 || tr.Figures[0].Version == 0 {
		t.Errorf("it rests on %+v", tr.Figures)
	}
	if len(tr.After.Slots) == 0 || len(tr.Experiments) != 0 {
		t.Errorf("the dialogue ends as %+v", tr.After)
	}
	for id, want := range map[string]int{"m0": 404, "m9": 404} {
		if status := askAs(t, n, live.Seat, "GET", path+id, "", nil); status != want {
			t.Errorf("the trace of %s, which nobody watched, answered %d, want %d", id, status, want)
		}
	}
	if status := askAs(t, n, live.Auditor, "GET", path+"m1", "", nil); status != http.StatusForbidden {
		t.Errorf("an auditor's asking answered %d", status)
	}
	d := look[console.Dialogue](t, n, "/v1/rooms/demo/users/u1")
	if len(d.Turns) != 2 || d.Turns[0].Traced || !d.Turns[1].Traced || d.Turns[1].ID != "m1" {
		t.Errorf("the history is %+v", d.Turns)
	}
}

// TestAnEntryOfTheKnowledgeIsNamed asks why of a reply that the shop itself wrote.
func TestAnEntryOfTheKnowledgeIsNamed(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	entry := n.parts.knowledge.Load().Entries()[0]
	c := n.ingest(t)
	lines := watched(t, n)
	c.send(said("message", "m1", "u1", entry.Question))
	l := <-lines
	if l.Reply == nil || l.Reply.By != "knowledge" {
		t.Fatalf("%q was answered by %+v", entry.Question, l.Reply)
	}
	var tr console.Trace
	askAs(t, n, live.Seat, "GET", "/v1/rooms/demo/users/u1/trace?type=message&id=m1", "", &tr)
	if tr.Entry == nil || tr.Entry.ID != entry.ID || tr.Entry.Version != entry.Version || !tr.Entry.Exact {
		t.Errorf("the entry is %+v, want %s", tr.Entry, entry.ID)
	}
}

// TestPersonalValuesAreRevealedForAReason asks for what is masked, in every role, and looks for it in the audit log.
func TestPersonalValuesAreRevealedForAReason(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, nil)
	c := n.ingest(t)
	c.send(said("message", "m1", "u1", "3号链接还有吗，打我电话13812345678"))
	c.next("reply", "outcome")
	d := look[console.Dialogue](t, n, "/v1/rooms/demo/users/u1")
	if len(d.Turns) != 1 || !d.Turns[0].Masked || strings.Contains(d.Turns[0].Text, "13812345678") {
		t.Fatalf("the history is %+v, want it masked", d.Turns)
	}
	const path, body = "/v1/rooms/demo/users/u1/reveal", `{"type":"message","id":"m1","reason":"买家要求回电 13912345678"}`
	for role, want := range map[live.Role]int{
		live.Ingest: 403, live.Viewer: 403, live.Seat: 403, live.Operator: 403, live.Auditor: 403, live.Supervisor: 200, live.Admin: 200,
	} {
		var r console.Revealed
		if status := askAs(t, n, role, "POST", path, body, &r); status != want {
			t.Errorf("as %v it answered %d, want %d", role, status, want)
		}
		if got := strings.Contains(r.Text, "13812345678"); got != (want == 200) {
			t.Errorf("as %v the text is %q", role, r.Text)
		}
	}
	if status := askAs(t, n, live.Admin, "POST", path, `{"type":"message","id":"m9","reason":"看看有没有"}`, nil); status != http.StatusNotFound {
		t.Errorf("no message answered %d", status)
	}
	records, err := n.parts.audit.RecordsBefore(0, 100, audit.Filter{Act: "person.reveal"})
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, r := range records {
		if strings.Contains(r.Detail+r.On, "13812345678") || strings.Contains(r.Detail, "13912345678") {
			t.Errorf("the audit log says %q on %q", r.Detail, r.On)
		}
		if r.Result == audit.Intended {
			asked++
			if !strings.Contains(r.Detail, "because") || !strings.Contains(r.Detail, `"m`) {
				t.Errorf("the audit log says %q, want the message and the reason", r.Detail)
			}
		}
	}
	if asked != 3 {
		t.Errorf("%d reveals are written down, want 3", asked)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
}

// TestAReadingIsCorrected says what a message means, and looks for that in the dialogue, in the list and in the export, also
// after a restart.
func TestAReadingIsCorrected(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, nil)
	c := n.ingest(t)
	c.send(said("message", "m1", "u1", "3号链接还有吗，打我电话13812345678"))
	c.next("reply", "outcome")
	const path, body = "/v1/rooms/demo/users/u1/label", `{"type":"message","id":"m1","intent":"ship_time","emotion":"calm","sentiment":"neutral"}`
	for role, want := range map[live.Role]int{live.Ingest: 403, live.Viewer: 403, live.Auditor: 403, live.Operator: 200, live.Supervisor: 200, live.Admin: 200, live.Seat: 200} {
		if status := askAs(t, n, role, "PUT", path, body, nil); status != want {
			t.Errorf("as %v it answered %d, want %d", role, status, want)
		}
	}
	var l console.Label
	if status := askAs(t, n, live.Seat, "PUT", path, body, &l); status != 200 || l.Was != "stock" || l.By != "token of seat" || strings.Contains(l.Text, "13812345678") {
		t.Errorf("it answered %d %+v", status, l)
	}
	for bad, want := range map[string]int{
		`{"type":"message","id":"m1","intent":"weather"}`:                   422,
		`{"type":"message","id":"m9","intent":"stock"}`:                     404,
		`{"type":"comment","id":"m1","intent":"stock"}`:                     404,
		`{"type":"message","id":"m1","intent":"stock","emotion":"furious"}`: 422,
	} {
		if status := askAs(t, n, live.Seat, "PUT", path, bad, nil); status != want {
			t.Errorf("%s answered %d, want %d", bad, status, want)
		}
	}
	check := func(when string) {
		t.Helper()
		d := look[console.Dialogue](t, n, "/v1/rooms/demo/users/u1")
		if len(d.Turns) != 1 || d.Turns[0].Label == nil || d.Turns[0].Label.Intent != "ship_time" {
			t.Errorf("%s the history is %+v", when, d.Turns)
		}
		if p := look[console.LabelPage](t, n, "/v1/labels"); len(p.Labels) != 1 || p.More || p.Labels[0].At != p.Next {
			t.Errorf("%s the list is %+v", when, p)
		}
		status, file := n.ask(t, "GET", "/v1/labels/export", "", nil)
		if s := string(file); status != 200 || strings.Contains(s, "13812345678") || !strings.Contains(s, "\tship_time\tcalm\tneutral\tshopper\n") {
			t.Errorf("%s the export answered %d %q", when, status, s)
		}
	}
	check("at once,")
	if status := askAs(t, n, live.Seat, "GET", "/v1/labels/export", "", nil); status != http.StatusForbidden {
		t.Errorf("a seat's export answered %d", status)
	}
	for act, want := range map[string]int{"label.write": 1, "label.read": 1} {
		if records, err := n.parts.audit.RecordsBefore(0, 100, audit.Filter{Act: act}); err != nil || len(records) < want {
			t.Errorf("the audit log has %d records of %s, %v", len(records), act, err)
		}
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	n = startNode(t, dir, nil)
	check("after a restart,")
}

// TestALabelGivenByMistakeIsWithdrawn takes a label back, looks wherever it stood, also after a restart, and who may do so.
func TestALabelGivenByMistakeIsWithdrawn(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, nil)
	c := n.ingest(t)
	c.send(said("message", "m1", "u1", "3号链接还有吗"))
	c.next("reply", "outcome")
	const path = "/v1/rooms/demo/users/u1/label"
	const m1 = path + "?type=message&id=m1"
	if status := askAs(t, n, live.Seat, "DELETE", m1, "", nil); status != http.StatusNotFound {
		t.Errorf("without a label it answered %d", status)
	}
	if status := askAs(t, n, live.Seat, "PUT", path, `{"type":"message","id":"m1","intent":"ship_time"}`, nil); status != http.StatusOK {
		t.Fatalf("the label answered %d", status)
	}
	for role, want := range map[live.Role]int{live.Ingest: 403, live.Viewer: 403, live.Auditor: 403} {
		if status := askAs(t, n, role, "DELETE", m1, "", nil); status != want {
			t.Errorf("as %v it answered %d, want %d", role, status, want)
		}
	}
	if status := askAs(t, n, live.Operator, "DELETE", m1, "", nil); status != http.StatusOK {
		t.Fatalf("withdrawing answered %d", status)
	}
	check := func(when string) {
		t.Helper()
		if d := look[console.Dialogue](t, n, "/v1/rooms/demo/users/u1"); len(d.Turns) != 1 || d.Turns[0].Label != nil {
			t.Errorf("%s the history is %+v", when, d.Turns)
		}
		if p := look[console.LabelPage](t, n, "/v1/labels"); len(p.Labels) != 0 || p.More {
			t.Errorf("%s the list is %+v", when, p)
		}
		if _, file := n.ask(t, "GET", "/v1/labels/export", "", nil); strings.Contains(string(file), "ship_time") {
			t.Errorf("%s the export is %q", when, file)
		}
	}
	check("at once,")
	records, err := n.parts.audit.RecordsBefore(0, 100, audit.Filter{Act: "label.write"})
	if err != nil || len(records) == 0 || !strings.Contains(records[1].Detail, "DELETE") || !strings.Contains(records[1].Detail, "id=m1") {
		t.Errorf("the audit log says %+v, %v; want what was withdrawn", records, err)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	n = startNode(t, dir, nil)
	check("after a restart,")
	if status := askAs(t, n, live.Seat, "PUT", path, `{"type":"message","id":"m1","intent":"stock"}`, nil); status != http.StatusOK {
		t.Errorf("labelling again answered %d", status)
	}
	if p := look[console.LabelPage](t, n, "/v1/labels"); len(p.Labels) != 1 || p.Labels[0].Intent != "stock" {
		t.Errorf("labelled again, the list is %+v", p)
	}
}
