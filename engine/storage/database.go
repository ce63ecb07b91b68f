package storage

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	_ "modernc.org/sqlite" // the driver
)

const (
	databaseFile = "liveroom.db"
	lockFile     = "liveroom.lock"
)

// openDatabase opens a pool of at most conns connections on the database in dir.
func openDatabase(dir string, conns int, pragmas ...string) (*sql.DB, error) {
	query := url.Values{"_txlock": {"immediate"}, "_pragma": append([]string{"busy_timeout(5000)"}, pragmas...)}
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

// The statements of the writer.
const (
	insertBlock = `INSERT INTO journal (seq, at, records, data) VALUES (?, ?, ?, ?)`
	upsertState = `INSERT INTO user_state (id, seq, state) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, state = excluded.state, tail_seq = 0, tail = NULL`
	upsertFact = `INSERT INTO fact (id, kind, at, version, data) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET at = excluded.at, version = excluded.version, data = excluded.data
		WHERE excluded.version > fact.version OR (excluded.version = fact.version AND (excluded.version > 0 OR excluded.at >= fact.at))`
	// upsertTail changes nothing when a snapshot or another fold came in between.
	upsertTail = `INSERT INTO user_state (id, seq, tail_seq, tail) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT (id) DO UPDATE SET tail_seq = excluded.tail_seq, tail = excluded.tail
		WHERE user_state.seq = ?2 AND user_state.tail_seq = ?5`
	dropBlocks = `DELETE FROM journal WHERE seq <= ?`
	dropFacts  = `DELETE FROM fact WHERE id IN (SELECT id FROM fact WHERE kind = ? AND at < ? ORDER BY at LIMIT ?)`
)

// writer is the one connection that writes, used by the committer alone. A connection that cannot begin a transaction is
// given up for a new one.
type writer struct {
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

// within runs do in a transaction; on an error nothing of it remains.
func (w *writer) within(ctx context.Context, do func() error) error {
	if w.conn == nil {
		conn, err := w.db.Conn(ctx)
		if err != nil {
			return err
		}
		w.conn, w.stmts = conn, make(map[string]*sql.Stmt)
	}
	if err := w.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		w.giveUp()
		return err
	}
	err := do()
	if err == nil {
		err = w.exec(ctx, "COMMIT")
	}
	if err != nil {
		w.exec(ctx, "ROLLBACK") // it fails when SQLite has rolled back by itself, which is as good
	}
	return err
}

// exec runs a statement, prepared once for each connection.
func (w *writer) exec(ctx context.Context, statement string, args ...any) error {
	_, err := w.result(ctx, statement, args...)
	return err
}

func (w *writer) result(ctx context.Context, statement string, args ...any) (sql.Result, error) {
	stmt := w.stmts[statement]
	if stmt == nil {
		var err error
		if stmt, err = w.conn.PrepareContext(ctx, statement); err != nil {
			return nil, err
		}
		w.stmts[statement] = stmt
	}
	return stmt.ExecContext(ctx, args...)
}

// giveUp closes the connection so that the pool opens a fresh one.
func (w *writer) giveUp() {
	if w.conn == nil {
		return
	}
	for _, stmt := range w.stmts {
		stmt.Close()
	}
	w.conn.Raw(func(any) error { return errDiscard })
	w.conn.Close()
	w.conn, w.stmts = nil, nil
}
