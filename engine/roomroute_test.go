package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// room asks the admin side about room demo and reads the answer.
func (n *node) room(t *testing.T, method, path, body string) (int, frame) {
	t.Helper()
	return roomAt(t, n.dir, n.Addrs().Admin, method, path, body)
}

func roomAt(t *testing.T, dir, admin, method, path, body string) (int, frame) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, admin+"/v1/rooms/demo"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", bearerOf(t, dir))
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	got, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	var f frame
	if err := json.NewDecoder(got.Body).Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return got.StatusCode, f
}

func TestRoomModeOverTheAdminSide(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, nil)
	c := n.ingest(t)
	if status, f := n.room(t, "GET", "/mode", ""); status != 200 || f.text("mode") != "auto" {
		t.Fatalf("the mode is %d %v, want auto", status, f)
	}
	if status, f := n.room(t, "PUT", "/mode", `{"mode":"paused"}`); status != 200 || f.text("mode") != "paused" || f.text("room") != "demo" {
		t.Fatalf("pausing got %d %v", status, f)
	}
	c.send(said("comment", "c1", "u1", "3号链接还剩多少件"))
	if o := c.next("outcome", "reply"); o.text("outcome") != "quiet" || o.text("reason") != "paused" {
		t.Errorf("in a paused room a question got %v", o)
	}
	c.send(said("message", "m1", "u1", "我要退货"))
	if r := c.next("reply", "outcome"); r.text("to") != "m1" {
		t.Errorf("in a paused room a private message got %v", r)
	}
	if status, f := n.room(t, "PUT", "/muted/u2", `{}`); status != 200 || f.text("user") != "u2" || f["until"] != nil {
		t.Errorf("muting got %d %v", status, f)
	}
	until := time.Now().Add(time.Hour).UnixMilli()
	if status, f := n.room(t, "PUT", "/muted/"+"u%2F3", fmt.Sprintf(`{"until":%d}`, until)); status != 200 || f.text("user") != "u/3" || f["until"] != float64(until) {
		t.Errorf("muting for a time got %d %v", status, f)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}

	n = startNode(t, dir, nil)
	status, f := n.room(t, "GET", "", "")
	muted, _ := f["muted"].([]any)
	if status != 200 || f.text("mode") != "paused" || len(muted) != 2 {
		t.Fatalf("after a restart the room is %d %v, want paused with two muted", status, f)
	}
	if status, _ := n.room(t, "PUT", "/mode", `{"mode":"auto"}`); status != 200 {
		t.Fatalf("resuming got %d", status)
	}
	c = n.ingest(t)
	c.send(stockIs(37))
	c.send(said("comment", "c2", "u2", "3号链接还剩多少件"))
	if o := c.next("outcome", "reply"); o.text("reason") != "muted" {
		t.Errorf("a muted user got %v", o)
	}
	for range 2 { // lifting what is lifted is no error
		if status, _ := n.room(t, "DELETE", "/muted/u2", ""); status != 204 {
			t.Errorf("lifting got %d, want 204", status)
		}
	}
	c.send(said("comment", "c3", "u2", "3号链接还剩多少件"))
	if r := c.next("outcome", "reply"); r.text("to") != "c3" || r.text("type") != "reply" {
		t.Errorf("a user who is muted no more got %v", r)
	}
}

