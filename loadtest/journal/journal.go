// Package journal is what an audience remembers of its own sends: when each was due, when it left, when it was
// acknowledged and how it ended. The proof that every accepted message has exactly one outcome rests on it alone, never
// on a counter of the server. It does no I/O and reads no clock; all instants are offsets from the start of the load.
package journal

import (
	"hash/maphash"
	"strconv"
	"strings"
	"sync"
	"time"

	"liveroom/engine/live"
)

// Finding is what one frame about an earlier send turned out to be.
type Finding uint8

// The findings.
const (
	First     Finding = iota // the outcome of a send that had none
	Repeat                   // the same outcome once more, as after a resume
	Conflict                 // a second, different outcome: a broken promise
	Stranger                 // an outcome for what this audience never sent
	Elsewhere                // a private reply on a link that did not ask: a broken promise
)

// Sent is one send: what is needed to account for it and to say it again.
type Sent struct {
	Type live.EventType
	// Link is the place of the link that carried it.
	Link int32
	// User and Text index the audience's users and texts; Probe is the figure asked for, 0 when it is no probe.
	User, Text, Probe int32
	// Question tells that the text was drawn from a list of questions, Unlabelled that nobody said what its list holds.
	Question, Unlabelled bool
	// Due is the scheduled instant, Left when it was handed to the socket.
	Due, Left time.Duration

	// AckedAt and ClosedAt are 0 until it happened.
	AckedAt, ClosedAt time.Duration
	// Outcome is how it ended, 0 until then.
	Outcome live.Outcome
	// Again tells that it was said again after a restart.
	Again bool
	// Withdrawn tells that no socket took it, so that nobody owes it an outcome.
	Withdrawn bool

	mark uint64 // what its outcome said, hashed
}

// Ending is an outcome as a frame told it.
type Ending struct {
	Outcome live.Outcome
	// What tells one outcome of an event from another: a reply's id and text, or an outcome's reason and reply joined.
	What [3]string
	// Private tells that only the sender's link may see it.
	Private bool
}

const chunk = 1 << 14

// Journal remembers the sends of one run. Its methods may be called from several goroutines.
type Journal struct {
	// set by New
	prefix string
	seed   maphash.Seed

	// guarded by mu
	mu     sync.Mutex
	chunks [][]Sent
	n      int
	open   int // answerable sends without an outcome
	tally  Tally
}

// New returns an empty journal. Its ids start with tag, which tells this run from every other on the same server.
func New(tag string) *Journal {
	return &Journal{prefix: tag + "-", seed: maphash.MakeSeed()}
}

// Add enters a send and returns its number. It must be entered before it is written to a socket.
func (j *Journal) Add(s Sent) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.n%chunk == 0 {
		j.chunks = append(j.chunks, make([]Sent, 0, chunk))
	}
	last := len(j.chunks) - 1
	j.chunks[last] = append(j.chunks[last], s)
	j.n++
	j.tally.Sent++
	if s.Type.Answerable() {
		j.tally.Answerable++
		j.open++
	}
	return j.n - 1
}

// ID returns the event id of send n.
func (j *Journal) ID(n int) live.EventID {
	return live.EventID(j.prefix + strconv.Itoa(n))
}

// number returns the send an id names.
func (j *Journal) number(id live.EventID) (int, bool) {
	digits, ours := strings.CutPrefix(string(id), j.prefix)
	if !ours || digits == "" || len(digits) > 12 {
		return 0, false
	}
	n := 0
	for _, d := range []byte(digits) {
		if d < '0' || d > '9' {
			return 0, false
		}
		n = n*10 + int(d-'0')
	}
	return n, true
}

// at returns the send an id names, nil when there is none. The caller holds mu.
func (j *Journal) at(id live.EventID) *Sent {
	n, ok := j.number(id)
	if !ok || n >= j.n {
		return nil
	}
	return &j.chunks[n/chunk][n%chunk]
}

// Ack notes that the server made the event durable. It returns the send, and whether this was the first word of it.
func (j *Journal) Ack(id live.EventID, at time.Duration) (Sent, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.at(id)
	if s == nil {
		j.tally.Strangers++
		return Sent{}, false
	}
	if s.AckedAt != 0 {
		return *s, false
	}
	s.AckedAt = at
	if s.Type.Answerable() {
		j.tally.Acked++
	}
	return *s, true
}

