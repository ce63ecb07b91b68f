package engine

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"liveroom/actors"
	"liveroom/engine/admin/console"
	"liveroom/engine/live"
)

// show is when the rooms of these tests talk.
var show = time.Date(2026, 11, 21, 20, 0, 30, 0, time.UTC)

func felt(room live.RoomID, s live.Sentiment, at time.Time) actors.Ended {
	return actors.Ended{
		Event: &live.Event{Type: live.Comment, Room: room}, Reading: &live.Reading{Sentiment: s}, Received: at.UnixMilli(), Outcome: live.Quiet,
	}
}

func TestSentimentsAreCountedByTheMinute(t *testing.T) {
	s := newSentiments()
	for i, one := range []live.Sentiment{live.Positive, live.Positive, live.Negative, live.Neutral} {
		s.ended(felt("a", one, show.Add(time.Duration(i)*20*time.Second)))
	}
	s.ended(felt("b", live.Negative, show))
	s.ended(actors.Ended{Event: &live.Event{Room: "a"}, Received: show.UnixMilli()}) // not read
	s.ended(felt("a", 0, show))                                                      // read without
	s.ended(felt("a", 200, show))                                                    // of another version
	at := show.Truncate(time.Minute).UnixMilli()
	got := s.Of("a", show.Add(time.Hour))
	want := map[int64]console.MinuteSentiment{at: {Positive: 2}, at + minuteMillis: {Neutral: 1, Negative: 1}}
	if fmt.Sprint(got) != fmt.Sprint(console.Sentiment{Minutes: want}) {
		t.Errorf("room a has %v, want %v", got, want)
	}
	if got := s.Of("c", show); got.Minutes == nil || len(got.Minutes) != 0 || got.Full {
		t.Errorf("a room in which nothing was read has %+v", got)
	}
	if got := s.Of("a", show.Add(-time.Hour)); len(got.Minutes) != 0 {
		t.Errorf("of what is to come, %v is told", got.Minutes)
	}
}

func TestSentimentsOfTwoHoursAreKept(t *testing.T) {
	s := newSentiments()
	for m := range 500 {
		s.ended(felt("a", live.Neutral, show.Add(time.Duration(m)*time.Minute)))
	}
	last := show.Add(499 * time.Minute)
	got := s.Of("a", last).Minutes
	if _, oldest := got[last.Truncate(time.Minute).Add(-119*time.Minute).UnixMilli()]; len(got) != sentimentMinutes || !oldest {
		t.Errorf("%d minutes are kept, want the latest %d", len(got), sentimentMinutes)
	}
	if got := s.Of("a", last.Add(30*time.Minute)).Minutes; len(got) != sentimentMinutes-30 {
		t.Errorf("after half an hour of silence %d minutes are told, want %d", len(got), sentimentMinutes-30)
	}
	// A clock that ran a day ahead and was put right leaves nothing behind that stands in the way.
	s.ended(felt("a", live.Negative, last.Add(24*time.Hour)))
	for m := range sentimentMinutes {
		s.ended(felt("a", live.Positive, last.Add(time.Duration(m+1)*time.Minute)))
	}
	got = s.Of("a", last.Add(sentimentMinutes*time.Minute)).Minutes
	if len(got) != sentimentMinutes {
		t.Errorf("after the clock was put right %d minutes are told, want %d", len(got), sentimentMinutes)
	}
	for at, n := range got {
		if n != (console.MinuteSentiment{Positive: 1}) {
			t.Errorf("after the clock was put right minute %d has %+v", at, n)
		}
	}
}

// TestSentimentsOfSoManyRoomsAreKept fills the rooms, and waits until one of them is silent.
func TestSentimentsOfSoManyRoomsAreKept(t *testing.T) {
	s := newSentiments()
	for i := range maxFeltRooms {
		s.ended(felt(live.RoomID(fmt.Sprint("r", i)), live.Neutral, show))
	}
	late := show.Add(119 * time.Minute)
	s.ended(felt("r0", live.Neutral, late))
	s.ended(felt("new", live.Positive, late))
	if got := s.Of("new", late); len(s.rooms) != maxFeltRooms || len(got.Minutes) != 0 || !got.Full {
		t.Errorf("%d rooms are kept, and one beyond is told as %+v", len(s.rooms), got)
	}
	if got := s.Of("r1", late); len(got.Minutes) != 1 || got.Full {
		t.Errorf("a room that was there is told as %+v", got)
	}
	later := show.Add(sentimentMinutes * time.Minute)
	s.ended(felt("new", live.Positive, later))
	if got := s.Of("new", later); len(s.rooms) != 2 || len(got.Minutes) != 1 || got.Full {
		t.Errorf("once others are silent %d rooms are kept, and the new one is told as %+v", len(s.rooms), got)
	}
	if got := s.Of("r0", later); len(got.Minutes) != 1 {
		t.Errorf("the room that spoke is told as %+v", got)
	}
}

func TestSentimentsCostNothingToKeep(t *testing.T) {
	s := newSentiments()
	e := felt("a", live.Positive, show)
	if n := testing.AllocsPerRun(500, func() { s.ended(e); e.Received += minuteMillis }); n != 0 {
		t.Errorf("counting a message allocates %v times", n)
	}
	for i := range maxFeltRooms {
		s.ended(felt(live.RoomID(fmt.Sprint("r", i)), live.Neutral, time.UnixMilli(e.Received)))
	}
	beyond := felt("beyond", live.Positive, time.UnixMilli(e.Received))
	if n := testing.AllocsPerRun(100, func() { s.ended(beyond) }); n != 0 {
		t.Errorf("leaving a message of one room too many out allocates %v times", n)
	}
}

func TestSentimentsAreToldWhileTheyAreCounted(t *testing.T) {
	s := newSentiments()
	var all sync.WaitGroup
	for _, one := range []live.Sentiment{live.Positive, live.Negative} {
		all.Go(func() {
			for range 1000 {
				s.ended(felt("a", one, show))
				s.Of("a", show)
			}
		})
	}
	all.Wait()
	if got := s.Of("a", show).Minutes[show.Truncate(time.Minute).UnixMilli()]; got != (console.MinuteSentiment{Positive: 1000, Negative: 1000}) {
		t.Errorf("it counted %+v", got)
	}
}

// TestARoomIsToldWithItsSentiment talks to a running node that nobody looks at, and looks afterwards.
func TestARoomIsToldWithItsSentiment(t *testing.T) {
	n := startNode(t, t.TempDir(), nil)
	c := n.ingest(t)
	const said = 6
	for i := range said {
		c.send(told("message", fmt.Sprint("m", i), []string{"衣服真不错，喜欢", "质量太差了，气死我了"}[i%2]))
		c.next("reply", "outcome")
	}
	c.send(told("message", "m0", "衣服真不错，喜欢")) // again: it counts once
	c.next("reply", "outcome")
	sum := func() (all uint32) {
		now := look[console.RoomNow](t, n, "/v1/rooms/demo/now")
		for _, m := range now.Sentiment.Minutes {
			all += m.Positive + m.Neutral + m.Negative
		}
		return all
	}
	if got := sum(); got != said {
		t.Errorf("of %d messages %d are told", said, got)
	}
	for role, want := range map[live.Role]int{live.Auditor: http.StatusOK, live.Ingest: http.StatusForbidden} {
		if status, body := n.askAs(t, role, "GET", "/v1/rooms/demo/now", ""); status != want {
			t.Errorf("as %s the room answers %d %s, want %d", role, status, body, want)
		}
	}
}
