package actors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"liveroom/engine/live"
)

// fakeSeating is one seat and one ingest link for every room.
type fakeSeating struct{ seats []live.SessionID }

func (f fakeSeating) Seats(live.RoomID) []live.SessionID  { return f.seats }
func (fakeSeating) Carriers(live.RoomID) []live.SessionID { return []live.SessionID{"ingest"} }
func (fakeSeating) Counts(live.RoomID) (viewers, sold int64) {
	return 1234, live.Absent
}

func (fakeSeating) Stock(p live.ProductID, _ time.Time) (int64, time.Duration, bool) {
	return 37, 2 * time.Second, p == "P3"
}

// handClock is a clock that only tests move.
type handClock struct{ ms atomic.Int64 }

func (c *handClock) now() time.Time          { return time.UnixMilli(c.ms.Load()) }
func (c *handClock) forward(d time.Duration) { c.ms.Add(d.Milliseconds()) }

func (s *stand) comment(user, id, text string) live.Code {
	e := &live.Event{Type: live.Comment, Room: "room", User: live.UserID(user), ID: live.EventID(id), Text: text}
	return s.Deliver(e, live.SessionID("link-"+user), s.clock())
}

func roomFrames(_ *Config, p *Parts) {
	p.Frames.Reply = func(dst []byte, r *live.Reply) []byte {
		return fmt.Appendf(dst, "reply %s to=%s count=%d %s", r.Scope, r.To, r.Count, r.Text)
	}
}

// newRoomStand is a stand whose clock only tests move, with a seat and an ingest link.
func newRoomStand(t *testing.T, seats ...live.SessionID) (*stand, *handClock) {
	t.Helper()
	clock := new(handClock)
	clock.ms.Store(1_790_000_000_000)
	links := fakeSeating{seats}
	s := &stand{reader: newFakeReader(), journal: newMemory(), links: newLinks(), clock: clock.now, seating: RoomParts{
		Links: links, Figures: links, Alarm: func(dst []byte, a *live.Alarm) []byte {
			dst = fmt.Appendf(dst, "alarm %s viewers=%d sold=%d %s %s %s", a.Kind, a.Viewers, a.Sold, a.Dialogue, a.To, a.Text)
			for _, e := range a.Top {
				dst = fmt.Appendf(dst, "; %d ask %s %s link=%d stock=%d age=%d", e.Count, e.Intent, e.Product, e.Link, e.Stock, e.AgeMs)
			}
			return dst
		},
	}}
	s.open(t, roomFrames)
	t.Cleanup(func() {
		s.end()
		close(s.journal.stop)
		<-s.journal.stopped
	})
	return s, clock
}

// viewed asks the room what it is about, after everything it was told before.
func (s *stand) viewed() RoomView {
	got := make(chan RoomView, 1)
	s.RoomView("room", func(v RoomView) { got <- v })
	return <-got
}

// looked makes the room look at what is overdue.
func (s *stand) looked() {
	s.rooms.tell("room", &tick{}, 0)
	s.viewed()
}

// counted returns a counter of the House.
func (s *stand) counted(name string) (n float64) {
	all, _ := s.reg.Gather()
	for _, f := range all {
		if f.GetName() == prefix+name {
			n += f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	return n
}

func countOf(all []sent, frame string) (n int) {
	for _, f := range all {
		if strings.Contains(f.frame, frame) {
			n++
		}
	}
	return n
}

// TestABurstIsAnsweredOnceAndClosedOnce is 500 people who ask the same within five seconds.
func TestABurstIsAnsweredOnceAndClosedOnce(t *testing.T) {
	s, clock := newRoomStand(t)
	const askers = 500
	for i := range askers {
		id := fmt.Sprint("c", i)
		if c := s.comment(fmt.Sprint("u", i), id, "stock"); c != live.OK {
			t.Fatalf("comment %d is refused: %s", i, c)
		}
		s.links.wait(func(all []sent) bool { return len(all) == 2*(i+1) }) // ack and outcome
		clock.forward(10 * time.Millisecond)
	}
	clock.forward(2 * time.Second)
	const closing = "reply public to= count=500 closingstock about -"
	all := s.links.waitFor(closing)
	if n := countOf(all, "reply public to=c"); n != 1 {
		t.Errorf("%d replies, want 1", n)
	}
	if n := countOf(all, "merged"); n != askers-1 {
		t.Errorf("%d merged, want %d", n, askers-1)
	}
	if to := s.links.sessionOf(closing); to != "ingest" {
		t.Errorf("the closing reply went to %q, want the link that carried the comments", to)
	}
	clock.forward(time.Minute)
	s.looked()
	s.links.mu.Lock()
	casts := slices.Clone(s.links.casts)
	s.links.mu.Unlock()
	if n := len(casts); n != 2 || casts[1] != closing {
		t.Errorf("the room was told %q, want one answer and one closing reply", casts)
	}
	s.until(t, func() bool { return s.counted("closings_total") > 0 }) // it is counted after it is said
	if n := s.counted("closings_total"); n != 1 {
		t.Errorf("%v closing replies are counted, want 1", n)
	}
	said := 0
	for _, r := range s.journal.all() {
		if r.Kind == live.RecordFact && r.Event.Type == live.Say && r.Event.Count == askers && r.Event.Text == "closingstock about -" {
			said++
		}
	}
	if said != 1 {
		t.Errorf("the closing reply stands in the journal %d times, want once", said)
	}
	s.drained(t)
}

func (m *memory) all() []live.Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.records)
}