// Close notes an outcome of the event as link brought it, and returns the send and what the outcome amounts to.
func (j *Journal) Close(id live.EventID, link int, e Ending, at time.Duration) (Sent, Finding) {
	mark := j.hash(e)
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.at(id)
	switch {
	case s == nil:
		j.tally.Strangers++
		return Sent{}, Stranger
	case e.Private && int(s.Link) != link:
		j.tally.Elsewhere++
		return *s, Elsewhere
	case s.Outcome == 0:
		s.Outcome, s.ClosedAt, s.mark = e.Outcome, at, mark
		if s.Type.Answerable() && !s.Withdrawn {
			j.open--
			j.tally.Closed++
		}
		return *s, First
	case s.mark == mark:
		j.tally.Repeats++
		return *s, Repeat
	}
	j.tally.Conflicts++
	return *s, Conflict
}

func (j *Journal) hash(e Ending) uint64 {
	var h maphash.Hash
	h.SetSeed(j.seed)
	_ = h.WriteByte(byte(e.Outcome))
	for _, w := range e.What {
		_, _ = h.WriteString(w)
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}

// Withdraw notes that send n never left, because its link was closed or took nothing more.
func (j *Journal) Withdraw(n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := &j.chunks[n/chunk][n%chunk]
	if s.Withdrawn || s.Outcome != 0 {
		return
	}
	s.Withdrawn = true
	j.tally.Sent--
	j.tally.Withdrawn++
	if s.Type.Answerable() {
		j.tally.Answerable--
		j.open--
	}
}

// Lookup returns the send an id names.
func (j *Journal) Lookup(id live.EventID) (Sent, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.at(id)
	if s == nil {
		return Sent{}, false
	}
	return *s, true
}

// Open returns how many answerable sends have no outcome yet.
func (j *Journal) Open() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.open
}

// Unacknowledged returns the numbers of the answerable sends that the server has neither acknowledged nor ended, in the
// order they were sent: what a client says again, under the same ids, after its link broke. They are marked Again.
func (j *Journal) Unacknowledged() []int {
	j.mu.Lock()
	defer j.mu.Unlock()
	var again []int
	for n := range j.n {
		s := &j.chunks[n/chunk][n%chunk]
		if s.Type.Answerable() && s.AckedAt == 0 && s.Outcome == 0 && !s.Withdrawn {
			s.Again = true
			again = append(again, n)
		}
	}
	return again
}

// Get returns send n.
func (j *Journal) Get(n int) Sent {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.chunks[n/chunk][n%chunk]
}

// Each calls take for every send that left, in the order they were sent.
func (j *Journal) Each(take func(Sent)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for n := range j.n {
		if s := j.chunks[n/chunk][n%chunk]; !s.Withdrawn {
			take(s)
		}
	}
}

// Tally is a journal added up.
type Tally struct {
	// Sent counts all sends, Answerable the comments and messages among them.
	Sent       int64 `json:"sent"`
	Answerable int64 `json:"answerable"`
	// Withdrawn counts what no socket took; it is in no other figure.
	Withdrawn int64 `json:"withdrawn"`
	// Acked and Closed count the answerable sends that were acknowledged and that ended.
	Acked  int64 `json:"acked"`
	Closed int64 `json:"closed"`
	// Missing counts answerable sends without an outcome, AckedMissing those among them that were acknowledged.
	Missing      int64 `json:"missing"`
	AckedMissing int64 `json:"acked_missing"`
	// Repeats are frames that came again as they were, Conflicts second outcomes that differ from the first.
	Repeats   int64 `json:"repeats"`
	Conflicts int64 `json:"conflicts"`
	// Strangers are frames about events this audience never sent.
	Strangers int64 `json:"strangers"`
	// Elsewhere are private replies that came on another link than the asker's.
	Elsewhere int64 `json:"elsewhere"`
	// Examples name some of the missing and are empty when none is.
	Examples []live.EventID `json:"examples,omitempty"`
}

// Violations returns how many promises the server broke.
func (t Tally) Violations() int64 { return t.Missing + t.Conflicts + t.Strangers + t.Elsewhere }

const examples = 5

// Tally adds the journal up.
func (j *Journal) Tally() Tally {
	j.mu.Lock()
	defer j.mu.Unlock()
	t := j.tally
	for n := range j.n {
		s := &j.chunks[n/chunk][n%chunk]
		if !s.Type.Answerable() || s.Outcome != 0 || s.Withdrawn {
			continue
		}
		t.Missing++
		if s.AckedAt != 0 {
			t.AckedMissing++
		}
		if len(t.Examples) < examples {
			t.Examples = append(t.Examples, j.ID(n))
		}
	}
	return t
}
