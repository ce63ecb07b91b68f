package actors

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"liveroom/engine/live"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func contextWithCancel(ctx context.Context) (context.Context, func()) {
	return context.WithCancel(context.WithoutCancel(ctx))
}

func reply(id, text, intent string) string {
	return fmt.Sprintf(`{"to":%q,"text":%q,"intent":%q}`, id, text, intent)
}

func TestMessageIsAcknowledgedAndAnswered(t *testing.T) {
	s := newStand(t, nil)
	s.say(t, live.Message, "u", "m1", "stock")
	all := s.links.waitFor(reply("m1", "stock about -", "stock"))
	if all[0].frame != "ack m1" || len(all) != 2 {
		t.Fatalf("sent %v, want the ack first and the reply second", all)
	}
	s.drained(t)
}

// drained waits until nothing is in flight.
func (s *stand) drained(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	if err := s.Drain(ctx); err != nil {
		t.Fatalf("Drain: %v with %d in flight", err, s.InFlight())
	}
	if n, users := s.InFlight(), s.users.count.Load(); n != 0 || users != 0 {
		t.Fatalf("%d in flight and %d users in memory after the drain, want none", n, users)
	}
}

func TestOrderOfOneUser(t *testing.T) {
	s := newStand(t, nil)
	s.reader.hold()
	for i := range 5 {
		s.say(t, live.Message, "u", fmt.Sprint("m", i), "stock")
	}
	s.reader.await(5)
	s.reader.mu.Lock() // readings come back in the opposite order
	w := s.reader.waits
	for i, j := 0, len(w)-1; i < j; i, j = i+1, j-1 {
		w[i], w[j] = w[j], w[i]
	}
	s.reader.mu.Unlock()
	s.reader.letGo()
	all := s.links.wait(func(all []sent) bool { return len(all) == 10 })
	next := 0
	for _, f := range all {
		if strings.Contains(f.frame, fmt.Sprintf(`"to":"m%d"`, next)) {
			next++
		}
	}
	if next != 5 {
		t.Fatalf("replies out of order: %v", all)
	}
}

func TestRepeatedIDBringsTheSameFrame(t *testing.T) {
	s := newStand(t, nil)
	s.say(t, live.Message, "u", "m1", "stock")
	want := reply("m1", "stock about -", "stock")
	s.links.waitFor(want)
	s.say(t, live.Message, "u", "m1", "stock")
	s.links.wait(func(all []sent) bool { return len(all) == 4 })
	if n := s.links.count(want); n != 2 {
		t.Fatalf("the frame was sent %d times, want 2", n)
	}
	s.drained(t)
	s.end()
	s.open(t, nil) // and after a restart
	s.say(t, live.Message, "u", "m1", "stock")
	s.links.wait(func(all []sent) bool { return len(all) == 6 })
	if n := s.links.count(want); n != 3 {
		t.Fatalf("the frame was sent %d times, want 3", n)
	}
}

func TestRepeatWhileReading(t *testing.T) {
	s := newStand(t, nil)
	s.reader.hold()
	s.say(t, live.Message, "u", "m1", "stock")
	s.links.waitFor("ack m1")
	s.say(t, live.Message, "u", "m1", "stock")
	s.links.wait(func(all []sent) bool { return len(all) == 2 })
	s.reader.letGo()
	s.links.waitFor(reply("m1", "stock about -", "stock"))
	s.drained(t)
	if n := s.links.count(reply("m1", "stock about -", "stock")); n != 1 {
		t.Fatalf("answered %d times, want once", n)
	}
}

func TestPublicQuestionsShareAnAnswer(t *testing.T) {
	s, _ := newTimed(t, nil) // the answer stays fresh, however long the twenty take
	s.reader.hold()
	for i := range 20 {
		if c := s.comment(fmt.Sprint("u", i), fmt.Sprint("c", i), "stock"); c != live.OK {
			t.Fatalf("comment %d is refused: %s", i, c)
		}
	}
	s.reader.await(20)
	s.reader.letGo()
	all := s.links.wait(func(all []sent) bool { return len(all) == 40 })
	replies, merged := 0, 0
	for _, f := range all {
		switch {
		case strings.HasPrefix(f.frame, "merged"):
			merged++
		case strings.Contains(f.frame, "about"):
			replies++
		}
	}
	if replies != 1 || merged != 19 {
		t.Fatalf("%d replies and %d merged, want 1 and 19", replies, merged)
	}
	s.drained(t)
}

