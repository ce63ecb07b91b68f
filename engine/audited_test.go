package engine

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"liveroom/engine/audit"
	"liveroom/engine/live"
	"liveroom/engine/shop"
	"liveroom/transport/wire/token"
)

// auditedAct returns every record of the node's audit log of an act, with people as their pseudonyms alone.
func (n *node) auditedAct(t *testing.T, act string) []audit.Record {
	t.Helper()
	all, err := n.parts.audit.Records(0, 1000, audit.Filter{Act: act})
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		all[i].On, _ = audit.Unsealed(all[i].On)
	}
	return all
}

// TestAdminActsAreWrittenDown makes every change that the admin side knows of the shop and its rooms, by a token.
func TestAdminActsAreWrittenDown(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, nil)
	file, _ := n.ask(t, "PUT", "/v1/catalogue?format=yaml", "application/yaml", shop.DemoFile())
	if file != 200 {
		t.Fatalf("import got %d", file)
	}
	_, base := n.ask(t, "GET", "/v1/knowledge?format=yaml", "", nil)
	n.put(t, "/v1/knowledge", base, &struct{}{})
	n.room(t, "PUT", "/mode", `{"mode":"paused"}`)
	n.room(t, "PUT", "/mode", `{"mode":"off"}`)
	n.room(t, "PUT", "/muted/troll", ``)
	n.room(t, "DELETE", "/muted/troll", ``)
	n.ask(t, "POST", "/v1/model/swap", "", nil)
	n.ask(t, "POST", "/v1/keys/rotate", "", nil)
	user := n.parts.audit.Pseudonym("troll")
	for _, c := range []struct {
		act, on, detail string
		results         []audit.Result
	}{
		{"catalogue.write", "", "PUT /v1/catalogue ?format=yaml ", []audit.Result{audit.Intended, audit.Done}},
		{"knowledge.write", "", "PUT /v1/knowledge ", []audit.Result{audit.Intended, audit.Done}},
		{"room.write", "room demo", `PUT /v1/rooms/{room}/mode {"mode":"paused"}`, []audit.Result{audit.Intended, audit.Done, audit.Intended, audit.Failed}},
		{"room.mute", "room demo user " + user, "PUT /v1/rooms/{room}/muted/{user}", []audit.Result{audit.Intended, audit.Done, audit.Intended, audit.Done}},
		{"model.swap", "", "POST /v1/model/swap", []audit.Result{audit.Intended, audit.Done}},
		{"key.manage", "", "POST /v1/keys/rotate", []audit.Result{audit.Intended, audit.Done}},
	} {
		all := n.auditedAct(t, c.act)
		var results []audit.Result
		for _, r := range all {
			results = append(results, r.Result)
			if r.Who == "" || r.From != "127.0.0.1" || r.On != c.on {
				t.Errorf("%s is written as %+v", c.act, r)
			}
		}
		if !slices.Equal(results, c.results) || !strings.HasPrefix(all[0].Detail, c.detail) {
			t.Errorf("%s is written as %+v", c.act, all)
		}
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	report, err := audit.Verify(audit.Check{Dir: filepath.Join(dir, "audit"), Heads: []string{filepath.Join(dir, "audit-heads.jsonl")}})
	if err != nil || len(report.Faults) > 0 || report.Headed != report.Last {
		t.Errorf("the log after the stop: %+v, %v", report, err)
	}
}

// whoseLogFills has the disk under the audit log alone be full for as long as is said.
func whoseLogFills(full *atomic.Bool) func(*Config) {
	return func(c *Config) {
		c.Audit.BeforeWrite = func() error {
			if full.Load() {
				return errors.New("no space left on device")
			}
			return nil
		}
	}
}

// TestWhatCannotBeWrittenDownIsNotDone takes the disk away from the audit log alone.
func TestWhatCannotBeWrittenDownIsNotDone(t *testing.T) {
	var full atomic.Bool
	n := startNode(t, t.TempDir(), whoseLogFills(&full))
	seat := dialTCP(t, n.Addrs().TCP).hello("seat", n.token(t, token.Claims{Role: live.Seat, Room: "demo"}), nil)
	c := n.ingest(t)
	full.Store(true)
	status, f := n.room(t, "PUT", "/mode", `{"mode":"paused"}`)
	if status != 503 || !strings.Contains(f.text("error"), "audit log") {
		t.Errorf("a mode got %d %v", status, f)
	}
	status, answer := n.ask(t, "PUT", "/v1/catalogue", "application/yaml", demoWith(t, cupAliases, "aliases: [小钢炮]"))
	if status != 503 || n.parts.catalogue.Load().ByName("小钢炮") != nil {
		t.Errorf("a catalogue got %d %s", status, answer)
	}
	status, answer = n.ask(t, "POST", "/v1/tokens/revoked", "application/json", []byte(`{"id":"x"}`))
	if status != 503 || n.parts.tokens.Revoked("x") {
		t.Errorf("revoking got %d %s", status, answer)
	}
	seat.send(frame{"type": "take", "id": "t1", "dialogue": "demo/u1"})
	if e := seat.next("error", "ack"); e.text("code") != "storage" || e.text("to") != "t1" {
		t.Errorf("a take-over got %v", e)
	}
	if status, f := n.room(t, "GET", "/mode", ""); status != 200 || f.text("mode") != "auto" {
		t.Errorf("reading got %d %v, want the mode as it was", status, f)
	}
	c.send(said("message", "m1", "u1", "我要退货"))
	if r := c.next("reply", "error"); r.text("type") != "reply" {
		t.Errorf("a message meanwhile got %v", r)
	}
	full.Store(false)
	if status, f := n.room(t, "PUT", "/mode", `{"mode":"paused"}`); status != 200 {
		t.Errorf("with room on the disk again a mode got %d %v", status, f)
	}
	var s struct{ Audit audit.Status }
	_, answer = n.ask(t, "GET", "/v1/status", "", nil)
	if err := json.Unmarshal(answer, &s); err != nil || s.Audit.Refused < 4 || s.Audit.Failure != "" || s.Audit.Last == 0 {
		t.Errorf("status %+v, %v", s, err)
	}
}

func TestTakeOversAreWrittenDown(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, nil)
	c := n.ingest(t)
	c.send(said("message", "m1", "guest", "我要退货"))
	dialogue := c.next("reply").text("dialogue")
	seat := dialTCP(t, n.Addrs().TCP).hello("seat", n.token(t, token.Claims{Role: live.Seat, Room: "demo", User: "li"}), nil)
	seat.send(frame{"type": "take", "id": "t1", "dialogue": dialogue})
	seat.next("ack")
	seat.send(frame{"type": "give_back", "id": "g1", "dialogue": dialogue})
	seat.next("ack")
	if err := n.stop(); err != nil { // by then what was noted is written
		t.Fatal(err)
	}
	for _, act := range []string{"dialogue.take", "dialogue.give_back"} {
		all := n.auditedAct(t, act)
		if len(all) != 1 || all[0].Who != "li" || all[0].From != "127.0.0.1" || all[0].Result != audit.Noted ||
			all[0].On != "room demo user "+n.parts.audit.Pseudonym("guest") {
			t.Errorf("%s is written as %+v", act, all)
		}
	}
}
