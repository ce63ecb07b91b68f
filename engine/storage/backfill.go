package storage

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// SQLite's write-ahead log is copied back into the database file ("backfilled") beside the commits, not within one of
// them: a commit that has to copy 16 MB and wait for two syncs is what the slowest answers of a busy evening wait for.
//
// While commits go on the log is never wholly copied, so it would grow for as long. So now and then the committer copies the last
// of it itself, which is little when most was copied just before, and the next transaction writes the log from its
// beginning again.
const (
	backfillAfter = 2 << 20  // bytes written since the last time, about
	logMost       = 48 << 20 // bytes of log before the committer copies the rest
)

const backfillLog = "PRAGMA wal_checkpoint(PASSIVE)"

// logged counts what a commit has added to the log, and has it copied back when that is enough.
func (s *Store) logged() {
	c := &s.committer
	c.logged += len(c.sealed) + (len(c.blocks)+len(c.states)+len(c.facts)+2)*pageSize
	if c.logged >= backfillAfter {
		c.logged = 0
		signal(s.backfills)
	}
}

// backfillUntil copies the log back whenever it is due, until ctx ends.
func (s *Store) backfillUntil(ctx context.Context, pool *sql.DB) {
	failed := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.backfills:
		}
		err := s.backfill(ctx, pool)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failed:
			s.log.Error("the write-ahead log cannot be copied back, and grows", "err", err)
		case err == nil && failed:
			s.log.Info("the write-ahead log is copied back again")
		}
		failed = err != nil
		s.noteDamage(err)
	}
}

func (s *Store) backfill(ctx context.Context, pool *sql.DB) error {
	begun := time.Now()
	var busy, pages, copied int64
	if err := pool.QueryRowContext(ctx, backfillLog).Scan(&busy, &pages, &copied); err != nil {
		return fmt.Errorf("copy the log back: %w", err)
	}
	s.metrics.backfill.Observe(time.Since(begun).Seconds())
	if pages*pageSize < logMost {
		return nil
	}
	done := make(chan error, 1)
	rest := func(work context.Context) {
		err := s.committer.writer.connect(work)
		if err == nil {
			err = s.committer.writer.tell(work, backfillLog)
		}
		done <- err
	}
	select {
	case s.chores <- rest:
		return <-done
	case <-ctx.Done():
		return nil
	}
}
