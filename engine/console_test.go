package engine

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"liveroom/engine/access"
	"liveroom/engine/admin/console"
	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// look asks the console for something.
func look[T any](t *testing.T, n *node, path string) (v T) {
	t.Helper()
	status, body := n.ask(t, "GET", path, "", nil)
	if status != http.StatusOK || json.Unmarshal(body, &v) != nil {
		t.Fatalf("GET %s answered %d %s", path, status, body)
	}
	return v
}

// TestAPersonAtTheConsoleTakesADialogue goes the way of a seat: take, say, give back, and what each side is told.
func TestAPersonAtTheConsoleTakesADialogue(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, nil)
	c := n.ingest(t)
	c.send(stockIs(37))
	c.send(said("message", "m1", "u1", "3号链接还剩多少件，打我电话13812345678"))
	answer := c.next("reply").text("text")
	act := func(what, body string) int {
		t.Helper()
		status, _ := n.ask(t, "POST", "/v1/rooms/demo/users/u1/seat/"+what, "application/json", []byte(body))
		return status
	}
	if status := act("say", `{"text":"您好"}`); status != http.StatusConflict {
		t.Errorf("say before take answered %d, want 409", status)
	}
	if status := act("take", `{}`); status != http.StatusOK {
		t.Fatalf("take answered %d", status)
	}
	if status := act("say", `{"text":"我是人工客服"}`); status != http.StatusOK {
		t.Fatalf("say answered %d", status)
	}
	if r := c.next("reply"); r.text("text") != "我是人工客服" || r.text("by") != "human" {
		t.Errorf("the user is told %v", r)
	}
	c.send(said("message", "m2", "u1", "包邮吗"))
	if o := c.next("outcome", "reply"); o.text("reason") != "human_active" {
		t.Errorf("while a person has it the engine says %v", o)
	}
	check := func(when string) {
		t.Helper()
		d := look[console.Dialogue](t, n, "/v1/rooms/demo/users/u1")
		var text strings.Builder
		for _, turn := range d.Turns {
			fmt.Fprintf(&text, "%s>%s", turn.Type, turn.Text)
			if turn.Reply != nil {
				fmt.Fprintf(&text, "<%s", turn.Reply.Text)
			}
			text.WriteByte('\n')
		}
		if s := text.String(); !strings.Contains(s, "<"+answer) || strings.Count(s, "我是人工客服") != 1 || strings.Contains(s, "13812345678") || !strings.Contains(s, "包邮吗") {
			t.Errorf("%s the history is\n%s", when, s)
		}
		if d.Seat == "" || !d.Mine || !d.Private {
			t.Errorf("%s it is %+v, want that the one who asks has taken it", when, d)
		}
	}
	check("in memory,")
	k := live.UserKey{Room: "demo", User: "u1"}
	for _, ok := n.parts.house.ActorOf(k); ok; _, ok = n.parts.house.ActorOf(k) {
		if status, body := n.ask(t, "POST", "/v1/rooms/demo/users/u1/actor/passivate", "", nil); status != 200 && status != 404 {
			t.Fatalf("passivate answered %d %s", status, body)
		}
	}
	check("read back from storage,")
	if status := act("give_back", `{}`); status != http.StatusOK {
		t.Errorf("give back answered %d", status)
	}
	c.send(said("message", "m3", "u1", "包邮吗"))
	if r := c.next("reply", "outcome"); r.text("type") != "reply" {
		t.Errorf("given back, the engine says %v", r)
	}
	if status, _ := n.ask(t, "GET", "/v1/rooms/demo/users/nobody", "", nil); status != http.StatusNotFound {
		t.Errorf("nobody's dialogue answered %d", status)
	}
	if _, ok := n.parts.house.ActorOf(live.UserKey{Room: "demo", User: "nobody"}); ok {
		t.Error("asking for nobody made an actor")
	}
}

