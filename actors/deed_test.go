package actors

import (
	"slices"
	"testing"

	"liveroom/engine/live"
)

func TestStopEndsWhatIsUnderWayAndLeaves(t *testing.T) {
	s := newStand(t, nil)
	k := live.UserKey{Room: "room", User: "u"}
	if s.Touch(k, Stop) {
		t.Error("an actor that is not in memory was stopped")
	}
	s.say(t, live.Message, "u", "m0", "stock")
	s.links.waitFor(reply("m0", "stock about -", "stock"))
	s.reader.hold()
	s.say(t, live.Message, "u", "m1", "stock")
	s.say(t, live.Comment, "u", "c1", "stock")
	s.reader.await(2)
	gone := s.users.find(k)
	s.Touch(k, Stop)
	s.links.waitFor("error internal m1")
	s.links.waitFor("error internal c1")
	s.until(t, func() bool { _, ok := s.ActorOf(k); return !ok })
	s.forgotten(t, gone)
	s.reader.letGo() // for an actor that is gone
	s.until(t, func() bool {
		return slices.ContainsFunc(s.DeadLetters(), func(d DeadLetter) bool { return d.Kind == "reading" && d.Reason == LetterGone })
	})
	s.say(t, live.Message, "u", "m1", "stock") // its end is remembered
	s.links.wait(func(all []sent) bool { return countOf(all, "error internal m1") == 2 })
	s.say(t, live.Message, "u", "m2", "stock")
	s.links.waitFor(reply("m2", "stock about -", "stock"))
	s.drained(t)
}

func TestStopOfARoomLeavesNobodyWaiting(t *testing.T) {
	s := newStand(t, nil)
	s.reader.hold()
	s.say(t, live.Comment, "u", "c1", "stock")
	s.reader.await(1)
	s.reader.letGo()
	s.links.wait(func(all []sent) bool { return countOf(all, reply("c1", "stock about -", "stock")) == 1 })
	k := live.UserKey{Room: "room"}
	s.gone(t, k, Stop)
	s.say(t, live.Comment, "v", "c2", "stock")
	s.links.waitFor(reply("c2", "stock about -", "stock")) // the room is there again, and has forgotten the answer
	s.drained(t)
}

// TestAStoppedRoomLetsAskersAnswer steps the pure state: who waits for the first asker answers for himself.
func TestAStoppedRoomLetsAskersAnswer(t *testing.T) {
	r := NewRoomState(Default().roomRules())
	topic := Topic{Intent: live.IntentStock}
	asker := func(u live.UserID) Asker {
		return Asker{AskerID: AskerID{User: live.UserKey{Room: "room", User: u}}, Topic: topic}
	}
	if out := r.Ask(1000, asker("a"), nil); len(out) != 1 || out[0].Ruling != RuledFirst {
		t.Fatalf("the first is ruled %+v", out)
	}
	r.Ask(1001, asker("b"), nil)
	r.Ask(1002, asker("c"), nil)
	out := r.Stop(nil)
	if len(out) != 2 || out[0].Asker.User.User != "b" || out[1].Asker.User.User != "c" || out[0].Ruling != RuledFirst {
		t.Errorf("a stop rules %+v, want that b and c answer", out)
	}
	if out := r.Stop(nil); len(out) != 0 {
		t.Errorf("a second stop rules %+v", out)
	}
	if out := r.Answered(1003, Answer{Asker: asker("a").AskerID, Topic: topic, Reply: "r"}, nil); len(out) != 0 {
		t.Errorf("the answer still rules %+v", out)
	}
}

func TestAPersonSpeaksToTheRoom(t *testing.T) {
	s, _ := newRoomStand(t)
	shown := make(chan *Seen, 4)
	defer s.Watch("room", func(x *Seen) { shown <- x })()
	done := make(chan error, 1)
	s.SayToRoom("room", "h1", "小李", "稍等，主播马上讲", func(err error) { done <- err })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	s.links.waitFor("reply public to= count=0 稍等，主播马上讲") // to the link that carries the room's comments
	if x := <-shown; x.Reply.By != live.ByHuman || x.Event.Name != "小李" || x.Outcome != live.Replied {
		t.Errorf("who watches is shown %+v", x)
	}
	s.journal.fail(ErrBusy)
	s.SayToRoom("room", "h2", "小李", "没存上", func(err error) { done <- err })
	if err := <-done; err == nil {
		t.Error("what is not stored was said")
	}
	s.journal.fail(nil)
	if n := len(s.links.casts); n != 1 {
		t.Errorf("%d broadcasts, want 1", n)
	}
	s.drained(t)
}
