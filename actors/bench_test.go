package actors

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
)

// instant parts answer at once, so that a benchmark measures the actors.
type (
	instantReader  struct{ reading *live.Reading }
	instantJournal struct {
		entries chan live.Entry
		done    sync.WaitGroup
	}
	countingLinks struct{ replies atomic.Int64 }
)

func (r instantReader) Submit(_ live.ShopID, _ string, _ time.Time, done func(*live.Reading)) {
	done(r.reading)
}

func newInstantJournal() *instantJournal {
	j := &instantJournal{entries: make(chan live.Entry, 1<<16)}
	j.done.Go(func() {
		for e := range j.entries {
			e.Done(1, nil)
		}
	})
	return j
}
func (j *instantJournal) Submit(e live.Entry)     { j.entries <- e }
func (j *instantJournal) Known(live.UserKey) bool { return false }
func (j *instantJournal) Load(_ live.UserKey, done func([]byte, []live.Record, error)) {
	done(nil, nil, nil)
}

func (j *instantJournal) Closed(_ uint64, _ live.UserKey, _ live.EventKey, done func(live.Record, error)) {
	done(live.Record{}, nil)
}

func (l *countingLinks) Send(live.SessionID, []byte) bool              { l.replies.Add(1); return true }
func (l *countingLinks) SendOutcome(live.SessionID, []byte)            { l.replies.Add(1) }
func (l *countingLinks) Broadcast(live.RoomID, []byte, live.SessionID) {}

// BenchmarkDeliver measures one message from Deliver to its reply, over 10,000 users.
func BenchmarkDeliver(b *testing.B) {
	journal, links := newInstantJournal(), new(countingLinks)
	parts := Parts{
		Reader:   instantReader{&live.Reading{Intent: live.IntentStock, Confidence: .9, DecidedBy: live.DecidedByModel}},
		Composer: fakeComposer{}, Catalogue: fakeCatalogue{}, Stock: newShelf(0), Journal: journal, Outlet: links, Frames: plainFrames,
	}
	cfg := Default()
	cfg.MaxInFlight, cfg.Budget, cfg.ShedAfter = 1<<20, time.Hour, time.Hour
	h, err := New(cfg, parts, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	users := make([]live.UserID, 10_000)
	for i := range users {
		users[i] = live.UserID(fmt.Sprint("u", i))
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		e := &live.Event{Type: live.Message, Room: "room", User: users[n%len(users)], ID: live.EventID(fmt.Sprint("m", n)), Text: "stock"}
		for h.Deliver(e, "link", time.Now()) != live.OK {
			time.Sleep(time.Millisecond) // the benchmark outran the actors
		}
		n++
		for h.InFlight() > 5000 {
			time.Sleep(100 * time.Microsecond)
		}
	}
	for h.InFlight() > 0 {
		time.Sleep(100 * time.Microsecond)
	}
	stop()
	<-done
	close(journal.entries)
	journal.done.Wait()
}

// BenchmarkStep measures the pure part: a private question from arrival to outcome, in the room that a drive lends.
func BenchmarkStep(b *testing.B) {
	s, room := NewUserState(live.UserKey{Room: "room", User: "u"}, 32), new(lent)
	reading := &live.Reading{Intent: live.IntentStock, Confidence: .9}
	var out []Effect
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		s.lend(room)
		out = stepOnce(&s, live.EventID(fmt.Sprint(n)), reading, out[:0])
		s.handBack(room)
	}
}

func stepOnce(s *UserState, id live.EventID, reading *live.Reading, out []Effect) []Effect {
	a := &Arrival{Event: &live.Event{Type: live.Message, Room: "room", User: "u", ID: id, Text: "还有货吗"}, Session: "l", Deadline: 800}
	out = s.Step(0, Input{Kind: InArrived, Arrival: a}, out)
	seq := out[len(out)-1].Seq
	out = s.Step(1, Input{Kind: InRead, Seq: seq, Reading: reading}, out)
	return s.Step(1, Input{Kind: InComposed, Seq: seq, Line: Line{Text: "有的", By: live.ByScript}}, out)
}

func TestAllocationsOfAUserStep(t *testing.T) {
	s, room := NewUserState(live.UserKey{Room: "room", User: "u"}, 32), new(lent)
	reading := &live.Reading{Intent: live.IntentStock, Confidence: .9}
	out := make([]Effect, 0, 16)
	n := 0
	got := testing.AllocsPerRun(1000, func() {
		n++
		s.lend(room)
		out = stepOnce(&s, "m", reading, out[:0])
		s.handBack(room)
		s.answered = answers{}
	})
	if got > 9 {
		t.Errorf("a question from arrival to outcome allocates %v times, want at most 9", got)
	}
}

// BenchmarkMood measures the usual case: a question unlike the latest three.
func BenchmarkMood(b *testing.B) {
	var before turns
	for i, s := range []string{"这款还有黑色XL码吗，想今天拍", "孕妇可以用吗，会不会过敏呀", "什么时候发货呢，能发顺丰吗"} {
		before.add(Turn{At: int64(i) * 20_000, Text: s})
	}
	for b.Loop() {
		Mood(3).next(live.Calm, "三号链接满减之后到手多少钱", 70_000, &before)
	}
}
