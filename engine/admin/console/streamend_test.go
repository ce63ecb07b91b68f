package console

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// TestAStreamSaysWhyItEnds ends streams that have more to say: whoever listens hears the reason, and not a link torn off.
func TestAStreamSaysWhyItEnds(t *testing.T) {
	const behind = 8
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.CloseNow()
		ctx, end := context.WithCancelCause(r.Context())
		s := &stream{console: &Console{}, ctx: ctx, out: make(chan []byte, behind), end: end}
		for range behind {
			s.out <- []byte(`{}`)
		}
		end(errExpired)
		s.write(conn)
	}))
	defer site.Close()
	for range 10 {
		conn, _, err := websocket.Dial(t.Context(), strings.Replace(site.URL, "http", "ws", 1), &websocket.DialOptions{
			HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, _, err = conn.Read(t.Context())
		}
		if got := websocket.CloseStatus(err); got != statusSignIn {
			t.Fatalf("the stream ended with %v, want status %d", err, statusSignIn)
		}
		conn.CloseNow()
	}
}
