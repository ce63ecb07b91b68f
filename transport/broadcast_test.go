package transport_test

import (
	"fmt"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/transport"
	"liveroom/transport/wire"
)

func TestBroadcastReachesTheRoomOnce(t *testing.T) {
	s := serve(t, transport.Config{BroadcastEvery: time.Millisecond})
	asker, who := s.hello(t, live.Viewer, "s/r/asker")
	watcher, _ := s.hello(t, live.Viewer, "s/r/watcher")
	other, _ := s.hello(t, live.Viewer, "s/r2/other")
	ingest, _ := s.hello(t, live.Ingest, "s/r/")
	web := s.web(t, live.Viewer, "s/r/web")

	s.Broadcast("r", wire.AppendAck(nil, "answer"), who.Session)
	s.Broadcast("nowhere", wire.AppendAck(nil, "x"), "")
	if o := watcher.hear(); o.ID != "answer" {
		t.Fatalf("got %+v", o)
	}
	if o := web.hear(); o.ID != "answer" {
		t.Fatalf("got %+v", o)
	}
	s.Broadcast("r", wire.AppendAck(nil, "second"), "")
	for _, c := range []*tcp{asker, watcher} {
		if o := c.hear(); o.ID != "second" {
			t.Fatalf("got %+v, want the second", o)
		}
	}
	// Nobody else got anything: the next they hear is the answer to their ping.
	for _, c := range []*tcp{other, ingest} {
		c.say(`{"type":"ping"}`)
		if o := c.hear(); o.Type != "pong" {
			t.Fatalf("got %+v", o)
		}
	}
}

func TestBroadcastsOfAWindowLeaveTogether(t *testing.T) {
	s := serve(t, transport.Config{BroadcastEvery: 20 * time.Millisecond})
	c, l := s.hello(t, live.Viewer, "s/r/u")
	d, _ := s.hello(t, live.Viewer, "s/r/v")
	for i := range 5 {
		except := live.SessionID("")
		if i == 2 {
			except = l.Session
		}
		s.Broadcast("r", wire.AppendAck(nil, live.EventID(fmt.Sprint(i))), except)
	}
	for _, want := range []string{"0", "1", "3", "4"} {
		if o := c.hear(); string(o.ID) != want {
			t.Fatalf("got %+v, want %s", o, want)
		}
	}
	for _, want := range []string{"0", "1", "2", "3", "4"} {
		if o := d.hear(); string(o.ID) != want {
			t.Fatalf("got %+v, want %s", o, want)
		}
	}
}

func TestFullWindowIsShed(t *testing.T) {
	s := serve(t, transport.Config{BroadcastEvery: time.Hour})
	frame := make([]byte, 10<<10)
	for range 5 {
		s.Broadcast("r", frame, "")
	}
	if n := s.metric(t, "broadcast_shed_total"); n != 2 {
		t.Errorf("%g broadcasts shed of 5 of 10 KiB, want 2", n)
	}
}

// TestBroadcastToManyWhoComeAndGo counts that everybody who stays gets every frame exactly once.
func TestBroadcastToManyWhoComeAndGo(t *testing.T) {
	s := serve(t, transport.Config{Loops: 1, BroadcastEvery: time.Millisecond})
	const links = 700 // several slices
	var stay []*tcp
	var leave []*tcp
	for i := range links {
		c, _ := s.hello(t, live.Viewer, fmt.Sprintf("s/r/%d", i))
		if i%3 == 0 {
			leave = append(leave, c)
		} else {
			stay = append(stay, c)
		}
	}
	for n := range 5 {
		s.Broadcast("r", wire.AppendAck(nil, live.EventID(fmt.Sprint(n))), "")
		for _, c := range leave[n*40 : n*40+40] {
			c.Close()
		}
		for i, c := range stay {
			if o := c.hear(); string(o.ID) != fmt.Sprint(n) {
				t.Fatalf("link %d got %+v, want %d", i, o, n)
			}
		}
	}
}
