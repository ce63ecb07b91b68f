package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"liveroom/engine/live"
)

// FactsAfter returns up to n facts of one kind ("label", "mute" …) with a sender's time after the one given, the earliest
// first. What does not open is counted, logged and left out.
func (s *Store) FactsAfter(ctx context.Context, kind string, after int64, n int) (list []live.Record, err error) {
	for len(list) == 0 { // a page of which nothing opens is not the end
		var last int64
		if list, last, err = s.factPage(ctx, kind, after, n); err != nil || last == after {
			return list, err
		}
		after = last
	}
	return list, nil
}

// factPage is FactsAfter with the time of the last row it has seen, after for none.
func (s *Store) factPage(ctx context.Context, kind string, after int64, n int) (list []live.Record, last int64, err error) {
	last = after
	rows, err := s.readPool.QueryContext(ctx,
		`SELECT id, at, version, data FROM fact WHERE kind = $1 AND at > $2 ORDER BY at LIMIT $3`, kind, after, n)
	if err != nil {
		return nil, last, fmt.Errorf("read facts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, data []byte
		var version int64
		if err := rows.Scan(&id, &last, &version, &data); err != nil {
			return nil, last, fmt.Errorf("read facts: %w", err)
		}
		rec, err := s.openRecord(ctx, factPlace(id, version), data)
		switch {
		case errors.Is(err, ErrCorrupt):
			s.quarantine("fact", 0, err, "kind", kind)
		case err != nil:
			return nil, last, fmt.Errorf("read facts: %w", err)
		default:
			list = append(list, rec)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, last, fmt.Errorf("read facts: %w", err)
	}
	return list, last, nil
}

// FactLike returns what is kept under the identity of a fact's event, ErrNotFound when nothing is. An event that is kept
// under two, as one of counts may be, is found by the first.
func (s *Store) FactLike(ctx context.Context, e *live.Event) (live.Record, error) {
	rows := s.appendFacts(nil, &live.Record{Kind: live.RecordFact, Event: e})
	if len(rows) == 0 {
		return live.Record{}, fmt.Errorf("fact of %s: %w", e.Type, ErrNotFound)
	}
	id := rows[0].id
	var data []byte
	var version int64
	err := s.readPool.QueryRowContext(ctx, `SELECT version, data FROM fact WHERE id = $1`, id[:]).Scan(&version, &data)
	if errors.Is(err, sql.ErrNoRows) {
		return live.Record{}, fmt.Errorf("fact of %s: %w", e.Type, ErrNotFound)
	}
	if err != nil {
		return live.Record{}, fmt.Errorf("read fact: %w", err)
	}
	return s.openRecord(ctx, factPlace(id[:], version), data)
}
