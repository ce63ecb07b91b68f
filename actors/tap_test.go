package actors

import (
	"testing"
	"time"

	"liveroom/engine/live"
)

// TestNobodyWatchesForNothing is the structural promise of taps and traces: a message that nobody looks at costs no allocation
// and no look at the clock for it, in rooms that nobody watches not even while another is watched.
func TestNobodyWatchesForNothing(t *testing.T) {
	h := &House{now: func() time.Time {
		t.Error("a clock is read for nobody")
		return time.Time{}
	}}
	u := &user{house: h, cell: &cell[live.UserKey]{key: live.UserKey{Room: "room", User: "u"}}}
	e := &Effect{Kind: EffClose, Event: message("m1"), Outcome: live.Replied, Reply: &live.Reply{}}
	a := &Arrival{Event: e.Event}
	free := func(when string) {
		t.Helper()
		if n := testing.AllocsPerRun(100, func() {
			h.begin(a, time.Time{})
			if u.seen(e) != nil || u.trace(e.Event) != nil || u.traceAt(7) != nil || u.wasTraced(time.Time{}, e) != nil {
				t.Error("something is noted for nobody")
			}
			u.trace(e.Event).span(StageMailbox, time.Time{}, time.Time{})
			u.traceAt(7).read(time.Time{})
		}); n != 0 {
			t.Errorf("%s a message costs %v allocations for who watches, want none", when, n)
		}
	}
	free("unwatched,")
	stop := h.Watch("another", func(*Seen) { t.Error("an exchange of another room is shown") })
	free("with another room watched,")
	stop()
	stop()
	if h.taps.rooms.Load() != nil {
		t.Error("nobody watches any more, and the taps are still open")
	}
}

func TestWatchShowsEachExchangeOnceUntilStopped(t *testing.T) {
	s := newStand(t, nil)
	shown, second := make(chan *Seen, 8), make(chan *Seen, 8)
	stop := s.Watch("room", func(x *Seen) { shown <- x })
	defer s.Watch("room", func(x *Seen) { second <- x })()
	s.say(t, live.Message, "u", "m1", "stock")
	one := <-shown
	if one.Event.ID != "m1" || one.Outcome != live.Replied || one.Reply.Text != "stock about -" || one.Reading.Intent != live.IntentStock || one.Ended < one.Received {
		t.Errorf("shown %+v, want m1 with its reading and reply", one)
	}
	if two := <-second; two != one {
		t.Errorf("the second watcher sees %p, want the same %p", two, one)
	}
	s.say(t, live.Message, "u", "m2", "chatter")
	if quiet := <-shown; quiet.Outcome != live.Quiet || quiet.Reason != live.BecauseChatter || quiet.Reply != nil {
		t.Errorf("shown %+v, want m2 quiet as chatter", quiet)
	}
	<-second
	stop()
	s.say(t, live.Message, "u", "m3", "stock")
	<-second // so it has been shown to everybody
	if len(shown) != 0 {
		t.Error("shown after stop")
	}
	s.drained(t)
}

func TestWatchShowsWhatASeatSays(t *testing.T) {
	s := newStand(t, nil)
	shown := make(chan *Seen, 8)
	defer s.Watch("room", func(x *Seen) { shown <- x })()
	s.say(t, live.Message, "u", "m1", "stock")
	<-shown
	s.say(t, live.Take, "u", "t1", "")
	if x := <-shown; x.Event.Type != live.Take || x.Outcome != 0 {
		t.Errorf("shown %+v, want the take, which has no outcome", x)
	}
	s.say(t, live.Say, "u", "s1", "我来帮您")
	if x := <-shown; x.Reply == nil || x.Reply.Text != "我来帮您" || x.Reply.By != live.ByHuman {
		t.Errorf("shown %+v, want what the seat said", x)
	}
	s.drained(t)
}

func TestTouch(t *testing.T) {
	s := newStand(t, nil)
	k := live.UserKey{Room: "room", User: "u"}
	if s.Touch(k, Restart) || s.Touch(live.UserKey{Room: "room"}, Passivate) {
		t.Error("an actor that is not in memory was touched")
	}
	s.say(t, live.Message, "u", "m1", "stock")
	s.links.waitFor(reply("m1", "stock about -", "stock"))
	if !s.Touch(k, Restart) {
		t.Fatal("the user is not in memory")
	}
	s.until(t, func() bool { st, ok := s.ActorOf(k); return ok && st.Restarts == 1 })
	s.say(t, live.Message, "u", "m2", "stock")
	s.links.waitFor(reply("m2", "stock about -", "stock"))
	view := make(chan UserView, 1)
	s.UserView(k, func(v UserView) { view <- v })
	if v := <-view; len(v.Turns) != 2 || v.Turns[0].Text != "stock" || v.Restoring {
		t.Errorf("after the restart the dialogue is %+v, want both turns", v)
	}
	s.gone(t, k, Passivate)
	s.UserView(k, func(v UserView) { view <- v })
	for v := range view {
		if !v.Restoring {
			if len(v.Turns) != 2 {
				t.Errorf("back in memory the dialogue is %+v, want both turns", v)
			}
			break
		}
		s.UserView(k, func(v UserView) { view <- v })
	}
	s.drained(t)
}
