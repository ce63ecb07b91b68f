package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
)

// blockAim is how many bytes of records a block takes before it is cut, at the next entry.
const blockAim = 64 << 10

// committer is the state of the goroutine that writes.
type committer struct {
	writer writer
	last   uint64 // the last block committed
	began  time.Time
	spare  []item // the other half of the queue's double buffer

	// What one commit writes; buffers reused from group to group.
	records []byte // encoded records of the block being filled
	packed  []byte // the same, packed
	sealed  []byte // sealed blocks, one after the other
	blocks  []block
	states  []userState
	facts   []factRow
	err     error // of sealing; nothing is written then

	due    uint64          // the checkpoint to write with the next commit, 0 for none
	ending <-chan struct{} // closed when Run's context ends
	lost   error           // ErrTaken, when the database belongs to another
	logged int             // bytes written since the log was last copied back, about
	ticks  int
	lapse  lapse
	era    uint64 // how many were erased beside commits: what was read of anybody before is not to be written after
	scrub  bool   // an erasure has left pages that were freed, and are to be overwritten once no reader is in the way
}

// block is one row of the journal on its way to the database.
type block struct {
	seq        uint64
	records    int
	start, end int // in sealed
}

type userState struct {
	seq    uint64
	record *live.Record
}

// commitUntil is the committer: it groups and writes until ctx ends, Close is called or the database is lost to another
// process, which is the error; then it writes what is left.
func (s *Store) commitUntil(ctx, work context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	c := &s.committer
	for c.ending = ctx.Done(); ; {
		if c.lost != nil {
			s.drain(work)
			return c.lost
		}
		select {
		case <-ctx.Done():
			s.drain(work)
			return nil
		case <-s.quit:
			s.drain(work)
			return nil
		case <-tick.C:
			s.tend(work)
		case f := <-s.folds:
			s.saveFold(work, f)
		case o := <-s.owners:
			s.saveLapse(work, o)
		case do := <-s.chores:
			do(work)
		case <-s.wake:
			s.gather(ctx)
			s.flush(work)
		}
	}
}

// gather waits until the last commit is CommitEvery old, enough is queued, or it is time to go.
func (s *Store) gather(ctx context.Context) {
	wait := s.cfg.CommitEvery - time.Since(s.committer.began)
	if wait <= 0 || s.crowded() {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		case <-s.quit:
			return
		case <-s.crowd:
			if s.crowded() { // the token may be left from an earlier group
				return
			}
		}
	}
}

// crowded tells whether enough is queued for a commit.
func (s *Store) crowded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue) >= s.cfg.enough()
}

// drain closes the queue and writes what is left in it.
func (s *Store) drain(ctx context.Context) {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.flush(ctx)
	c := &s.committer
	if at := s.index.checkpoint(); at != s.saved.Load() {
		err := c.writer.within(ctx, func() error { return c.writer.exec(ctx, setMeta, metaCheckpoint, int64(at)) })
		if err != nil {
			s.log.Warn("checkpoint not saved", "err", err)
		}
	}
}

// flush commits everything queued, in groups.
func (s *Store) flush(ctx context.Context) {
	c := &s.committer
	s.mu.Lock()
	items := s.queue
	s.queue = c.spare[:0]
	s.mu.Unlock()
	for rest := items; len(rest) > 0; {
		n := min(len(rest), s.cfg.MaxGroup)
		s.commit(ctx, rest[:n])
		rest = rest[n:]
	}
	clear(items)
	c.spare = items[:0]
	if cap(items) > 4*s.cfg.MaxGroup { // one burst should not be paid for ever
		c.spare = nil
	}
}

// commit makes one group durable and calls its entries back. Hot path: BenchmarkCommit.
func (s *Store) commit(ctx context.Context, items []item) {
	c := &s.committer
	c.began = time.Now()
	s.plan(items)
	if len(c.blocks) > 0 {
		err := s.write(ctx)
		if errors.Is(err, errUnsure) {
			err = s.settle(ctx, err)
		}
		s.observe(len(items), err)
		if err == nil {
			s.publish(items)
		} else {
			s.fail(items, err)
		}
	}
	s.callBack(items)
}

// plan encodes the entries that may be written into sealed blocks and gives each its block.
func (s *Store) plan(items []item) {
	c := &s.committer
	c.records, c.sealed = c.records[:0], c.sealed[:0]
	clear(c.states)
	c.blocks, c.states, c.facts, c.err = c.blocks[:0], c.states[:0], c.facts[:0], nil
	seq, count := c.last+1, 0
	for i := range items {
		it := &items[i]
		switch {
		case it.read != nil:
			continue
		case it.entry.Lease.Broken():
			it.err = ErrLease
			continue
		case len(it.entry.Records) == 0:
			it.block = c.last
			continue
		}
		it.block = seq
		for j := range it.entry.Records {
			s.planRecord(seq, &it.entry.Records[j])
			count++
		}
		if len(c.records) >= blockAim {
			s.cut(seq, count)
			seq, count = seq+1, 0
		}
	}
	if count > 0 {
		s.cut(seq, count)
	}
}

