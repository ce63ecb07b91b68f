package actors

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"liveroom/engine/live"
)

// TestCrowdAgainstThePlainCount holds a crowd to lists of everything that was asked.
func TestCrowdAgainstThePlainCount(t *testing.T) {
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 7))
		var c crowd
		all := 0
		type question struct{ at, who int64 }
		var asked, burst []question
		now := int64(1_790_000_000_000)
		for i := range 2000 {
			if now += rng.Int64N(40); rng.IntN(150) == 0 {
				now += rng.Int64N(90_000) // a pause
			}
			who := rng.Int64N(300)
			c.hear(now, uint64(who), &all)
			asked = append(asked, question{now, who})
			if rng.IntN(3) > 0 {
				if !c.open || c.ended(now) {
					burst = nil
				}
				news := c.join(now, uint64(who), 1<<30)
				if known := slices.ContainsFunc(burst, func(q question) bool { return q.who == who }); news == known {
					t.Fatalf("seed %d, question %d: joining says news %v, the list knows %v", seed, i, news, known)
				}
				burst = append(burst, question{now, who})
			}
			recent, inBurst := map[int64]bool{}, map[int64]bool{}
			for _, q := range asked {
				if now/slotMs-q.at/slotMs < feedSlots {
					recent[q.who] = true
				}
			}
			for _, q := range burst {
				inBurst[q.who] = true
			}
			if got := c.asking(now); got != len(recent) {
				t.Fatalf("seed %d, question %d: %d ask within a minute, the list says %d", seed, i, got, len(recent))
			}
			if c.open && c.count != len(inBurst) {
				t.Fatalf("seed %d, question %d: %d in the burst, the list says %d", seed, i, c.count, len(inBurst))
			}
			if rng.IntN(50) == 0 {
				c.tidy(now, &all)
			}
			if all != len(c.people) {
				t.Fatalf("seed %d: %d people are said to be remembered, there are %d", seed, all, len(c.people))
			}
		}
	}
}

func TestQuietTimeFollowsTheRate(t *testing.T) {
	for _, c := range []struct{ every, askers, want int64 }{
		{10, 500, 2000}, // a hundred a second: the least
		{500, 40, 3540}, // two a second: eight gaps, and a little less for the latest
		{3000, 40, 8000},
		{0, 1, 8000}, // one alone
	} {
		var of crowd
		all := 0
		now := int64(0)
		for i := range c.askers {
			now = i * c.every
			of.hear(now, uint64(i), &all)
			of.join(now, uint64(i), 1<<30)
		}
		ends := now
		for !of.ended(ends) {
			ends++
		}
		if ends-now != c.want {
			t.Errorf("a burst with one asker every %d ms ends after %d ms of quiet, want %d", c.every, ends-now, c.want)
		}
	}
}

func TestPeopleARoomRemembersAreBounded(t *testing.T) {
	s := NewRoomState(testRules)
	for i := range maxHeard + 1000 {
		s.Ask(int64(i/50), askerOf(fmt.Sprint("u", i), "stock", map[string]string{"product": fmt.Sprint("P", i%3)}), nil)
	}
	if s.heard != maxHeard {
		t.Errorf("%d people are remembered, want %d", s.heard, maxHeard)
	}
	now := int64(120_000)
	s.Tick(now, nil)
	s.Tick(now+firstPatience, nil)
	if s.Tick(now+2*firstPatience, nil); s.heard > maxHeard {
		t.Errorf("%d people are remembered, want %d at most", s.heard, maxHeard)
	}
}

// TestHundredThousandAskersAreCountedExactly is the bound that is promised.
func TestHundredThousandAskersAreCountedExactly(t *testing.T) {
	s := NewRoomState(testRules)
	const askers = 100_000
	s.Ask(0, askerOf("u0", "stock", nil), nil)
	s.Answered(0, Answer{Asker: asker("u0"), Topic: Topic{Intent: live.IntentStock}, Reply: "r"}, nil)
	var out []RoomEffect
	for i := 1; i < askers+askers/2; i++ {
		out = s.Ask(int64(i/40), askerOf(fmt.Sprint("u", i%askers), "stock", nil), out[:0])
		if len(out) > 0 && out[0].Ruling == RuledFirst {
			s.Answered(int64(i/40), Answer{Asker: out[0].Asker.AskerID, Topic: out[0].Asker.Topic, Reply: "r"}, nil)
		}
	}
	c, due := s.Closing(15_000)
	if !due || c.Askers != askers {
		t.Errorf("closing = %+v, %v; want %d askers", c, due, askers)
	}
}

