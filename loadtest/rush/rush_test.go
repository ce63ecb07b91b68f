package rush

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/loadtest/report"
)

func replied(script, variant string) Answer {
	return Answer{Outcome: live.Replied, Script: script, Variant: variant}
}

// shop is a server as the buyers see it.
type shop struct {
	left, open, confirmed int64
	offered, held         map[int]bool
}

func newShop(pieces int64) *shop {
	return &shop{left: pieces, offered: map[int]bool{}, held: map[int]bool{}}
}

func (s *shop) answer(d Due) Answer {
	switch {
	case d.Word == Ask && s.left == 0:
		return replied("stock", "choice_sold_out/2")
	case d.Word == Ask:
		s.offered[d.Buyer] = true
		return replied("stock", "low/1")
	case d.Word == Take && !s.offered[d.Buyer]:
		return replied("affirm", "go_on/1")
	case d.Word == Take && s.left == 0:
		return replied("short", "none/1")
	case d.Word == Take:
		s.left--
		s.open++
		s.held[d.Buyer] = true
		return replied("reserved", "product/1")
	case !s.held[d.Buyer]:
		return replied("expired", "product/1")
	}
	s.open--
	s.confirmed++
	delete(s.held, d.Buyer)
	return replied("locked", "instalment/2")
}

func (s *shop) ledger() report.Ledger {
	return report.Ledger{OnHand: s.left + s.open + s.confirmed, Open: s.open, Confirmed: s.confirmed, Offerable: s.left}
}

// race plays a race in which every word is answered at once, by the shop or by what is put in its place.
func race(t *testing.T, c Config, s *shop, instead func(Due, Answer) Answer) *Rush {
	t.Helper()
	c.Random, c.Think = rand.New(rand.NewPCG(1, 2)), time.Second
	r := New(c)
	sent := 0
	say := func(now time.Duration, d Due) {
		r.Said(d.Buyer, sent)
		sent++
		a := s.answer(d)
		if instead != nil {
			a = instead(d, a)
		}
		r.Heard(now, d.Buyer, a)
		r.Sampled(r.Told(), s.ledger())
	}
	for b := range c.Buyers {
		say(0, Due{Buyer: b})
	}
	for now := time.Duration(0); r.Busy(); now += 10 * time.Millisecond {
		if now > time.Hour {
			t.Fatalf("the race is not over after an hour: %+v", r.Report())
		}
		for _, d := range r.Due(now, nil) {
			if d.At > now {
				t.Fatalf("a word that is due at %v is said at %v", d.At, now)
			}
			say(now, d)
		}
	}
	return r
}

func judge(n *report.Rush) (broken, missed, invalid string) {
	r := &report.Report{Rush: n, Rate: report.Rate{Planned: 1, Sent: 1}, Limits: report.DefaultLimits()}
	r.Judge()
	return strings.Join(r.Verdict.Broken, "; "), strings.Join(r.Verdict.Missed, "; "), strings.Join(r.Verdict.Invalid, "; ")
}

func TestAFairRace(t *testing.T) {
	r := race(t, Config{Buyers: 200, Pieces: 20, Retries: 3, Middle: 10}, newShop(20), nil)
	n := r.Report()
	if broken, missed, invalid := judge(n); broken+missed+invalid != "" {
		t.Errorf("a fair race is judged %q, %q, %q: %+v", broken, missed, invalid, n)
	}
	if n.Held != 20 || n.Locked != 20 || n.GaveUp != 180 || n.Ledger.Confirmed != 20 || n.Midway == 0 || len(r.Winners()) != 20 {
		t.Errorf("race %+v, want 20 winners and 180 who gave up", n)
	}
	select {
	case <-r.Middle():
	default:
		t.Error("a race that is over never was in its middle")
	}
}

func TestMoreThanEnough(t *testing.T) {
	n := race(t, Config{Buyers: 5, Pieces: 20, Retries: 1}, newShop(20), nil).Report()
	if _, missed, _ := judge(n); n.Locked != 5 || !strings.Contains(missed, "5 of 20 pieces") {
		t.Errorf("five buyers of twenty pieces: %+v, judged %q", n, missed)
	}
}