func TestChatterIsQuiet(t *testing.T) {
	s := newStand(t, nil)
	s.say(t, live.Comment, "u", "c1", "chatter")
	s.links.waitFor("quiet c1 chatter")
	s.drained(t)
}

func TestPanicInAStepKeepsTheState(t *testing.T) {
	s := newStand(t, func(_ *Config, p *Parts) {
		p.OnStep = func(in *Input) {
			if in.Kind == InRead && in.Seq == 2 {
				panic("injected")
			}
		}
	})
	for i := 1; i <= 3; i++ {
		s.say(t, live.Message, "u", fmt.Sprint("m", i), "stock")
	}
	s.links.waitFor("error internal m2")
	s.links.waitFor(reply("m1", "stock about -", "stock"))
	s.links.waitFor(reply("m3", "stock about -", "stock"))
	s.say(t, live.Message, "u", "m1", "stock") // the state before the panic is still there
	s.links.wait(func(all []sent) bool {
		n := 0
		for _, f := range all {
			if f.frame == reply("m1", "stock about -", "stock") {
				n++
			}
		}
		return n == 2
	})
	s.drained(t)
}

func TestFailedCommitShedsWhatWasNotAcknowledged(t *testing.T) {
	s := newStand(t, nil)
	s.journal.fail(errors.New("disk full"))
	s.say(t, live.Message, "u", "m1", "stock")
	s.links.waitFor("error storage m1")
	s.journal.fail(nil)
	s.until(t, func() bool { return s.Deliver(message("m2"), "link-u", time.Now()) == live.OK && s.answers("m2") })
	s.drained(t)
}

// TestARefusalWaitsForNoReload: who was not taken because the disk is full is told so at once. The three are lost in one group:
// one that came while the user is read back already would wait for that.
func TestARefusalWaitsForNoReload(t *testing.T) {
	s := newStand(t, nil)
	s.reader.hold()
	s.journal.holdLoads()
	s.journal.lose(3, errors.New("disk full"))
	for i := range 3 {
		s.say(t, live.Message, "u", fmt.Sprint("m", i), "stock")
	}
	for i := range 3 {
		s.links.waitFor(fmt.Sprint("error storage m", i))
	}
	s.journal.lose(0, nil)
	s.journal.letLoad()
	s.reader.letGo()
	s.until(t, func() bool { return s.Deliver(message("again"), "link-u", time.Now()) == live.OK && s.answers("again") })
	s.drained(t)
	for i := range 3 {
		if n := s.links.count(fmt.Sprint("error storage m", i)); n != 1 {
			t.Errorf("message %d was refused %d times", i, n)
		}
	}
}

// TestARefusalWaitsForNoReloadThoughTheAnswerIsUnderWay: the acceptance and the outcome of a message are lost in one group.
func TestARefusalWaitsForNoReloadThoughTheAnswerIsUnderWay(t *testing.T) {
	s := newStand(t, nil)
	s.journal.holdLoads()
	s.journal.lose(2, errors.New("disk full"))
	s.say(t, live.Message, "u", "m1", "stock")
	s.links.waitFor("error storage m1")
	s.journal.lose(0, nil)
	s.journal.letLoad()
	s.drained(t)
	if n := s.links.count("error storage m1"); n != 1 {
		t.Errorf("it was refused %d times", n)
	}
}

// until repeats a step that may be refused until it holds; the test's own deadline ends a wait in vain.
func (s *stand) until(t *testing.T, ok func() bool) {
	t.Helper()
	for !ok() {
		runtime.Gosched()
		if t.Context().Err() != nil {
			t.Fatal("never held")
		}
	}
}

