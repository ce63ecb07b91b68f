package actors

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"liveroom/engine/live"
)

// away are the seats that are away, for a House under test: they are gone after a minute.
type away struct {
	mu    sync.Mutex
	since map[live.SessionID]time.Time
	went  []live.UserKey
}

func (a *away) gone(seat live.SessionID, since, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	left, is := a.since[seat]
	if since.After(left) {
		left = since
	}
	return is && now.Sub(left) >= time.Minute
}

func (a *away) leave(seat live.SessionID, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.since = map[live.SessionID]time.Time{seat: at}
}

func (a *away) back() { a.mu.Lock(); defer a.mu.Unlock(); a.since = nil }

func (a *away) parts(_ *Config, p *Parts) {
	p.Gone = a.gone
	p.OnSeatGone = func(k live.UserKey) { a.mu.Lock(); defer a.mu.Unlock(); a.went = append(a.went, k) }
}

// newDesertedStand returns a stand whose dialogue a seat took; a line waits in it, and the seat's link is gone.
func newDesertedStand(t *testing.T) (*stand, *handClock, *away) {
	t.Helper()
	s, clock, a := newSeatStand(t)
	s.write(t, "m1", "stock", reply("m1", "stock about -", "stock"))
	s.act(t, live.Take, "seat", "t1", "")
	s.links.waitFor("ack t1")
	s.write(t, "m2", "price", "quiet m2 human_active")
	a.leave("seat", clock.now())
	return s, clock, a
}

// newSeatStand is a room's stand with seats that may go.
func newSeatStand(t *testing.T) (*stand, *handClock, *away) {
	s, clock := newRoomStand(t, "other")
	a := new(away)
	s.end()
	s.open(t, a.parts)
	return s, clock, a
}

// act has a seat act in the dialogue of u, and waits until that is durable.
func (s *stand) act(t *testing.T, typ live.EventType, seat live.SessionID, id, text string) {
	t.Helper()
	e := &live.Event{Type: typ, Room: "room", User: "u", ID: live.EventID(id), Text: text}
	if c := s.Deliver(e, seat, s.clock()); c != live.OK {
		t.Fatalf("%s %s = %s, want ok", typ, id, c)
	}
}

// write sends a private message of u and waits for what it brings.
func (s *stand) write(t *testing.T, id, text, frame string) {
	t.Helper()
	e := &live.Event{Type: live.Message, Room: "room", User: "u", ID: live.EventID(id), Text: text}
	if c := s.Deliver(e, "link-u", s.clock()); c != live.OK {
		t.Fatalf("message %s = %s, want ok", id, c)
	}
	s.links.waitFor(frame)
}

// swept looks for seats that are gone, and returns when the user has heard of it.
func (s *stand) swept() UserView {
	s.missSeats(s.clock())
	got := make(chan UserView, 1)
	for {
		s.UserView(live.UserKey{Room: "room", User: "u"}, func(v UserView) { got <- v })
		if v := <-got; !v.Restoring {
			return v
		}
	}
}

// TestASeatThatIsGoneGivesBack takes a dialogue, leaves a question unanswered, and goes for good.
func TestASeatThatIsGoneGivesBack(t *testing.T) {
	s, clock, a := newDesertedStand(t)
	clock.forward(time.Minute - time.Millisecond)
	if v := s.swept(); v.Seat != "seat" {
		t.Fatalf("within the grace the dialogue is of %q, want the seat's", v.Seat)
	}
	clock.forward(time.Millisecond)
	if v := s.swept(); v.Seat != "" {
		t.Fatalf("after the grace the dialogue is of %q, want the engine's", v.Seat)
	}
	const alarm = "alarm handover viewers=-1 sold=-1 room/u "
	answer := reply("", "price about -", "price")
	s.links.waitFor(answer)
	if to := s.links.sessionOf(answer); to != "link-u" {
		t.Errorf("the answer went to %q, want the user's own link", to)
	}
	told := s.links.wait(func(all []sent) bool { return countOf(all, alarm) > 0 })
	if n := countOf(told, answer); n != 1 {
		t.Errorf("%d answers, want 1", n)
	}
	s.write(t, "m3", "stock", reply("m3", "stock about -", "stock"))
	s.drained(t)
	if n := s.counted("seats_gone_total"); n != 1 || len(a.went) != 1 {
		t.Errorf("counted %v and told of %v, want one of each", n, a.went)
	}
	if n := s.seatings.count(); n != 0 {
		t.Errorf("%d dialogues are still taken", n)
	}
	var backs, why []string
	for _, r := range s.journal.all() {
		if r.Kind == live.RecordClosed && r.Key.Type == live.GiveBack {
			backs, why = append(backs, r.Outcome.String()), append(why, string(r.Reason))
		}
	}
	if got := strings.Join(backs, " ") + "/" + strings.Join(why, " "); got != " replied/seat_gone seat_gone" {
		t.Errorf("recorded %q, want the giving back and the answer, with their reason", got)
	}
}

