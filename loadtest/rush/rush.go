package rush

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"liveroom/engine/live"
	"liveroom/loadtest/report"
)

// Word is what a buyer says.
type Word uint8

// The words, in the order in which a buyer who gets a piece says them.
const (
	Ask     Word = iota // is there any left?
	Take                // yes, to the offer to hold one
	Confirm             // yes, to what is held
	words               // one past the last
)

// Text returns how a word is put; an Ask is put in the scenario's own ways.
func (w Word) Text() string { return [words]string{Take: "要", Confirm: "确认"}[w] }

// The scripts by which a server answers the words.
const (
	scriptStock    = "stock"
	scriptReserved = "reserved"
	scriptShort    = "short"
	scriptLocked   = "locked"
)

// soldOut is in the variants of scriptStock that offer nothing.
const soldOut = "sold_out"

// Config says who races for what.
type Config struct {
	Buyers  int
	Pieces  int64
	Retries int           // how often each asks again after none was left
	Think   time.Duration // the longest time before a next word, but for a confirmation
	// Middle is how many pieces are to be told held for the race to be in its middle; 0 is never.
	Middle int64
	Random *rand.Rand // of the times before words
}

// Due is a word that a buyer is to say.
type Due struct {
	Buyer int
	Word  Word
	At    time.Duration
	// Again tells that it is to be said as it was, under the same id: as the send with the number Sent.
	Again bool
	Sent  int
}

// Rush is one race. Its methods may be called from several goroutines.
type Rush struct {
	// set by New
	config Config
	middle chan struct{} // closed when the race is in its middle

	// guarded by mu
	mu     sync.Mutex
	buyers []buyer
	agenda agenda
	busy   int // buyers who have something to say or are owed an answer
	told   Told
	report report.Rush
}

// buyer is one of those who race.
type buyer struct {
	word    Word
	sent    int // the number of its latest send
	taken   int // of the send that was answered by a hold
	held    bool
	locked  bool
	done    bool
	retries int // after none was left
	refused int // its latest word was, so often in a row
	misread int // answers that were none to its words
}

// How often a buyer says one word again after it was refused, and how many answers that are none it takes in all.
const (
	maxRefused = 20
	maxMisread = 5
)

// New returns a race in which nobody has spoken. Every buyer's first Ask comes from elsewhere; see Said.
func New(c Config) *Rush {
	return &Rush{
		config: c, middle: make(chan struct{}), buyers: make([]buyer, c.Buyers), busy: c.Buyers,
		report: report.Rush{Buyers: int64(c.Buyers), Pieces: c.Pieces, KillAt: c.Middle},
	}
}

// Middle is closed once so many buyers as the configuration says were told that a piece is held.
func (r *Rush) Middle() <-chan struct{} { return r.middle }

// Said notes under which number a buyer's next word is sent. It is to be called before an answer can come.
func (r *Rush) Said(buyer, sent int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.buyers[buyer].sent = sent
	r.report.Words++
}

// Due appends the words that are due.
func (r *Rush) Due(now time.Duration, out []Due) []Due {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.agenda) > 0 && r.agenda[0].At <= now {
		d := heap.Pop(&r.agenda).(Due)
		if d.Again {
			d.Sent = r.buyers[d.Buyer].sent
		}
		r.buyers[d.Buyer].word = d.Word
		out = append(out, d)
	}
	return out
}

// Postpone moves what is still to be said by d.
func (r *Rush) Postpone(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.agenda {
		r.agenda[i].At += d
	}
}

// Busy tells whether the race is on.
func (r *Rush) Busy() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.busy > 0
}

// Answer is how a buyer's word ended.
type Answer struct {
	Outcome         live.Outcome
	Script, Variant string // of a reply
}

func (a Answer) String() string {
	if a.Outcome == live.Replied {
		return fmt.Sprintf("script %q, variant %q", a.Script, a.Variant)
	}
	return a.Outcome.String()
}

