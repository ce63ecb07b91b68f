package actors

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"liveroom/engine/live"
)

// private delivers a message of user u by the stand's clock.
func (s *stand) private(t *testing.T, id string) {
	t.Helper()
	if c := s.Deliver(message(id), "link-u", s.clock()); c != live.OK {
		t.Fatalf("Deliver(%s) = %s", id, c)
	}
}

// newBroken returns a stand whose user u has been restarted once too often, and takes nothing for a minute.
func newBroken(t *testing.T) (*stand, *handClock) {
	t.Helper()
	clock := new(handClock)
	clock.ms.Store(1_790_000_000_000)
	s := &stand{reader: newFakeReader(), journal: newMemory(), links: newLinks(), clock: clock.now}
	s.open(t, func(c *Config, _ *Parts) { c.RestartLimit, c.RestartWindow = 1, time.Minute })
	t.Cleanup(func() {
		s.end()
		close(s.journal.stop)
		<-s.journal.stopped
	})
	s.private(t, "m0")
	s.links.waitFor(reply("m0", "stock about -", "stock"))
	k := live.UserKey{Room: "room", User: "u"}
	for n := range uint64(2) {
		s.Touch(k, Restart)
		s.until(t, func() bool { st, _ := s.ActorOf(k); return st.Restarts == n+1 })
	}
	s.until(t, func() bool {
		view := make(chan UserView, 1)
		s.UserView(k, func(v UserView) { view <- v })
		return (<-view).Broken
	})
	return s, clock
}

// mend lets the minute pass, and waits until user u works again.
func (s *stand) mend(t *testing.T, clock *handClock) {
	t.Helper()
	clock.forward(2 * time.Minute)
	s.until(t, func() bool {
		view := make(chan UserView, 1)
		s.UserView(live.UserKey{Room: "room", User: "u"}, func(v UserView) { view <- v })
		v := <-view
		return !v.Broken && !v.Restoring
	})
}

func TestWhatABrokenActorDoesNotTakeIsReplayedOnce(t *testing.T) {
	s, clock := newBroken(t)
	s.private(t, "m1")
	s.links.waitFor("error internal m1")
	all := s.DeadLetters()
	if len(all) != 1 || all[0].Reason != LetterRestarts || all[0].Event.ID != "m1" || all[0].Kind != "message" || !all[0].Replayable || all[0].User.User != "u" {
		t.Fatalf("the dead letters are %+v, want m1", all)
	}
	if err := s.Replay(99); !errors.Is(err, ErrNoLetter) {
		t.Errorf("replayed what is not there: %v", err)
	}
	s.mend(t, clock)
	if err := s.Replay(all[0].ID); err != nil {
		t.Fatal(err)
	}
	s.links.waitFor(reply("m1", "stock about -", "stock"))
	if err := s.Replay(all[0].ID); !errors.Is(err, ErrReplayed) {
		t.Errorf("replayed twice: %v", err)
	}
	if d := s.DeadLetters()[0]; d.Replayed == 0 {
		t.Error("the letter does not say that it was replayed")
	}
	s.drained(t)
}

// TestReplayOfWhatWasAnsweredMeanwhileIsNoSecondOutcome: the sender sent it again himself.
func TestReplayOfWhatWasAnsweredMeanwhileIsNoSecondOutcome(t *testing.T) {
	s, clock := newBroken(t)
	s.private(t, "m1")
	s.links.waitFor("error internal m1")
	s.mend(t, clock)
	s.private(t, "m1")
	want := reply("m1", "stock about -", "stock")
	s.links.waitFor(want)
	if err := s.Replay(s.DeadLetters()[0].ID); err != nil {
		t.Fatal(err)
	}
	s.links.wait(func([]sent) bool { return s.InFlight() == 0 && countOf(s.links.sent, want) == 2 }) // the same frame again
	if n := s.journal.closings("m1"); n != 1 {
		t.Errorf("m1 has %d outcomes in the journal, want 1", n)
	}
	s.drained(t)
}

// TestReplayBeyondMemoryIsRefused: so much has been answered since that nobody knows whether this was.
func TestReplayBeyondMemoryIsRefused(t *testing.T) {
	s, clock := newBroken(t)
	s.private(t, "m1")
	s.links.waitFor("error internal m1")
	s.mend(t, clock)
	s.private(t, "m1")
	for i := range maxAnswered + 1 {
		id := fmt.Sprint("n", i)
		s.private(t, id)
		s.links.waitFor(reply(id, "stock about -", "stock"))
	}
	if err := s.Replay(s.DeadLetters()[0].ID); err != nil {
		t.Fatal(err)
	}
	s.until(t, func() bool { return len(s.DeadLetters()) == 2 })
	if d := s.DeadLetters()[0]; d.Reason != LetterForgotten || d.Replayable {
		t.Errorf("the replay ended as %+v, want %s", d, LetterForgotten)
	}
	if n := s.journal.closings("m1"); n != 1 {
		t.Errorf("m1 has %d outcomes in the journal, want 1", n)
	}
	clock.forward(25 * time.Hour)
	s.bury(message("old"), "link-u", LetterStorage)
	clock.forward(25 * time.Hour)
	if err := s.Replay(s.DeadLetters()[0].ID); !errors.Is(err, ErrTooOld) {
		t.Errorf("replayed after a day: %v", err)
	}
	s.drained(t)
}

func TestDeadLettersOfThePartsAreListedAndNotReplayed(t *testing.T) {
	s := newStand(t, nil)
	s.reroute(&actor.PID{Id: "room/gone"}, &wasRead{reading: &live.Reading{}})
	a := &arrived{Arrival: Arrival{Event: message("m1"), Session: "link-u", Received: time.Now().UnixMilli(), Deadline: time.Now().Add(time.Minute).UnixMilli(), posted: time.Now()}}
	s.inFlight.Add(1)
	s.reroute(&actor.PID{Id: "room/u"}, a)
	s.links.waitFor(reply("m1", "stock about -", "stock")) // it found its actor by itself
	all := s.DeadLetters()
	if len(all) != 2 || all[0].Reason != LetterRerouted || all[1].Reason != LetterGone || all[1].Kind != "reading" || all[1].Target != "room/gone" {
		t.Fatalf("the dead letters are %+v", all)
	}
	for _, d := range all {
		if err := s.Replay(d.ID); !errors.Is(err, ErrUnreplayable) {
			t.Errorf("replayed %+v: %v", d, err)
		}
	}
	s.inFlight.Add(1)
	s.reroute(&actor.PID{Id: "room/u"}, &arrived{Arrival: a.Arrival, rerouted: true})
	s.links.waitFor("error internal m1")
	if d := s.DeadLetters()[0]; d.Reason != LetterGone || !d.Replayable {
		t.Errorf("what was routed twice in vain is %+v", d)
	}
	for range 2 * maxLetters {
		s.bury(message("x"), "link-u", LetterStorage)
	}
	if n := len(s.DeadLetters()); n != maxLetters {
		t.Errorf("%d dead letters are kept, want %d", n, maxLetters)
	}
	s.drained(t)
	if err := s.Replay(s.DeadLetters()[0].ID); !errors.Is(err, ErrBusy) {
		t.Errorf("replayed while draining: %v", err)
	}
}

// closings counts the outcomes of an event in the journal.
func (m *memory) closings(id live.EventID) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.records {
		if r.Kind == live.RecordClosed && r.Key.ID == id {
			n++
		}
	}
	return n
}
