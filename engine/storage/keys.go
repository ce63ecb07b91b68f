package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"liveroom/engine/storage/seal"
)

// masterFile is the master key's file beside the data, unless another is named.
const masterFile = "master.key"

// MasterKeyPath returns where the file with the master key is.
func (c Config) MasterKeyPath() string {
	if c.MasterKeyFile != "" {
		return c.MasterKeyFile
	}
	return filepath.Join(c.Dir, masterFile)
}

// KeyService returns Keys, else what is behind KeyCommand, which the master keys in the file help to open what they have
// wrapped before, else those.
func (c Config) KeyService() (seal.KeyService, error) {
	if c.Keys != nil {
		return c.Keys, nil
	}
	m, err := seal.ReadMaster(c.MasterKeyPath())
	if len(c.KeyCommand) > 0 {
		command := seal.NewCommand(c.KeyCommand, c.KeyTimeout)
		switch {
		case err == nil:
			return seal.Moving{To: command, From: m}, nil
		case errors.Is(err, seal.ErrNoMaster):
			return command, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("storage.master_key_file: %w", err)
	}
	return m, nil
}

const (
	selectKeys = `SELECT id, purpose, created, master, wrapped FROM data_key ORDER BY id`
	insertKey  = `INSERT INTO data_key (id, purpose, created, master, wrapped) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO `
	// keepKey stores a new key. One that a rewrap has stored meanwhile stays as that has wrapped it: the ring learns of that
	// a moment later, and the old master key may be gone by the next start.
	keepKey   = insertKey + `NOTHING`
	upsertKey = insertKey + `UPDATE SET master = excluded.master, wrapped = excluded.wrapped`
)

// querier is what a pool and a connection have in common.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// readKeys reads the keys stored.
func readKeys(ctx context.Context, q querier) (keys []seal.Row, err error) {
	rows, err := q.QueryContext(ctx, selectKeys)
	if err != nil {
		return nil, fmt.Errorf("read data keys: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r seal.Row
		if err := rows.Scan(&r.ID, &r.Purpose, &r.Created, &r.Master, &r.Wrapped); err != nil {
			return nil, fmt.Errorf("read data keys: %w", err)
		}
		keys = append(keys, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read data keys: %w", err)
	}
	return keys, nil
}

// openRing makes the ring of the keys stored, and the key that seals from now on. It is stored with the first commit.
func (s *Store) openRing(ctx context.Context, db querier) error {
	keys, err := readKeys(ctx, db)
	if err != nil {
		return err
	}
	service, err := s.cfg.KeyService()
	switch {
	case errors.Is(err, seal.ErrNoMaster) && len(keys) > 0:
		return fmt.Errorf("storage.master_key_file: %w at %s: the data is sealed under master key %s; bring its file back, a new key cannot open it",
			seal.ErrNoMaster, s.cfg.MasterKeyPath(), keys[len(keys)-1].Master)
	case err != nil:
		return err
	}
	if s.ring, err = seal.NewKeyring(ctx, service, keys, s.now().UnixMilli()); err != nil {
		if errors.Is(err, seal.ErrAway) {
			return fmt.Errorf("storage.key_command: %w; nothing starts without it: see to it and try it with liveroom keys status", err)
		}
		return err
	}
	all := s.ring.Rows()
	s.log.Info("sealing", "master_key", all[len(all)-1].Master, "data_key", s.ring.Current(), "data_keys", len(all))
	return nil
}

// withinSealed is within for what was sealed: keys that are not stored yet are, in the same transaction.
func (s *Store) withinSealed(ctx context.Context, do func() error) error {
	w, fresh := &s.committer.writer, s.ring.Unsaved()
	err := w.within(ctx, func() error {
		if err := w.saveKeys(ctx, keepKey, fresh); err != nil {
			return err
		}
		return do()
	})
	if err == nil {
		s.ring.Saved(fresh)
	}
	return err
}

func (w *writer) saveKeys(ctx context.Context, statement string, keys []seal.Row) error {
	for _, k := range keys {
		if err := w.exec(ctx, statement, int64(k.ID), k.Purpose, k.Created, k.Master, k.Wrapped); err != nil {
			return err
		}
	}
	return nil
}

// Keys returns every key of the store, by number; none is readable. The data key that seals is Status().DataKey.
func (s *Store) Keys() []seal.Row { return s.ring.Rows() }

// RotateKey seals everything from now on under a new data key, while commits go on, and returns it once it is stored. What
// was sealed before opens as it did.
func (s *Store) RotateKey(ctx context.Context) (key seal.Row, err error) {
	if key, err = s.ring.Rotate(ctx, s.now().UnixMilli()); err != nil {
		return key, fmt.Errorf("rotate: %w", err)
	}
	err = s.asCommitter(ctx, func(work context.Context) error { return s.withinSealed(work, func() error { return nil }) })
	if err != nil {
		return key, fmt.Errorf("rotate: data key %d is in use and will be stored with the next commit: %w", key.ID, err)
	}
	s.log.Info("rotated", "data_key", key.ID)
	return key, nil
}

// RewrapKeys wraps every key under another service's master key, which is used from then on, and returns how many there
// are. What a slow service has wrapped before it failed is stored and stays, as Keyring.Rewrap tells.
func (s *Store) RewrapKeys(ctx context.Context, to seal.KeyService) (keys int, err error) {
	err = s.ring.Rewrap(ctx, to, func(rows []seal.Row) error {
		keys = len(rows)
		return s.asCommitter(ctx, func(work context.Context) error {
			w := &s.committer.writer
			return w.within(work, func() error { return w.saveKeys(work, upsertKey, rows) })
		})
	})
	if err != nil {
		return 0, fmt.Errorf("rewrap: %w", err)
	}
	all := s.ring.Rows()
	s.log.Info("keys rewrapped", "master_key", all[len(all)-1].Master, "data_keys", keys)
	return keys, nil
}

// asCommitter has the committer do something between two commits, and waits for it. Before Run nobody else writes, and it is
// done at once.
func (s *Store) asCommitter(ctx context.Context, do func(context.Context) error) error {
	s.mu.Lock()
	if !s.running && !s.closed {
		defer s.mu.Unlock()
		return do(ctx)
	}
	s.mu.Unlock()
	result := make(chan error, 1)
	select {
	case s.chores <- func(work context.Context) { result <- do(work) }:
		return <-result
	case <-ctx.Done():
		return ctx.Err()
	case <-s.done:
		return ErrClosed
	}
}
