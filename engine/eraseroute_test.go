package engine

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// TestAPersonIsErasedWhileTheNodeRuns has a person talk, buy, be muted and looked at; then nothing of him is left in memory, in the
// store, or after a restart, his link is sent away, and others go on.
func TestAPersonIsErasedWhileTheNodeRuns(t *testing.T) {
	const person, other = "marker-41c7", "other-41c7"
	dir := t.TempDir()
	n := startNode(t, dir, nil)
	viewer := func(user live.UserID) *client {
		return dialTCP(t, n.Addrs().TCP).hello("viewer", n.token(t, token.Claims{Role: live.Viewer, Room: "demo", User: user}), nil)
	}
	mine, others := viewer(person), viewer(other)
	for user, l := range map[string]*client{person: mine, other: others} {
		l.send(frame{"type": "message", "id": "m1", "user": user, "room": "demo", "text": "3号链接还有多少件", "at": time.Now().UnixMilli()})
		if got := l.next("reply", "error"); got["type"] != "reply" {
			t.Fatalf("%s got %v", user, got)
		}
	}
	ingest := dialTCP(t, n.Addrs().TCP).hello("ingest", n.token(t, token.Claims{Role: live.Ingest}), nil)
	ingest.send(frame{"type": "order", "id": "o1", "room": "demo", "user": person, "sku": "DEMO-3", "quantity": 1, "amount_fen": 100, "state": "paid", "at": time.Now().UnixMilli()})
	ingest.next("ack", "error")
	if status, _ := n.room(t, "PUT", "/muted/"+person, ``); status >= 300 {
		t.Fatalf("muting answered %d", status)
	}
	const path = "/v1/rooms/demo/users/" + person + "/erase"
	for _, role := range []live.Role{live.Supervisor, live.Operator, live.Auditor} {
		if status, _ := n.askAs(t, role, "POST", path, `{"confirm":"`+person+`"}`); status != 403 {
			t.Errorf("as %v erasing answered %d", role, status)
		}
	}
	if status, _ := n.askAs(t, live.Admin, "POST", path, `{"confirm":"somebody"}`); status != 422 {
		t.Errorf("without the person's name erasing answered %d", status)
	}
	status, answered := n.askAs(t, live.Admin, "POST", path, `{"confirm":"`+person+`"}`)
	var done struct{ Records, Facts int }
	if err := json.Unmarshal([]byte(answered), &done); err != nil || status != 200 || done.Records < 5 || done.Facts < 2 {
		t.Fatalf("erasing answered %d %s", status, answered)
	}
	if bye := mine.next("bye"); bye["code"] != "forbidden" {
		t.Errorf("the person's link was told %v", bye)
	}
	k := live.UserKey{Room: "demo", User: person}
	if n.parts.house.Has(k) {
		t.Error("the person's actor is in memory")
	}
	if _, shown := n.room(t, "GET", "", ``); strings.Contains(fmt.Sprint(shown), person) {
		t.Errorf("the room still tells of the person: %v", shown)
	}
	look := func(when string) {
		t.Helper()
		err := n.parts.store.Facts(t.Context(), func(r live.Record) bool {
			b, _ := json.Marshal(r)
			if strings.Contains(string(b), person) {
				t.Errorf("%s a fact tells of the person: %s", when, b)
			}
			return true
		})
		if err != nil {
			t.Error(err)
		}
		for _, p := range n.parts.store.Pending() {
			if p.User == k {
				t.Errorf("%s an event of the person is pending", when)
			}
		}
	}
	look("after the erasure")
	others.send(frame{"type": "message", "id": "m2", "user": other, "room": "demo", "text": "3号链接还有多少件", "at": time.Now().UnixMilli()})
	if got := others.next("reply", "error"); got["type"] != "reply" {
		t.Errorf("somebody else got %v", got)
	}
	acts := n.auditedAct(t, "person.erase")
	if len(acts) == 0 || acts[0].On != "room demo user "+n.parts.audit.Pseudonym(person) {
		t.Errorf("the audit log has %+v", acts)
	}
	// Who comes back is somebody new, whom the next start leaves alone.
	again := viewer(person)
	again.send(frame{"type": "message", "id": "m1", "user": person, "room": "demo", "text": "3号链接还有多少件", "at": time.Now().UnixMilli()})
	if got := again.next("reply", "error"); got["type"] != "reply" {
		t.Errorf("who came back got %v", got)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	if list, err := os.ReadFile(filepath.Join(dir, "erased.list")); err != nil || strings.Contains(string(list), person) {
		t.Errorf("the list is %q (%v)", list, err)
	}
	n = startNode(t, dir, nil)
	look("after a restart")
	if got := n.parts.store.Erased(); got.People != 0 || !n.parts.store.Known(k) {
		t.Errorf("the next start has erased %+v once more", got)
	}
}
