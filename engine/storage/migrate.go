package storage

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// schemas are the steps from an empty database to the current schema, a folder for each kind of database. A step is never
// changed once published; a later one gets the next number, in every folder, and what the version before it wrote is kept
// in testdata/schemas, made by TestMakeFixture before the step is added.
//
//go:embed schema
var schemas embed.FS

// sealedSchema is the first schema in which everything is sealed.
const sealedSchema = 3

// The keys of meta.
const (
	metaSchema     = "schema"
	metaCheckpoint = "checkpoint"
	metaProbe      = "probe"
	metaRestoring  = "restoring" // while a backup is being restored
	metaScrub      = "scrub"     // while files may hold what an erasure beside commits has freed
	metaOwner      = "owner"     // of PostgreSQL: the process that writes
)

const (
	createMeta = `CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value BIGINT NOT NULL)`
	setMeta    = `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`
)

// migrate brings the database to the current schema.
func migrate(ctx context.Context, p pools) error { return migrateTo(ctx, p, math.MaxInt64) }

// migrateTo brings the database to a schema, when it is of an earlier one.
func migrateTo(ctx context.Context, p pools, version int64) error {
	steps, err := fs.Sub(schemas, "schema/"+p.kind)
	if err != nil {
		return err
	}
	return migrateBy(ctx, p.write, steps, version)
}

// migrateBy goes the steps up to a version, one transaction each.
func migrateBy(ctx context.Context, db *sql.DB, steps fs.FS, to int64) error {
	if _, err := db.ExecContext(ctx, createMeta); err != nil {
		return fmt.Errorf("create meta: %w", err)
	}
	version, err := metaValue(ctx, db, metaSchema)
	if err != nil {
		return err
	}
	if version > 0 && version < sealedSchema {
		if err := refusePlain(ctx, db); err != nil {
			return err
		}
	}
	half, err := metaValue(ctx, db, metaRestoring)
	if err != nil {
		return err
	}
	if half != 0 {
		return fmt.Errorf("%w: empty the folder, or the database, and restore again", ErrHalf)
	}
	p, err := goose.NewProvider(goose.DialectCustom, db, steps, goose.WithStore(versions{}), goose.WithDisableGlobalRegistry(true),
		goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	sources := p.ListSources()
	if last := sources[len(sources)-1].Version; version > last {
		return fmt.Errorf("schema %d, this liveroom knows up to %d: %w", version, last, ErrSchema)
	}
	if _, err := p.UpTo(ctx, min(to, sources[len(sources)-1].Version)); err != nil {
		return fmt.Errorf("migrate from schema %d: %w", version, err)
	}
	return nil
}

// refusePlain returns ErrPlain unless a database of before there was sealing is empty.
func refusePlain(ctx context.Context, db *sql.DB) error {
	for _, table := range []string{"journal", "user_state", "fact"} {
		var filled bool
		if err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM `+table+`)`).Scan(&filled); err != nil {
			return fmt.Errorf("look into %s: %w", table, err)
		}
		if filled {
			return fmt.Errorf("%w: move the folder away and start with an empty one", ErrPlain)
		}
	}
	return nil
}

// rower is what can be asked for one row: a pool, a connection, a transaction.
type rower interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// metaValue returns a value of meta, 0 when it is not set.
func metaValue(ctx context.Context, q rower, key string) (value int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = $1`, key).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read meta %s: %w", key, err)
	}
	return value, nil
}

// versions is how goose keeps the number of the schema: as one value of meta, where it stood before there was goose.
type versions struct{}

// Tablename implements database.Store.
func (versions) Tablename() string { return "meta" }

// TableExists tells goose that there is no need to make the table.
func (versions) TableExists(context.Context, database.DBTxConn) (bool, error) { return true, nil }

// CreateVersionTable implements database.Store.
func (versions) CreateVersionTable(ctx context.Context, db database.DBTxConn) error {
	_, err := db.ExecContext(ctx, createMeta)
	return err
}

// Insert implements database.Store.
func (versions) Insert(ctx context.Context, db database.DBTxConn, r database.InsertRequest) error {
	_, err := db.ExecContext(ctx, setMeta, metaSchema, r.Version)
	return err
}

// Delete implements database.Store: there is no way back.
func (versions) Delete(context.Context, database.DBTxConn, int64) error {
	return database.ErrNotImplemented
}

// GetMigration implements database.Store.
func (v versions) GetMigration(ctx context.Context, db database.DBTxConn, version int64) (*database.GetMigrationResult, error) {
	last, err := v.GetLatestVersion(ctx, db)
	if err != nil {
		return nil, err
	}
	if version > last {
		return nil, database.ErrVersionNotFound
	}
	return &database.GetMigrationResult{IsApplied: true}, nil
}

// GetLatestVersion implements database.Store.
func (versions) GetLatestVersion(ctx context.Context, db database.DBTxConn) (int64, error) {
	return metaValue(ctx, db, metaSchema)
}

// ListMigrations implements database.Store.
func (v versions) ListMigrations(ctx context.Context, db database.DBTxConn) (list []*database.ListMigrationsResult, err error) {
	last, err := v.GetLatestVersion(ctx, db)
	for ; err == nil && last >= 0; last-- {
		list = append(list, &database.ListMigrationsResult{Version: last, IsApplied: true})
	}
	return list, err
}
