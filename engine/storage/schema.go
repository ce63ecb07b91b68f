package storage

import (
	"context"
	"database/sql"
	"fmt"
)

// migrations lead from an empty database to the current schema; number i leads from version i to i+1. Append only: a
// published one is never changed.
//
// Everything of type BLOB but an id is sealed; an id is a seal.ID. user_state.seq is the block that holds the snapshot's
// mark; tail holds sealed records after the snapshot, folded in from the journal up to block tail_seq. user_known exists so
// that all users can be listed without reading their states.
var migrations = []string{
	`CREATE TABLE journal (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, records INTEGER NOT NULL, data BLOB NOT NULL);
	CREATE TABLE user_state (room BLOB NOT NULL, user BLOB NOT NULL, seq INTEGER NOT NULL, state BLOB,
		tail_seq INTEGER NOT NULL DEFAULT 0, tail BLOB, PRIMARY KEY (room, user)) WITHOUT ROWID;
	CREATE INDEX user_known ON user_state (room, user);
	CREATE TABLE fact (kind TEXT NOT NULL, shop BLOB NOT NULL, key BLOB NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL,
		PRIMARY KEY (kind, shop, key)) WITHOUT ROWID;
	CREATE INDEX fact_age ON fact (kind, at);`,
	// Of a reservation at says when it ceased to matter, and the version which of two is the later; facts have none.
	`ALTER TABLE fact ADD COLUMN version INTEGER NOT NULL DEFAULT 0`,
	// Everything is sealed from here on; migrate has made sure that there is nothing yet.
	`DROP TABLE user_state; DROP TABLE fact;
	CREATE TABLE data_key (id INTEGER PRIMARY KEY, purpose TEXT NOT NULL, created INTEGER NOT NULL, master TEXT NOT NULL,
		wrapped BLOB NOT NULL);
	CREATE TABLE user_state (id BLOB NOT NULL, seq INTEGER NOT NULL, state BLOB, tail_seq INTEGER NOT NULL DEFAULT 0,
		tail BLOB, PRIMARY KEY (id)) WITHOUT ROWID;
	CREATE INDEX user_known ON user_state (id);
	CREATE TABLE fact (id BLOB NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 0,
		data BLOB NOT NULL, PRIMARY KEY (id)) WITHOUT ROWID;
	CREATE INDEX fact_age ON fact (kind, at);`,
}

// sealedSchema is the first schema in which everything is sealed.
const sealedSchema = 3

// The keys of meta.
const (
	metaSchema     = "schema"
	metaCheckpoint = "checkpoint"
	metaProbe      = "probe"
)

const setMeta = `INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`

// migrate brings the database to the current schema, one transaction a step.
func migrate(ctx context.Context, c *sql.Conn) error {
	if _, err := c.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID`); err != nil {
		return fmt.Errorf("create meta: %w", err)
	}
	version, err := metaValue(ctx, c, metaSchema)
	if err != nil {
		return err
	}
	if version > int64(len(migrations)) {
		return fmt.Errorf("schema %d, this liveroom knows up to %d: %w", version, len(migrations), ErrSchema)
	}
	if version > 0 && version < sealedSchema {
		if err := refusePlain(ctx, c); err != nil {
			return err
		}
	}
	for ; version < int64(len(migrations)); version++ {
		if err := migrateStep(ctx, c, version); err != nil {
			return fmt.Errorf("migrate to schema %d: %w", version+1, err)
		}
	}
	return nil
}

// refusePlain returns ErrPlain unless a database of before there was sealing is empty.
func refusePlain(ctx context.Context, c *sql.Conn) error {
	for _, table := range []string{"journal", "user_state", "fact"} {
		var filled bool
		if err := c.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM `+table+`)`).Scan(&filled); err != nil {
			return fmt.Errorf("look into %s: %w", table, err)
		}
		if filled {
			return fmt.Errorf("%w: move the folder away and start with an empty one", ErrPlain)
		}
	}
	return nil
}

func migrateStep(ctx context.Context, c *sql.Conn, version int64) error {
	tx, err := c.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	if _, err := tx.ExecContext(ctx, migrations[version]); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, setMeta, metaSchema, version+1); err != nil {
		return err
	}
	return tx.Commit()
}

// metaValue returns a value of meta, 0 when it is not set.
func metaValue(ctx context.Context, c *sql.Conn, key string) (value int64, err error) {
	err = c.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = ?`, key).Scan(&value)
	if err != nil && err != sql.ErrNoRows {
		return 0, fmt.Errorf("read meta %s: %w", key, err)
	}
	return value, nil
}