// gone does a deed to an actor, again whenever it has nothing else to handle, until the actor has left memory. Deeds put in
// faster than they are handled would keep it from ever leaving.
func (s *stand) gone(t *testing.T, k live.UserKey, deed Deed) {
	t.Helper()
	s.until(t, func() bool {
		at, there := s.ActorOf(k)
		if there && at.Mailbox == 0 {
			s.Touch(k, deed)
		}
		return !there
	})
}

func message(id string) *live.Event {
	return &live.Event{Type: live.Message, Room: "room", User: "u", ID: live.EventID(id), Text: "stock"}
}

// answers waits until m has been answered or refused, and tells which.
func (s *stand) answers(id string) bool {
	before := s.links.count("error storage " + id)
	ok := false
	s.links.wait(func(all []sent) bool {
		refused := 0
		for _, f := range all {
			if f.frame == reply(id, "stock about -", "stock") {
				ok = true
			}
			if f.frame == "error storage "+id {
				refused++
			}
		}
		return ok || refused > before-1 && refused > 0
	})
	return ok
}

func TestFailedCommitRedrivesWhatWasAcknowledged(t *testing.T) {
	s := newStand(t, nil)
	s.reader.hold()
	s.say(t, live.Message, "u", "m1", "stock")
	s.links.waitFor("ack m1")
	s.journal.fail(errors.New("disk full"))
	s.reader.letGo() // the reply cannot be committed
	s.until(t, func() bool { return s.journal.leases() })
	s.journal.fail(nil)
	s.links.waitFor(reply("m1", "stock about -", "stock"))
	s.drained(t)
	if n := s.links.count("error storage m1"); n != 0 {
		t.Fatalf("an acknowledged message was refused %d times", n)
	}
}

// leases tells whether a commit has failed.
func (m *memory) leases() bool { m.mu.Lock(); defer m.mu.Unlock(); return m.failed > 0 }

func TestRestartAnswersWhatWasAcknowledged(t *testing.T) {
	s := newStand(t, nil)
	s.reader.hold()
	s.say(t, live.Message, "u", "m1", "stock")
	s.links.waitFor("ack m1")
	s.end() // gone, with m1 unanswered
	s.reader.mu.Lock()
	s.reader.held, s.reader.waits = false, nil
	s.reader.mu.Unlock()
	s.open(t, nil)
	s.Redrive([]live.Record{{User: live.UserKey{Room: "room", User: "u"}}})
	s.links.waitFor(reply("m1", "stock about -", "stock"))
	s.drained(t)
}

func TestStaleAfterRestartIsQuiet(t *testing.T) {
	s := newStand(t, nil)
	s.reader.hold()
	s.say(t, live.Message, "u", "m1", "stock")
	s.links.waitFor("ack m1")
	s.end()
	s.open(t, func(c *Config, _ *Parts) { c.WorthFor = 1 })
	s.Redrive([]live.Record{{User: live.UserKey{Room: "room", User: "u"}}})
	s.links.waitFor("quiet m1 stale")
	s.drained(t)
}

func TestAdmission(t *testing.T) {
	s := newStand(t, func(c *Config, _ *Parts) { c.MaxInFlight, c.MaxPending = 3, 2 })
	s.reader.hold()
	for i := range 3 {
		s.say(t, live.Message, "u", fmt.Sprint("m", i), "stock")
	}
	s.links.waitFor("error overloaded m2") // the user's own bound; its place is free again
	s.say(t, live.Message, "v", "m3", "stock")
	s.links.waitFor("ack m3")
	stranger := message("m4")
	stranger.User = "w"
	if c := s.Deliver(stranger, "x", time.Now()); c != live.Overloaded {
		t.Fatalf("Deliver over the bound = %s, want overloaded", c)
	}
	s.say(t, live.Message, "u", "m5", "stock") // over the bound too, but it might be a repetition: its user knows
	s.links.waitFor("error overloaded m5")
	s.say(t, live.Message, "u", "m0", "stock") // and this is one: no second word about it but the ack
	s.links.wait(func(all []sent) bool {
		n := 0
		for _, f := range all {
			if f.frame == "ack m0" {
				n++
			}
		}
		return n == 2
	})
	s.reader.letGo()
	s.drained(t)
	if c := s.Deliver(message("m6"), "x", time.Now()); c != live.Draining {
		t.Fatalf("Deliver while draining = %s, want draining", c)
	}
}

