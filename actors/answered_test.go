package actors

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"liveroom/engine/live"
)

// TestAnswersAreRememberedAsAList compares the packed memory of ended events with a plain list of them: events that get their
// block at once, late, in a burst or, as a seat's acts, never, under a clock that jumps both ways.
func TestAnswersAreRememberedAsAList(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var a answers
		var want []answered
		now, block, id := int64(minuteZero)+rng.Int64N(1e12), rng.Uint64N(1<<39), uint64(0)
		for range 2000 {
			switch draw := rng.IntN(10); {
			case draw < 6:
				id++
				if len(want) == maxAnswered {
					want = want[1:]
				}
				one := answered{id * 0x9e3779b97f4a7c15, placeOf(0, now)}
				want = append(want, one)
				a.add(one)
			case draw < 9: // one of the latest becomes durable
				block += rng.Uint64N(300)
				if i := len(want) - 1 - rng.IntN(3); i >= 0 && slices.ContainsFunc(a.fresh, func(f answered) bool { return f.id == want[i].id }) {
					want[i].place = placeOf(block, want[i].at())
					a.settle(want[i].id, block)
				}
			case rng.IntN(20) == 0:
				now += rng.Int64N(1e9) - 4e8
			default:
				now += rng.Int64N(30_000)
			}
			if a.len() != len(want) || a.full() != (len(want) == maxAnswered) {
				t.Fatalf("seed %d: %d remembered, want %d", seed, a.len(), len(want))
			}
			if len(want) == 0 {
				continue
			}
			if a.oldest() != want[0] {
				t.Fatalf("seed %d: the oldest is %v, want %v", seed, a.oldest(), want[0])
			}
			one := want[rng.IntN(len(want))]
			if got, ok := a.find(one.id); !ok || got != one {
				t.Fatalf("seed %d: found %v, %v, want %v", seed, got, ok, one)
			}
		}
		if got := slices.Collect(a.all); !slices.Equal(got, want) {
			t.Fatalf("seed %d: %v, want %v", seed, got, want)
		}
		if _, ok := a.find(1); ok {
			t.Errorf("seed %d: found what never was", seed)
		}
	}
}

// TestAnswersAreSmall bounds what a talkative user remembers, at a commit every 10 ms and a message every second.
func TestAnswersAreSmall(t *testing.T) {
	var a answers
	for i := range uint64(3 * maxAnswered) {
		a.add(answered{i, placeOf(0, minuteZero+int64(i)*1000)})
		a.settle(i, 100*i)
	}
	size := func(a *answers) int { return 8*cap(a.ids) + cap(a.steps) + 16*cap(a.fresh) }
	if got := size(&a); got > 13*maxAnswered {
		t.Errorf("%d events take %d bytes, want at most %d", a.len(), got, 13*maxAnswered)
	}
	s := NewUserState(live.UserKey{Room: "room", User: "u"}, 8)
	s.answered = a
	b, err := s.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	back := NewUserState(live.UserKey{Room: "room", User: "u"}, 8)
	if err := back.readSnapshot(b); err != nil {
		t.Fatal(err)
	}
	if got := size(&back.answered); got > 13*maxAnswered {
		t.Errorf("read back, %d events take %d bytes, want at most %d", back.answered.len(), got, 13*maxAnswered)
	}
}

// TestAnswersOfAStepAreTakenBack: a step that panics may have remembered and forgotten some.
func TestAnswersOfAStepAreTakenBack(t *testing.T) {
	for _, held := range []int{0, 3, maxAnswered} {
		var a answers
		for i := range uint64(held) {
			a.add(answered{i, placeOf(0, minuteZero)})
			if i%3 == 0 {
				a.settle(i, i+1)
			}
		}
		want, before := slices.Collect(a.all), a
		for i := range uint64(5) {
			a.add(answered{1000 + i, placeOf(0, minuteZero)})
		}
		if got := slices.Collect(before.all); !slices.Equal(got, want) {
			t.Errorf("with %d: %v, want %v", held, got, want)
		}
	}
}

// TestAnAnswerIsRememberedFor256IDsAndADay: a repetition within both brings the same outcome again, one beyond either is
// a new message.
func TestAnAnswerIsRememberedFor256IDsAndADay(t *testing.T) {
	again := func(t *testing.T, s *stand, closings int) {
		t.Helper()
		want := reply("m", "stock about -", "stock")
		before := s.links.count(want)
		s.private(t, "m")
		s.links.wait(func(all []sent) bool { return countOf(all, want) == before+1 })
		if n := s.journal.closings("m"); n != closings {
			t.Errorf("m has %d outcomes in the journal, want %d", n, closings)
		}
	}
	t.Run("ids", func(t *testing.T) {
		s, _ := newTimed(t, nil)
		again(t, s, 1)
		for n := range 256 {
			if n == 255 {
				again(t, s, 1) // the oldest of 256
			}
			if !s.takes(t, fmt.Sprint("n", n)) {
				t.Fatalf("n%d is refused", n)
			}
		}
		again(t, s, 2)
		s.drained(t)
	})
	t.Run("hours", func(t *testing.T) {
		s, clock := newTimed(t, nil)
		again(t, s, 1)
		clock.forward(23 * time.Hour)
		again(t, s, 1)
		clock.forward(2 * time.Hour)
		again(t, s, 2)
		s.drained(t)
	})
}
