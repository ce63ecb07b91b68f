package storage

import (
	"context"
	"fmt"
	"time"
)

// Keys of people go when nothing is left that they have sealed. The table is looked through a few rows at a time, by their
// numbers, since nothing orders it by time.

const (
	peopleBatch = 256            // keys looked at in one step, at every look through the index
	peopleSlack = 24 * time.Hour // that what a key has sealed may wait before it is written elsewhere
)

const dropPersonKey = `DELETE FROM person_key WHERE number = $1`

// SealedSince sets what tells from when on there is anything elsewhere that SealPerson has sealed; false where that is not
// known, and every key stays. It must not wait. It is to be called before Run.
func (s *Store) SealedSince(since func() (time.Time, bool)) { s.people.since = since }

// dropPeople drops those of the next few keys that have sealed nothing that is still there.
func (s *Store) dropPeople(ctx context.Context) error {
	p := &s.people
	if p.since == nil {
		return nil
	}
	since, known := p.since()
	if !known {
		return nil
	}
	old, err := s.oldPeople(ctx, since.Add(-personKeyLife-peopleSlack).UnixMilli())
	if err != nil || len(old) == 0 {
		return err
	}
	w := &s.committer.writer
	return w.within(ctx, func() error {
		for _, number := range old {
			if err := w.exec(ctx, dropPersonKey, number); err != nil {
				return err
			}
		}
		return nil
	})
}

// oldPeople returns those of the next few keys that were made before a time.
func (s *Store) oldPeople(ctx context.Context, before int64) (old []int64, err error) {
	p := &s.people
	rows, err := s.readPool.QueryContext(ctx, `SELECT number, at FROM person_key WHERE number >= $1 ORDER BY number LIMIT $2`, p.next, peopleBatch)
	if err != nil {
		return nil, fmt.Errorf("look for old keys of people: %w", err)
	}
	defer rows.Close()
	seen := 0
	for ; rows.Next(); seen++ {
		var number, at int64
		if err := rows.Scan(&number, &at); err != nil {
			return nil, fmt.Errorf("look for old keys of people: %w", err)
		}
		p.next = number + 1
		if at < before {
			old = append(old, number)
		}
	}
	if seen < peopleBatch {
		p.next = 0 // from the beginning again
	}
	return old, rows.Err()
}