func TestAClosingThatIsNotStoredIsNotSaid(t *testing.T) {
	s, clock := newRoomStand(t)
	for i := range 12 {
		s.comment(fmt.Sprint("u", i), fmt.Sprint("c", i), "stock")
	}
	s.links.wait(func(all []sent) bool { return len(all) == 24 })
	s.journal.fail(errors.New("disk full"))
	clock.forward(9 * time.Second)
	s.until(t, s.journal.leases)
	s.journal.fail(nil)
	clock.forward(time.Minute)
	s.looked()
	if n := s.links.count("reply public to= count=12 closingstock about -"); n != 0 {
		t.Error("a closing reply was said that is not stored")
	}
}

func (s *stand) setMode(m live.RoomMode) error {
	done := make(chan error, 1)
	s.SetRoomMode("room", m, func(err error) { done <- err })
	return <-done
}

func (s *stand) mute(user live.UserID, until int64) error {
	done := make(chan error, 1)
	s.Mute("room", user, until, func(err error) { done <- err })
	return <-done
}

func TestModeAndMutesOutliveARestart(t *testing.T) {
	s, clock := newRoomStand(t)
	if err := s.setMode(live.RoomPaused); err != nil {
		t.Fatal(err)
	}
	s.comment("u", "c1", "stock")
	s.links.waitFor("quiet c1 paused")
	if err := s.mute("troll", live.MutedForever); err != nil {
		t.Fatal(err)
	}
	if err := s.mute("other", clock.ms.Load()+1000); err != nil {
		t.Fatal(err)
	}
	clock.forward(-time.Hour) // a clock that steps back must not undo the order of what is set
	if err := s.setMode(live.RoomSuggest); err != nil {
		t.Fatal(err)
	}
	clock.forward(time.Hour)
	if err := s.setMode(live.RoomAuto); err != nil {
		t.Fatal(err)
	}
	s.comment("troll", "c2", "stock")
	s.links.waitFor("quiet c2 muted")
	// What is private is answered as ever.
	s.Deliver(&live.Event{Type: live.Message, Room: "room", User: "troll", ID: "m1", Text: "stock"}, "link-troll", s.clock())
	s.links.waitFor("reply private to=m1 count=0 stock about -")
	s.drained(t)

	facts := s.journal.all()
	clock.forward(2 * time.Second)
	s.end()
	s.openWith(t, facts)
	v := s.viewed()
	if v.Mode != live.RoomAuto || len(v.Muted) != 1 || v.Muted[0] != (MutedUser{"troll", live.MutedForever}) {
		t.Errorf("after a restart the room is %+v, want auto and one mute", v)
	}
	s.comment("troll", "c3", "stock")
	s.links.waitFor("quiet c3 muted")
	if err := s.mute("troll", 0); err != nil {
		t.Fatal(err)
	}
	s.comment("troll", "c4", "stock")
	s.links.waitFor("reply public to=c4 count=0 stock about -")
	s.drained(t)
}

// openWith starts a House over stored facts.
func (s *stand) openWith(t *testing.T, facts []live.Record) {
	t.Helper()
	s.facts = facts
	s.open(t, roomFrames)
}

func TestASettingThatIsNotStoredIsNotInForce(t *testing.T) {
	s, _ := newRoomStand(t)
	s.journal.fail(errors.New("disk full"))
	if err := s.setMode(live.RoomPaused); !errors.Is(err, errUnkept) || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("SetRoomMode = %v, want why it is not in force", err)
	}
	s.journal.fail(nil)
	if v := s.viewed(); v.Mode != live.RoomAuto {
		t.Errorf("the room is %s, want auto", v.Mode)
	}
}

func TestMutesAreBounded(t *testing.T) {
	s := Settings{Muted: map[live.UserID]int64{}}
	now := int64(1000)
	for i := range maxMuted {
		s.Muted[live.UserID(fmt.Sprint("u", i))] = live.MutedForever
	}
	one := &live.Event{Type: live.UserMuted, User: "new", Count: live.MutedForever}
	if s.fits(now, one) {
		t.Error("one more than the bound fits")
	}
	if lift := (&live.Event{Type: live.UserMuted, User: "u5"}); !s.fits(now, lift) {
		t.Error("a mute cannot be lifted when there are many")
	}
	s.Muted["u7"] = now // it is over
	if !s.fits(now, one) {
		t.Error("one that is over still takes a place")
	}
	s, _ = s.take(now, one)
	if len(s.Muted) != maxMuted || s.Muted["u7"] != 0 || s.Muted["new"] == 0 {
		t.Errorf("%d are muted, want %d, with the new one and without the one that is over", len(s.Muted), maxMuted)
	}
}

