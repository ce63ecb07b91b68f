package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/storage/seal"
)

// ErrErasing means that somebody is being erased already.
var ErrErasing = errors.New("somebody is being erased already; ask again when that is done")

// EraseNow erases a person while commits go on, as RequestErasure and the next start do; a crash in between leaves it to the
// next start. Until it returns nothing of him may be submitted and nobody may have him loaded: that is the caller's to see to.
//
// With SQLite nothing of him is left in the files when it returns, unless Erased.Later: then a reader, such as a backup, has the log
// in use, and what was freed is overwritten within seconds of its end, at the next start at the latest. PostgreSQL frees what was
// his, and the next start rewrites the tables, which nobody could wait for.
func (s *Store) EraseNow(ctx context.Context, k live.UserKey) (Erased, error) {
	if !s.erasing.TryLock() {
		return Erased{}, ErrErasing
	}
	defer s.erasing.Unlock()
	defer s.people.erased()
	began := s.now()
	e := &eraser{s: s, ids: map[seal.ID]bool{s.userID(k): true}, known: map[live.UserKey]bool{}, orders: map[live.EventID]live.EventID{}, write: s.asCommitter}
	if k.Room != "" {
		e.ids[s.userID(live.UserKey{User: k.User})] = true
	}
	e.done.People = 1
	var list []Erasure
	for id := range e.ids {
		list = append(list, Erasure{At: began, ID: id})
	}
	if err := addErased(s.cfg.erasedPath(), list); err != nil { // from here on it will be done, whatever happens
		return Erased{}, fmt.Errorf("write %s: %w", s.cfg.erasedPath(), err)
	}
	if err := e.beside(ctx, k, began.UnixMilli()); err != nil {
		return e.done, fmt.Errorf("erase: the next start completes it: %w", err)
	}
	s.log.Info("erased", "people", 1, "records", e.done.Records, "facts", e.done.Facts, "took", s.now().Sub(began))
	return e.done, nil
}

// beside erases beside the commits.
func (e *eraser) beside(ctx context.Context, k live.UserKey, at int64) (err error) {
	s, w := e.s, &e.s.committer.writer
	if e.sealer, err = s.ring.Apart(ctx, at); err != nil {
		return err
	}
	s.mu.Lock()
	running := s.running
	s.mu.Unlock()
	err = s.asCommitter(ctx, func(work context.Context) error {
		if running {
			s.flush(work) // what was submitted of him before
		}
		e.until = max(s.committer.last, 1)
		if err := w.connect(work); err != nil || w.careful == "" {
			return err
		}
		_, err := w.conn.ExecContext(work, w.careful)
		return err
	})
	if err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{e.journal, e.facts, func(ctx context.Context) error { return e.unknown(ctx, k) }} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if e.done.Later, err = s.scrubBeside(ctx); err != nil {
		return err
	}
	return e.sealed(ctx, func(ctx context.Context) error {
		for id := range e.ids {
			if err := w.exec(ctx, saveErased, id[:], s.now().UnixMilli(), at); err != nil {
				return err
			}
		}
		if !e.done.Later {
			return nil
		}
		s.committer.scrub = len(w.pools.beside) > 0
		return w.exec(ctx, setMeta, metaScrub, int64(1))
	})
}

// unknown deletes what is known of them in rows and in memory, between the same two commits: a copy of a tail or a new key of
// theirs on its way to the store is dropped there, and what comes later is of somebody new.
func (e *eraser) unknown(ctx context.Context, k live.UserKey) error {
	return e.write(ctx, func(ctx context.Context) error {
		e.s.committer.era++
		e.s.index.erase(k)
		never := e.s.people.forget(e.ids)
		return e.s.withinSealed(ctx, func() error {
			for _, key := range never { // destroyed like the stored ones, so that what it has sealed is not taken for lost
				if err := e.s.committer.writer.exec(ctx, insertPersonKey, key.number, destroyedKey, key.at.UnixMilli(), destroyedKey); err != nil {
					return err
				}
			}
			return e.dropRows(ctx)
		})
	})
}

// How often, and for how long, readers are waited for that have the log in use.
const (
	scrubTries = 20
	scrubPause = 100 * time.Millisecond
)

// scrubBeside has nothing left in the database's files of what was freed. It tells whether that is left for later, since readers
// have the log in use, as a backup has for minutes, or since only a start can.
func (s *Store) scrubBeside(ctx context.Context) (later bool, err error) {
	if len(s.committer.writer.pools.beside) == 0 {
		return true, nil
	}
	for range scrubTries {
		if err = s.asCommitter(ctx, s.scrubOnce); err == nil || errors.Is(err, ErrClosed) {
			return false, err
		}
		select {
		case <-time.After(scrubPause):
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	s.log.Info("what an erasure has freed is overwritten later, at the next start at the latest", "err", err)
	return true, nil
}

// scrubOnce tries it between two commits. It does not wait for readers, since every commit would wait with it.
func (s *Store) scrubOnce(ctx context.Context) (err error) {
	w := &s.committer.writer
	if err := w.connect(ctx); err != nil {
		return err
	}
	if _, err := w.conn.ExecContext(ctx, w.pools.hurry); err != nil {
		return err
	}
	defer func() {
		if _, back := w.conn.ExecContext(ctx, w.pools.calm); back != nil {
			w.giveUp() // a fresh connection waits as it should
		}
	}()
	for _, statement := range w.pools.beside {
		if err := w.tell(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// scrubLeft does, at a look of the committer, what an erasure has left for later.
func (s *Store) scrubLeft(ctx context.Context) {
	c := &s.committer
	if !c.scrub || s.scrubOnce(ctx) != nil {
		return
	}
	c.scrub = false
	if err := c.writer.within(ctx, func() error { return c.writer.exec(ctx, dropMeta, metaScrub) }); err != nil {
		s.log.Warn("not noted that what an erasure has freed is overwritten; the next start does it once more", "err", err)
		return
	}
	s.log.Info("what an erasure has freed is overwritten")
}

// scrubDue rewrites, at a start, what an erasure beside commits has freed.
func (s *Store) scrubDue(ctx context.Context) error {
	w := &s.committer.writer
	due, err := metaValue(ctx, w.pools.write, metaScrub)
	if err != nil || due == 0 {
		return err
	}
	if err := w.connect(ctx); err != nil {
		return err
	}
	for _, statement := range w.scrub {
		if err := w.tell(ctx, statement); err != nil {
			return err
		}
	}
	return w.within(ctx, func() error { return w.exec(ctx, dropMeta, metaScrub) })
}

// forget drops the keys at hand of those who are erased, and returns those that were still to be stored. What is sealed of them
// from then on, until erased is called, opens no more. The committer calls it, since it stores them.
func (p *people) forget(ids map[seal.ID]bool) (never []*personKey) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erasing = make(map[seal.ID]*personKey, len(ids))
	for id := range ids {
		delete(p.keys, id)
		p.erasing[id] = nil
	}
	p.unsaved = slices.DeleteFunc(p.unsaved, func(key *personKey) bool {
		if ids[key.id] {
			never = append(never, key)
		}
		return ids[key.id]
	})
	return never
}

// erased has who comes back sealed anew.
func (p *people) erased() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erasing = nil
}

// erase forgets a user.
func (x *index) erase(k live.UserKey) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if t := x.users[k]; t != nil {
		x.pending -= len(t.pending)
		delete(x.users, k)
	}
}
