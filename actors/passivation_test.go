package actors

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"liveroom/engine/live"
)

// newUnswept returns a stand whose actors leave memory only when they are told to.
func newUnswept(t *testing.T, change func(*Parts)) *stand {
	t.Helper()
	return newStand(t, func(c *Config, p *Parts) {
		if c.SweepEvery = time.Hour; change != nil {
			change(p)
		}
	})
}

// forgotten waits until the runtime knows an actor no more that has left its directory, and has the next message to it looked up
// anew: one put into the mailbox of an actor that is about to end is lost without a word.
func (s *stand) forgotten(t *testing.T, c *cell[live.UserKey]) {
	t.Helper()
	s.until(t, func() bool {
		_, there := s.system.ProcessRegistry.GetLocal(c.pid.Id)
		return !there
	})
	c.pid = actor.NewPID(c.pid.Address, c.pid.Id) // the one before remembers the mailbox
}

// TestAnActorThatIsWrittenToDoesNotLeave sends a message at the very moment its user has found that he may leave memory.
func TestAnActorThatIsWrittenToDoesNotLeave(t *testing.T) {
	var s *stand
	var late atomic.Bool
	s = newUnswept(t, func(p *Parts) {
		p.OnStep = func(in *Input) {
			if in.Kind == InTick && late.CompareAndSwap(true, false) {
				s.say(t, live.Message, "u", "m1", "stock")
			}
		}
	})
	s.handled(t) // he is in memory, and nothing is to be saved
	late.Store(true)
	if !s.Touch(live.UserKey{Room: "room", User: "u"}, Passivate) {
		t.Fatal("the user is not in memory")
	}
	answer := reply("m1", "stock about -", "stock")
	s.until(t, func() bool { return s.links.count(answer) == 1 || s.counted("passivated_total") > 0 })
	if n := s.counted("passivated_total"); n != 0 {
		t.Fatalf("%v users left memory with a message in the mailbox", n)
	}
	if n := s.counted("dead_letters_total"); n != 0 {
		t.Errorf("%v messages found nobody", n)
	}
	s.drained(t)
}

// TestAMessageForAnActorThatHasLeftIsRoutedAgain: should one be put into the mailbox of an actor that is gone in spite of
// that, the actor is brought back for it.
func TestAMessageForAnActorThatHasLeftIsRoutedAgain(t *testing.T) {
	s := newUnswept(t, nil)
	k := live.UserKey{Room: "room", User: "u"}
	s.handled(t)
	gone := s.users.find(k)
	s.gone(t, k, Passivate)
	s.forgotten(t, gone)
	now := time.Now()
	s.inFlight.Add(1)
	gone.post(&arrived{Arrival: Arrival{
		Event: message("m1"), Session: "link-u", Received: now.UnixMilli(), Deadline: now.Add(time.Minute).UnixMilli(), posted: now,
	}})
	s.drained(t)
	if n := s.links.count(reply("m1", "stock about -", "stock")); n != 1 {
		t.Errorf("m1 was answered %d times, want once", n)
	}
	if d := s.DeadLetters(); len(d) != 1 || d[0].Reason != LetterRerouted {
		t.Errorf("the dead letters are %+v, want m1, routed again", d)
	}
	if n := s.counted("dead_letters_total"); n != 1 {
		t.Errorf("%v dead letters are counted, want 1", n)
	}
}

// TestWhoIsBarredDoesNotComeIntoMemory asks for a user in every way there is while he is barred.
func TestWhoIsBarredDoesNotComeIntoMemory(t *testing.T) {
	s := newUnswept(t, nil)
	k := live.UserKey{Room: "room", User: "u"}
	s.handled(t)
	lift := s.Bar(k)
	s.handled(t) // who is there may end what he is about
	s.gone(t, k, Passivate)
	if code := s.Deliver(message("m1"), "link-u", time.Now()); code != live.Forbidden {
		t.Errorf("a message was answered %s", code)
	}
	if err := s.UserView(k, func(UserView) { t.Error("he was looked at") }); !errors.Is(err, ErrBarred) {
		t.Errorf("looking at him: %v", err)
	}
	if _, err := s.Describe(t.Context(), k); !errors.Is(err, ErrBarred) {
		t.Errorf("describing him: %v", err)
	}
	s.bury(message("m2"), "link-u", LetterStorage)
	if err := s.Replay(s.DeadLetters()[0].ID); !errors.Is(err, ErrBarred) {
		t.Errorf("replaying a letter of his: %v", err)
	}
	s.seatings.take(k, seating{seat: "gone"})
	s.parts.Gone = func(live.SessionID, time.Time, time.Time) bool { return true }
	s.missSeats(time.Now())
	if n := s.InFlight(); s.Has(k) || n != 0 {
		t.Errorf("he is in memory: %v; %d messages are in flight", s.Has(k), n)
	}
	s.say(t, live.Message, "v", "m3", "stock") // others come and go
	s.links.waitFor(reply("m3", "stock about -", "stock"))
	s.parts.Gone = nil
	lift()
	s.say(t, live.Message, "u", "m4", "stock")
	s.links.waitFor(reply("m4", "stock about -", "stock"))
	s.drained(t)
}
