package engine

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"liveroom/actors"
	"liveroom/engine/live"
	"liveroom/engine/shop"
)

// What the person of the test is called, and what he and the shop wrote.
const (
	markedUser  = "marker-u7d1"
	markedName  = "marker-n7d1"
	markedText  = "marker-t7d1"
	markedOrder = "marker-o7d1"
)

// everywhere asks every route of the description that only reads, and returns those that answer with a marker. Where the address
// names the user the answer may say him again; that there is a trace or a reservation tells enough.
func (n *node) everywhere(t *testing.T) (told []string) {
	t.Helper()
	var d openAPI
	if status, body := n.ask(t, "GET", "/v1/openapi.json", "", nil); status != http.StatusOK || json.Unmarshal(body, &d) != nil {
		t.Fatalf("the description answered %d", status)
	}
	paths := slices.Sorted(maps.Keys(d.Paths))
	for figure := range kindsOf {
		paths = append(paths, "/v1/figures/"+figure+"/cases")
	}
	paths = append(paths, "/v1/figures/csat/cases", "/v1/figures/resolution/cases", "/v1/figures/intent_accuracy/cases", "/v1/reservations/marker-r2")
	fill := strings.NewReplacer("{room}", "demo", "{user}", markedUser, "{sku}", "DEMO-3", "{id}", "marker-r1", "{key}", "handed_over")
	for _, path := range paths {
		op, reads := d.Paths[path]["get"]
		if (!reads && d.Paths[path] != nil) || path == "/v1/stream" || strings.HasPrefix(path, "/debug/") {
			continue
		}
		markers := []string{markedName, markedText, markedOrder}
		if !strings.Contains(path, "{user}") {
			markers = append(markers, markedUser)
		}
		query := url.Values{}
		for _, p := range op.Parameters { // which message, where that is asked
			if value := map[string]string{"type": "message", "id": "m1"}[p.Name]; p.In == "query" && value != "" {
				query.Set(p.Name, value)
			}
		}
		at := fill.Replace(path) + "?" + query.Encode()
		status, body := n.ask(t, "GET", at, "", nil)
		if status == http.StatusOK && slices.ContainsFunc(markers, func(m string) bool { return strings.Contains(string(body), m) }) ||
			(strings.Contains(path, "/reservations/") || strings.HasSuffix(path, "/trace")) && status != http.StatusNotFound {
			told = append(told, path)
		}
	}
	return told
}

// TestNothingInMemoryTellsOfWhoIsErased has every memory of a node hold something about a person, and asks every route that could
// show it before and after the erasure.
func TestNothingInMemoryTellsOfWhoIsErased(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	k := live.UserKey{Room: "demo", User: markedUser}
	c := n.ingest(t)
	lines := watched(t, n)
	c.send(stockIs(40))
	say := func(id, text string) {
		m := said("message", id, markedUser, text)
		m["name"] = markedName
		c.send(m)
		c.next("reply", "outcome", "error")
		<-lines
	}
	say("m1", "3号链接还有多少件 "+markedText)
	say("m2", "你们太差劲了，转人工客服")
	now := n.clock.now()
	for _, id := range []live.ReservationID{"marker-r1", "marker-r2"} {
		r := live.Reservation{ID: id, User: k, SKU: "DEMO-3", Quantity: 2, Until: now.Add(time.Hour).UnixMilli()}
		if _, err := n.parts.ledger.Reserve(now, r); err != nil {
			t.Fatal(err)
		}
		if id == "marker-r1" { // the order takes it, the other is still held
			c.send(frame{"type": "order", "id": markedOrder, "room": "demo", "user": markedUser, "sku": "DEMO-3", "quantity": 2, "amount_fen": 90000, "state": "paid", "at": time.Now().UnixMilli()})
			c.next("ack", "error")
		}
	}
	c.send(frame{"type": "rate", "id": "rate1", "dialogue": "demo/" + markedUser, "score": 1, "solved": false, "at": time.Now().UnixMilli()})
	if got := c.next("ack", "error"); got["type"] != "ack" {
		t.Fatalf("rating was answered %v", got)
	}
	n.parts.unsure.ended(actors.Ended{
		Event: &live.Event{Type: live.Message, ID: "m9", Room: "demo", User: markedUser, Text: "嗯哪 " + markedText}, Reading: &live.Reading{Unsure: true}, Received: now.UnixMilli(),
	})
	if status, _ := n.askAs(t, live.Supervisor, "PUT", "/v1/rooms/demo/users/"+markedUser+"/label", `{"type":"message","id":"m1","intent":"price"}`); status >= 300 {
		t.Fatalf("labelling answered %d", status)
	}
	if status, _ := n.post(t, live.Admin, "/v1/rooms/demo/users/"+markedUser+"/seat/take", `{}`); status >= 300 {
		t.Fatalf("taking the dialogue answered %d", status)
	}
	if !n.parts.profiles.VIP(now, k) || len(n.parts.ledger.HeldBy(k)) != 1 {
		t.Fatal("the person is no good customer, or nothing is held for him")
	}
	before := n.everywhere(t)
	for _, want := range []string{
		"/v1/rooms/{room}/users/{user}", "/v1/rooms/{room}/users/{user}/trace", "/v1/figures/{key}/cases", "/v1/figures/csat/cases",
		"/v1/unsure", "/v1/labels/export", "/v1/reservations/{id}", "/v1/reservations/marker-r2", "/v1/actors",
	} {
		if !slices.Contains(before, want) {
			t.Errorf("before the erasure %s tells nothing of the person, so that this test is none of it; what does is %q", want, before)
		}
	}
	if status, got := n.post(t, live.Admin, "/v1/rooms/demo/users/"+markedUser+"/erase", `{"confirm":"`+markedUser+`"}`); status != http.StatusOK {
		t.Fatalf("erasing answered %d %s", status, got)
	}
	if after := n.everywhere(t); len(after) != 0 {
		t.Errorf("after the erasure of him tell %q", after)
	}
	if n.parts.profiles.VIP(now, k) || n.parts.profiles.Len() != 0 {
		t.Error("the shop knows what he bought")
	}
	if open, confirmed, ordered := n.parts.ledger.Held("DEMO-3"); open != 0 || confirmed != 0 || ordered != 2 {
		t.Errorf("%d, %d and %d pieces are held, want the 2 ordered ones", open, confirmed, ordered)
	}
	sums, users, _ := n.parts.gate.ratings.now(9, func(*rating) bool { return true })
	if sums.all != 1 || len(users) != 0 {
		t.Errorf("%d ratings count, of %v", sums.all, users)
	}
	// The next start finds the same pieces held, by nobody.
	dir := n.cfg.Storage.Dir
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	n = startNode(t, dir, nil)
	if open, confirmed, ordered := n.parts.ledger.Held("DEMO-3"); open != 0 || confirmed != 0 || ordered != 2 {
		t.Errorf("after a restart %d, %d and %d pieces are held, want the 2 ordered ones", open, confirmed, ordered)
	}
	if n.parts.profiles.VIP(now, k) || shopKnows(n.parts.ledger, k) {
		t.Error("after a restart the shop knows him")
	}
	if after := n.everywhere(t); len(after) != 0 {
		t.Errorf("after a restart of him tell %q", after)
	}
}

func shopKnows(l *shop.Ledger, k live.UserKey) bool { return len(l.HeldBy(k)) != 0 || l.Holders()[k] }
