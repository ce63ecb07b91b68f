package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	driver "modernc.org/sqlite"
)

// A SQLite file some pages of which are cut off or damaged is not given up: what can be read is copied into a new file, the
// damaged one is put aside, and the node serves the rest. The steps are such that a crash at any point leaves either the
// damaged files or the whole new one to the next start.
const (
	damagedMark  = "liveroom.damaged" // in the folder: a read or a commit has met damage, the next start salvages
	salvagedFile = databaseFile + ".salvaged"
	salvageDir   = "salvage.new-"
	damagedDir   = "damaged-"
	corruptCode  = 11 // SQLITE_CORRUPT
)

// isDamage tells whether an error says that a page of a SQLite file is not what it was.
func isDamage(err error) bool {
	var told *driver.Error
	return errors.Is(err, errNull) || errors.As(err, &told) && told.Code()&0xff == corruptCode
}

// errNull tells that a column is empty that never may be. SQLite does not see it where the end of a page is gone.
var errNull = fmt.Errorf("%w: an empty column", ErrCorrupt)

// meetDamage notes damage. The error it returns is ErrCorrupt when err is of damage, else err.
func (s *Store) meetDamage(err error) error {
	if !isDamage(err) {
		return err
	}
	s.noteDamage(err)
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}

// noteDamage has the next start salvage, when err is of damage.
func (s *Store) noteDamage(err error) {
	if !isDamage(err) {
		return
	}
	if !s.damaged.Swap(true) {
		s.log.Error("the database file is damaged: what can be read is served; stop and start the node to have the rest put aside", "err", err)
		if werr := os.WriteFile(filepath.Join(s.cfg.Dir, damagedMark), []byte(err.Error()+"\n"), 0o600); werr != nil {
			s.log.Error("cannot write it down for the next start", "err", werr)
		}
	}
}

// salvageAtStart finishes a salvage that a crash broke off, and begins one when damage was met before.
func salvageAtStart(ctx context.Context, dir string) (*salvage, error) {
	if err := putSalvaged(dir); err != nil {
		return nil, err
	}
	leftovers, err := filepath.Glob(filepath.Join(dir, salvageDir+"*"))
	if err != nil {
		return nil, err
	}
	for _, l := range leftovers {
		if err := os.RemoveAll(l); err != nil {
			return nil, err
		}
	}
	if _, err := os.Stat(filepath.Join(dir, damagedMark)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return salvageSQLite(ctx, dir)
}

// salvage is what was done.
type salvage struct {
	aside  string           // where the damaged files are
	rows   map[string]int64 // saved, by table
	broken []string         // tables some rows of which could not be read
}

// salvageSQLite makes a new database of what can be read of the one in dir, and puts it in its place.
func salvageSQLite(ctx context.Context, dir string) (*salvage, error) {
	temporary, err := os.MkdirTemp(dir, salvageDir)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temporary)
	v := &salvage{rows: map[string]int64{}}
	if err := v.copy(ctx, dir, temporary); err != nil {
		return nil, fmt.Errorf("save what can be read: %w", err)
	}
	if v.aside, err = os.MkdirTemp(dir, damagedDir+time.Now().UTC().Format("20060102-150405-")); err != nil {
		return nil, err
	}
	for _, name := range []string{databaseFile, databaseFile + "-wal"} {
		if err := os.Link(filepath.Join(dir, name), filepath.Join(v.aside, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("put the damaged file aside: %w", err)
		}
	}
	if err := os.Rename(filepath.Join(temporary, databaseFile), filepath.Join(dir, salvagedFile)); err != nil {
		return nil, err
	}
	if err := syncDir(dir); err != nil {
		return nil, err
	}
	return v, putSalvaged(dir)
}

// putSalvaged puts a whole new file in the place of the damaged one, if there is one. The log of the damaged one goes first:
// it must not be applied to the new one.
func putSalvaged(dir string) error {
	whole := filepath.Join(dir, salvagedFile)
	if _, err := os.Stat(whole); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	for _, name := range []string{databaseFile + "-wal", databaseFile + "-shm", damagedMark} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	if err := os.Rename(whole, filepath.Join(dir, databaseFile)); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// copy copies what can be read.
func (v *salvage) copy(ctx context.Context, from, to string) (err error) {
	old, err := openSQLite(from, 1, "query_only(1)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	fresh := &sqlite{dir: to}
	p, err := fresh.open(ctx, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	version, err := metaValue(ctx, old, metaSchema)
	if isDamage(err) {
		version, err = 1<<62, nil // meta is gone: it was no earlier schema than this, or the tables will not fit
	}
	if err != nil {
		return err
	}
	if version < sealedSchema {
		return fmt.Errorf("schema %d: %w", version, ErrPlain)
	}
	if err := migrateTo(ctx, p, version); err != nil {
		return err
	}
	for _, table := range tables {
		if version < since[table] {
			continue
		}
		if err := v.copyTable(ctx, old, p.write, table); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return nil
}

// keyOf is what a table is ordered by.
var keyOf = map[string]string{
	"meta": "key", "data_key": "id", "journal": "seq", "user_state": "id", "fact": "id", "erased": "id",
	"document": "id, version", "person_key": "number",
}

// copyTable copies the rows before the damage, then those after it, from the end.
func (v *salvage) copyTable(ctx context.Context, old, fresh *sql.DB, table string) error {
	tx, err := fresh.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	for _, order := range []string{"", " DESC"} {
		err := v.copyRows(ctx, old, tx, table, order)
		if err == nil {
			break
		}
		if !isDamage(err) {
			return err
		}
		if order == "" {
			v.broken = append(v.broken, table)
		}
	}
	return tx.Commit()
}

func (v *salvage) copyRows(ctx context.Context, old *sql.DB, tx *sql.Tx, table, order string) error {
	rows, err := old.QueryContext(ctx, `SELECT * FROM `+table+` ORDER BY `+strings.ReplaceAll(keyOf[table], ",", order+",")+order)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ")
	insert, err := tx.PrepareContext(ctx, `INSERT OR IGNORE INTO `+table+` (`+strings.Join(columns, ", ")+`) VALUES (`+marks+`)`)
	if table == "meta" && err == nil {
		insert, err = tx.PrepareContext(ctx, `INSERT OR REPLACE INTO meta (`+strings.Join(columns, ", ")+`) VALUES (`+marks+`)`)
	}
	if err != nil {
		return err
	}
	row, at := make([]any, len(columns)), make([]any, len(columns))
	for i := range row {
		at[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(at...); err != nil {
			return err
		}
		result, err := insert.ExecContext(ctx, row...)
		if err != nil {
			continue // no row of ours has such values
		}
		if n, err := result.RowsAffected(); err == nil {
			v.rows[table] += n
		}
	}
	return rows.Err()
}
