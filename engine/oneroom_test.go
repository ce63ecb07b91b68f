package engine

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"liveroom/actors"
	"liveroom/engine/access"
	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// TestATokenForOneRoomSeesNoOther fills two rooms, and looks through everything that a token for one of them is answered, over
// every route of the node and every view of the stream, for the other room and its people.
func TestATokenForOneRoomSeesNoOther(t *testing.T) {
	const theirs = "theirs" // part of the other room's name, and of everybody's in it
	n := startNode(t, t.TempDir(), nil)
	c := n.ingest(t)
	c.send(stockIs(5))
	there := said("message", "m1", theirs+"-user", "3号链接还有货吗")
	there["room"] = theirs + "-room"
	for _, f := range []frame{there, said("message", "m2", "u2", "3号链接还有货吗")} {
		c.send(f)
		c.next("reply")
	}
	claims := token.Claims{Role: live.Viewer, Room: theirs + "-room", User: theirs + "-viewer"}
	dialWS(t, n.Addrs().WS).hello("viewer", n.token(t, claims), nil)
	n.parts.ended(actors.Ended{
		Event:   &live.Event{Type: live.Comment, ID: "x", Room: theirs + "-room", User: theirs + "-user", Text: "嗡嘛呢叭咪吽" + theirs},
		Reading: &live.Reading{Intent: live.IntentUnknown, DecidedBy: live.DecidedByModel}, Outcome: live.Quiet, Received: 1,
	})

	held := live.Reservation{ID: "r1", User: live.UserKey{Room: theirs + "-room", User: theirs + "-user"}, SKU: "DEMO-3", Quantity: 1, Until: 1 << 50}
	if _, err := n.parts.ledger.Reserve(n.clock.now(), held); err != nil {
		t.Fatal(err)
	}

	ask := func(method, path, proof string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, n.Addrs().Admin+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+proof)
		got, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close()
		body, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		return got.StatusCode, string(body)
	}
	whole, seen := n.token(t, token.Claims{Role: live.Admin}), 0
	for _, role := range []live.Role{live.Admin, live.Supervisor, live.Operator, live.Seat, live.Auditor} {
		one := n.token(t, token.Claims{Role: role, Room: "demo", User: live.UserID(role.String())})
		for _, pattern := range n.patterns {
			method, path, _ := strings.Cut(pattern, " ")
			act := access.Routes[pattern]
			if method != http.MethodGet || act == access.ProfileRead || act == access.Anyone || path == "/v1/stream" {
				continue // a stream and a profile do not end; the first is looked at below
			}
			path = strings.NewReplacer("{room}", theirs+"-room", "{user}", theirs+"-user", "{key}", "within_line").Replace(path)
			if path == "/v1/actor" || strings.HasSuffix(path, "/trace") {
				path += "?room=" + theirs + "-room&user=" + theirs + "-user"
			}
			if status, body := ask(method, path, one); strings.Contains(body, theirs) && status == http.StatusOK {
				t.Errorf("%s as a %v of another room answered %s", pattern, role, body)
			}
			if role == live.Admin {
				if status, body := ask(method, path, whole); status == http.StatusOK && strings.Contains(body, theirs) {
					seen++
				}
			}
		}
	}
	if seen < 8 { // rooms, actors, actor, tree, links, unsure, reservations, the room's own
		t.Errorf("who may see all finds the other room on %d routes alone", seen)
	}

	open := func(proof string) *websocket.Conn {
		conn, _, err := websocket.Dial(t.Context(), strings.Replace(n.Addrs().Admin, "http", "ws", 1)+"/v1/stream", &websocket.DialOptions{
			HTTPHeader: http.Header{"Authorization": {"Bearer " + proof}}, HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		})
		if err != nil {
			t.Fatal(err)
		}
		conn.SetReadLimit(1 << 20)
		t.Cleanup(func() { conn.CloseNow() })
		return conn
	}
	// view returns the first message of a view.
	view := func(conn *websocket.Conn, name string) string {
		args := "{}"
		if name == "room" || name == "actor" || name == "lines" {
			args = `{"room":"` + theirs + `-room"}`
		}
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(`{"open":"`+name+`","view":"`+name+`","args":`+args+`}`)); err != nil {
			t.Fatal(err)
		}
		for {
			_, b, err := conn.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var m struct{ ID, Error string }
			if err := json.Unmarshal(b, &m); err != nil {
				t.Fatal(err)
			}
			if m.ID == name {
				if m.Error != "" {
					return "refused"
				}
				return string(b)
			}
		}
	}
	all, one := open(whole), open(n.token(t, token.Claims{Role: live.Supervisor, Room: "demo"}))
	for _, name := range []string{"overview", "rooms", "room", "actors", "actor", "tree", "letters", "links", "inference"} {
		wide, narrow := view(all, name), view(one, name)
		if strings.Contains(narrow, theirs) {
			t.Errorf("the view %s shows the other room: %s", name, narrow)
		}
		if !strings.Contains(wide, theirs) && !slices.Contains([]string{"letters", "inference"}, name) {
			t.Errorf("the view %s of all rooms lacks one: %s", name, wide)
		}
	}
	if got := view(one, "lines"); got != "refused" {
		t.Errorf("the other room's lines open: %s", got)
	}
}
