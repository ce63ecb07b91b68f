package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"liveroom/engine/admin/console"
)

func TestTopLooksOnce(t *testing.T) {
	admin, key := startDemo(t)
	code, out, errs := call(t, "top", "--once", "--json", "--admin", admin, "--token-key-file", key)
	var g glance
	if err := json.Unmarshal([]byte(out), &g); code != 0 || err != nil || g.Overview.Ready != "ready" || len(g.Overview.Stages) < 5 || g.Actors.Rows == nil {
		t.Fatalf("top --once --json ended with %d, %v: %s%s", code, err, out, errs)
	}
	code, out, errs = call(t, "top", "--once", "--admin", admin, "--token-key-file", key)
	if code != 0 || !strings.Contains(out, "no data yet") || !strings.Contains(out, "commit") || strings.Contains(out, "\x1b") {
		t.Errorf("top --once ended with %d: %s%s", code, out, errs)
	}
	if code, _, errs = call(t, "top", "--once", "--admin", admin, "--token", "forged"); code == 0 || !strings.Contains(errs, "token") {
		t.Errorf("a forged token ended with %d: %s", code, errs)
	}
	if code, _, _ = call(t, "top", "--every", "1ms"); code != exitUsage {
		t.Errorf("--every 1ms ended with %d", code)
	}
}

func TestTopShowsStrangersAsText(t *testing.T) {
	var out strings.Builder
	g := glance{Actors: console.Page[console.Actor]{Rows: []console.Actor{{Room: "demo", User: "\x1b[2Jbad\u202eboy"}}}}
	g.Overview.Parts = []console.Part{{Name: "disk", State: console.PartFailing}}
	g.Overview.Alarms = []console.Alarm{{Key: "part.disk", Level: "bad", Note: "5 MB are free", Advice: "磁盘快满了。"}}
	if err := g.print(&out, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); strings.ContainsAny(s, "\x1b\u202e") || !strings.Contains(s, "demo/·[2Jbad·boy") ||
		!strings.Contains(s, "! bad part.disk 5 MB are free\n  磁盘快满了。\n") || !strings.Contains(s, "parts · disk failing\n") {
		t.Errorf("shown is %q", s)
	}
}
