package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// errUnsure is wrapped by an error of COMMIT that leaves open what became of the transaction.
var errUnsure = errors.New("the database was gone before it answered")

// writer is the one connection that writes, used by the committer alone, and the pools. A connection that is lost is given
// up for a new one.
type writer struct {
	base backend
	pools
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

// connect takes the connection from the pool, unless there is one.
func (w *writer) connect(ctx context.Context) error {
	if w.conn != nil {
		return nil
	}
	conn, err := w.write.Conn(ctx)
	if err != nil {
		return err
	}
	w.conn, w.stmts = conn, make(map[string]*sql.Stmt)
	return nil
}

// within runs do in a transaction; on an error nothing of it remains, or the error wraps errUnsure.
func (w *writer) within(ctx context.Context, do func() error) error {
	if err := w.connect(ctx); err != nil {
		return err
	}
	if err := w.exec(ctx, w.begin); err != nil {
		w.giveUp()
		return err
	}
	err, unsure := do(), false
	if err == nil {
		err = w.exec(ctx, "COMMIT")
		unsure = err != nil && w.base.unsure(err)
	}
	switch {
	case unsure:
		w.giveUp()
		return fmt.Errorf("%w: %w", errUnsure, err)
	case err != nil:
		// ROLLBACK fails when SQLite has rolled back by itself, which is as good, or when the connection is lost.
		if w.exec(ctx, "ROLLBACK") != nil && w.conn.PingContext(ctx) != nil {
			w.giveUp()
		}
	}
	return err
}

// exec runs a statement, prepared once for each connection.
func (w *writer) exec(ctx context.Context, statement string, args ...any) error {
	_, err := w.result(ctx, statement, args...)
	return err
}

func (w *writer) result(ctx context.Context, statement string, args ...any) (sql.Result, error) {
	if w.patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, w.patience)
		defer cancel()
	}
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

// holds tells whether a block was committed.
func (w *writer) holds(ctx context.Context, seq uint64) (held bool, err error) {
	if err := w.connect(ctx); err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	err = w.conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM journal WHERE seq = $1)`, int64(seq)).Scan(&held)
	if err != nil {
		w.giveUp()
	}
	return held, err
}

// giveUp closes the connection so that the pool opens a fresh one.
func (w *writer) giveUp() {
	if w.conn == nil {
		return
	}
	for _, stmt := range w.stmts { // first: a statement must not outlive its connection
		stmt.Close()
	}
	w.conn.Raw(func(any) error { return errDiscard })
	w.conn.Close()
	w.conn, w.stmts = nil, nil
}

// tell runs a statement outside of transactions. A first column other than 0, as of a checkpoint that somebody is in the way
// of, is an error.
func (w *writer) tell(ctx context.Context, statement string) error {
	rows, err := w.conn.QueryContext(ctx, statement)
	if err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	defer rows.Close()
	for rows.Next() {
		columns, err := rows.Columns()
		if err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
		if busy, ok := (*values[0].(*any)).(int64); ok && busy != 0 {
			return fmt.Errorf("%s: somebody else has the database open", statement)
		}
	}
	return rows.Err()
}

// release gives the connection back to the pool.
func (w *writer) release() (err error) {
	for _, stmt := range w.stmts {
		stmt.Close()
	}
	if w.conn != nil {
		err = w.conn.Close()
	}
	w.conn, w.stmts = nil, nil
	return err
}

// close releases the connection and the pools.
func (w *writer) close() error {
	return errors.Join(w.release(), w.pools.close())
}

// The waits of a committer that does not know what became of a group.
const (
	settleLeast = 20 * time.Millisecond
	settleMost  = time.Second
	settleEnd   = 3 * time.Second // when the store ends meanwhile
)

// settle finds out what became of a group whose COMMIT was not answered, and returns nil when it is durable. Nobody is told
// anything before that is known, since what was told could not be taken back. Meanwhile whatever is submitted, and every
// read, is refused.
func (s *Store) settle(ctx context.Context, cause error) error {
	c := &s.committer
	last := c.blocks[len(c.blocks)-1].seq
	s.setUnsure(cause) // before it is seen to fail: who sees that is refused
	defer s.setUnsure(nil)
	s.observe(0, cause)
	ending, quit, end := c.ending, s.quit, (<-chan time.Time)(nil)
	for wait := settleLeast; ; wait = min(2*wait, settleMost) {
		held, err := c.writer.holds(ctx, last)
		switch {
		case err == nil && held:
			s.log.Info("the group was committed after all", "block", last)
			return nil
		case err == nil:
			return cause
		case errors.Is(err, ErrTaken):
			return err
		}
		select {
		case <-time.After(wait):
		case <-ending:
			ending, end = nil, time.After(settleEnd)
		case <-quit:
			quit, end = nil, time.After(settleEnd)
		case <-end:
			return cause
		}
	}
}

// setUnsure has Submit and the reads refuse, nil lets them go on.
func (s *Store) setUnsure(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unsure = err
}