func TestRoomRoutesNameFieldAndCure(t *testing.T) {
	n := startNode(t, t.TempDir(), unspoken)
	long := strings.Repeat("x", 200)
	for _, c := range []struct {
		method, path, body string
		status             int
		says               []string
	}{
		{"GET", "/v1/rooms/nowhere/mode", "", 404, []string{"room:", `"nowhere"`, "catalogue"}},
		{"GET", "/v1/rooms/" + long, "", 404, []string{"room:"}},
		{"PUT", "/v1/rooms/demo/mode", `{"mode":"off"}`, 400, []string{"mode:", `"off"`, "auto, suggest or paused"}},
		{"PUT", "/v1/rooms/demo/mode", ``, 400, []string{"mode:", "auto, suggest or paused"}},
		{"PUT", "/v1/rooms/demo/mode", `{"mode":7}`, 400, []string{"mode is a number", `{"mode":"auto"}`}},
		{"PUT", "/v1/rooms/demo/mode", `{"mod":"auto"}`, 400, []string{`"mod"`, `{"mode":"auto"}`}},
		{"PUT", "/v1/rooms/demo/mode", `{"mode":"auto"} {}`, 400, []string{"more than one object"}},
		{"PUT", "/v1/rooms/demo/mode", `{"mode":"` + strings.Repeat("x", 5000) + `"}`, 413, []string{"4096 bytes"}},
		{"PUT", "/v1/rooms/demo/muted/" + long, ``, 400, []string{"user:", "128 bytes"}},
		{"PUT", "/v1/rooms/demo/muted/a%00b", ``, 400, []string{"user:", "control"}},
		{"PUT", "/v1/rooms/demo/muted/%ff", ``, 400, []string{"user:", "UTF-8"}},
		{"DELETE", "/v1/rooms/demo/muted/" + long, ``, 400, []string{"user:"}},
		{"PUT", "/v1/rooms/demo/muted/u", `{"until":5}`, 400, []string{"until: 5", "DELETE"}},
		{"PUT", "/v1/rooms/demo/muted/u", `{"until":"tomorrow"}`, 400, []string{"until is a string"}},
	} {
		status, answer := n.ask(t, c.method, c.path, "application/json", []byte(c.body))
		if status != c.status {
			t.Errorf("%s %.60s %.30s got %d %s, want %d", c.method, c.path, c.body, status, answer, c.status)
		}
		var f frame
		if err := json.Unmarshal(answer, &f); err != nil {
			t.Errorf("%s %.60s: %q is no JSON", c.method, c.path, answer)
		}
		for _, s := range c.says {
			if !strings.Contains(f.text("error"), s) {
				t.Errorf("%s %.60s %.30s says %q, want %q in it", c.method, c.path, c.body, f.text("error"), s)
			}
		}
	}
	if _, f := n.room(t, "GET", "", ""); f.text("mode") != "auto" || len(f["muted"].([]any)) != 0 {
		t.Errorf("after what was refused the room is %v", f)
	}
}

// TestKilledNodeKeepsTheMode kills a node with kill -9 right after a setting was answered.
func TestKilledNodeKeepsTheMode(t *testing.T) {
	dir := t.TempDir()
	cmd, addrs := startChild(t, dir)
	if status, f := roomAt(t, dir, addrs.Admin, "PUT", "/mode", `{"mode":"suggest"}`); status != 200 {
		t.Fatalf("%d %v", status, f)
	}
	if status, f := roomAt(t, dir, addrs.Admin, "PUT", "/muted/troll", ``); status != 200 {
		t.Fatalf("%d %v", status, f)
	}
	cmd.Process.Kill()
	cmd.Wait()
	_, addrs = startChild(t, dir)
	status, f := roomAt(t, dir, addrs.Admin, "GET", "", "")
	muted, _ := f["muted"].([]any)
	if status != 200 || f.text("mode") != "suggest" || len(muted) != 1 {
		t.Errorf("after kill -9 the room is %d %v, want suggest and one muted", status, f)
	}
}

