package siege

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"liveroom/engine/live"
	"liveroom/transport/wire"
)

func bye(c live.Code, reason string) []byte { return wire.AppendBye(nil, c, reason, 0) }

func text(payload []byte) string { return string(ws.MustCompileFrame(ws.NewTextFrame(payload))) }

func framed1(payload []byte) string { return string(wire.AppendFrame(nil, payload)) }

// refusal is how a server answers a WebSocket handshake that it does not take.
func refusal(status int, why string) string {
	return fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s\n",
		status, http.StatusText(status), len(why)+1, why)
}

const upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"

func TestListen(t *testing.T) {
	welcome := wire.AppendWelcome(nil, "s1", 1)
	for _, c := range []struct {
		name      string
		webSocket bool
		heard     string
		answer    string
		upgraded  bool
	}{
		{"a bye", false, framed1(bye(live.HelloTimeout, "say hello")), "hello_timeout", false},
		{"a welcome and more", false, framed1(welcome) + "\x00\x00", Welcome, false},
		{"a bye without a reason", false, framed1(bye(live.TooManyLinks, "")), Strange, false},
		{"a code nobody knows", false, framed1([]byte(`{"type":"bye","code":"go_away","reason":"because"}`)), Strange, false},
		{"another word", false, framed1([]byte(`{"type":"ack","id":"1"}`)), Strange, false},
		{"no JSON", false, framed1([]byte(`{"type":`)), Strange, false},
		{"no frame", false, "HTTP/1.1 400 Bad Request", Strange, false},
		{"a timeout in time", true, refusal(408, "hello_timeout: say hello"), "hello_timeout", false},
		{"too many", true, refusal(503, "too_many_links: there are too many"), "too_many_links", false},
		{"a timeout that is none", true, refusal(503, "hello_timeout: say hello"), Strange, false},
		{"a refusal in other words", true, refusal(400, "the Host header is missing"), Strange, false},
		{"an upgrade", true, upgrade, "", true},
		{"an upgrade and a welcome", true, upgrade + text(welcome), Welcome, true},
		{"an upgrade and a bye", true, upgrade + text(bye(live.TooManyLinks, "too many")), "too_many_links", true},
		{"an upgrade and a ping", true, upgrade + string(ws.MustCompileFrame(ws.NewPingFrame(nil))), Strange, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if answer, upgraded := listen(c.webSocket, []byte(c.heard)); answer != c.answer || upgraded != c.upgraded {
				t.Errorf("listen(%v, %q) = %q, %v, want %q, %v", c.webSocket, c.heard, answer, upgraded, c.answer, c.upgraded)
			}
			if c.answer == Strange {
				return
			}
			for n := range c.heard { // what has come in part says nothing yet, or what it says in the end
				if answer, _ := listen(c.webSocket, []byte(c.heard[:n])); answer != "" && answer != c.answer && !strings.HasPrefix(c.heard, "HTTP") {
					t.Fatalf("the first %d bytes of %q are taken for %q", n, c.heard, answer)
				}
			}
		})
	}
}

func FuzzListen(f *testing.F) {
	f.Add(true, []byte(upgrade+text(wire.AppendWelcome(nil, "s1", 1))))
	f.Add(true, []byte(refusal(408, "hello_timeout: say hello")))
	f.Add(false, []byte(framed1(bye(live.HelloTimeout, "say hello"))))
	f.Fuzz(func(t *testing.T, webSocket bool, heard []byte) {
		if answer, upgraded := listen(webSocket, heard); upgraded && !webSocket || answer == NoWord {
			t.Errorf("listen(%v, %q) = %q, %v", webSocket, heard, answer, upgraded)
		}
	})
}
