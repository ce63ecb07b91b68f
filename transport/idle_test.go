package transport_test

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"liveroom/engine/live"
	"liveroom/transport"
	"liveroom/transport/wire"
)

// TestFramesWithoutAMessageAreCounted floods a link with what the token bucket of messages does not see: pongs, and the pieces of
// a message that never ends. A link that sends as many as it may is left alone.
func TestFramesWithoutAMessageAreCounted(t *testing.T) {
	const most = 16 * 2 // of a burst of 2
	s := serve(t, transport.Config{Viewer: transport.Allowance{Rate: 0.0001, Burst: 2}})
	piece := func(op ws.OpCode) ws.Frame { return ws.NewFrame(op, false, []byte(" ")) }
	for name, frame := range map[string]func(i int) ws.Frame{
		"pongs": func(int) ws.Frame { return ws.NewPongFrame(nil) },
		"pieces": func(i int) ws.Frame {
			if i == 0 {
				return piece(ws.OpText)
			}
			return piece(ws.OpContinuation)
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			c, _, _, err := ws.Dial(ctx, "ws://"+s.WSAddr().String()+transport.Path)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
				t.Fatal(err)
			}
			say := func(f ws.Frame) {
				t.Helper()
				if err := ws.WriteFrame(c, ws.MaskFrame(f)); err != nil {
					t.Fatal(err)
				}
			}
			hear := func() []byte {
				t.Helper()
				h, err := ws.ReadHeader(c)
				if err != nil || h.Length > wire.MaxPayload {
					t.Fatalf("a frame of %d bytes, %v", h.Length, err)
				}
				payload := make([]byte, h.Length)
				if _, err := io.ReadFull(c, payload); err != nil {
					t.Fatal(err)
				}
				return payload
			}
			say(ws.NewTextFrame(wire.AppendHello(nil, &wire.Hello{Role: live.Viewer, Token: "s/r/" + name})))
			if got := hear(); !bytes.Contains(got, []byte(`"welcome"`)) {
				t.Fatalf("hello was answered by %s", got)
			}
			for i := range most {
				say(frame(i))
			}
			say(ws.NewPingFrame([]byte("there?"))) // one too many
			if got := hear(); !bytes.Contains(got, []byte(`"bye"`)) || !bytes.Contains(got, []byte(`"rate_limited"`)) {
				t.Errorf("the flood was answered by %s, want bye rate_limited", got)
			}
		})
	}
}