// Whatever a server does wrong must show in the verdict.
func TestAnUnfairRace(t *testing.T) {
	for name, c := range map[string]struct {
		instead func(Due, Answer) Answer
		says    string
	}{
		"one more than there is": {func(d Due, a Answer) Answer {
			switch {
			case d.Word == Take && a.Script == "short":
				return replied("reserved", "")
			case d.Word == Confirm && a.Script == "expired":
				return replied("locked", "")
			}
			return a
		}, "pieces more locked than there are"},
		"a hold is lost": {func(d Due, a Answer) Answer {
			if d.Word == Confirm && d.Buyer < 100 {
				return replied("expired", "")
			}
			return a
		}, "who could not confirm it"},
		"a hold that is not in the ledger": {func(d Due, a Answer) Answer {
			if d.Word == Take {
				return replied("reserved", "")
			}
			return a
		}, "less than was told"},
		"locked for nothing": {func(d Due, a Answer) Answer {
			if d.Word == Ask && d.Buyer == 3 {
				return replied("locked", "")
			}
			return a
		}, "give a piece to whom none is due"},
		"held for nothing": {func(d Due, a Answer) Answer {
			if d.Word == Ask && d.Buyer == 3 {
				return replied("reserved", "")
			}
			return a
		}, "give a piece to whom none is due"},
	} {
		t.Run(name, func(t *testing.T) {
			n := race(t, Config{Buyers: 200, Pieces: 20, Retries: 3}, newShop(20), c.instead).Report()
			if broken, _, _ := judge(n); !strings.Contains(broken, c.says) {
				t.Errorf("%+v is judged %q, want %q in it", n, broken, c.says)
			}
		})
	}
}

// A buyer whose offer is forgotten, or who gets no reply, tries on; that it happened is told.
func TestForgottenOffers(t *testing.T) {
	once := map[int]bool{}
	forgotten := func(d Due, a Answer) Answer {
		if d.Word == Take && a.Script == "reserved" || once[d.Buyer] {
			return a
		}
		if d.Word == Ask && d.Buyer%2 == 0 {
			once[d.Buyer] = true
			return Answer{Outcome: live.Quiet}
		}
		return a
	}
	n := race(t, Config{Buyers: 50, Pieces: 10, Retries: 2}, newShop(10), forgotten).Report()
	if broken, missed, _ := judge(n); broken != "" || n.Locked != 10 || n.Unanswered != 25 || !strings.Contains(missed, "25 of the buyers' words") {
		t.Errorf("%+v is judged %q, %q", n, broken, missed)
	}
	s := newShop(10)
	misread := map[int]bool{}
	n = race(t, Config{Buyers: 50, Pieces: 10, Retries: 2}, s, func(d Due, a Answer) Answer {
		if d.Word == Ask && !misread[d.Buyer] {
			misread[d.Buyer] = true
			delete(s.offered, d.Buyer)
		}
		return a
	}).Report()
	if broken, missed, _ := judge(n); broken != "" || n.Locked != 10 || n.Misread == 0 || !strings.Contains(missed, "no answer to a buyer's word") {
		t.Errorf("%+v is judged %q, %q", n, broken, missed)
	}
	n = race(t, Config{Buyers: 1, Pieces: 1}, newShop(1), func(Due, Answer) Answer { return replied("clarify", "") }).Report()
	if n.Misread != maxMisread+1 || n.Words != maxMisread+1 {
		t.Errorf("who is never understood says %d words, want %d", n.Words, maxMisread+1)
	}
}

func TestRefusedIsSaidAgain(t *testing.T) {
	r := New(Config{Buyers: 1, Pieces: 1, Think: time.Second, Random: rand.New(rand.NewPCG(1, 2))})
	r.Said(0, 7)
	now := time.Duration(0)
	for i := range maxRefused {
		if !r.Refused(now, 0) {
			t.Fatalf("refused %d times, a buyer says no more", i+1)
		}
		if all := r.Due(now, nil); len(all) != 0 {
			t.Fatalf("a refused word is said again at once: %+v", all)
		}
		now += 5 * time.Second
		if all := r.Due(now, nil); len(all) != 1 || !all[0].Again || all[0].Sent != 7 || all[0].Word != Ask {
			t.Fatalf("what is due is %+v, want send 7 again", all)
		}
	}
	if r.Refused(now, 0) {
		t.Errorf("refused more than %d times, a buyer still says it again", maxRefused)
	}
	if n := r.Report(); n.Again != maxRefused || n.Words != 1 {
		t.Errorf("report %+v, want one word said again %d times", n, maxRefused)
	}
}

