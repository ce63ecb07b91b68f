package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	_ "modernc.org/sqlite" // the driver
)

const (
	databaseFile = "liveroom.db"
	lockFile     = "liveroom.lock"
	pageSize     = 8192 // bytes
)

// sqlite is the embedded database: one file in the folder, beside it a write-ahead log. Nobody else writes as long as the
// folder is locked.
type sqlite struct {
	dir    string
	beside bool // the log is copied back beside the commits (see backfill.go), not by one of them in so many
}

// open implements backend. BEGIN IMMEDIATE, since else the first statement that writes may find the database busy.
func (b *sqlite) open(_ context.Context, readers int) (p pools, err error) {
	p = pools{
		kind: "sqlite", begin: "BEGIN IMMEDIATE", instant: "BEGIN", careful: "PRAGMA secure_delete = 1",
		scrub:  []string{"PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA secure_delete = 0"},
		beside: []string{"PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA secure_delete = 0"},
		hurry:  "PRAGMA busy_timeout = 0", calm: "PRAGMA busy_timeout = 5000",
	}
	pages := 2000
	if b.beside {
		pages = 0
		if p.backfill, err = openSQLite(b.dir, 1, "cache_size(-256)"); err != nil {
			return p, err
		}
	}
	p.write, err = openSQLite(b.dir, 1, fmt.Sprintf("page_size(%d)", pageSize), walMode, "synchronous(FULL)", "cache_size(-2048)",
		"temp_store(MEMORY)", fmt.Sprintf("wal_autocheckpoint(%d)", pages), "journal_size_limit(67108864)")
	if err != nil {
		return p, err
	}
	p.read, err = openSQLite(b.dir, readers, "query_only(1)", "temp_store(MEMORY)", "cache_size(-1024)")
	return p, err
}

// claim implements backend: whoever has the folder's lock has the database.
func (*sqlite) claim(context.Context, pools) error { return nil }

func (b *sqlite) exists(context.Context) (bool, error) {
	_, err := os.Stat(filepath.Join(b.dir, databaseFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// unsure implements backend. A COMMIT that SQLite refuses has come to nothing, but for the window that doc.go tells of.
func (*sqlite) unsure(error) bool { return false }

func (b *sqlite) bytes(context.Context) (total int64, err error) {
	for _, name := range []string{databaseFile, databaseFile + "-wal"} {
		f, err := os.Stat(filepath.Join(b.dir, name))
		if err == nil {
			total += f.Size()
		} else if !errors.Is(err, fs.ErrNotExist) {
			return 0, err
		}
	}
	return total, nil
}

// walMode asks openSQLite for a write-ahead log.
const walMode = "journal_mode(WAL)"

// openSQLite opens a pool of at most conns connections on the database in dir. The driver runs pragmas in alphabetical order,
// and the log must come after the size of a page, which it freezes: so that one is asked for by the driver's own word.
func openSQLite(dir string, conns int, pragmas ...string) (*sql.DB, error) {
	query := url.Values{"_txlock": {"immediate"}, "_pragma": {"busy_timeout(5000)"}}
	for _, p := range pragmas {
		if p == walMode {
			query.Set("_journal_mode", "WAL")
		} else {
			query.Add("_pragma", p)
		}
	}
	dsn := url.URL{Scheme: "file", Opaque: url.PathEscape(filepath.Join(dir, databaseFile)), RawQuery: query.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// lockDir makes dir and takes it for this process. The lock goes with the process, however it ends.
func lockDir(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", dir, ErrLocked)
	}
	return f, nil
}
