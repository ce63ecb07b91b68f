package storage

import (
	"context"
	"slices"

	"liveroom/engine/storage/seal"
)

// SealValue seals something that is kept elsewhere than in the store, the audit log for one, for its place. It does not
// wait: as long as the key that seals is not stored itself, and so might be gone after a crash, the error is ErrUnsaved.
func (s *Store) SealValue(place seal.Place, value []byte) ([]byte, error) {
	current := s.ring.Current()
	if slices.ContainsFunc(s.ring.Unsaved(), func(k seal.Row) bool { return k.ID == current }) {
		return nil, ErrUnsaved
	}
	return s.ring.Seal(nil, place, value)
}

// OpenValue opens what SealValue has sealed. The error is ErrCorrupt when that was for another place, or is changed.
func (s *Store) OpenValue(ctx context.Context, place seal.Place, sealed []byte) ([]byte, error) {
	return s.unseal(ctx, place, slices.Clone(sealed))
}

// SaveKeys stores the keys that are not stored yet; without it they are with the first commit.
func (s *Store) SaveKeys(ctx context.Context) error {
	return s.asCommitter(ctx, func(work context.Context) error { return s.withinSealed(work, func() error { return nil }) })
}