func TestTopicsAreBounded(t *testing.T) {
	rules := testRules
	rules.PublicPerMinute = maxPublicPerMinute
	s := NewRoomState(rules)
	ask := func(i int) []RoomEffect {
		a := askerOf(fmt.Sprint("u", i), "stock", map[string]string{"product": fmt.Sprint("P", i)})
		out := s.Ask(int64(i/10), a, nil)
		if i >= 100 { // a hundred stay on their way
			s.Answered(int64(i/10), Answer{Asker: a.AskerID, Topic: a.Topic, Reply: "r"}, nil)
		}
		return out
	}
	for i := range maxTopics + 500 {
		if out := ask(i); len(out) != 1 || out[0].Ruling != RuledFirst {
			t.Fatalf("question %d is ruled %v", i, out)
		}
	}
	if n, m := len(s.answers.nodes), len(s.subjects.nodes); n != maxTopics || m != maxTopics || s.answering != 100 {
		t.Errorf("%d answers, %d subjects and %d on their way, want %d twice and 100", n, m, s.answering, maxTopics)
	}
	if s.answers.find(Topic{Intent: live.IntentStock, Product: "P50"}) == nil {
		t.Error("an answer on its way was forgotten")
	}
	if s.answers.find(Topic{Intent: live.IntentStock, Product: "P100"}) != nil || s.answers.find(Topic{Intent: live.IntentStock, Product: "P700"}) == nil {
		t.Error("the oldest answers are remembered, or younger ones forgotten")
	}
	if s.heard != maxTopics {
		t.Errorf("%d people are remembered, want one for each subject", s.heard)
	}
}

// TestAnswersBeyondTheBoundGoAlone asks about more than a room remembers, none answered yet.
func TestAnswersBeyondTheBoundGoAlone(t *testing.T) {
	rules := testRules
	rules.PublicPerMinute = maxPublicPerMinute
	s := NewRoomState(rules)
	for i := range maxTopics + 10 {
		a := askerOf(fmt.Sprint("u", i), "stock", map[string]string{"product": fmt.Sprint("P", i)})
		if out := s.Ask(0, a, nil); len(out) != 1 || out[0].Ruling != RuledFirst {
			t.Fatalf("question %d is ruled %v", i, out)
		}
		if i >= maxTopics {
			s.Answered(0, Answer{Asker: a.AskerID, Topic: a.Topic, Reply: "r"}, nil)
		}
	}
	if s.answering != maxTopics {
		t.Errorf("%d answers are on their way, want %d", s.answering, maxTopics)
	}
}

// TestCapAgainstAPlainList holds the cap to a list of everything that was granted.
func TestCapAgainstAPlainList(t *testing.T) {
	for _, limit := range []int{1, 2, 5, 20} {
		rng := rand.New(rand.NewPCG(uint64(limit), 1))
		c := publicCap{limit: limit}
		var list []grant
		now := int64(0)
		for range 5000 {
			now += rng.Int64N(8000)
			list = slices.DeleteFunc(list, func(g grant) bool { return now-g.at >= minute })
			answers := 0
			for _, g := range list {
				if !g.closing {
					answers++
				}
			}
			switch rng.IntN(8) {
			case 0:
				if got, want := c.closing(now), len(list) < limit; got != want {
					t.Fatalf("limit %d: a closing at %d is granted %v, want %v", limit, now, got, want)
				} else if got {
					list = append(list, grant{now, true})
				}
			case 1:
				if i := slices.IndexFunc(list, func(g grant) bool { return !g.closing }); i >= 0 {
					c.giveBack(list[i].at)
					list = slices.Delete(list, i, i+1)
				}
			default:
				want := len(list) < limit && (answers < limit-1 || limit == 1 && answers < 1)
				if got := c.answer(now); got != want {
					t.Fatalf("limit %d: an answer at %d is granted %v, want %v", limit, now, got, want)
				} else if got {
					list = append(list, grant{at: now})
				}
			}
			if len(c.granted) > limit {
				t.Fatalf("limit %d: %d granted", limit, len(c.granted))
			}
		}
	}
}

