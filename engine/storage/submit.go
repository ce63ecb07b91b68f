package storage

import (
	"fmt"

	"liveroom/engine/live"
)

// item is one thing in the journal's queue: an entry, or a read that must see everything submitted before it.
type item struct {
	entry live.Entry
	bytes int64
	read  *readJob // nil for an entry

	block uint64 // set by the committer
	err   error  // set by the committer
}

// Submit queues an entry; it never blocks. Done is called exactly once: from the store's goroutine, in the order of
// submission, after the group commit (with ErrCommit when that failed, with ErrLease when the lease was broken before);
// or at once, in the caller's goroutine and with the lease broken, when the queue is full (ErrFull) or the store closed
// (ErrClosed). The records must not be changed until then. Hot path: BenchmarkCommit.
func (s *Store) Submit(e live.Entry) {
	it := item{entry: e, bytes: weight(e.Records)}
	for i := range e.Records {
		if k := e.Records[i].User; k != (live.UserKey{}) {
			s.known.add(k)
		}
	}
	s.mu.Lock()
	switch {
	case s.closed:
		s.mu.Unlock()
		s.refuse(&it, ErrClosed, "closed")
		return
	case s.unsure != nil:
		err := fmt.Errorf("%w: %w", ErrCommit, s.unsure)
		s.mu.Unlock()
		s.refuse(&it, err, "commit")
		return
	case s.depth >= s.cfg.QueueLimit, s.queueBytes+it.bytes > s.cfg.QueueBytes && s.depth > 0:
		s.mu.Unlock()
		s.refuse(&it, ErrFull, "full")
		return
	}
	s.depth++
	s.queueBytes += it.bytes
	s.push(it)
}

// push appends to the queue and unlocks mu, which the caller holds.
func (s *Store) push(it item) {
	s.queue = append(s.queue, it)
	length := len(s.queue)
	s.mu.Unlock()
	if length == 1 {
		signal(s.wake)
	}
	if length == s.cfg.enough() {
		signal(s.crowd)
	}
}

// signal leaves a token in a channel of capacity 1.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// refuse breaks the lease of an entry that is not written and tells its owner.
func (s *Store) refuse(it *item, err error, reason string) {
	if it.read != nil {
		s.reading.Add(-1)
		it.read.fail(err)
		return
	}
	s.metrics.refused.WithLabelValues(reason).Inc()
	if it.entry.Lease != nil {
		it.entry.Lease.Break()
	}
	if it.entry.Done != nil {
		it.entry.Done(0, fmt.Errorf("submit: %w", err))
	}
}

// weight is about what records hold in memory.
func weight(records []live.Record) (bytes int64) {
	for i := range records {
		r := &records[i]
		bytes += int64(200 + len(r.Frame) + len(r.State))
		if r.Reservation != nil {
			bytes += 300
		}
		if r.Event != nil {
			bytes += int64(300 + len(r.Event.Text) + len(r.Event.Note))
		}
	}
	return bytes
}
