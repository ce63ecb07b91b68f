package storage

import (
	"slices"
	"strings"
	"sync"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
)

// index is what the store knows in memory of the journal. It holds only what was committed: the committer changes it
// after each commit, and recovery builds it from the blocks.
type index struct {
	mu       sync.RWMutex
	users    map[live.UserKey]*tail
	sessions map[live.SessionID]*seqs // blocks that hold frames told to the session
	marks    []mark                   // by time; at most one a second
	last     uint64                   // the last block committed
	pending  int                      // events accepted and not closed, of all users
	width    int                      // blocks remembered of a session at most
}

// tail is what a user has in the journal since the last snapshot.
type tail struct {
	blocks  seqs
	pending []pendingEvent
}

// pendingEvent is an event accepted and not closed.
type pendingEvent struct {
	key   live.EventKey
	block uint64
}

// mark says that at a time every block up to seq had been committed.
type mark struct {
	at  int64 // Unix milliseconds
	seq uint64
}

func newIndex(width int) *index {
	return &index{users: make(map[live.UserKey]*tail), sessions: make(map[live.SessionID]*seqs), width: width}
}

// entry is what the index takes from one record.
type entry struct {
	kind    live.RecordKind
	user    live.UserKey
	session live.SessionID
	key     live.EventKey
	told    bool
}

func entryOf(r *live.Record) entry {
	e := entry{kind: r.Kind, user: r.User, session: r.Session, key: r.Key, told: len(r.Frame) > 0}
	if r.Kind == live.RecordAccepted && r.Event != nil {
		e.key = r.Event.Key()
	}
	return e
}

func entryIn(raw *codec.Raw) entry {
	return entry{kind: raw.Kind, user: raw.User(), session: raw.Session(), key: raw.Key(), told: raw.Told}
}

// note takes in one committed record. The caller holds mu.
func (x *index) note(block uint64, e entry) {
	switch e.kind {
	case live.RecordAccepted:
		t := x.touch(block, e.user)
		if !slices.ContainsFunc(t.pending, func(p pendingEvent) bool { return p.key == e.key }) {
			t.pending = append(t.pending, pendingEvent{key: e.key, block: block})
			x.pending++
		}
	case live.RecordClosed:
		t := x.touch(block, e.user)
		if i := slices.IndexFunc(t.pending, func(p pendingEvent) bool { return p.key == e.key }); i >= 0 {
			t.pending = slices.Delete(t.pending, i, i+1)
			x.pending--
		}
		if e.told && e.session != "" {
			x.told(block, e.session)
		}
	case live.RecordSnapshot:
		x.forget(e.user, block)
	}
}

// touch returns the tail of a user, with block in it.
func (x *index) touch(block uint64, k live.UserKey) *tail {
	t := x.users[k]
	if t == nil {
		t = &tail{}
		x.users[k.Clone()] = t
	}
	t.blocks.add(block)
	return t
}

// forget drops a user's blocks up to and including through.
func (x *index) forget(k live.UserKey, through uint64) {
	t := x.users[k]
	if t == nil {
		return
	}
	t.blocks.forget(through)
	if t.blocks.count == 0 && len(t.pending) == 0 {
		delete(x.users, k)
	}
}

func (x *index) told(block uint64, s live.SessionID) {
	blocks := x.sessions[s]
	if blocks == nil {
		blocks = new(seqs)
		x.sessions[live.SessionID(strings.Clone(string(s)))] = blocks
	}
	if blocks.add(block); blocks.count > 2*x.width { // cut at double width: adding stays cheap
		blocks.keep(x.width)
	}
}

// remembers tells whether a user has records since the last snapshot, or waits for an outcome.
func (x *index) remembers(k live.UserKey) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.users[k] != nil
}

// blocksOf returns the blocks a user's tail stands in.
func (x *index) blocksOf(k live.UserKey) []uint64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if t := x.users[k]; t != nil {
		return t.blocks.latest(t.blocks.count)
	}
	return nil
}

// toldIn returns the blocks that hold a session's recent frames.
func (x *index) toldIn(s live.SessionID) []uint64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.sessions[s].latest(x.width)
}

// mark remembers what was committed at a time, once a second at most. The caller holds mu.
func (x *index) mark(at int64) {
	if n := len(x.marks); n > 0 {
		at = max(at, x.marks[n-1].at) // a clock stepping back must not undo the order
		if at-x.marks[n-1].at < 1000 || x.marks[n-1].seq == x.last {
			return
		}
	}
	x.marks = append(x.marks, mark{at: at, seq: x.last})
}

// before returns the last block known to have been committed at the given time or earlier. The caller holds mu.
func (x *index) before(at int64) uint64 {
	i, _ := slices.BinarySearchFunc(x.marks, at, func(m mark, at int64) int {
		if m.at <= at {
			return -1
		}
		return 1
	})
	if i == 0 {
		return 0
	}
	return x.marks[i-1].seq
}

// prune drops what sessions were told more than window ago, and marks that nothing asks for any more.
func (x *index) prune(now time.Time, window, oldest time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.mark(now.UnixMilli())
	floor := x.before(now.Add(-window).UnixMilli())
	for s, blocks := range x.sessions {
		if blocks.forget(floor); blocks.count == 0 {
			delete(x.sessions, s)
		}
	}
	old := now.Add(-max(window, oldest)).UnixMilli()
	if i := slices.IndexFunc(x.marks, func(m mark) bool { return m.at > old }); i > 1 {
		x.marks = slices.Delete(x.marks, 0, i-1)
	}
}

// checkpoint returns the lowest block still needed; the last block when none is.
func (x *index) checkpoint() uint64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	need := x.last
	for _, t := range x.users {
		if t.blocks.count > 0 {
			need = min(need, t.blocks.first)
		}
		if len(t.pending) > 0 {
			need = min(need, t.pending[0].block)
		}
	}
	return need
}

// cold returns up to limit users whose tails rest since the given time, none of them waiting for an outcome.
func (x *index) cold(since time.Time, limit int) (users []live.UserKey) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	floor := x.before(since.UnixMilli())
	if floor == 0 {
		return nil
	}
	for k, t := range x.users {
		if t.blocks.count > 0 && t.blocks.last <= floor && len(t.pending) == 0 {
			users = append(users, k)
			if len(users) == limit {
				break
			}
		}
	}
	return users
}

// size returns how many users have tails and how many events wait for an outcome.
func (x *index) size() (tails, pending int) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.users), x.pending
}