// TestTheStreamShowsARoom opens the stream of a real node, as a role that may look and as one that may not.
func TestTheStreamShowsARoom(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	c := n.ingest(t)
	open := func(role live.Role) *websocket.Conn {
		header := http.Header{"Authorization": {"Bearer " + n.token(t, token.Claims{Role: role})}}
		conn, _, err := websocket.Dial(t.Context(), strings.Replace(n.Addrs().Admin, "http", "ws", 1)+"/v1/stream",
			&websocket.DialOptions{HTTPHeader: header, HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
		if err != nil {
			t.Fatal(err)
		}
		conn.SetReadLimit(1 << 20)
		t.Cleanup(func() { conn.CloseNow() })
		return conn
	}
	hear := func(conn *websocket.Conn, id string) (m struct {
		ID    string         `json:"id"`
		Full  map[string]any `json:"full"`
		Lines []console.Line `json:"lines"`
		Error string         `json:"error"`
	},
	) {
		for m.ID != id {
			m.ID = ""
			_, b, err := conn.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(b, &m); err != nil {
				t.Fatal(err)
			}
		}
		return m
	}
	say := func(conn *websocket.Conn, command string) {
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(command)); err != nil {
			t.Fatal(err)
		}
	}
	auditor, seat := open(live.Auditor), open(live.Seat)
	say(auditor, `{"open":"l","view":"lines","args":{"room":"demo"}}`)
	if m := hear(auditor, "l"); !strings.Contains(m.Error, "dialogue.read") {
		t.Errorf("an auditor who looks at comments is told %+v", m)
	}
	say(seat, `{"open":"o","view":"overview"}`)
	if m := hear(seat, "o"); !strings.Contains(m.Error, "status.read") {
		t.Errorf("a seat who looks at the node is told %+v", m)
	}
	say(seat, `{"open":"l","view":"lines","args":{"room":"demo"}}`)
	say(seat, `{"open":"r","view":"room","args":{"room":"demo"}}`)
	if m := hear(seat, "r"); m.Full["mode"] != "auto" {
		t.Errorf("the room is %+v", m.Full)
	}
	c.send(stockIs(37))
	c.send(said("comment", "c1", "u1", "3号链接还剩多少件"))
	m := hear(seat, "l")
	if len(m.Lines) != 1 || m.Lines[0].Reading.Intent != "stock" || !strings.Contains(m.Lines[0].Reply.Text, "37") {
		t.Fatalf("the seat sees %+v with %+v and %+v", m.Lines, m.Lines[0].Reading, m.Lines[0].Reply)
	}
	c.send(said("comment", "c2", "u2", "我电话13812345678"))
	if m = hear(seat, "l"); strings.Contains(m.Lines[0].Text, "13812345678") || !strings.Contains(m.Lines[0].Text, "我电话138") {
		t.Errorf("the seat sees %q, want the number masked", m.Lines[0].Text)
	}
	if conn, _, err := websocket.Dial(t.Context(), strings.Replace(n.Addrs().Admin, "http", "ws", 1)+"/v1/stream", nil); err == nil {
		conn.CloseNow()
		t.Error("the stream opens for nobody")
	}
	auditor.CloseNow()
	stopped := make(chan error, 1)
	go func() { stopped <- n.stop() }()
	var ended error
	for ended == nil { // the node waits for who reads its last word
		_, _, ended = seat.Read(t.Context())
	}
	if websocket.CloseStatus(ended) != websocket.StatusGoingAway {
		t.Errorf("when the node stops the stream ends with %v", ended)
	}
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
}

// TestEveryRouteOfTheConsoleAsksForItsAct compares what the console says its routes need with the table.
func TestEveryRouteOfTheConsoleAsksForItsAct(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	for pattern, act := range n.parts.console.Acts() {
		if got := access.Routes[pattern]; string(got) != act {
			t.Errorf("%s: the table asks for %q, the console for %q", pattern, got, act)
		}
	}
	settings := look[console.SettingList](t, n, "/v1/settings")
	if len(settings.Settings) < 20 {
		t.Errorf("%d settings are shown", len(settings.Settings))
	}
	if s := look[console.Scripts](t, n, "/v1/scripts"); len(s.List) < 20 || len(s.List[0].Texts) == 0 {
		t.Errorf("%d scripts are shown", len(s.List))
	}
}