func TestPostpone(t *testing.T) {
	r := New(Config{Buyers: 3, Pieces: 1, Think: time.Second, Random: rand.New(rand.NewPCG(1, 2))})
	for b := range 3 {
		r.Heard(0, b, replied("stock", "low/1"))
	}
	r.Postpone(time.Minute)
	if all := r.Due(time.Minute-1, nil); len(all) != 0 {
		t.Errorf("due before their time: %+v", all)
	}
	all := r.Due(time.Minute+time.Second, nil)
	if len(all) != 3 || !slices.IsSortedFunc(all, func(a, b Due) int { return int(a.At - b.At) }) {
		t.Errorf("due %+v, want three words in order", all)
	}
}

func TestSamples(t *testing.T) {
	for _, c := range []struct {
		told Told
		l    report.Ledger
		says string
	}{
		{Told{}, report.Ledger{OnHand: 10, Offerable: 10}, ""},
		{Told{3, 1}, report.Ledger{OnHand: 10, Open: 2, Confirmed: 1, Offerable: 7}, ""},
		{Told{3, 1}, report.Ledger{OnHand: 10, Open: 4, Ordered: 2, Offerable: 4}, ""},
		{Told{}, report.Ledger{OnHand: 10, Open: 2, Confirmed: 9}, "are not 10"},
		{Told{}, report.Ledger{OnHand: 10, Offerable: 9}, "are not 10"},
		{Told{}, report.Ledger{OnHand: 10, Open: -1, Confirmed: 1, Offerable: 10}, "are not 10"},
		{Told{}, report.Ledger{OnHand: 11, Offerable: 11}, "11 pieces on hand"},
		{Told{}, report.Ledger{}, "0 pieces on hand"},
		{Told{2, 2}, report.Ledger{OnHand: 10, Open: 1, Confirmed: 1, Offerable: 8}, "1 confirmed, 2 buyers"},
		{Told{3, 1}, report.Ledger{OnHand: 10, Open: 1, Confirmed: 1, Offerable: 8}, "2 open and confirmed, 3 buyers"},
	} {
		r := New(Config{Buyers: 1, Pieces: 10, Random: rand.New(rand.NewPCG(1, 2))})
		r.Sampled(c.told, c.l)
		n := r.Report()
		if bad := n.SamplesBroken > 0; bad != (c.says != "") || bad && !strings.Contains(fmt.Sprint(n.Examples), c.says) {
			t.Errorf("%+v told and %+v in the ledger: %d broken, %q, want %q", c.told, c.l, n.SamplesBroken, n.Examples, c.says)
		}
	}
}

func TestNoEvidence(t *testing.T) {
	for name, n := range map[string]*report.Rush{
		"seen 2 times":        {Pieces: 10, Locked: 10, Samples: 100, Midway: 2, Ledger: report.Ledger{Confirmed: 10}},
		"when the race was":   {Pieces: 10, Locked: 10, Samples: 100, Midway: 20, Killed: true, LockedAtKill: 10, Ledger: report.Ledger{Confirmed: 10}},
		"could not be had, 1": {Pieces: 10, Locked: 10, Samples: 100, Midway: 20, SamplesMissed: 11, Ledger: report.Ledger{Confirmed: 10}},
	} {
		if broken, missed, invalid := judge(n); broken+missed != "" || !strings.Contains(invalid, name) {
			t.Errorf("%+v is judged %q, %q, %q, want %q", n, broken, missed, invalid, name)
		}
	}
	for says, n := range map[string]*report.Rush{
		"nobody was told of":    {Pieces: 10, Locked: 9, Samples: 100, Midway: 20, Ledger: report.Ledger{Confirmed: 10}},
		"held in the end":       {Pieces: 10, Locked: 9, Samples: 100, Midway: 20, Ledger: report.Ledger{Confirmed: 9, Open: 1}},
		"ledger does not know":  {Pieces: 10, Locked: 10, Unbacked: 1, Samples: 100, Midway: 20, Ledger: report.Ledger{Confirmed: 10}},
		"2 pieces more locked ": {Pieces: 10, Locked: 12},
	} {
		if broken, _, _ := judge(n); !strings.Contains(broken, says) {
			t.Errorf("%+v is judged %q, want %q", n, broken, says)
		}
	}
}
