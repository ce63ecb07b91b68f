package journal_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"liveroom/engine/live"
	"liveroom/loadtest/journal"
)

func replied(id, text string) journal.Ending {
	return journal.Ending{Outcome: live.Replied, What: [3]string{id, text}, Private: true}
}

func TestEndings(t *testing.T) {
	j := journal.New("r1")
	for range 4 {
		j.Add(journal.Sent{Type: live.Message, Link: 7, Due: time.Second})
	}
	j.Add(journal.Sent{Type: live.Enter})
	steps := []struct {
		name string
		id   live.EventID
		link int
		end  journal.Ending
		want journal.Finding
	}{
		{"the first reply", "r1-0", 7, replied("a", "还有5件"), journal.First},
		{"the same reply again", "r1-0", 7, replied("a", "还有5件"), journal.Repeat},
		{"the same id with another text", "r1-0", 7, replied("a", "还有6件"), journal.Conflict},
		{"an outcome after a reply", "r1-0", 7, journal.Ending{Outcome: live.Quiet, What: [3]string{"chatter"}}, journal.Conflict},
		{"a private reply on another link", "r1-1", 8, replied("b", "x"), journal.Elsewhere},
		{"an outcome of nothing we sent", "r1-9", 7, replied("c", "x"), journal.Stranger},
		{"an id of another run", "r2-1", 7, replied("c", "x"), journal.Stranger},
		{"an id that is no number", "r1-1x", 7, replied("c", "x"), journal.Stranger},
		{"shed", "r1-2", 7, journal.Ending{Outcome: live.Shed, What: [3]string{"overloaded"}}, journal.First},
	}
	for _, s := range steps {
		if _, got := j.Close(s.id, s.link, s.end, 2*time.Second); got != s.want {
			t.Errorf("%s: Close(%s) = %d, want %d", s.name, s.id, got, s.want)
		}
	}
	if _, first := j.Ack("r1-3", 3*time.Second); !first {
		t.Error("Ack of a fresh send is not the first")
	}
	if _, first := j.Ack("r1-3", 4*time.Second); first {
		t.Error("a second Ack is taken for the first")
	}
	got := j.Tally()
	if got.Answerable != 4 || got.Sent != 5 || got.Closed != 2 || got.Missing != 2 || got.AckedMissing != 1 ||
		got.Conflicts != 2 || got.Strangers != 3 || got.Elsewhere != 1 || got.Repeats != 1 {
		t.Errorf("Tally = %+v", got)
	}
	if len(got.Examples) != 2 || got.Examples[0] != "r1-1" {
		t.Errorf("missing examples = %v, want r1-1 and r1-3", got.Examples)
	}
	if again := j.Unacknowledged(); len(again) != 1 || again[0] != 1 {
		t.Errorf("Unacknowledged = %v, want [1]", again)
	}
	if !j.Get(1).Again || j.Open() != 2 {
		t.Errorf("send 1 is not marked as said again, or Open = %d, want 2", j.Open())
	}
}

// Whatever arrives in whatever order, closed and missing add up to what was sent.
func TestAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := journal.New("r")
		n := rapid.IntRange(0, 50).Draw(t, "sends")
		for range n {
			j.Add(journal.Sent{Type: live.Comment})
		}
		for range rapid.IntRange(0, 200).Draw(t, "frames") {
			id := j.ID(rapid.IntRange(0, 60).Draw(t, "id"))
			if rapid.Bool().Draw(t, "ack") {
				j.Ack(id, 1)
				continue
			}
			j.Close(id, 0, journal.Ending{Outcome: live.Replied, What: [3]string{rapid.SampledFrom([]string{"x", "y"}).Draw(t, "what")}}, 1)
		}
		got := j.Tally()
		if got.Closed+got.Missing != int64(n) || got.AckedMissing > got.Missing || int(got.Missing) != j.Open() {
			t.Fatalf("of %d sends: %+v, open %d", n, got, j.Open())
		}
	})
}

func BenchmarkClose(b *testing.B) {
	j := journal.New("r")
	ids := make([]live.EventID, 1<<16)
	for i := range ids {
		ids[i] = j.ID(j.Add(journal.Sent{Type: live.Message}))
	}
	e := replied("0123456789abcdef01234567", "亲，3号链接还剩 20005 件，喜欢就赶紧拍")
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		j.Close(ids[i&0xffff], 0, e, time.Second)
		i++
	}
}