func (s *Store) planRecord(seq uint64, r *live.Record) {
	c := &s.committer
	c.records = codec.Append(c.records, r)
	switch {
	case r.Kind == live.RecordSnapshot:
		c.states = append(c.states, userState{seq: seq, record: r})
	case r.Kind == live.RecordFact && r.Event != nil:
		c.facts = s.appendFacts(c.facts, r)
	case r.Kind == live.RecordReservation && r.Reservation != nil:
		c.facts = append(c.facts, s.reservationRow(r))
	}
}

// cut packs and seals the records gathered as one block.
func (s *Store) cut(seq uint64, records int) {
	c := &s.committer
	start := len(c.sealed)
	plain, room := codec.Pack(c.packed, c.records)
	c.packed = room
	var err error
	if c.sealed, err = s.ring.Seal(c.sealed, blockPlace(seq), plain); err != nil {
		c.err = fmt.Errorf("seal block %d: %w", seq, err)
	}
	c.blocks = append(c.blocks, block{seq: seq, records: records, start: start, end: len(c.sealed)})
	c.records = c.records[:0]
}

// write is the transaction of one group.
func (s *Store) write(ctx context.Context) error {
	if s.cfg.BeforeCommit != nil {
		if err := s.cfg.BeforeCommit(); err != nil {
			return err
		}
	}
	c, w := &s.committer, &s.committer.writer
	if c.err != nil {
		return c.err
	}
	at := s.now().UnixMilli()
	return s.withinSealed(ctx, func() error {
		for _, b := range c.blocks {
			if err := w.exec(ctx, insertBlock, int64(b.seq), at, b.records, c.sealed[b.start:b.end]); err != nil {
				return err
			}
		}
		for _, st := range c.states {
			if err := s.writeState(ctx, st); err != nil {
				return err
			}
		}
		for _, f := range c.facts {
			if err := s.writeFact(ctx, f); err != nil {
				return err
			}
		}
		if c.due == 0 {
			return nil
		}
		return w.exec(ctx, setMeta, metaCheckpoint, int64(c.due))
	})
}

// publish takes a committed group into the index.
func (s *Store) publish(items []item) {
	c := &s.committer
	s.checkpointSaved()
	c.last = c.blocks[len(c.blocks)-1].seq
	if s.first.Load() == 0 {
		s.first.Store(c.blocks[0].seq)
	}
	x := s.index
	x.mu.Lock()
	defer x.mu.Unlock()
	x.last = c.last
	for i := range items {
		it := &items[i]
		if it.read != nil || it.err != nil {
			continue
		}
		for j := range it.entry.Records {
			x.note(it.block, entryOf(&it.entry.Records[j]))
		}
	}
}

// checkpointSaved notes that a checkpoint that was due is in the database.
func (s *Store) checkpointSaved() {
	if c := &s.committer; c.due != 0 {
		s.saved.Store(c.due)
		c.due = 0
	}
}

// fail marks a group as lost.
func (s *Store) fail(items []item, cause error) {
	err := fmt.Errorf("%w: %w", ErrCommit, cause)
	for i := range items {
		it := &items[i]
		if it.read != nil || it.err != nil {
			continue
		}
		it.err = err
		if it.entry.Lease != nil {
			it.entry.Lease.Break()
		}
	}
}

// callBack ends every item of a group, in order.
func (s *Store) callBack(items []item) {
	entries, bytes := 0, int64(0)
	for i := range items {
		it := &items[i]
		if it.read != nil {
			s.dispatch(*it.read)
			continue
		}
		entries++
		bytes += it.bytes
		switch {
		case errors.Is(it.err, ErrLease):
			s.metrics.refused.WithLabelValues("lease").Inc()
			it.block = 0
		case it.err != nil:
			s.metrics.refused.WithLabelValues("commit").Inc()
			it.block = 0
		}
		if it.entry.Done != nil {
			it.entry.Done(it.block, it.err)
		}
	}
	s.mu.Lock()
	s.depth -= entries
	s.queueBytes -= bytes
	s.mu.Unlock()
}

// observe counts a commit and logs when the disk begins or ceases to fail.
func (s *Store) observe(entries int, err error) {
	s.mu.Lock()
	failed := s.failure != nil
	s.failure = err
	if err == nil {
		s.lastCommit = s.now()
	}
	s.mu.Unlock()
	if errors.Is(err, ErrTaken) {
		s.committer.lost = err
	}
	s.noteDamage(err)
	switch {
	case err != nil && !failed:
		s.log.Error("commits fail", "err", err)
	case err == nil && failed:
		s.log.Info("commits succeed again")
	}
	if err != nil {
		s.metrics.commits.WithLabelValues("failed").Inc()
		return
	}
	c := &s.committer
	records := 0
	for _, b := range c.blocks {
		records += b.records
	}
	s.logged()
	s.metrics.commits.WithLabelValues("ok").Inc()
	s.metrics.seconds.Observe(time.Since(c.began).Seconds())
	s.metrics.group.Observe(float64(entries))
	s.metrics.records.Add(float64(records))
	s.metrics.written.Add(float64(len(c.sealed)))
}
