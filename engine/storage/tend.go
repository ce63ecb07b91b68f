package storage

import (
	"context"
	"fmt"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/storage/seal"
)

// The committer's housekeeping, once a second, in steps small enough not to be felt by the commits between them.
const (
	surveyTicks = 5  // ticks between two looks through the whole index
	foldBatch   = 64 // tails folded after a look
	dropBatch   = 64 // blocks dropped in one transaction
	dropBatches = 8  // transactions of that kind in one tick
)

func (s *Store) tend(ctx context.Context) {
	now := s.now()
	s.space.look(s.cfg.Dir)
	s.index.prune(now, s.cfg.SessionWindow, s.cfg.FoldAfter)
	if s.probe(ctx) {
		return
	}
	c := &s.committer
	if c.ticks++; c.ticks%surveyTicks == 0 {
		s.weigh(ctx)
		if at := s.index.checkpoint(); at > s.saved.Load() {
			c.due = at
		}
		s.startFolds(now)
		s.scrubLeft(ctx)
	}
	if !s.mayForget() {
		return
	}
	if err := s.dropOld(ctx, now); err != nil {
		s.observe(0, fmt.Errorf("drop old blocks: %w", err)) // from here on probe tries, and says when it is well again
		return
	}
	if c.ticks%surveyTicks == 0 {
		if err := s.lapseUsers(ctx, now); err != nil {
			s.observe(0, fmt.Errorf("forget old users: %w", err))
			return
		}
		if err := s.dropPeople(ctx); err != nil {
			s.observe(0, fmt.Errorf("drop old keys of people: %w", err))
		}
	}
}

// mayForget tells whether the wall clock may say what is old.
func (s *Store) mayForget() bool {
	ok, changed := s.calendar.believed()
	switch {
	case ok && changed:
		s.log.Info("retention goes on")
	case changed:
		s.log.Warn("the clock was set by more than an hour: nothing is dropped for its age until it is set back, or a day has passed", "now", s.now())
	}
	return ok
}

// probe tries a small commit while commits fail, so that the store notices a healed disk though nothing is submitted. It
// tells whether commits still fail.
func (s *Store) probe(ctx context.Context) (failing bool) {
	s.mu.Lock()
	failing = s.failure != nil
	s.mu.Unlock()
	if !failing {
		return false
	}
	c := &s.committer
	c.began = time.Now()
	c.blocks, c.sealed = c.blocks[:0], c.sealed[:0]
	c.states, c.facts, c.err = c.states[:0], c.facts[:0], nil
	err := s.write(ctx)
	if err == nil {
		w := &c.writer
		err = w.within(ctx, func() error { return w.exec(ctx, setMeta, metaProbe, s.now().UnixMilli()) })
	}
	if err == nil {
		s.checkpointSaved()
	}
	s.observe(0, err)
	return err != nil
}

// dropOld drops blocks older than Keep and below the checkpoint that is saved, and reservations and seat acts as old; orders go
// by ordersUntil.
func (s *Store) dropOld(ctx context.Context, now time.Time) error {
	w := &s.committer.writer
	cutoff := now.Add(-s.cfg.Keep).UnixMilli()
	for range dropBatches {
		through, err := s.oldThrough(ctx, cutoff)
		if err != nil {
			return err
		}
		if through == 0 {
			break
		}
		if err := w.within(ctx, func() error { return w.exec(ctx, dropBlocks, int64(through)) }); err != nil {
			return err
		}
		s.first.Store(through + 1)
	}
	if s.committer.ticks%surveyTicks != 0 {
		return nil
	}
	return w.within(ctx, func() error {
		for _, kind := range []string{"reservation", "seat"} {
			if err := w.exec(ctx, dropFacts, kind, cutoff, dropBatch); err != nil {
				return err
			}
		}
		if until, ok := s.ordersUntil(now); ok {
			return w.exec(ctx, dropFacts, "order", until, dropBatch)
		}
		return nil
	})
}

// ordersUntil returns from when on orders are kept, Unix milliseconds; false when they are kept for ever. What a person is known
// to have bought is rebuilt from them at every start, so they stay for as long as he may be remembered, and for Keep at least.
func (s *Store) ordersUntil(now time.Time) (int64, bool) {
	if s.cfg.KeepUsers == 0 {
		return 0, false
	}
	return now.Add(-max(s.cfg.Keep, s.cfg.KeepUsers)).UnixMilli(), true
}

// oldThrough returns the last of the first few blocks that may be dropped, 0 when none may.
func (s *Store) oldThrough(ctx context.Context, cutoff int64) (through uint64, err error) {
	rows, err := s.readPool.QueryContext(ctx, `SELECT seq, at FROM journal ORDER BY seq LIMIT $1`, dropBatch)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var seq, at int64
		if err := rows.Scan(&seq, &at); err != nil {
			return 0, err
		}
		if at >= cutoff || uint64(seq) >= s.saved.Load() {
			break
		}
		through = uint64(seq)
	}
	return through, rows.Err()
}

// fold is a user's tail, copied out of the journal.
type fold struct {
	user     live.UserKey
	id       seal.ID
	base     int64 // user_state.seq when the tail was read
	previous int64 // user_state.tail_seq then
	through  uint64
	tail     []byte // sealed; nil when everything up to through is in the row already
	era      uint64 // the committer's when it was started
	err      error
}

// startFolds has the readers copy the tails of users who have rested long. They come back through folds.
func (s *Store) startFolds(now time.Time) {
	free := foldBatch - int(s.folding.Load())
	if free <= 0 {
		return
	}
	era := s.committer.era
	for _, k := range s.index.cold(now.Add(-s.cfg.FoldAfter), free) {
		blocks := s.index.blocksOf(k)
		s.folding.Add(1)
		s.reading.Add(1)
		s.dispatch(readJob{
			kind: "fold",
			run: func(ctx context.Context) error {
				f := s.readFold(ctx, k, blocks)
				f.era = era
				s.folds <- f
				return f.err
			},
			fail: func(err error) { s.folds <- fold{user: k, err: err} },
		})
	}
}

// saveFold writes a copied tail and forgets the blocks it came from.
func (s *Store) saveFold(ctx context.Context, f fold) {
	s.folding.Add(-1)
	if f.err != nil || f.through == 0 {
		return // counted as a failed read; the next look tries again
	}
	if f.era != s.committer.era {
		return // somebody was erased since it was begun, maybe this very user; the next look tries again
	}
	changed := int64(1)
	if f.tail != nil {
		w := &s.committer.writer
		err := s.withinSealed(ctx, func() error {
			result, err := w.result(ctx, upsertTail, f.id[:], f.base, int64(f.through), f.tail, f.previous)
			if err != nil {
				return err
			}
			changed, err = result.RowsAffected()
			return err
		})
		if err != nil {
			s.log.Warn("tail not folded", "err", err)
			return
		}
	}
	if changed == 0 {
		return // a snapshot came in between
	}
	s.metrics.folded.Inc()
	s.index.mu.Lock()
	s.index.forget(f.user, f.through)
	s.index.mu.Unlock()
}
