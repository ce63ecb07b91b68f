package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
	"liveroom/engine/storage/seal"
)

// recover rebuilds from the database what the store knows in memory.
func (s *Store) recover(ctx context.Context) error {
	conn, err := s.readPool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close()
	checkpoint, err := metaValue(ctx, conn, metaCheckpoint)
	if err != nil {
		return err
	}
	if err := s.recoverUsers(ctx, conn); err != nil {
		return err
	}
	// Facts and documents are read later; that they can be is found out while a damaged file can still be put aside.
	for _, table := range []string{"fact", "document", "person_key"} {
		if err := conn.QueryRowContext(ctx, `SELECT count(*) FROM `+table+` WHERE data = $1`, []byte{}).Scan(new(int64)); err != nil {
			return fmt.Errorf("look through %ss: %w", table, err)
		}
	}
	var first, last sql.NullInt64
	if err := conn.QueryRowContext(ctx, `SELECT (SELECT min(seq) FROM journal), (SELECT max(seq) FROM journal)`).Scan(&first, &last); err != nil {
		return fmt.Errorf("read journal bounds: %w", err)
	}
	s.first.Store(uint64(first.Int64))
	s.committer.last = uint64(max(last.Int64, checkpoint))
	s.saved.Store(uint64(checkpoint))
	from, err := s.scanFrom(ctx, conn, checkpoint, last.Int64)
	if err != nil {
		return err
	}
	began := s.now()
	blocks, err := s.scan(ctx, conn, from)
	if err != nil {
		return err
	}
	s.index.last = s.committer.last
	if err := s.recoverPending(ctx); err != nil {
		return err
	}
	tails, pending := s.index.size()
	s.log.Info("store recovered", "from", from, "last", s.committer.last, "blocks", blocks, "tails", tails,
		"pending", pending, "took", s.now().Sub(began))
	return nil
}

// recoverUsers fills the filter of users who have a row.
func (s *Store) recoverUsers(ctx context.Context, conn *sql.Conn) error {
	var users int
	if err := conn.QueryRowContext(ctx, `SELECT count(*) FROM known_user`).Scan(&users); err != nil {
		return fmt.Errorf("count users: %w", err)
	}
	s.stored = newBloom(users)
	rows, err := conn.QueryContext(ctx, `SELECT id FROM known_user`)
	if err != nil {
		return fmt.Errorf("list users: %w", err)
	}
	defer rows.Close()
	var id sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("list users: %w", err)
		}
		s.stored.addHash(hashID(id))
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("list users: %w", err)
	}
	return nil
}

// scanFrom returns the block to scan from: the checkpoint, or earlier where sessions may still ask for their frames.
func (s *Store) scanFrom(ctx context.Context, conn *sql.Conn, checkpoint, last int64) (int64, error) {
	oldest := s.now().Add(-s.cfg.SessionWindow).UnixMilli()
	from := min(checkpoint, last)
	for {
		var at int64
		err := conn.QueryRowContext(ctx, `SELECT at FROM journal WHERE seq < $1 ORDER BY seq DESC LIMIT 1 OFFSET $2`, from, scanStep-1).Scan(&at)
		if errors.Is(err, sql.ErrNoRows) {
			// Fewer than a step are left: take them all if the newest of them is recent enough to count.
			err = conn.QueryRowContext(ctx, `SELECT at FROM journal WHERE seq < $1 ORDER BY seq DESC LIMIT 1`, from).Scan(&at)
			if errors.Is(err, sql.ErrNoRows) || (err == nil && at < oldest) {
				return from, nil
			}
			if err != nil {
				return 0, fmt.Errorf("find start of scan: %w", err)
			}
			return 0, nil
		}
		if err != nil {
			return 0, fmt.Errorf("find start of scan: %w", err)
		}
		from -= scanStep
		if at < oldest {
			return from, nil
		}
	}
}

// scanStep is by how many blocks scanFrom goes back at a time.
const scanStep = 256

// scan takes every block from the given one on into the index.
func (s *Store) scan(ctx context.Context, conn *sql.Conn, from int64) (blocks int, err error) {
	rows, err := conn.QueryContext(ctx, `SELECT seq, at, data FROM journal WHERE seq >= $1 ORDER BY seq`, from)
	if err != nil {
		return 0, fmt.Errorf("scan journal: %w", err)
	}
	defer rows.Close()
	x := s.index
	x.mu.Lock()
	defer x.mu.Unlock()
	var data []byte
	counts := make(map[uint32]uint64) // by data key
	for ; rows.Next(); blocks++ {
		var seq, at int64
		if err := rows.Scan(&seq, &at, &data); err != nil {
			return blocks, fmt.Errorf("scan journal: %w", err)
		}
		records, err := s.openScanned(ctx, uint64(seq), data, counts)
		if err != nil && !errors.Is(err, ErrCorrupt) {
			return blocks, fmt.Errorf("scan journal: %w", err)
		}
		if err == nil {
			err = codec.Each(records, func(raw *codec.Raw) error {
				e := entryIn(raw)
				x.note(uint64(seq), e)
				if e.user != (live.UserKey{}) {
					s.known.add(e.user)
				}
				return nil
			})
		}
		if err != nil {
			s.quarantine("block", uint64(seq), err)
		}
		x.last = uint64(seq)
		x.mark(at)
	}
	if err := rows.Err(); err != nil {
		return blocks, fmt.Errorf("scan journal: %w", err)
	}
	return blocks, nil
}

// openScanned opens a block in the order of the journal. A key counts what it seals, so the counts of its blocks ascend: one
// that does not was sealed under a nonce used before, and is refused.
func (s *Store) openScanned(ctx context.Context, seq uint64, data []byte, counts map[uint32]uint64) ([]byte, error) {
	key, count, err := seal.Nonce(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	records, err := s.unsealBlock(ctx, seq, data)
	if err != nil {
		return nil, err
	}
	if count <= counts[key] {
		return nil, fmt.Errorf("nonce used before (key %d): %w", key, ErrCorrupt)
	}
	counts[key] = count
	return records, nil
}

// recoverPending reads the events that were accepted and not closed.
func (s *Store) recoverPending(ctx context.Context) error {
	type event struct {
		user live.UserKey
		key  live.EventKey
	}
	wanted := make(map[uint64]map[event]bool)
	for k, t := range s.index.users {
		for _, p := range t.pending {
			if wanted[p.block] == nil {
				wanted[p.block] = make(map[event]bool)
			}
			wanted[p.block][event{k, p.key}] = true
		}
	}
	for _, block := range slices.Sorted(maps.Keys(wanted)) {
		records, _, err := s.readBlock(ctx, block)
		if errors.Is(err, ErrCorrupt) {
			continue
		}
		if err != nil {
			return err
		}
		err = codec.Each(records, func(raw *codec.Raw) error {
			this := event{raw.User(), raw.Key()}
			if raw.Kind != live.RecordAccepted || !wanted[block][this] {
				return nil
			}
			delete(wanted[block], this)
			rec, err := raw.Record()
			if err == nil {
				s.pending = append(s.pending, rec)
			}
			return err
		})
		if err != nil {
			s.quarantine("block", block, err)
		}
	}
	return nil
}
