package storage

import (
	"context"
	"errors"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
)

// History reads what was closed of a user in some blocks of the journal, in their order, and calls done exactly once: from
// a reader's goroutine, or at once with ErrBusy or ErrClosed. A block that is not kept any more, or does not open, is left
// out.
func (s *Store) History(k live.UserKey, blocks []uint64, done func([]live.Record, error)) {
	s.admit(readJob{
		kind: "history",
		run: func(ctx context.Context) error {
			records, err := s.readHistory(ctx, k, blocks)
			done(records, err)
			return err
		},
		fail: func(err error) { done(nil, err) },
	}, false)
}

func (s *Store) readHistory(ctx context.Context, k live.UserKey, blocks []uint64) (closed []live.Record, err error) {
	for _, block := range blocks {
		records, _, err := s.readBlock(ctx, block)
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrCorrupt) {
			continue
		}
		if err != nil {
			return nil, err
		}
		err = codec.Each(records, func(raw *codec.Raw) error {
			if raw.Kind != live.RecordClosed || !raw.Is(k) {
				return nil
			}
			rec, err := raw.Record()
			rec.Block = block
			closed = append(closed, rec)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return closed, nil
}
