package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
	"liveroom/engine/storage/seal"
)

// userRow is a row of user_state.
type userRow struct {
	id      seal.ID
	seq     uint64
	state   []byte // sealed
	tailSeq uint64
	tail    []byte // sealed
}

func (s *Store) readUserRow(ctx context.Context, k live.UserKey) (row userRow, err error) {
	var seq, tailSeq int64
	row.id = s.userID(k)
	err = s.readPool.QueryRowContext(ctx, `SELECT seq, state, tail_seq, tail FROM user_state WHERE id = $1`,
		row.id[:]).Scan(&seq, &row.state, &tailSeq, &row.tail)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return row, fmt.Errorf("read user: %w", s.meetDamage(err))
	}
	row.seq, row.tailSeq = uint64(seq), uint64(tailSeq)
	return row, nil
}

// readUser puts snapshot and tail together. The blocks were listed before the row is read: a snapshot or fold committed in
// between is in the row, and tells which of the blocks it has made unneeded.
func (s *Store) readUser(ctx context.Context, k live.UserKey, blocks []uint64) (loaded Loaded, err error) {
	row, err := s.readUserRow(ctx, k)
	if err != nil {
		return loaded, err
	}
	if row.state != nil {
		if loaded.State, err = s.openState(ctx, k, row); err != nil {
			return loaded, err
		}
	}
	keep := func(raw *codec.Raw, block uint64) error {
		rec, err := raw.Record()
		if rec.Block == 0 {
			rec.Block = block
		}
		if err == nil {
			loaded.Tail = append(loaded.Tail, rec)
		}
		return err
	}
	if row.tail != nil {
		records, err := s.unseal(ctx, tailPlace(row.id, row.tailSeq), row.tail)
		if err != nil && !errors.Is(err, ErrCorrupt) {
			return loaded, fmt.Errorf("folded tail: %w", err)
		}
		if err == nil {
			err = codec.Each(records, func(raw *codec.Raw) error { return keep(raw, 0) })
		}
		if err != nil {
			s.quarantine("folded tail", row.tailSeq, err)
			loaded.Lost++
		}
	}
	lost, err := s.eachTail(ctx, k, row, blocks, keep)
	loaded.Lost += lost
	return loaded, err
}

// openState opens the snapshot of a user; it is not nil.
func (s *Store) openState(ctx context.Context, k live.UserKey, row userRow) ([]byte, error) {
	encoded, err := s.unseal(ctx, statePlace(row.id, row.seq), row.state)
	if err != nil && !errors.Is(err, ErrCorrupt) {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	var owner live.UserKey
	var state []byte
	if err == nil {
		owner, state, err = codec.State(encoded)
	}
	if err == nil && owner != k {
		err = fmt.Errorf("it is another user's: %w", ErrCorrupt)
	}
	if err != nil {
		s.quarantine("snapshot", row.seq, err)
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return append([]byte{}, state...), nil
}

// writeState writes the snapshot of a user, in the transaction under way.
func (s *Store) writeState(ctx context.Context, st userState) error {
	id := s.userID(st.record.User)
	state, err := s.ring.Seal(nil, statePlace(id, st.seq), codec.AppendState(nil, st.record.User, st.record.State))
	if err != nil {
		return fmt.Errorf("seal snapshot: %w", err)
	}
	return s.committer.writer.exec(ctx, upsertState, id[:], int64(st.seq), state)
}

// eachTail calls do for the user's records in the given blocks that the row does not cover, in order, with their block. It tells how many
// blocks could not be opened; an error is the database's.
func (s *Store) eachTail(ctx context.Context, k live.UserKey, row userRow, blocks []uint64, do func(*codec.Raw, uint64) error) (lost int, err error) {
	for _, block := range blocks {
		if block < row.seq || block <= row.tailSeq {
			continue
		}
		records, _, err := s.readBlock(ctx, block)
		if errors.Is(err, ErrCorrupt) || errors.Is(err, ErrNotFound) {
			lost++
			continue
		}
		if err != nil {
			return lost, err
		}
		if block == row.seq {
			records = afterSnapshot(records, k)
		}
		err = codec.Each(records, func(raw *codec.Raw) error {
			if !raw.Is(k) || (raw.Kind != live.RecordAccepted && raw.Kind != live.RecordClosed) {
				return nil
			}
			return do(raw, block)
		})
		if err != nil {
			lost++
		}
	}
	return lost, nil
}

// afterSnapshot returns the records after the user's last snapshot among them.
func afterSnapshot(records []byte, k live.UserKey) []byte {
	for rest := records; len(rest) > 0; {
		raw, next, err := codec.Next(rest)
		if err != nil {
			break
		}
		if rest = next; raw.Kind == live.RecordSnapshot && raw.Is(k) {
			records = rest
		}
	}
	return records
}

// readFold copies a user's tail out of the given blocks, after what is in the row already.
func (s *Store) readFold(ctx context.Context, k live.UserKey, blocks []uint64) fold {
	f := fold{user: k, id: s.userID(k)}
	row, err := s.readUserRow(ctx, k)
	if err != nil || len(blocks) == 0 {
		f.err = err
		return f
	}
	f.base, f.previous, f.through = int64(row.seq), int64(row.tailSeq), blocks[len(blocks)-1]
	if f.through <= row.tailSeq {
		return f
	}
	var records []byte
	if row.tail != nil {
		if records, err = s.unseal(ctx, tailPlace(row.id, row.tailSeq), row.tail); err != nil {
			if !errors.Is(err, ErrCorrupt) {
				f.err = fmt.Errorf("folded tail: %w", err)
				return f
			}
			s.quarantine("folded tail", row.tailSeq, err)
			records = nil
		}
	}
	_, f.err = s.eachTail(ctx, k, row, blocks, func(raw *codec.Raw, block uint64) error {
		rec, err := raw.Record()
		if err == nil && rec.Kind == live.RecordClosed {
			rec.Block = block // it is found there again when its event is repeated
		}
		if err == nil {
			records = codec.Append(records, &rec)
		}
		return err
	})
	if f.err == nil {
		f.tail, f.err = s.ring.Seal(nil, tailPlace(row.id, f.through), records)
	}
	return f
}
