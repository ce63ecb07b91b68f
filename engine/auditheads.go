package engine

import (
	"context"
	"errors"

	"liveroom/engine/storage"
)

// Where the signed heads of the audit log stand in the store: of whichever log is on this database, the latest ones.
const (
	headKind = "audit-head"
	headName = "log"
)

// keepHead keeps the heads of the audit log in the store as well.
func keepHead(store *storage.Store) func(context.Context, []byte) error {
	return func(ctx context.Context, line []byte) error {
		_, err := store.KeepDocument(ctx, storage.Document{Kind: headKind, Name: headName, Body: line})
		return err
	}
}

// headsKept returns the heads among documents, the latest first.
func headsKept(documents func(context.Context, string, string, func(storage.Document) bool) (int, error)) func(context.Context) ([][]byte, error) {
	return func(ctx context.Context) (lines [][]byte, err error) {
		_, err = documents(ctx, headKind, headName, func(d storage.Document) bool {
			lines = append(lines, d.Body)
			return true
		})
		return lines, err
	}
}

// HeadsKept returns the heads of the audit log that a store holds, whether its node runs or not; none where there is no store.
func HeadsKept(ctx context.Context, cfg storage.Config) ([][]byte, error) {
	lines, err := headsKept(func(ctx context.Context, kind, name string, yield func(storage.Document) bool) (int, error) {
		return storage.ReadDocuments(ctx, cfg, kind, name, yield)
	})(ctx)
	if errors.Is(err, storage.ErrNotFound) {
		err = nil
	}
	return lines, err
}