func TestLateOutcomesShedNewMessages(t *testing.T) {
	s, clock := newTimed(t, func(c *Config, _ *Parts) { c.ShedAfter, c.MaxPending = 300*time.Millisecond, 1000 })
	s.reader.hold()
	s.lag.Store(time.Second.Milliseconds()) // as an outcome that took a second leaves it
	late := clock.now().Add(-time.Second)
	if c := s.Deliver(message("m0"), "link-u", late); c != live.OK {
		t.Fatal(c)
	}
	s.links.waitFor("error overloaded m0") // it waited a second for its actor: refused before it is accepted
	admitted := 0
	for i := 1; i <= fewInFlight+10; i++ {
		m := message(fmt.Sprint("m", i))
		m.User = live.UserID(fmt.Sprint("v", i))
		if s.Deliver(m, "link-v", clock.now()) == live.OK {
			admitted++
		}
	}
	if admitted != fewInFlight {
		t.Errorf("%d messages were admitted while outcomes are late, want %d", admitted, fewInFlight)
	}
	s.reader.letGo()
	s.links.wait(func(all []sent) bool { return len(all) == 1+2*fewInFlight })
	if c := s.Deliver(message("n"), "link-u", clock.now()); c != live.OK {
		t.Errorf("a message was refused with %s once outcomes were in time again", c)
	}
	s.links.waitFor(reply("n", "stock about -", "stock"))
	s.drained(t)
}

// TestPassivationLosesNothing races messages against actors that leave memory the moment they are idle.
func TestPassivationLosesNothing(t *testing.T) {
	s := newStand(t, func(c *Config, _ *Parts) { c.IdleAfter, c.SweepEvery = 1, 100*time.Microsecond })
	const users, each = 8, 60
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range each {
		for _, u := range rng.Perm(users) {
			s.say(t, live.Message, fmt.Sprint("u", u), fmt.Sprintf("m%d-%d", u, i), "stock")
		}
		if rng.IntN(3) == 0 { // let them go idle now and then
			want := (i + 1) * users * 2
			s.links.wait(func(all []sent) bool { return len(all) >= want })
			s.until(t, func() bool { return s.users.count.Load() == 0 })
		}
	}
	s.links.wait(func(all []sent) bool { return len(all) == users*each*2 })
	s.drained(t)
	for u := range users {
		for i := range each {
			id := fmt.Sprintf("m%d-%d", u, i)
			if n := s.links.count(reply(id, "stock about -", "stock")); n != 1 {
				t.Fatalf("%s was answered %d times, want once", id, n)
			}
		}
	}
}

func TestManyMessagesAreSavedWhole(t *testing.T) {
	s := newStand(t, func(c *Config, _ *Parts) { c.SnapshotAfter = 5 })
	for i := range 7 {
		s.say(t, live.Message, "u", fmt.Sprint("m", i), "stock")
	}
	s.links.wait(func(all []sent) bool { return len(all) == 14 }) // the snapshot may come before the last two
	s.until(t, func() bool { return s.journal.has(live.RecordSnapshot) })
	s.end()
	s.open(t, nil)
	s.say(t, live.Message, "u", "m3", "stock") // known from the snapshot
	s.links.wait(func(all []sent) bool { return len(all) == 16 })
	if n := s.links.count(reply("m3", "stock about -", "stock")); n != 2 {
		t.Errorf("the frame of m3 was sent %d times, want 2", n)
	}
	s.drained(t)
}

func (m *memory) has(k live.RecordKind) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.records {
		if r.Kind == k {
			return true
		}
	}
	return false
}

