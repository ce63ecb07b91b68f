package actors

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"liveroom/engine/live"
)

// oneCup is a catalogue of one product with one SKU, which the host presents.
type oneCup struct{ fakeCatalogue }

var cup = &live.Product{ID: "cup", Name: "杯子", Link: 3, Variants: []live.Variant{{SKU: "CUP"}}}

func (oneCup) Resolve(live.RoomID, []live.Entity) (*live.Product, bool) { return cup, false }
func (oneCup) Product(live.ShopID, live.ProductID) *live.Product        { return cup }

// talker says every tail it is asked for, and panics over the topic it is told to.
type talker struct{ poison string }

func (c talker) Compose(q *Question) (Line, error) {
	if q.Topic == c.poison && c.poison != "" {
		panic("poison " + c.poison)
	}
	text := q.Topic
	if text == "" {
		text = q.Reading.Intent.String()
	}
	if h := q.Hold; h != nil {
		text += fmt.Sprintf(" %s×%d", h.SKU, h.Quantity)
	}
	if q.Left != nil {
		text += fmt.Sprintf(" left %d", *q.Left)
	}
	return Line{Text: text, Script: "talker", By: live.ByScript, Tail: q.Tail != ""}, nil
}

// selling returns a stand that sells cups off a shelf.
func selling(t *testing.T, cups int64, poison string) (*stand, *shelf) {
	s := newShelf(cups)
	return newStand(t, func(_ *Config, p *Parts) { p.Catalogue, p.Stock, p.Composer = oneCup{}, s, talker{poison} }), s
}

// ask sends a private message and waits for its frame.
func (s *stand) ask(t *testing.T, user, id, text, frame string) {
	t.Helper()
	s.say(t, live.Message, user, id, text)
	s.links.waitFor(frame)
}

func TestAskConfirmResolve(t *testing.T) {
	s, shelf := selling(t, 5, "")
	s.ask(t, "a", "1", "stock", reply("1", "stock", "stock"))
	s.ask(t, "a", "2", "affirm", reply("2", "reserved CUP×1", "affirm"))
	if got := shelf.rest(); got != 4 {
		t.Errorf("%d cups left after one was reserved of 5", got)
	}
	s.say(t, live.Message, "a", "2", "affirm") // the same message again is the same reservation
	s.ask(t, "a", "3", "affirm", reply("3", "locked CUP×1", "affirm"))
	if got := shelf.rest(); got != 4 {
		t.Errorf("%d cups left after the line was locked", got)
	}
	var states []live.ReservationState
	s.journal.mu.Lock()
	for i, r := range s.journal.records {
		if r.Kind == live.RecordReservation {
			states = append(states, r.Reservation.State)
			if before := s.journal.records[i-1]; before.Kind != live.RecordClosed || before.Block != r.Block {
				t.Error("a reservation is not in the entry of the outcome that tells of it")
			}
		}
	}
	s.journal.mu.Unlock()
	if len(states) != 2 || states[0] != live.ReservationOpen || states[1] != live.ReservationConfirmed {
		t.Errorf("the journal holds reservations %v, want open, confirmed", states)
	}
}

func TestNoMoreThanThereIs(t *testing.T) {
	s, shelf := selling(t, 1, "")
	s.ask(t, "a", "1", "stock", reply("1", "stock", "stock"))
	s.ask(t, "b", "2", "stock", reply("2", "stock", "stock"))
	s.ask(t, "a", "3", "affirm", reply("3", "reserved CUP×1", "affirm"))
	s.ask(t, "b", "4", "affirm", reply("4", "short left 0", "affirm"))
	s.ask(t, "a", "5", "deny", reply("5", "declined CUP×1", "deny"))
	if got := shelf.rest(); got != 1 {
		t.Errorf("%d cups left after the hold was given back, want 1", got)
	}
}

// A reservation that its user is not told of does not exist.
func TestHoldIsUndoneWhenNobodyIsTold(t *testing.T) {
	t.Run("commit fails", func(t *testing.T) {
		s, shelf := selling(t, 5, "")
		s.ask(t, "a", "1", "stock", reply("1", "stock", "stock"))
		s.reader.hold()
		s.say(t, live.Message, "a", "2", "affirm")
		s.links.waitFor("ack 2")
		s.journal.fail(errors.New("disk is full"))
		s.reader.letGo()
		eventually(t, func() bool { s.journal.mu.Lock(); defer s.journal.mu.Unlock(); return s.journal.failed > 0 })
		s.journal.fail(nil)
		// It was acknowledged, and so it is answered after the reload: with a reservation of its own.
		s.links.waitFor(reply("2", "reserved CUP×1", "affirm"))
		if got := shelf.rest(); got != 4 {
			t.Errorf("%d cups left, want 4: the lost reservation was not given back", got)
		}
	})
	t.Run("composer panics", func(t *testing.T) {
		s, shelf := selling(t, 5, "reserved")
		s.ask(t, "a", "1", "stock", reply("1", "stock", "stock"))
		s.ask(t, "a", "2", "affirm", "error internal 2")
		if got := shelf.rest(); got != 5 {
			t.Errorf("%d cups left, want all 5", got)
		}
	})
}

