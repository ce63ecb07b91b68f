package actors

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"liveroom/engine/live"
)

// notingReader is a reader that notes a run of the model.
type notingReader struct{ *fakeReader }

func (r notingReader) SubmitNoted(shop live.ShopID, text string, deadline time.Time, note *ReadNote, done func(*live.Reading)) {
	r.Submit(shop, text, deadline, func(reading *live.Reading) {
		now := time.Now()
		*note = ReadNote{From: "model", Waiting: 3, Batch: 2, Began: now, Ended: now}
		done(reading)
	})
}

// notingComposer notes what its lines rest on, when it is asked to.
type notingComposer struct{ fakeComposer }

func (c notingComposer) Compose(q *Question) (Line, error) {
	if q.Basis != nil {
		q.Basis.Book = "b1"
		q.Basis.Said = append(q.Basis.Said, Said{Part: "main", Script: "fake"})
	}
	return c.fakeComposer.Compose(q)
}

func stagesOf(x *Seen) (list []string) {
	for _, s := range x.Trace.Spans {
		list = append(list, s.Stage.String())
	}
	return list
}

func TestATraceFollowsAMessageThroughEveryStage(t *testing.T) {
	s := newStand(t, func(_ *Config, p *Parts) {
		p.Reader, p.Composer = notingReader{p.Reader.(*fakeReader)}, notingComposer{}
	})
	shown := make(chan *Seen, 8)
	defer s.Watch("room", func(x *Seen) { shown <- x })()
	s.say(t, live.Comment, "u", "c1", "stock")
	x := <-shown
	if x.Trace == nil {
		t.Fatal("a message of a watched room has no trace")
	}
	want := []string{"decode", "mailbox", "batch", "model", "back", "room", "step", "commit", "send"}
	if got := stagesOf(x); !slices.Equal(got, want) {
		t.Errorf("the stages of a public question are %v, want %v", got, want)
	}
	tr := x.Trace
	for i, span := range tr.Spans {
		if span.To.Before(span.From) || i > 1 && span.From.Before(tr.Spans[i-1].From) {
			t.Errorf("span %d, %v, goes from %v to %v", i, span.Stage, span.From, span.To)
		}
	}
	if tr.Read.Batch != 2 || tr.Read.Waiting != 3 || tr.Basis.Book != "b1" || len(tr.Basis.Said) != 1 {
		t.Errorf("it was read as %+v and rests on %+v", tr.Read, tr.Basis)
	}
	if tr.Before.At != 0 || tr.After.Topic != live.IntentStock {
		t.Errorf("the dialogue was %+v before and is %+v after", tr.Before, tr.After)
	}
	s.say(t, live.Message, "u", "m1", "chatter")
	if got := stagesOf(<-shown); !slices.Equal(got, []string{"decode", "mailbox", "batch", "model", "back", "step", "commit", "send"}) {
		t.Errorf("the stages of chatter are %v", got)
	}
	k := live.UserKey{Room: "room", User: "u"}
	if got := s.Traced(k, live.EventKey{Type: live.Comment, ID: "c1"}); got != x {
		t.Errorf("Traced = %p, want %p", got, x)
	}
	if s.Traced(k, live.EventKey{Type: live.Message, ID: "c1"}) != nil || s.Traced(live.UserKey{Room: "other", User: "u"}, live.EventKey{Type: live.Comment, ID: "c1"}) != nil {
		t.Error("Traced found what is not there")
	}
	s.drained(t)
}

// TestTracesOutliveAShortAbsence goes from a room to another page and back.
func TestTracesOutliveAShortAbsence(t *testing.T) {
	s := newStand(t, nil)
	k, key := live.UserKey{Room: "room", User: "u"}, live.EventKey{Type: live.Message, ID: "m1"}
	shown := make(chan *Seen, 8)
	stop := s.Watch("room", func(x *Seen) { shown <- x })
	s.say(t, live.Message, "u", "m1", "stock")
	<-shown
	stop()
	if s.Traced(k, key) == nil {
		t.Error("the trace is gone with the watcher")
	}
	s.say(t, live.Message, "u", "m2", "stock")
	s.links.waitFor(reply("m2", "stock about -", "stock"))
	if s.Traced(k, live.EventKey{Type: live.Message, ID: "m2"}) != nil {
		t.Error("a message that nobody watched has a trace")
	}
	defer s.Watch("room", func(x *Seen) { shown <- x })()
	if s.Traced(k, key) == nil {
		t.Error("who comes back does not find the trace again")
	}
	if len(s.taps.parked) != 0 {
		t.Error("the traces of a watched room are parked")
	}
	s.drained(t)
}

func TestTracesAreBounded(t *testing.T) {
	s := newTraces()
	for i := range 3 * maxTracesOpen {
		e := &live.Event{Type: live.Message, ID: live.EventID(fmt.Sprint(i)), User: "u"}
		s.begin(e, &Trace{})
		s.keep(&Seen{Event: e, Trace: &Trace{}})
	}
	if len(s.open) != maxTracesOpen || len(s.kept) != maxTracesKept || len(s.begun) != maxTracesOpen || len(s.ended) != maxTracesKept {
		t.Errorf("%d traces are open and %d kept, want %d and %d", len(s.open), len(s.kept), maxTracesOpen, maxTracesKept)
	}
	var taps taps
	for i := range 3 * maxParked {
		room := live.RoomID(fmt.Sprint(i))
		taps.change(room, func([]*tap) []*tap { return []*tap{{}} })
		taps.change(room, func([]*tap) []*tap { return nil })
	}
	if len(taps.parked) != maxParked || taps.rooms.Load() != nil {
		t.Errorf("%d rooms are parked, want %d", len(taps.parked), maxParked)
	}
}
