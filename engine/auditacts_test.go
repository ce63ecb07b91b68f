package engine

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"liveroom/engine/audit"
	"liveroom/engine/live"
)

// TestTheNodeWritesForTheCommandLine tells it of acts that end well, badly and never.
func TestTheNodeWritesForTheCommandLine(t *testing.T) {
	var full atomic.Bool
	n := startNode(t, t.TempDir(), whoseLogFills(&full))
	begin := func(body string) (seq uint64) {
		t.Helper()
		status, answer := n.askAs(t, live.Admin, "POST", "/v1/audit/acts", body)
		var told struct{ Seq uint64 }
		if err := json.Unmarshal([]byte(answer), &told); err != nil || status != 200 || told.Seq == 0 {
			t.Fatalf("%s answered %d %s, %v", body, status, answer, err)
		}
		return told.Seq
	}
	end := func(seq uint64, body string, want int) {
		t.Helper()
		if status, answer := n.askAs(t, live.Admin, "POST", fmt.Sprintf("/v1/audit/acts/%d", seq), body); status != want {
			t.Errorf("ending %d answered %d %s, want %d", seq, status, answer, want)
		}
	}
	made := begin(`{"act":"backup.make","on":"file /b"}`)
	erased := begin(`{"act":"person.erase","room":"demo","user":"小美"}`)
	end(made, `{"failed":""}`, 200)
	end(made, `{"failed":""}`, 404)
	end(erased, `{"failed":"disk full"}`, 200)
	if all := n.auditedAct(t, "backup.make"); len(all) != 2 || all[0].On != "file /b" || all[0].Who != "admin li" || all[1].Result != audit.Done || all[1].Of != made {
		t.Errorf("a backup is written as %+v", all)
	}
	if all := n.auditedAct(t, "person.erase"); len(all) != 2 || all[1].Result != audit.Failed || all[1].Detail != "disk full" ||
		all[0].On != "room demo user "+n.parts.audit.Pseudonym("小美") {
		t.Errorf("an erasure is written as %+v", all)
	}
	for body, want := range map[string]int{
		`{"act":"room.write"}`: 422, `{"act":""}`: 422, `{"act":"backup.make","result":"done"}`: 400, `nothing`: 400,
		`{"act":"backup.make","on":"` + strings.Repeat("x", 9<<10) + `"}`: 400,
	} {
		if status, answer := n.askAs(t, live.Admin, "POST", "/v1/audit/acts", body); status != want {
			t.Errorf("%.80s answered %d %s, want %d", body, status, answer, want)
		}
	}
	for _, role := range []live.Role{live.Auditor, live.Operator, live.Supervisor, live.Seat, live.Ingest} {
		if status, _ := n.askAs(t, role, "POST", "/v1/audit/acts", `{"act":"backup.make"}`); status != 403 {
			t.Errorf("as %v it answered %d", role, status)
		}
	}
	full.Store(true)
	if status, answer := n.askAs(t, live.Admin, "POST", "/v1/audit/acts", `{"act":"backup.make"}`); status != 503 {
		t.Errorf("with a full disk it answered %d %s", status, answer)
	}
	full.Store(false)
	first := begin(`{"act":"key.export"}`)
	for range maxCommandActs {
		begin(`{"act":"key.export"}`)
	}
	end(first, `{}`, 404)
	if all := n.auditedAct(t, "key.export"); all[len(all)-1].Of != first || all[len(all)-1].Result != audit.Failed {
		t.Errorf("the oldest of too many, %d, is written as %+v", first, all[len(all)-1])
	}
}

// TestExportsAreWrittenDown exports, and is refused while that cannot be written.
func TestExportsAreWrittenDown(t *testing.T) {
	var full atomic.Bool
	n := startNode(t, t.TempDir(), whoseLogFills(&full))
	for _, path := range []string{"/v1/catalogue?format=csv", "/v1/knowledge"} {
		if status, _ := n.askAs(t, live.Operator, "GET", path, ""); status != 200 {
			t.Errorf("%s answered %d", path, status)
		}
	}
	if all := n.auditedAct(t, "catalogue.read"); len(all) != 2 || all[0].Who != "operator li" || all[0].Detail != "GET /v1/catalogue ?format=csv" {
		t.Errorf("an export is written as %+v", all)
	}
	if all := n.auditedAct(t, "knowledge.read"); len(all) != 2 || all[1].Result != audit.Done {
		t.Errorf("an export is written as %+v", all)
	}
	full.Store(true)
	if status, answer := n.askAs(t, live.Operator, "GET", "/v1/catalogue", ""); status != 503 || strings.Contains(answer, "DEMO-1") {
		t.Errorf("with a full disk it answered %d %.80s", status, answer)
	}
	full.Store(false)
}
