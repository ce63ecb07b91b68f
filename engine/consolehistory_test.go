package engine

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"liveroom/engine/admin/console"
	"liveroom/engine/live"
)

// TestAWholeHistoryIsRead pages through more than a dialogue shows at once, back to its first message.
func TestAWholeHistoryIsRead(t *testing.T) {
	n := startNode(t, t.TempDir(), func(c *Config) { c.Transport.Ingest.Burst = 10_000 })
	c := n.ingest(t)
	const messages = 130
	for i := range messages {
		text := "你好"
		if i == 3 {
			text = "我的电话是13812345678，怎么退货"
		}
		c.send(said("message", fmt.Sprintf("m%03d", i), "u1", text))
		c.next("reply", "outcome")
		if i%10 == 0 { // somebody else between
			c.send(said("message", fmt.Sprintf("x%03d", i), "u2", "我要退货"))
			c.next("reply", "outcome")
		}
	}
	const path = "/v1/rooms/demo/users/u1/earlier"
	if d := look[console.Dialogue](t, n, "/v1/rooms/demo/users/u1"); len(d.Turns) > turnsShown || len(d.Turns) < messagesShown || d.Turns[len(d.Turns)-1].ID != "m129" {
		t.Errorf("a dialogue shows %d turns at once", len(d.Turns))
	} else {
		for _, turn := range d.Turns {
			if turn.Text == "" || turn.Outcome == "" {
				t.Errorf("it shows %+v", turn)
			}
		}
	}
	seen, pages, before, latest := map[string]console.Turn{}, 0, "", int64(1<<62)
	for {
		page := look[console.Earlier](t, n, path+before)
		for i, turn := range page.Turns {
			if turn.Text == "" || turn.Outcome == "" || turn.ID == "" || seen[turn.ID].ID != "" {
				t.Fatalf("page %d has %+v", pages, turn)
			}
			if strings.HasPrefix(turn.ID, "x") || turn.At > latest || i > 0 && turn.ID <= page.Turns[i-1].ID {
				t.Fatalf("page %d has %+v where it should not be", pages, turn)
			}
			seen[turn.ID] = turn
		}
		if len(page.Turns) > 0 {
			latest = page.Turns[0].At
		}
		if pages++; page.Before == 0 {
			break
		}
		before = fmt.Sprintf("?before=%d", page.Before)
	}
	if len(seen) != messages || pages < 3 || pages > 10 {
		t.Errorf("%d messages were found on %d pages, want %d", len(seen), pages, messages)
	}
	if turn := seen["m003"]; !turn.Masked || strings.Contains(turn.Text, "13812345678") {
		t.Errorf("what is personal is shown: %+v", turn)
	}
	for role, want := range map[live.Role]int{live.Seat: http.StatusOK, live.Auditor: http.StatusForbidden, live.Viewer: http.StatusForbidden} {
		if status := askAs(t, n, role, "GET", path, "", nil); status != want {
			t.Errorf("as %v it answered %d, want %d", role, status, want)
		}
	}
	for query, want := range map[string]int{"?before=x": 422, "?before=-1": 422, "?before=99999999999999999999": 422, "?before=1": 200, "?after=1": 422} {
		if status, body := n.ask(t, "GET", path+query, "", nil); status != want {
			t.Errorf("%s answered %d %s, want %d", query, status, body, want)
		}
	}
	if status, _ := n.ask(t, "GET", "/v1/rooms/demo/users/nobody/earlier", "", nil); status != http.StatusNotFound {
		t.Errorf("of a stranger it answered %d", status)
	}
	var shown console.Revealed
	if status := askAs(t, n, live.Supervisor, "POST", "/v1/rooms/demo/users/u1/reveal", `{"type":"message","id":"m003","reason":"回电给顾客"}`, &shown); status != http.StatusOK || !strings.Contains(shown.Text, "13812345678") {
		t.Errorf("revealing an early message answered %d %+v", status, shown)
	}
}
