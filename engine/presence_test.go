package engine

import (
	"runtime"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// TestPresence walks through who is there and who is gone, by a clock of its own.
func TestPresence(t *testing.T) {
	now := time.UnixMilli(1_790_000_000_000)
	open := map[live.SessionID]bool{}
	cfg := AccessConfig{SeatGrace: 30 * time.Second, ConsoleGrace: 2 * time.Minute}
	p := newPresence(cfg, func() time.Time { return now }, func(s live.SessionID) bool { return open[s] })
	link, desk, start := &live.Link{Role: live.Seat, Session: "s"}, live.SessionID("console:ann"), now
	check := func(what string, seat live.SessionID, want bool) {
		t.Helper()
		if got := p.gone(seat, start, now); got != want {
			t.Errorf("%s: %s is gone: %v, want %v", what, seat, got, want)
		}
	}
	p.opened(link)
	open["s"] = true
	now = now.Add(time.Hour)
	check("its link is open", "s", false)
	check("nothing was heard for an hour", desk, true)
	open["s"] = false
	p.closed(link, false)
	p.heard("ann")
	now = now.Add(30*time.Second - 1)
	check("within the grace", "s", false)
	now = now.Add(1)
	check("at the end of the grace", "s", true)
	check("people have longer", desk, false)
	now = now.Add(90 * time.Second)
	check("nothing was heard for two minutes", desk, true)
	p.heard("ann")
	check("a request came", desk, false)
	open["s"] = true
	p.opened(link)
	check("it came back", "s", false)
	p.closed(link, true) // the link before it, whose session it has resumed
	now = now.Add(time.Hour)
	check("the older link of the session has closed", "s", false)
	open["s"], start = false, now
	check("nothing is known but that it took a dialogue just now", "s", false)
	for i := range maxSeen + 10 {
		p.closed(&live.Link{Role: live.Seat, Session: live.SessionID(rune(i + 256))}, false)
	}
	if len(p.seen) > maxSeen {
		t.Errorf("%d seats are remembered, want at most %d", len(p.seen), maxSeen)
	}
}

// TestASeatThatIsLostGivesBack takes a dialogue over a real link, loses it, comes back in time, and goes for good; then the
// node is killed with another dialogue taken.
func TestASeatThatIsLostGivesBack(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, func(c *Config) { c.Actors.SweepEvery = 5 * time.Millisecond })
	v := n.viewer(t, "guest")
	signed := n.token(t, token.Claims{Role: live.Seat})
	seat := dialTCP(t, n.Addrs().TCP).hello("seat", signed, nil)
	session := seat.Session
	other := dialTCP(t, n.Addrs().TCP).hello("seat", n.token(t, token.Claims{Role: live.Seat, User: "other"}), nil)
	v.send(said("message", "m1", "guest", "我要退货"))
	dialogue := v.next("reply").text("dialogue")
	seat.send(frame{"type": "take", "id": "t1", "dialogue": dialogue})
	seat.next("ack")
	lose := func(c *client) {
		c.close()
		for !n.parts.presence.away(live.SessionID(session)) { // until then the time that passes is none of its absence
			runtime.Gosched()
		}
	}
	lose(seat)
	v.send(said("message", "m2", "guest", "1号链接多少钱"))
	v.next("ack")
	n.Forward(20 * time.Second)
	seat = dialTCP(t, n.Addrs().TCP).hello("seat", signed, frame{"resume": frame{"session": session, "after": ""}})
	if seat.Session != session {
		t.Fatalf("the seat resumed as %s, want %s", seat.Session, session)
	}
	if shown := seat.next("handover"); shown.text("dialogue") != dialogue {
		t.Errorf("the seat that is back was shown %v, want its dialogue", shown)
	}
	n.Forward(time.Hour) // it is there: nothing is given back
	seat.send(frame{"type": "say", "id": "s1", "dialogue": dialogue, "text": "在的"})
	if r := v.next("reply"); r.text("by") != "human" {
		t.Fatalf("the viewer got %v, want the person's line", r)
	}
	v.send(said("message", "m3", "guest", "1号链接多少钱"))
	v.next("ack")
	seat.next("alarm")
	lose(seat)
	n.Forward(31 * time.Second)
	r := v.next("reply")
	if r.text("by") == "human" || r.text("to") != "" || r.text("text") == "" {
		t.Errorf("the viewer got %v, want the engine's answer to what waited", r)
	}
	alarm := other.next("alarm")
	if alarm.text("kind") != "handover" || alarm.text("reason") != "seat_gone" || alarm.text("dialogue") != dialogue || alarm.text("text") != "1号链接多少钱" {
		t.Errorf("the other seat was shown %v, want the dialogue to take", alarm)
	}
	v.send(said("message", "m4", "guest", "包邮吗"))
	if r := v.next("reply"); r.text("to") != "m4" {
		t.Errorf("the viewer got %v, want the engine again", r)
	}
}

// away tells whether it is noted since when a seat is away.
func (p *presence) away(seat live.SessionID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, noted := p.seen[seat]
	return noted
}

// TestATakenDialogueOfAKilledNode kills a node with kill -9 while a dialogue is taken: the next one gives it back.
func TestATakenDialogueOfAKilledNode(t *testing.T) {
	dir := t.TempDir()
	cmd, addrs := startChild(t, dir)
	sign := signerOf(t, dir)
	viewer := token.Claims{Role: live.Viewer, Room: "demo", User: "guest"}
	v := dialTCP(t, addrs.TCP).hello("viewer", sign(viewer), nil)
	seat := dialTCP(t, addrs.TCP).hello("seat", sign(token.Claims{Role: live.Seat}), nil)
	v.send(said("message", "m1", "guest", "我要退货"))
	seat.send(frame{"type": "take", "id": "t1", "dialogue": v.next("reply").text("dialogue")})
	seat.next("ack")
	v.send(said("message", "m2", "guest", "1号链接多少钱"))
	v.next("ack")
	seat.next("alarm") // durable by now
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	n := startNode(t, dir, func(c *Config) { c.Actors.SweepEvery = 5 * time.Millisecond })
	v = dialTCP(t, n.Addrs().TCP).hello("viewer", sign(viewer), frame{"resume": frame{"session": v.Session, "after": ""}})
	if taken := n.parts.house.TakenBy(live.SessionID(seat.Session)); len(taken) != 1 {
		t.Fatalf("after the restart the seat has %v, want its dialogue", taken)
	}
	n.Forward(31 * time.Second)
	for {
		if r := v.next("reply"); r.text("to") == "" { // the earlier answer comes again with the resumption
			break
		}
	}
}
