package loadtest

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/loadtest/target/targettest"
	"liveroom/transport/wire"
	"liveroom/transport/wire/token"
)

func TestLink(t *testing.T) {
	_, at := serve(t, targettest.Honest)
	key, err := token.ReadKeyFile(at.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	signed, err := token.Sign(key, token.Claims{Role: live.Viewer, Room: "demo", User: "ann", Expires: now.Add(time.Hour)}, now)
	if err != nil {
		t.Fatal(err)
	}
	for carrier, addr := range map[Carrier]string{TCP: at.TCP, WebSocket: at.WS} {
		t.Run(string(carrier), func(t *testing.T) {
			l, err := Dial(t.Context(), carrier, addr, wire.Hello{Role: live.Viewer, Token: signed, Outcomes: true})
			if err != nil {
				t.Fatal(err)
			}
			if l.Session() == "" || l.Heartbeat() != time.Minute {
				t.Errorf("session %q, heartbeat %v", l.Session(), l.Heartbeat())
			}
			id := live.EventID("m-" + string(carrier))
			if err := l.Send(live.Event{Type: live.Message, ID: id, Room: "demo", User: "ann", Text: "在吗", At: now.UnixMilli()}); err != nil {
				t.Fatal(err)
			}
			if err := l.Ping(); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"ack", "reply", "pong"} {
				o, err := l.Receive()
				if err != nil || o.Type != want || want == "reply" && o.To != id {
					t.Fatalf("Receive() = %+v, %v; want %s", o, err, want)
				}
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			if _, err := l.Receive(); err == nil {
				t.Error("Receive after Close brings something")
			}
		})
	}
}

func TestDialRefused(t *testing.T) {
	_, at := serve(t, targettest.TurnAway)
	if _, err := Dial(t.Context(), TCP, at.TCP, wire.Hello{Role: live.Viewer, Token: "x"}); !errors.Is(err, ErrRefused) {
		t.Errorf("Dial with a bad token = %v, want ErrRefused", err)
	}
	if _, err := Dial(t.Context(), WebSocket, "ws://127.0.0.1:1/v1/link", wire.Hello{}); !errors.Is(err, ErrTargetDown) {
		t.Errorf("Dial where nobody listens = %v, want ErrTargetDown", err)
	}
	if _, err := Dial(t.Context(), "pigeon", at.TCP, wire.Hello{}); !errors.Is(err, ErrTargetDown) {
		t.Errorf("Dial by pigeon = %v, want ErrTargetDown", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Dial(ended, TCP, at.TCP, wire.Hello{}); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("Dial with an ended context = %v, want its error", err)
	}
}