// eventually polls what no signal tells of.
func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for !ok() {
		select {
		case <-t.Context().Done():
			t.Fatal("never came true")
		case <-time.After(time.Millisecond):
		}
	}
}

// racing reads texts of the form "stock N" and lets the seat of user N act at the very moment the reading comes back:
// before it, beside it or after it.
type racing struct {
	act   func(user int) // takes the dialogue and speaks
	going *sync.WaitGroup
}

func (r racing) Submit(_ live.ShopID, text string, _ time.Time, done func(*live.Reading)) {
	var n int
	fmt.Sscanf(text, "stock %d", &n)
	reading := readingOf(text)
	switch n % 3 {
	case 0:
		r.act(n)
		done(&reading)
	case 1:
		r.going.Go(func() { r.act(n) })
		done(&reading)
	default:
		r.going.Go(func() { done(&reading) })
		r.act(n)
	}
}

// Ten thousand times a seat takes the dialogue and speaks between the inference and the commit of an answer; after the
// seat's words there is no word of the engine.
func TestNoAnswerAfterASeatHasSpoken(t *testing.T) {
	users := 10_000
	if raced {
		users = 600
	}
	var going sync.WaitGroup
	var s *stand
	act := func(n int) {
		u := live.UserID(fmt.Sprint("u", n))
		for _, e := range []*live.Event{{Type: live.Take, ID: "t"}, {Type: live.Say, ID: "s", Text: "human"}} {
			e.Room, e.User, e.Dialogue = "room", u, live.DialogueOf(live.UserKey{Room: "room", User: u})
			if c := s.Deliver(e, "seat", time.Now()); c != live.OK {
				t.Errorf("Deliver(%s) = %s", e.Type, c)
			}
		}
	}
	s = newStand(t, func(c *Config, p *Parts) { c.MaxInFlight, p.Reader = 3*users, racing{act, &going} })
	for i := range users {
		s.say(t, live.Message, fmt.Sprint("u", i), "m", fmt.Sprint("stock ", i))
		if i%300 == 299 { // the race detector bears a few thousand goroutines
			eventually(t, func() bool { return s.InFlight() == 0 })
			going.Wait()
		}
	}
	human := reply("", "human", "")
	eventually(t, func() bool { return s.InFlight() == 0 && s.links.count(human) == users })
	going.Wait()
	spoken, answered := make(map[live.SessionID]bool), 0
	for _, f := range s.links.wait(func([]sent) bool { return true }) {
		switch {
		case f.frame == human:
			spoken[f.session] = true
		case strings.Contains(f.frame, "stock about"):
			answered++
			if spoken[f.session] {
				t.Fatalf("%s got an answer after the seat had spoken", f.session)
			}
		}
	}
	if answered == 0 || answered == users {
		t.Errorf("%d of %d were answered before the seat spoke: there was no race", answered, users)
	}
}

// Every offer and what became of it is counted.
func TestOffersAreCounted(t *testing.T) {
	s, _ := selling(t, 5, "")
	s.ask(t, "a", "1", "stock", reply("1", "stock", "stock"))
	s.ask(t, "a", "2", "affirm", reply("2", "reserved CUP×1", "affirm"))
	s.ask(t, "a", "3", "affirm", reply("3", "locked CUP×1", "affirm"))
	s.ask(t, "b", "4", "stock", reply("4", "stock", "stock"))
	s.ask(t, "b", "5", "deny", reply("5", "declined", "deny"))
	s.drained(t)
	got := map[string]float64{}
	families, err := s.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			if f.GetName() == "liveroom_actors_offers_total" {
				got[m.Label[0].GetValue()+" "+m.Label[1].GetValue()] = m.Counter.GetValue()
			}
		}
	}
	want := map[string]float64{"cross made": 1, "offer made": 2, "offer taken": 1, "offer declined": 1, "confirm made": 1, "confirm taken": 1}
	if !maps.Equal(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}
