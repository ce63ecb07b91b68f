package storage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"liveroom/engine/storage/seal"
)

// KeyTable is the keys of a store without the store, for who looks after keys.
type KeyTable struct {
	cfg    Config
	writer writer // connected once the store is ours
	keys   []seal.Row
	lock   *os.File // nil unless the store is ours
}

// OpenKeyTable reads the keys of the store in cfg.Dir, in use or not. The error is ErrNotFound when there is no store.
func OpenKeyTable(ctx context.Context, cfg Config) (*KeyTable, error) {
	base, err := backendOf(cfg)
	if err != nil {
		return nil, err
	}
	there, err := base.exists(ctx)
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", cfg.Dir, err)
	}
	if !there {
		return nil, fmt.Errorf("store %s: %w", cfg.Dir, ErrNotFound)
	}
	t := &KeyTable{cfg: cfg, writer: writer{base: base}}
	if t.writer.pools, err = base.open(ctx, 1); err != nil {
		return nil, errors.Join(err, t.writer.close())
	}
	if t.keys, err = readKeys(ctx, t.writer.read); err != nil {
		return nil, errors.Join(fmt.Errorf("store %s: %w", cfg.Dir, err), t.Close())
	}
	return t, nil
}

// Keys returns every key stored, by number.
func (t *KeyTable) Keys() []seal.Row { return t.keys }

// Lock takes the store, so that no node runs on it until Close. The error is ErrLocked when one does.
func (t *KeyTable) Lock(ctx context.Context) (err error) {
	if t.lock, err = lockDir(t.cfg.Dir); err != nil {
		return err
	}
	if err = t.writer.connect(ctx); err != nil {
		return err
	}
	t.keys, err = readKeys(ctx, t.writer.conn) // as they are now that nobody else changes them
	return err
}

// Try tells whether a service opens the keys of the store, by one for each master key.
func (t *KeyTable) Try(ctx context.Context, service seal.KeyService) error {
	tried := make(map[string]bool)
	for _, k := range slices.Backward(t.keys) {
		if tried[k.Master] {
			continue
		}
		if _, err := seal.Unwrap(ctx, service, k); err != nil {
			return err
		}
		tried[k.Master] = true
	}
	return nil
}

// Export returns the bytes of a data key. Whoever has them reads everything that was sealed under it.
func (t *KeyTable) Export(ctx context.Context, service seal.KeyService, id uint32) ([]byte, error) {
	for _, k := range t.keys {
		if k.ID == id && k.Purpose == seal.ForData {
			return seal.Unwrap(ctx, service, k)
		}
	}
	return nil, fmt.Errorf("data key %d: %w", id, seal.ErrNoKey)
}

// Rewrap wraps every key under another service's master key. The store must have been taken with Lock.
func (t *KeyTable) Rewrap(ctx context.Context, from, to seal.KeyService) (keys int, err error) {
	if t.lock == nil {
		return 0, fmt.Errorf("rewrap: %w", ErrLocked)
	}
	if len(t.keys) == 0 {
		return 0, nil
	}
	ring, err := seal.NewKeyring(ctx, from, t.keys, 0)
	if err != nil {
		return 0, err
	}
	w := &t.writer
	err = ring.Rewrap(ctx, to, func(rows []seal.Row) error {
		stored := rows[:len(t.keys)] // without the one that the ring made for itself, which has the highest number
		keys = len(stored)
		return w.within(ctx, func() error { return w.saveKeys(ctx, upsertKey, stored) })
	})
	return keys, err
}

// Close lets the store go.
func (t *KeyTable) Close() error {
	err := t.writer.close()
	if t.lock != nil {
		err = errors.Join(err, t.lock.Close())
	}
	return err
}
