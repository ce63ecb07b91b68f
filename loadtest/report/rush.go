package report

import "fmt"

// Ledger is where the pieces of a SKU are, as the server says.
type Ledger struct {
	OnHand    int64 `json:"on_hand"`
	Open      int64 `json:"open"`
	Confirmed int64 `json:"confirmed"`
	Ordered   int64 `json:"ordered"`
	Offerable int64 `json:"offerable"`
}

// Rush is what became of a race for the pieces of one SKU: what the buyers were told, by their own journal, and what the
// server's ledger said meanwhile and in the end.
type Rush struct {
	Buyers int64 `json:"buyers"`
	Pieces int64 `json:"pieces"`
	// Words counts what buyers said, Again what they said again under the same id after a refusal.
	Words int64 `json:"words"`
	Again int64 `json:"again"`
	// Held and Locked count the buyers who were told that a piece is held, and locked; NoneLeft the answers that none is
	// left, GaveUp the buyers who have asked often enough, Racing those who had not ended when the race was.
	Held     int64 `json:"held"`
	Locked   int64 `json:"locked"`
	NoneLeft int64 `json:"none_left"`
	GaveUp   int64 `json:"gave_up"`
	Racing   int64 `json:"racing"`
	// Unanswered counts words that got no reply, Misread replies that are no answer to their word, Untrue those that no
	// server may give. Unkept are the buyers who were told that a piece is held and never that it is locked.
	Unanswered int64 `json:"unanswered"`
	Misread    int64 `json:"misread"`
	Untrue     int64 `json:"untrue"`
	Unkept     int64 `json:"unkept"`
	// Killed tells that the server was killed; KillAt is with how many pieces held it was to be, HeldAtKill and
	// LockedAtKill with how many it was.
	Killed       bool  `json:"killed"`
	KillAt       int64 `json:"kill_at"`
	HeldAtKill   int64 `json:"held_at_kill"`
	LockedAtKill int64 `json:"locked_at_kill"`
	// Samples counts how often the ledger was asked, Midway those of them with some pieces gone and some not, Broken those
	// in which confirmed + open + offerable was not the pieces there were, or less than buyers had been told. Missed could
	// not be had though the server was up.
	Samples       int64 `json:"samples"`
	Midway        int64 `json:"samples_midway"`
	SamplesBroken int64 `json:"samples_broken"`
	SamplesMissed int64 `json:"samples_missed"`
	// Ledger is its last word. Unbacked are the buyers who were told that a piece is locked, of which it does not know.
	Ledger   Ledger   `json:"ledger"`
	Unbacked int64    `json:"unbacked"`
	Examples []string `json:"examples,omitempty"`
}

// leastMidway is how many samples must have seen the race under way for it to be evidence.
const leastMidway = 5

func (n *Rush) broken(count func(int64, string)) {
	if n == nil {
		return
	}
	count(max(0, n.Locked-n.Pieces), "pieces more locked than there are")
	count(n.Unbacked, "buyers told that a piece is locked that the ledger does not know of")
	count(n.Unkept, "buyers told that a piece is held who could not confirm it")
	count(n.Untrue, "replies that give a piece to whom none is due")
	count(n.SamplesBroken, "samples in which confirmed + open + offerable is not what there was, or less than was told")
	if sold := n.Ledger.Confirmed + n.Ledger.Ordered; n.Samples > 0 {
		count(max(0, sold-n.Locked), "pieces confirmed in the ledger that nobody was told of")
		count(n.Ledger.Open-n.Unkept, "pieces held in the end for buyers who were not told")
	}
}

func (n *Rush) missed() (all []string) {
	if n == nil {
		return nil
	}
	say := func(bad bool, format string, args ...any) {
		if bad {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	say(n.Locked < n.Pieces, "%d of %d pieces were confirmed", n.Locked, n.Pieces)
	say(n.Misread > 0, "%d replies that are no answer to a buyer's word", n.Misread)
	say(n.Unanswered > 0, "%d of the buyers' words got no reply", n.Unanswered)
	say(n.Racing > 0, "%d buyers were not through when the race was over", n.Racing)
	return all
}

func (n *Rush) invalid() (all []string) {
	if n == nil {
		return nil
	}
	if n.Midway < leastMidway {
		all = append(all, fmt.Sprintf("the ledger was seen %d times in the middle of the race, at least %d are needed", n.Midway, leastMidway))
	}
	if n.Killed && n.LockedAtKill >= n.Pieces {
		all = append(all, "the server was killed when the race was over")
	}
	if n.SamplesMissed > n.Samples/10 {
		all = append(all, fmt.Sprintf("%d samples of the ledger could not be had, %d were", n.SamplesMissed, n.Samples))
	}
	return all
}

func (p *printer) rush(n *Rush) {
	if n == nil {
		return
	}
	p.row("race", "%d buyers for %d pieces: %d told that one is held, %d that it is locked; %d answers that none is left, %d gave up",
		n.Buyers, n.Pieces, n.Held, n.Locked, n.NoneLeft, n.GaveUp)
	p.row("", "%d words, %d said again under their id, %d without a reply, %d misread", n.Words, n.Again, n.Unanswered, n.Misread)
	if n.Killed {
		p.row("", "killed with %d told that a piece is held, %d of them that it is locked", n.HeldAtKill, n.LockedAtKill)
	}
	l := n.Ledger
	p.row("ledger", "in the end %d confirmed, %d ordered, %d open, %d offerable of %d; %d buyers it does not know of",
		l.Confirmed, l.Ordered, l.Open, l.Offerable, l.OnHand, n.Unbacked)
	p.row("", "asked %d times, %d of them midway: %d times the sum was wrong or less than was told; %d times it could not be asked",
		n.Samples, n.Midway, n.SamplesBroken, n.SamplesMissed)
	for _, e := range n.Examples {
		p.row("for example", "%s", e)
	}
}