// Heard takes the first answer to a buyer's latest word.
func (r *Rush) Heard(now time.Duration, who int, a Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := &r.buyers[who]
	if b.done {
		return
	}
	b.refused = 0
	if a.Outcome == live.Replied && a.Script == scriptLocked && b.word != Confirm {
		r.amiss(who, b, "is told that a piece is locked without having confirmed any")
	}
	if a.Outcome == live.Replied && a.Script == scriptReserved && b.word != Take {
		r.amiss(who, b, "is told that a piece is held without having taken up an offer")
	}
	switch {
	case a.Outcome != live.Replied:
		r.unanswered(now, who, b, a)
	case b.word == Ask && a.Script == scriptStock && !strings.Contains(a.Variant, soldOut):
		r.next(now, who, Take)
	case b.word == Ask && a.Script == scriptStock, b.word == Take && a.Script == scriptShort:
		r.noneLeft(now, who, b)
	case b.word == Take && a.Script == scriptReserved:
		b.held, b.taken = true, b.sent
		r.told.Held++
		if r.told.Held == r.config.Middle {
			close(r.middle)
		}
		r.next(now, who, Confirm)
	case b.word == Confirm && a.Script == scriptLocked:
		b.locked = true
		r.told.Locked++
		r.finish(b)
	default:
		r.misread(now, who, b, a)
	}
}

// Refused takes a refusal of a buyer's latest word, which the server does not remember, and tells whether the buyer says
// it again under the same id. When it does not, the refusal is to be heard as its outcome.
func (r *Rush) Refused(now time.Duration, who int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := &r.buyers[who]
	if b.done || b.refused >= maxRefused {
		return false
	}
	b.refused++
	r.report.Again++
	wait := 50 * time.Millisecond << min(b.refused, 5)
	heap.Push(&r.agenda, Due{Buyer: who, Word: b.word, At: now + wait, Again: true})
	return true
}

// next lets a buyer say a word after some thought; who has a piece held thinks a quarter as long, so that at every instant
// of a race some pieces are free, some held and some confirmed.
func (r *Rush) next(now time.Duration, who int, w Word) {
	think := r.config.Think
	if w == Confirm {
		think /= 4
	}
	wait := time.Duration(r.config.Random.Int64N(int64(think) + 1))
	heap.Push(&r.agenda, Due{Buyer: who, Word: w, At: now + wait})
}

func (r *Rush) finish(b *buyer) {
	b.done = true
	r.busy--
}

func (r *Rush) noneLeft(now time.Duration, who int, b *buyer) {
	r.report.NoneLeft++
	if b.retries >= r.config.Retries {
		r.report.GaveUp++
		r.finish(b)
		return
	}
	b.retries++
	r.next(now, who, Ask)
}

// unanswered takes an outcome that is no reply: the same word is said anew.
func (r *Rush) unanswered(now time.Duration, who int, b *buyer, a Answer) {
	r.report.Unanswered++
	r.anew(now, who, b, a)
}

// misread takes a reply that is no answer to the word. Whom a piece is held for confirms anew; others start over.
func (r *Rush) misread(now time.Duration, who int, b *buyer, a Answer) {
	r.report.Misread++
	r.anew(now, who, b, a)
}

func (r *Rush) anew(now time.Duration, who int, b *buyer, a Answer) {
	r.example("buyer %d says %s and gets %s", who, [words]string{"ask", "take", "confirm"}[b.word], a)
	b.misread++
	if b.misread > maxMisread {
		r.finish(b)
		return
	}
	w := Ask
	if b.held {
		w = Confirm
	}
	r.next(now, who, w)
}

// amiss notes what no server may say.
func (r *Rush) amiss(who int, b *buyer, what string) {
	r.report.Untrue++
	r.example("buyer %d %s (send %d)", who, what, b.sent)
}

const maxExamples = 5

func (r *Rush) example(format string, args ...any) {
	if len(r.report.Examples) < maxExamples {
		r.report.Examples = append(r.report.Examples, fmt.Sprintf(format, args...))
	}
}

// agenda is what is to be said, the earliest first: a heap.
type agenda []Due

// Len implements heap.Interface.
func (g agenda) Len() int { return len(g) }

// Less implements heap.Interface. Of two words for one instant the buyer with the lower number speaks first.
func (g agenda) Less(i, j int) bool {
	return g[i].At < g[j].At || g[i].At == g[j].At && g[i].Buyer < g[j].Buyer
}

// Swap implements heap.Interface.
func (g agenda) Swap(i, j int) { g[i], g[j] = g[j], g[i] }

// Push implements heap.Interface.
func (g *agenda) Push(x any) { *g = append(*g, x.(Due)) }

// Pop implements heap.Interface.
func (g *agenda) Pop() any {
	last := (*g)[len(*g)-1]
	*g = (*g)[:len(*g)-1]
	return last
}