// TestBurstIsClosedForTheWholeRoom lets thirty people ask the same: viewers and the link that carried the questions
// hear one closing reply, with the right number and the figure as of then; a seat sees what is asked. The room looks whether
// the burst has ended at the next question, once the clock says that it has been quiet.
func TestBurstIsClosedForTheWholeRoom(t *testing.T) {
	n := startNode(t, t.TempDir(), func(c *Config) { c.Actors.SweepEvery = time.Hour })
	seat := dialTCP(t, n.Addrs().TCP).hello("seat", n.token(t, token.Claims{Role: live.Seat, Room: "demo"}), nil)
	other := dialTCP(t, n.Addrs().TCP).hello("seat", n.token(t, token.Claims{Role: live.Seat, Room: "elsewhere"}), nil)
	c, v := n.ingest(t), n.viewer(t, "guest")
	c.send(stockIs(37))
	c.send(frame{"type": "counts", "room": "demo", "viewers": 1234, "at": time.Now().UnixMilli()})
	for i := range 30 {
		c.send(said("comment", fmt.Sprint("c", i), fmt.Sprint("u", i), "3号链接还剩多少件"))
	}
	for range 30 {
		c.next("reply", "outcome")
	}
	c.send(stockIs(7))
	c.send(frame{"type": "ping"})
	c.next("pong") // by now it is known
	n.Forward(10 * time.Second)
	c.send(said("comment", "c30", "u30", "5号链接多少钱"))
	for name, link := range map[string]*client{"ingest": c, "viewer": v} {
		r := link.next("reply")
		for r["count"] == nil {
			r = link.next("reply")
		}
		if r["count"] != float64(30) || r.text("scope") != "public" || r.text("intent") != "stock" || r.text("by") != "script" ||
			!strings.Contains(r.text("text"), "30位") || !strings.Contains(r.text("text"), "7件") {
			t.Errorf("the %s link got %v, want the closing reply for 30 with 7 pieces", name, r)
		}
	}
	a := seat.next("alarm")
	top, _ := a["top"].([]any)
	if a.text("kind") != "host" || a.text("room") != "demo" || a["viewers"] != float64(1234) || len(top) != 1 {
		t.Fatalf("the seat was shown %v", a)
	}
	first := frame(top[0].(map[string]any))
	if first.text("intent") != "stock" || first["link"] != float64(3) || first["count"] == nil || first["stock"] == nil || first["age_ms"] == nil {
		t.Errorf("the seat was shown %v", first)
	}
	other.send(frame{"type": "ping"})
	if f := other.next("pong", "alarm"); f.text("type") == "alarm" {
		t.Errorf("the seat of another room was shown %v", f)
	}
}

func TestCarriersAreTheLatestFew(t *testing.T) {
	var r roomLinks
	for _, s := range []string{"a", "b", "c", "a", "a", "b"} {
		r.carry(&live.Link{Session: live.SessionID(s)}, "room")
	}
	if got := r.Carriers("room"); !slices.Equal(got, []live.SessionID{"b", "a", "c"}) {
		t.Errorf("carriers are %v, want b, a, c", got)
	}
	for i := range 20 {
		r.carry(&live.Link{Session: live.SessionID(fmt.Sprint("s", i))}, "room")
	}
	if got := r.Carriers("room"); len(got) != maxCarriers || got[0] != "s19" || got[7] != "s12" {
		t.Errorf("carriers are %v, want s19 to s12", got)
	}
	if got := r.Carriers("other"); got != nil {
		t.Errorf("a room nobody spoke in has carriers %v", got)
	}
}

func TestSeatsOfARoom(t *testing.T) {
	var r roomLinks
	everywhere, here := &live.Link{Session: "b", Role: live.Seat}, &live.Link{Session: "a", Role: live.Seat, Room: "room"}
	again := &live.Link{Session: "a", Role: live.Seat, Room: "room"}
	for _, l := range []*live.Link{everywhere, here, {Session: "c", Role: live.Seat, Room: "other"}, {Session: "d", Role: live.Ingest}, again} {
		r.opened(l)
	}
	r.closed(here) // its session was taken over
	if got := r.Seats("room"); !slices.Equal(got, []live.SessionID{"a", "b"}) {
		t.Errorf("seats are %v, want a and b", got)
	}
	r.closed(again)
	if got := r.Seats("room"); !slices.Equal(got, []live.SessionID{"b"}) {
		t.Errorf("seats are %v, want b", got)
	}
}