// TestASeatThatComesBackKeepsItsDialogue comes back between the look that finds it gone and the user's turn.
func TestASeatThatComesBackKeepsItsDialogue(t *testing.T) {
	s, clock, a := newSeatStand(t)
	s.write(t, "m1", "stock", reply("m1", "stock about -", "stock"))
	s.act(t, live.Take, "seat", "t1", "")
	s.links.waitFor("ack t1")
	a.leave("seat", clock.now())
	since := s.seatings.all()[live.UserKey{Room: "room", User: "u"}].since
	a.back() // before the clock moves: a look of the House's own must not find it gone
	clock.forward(time.Hour)
	s.users.tell(live.UserKey{Room: "room", User: "u"}, &seatGone{seat: "seat", since: since}, 0)
	s.act(t, live.Say, "seat", "s1", "在的")
	s.links.waitFor("ack s1")
	if v := s.swept(); v.Seat != "seat" {
		t.Errorf("the dialogue is of %q, want the seat's that came back", v.Seat)
	}
	if got := s.TakenBy("seat"); len(got) != 1 {
		t.Errorf("the seat has %v, want its dialogue", got)
	}
	// Too late: it went back, and the seat that speaks is told to take it first.
	a.leave("seat", clock.now())
	clock.forward(time.Hour)
	if v := s.swept(); v.Seat != "" {
		t.Fatalf("the dialogue is of %q, want the engine's", v.Seat)
	}
	a.back()
	s.act(t, live.Say, "seat", "s2", "我又来了")
	s.links.waitFor("error forbidden s2")
	s.act(t, live.Take, "seat", "t2", "")
	s.links.waitFor("ack t2")
	if v := s.swept(); v.Seat != "seat" {
		t.Errorf("taken again the dialogue is of %q", v.Seat)
	}
	s.drained(t)
}

// TestTheGraceBeginsAnewAfterARestart kills a House whose dialogue is taken, and starts another from what is stored.
func TestTheGraceBeginsAnewAfterARestart(t *testing.T) {
	s, clock, a := newDesertedStand(t)
	s.end() // no snapshot was made
	clock.forward(time.Hour)
	for _, r := range s.journal.all() {
		if r.Kind == live.RecordFact {
			s.seats = append(s.seats, r)
		}
	}
	s.open(t, a.parts)
	if v := s.swept(); v.Seat != "seat" {
		t.Errorf("at the start the dialogue is of %q, want the seat's: it had no way to come back before", v.Seat)
	}
	clock.forward(time.Minute)
	if v := s.swept(); v.Seat != "" {
		t.Errorf("a minute after the start the dialogue is of %q, want the engine's", v.Seat)
	}
	s.links.waitFor(reply("", "price about -", "price"))
	s.drained(t)
}

// TestGivingBackSurvivesFailedCommits fails the commit that gives a dialogue back: it is tried again.
func TestGivingBackSurvivesFailedCommits(t *testing.T) {
	s, clock, _ := newDesertedStand(t)
	s.journal.fail(errors.New("disk is full"))
	clock.forward(time.Hour)
	s.swept()
	for s.counted("reloads_total") == 0 {
		s.swept()
	}
	s.journal.fail(nil)
	for v := s.swept(); v.Broken || v.Seat != ""; v = s.swept() {
		clock.forward(time.Second) // by small steps: the answer must not be overdue when the loop ends
	}
	s.links.waitFor(reply("", "price about -", "price"))
	s.drained(t)
	if n := s.InFlight(); n != 0 {
		t.Errorf("%d messages are in flight, want none", n)
	}
}
