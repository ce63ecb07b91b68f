package torture_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/loadtest/torture"
	"liveroom/transport/wire"
)

// table is a book and a server that answers as it should, until the test has it do otherwise.
type table struct {
	t      *testing.T
	book   *torture.Book
	now    time.Duration
	held   map[live.UserID]live.EventID // by buyer, the take that is held
	open   int64
	locked int64
}

func newTable(t *testing.T) *table {
	return &table{t: t, held: map[live.UserID]live.EventID{}, book: torture.New(torture.Config{
		Room: "demo", Tag: "t", Links: 2, Talkers: 4, Buyers: 4, CommentsEvery: 3, Random: rand.New(rand.NewPCG(1, 2)),
	})}
}

func (b *table) next(link int) live.Event {
	b.now += time.Millisecond
	return b.book.Next(link, time.UnixMilli(1_800_000_000_000), b.now)
}

func (b *table) take(link int, o wire.Outbound) {
	b.now += time.Millisecond
	b.book.Take(link, &o, b.now)
}

// answer returns the frame that an honest server ends an event with.
func (b *table) answer(e live.Event) wire.Outbound {
	o := wire.Outbound{Type: "reply", ID: "r-" + e.ID, To: e.ID, Text: "好的", Scope: "private", Script: "other"}
	if e.Type == live.Comment {
		o.Scope = "public"
	}
	switch e.Text {
	case "3号链接还有货吗":
		o.Script = "stock"
	case "要":
		o.Script, b.held[e.User] = "reserved", e.ID
		b.open++
	case "确认":
		o.Script = "locked"
		b.open--
		b.locked++
	}
	return o
}

// report closes the book over an honest ledger.
func (b *table) report() *torture.Report {
	r := &torture.Report{Pieces: 100}
	b.book.Fill(r)
	r.Ledger.OnHand, r.Ledger.Open, r.Ledger.Confirmed, r.Ledger.Offerable = 100, b.open, b.locked, 100-b.open-b.locked
	return r
}

func TestAnHonestServerBreaksNothing(t *testing.T) {
	b := newTable(t)
	for i := range 400 {
		link := i % 2
		e := b.next(link)
		switch i % 5 {
		case 0: // killed before it was acknowledged: it is said again
			if again := b.book.Again(link, time.Now(), false); len(again) != 1 || again[0].ID != e.ID || again[0].Text != e.Text || again[0].User != e.User {
				t.Fatalf("to be said again are %+v, want %+v", again, e)
			}
		case 1: // refused, then said again
			b.take(link, wire.Outbound{Type: "ack", ID: e.ID})
			if again := b.book.Again(link, time.Now(), false); len(again) != 0 {
				t.Fatalf("what was acknowledged is to be said again: %+v", again)
			}
			b.take(link, wire.Outbound{Type: "error", Code: "storage", To: e.ID})
			if again := b.book.Again(link, time.Now(), false); len(again) != 1 {
				t.Fatalf("after a refusal %+v are to be said again", again)
			}
		case 2:
			b.take(link, wire.Outbound{Type: "ack", ID: e.ID})
			if e.Type == live.Comment || e.Text == "要" || e.Text == "确认" {
				break
			}
			b.take(link, wire.Outbound{Type: "outcome", To: e.ID, Outcome: "quiet", Reason: "stale"})
			continue
		}
		o := b.answer(e)
		b.take(link, o)
		b.take(link, o) // after a resume it comes again
		if o.Scope == "public" {
			b.take(1-link, o) // said to the room
		}
	}
	r := b.report()
	if err := r.Verdict(); err != nil {
		t.Error(err)
	}
	if r.Locked < 5 || r.Refused != 80 || b.book.Open() != 0 {
		t.Errorf("%d locked, %d refused, %d open", r.Locked, r.Refused, b.book.Open())
	}
	if got := b.book.Sample(0, 7, time.Now()); len(got) != 7 {
		t.Errorf("a sample of 7 is %d", len(got))
	}
	var text strings.Builder
	if err := r.Text(&text); err != nil || !strings.Contains(text.String(), "nothing was lost") {
		t.Errorf("the report is %q (%v)", text.String(), err)
	}
}

// Whatever a server breaks is in the verdict.
func TestEveryBreachIsSeen(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(b *table, e live.Event)
		harm func(r *torture.Report)
		want string
	}{
		"acknowledged and forgotten": {do: func(b *table, e live.Event) { b.take(0, wire.Outbound{Type: "ack", ID: e.ID}) }, want: "1 of them acknowledged"},
		"answered twice": {do: func(b *table, e live.Event) {
			o := b.answer(e)
			b.take(0, o)
			o.ID += "x"
			b.take(0, o)
		}, want: "two different outcomes"},
		"answered with another text": {do: func(b *table, e live.Event) {
			o := b.answer(e)
			b.take(0, o)
			o.Text = "没有了"
			b.take(0, o)
		}, want: "two different outcomes"},
		"answered elsewhere": {do: func(b *table, e live.Event) {
			o := b.answer(e)
			o.Scope = "private"
			b.take(1, o)
			b.take(0, o)
		}, want: "another link"},
		"a stranger": {do: func(b *table, e live.Event) {
			b.take(0, b.answer(e))
			b.take(0, wire.Outbound{Type: "outcome", To: "t-99", Outcome: "quiet"})
		}, want: "never sent"},
		"an error about nothing": {do: func(b *table, e live.Event) {
			b.take(0, wire.Outbound{Type: "error", Code: "storage", Field: "resume"}) // this one is as it should be
			b.take(0, wire.Outbound{Type: "error", Code: "forbidden"})
			b.take(0, b.answer(e))
		}, want: "map[forbidden:1]"},
		"refused as faulty": {do: func(b *table, e live.Event) {
			b.take(0, wire.Outbound{Type: "error", Code: "bad_field", To: e.ID})
			b.take(0, b.answer(e))
		}, want: "bad_field"},
		"a piece nobody asked for": {do: func(b *table, e live.Event) {
			o := b.answer(e)
			for e.User[0] != 'b' {
				b.take(0, o)
				e = b.next(0)
				o = b.answer(e)
			}
			o.Script = "reserved"
			b.take(0, o)
		}, want: "none was due"},
		"a piece sold that nobody was told of": {harm: func(r *torture.Report) { r.Ledger.Confirmed++; r.Ledger.Offerable-- }, want: "locked in the ledger"},
		"a piece gone":                         {harm: func(r *torture.Report) { r.Ledger.Offerable-- }, want: "are not 100"},
		"a hold lost":                          {harm: func(r *torture.Report) { r.Unbacked = []string{"r1"} }, want: "otherwise"},
		"a stop that was none":                 {harm: func(r *torture.Report) { r.Faults = []string{"it hung"} }, want: "it hung"},
	} {
		b := newTable(t)
		e := b.next(0)
		if c.do == nil {
			b.take(0, b.answer(e))
		} else {
			c.do(b, e)
		}
		r := b.report()
		if c.harm != nil {
			c.harm(r)
		}
		if err := r.Verdict(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the verdict is %v, want %q", name, err, c.want)
		}
	}
}