func TestSeatSilencesTheEngine(t *testing.T) {
	s := newStand(t, nil)
	s.reader.hold()
	s.say(t, live.Message, "u", "m1", "stock")
	s.links.waitFor("ack m1")
	take := &live.Event{Type: live.Take, Room: "room", User: "u", Dialogue: "room/u"}
	if c := s.Deliver(take, "seat", time.Now()); c != live.OK {
		t.Fatal(c)
	}
	s.links.waitFor("quiet m1 human_active")
	s.reader.letGo() // the late reading brings no reply
	say := &live.Event{Type: live.Say, Room: "room", User: "u", Dialogue: "room/u", Text: "hello"}
	s.Deliver(say, "seat", time.Now())
	s.links.waitFor(`{"to":"","text":"hello","intent":""}`)
	back := &live.Event{Type: live.GiveBack, Room: "room", User: "u", Dialogue: "room/u"}
	s.Deliver(back, "seat", time.Now())
	s.say(t, live.Message, "u", "m2", "stock")
	s.links.waitFor(reply("m2", "stock about -", "stock"))
	s.drained(t)
	if n := s.links.count(reply("m1", "stock about -", "stock")); n != 0 {
		t.Fatal("the engine answered a dialogue that a person had taken")
	}
}

func TestSupervisorRestartsKeepEveryMessage(t *testing.T) {
	s := newStand(t, func(_ *Config, p *Parts) { p.Catalogue = &crashing{at: 3} })
	for i := range 6 {
		s.say(t, live.Message, "u", fmt.Sprint("m", i), "stock")
	}
	s.links.wait(func(all []sent) bool {
		ended := 0
		for _, f := range all {
			if !strings.HasPrefix(f.frame, "ack") {
				ended++
			}
		}
		return ended >= 6
	})
	s.drained(t)
}

// crashing panics outside of every guarded step, once.
type crashing struct {
	fakeCatalogue
	at int
}

func (c *crashing) Resolve(r live.RoomID, es []live.Entity) (*live.Product, bool) {
	if c.at--; c.at == 0 {
		panic("injected")
	}
	return c.fakeCatalogue.Resolve(r, es)
}

// TestSeatOutlivesAKill takes a dialogue, speaks in it and is killed: the engine stays silent after the restart, the
// line is there for the user's resumption, and giving back is not forgotten either.
func TestSeatOutlivesAKill(t *testing.T) {
	s := newStand(t, nil)
	s.say(t, live.Message, "u", "m1", "stock")
	s.links.waitFor(reply("m1", "stock about -", "stock"))
	act := func(typ live.EventType, id, text string) {
		t.Helper()
		e := &live.Event{Type: typ, ID: live.EventID(id), Room: "room", User: "u", Dialogue: "room/u", Text: text}
		if c := s.Deliver(e, "seat", time.Now()); c != live.OK {
			t.Fatal(c)
		}
	}
	act(live.Take, "t1", "")
	s.links.waitFor("ack t1")
	act(live.Say, "s1", "hello")
	s.links.waitFor(`{"to":"","text":"hello","intent":""}`)
	s.end() // nothing is saved: what was committed is all there is
	s.open(t, nil)
	s.say(t, live.Message, "u", "m2", "stock")
	s.links.waitFor("quiet m2 human_active")
	act(live.Say, "s1", "hello") // the same act again
	s.links.wait(func(all []sent) bool { return all[len(all)-1].frame == "ack s1" })
	if n := s.links.count(`{"to":"","text":"hello","intent":""}`); n != 1 {
		t.Errorf("the line was said %d times, want once", n)
	}
	if to := s.links.sessionOf(`{"to":"","text":"hello","intent":""}`); to != "link-u" {
		t.Errorf("the line went to %q, want the user's own link", to)
	}
	act(live.GiveBack, "g1", "")
	s.links.waitFor("ack g1")
	s.end()
	s.open(t, nil)
	s.say(t, live.Message, "u", "m3", "stock")
	s.links.waitFor(reply("m3", "stock about -", "stock"))
	s.drained(t)
}

