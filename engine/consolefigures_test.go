package engine

import (
	"net/http"
	"testing"
	"time"

	"liveroom/engine/admin/console"
	"liveroom/engine/live"
)

// TestRatingsBecomeFigures rates dialogues over a link, and asks for what they make and for who is behind it.
func TestRatingsBecomeFigures(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	c := n.ingest(t)
	value := func(key string) *float64 {
		t.Helper()
		for _, f := range look[console.Figures](t, n, "/v1/figures").List {
			if f.Key == key {
				return f.Value
			}
		}
		t.Fatalf("there is no figure %s", key)
		return nil
	}
	if v := value("csat"); v != nil {
		t.Errorf("before anybody rated, csat is %v", *v)
	}
	for i, user := range []string{"u1", "u2"} {
		rate := said("rate", "r"+user, user, "")
		delete(rate, "text")
		rate["dialogue"], rate["score"], rate["solved"] = "demo/"+user, 5-3*i, i == 0
		c.send(rate)
		if a := c.next("ack", "error"); a.text("type") != "ack" {
			t.Fatalf("a rating is answered %v", a)
		}
	}
	if v := value("csat"); v == nil || *v != 3.5 { // what is acknowledged counts
		t.Errorf("csat is %v, want 3.5", v)
	}
	if v := value("resolution"); v == nil || *v != .5 {
		t.Errorf("resolution is %v, want 0.5", v)
	}
	c.send(stockIs(37))
	c.send(said("message", "m1", "u3", "3号链接还剩多少件"))
	c.next("reply")
	list := look[console.CaseList](t, n, "/v1/figures/resolution/cases")
	if len(list.Cases) != 1 || list.Cases[0].User != "u2" || time.Since(time.UnixMilli(list.Cases[0].At)) > time.Hour || list.Cases[0].Note != "2 / 5" {
		t.Errorf("unsolved are %+v, want u2", list.Cases)
	}
	if list = look[console.CaseList](t, n, "/v1/figures/task_completion/cases"); len(list.Cases) != 1 || list.Cases[0].Event != "m1" || list.Cases[0].Note != "made" {
		t.Errorf("reservations offered are %+v, want m1", list.Cases)
	}
	if status, body := n.post(t, live.Auditor, "/v1/figures/csat/cases", ""); status != http.StatusMethodNotAllowed {
		t.Errorf("a change of what is only read answered %d %s", status, body)
	}
}
