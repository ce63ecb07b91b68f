package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// backend is the database under a store: what differs between SQLite and PostgreSQL, and nothing else. The statements and
// the tables are the same on both (schema/), and so are the tests.
type backend interface {
	// exists tells whether there is a store.
	exists(ctx context.Context) (bool, error)
	// open opens the pools; those returned with an error are to be closed too. As long as the connection that writes lasts
	// nobody else writes: ErrLocked tells that somebody does, ErrTaken that somebody has since.
	open(ctx context.Context, readers int) (pools, error)
	// claim makes this process the one that opened the store last.
	claim(ctx context.Context, p pools) error
	// unsure tells whether an error of COMMIT leaves open what became of the transaction.
	unsure(err error) bool
	// bytes is how much room the store takes.
	bytes(ctx context.Context) (int64, error)
}

// pools are the connections to a database.
type pools struct {
	kind     string   // the folder of its tables in schema
	write    *sql.DB  // of one connection
	read     *sql.DB  // which can do nothing else
	backfill *sql.DB  // of one connection, which copies the log of what was written back; nil where that is not wanted
	begin    string   // begins a transaction that writes
	instant  string   // begins a transaction that reads everything as of one instant
	careful  string   // has what is deleted from now on overwritten at once, "" where scrub sees to it
	scrub    []string // leave nothing of what was deleted or overwritten in the database's own files
	beside   []string // does so beside commits, nil where only a start can
	hurry    string   // has a statement not wait for others who are in the way, calm has it wait again
	calm     string
	patience time.Duration // with one statement that writes, 0 for ever
}

// close closes the pools that there are.
func (p pools) close() error {
	var problems []error
	for _, pool := range []*sql.DB{p.read, p.backfill, p.write} {
		if pool != nil {
			problems = append(problems, pool.Close())
		}
	}
	return errors.Join(problems...)
}

// backendOf returns the database that is configured.
func backendOf(cfg Config) (backend, error) {
	if cfg.DSN == "" && cfg.DSNFile == "" {
		return &sqlite{dir: cfg.Dir}, nil
	}
	return newPostgres(cfg)
}

// The statements of the writer.
const (
	insertBlock = `INSERT INTO journal (seq, at, records, data) VALUES ($1, $2, $3, $4)`
	upsertState = `INSERT INTO user_state (id, seq, state) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, state = excluded.state, tail_seq = 0, tail = NULL`
	upsertFact = `INSERT INTO fact (id, kind, at, version, data) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET at = excluded.at, version = excluded.version, data = excluded.data
		WHERE excluded.version > fact.version OR (excluded.version = fact.version AND (excluded.version > 0 OR excluded.at >= fact.at))`
	// upsertTail changes nothing when a snapshot or another fold came in between.
	upsertTail = `INSERT INTO user_state (id, seq, tail_seq, tail) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET tail_seq = excluded.tail_seq, tail = excluded.tail
		WHERE user_state.seq = $2 AND user_state.tail_seq = $5`
	dropBlocks = `DELETE FROM journal WHERE seq <= $1`
	dropMeta   = `DELETE FROM meta WHERE key = $1`
	// dropUser leaves a row alone that was written since it was looked at.
	dropUser  = `DELETE FROM user_state WHERE id = $1 AND seq = $2 AND tail_seq = $3`
	dropFacts = `DELETE FROM fact WHERE id IN (SELECT id FROM fact WHERE kind = $1 AND at < $2 ORDER BY at LIMIT $3)`
)
