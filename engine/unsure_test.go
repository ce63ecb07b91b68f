package engine

import (
	"fmt"
	"strings"
	"testing"

	"liveroom/actors"
	"liveroom/engine/admin/console"
	"liveroom/engine/live"
)

func everyRoom(live.RoomID) bool { return true }

func unclear(id, text string) actors.Ended {
	return actors.Ended{
		Event:   &live.Event{Type: live.Comment, ID: live.EventID(id), Room: "demo", User: "u", Text: text},
		Reading: &live.Reading{Intent: live.IntentUnknown, DecidedBy: live.DecidedByModel}, Outcome: live.Quiet, Received: 1,
	}
}

// TestLinesThatWereNotUnderstoodAreLabelled says something unclear to a running node, labels it, and finds it in the export.
func TestLinesThatWereNotUnderstoodAreLabelled(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	c := n.ingest(t)
	// The model may read these as it likes; the last one says a phone number, which nobody may see.
	texts := []string{"嗡嘛呢叭咪吽", "嗡嘛呢叭咪吽", "锟斤拷烫烫烫13812345678"}
	for i, text := range texts {
		c.send(told("comment", fmt.Sprint("c", i), text))
		c.next("outcome", "reply")
		event := &live.Event{Type: live.Comment, ID: live.EventID(fmt.Sprint("x", i)), Room: "demo", User: "u", Text: text}
		n.parts.ended(actors.Ended{Event: event, Reading: &live.Reading{Intent: live.IntentUnknown, DecidedBy: live.DecidedByModel}, Received: int64(i)})
	}
	page := look[console.UnsurePage](t, n, "/v1/unsure")
	if page.Waiting < 3 || len(page.Lines) < 2 || strings.Contains(bodyOf(t, page), "13812345678") {
		t.Fatalf("what waits is %+v", page)
	}
	twice := page.Lines[1]
	if twice.Text != texts[0] || twice.Times < 2 {
		t.Errorf("a line said twice is %+v", twice)
	}
	path := fmt.Sprint("/v1/unsure/", twice.Place)
	if status, answer := n.askAs(t, live.Seat, "POST", path, `{"intent":"praise","sentiment":"positive"}`); status != 200 {
		t.Fatalf("labelling answered %d %s", status, answer)
	}
	if status, answer := n.askAs(t, live.Seat, "POST", fmt.Sprint("/v1/unsure/", page.Lines[0].Place), `{}`); status != 200 {
		t.Fatalf("passing over answered %d %s", status, answer)
	}
	for _, l := range look[console.UnsurePage](t, n, "/v1/unsure").Lines {
		if l.Text == texts[0] || l.Place == page.Lines[0].Place {
			t.Errorf("%+v waits still", l)
		}
	}
	_, export := n.askAs(t, live.Operator, "GET", "/v1/labels/export", "")
	if !strings.Contains(export, texts[0]+"\tpraise\t\tpositive\t") || strings.Contains(export, "锟斤拷") {
		t.Errorf("the export is %q", export)
	}
	if status, answer := n.askAs(t, live.Seat, "POST", path, `{"back":true}`); status != 200 {
		t.Errorf("putting back answered %d %s", status, answer)
	}
	if page = look[console.UnsurePage](t, n, "/v1/unsure"); !strings.Contains(bodyOf(t, page), texts[0]) {
		t.Errorf("put back, what waits is %+v", page)
	}
	if _, export = n.askAs(t, live.Operator, "GET", "/v1/labels/export", ""); strings.Contains(export, texts[0]) {
		t.Errorf("put back, the export is still %q", export)
	}
	n.askAs(t, live.Seat, "POST", path, `{"intent":"praise"}`)
	n.askAs(t, live.Operator, "POST", path, `{"back":true}`)
	if _, export = n.askAs(t, live.Operator, "GET", "/v1/labels/export", ""); !strings.Contains(export, texts[0]+"\tpraise\t") {
		t.Errorf("put back by somebody else, the export is %q; want the label in it", export)
	}
	for path, want := range map[string]int{path: 422, "/v1/unsure/999999": 404} {
		if status, answer := n.askAs(t, live.Admin, "POST", path, `{"intent":"nonsense"}`); status != want {
			t.Errorf("%s answered %d %s, want %d", path, status, answer, want)
		}
	}
	if status, _ := n.askAs(t, live.Auditor, "GET", "/v1/unsure", ""); status != 403 {
		t.Errorf("an auditor is answered %d", status)
	}
	if len(n.auditedAct(t, "label.write")) == 0 {
		t.Error("the audit log has none of it")
	}
}

func TestUnsureLinesAreBounded(t *testing.T) {
	u := newUnsure(nil)
	for i := range maxUnsure + 5 {
		u.ended(unclear(fmt.Sprint(i), fmt.Sprint("第", i, "句")))
	}
	sure, keyword, take, long := unclear("a", "a"), unclear("b", "b"), unclear("c", "c"), unclear("d", strings.Repeat("长", 300))
	sure.Reading.Intent = live.IntentStock
	keyword.Reading.DecidedBy = live.DecidedByKeyword
	take.Event.Type = live.Take
	for _, e := range []actors.Ended{sure, keyword, take, long, {Event: take.Event}} {
		u.ended(e)
	}
	page := u.Lines(3, everyRoom)
	if page.Waiting != maxUnsure || len(page.Lines) != 3 || page.Lines[0].Text != fmt.Sprint("第", maxUnsure+4, "句") {
		t.Errorf("what waits is %+v", page)
	}
	if err := u.Judge(t.Context(), 1, console.Judgement{}, everyRoom); err == nil {
		t.Error("a line that was pushed out is judged")
	}
	if err := u.Judge(t.Context(), page.Lines[0].Place, console.Judgement{}, func(r live.RoomID) bool { return r != "demo" }); err == nil {
		t.Error("a line of another room is judged")
	}
	if got := u.Lines(3, func(live.RoomID) bool { return false }); got.Waiting != 0 {
		t.Errorf("who sees no room sees %+v", got)
	}
}

func TestUnsureLinesCostNothingToKeep(t *testing.T) {
	u := newUnsure(nil)
	e := unclear("a", "啥")
	for range maxUnsure {
		u.ended(e)
	}
	if n := testing.AllocsPerRun(100, func() { u.ended(e) }); n != 0 {
		t.Errorf("keeping a line allocates %v times", n)
	}
}
