package engine

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"liveroom/actors"
	"liveroom/engine/admin/console"
	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// post asks the console to do something, as a role.
func (n *node) post(t *testing.T, role live.Role, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", n.Addrs().Admin+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+n.token(t, token.Claims{Role: role}))
	r.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	got, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	answer, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, string(answer)
}

// TestADeadLetterIsReplayedOverTheConsole: an actor past its restart limit takes nothing; later its letter is answered.
func TestADeadLetterIsReplayedOverTheConsole(t *testing.T) {
	n := startNode(t, t.TempDir(), func(c *Config) {
		c.Actors.RestartLimit, c.Actors.RestartWindow = 1, time.Minute
	})
	c := n.ingest(t)
	c.send(stockIs(37))
	c.send(said("message", "m1", "u1", "3号链接还剩多少件"))
	c.next("reply")
	for range 2 {
		if status, body := n.post(t, live.Operator, "/v1/rooms/demo/users/u1/actor/restart", ""); status != http.StatusOK {
			t.Fatalf("restart answered %d %s", status, body)
		}
	}
	c.send(said("message", "m2", "u1", "3号链接还剩多少件"))
	if f := c.next("error", "reply"); f.text("code") != "internal" || f.text("to") != "m2" {
		t.Fatalf("an actor past its limit says %v", f)
	}
	page := look[console.Page[console.Letter]](t, n, "/v1/letters")
	if page.Total != 1 || page.Rows[0].Event != "m2" || page.Rows[0].Reason != actors.LetterRestarts || !page.Rows[0].Replayable {
		t.Fatalf("the dead letters are %+v", page)
	}
	path := fmt.Sprintf("/v1/letters/%d/replay", page.Rows[0].ID)
	if status, body := n.post(t, live.Auditor, path, ""); status != http.StatusForbidden || !strings.Contains(body, "actor.manage") {
		t.Errorf("an auditor who replays is answered %d %s", status, body)
	}
	k := live.UserKey{Room: "demo", User: "u1"}
	n.Forward(time.Minute + time.Second) // its window has passed
	for {                                // until it has read itself back
		view := make(chan actors.UserView, 1)
		n.parts.house.UserView(k, func(v actors.UserView) { view <- v })
		if v := <-view; !v.Broken && !v.Restoring {
			break
		}
	}
	if status, body := n.post(t, live.Operator, path, ""); status != http.StatusOK {
		t.Fatalf("replay answered %d %s", status, body)
	}
	if r := c.next("reply", "error"); r.text("to") != "m2" || !strings.Contains(r.text("text"), "37") {
		t.Errorf("the replayed message is answered %v", r)
	}
	if status, _ := n.post(t, live.Operator, path, ""); status != http.StatusConflict {
		t.Errorf("a second replay answered %d", status)
	}
	if tree := look[console.Tree](t, n, "/v1/tree"); tree.House.Rooms == 0 || tree.House.Users != 1 || len(tree.Owners) != 4 || tree.Owners[0].Figures[0].Total < 6 {
		t.Errorf("the tree is %+v", tree)
	}
}

// TestAHostAssistantSpeaksToTheRoom: viewers and the carrying link hear it, whatever may not be said is not.
func TestAHostAssistantSpeaksToTheRoom(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	viewer, carrier := n.viewer(t, "u9"), n.ingest(t)
	carrier.send(said("comment", "c1", "u1", "好看"))
	carrier.next("outcome", "reply")
	say := "/v1/rooms/demo/say"
	if status, body := n.post(t, live.Supervisor, say, `{"text":"全网最低价，错过没有"}`); status != http.StatusUnprocessableEntity || !strings.Contains(body, "全网最低") {
		t.Errorf("a forbidden word is answered %d %s", status, body)
	}
	if status, _ := n.post(t, live.Supervisor, say, `{"text":"一\n二"}`); status != http.StatusUnprocessableEntity {
		t.Errorf("a line break is answered %d", status)
	}
	if status, body := n.post(t, live.Auditor, say, `{"text":"好"}`); status != http.StatusForbidden || !strings.Contains(body, "room.say") {
		t.Errorf("an auditor is answered %d %s", status, body)
	}
	if status, body := n.post(t, live.Supervisor, say, `{"text":"三分钟后抽奖，别走开"}`); status != http.StatusOK {
		t.Fatalf("speaking answered %d %s", status, body)
	}
	for name, c := range map[string]*client{"a viewer": viewer, "the carrier": carrier} {
		if r := c.next("reply"); r.text("text") != "三分钟后抽奖，别走开" || r.text("by") != "human" || r.text("scope") != "public" || r.text("id") == "" {
			t.Errorf("%s hears %v", name, r)
		}
	}
}