// TestRoomStateKeepsItsCounts throws everything at a room and holds its counters to what it holds.
func TestRoomStateKeepsItsCounts(t *testing.T) {
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 3))
		rules := testRules
		rules.ClosingAskers, rules.PublicPerMinute = 3, 8
		s := NewRoomState(rules)
		settings := Settings{}
		now, seq := int64(0), uint64(0)
		var firsts []Asker
		waiting := map[AskerID]bool{}
		ruled := func(out []RoomEffect) {
			for _, e := range out {
				if !waiting[e.Asker.AskerID] {
					t.Fatalf("seed %d: %v was ruled twice, or never asked", seed, e.Asker.AskerID)
				}
				delete(waiting, e.Asker.AskerID)
				if e.Ruling == RuledFirst {
					firsts = append(firsts, e.Asker)
				}
			}
		}
		for range 4000 {
			now += rng.Int64N(400)
			switch k := rng.IntN(20); {
			case k < 12:
				seq++
				a := askerOf(fmt.Sprint("u", rng.IntN(30)), "stock", map[string]string{
					"product": fmt.Sprint("P", rng.IntN(4)), "variant": fmt.Sprint(rng.IntN(2)), "version": fmt.Sprint(rng.IntN(2)),
				})
				a.Seq = seq
				waiting[a.AskerID] = true
				ruled(s.Ask(now, a, nil))
			case k < 16 && len(firsts) > 0:
				i := rng.IntN(len(firsts))
				a := Answer{Asker: firsts[i].AskerID, Topic: firsts[i].Topic, Reply: "r"}
				if rng.IntN(4) == 0 {
					a.Reply = ""
				}
				firsts = slices.Delete(firsts, i, i+1)
				ruled(s.Answered(now, a, nil))
			case k == 16:
				settings, _ = settings.take(now, &live.Event{Type: live.RoomModeSet, Note: live.RoomMode(1 + rng.IntN(3)).String()})
				ruled(s.Set(now, settings, nil))
			case k == 17:
				settings, _ = settings.take(now, &live.Event{Type: live.UserMuted, User: live.UserID(fmt.Sprint("u", rng.IntN(30))), Count: now + rng.Int64N(5000)})
				ruled(s.Set(now, settings, nil))
			case k == 18 && rng.IntN(5) == 0:
				s.Attended()
			default:
				ruled(s.Tick(now, nil))
				s.Closing(now)
				s.Feed(now)
			}
			checkCounts(t, &s, rules)
		}
		for range 5 { // left alone, it comes to rest
			now += 2 * firstPatience
			ruled(s.Tick(now, nil))
			s.Feed(now)
		}
		if s.Restless() && len(waiting) == 0 {
			t.Errorf("seed %d: the room does not come to rest: %d answers, %d subjects", seed, len(s.answers.nodes), len(s.subjects.nodes))
		}
	}
}

func checkCounts(t *testing.T, s *RoomState, rules RoomRules) {
	t.Helper()
	answering, large, heard, inLine := 0, 0, 0, 0
	s.answers.each(func(n *recent[shared]) bool {
		if n.value.answering {
			answering++
		} else if len(n.value.waiting) > 0 {
			t.Fatal("somebody waits for an answer that is not on its way")
		}
		inLine++
		return true
	})
	s.subjects.each(func(n *recent[crowd]) bool {
		c := &n.value
		heard += len(c.people)
		if c.open && c.count >= rules.ClosingAskers {
			large++
		}
		counted := 0
		for _, h := range c.people {
			if c.open && h.burst == c.burst {
				counted++
			}
		}
		if c.open && counted != c.count {
			t.Fatalf("a burst counts %d, its people are %d", c.count, counted)
		}
		return true
	})
	if answering != s.answering || large != s.large || heard != s.heard || inLine != len(s.answers.nodes) {
		t.Fatalf("counted %d answering, %d large, %d heard, %d in line; the room says %d, %d, %d, %d",
			answering, large, heard, inLine, s.answering, s.large, s.heard, len(s.answers.nodes))
	}
}