func TestSeatsAreShownWhatTheRoomAsks(t *testing.T) {
	s, clock := newRoomStand(t, "seat")
	s.reader.intent = func(text string) live.Reading {
		r := readingOf("stock")
		r.Entities = []live.Entity{{Kind: "product", Norm: "P3"}}
		return r
	}
	s.comment("u", "c1", "3号还有吗")
	const first = "alarm host viewers=1234 sold=-1   ; 1 ask stock P3 link=0 stock=37 age=2000"
	s.links.waitFor(first)
	if to := s.links.sessionOf(first); to != "seat" {
		t.Errorf("the host feed went to %q, want the seat", to)
	}
	clock.forward(6 * time.Second)
	s.looked() // nothing has changed
	s.comment("v", "c2", "3号还有吗")
	s.links.wait(func(all []sent) bool { return countOf(all, "c2") == 2 })
	clock.forward(6 * time.Second)
	s.links.waitFor("alarm host viewers=1234 sold=-1   ; 2 ask stock P3 link=0 stock=37 age=2000")
	clock.forward(2 * time.Minute)
	s.links.waitFor("alarm host viewers=1234 sold=-1   ")
	s.links.mu.Lock()
	n := countOf(s.links.sent, "alarm")
	s.links.mu.Unlock()
	if n != 3 {
		t.Errorf("%d host feeds, want 3", n)
	}
	s.suggest(&live.Reply{Room: "room", Dialogue: "room/u", To: "c9", Text: "还有 37 件"})
	s.links.waitFor("alarm suggest viewers=-1 sold=-1 room/u c9 还有 37 件")
	s.drained(t)
}

func TestNothingIsBuiltWhereNobodyLooks(t *testing.T) {
	s, clock := newRoomStand(t)
	s.comment("u", "c1", "stock")
	s.links.wait(func(all []sent) bool { return len(all) == 2 })
	clock.forward(time.Minute)
	s.looked()
	s.suggest(&live.Reply{Room: "room"})
	if n := s.counted("alarms_total"); n != 0 {
		t.Errorf("%v alarms were made for nobody", n)
	}
	s.drained(t)
}

func TestASeatTakesTheClosingAway(t *testing.T) {
	s, clock := newRoomStand(t)
	for i := range 12 {
		s.comment(fmt.Sprint("u", i), fmt.Sprint("c", i), "stock")
	}
	s.links.wait(func(all []sent) bool { return len(all) == 24 })
	s.Deliver(&live.Event{Type: live.Take, ID: "t", Room: "room", User: "u3", Dialogue: "room/u3"}, "seat", clock.now())
	s.links.waitFor("ack t")
	s.viewed() // the room knows before the clock moves, though a tick waits before the word of it
	clock.forward(10 * time.Second)
	s.looked()
	if n := s.counted("closings_total"); n != 0 {
		t.Error("there was a closing reply after a person came in")
	}
}

func TestTheCapLeavesTheRestQuiet(t *testing.T) {
	s, _ := newRoomStand(t)
	intents := []live.Intent{
		live.IntentStock, live.IntentSize, live.IntentStyle, live.IntentMaterial, live.IntentSuitability, live.IntentEfficacy,
		live.IntentUsage, live.IntentSpec, live.IntentPrice, live.IntentPromo, live.IntentGift, live.IntentCompare,
		live.IntentAuthenticity, live.IntentShelfLife, live.IntentRecommend, live.IntentOrdering, live.IntentShipTime,
		live.IntentDelivery, live.IntentReturnRefund, live.IntentExchange, live.IntentWarranty, live.IntentInvoice,
	}
	for i, intent := range intents {
		s.comment(fmt.Sprint("u", i), fmt.Sprint("c", i), intent.String())
		s.links.wait(func(all []sent) bool { return len(all) == 2*(i+1) })
	}
	s.links.mu.Lock()
	replies, rate := countOf(s.links.sent, "reply public"), countOf(s.links.sent, " rate")
	s.links.mu.Unlock()
	if replies != 19 || rate != len(intents)-19 {
		t.Errorf("%d replies and %d times no answer, want 19 and %d", replies, rate, len(intents)-19)
	}
	if n := s.counted("capped_total"); n != float64(rate) {
		t.Errorf("%v are counted as capped, want %d", n, rate)
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	text, err := s.Describe(ctx, live.UserKey{Room: "room"})
	if err != nil || !strings.Contains(text, "room room: auto,") || !strings.Contains(text, "19 of 20 public replies this minute") || !strings.Contains(text, "1 ask invoice\n") {
		t.Errorf("the room describes itself as %q, %v", text, err)
	}
	s.drained(t)
}
