package loadtest

import (
	"fmt"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/loadtest/journal"
	"liveroom/transport/wire"
)

func newTestAudience(t testing.TB) *audience {
	t.Helper()
	a, err := newAudience(short(), "r", newLibrary(Places{}), nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// The generator shares its cores with the server: composing a send may allocate its id and a newcomer's name, no more.
func TestComposeAllocations(t *testing.T) {
	a := newTestAudience(t)
	j := journal.New("r")
	start := time.Now()
	buf := make([]byte, 0, 1<<10)
	allocs := testing.AllocsPerRun(1000, func() {
		s := a.next(time.Second)
		e := a.event(j.ID(12345), s, start)
		buf = wire.AppendEvent(buf[:0], &e)
	})
	if allocs > 3 {
		t.Errorf("composing a send allocates %.1f times, at most 3 are allowed", allocs)
	}
}

func replies(n int) (*answers, [][]byte) {
	a := newAnswers(1)
	a.journal = journal.New("r")
	a.start = time.Now()
	frames := make([][]byte, n)
	for i := range frames {
		id := a.journal.ID(a.journal.Add(journal.Sent{Type: live.Message}))
		frames[i] = wire.AppendReply(nil, &live.Reply{
			ID: live.ReplyID(fmt.Sprintf("%024d", i)), To: id, Room: "demo", User: "u1", Dialogue: "demo/u1", Text: "亲，3号链接还剩 128 件，喜欢就赶紧拍",
			Scope: live.Private, Intent: live.IntentStock, Confidence: 0.93, Emotion: live.Calm, By: live.ByScript, Decided: live.DecidedByModel,
		})
	}
	return a, frames
}

// Taking a reply allocates its strings and the id to resume after.
func TestTakeAllocations(t *testing.T) {
	a, frames := replies(1001)
	i := 0
	allocs := testing.AllocsPerRun(1000, func() {
		a.Payload(0, frames[i], time.Now())
		i++
	})
	if allocs > 2 {
		t.Errorf("taking a reply allocates %.1f times, at most 2 are allowed", allocs)
	}
	if a.figures.Outcomes["replied"] != 1001 {
		t.Errorf("%d replies counted, want 1,001", a.figures.Outcomes["replied"])
	}
}

func BenchmarkCompose(b *testing.B) {
	a := newTestAudience(b)
	j := journal.New("r")
	start := time.Now()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		s := a.next(time.Second)
		e := a.event(j.ID(12345), s, start)
		buf = wire.AppendEvent(buf[:0], &e)
	}
}

func BenchmarkTakeReply(b *testing.B) {
	a, frames := replies(1 << 12)
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		a.Payload(0, frames[i&(1<<12-1)], time.Now())
		i++
	}
}
