package engine

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// TestKilledNodeEndsAnErasure kills a node with kill -9 when an erasure has rewritten its first blocks; the next start erases the
// rest, and nobody else's.
func TestKilledNodeEndsAnErasure(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(childDies, diesErasing)
	cmd, addrs := startChild(t, dir)
	sign := signerOf(t, dir)
	c := dialTCP(t, addrs.TCP).hello("ingest", sign(token.Claims{Role: live.Ingest}), frame{"outcomes": true})
	const other = "other-u7d1"
	const messages = 100 // each answered before the next comes, so that they stand in more blocks than one step rewrites
	for i := range messages {
		for _, user := range []string{markedUser, other}[:1+i%2] {
			c.send(said("message", fmt.Sprint(user, i), user, "3号链接多少钱 "+markedText))
			if got := c.next("reply", "error", "outcome"); got["type"] == "error" {
				t.Fatalf("message %d was answered %v", i, got)
			}
		}
	}
	c.send(frame{"type": "order", "id": markedOrder, "room": "demo", "user": markedUser, "sku": "DEMO-3", "quantity": 1, "amount_fen": 100, "state": "paid", "at": time.Now().UnixMilli()})
	c.next("ack", "error")
	req, err := http.NewRequestWithContext(t.Context(), "POST", addrs.Admin+"/v1/rooms/demo/users/"+markedUser+"/erase", strings.NewReader(`{"confirm":"`+markedUser+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+sign(token.Claims{Role: live.Admin}))
	if got, err := http.DefaultClient.Do(req); err == nil {
		got.Body.Close()
		t.Fatalf("erasing answered %s; the node was to be killed in the middle", got.Status)
	}
	c.close()
	cmd.Wait()

	t.Setenv(childDies, "")
	n := startNode(t, dir, nil)
	done := n.parts.store.Erased()
	if done.People != 1 || done.Records == 0 || done.Records >= 2*messages || done.Facts == 0 {
		t.Errorf("the next start has erased %+v, want what was left of one person's %d records, and his order", done, 2*messages)
	}
	person, stays := live.UserKey{Room: "demo", User: markedUser}, live.UserKey{Room: "demo", User: other}
	if n.parts.store.Known(person) || !n.parts.store.Known(stays) {
		t.Error("the store knows the person, or does not know the other")
	}
	err = n.parts.store.Facts(t.Context(), func(r live.Record) bool {
		b, _ := json.Marshal(r)
		if strings.Contains(string(b), markedUser) || strings.Contains(string(b), markedOrder) {
			t.Errorf("a fact tells of the person: %s", b)
		}
		return true
	})
	if err != nil {
		t.Error(err)
	}
	if told := n.everywhere(t); len(told) != 0 {
		t.Errorf("of the person tell %q", told)
	}
	if status, body := n.ask(t, "GET", "/v1/rooms/demo/users/"+other, "", nil); status != http.StatusOK || !strings.Contains(string(body), markedText) {
		t.Errorf("the other's dialogue answered %d %s", status, body)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	if got := startNode(t, dir, nil).parts.store.Erased(); got.People != 0 {
		t.Errorf("the start after that has erased %+v once more", got)
	}
}