func TestOnlyTheSeatThatTookSpeaks(t *testing.T) {
	s := newStand(t, nil)
	s.say(t, live.Message, "u", "m1", "stock")
	s.links.waitFor(reply("m1", "stock about -", "stock"))
	act := func(typ live.EventType, id string, seat live.SessionID) {
		s.Deliver(&live.Event{Type: typ, ID: live.EventID(id), Room: "room", User: "u", Dialogue: "room/u", Text: "x"}, seat, time.Now())
	}
	act(live.Say, "a", "seat1")
	s.links.waitFor("error forbidden a")
	act(live.Take, "b", "seat1")
	s.links.waitFor("ack b")
	act(live.GiveBack, "c", "seat2")
	s.links.waitFor("error forbidden c")
	act(live.Take, "d", "seat2") // a supervisor takes over
	s.links.waitFor("ack d")
	act(live.Say, "e", "seat1")
	s.links.waitFor("error forbidden e")
	s.drained(t)
}

// TestTopicSurvivesAWaiterThatReloads is the race in which the room rules somebody first who has just reloaded.
func TestTopicSurvivesAWaiterThatReloads(t *testing.T) {
	room := NewRoomState(testRules)
	topic := Topic{Intent: live.IntentStock}
	a, b, c := asker("a"), asker("b"), asker("c")
	room.Ask(0, Asker{AskerID: a, Topic: topic}, nil)
	room.Ask(0, Asker{AskerID: b, Topic: topic}, nil)
	if out := room.Answered(0, Answer{Asker: b, Topic: topic}, nil); len(out) != 0 {
		t.Fatalf("a waiter's end ruled %v", out)
	}
	room.Ask(0, Asker{AskerID: c, Topic: topic}, nil)
	out := room.Answered(0, Answer{Asker: a, Topic: topic}, nil)
	if len(out) != 1 || out[0].Asker.AskerID != c || out[0].Ruling != RuledFirst {
		t.Fatalf("after the first failed the room ruled %v, want c first", out)
	}
	if out = room.Tick(firstPatience+1, nil); len(out) != 0 || room.Busy() {
		t.Fatalf("a first asker never heard of again keeps the topic: %v", out)
	}
}

// TestRulingForAnEarlierIncarnationIsHandedBack drives that race through the actors.
func TestRulingForAnEarlierIncarnationIsHandedBack(t *testing.T) {
	s := newStand(t, nil)
	s.say(t, live.Comment, "u", "c1", "chatter")
	s.links.waitFor("quiet c1 chatter")
	stale := AskerID{User: live.UserKey{Room: "room", User: "u"}, Incarnation: 999, Seq: 1}
	topic := Topic{Intent: live.IntentStock}
	s.rooms.tell("room", &asked{Asker: Asker{AskerID: stale, Topic: topic, Version: 0, Counts: 1}}, 0)
	s.say(t, live.Comment, "v", "c2", "stock") // waits behind the stale asker until that is handed back
	s.links.waitFor(reply("c2", "stock about -", "stock"))
	s.drained(t)
}

func TestPlaceHoldsBlockAndMinute(t *testing.T) {
	now := time.Date(2049, 11, 21, 20, 0, 59, 0, time.UTC).UnixMilli()
	a := placeOf(1<<40-1, now)
	if a.block() != 1<<40-1 || now-a.at() < 0 || now-a.at() >= minute {
		t.Errorf("block %d and %d ms ago, want %d and less than a minute", a.block(), now-a.at(), 1<<40-1)
	}
	if early := placeOf(3, 0); early.block() != 3 {
		t.Errorf("a clock before the zero spoils the block: %d", early.block())
	}
}

// aloner answers every question with words for that question alone.
type aloner struct{}

func (aloner) Compose(q *Question) (Line, error) {
	return Line{Text: q.Text, Script: "kb/1", By: live.ByKnowledge, Alone: true}, nil
}

func TestAnswerForOneTextServesNobodyElse(t *testing.T) {
	s := newStand(t, func(_ *Config, p *Parts) { p.Composer = aloner{} })
	s.say(t, live.Comment, "a", "1", "usage 能机洗吗")
	s.say(t, live.Comment, "b", "2", "usage 能熨吗")
	s.links.waitFor(reply("1", "usage 能机洗吗", "usage"))
	s.links.waitFor(reply("2", "usage 能熨吗", "usage"))
}
