package engine

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"liveroom/engine/admin/console"
	"liveroom/engine/audit"
	"liveroom/engine/live"
	"liveroom/engine/storage"
	"liveroom/transport/wire/token"
)

// TestPeopleInTheAuditLogAreSealed mutes a user whose name stands nowhere on the disk afterwards, and is revealed to who may.
func TestPeopleInTheAuditLogAreSealed(t *testing.T) {
	const person = "marker-9f31-薇薇安"
	dir := t.TempDir()
	n := startNode(t, dir, unspoken)
	if status, _ := n.room(t, "PUT", "/muted/"+person, ``); status >= 300 {
		t.Fatalf("muting answered %d", status)
	}
	seat := dialTCP(t, n.Addrs().TCP).hello("seat", n.token(t, token.Claims{Role: live.Seat, Room: "demo", User: "li"}), nil)
	seat.send(frame{"type": "take", "id": "t1", "dialogue": "demo/" + person})
	seat.next("ack", "error")
	if err := n.stop(); err != nil { // what was noted is written
		t.Fatal(err)
	}
	n = startNode(t, dir, unspoken) // and opened under the keys of another start
	found, err := filepath.Glob(filepath.Join(dir, "audit*", "*"))
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	for _, path := range append(found, filepath.Join(dir, "audit-heads.jsonl")) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte(person)) || bytes.Contains(content, []byte("薇薇安")) {
			t.Errorf("%s holds the person", path)
		}
	}
	for _, act := range []string{"room.mute", "dialogue.take"} {
		all := n.auditedAct(t, act)
		if len(all) == 0 {
			t.Fatalf("%s is not written", act)
		}
		status, answer := n.askAs(t, live.Admin, "POST", "/v1/audit/records/"+strconv.FormatUint(all[0].Seq, 10)+"/reveal", `{"reason":"投诉 12，电话 13812345678"}`)
		var got console.AuditPeople
		if err := json.Unmarshal([]byte(answer), &got); err != nil || status != 200 || len(got.People) != 1 || got.People[0].Value != person {
			t.Errorf("revealing %s answered %d %s", act, status, answer)
		}
		if got.People[0].Pseudonym != n.parts.audit.Pseudonym(person) {
			t.Errorf("the pseudonym is %s", got.People[0].Pseudonym)
		}
	}
	reveals := n.auditedAct(t, "person.reveal")
	if len(reveals) != 4 || !strings.Contains(reveals[0].Detail, "投诉 12") || strings.Contains(reveals[0].Detail, "13812345678") {
		t.Errorf("revealing is written as %+v", reveals)
	}
	for _, role := range []live.Role{live.Auditor, live.Supervisor, live.Operator} {
		if status, answer := n.askAs(t, role, "POST", "/v1/audit/records/2/reveal", `{"reason":"curious"}`); status != 403 {
			t.Errorf("as %v it answered %d %s", role, status, answer)
		}
	}
	if status, _ := n.askAs(t, live.Admin, "POST", "/v1/audit/records/999999/reveal", `{"reason":"curious"}`); status != 404 {
		t.Errorf("a record that there is not answered %d", status)
	}
	for _, r := range n.auditPage(t, nil).Records {
		if strings.Contains(r.On+r.Detail, "=") && r.Sealed {
			t.Errorf("what is sealed is shown: %+v", r)
		}
	}
}

// TestWhoWasErasedIsNotRevealed erases a person of whom the audit log tells: the log verifies as before, and tells no more of
// him than his pseudonym. Whoever else it tells of is revealed as before.
func TestWhoWasErasedIsNotRevealed(t *testing.T) {
	const person, other = "marker-77c2-薇薇安", "somebody-else"
	dir := t.TempDir()
	n := startNode(t, dir, unspoken)
	for _, user := range []string{person, other} {
		if status, _ := n.room(t, "PUT", "/muted/"+user, ``); status >= 300 {
			t.Fatalf("muting answered %d", status)
		}
	}
	reveal := func(n *node, seq uint64) string {
		t.Helper()
		status, answer := n.askAs(t, live.Admin, "POST", "/v1/audit/records/"+strconv.FormatUint(seq, 10)+"/reveal", `{"reason":"投诉 12"}`)
		if status != 200 {
			t.Fatalf("revealing answered %d %s", status, answer)
		}
		return answer
	}
	var ofOther, ofPerson uint64
	for _, r := range n.auditedAct(t, "room.mute") {
		switch {
		case strings.Contains(r.On, n.parts.audit.Pseudonym(other)):
			ofOther = r.Seq
		case strings.Contains(r.On, n.parts.audit.Pseudonym(person)):
			ofPerson = r.Seq
		}
	}
	if got := reveal(n, ofPerson); !strings.Contains(got, person) {
		t.Fatalf("before, revealing answered %s", got)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	cfg := n.Engine.cfg.Storage
	if err := storage.RequestErasure(t.Context(), cfg, live.UserKey{Room: "demo", User: person}); err != nil {
		t.Fatal(err)
	}
	n = startNode(t, dir, unspoken)
	got := reveal(n, ofPerson)
	if strings.Contains(got, person) || !strings.Contains(got, "erased on request") || !strings.Contains(got, n.parts.audit.Pseudonym(person)) {
		t.Errorf("revealing who was erased answered %s", got)
	}
	if got := reveal(n, ofOther); !strings.Contains(got, other) {
		t.Errorf("revealing somebody else answered %s", got)
	}
	report, err := n.parts.audit.Verify()
	if err != nil || len(report.Faults) > 0 {
		t.Errorf("after the erasure the log has faults %v, %v", report.Faults, err)
	}
}

// TestWhoWasNotKeptIsNotSaidToBeErased reveals a record that was written at the stop, without a key for its person.
func TestWhoWasNotKeptIsNotSaidToBeErased(t *testing.T) {
	n := startNode(t, t.TempDir(), unspoken)
	name := n.parts.audit.Pseudonym("somebody")
	if err := n.parts.audit.Tell(audit.Act{Who: "admin", Act: "room.mute", On: "room demo user " + name + "=" + audit.NotKept}); err != nil {
		t.Fatal(err)
	}
	all := n.auditedAct(t, "room.mute")
	if len(all) != 1 || all[0].On != "room demo user "+name {
		t.Fatalf("it is shown as %+v", all)
	}
	status, answer := n.askAs(t, live.Admin, "POST", "/v1/audit/records/"+strconv.FormatUint(all[0].Seq, 10)+"/reveal", `{"reason":"投诉 12"}`)
	if status != 200 || !strings.Contains(answer, "not kept") || strings.Contains(answer, "erased") || !strings.Contains(answer, name) {
		t.Errorf("revealing answered %d %s", status, answer)
	}
}
