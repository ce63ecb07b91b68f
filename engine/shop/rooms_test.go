package shop

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"liveroom/engine/live"
)

func countsEvent(room live.RoomID, viewers, sold, at int64) *live.Event {
	return &live.Event{Type: live.CountsUpdate, Room: room, Viewers: viewers, Sold: sold, At: at}
}

func TestCountsAreUnknownUntilTold(t *testing.T) {
	r := NewRooms(0)
	if c := r.Counts("demo"); c != nil {
		t.Errorf("counts of a room never spoken of are %+v", c)
	}
	r.Count(&live.Event{Type: live.Enter, Room: "demo"})
	if c := r.Counts("demo"); c != nil {
		t.Errorf("an enter made counts: %+v", c)
	}
	c, _ := r.Apply(countsEvent("demo", 120, live.Absent, 10), seenAt)
	if c.Viewers != 120 || c.Sold != live.Absent || c.ViewersSeen != 5000 || c.SoldSeen != 0 {
		t.Errorf("counts are %+v, want 120 viewers and sold absent", c)
	}
}

func TestViewersAndSoldAgeApart(t *testing.T) {
	r := NewRooms(0)
	r.Apply(countsEvent("demo", 100, 7, 10), time.UnixMilli(1))
	r.Apply(countsEvent("demo", 200, live.Absent, 30), time.UnixMilli(2))
	r.Apply(countsEvent("demo", 150, 8, 20), time.UnixMilli(3)) // late for viewers, in time for sold
	before := r.Counts("demo")
	if before.Viewers != 200 || before.Sold != 8 || before.At != 30 || before.ViewersSeen != 2 || before.SoldSeen != 3 || before.Version != 3 {
		t.Errorf("counts are %+v", before)
	}
	if c, _ := r.Apply(countsEvent("demo", 1, 1, 5), seenAt); c != before {
		t.Errorf("a late event published %+v", c)
	}
	if c, _ := r.Apply(countsEvent("demo", live.Absent, live.Absent, 99), seenAt); c != before {
		t.Errorf("an empty event published %+v", c)
	}
}

func TestAnyOrderOfDeliveryGivesTheSameCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "events")
		events := make([]*live.Event, n)
		for i := range events {
			events[i] = countsEvent("demo", rapid.Int64Range(live.Absent, 9).Draw(t, "viewers"), rapid.Int64Range(live.Absent, 9).Draw(t, "sold"), int64(100+i))
		}
		a, b := NewRooms(0), NewRooms(0)
		for _, e := range events {
			a.Apply(e, seenAt)
		}
		for _, e := range rapid.Permutation(events).Draw(t, "order") {
			b.Apply(e, seenAt)
		}
		x, y := a.Counts("demo"), b.Counts("demo")
		if (x == nil) != (y == nil) || (x != nil && (x.Viewers != y.Viewers || x.Sold != y.Sold)) {
			t.Fatalf("%+v in one order, %+v in another", x, y)
		}
	})
}

func TestPresenting(t *testing.T) {
	r := NewRooms(0)
	if s := r.Presenting("demo"); s != (Showing{}) {
		t.Errorf("a room never spoken of shows %+v", s)
	}
	r.Present("demo", "DEMO-3", 10)
	r.Present("demo", "DEMO-1", 9)
	if s := r.Presenting("demo"); s != (Showing{SKU: "DEMO-3", At: 10}) {
		t.Errorf("shown is %+v, want DEMO-3 of 10", s)
	}
	r.Present("demo", "", 11)
	if s := r.Presenting("demo"); s.SKU != "" {
		t.Errorf("shown is %+v after the host put it away", s)
	}
}

func TestTalliesAddUp(t *testing.T) {
	r := NewRooms(0)
	for _, e := range []live.Event{
		{Type: live.Enter},
		{Type: live.Leave},
		{Type: live.Like, Count: 5},
		{Type: live.Like},
		{Type: live.Gift, Count: 2, ValueFen: 990},
		{Type: live.Follow},
		{Type: live.Share},
		{Type: live.Comment},
	} {
		for _, room := range []live.RoomID{"a", "b"} {
			e.Room = room
			if !r.Count(&e) {
				t.Fatal("a room was refused")
			}
		}
	}
	want := Tally{Enters: 1, Leaves: 1, Likes: 6, Gifts: 2, GiftFen: 990, Follows: 1, Shares: 1}
	if got := r.Tally("a"); got != want {
		t.Errorf("tally of a room is %+v, want %+v", got, want)
	}
	if got := r.Sum(); got.Likes != 12 || got.GiftFen != 1980 {
		t.Errorf("tally of both is %+v", got)
	}
	if got := r.Tally("c"); got != (Tally{}) {
		t.Errorf("tally of no room is %+v", got)
	}
}

func TestRoomsRefusesTooMany(t *testing.T) {
	r := NewRooms(2)
	for i := range 4 {
		room := live.RoomID(fmt.Sprint("r", i))
		_, fault := r.Apply(countsEvent(room, 1, 1, 1), seenAt)
		if refused := fault != nil && fault.Code == live.Overloaded; refused != (i >= 2) {
			t.Errorf("room %d: %v", i, fault)
		}
		if r.Present(room, "A", 1) != (i < 2) || r.Count(&live.Event{Type: live.Enter, Room: room}) != (i < 2) {
			t.Errorf("room %d is held when it should not be, or not when it should", i)
		}
	}
	if r.Len() != 2 {
		t.Errorf("%d rooms are held, want 2", r.Len())
	}
}

func TestRoomsRestore(t *testing.T) {
	r := NewRooms(0)
	taken := r.Restore(
		live.Record{Received: 9, Event: countsEvent("demo", 5, live.Absent, 2)}, live.Record{Received: 8, Event: countsEvent("demo", live.Absent, 6, 1)},
		live.Record{Event: &live.Event{Type: live.Present, Room: "demo", SKU: "DEMO-2", At: 3}},
		live.Record{Event: stockEvent("DEMO-3", "", 1, 1)}, live.Record{},
	)
	c := r.Counts("demo")
	if taken != 3 || c.Viewers != 5 || c.Sold != 6 || c.ViewersSeen != 9 || c.SoldSeen != 8 || r.Presenting("demo").SKU != "DEMO-2" {
		t.Errorf("took %d, counts %+v, presenting %+v", taken, c, r.Presenting("demo"))
	}
}

func TestRoomsFromManyGoroutines(t *testing.T) {
	r := NewRooms(0)
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 500 {
				room := live.RoomID(fmt.Sprint("r", i%50))
				r.Count(&live.Event{Type: live.Like, Room: room, Count: 1})
				r.Apply(countsEvent(room, int64(i), int64(i), int64(i)), seenAt)
				if c := r.Counts(room); c == nil || c.Viewers != c.Sold {
					t.Errorf("goroutine %d reads a mix: %+v", g, c)
				}
			}
		})
	}
	all.Wait()
	if r.Len() != 50 || r.Sum().Likes != 2000 {
		t.Errorf("%d rooms with %d likes, want 50 with 2000", r.Len(), r.Sum().Likes)
	}
}

func TestCountAllocates(t *testing.T) {
	r := NewRooms(0)
	e := &live.Event{Type: live.Like, Room: "demo", Count: 3}
	r.Count(e)
	if n := testing.AllocsPerRun(100, func() { r.Count(e); r.Counts("demo"); r.Presenting("demo") }); n != 0 {
		t.Errorf("counting allocates %v times, want 0", n)
	}
}
