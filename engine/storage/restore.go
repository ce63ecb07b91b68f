package storage

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"liveroom/engine/storage/archive"
	"liveroom/engine/storage/seal"
)

// RestoreBackup puts a backup where there is no store yet: into SQLite or PostgreSQL, wherever it was made. On an error
// nothing of it is left to start from. Whoever was erased and stands in the list that lies in the folder already stays
// erased: the next start sees to it. Open it afterwards, or Verify it.
func RestoreBackup(ctx context.Context, cfg Config, from io.Reader) (b Backup, err error) {
	cfg = cfg.withDefaults()
	if err := cfg.Validate(); err != nil {
		return b, err
	}
	service, err := cfg.KeyService()
	if err != nil {
		return b, err
	}
	base, err := backendOf(cfg)
	if err != nil {
		return b, err
	}
	lock, err := lockDir(cfg.Dir)
	if err != nil {
		return b, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	there, err := base.exists(ctx)
	if err != nil {
		return b, fmt.Errorf("store %s: %w", cfg.Dir, err)
	}
	if there {
		return b, fmt.Errorf("store %s: %w: restore into an empty folder or database, and put that in its place", cfg.Dir, ErrFilled)
	}
	r := &restorer{cfg: cfg, service: service, backup: Backup{Rows: map[string]int64{}}}
	if r.pools, err = base.open(ctx, 1); err == nil {
		if err = r.run(ctx, from); err != nil {
			err = errors.Join(fmt.Errorf("restore: %w", err), r.clear(context.WithoutCancel(ctx)))
		}
	}
	for _, pool := range []*sql.DB{r.read, r.write} {
		if pool != nil {
			err = errors.Join(err, pool.Close())
		}
	}
	if err != nil && r.kind == "sqlite" {
		for _, name := range []string{databaseFile, databaseFile + "-wal", databaseFile + "-shm"} {
			os.Remove(filepath.Join(cfg.Dir, name)) // half a database helps nobody, and it was not there before
		}
	}
	return r.backup, err
}

// restorer is one restore under way.
type restorer struct {
	cfg     Config
	service seal.KeyService
	pools
	backup Backup

	meta    [][]any // written last, so that a restore that broke off is no store
	version int64
	keys    []seal.Row
	ring    *seal.Keyring

	tx     *sql.Tx
	insert *sql.Stmt
	inTx   int

	table     string
	width     int // columns
	statement string

	file  *os.File
	name  string
	piece uint64
	files []string // made so far
}

// restoreBatch is how many rows one transaction takes.
const restoreBatch = 2000

// run reads the archive and writes what is in it.
func (r *restorer) run(ctx context.Context, from io.Reader) (err error) {
	defer func() {
		if r.tx != nil {
			err = errors.Join(err, r.tx.Rollback())
		}
		if r.file != nil {
			err = errors.Join(err, r.file.Close())
		}
	}()
	a, err := archive.NewReader(from)
	if err != nil {
		return err
	}
	for {
		kind, payload, err := a.Next()
		if errors.Is(err, io.EOF) {
			return r.finish(ctx)
		}
		if err != nil {
			return err
		}
		switch kind {
		case archive.Table:
			err = r.begin(ctx, payload)
		case archive.Row:
			err = r.row(ctx, payload)
		case archive.File:
			err = r.create(ctx, payload)
		case archive.Piece:
			err = r.pour(ctx, payload)
		default:
			err = fmt.Errorf("%w: a frame of kind %q", archive.ErrCorrupt, kind)
		}
		if err != nil {
			return err
		}
	}
}

// clear removes what was written before an error.
func (r *restorer) clear(ctx context.Context) error {
	var problems []error
	for _, f := range r.files {
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			problems = append(problems, err)
		}
	}
	if _, err := r.write.ExecContext(ctx, `DROP VIEW IF EXISTS known_user`); err != nil {
		problems = append(problems, err)
	}
	for _, table := range tables {
		if _, err := r.write.ExecContext(ctx, `DROP TABLE IF EXISTS `+table); err != nil {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

// columnName is what may be put into a statement.
var columnName = regexp.MustCompile(`^[a-z_]+$`)

// begin goes on to a table.
func (r *restorer) begin(ctx context.Context, payload []byte) error {
	names, err := archive.Texts(payload)
	if err != nil {
		return err
	}
	if len(names) < 2 || !slices.Contains(tables, names[0]) || slices.ContainsFunc(names, func(n string) bool { return !columnName.MatchString(n) }) {
		return fmt.Errorf("%w: a table %q", archive.ErrCorrupt, names)
	}
	if r.table == "meta" {
		if err := r.makeTables(ctx); err != nil {
			return err
		}
	}
	if err := r.commit(); err != nil {
		return err
	}
	marks := make([]string, len(names)-1)
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	r.table, r.width = names[0], len(marks)
	r.statement = `INSERT INTO ` + r.table + ` (` + strings.Join(names[1:], ", ") + `) VALUES (` + strings.Join(marks, ", ") + `)`
	return nil
}

// makeTables makes the tables as they were in the backup's schema, once that is known.
func (r *restorer) makeTables(ctx context.Context) error {
	for _, row := range r.meta {
		if key, ok := row[0].(string); ok && key == metaSchema {
			r.version, _ = row[1].(int64)
		}
	}
	if r.version < sealedSchema {
		return fmt.Errorf("%w: it has no schema", archive.ErrCorrupt)
	}
	if r.kind != "sqlite" {
		// The first schema of PostgreSQL has the tables of SQLite's third, and more.
		r.version = max(r.version, 4)
	}
	if err := migrateTo(ctx, r.pools, r.version); err != nil {
		return err
	}
	if _, err := r.write.ExecContext(ctx, `DELETE FROM meta`); err != nil {
		return err
	}
	_, err := r.write.ExecContext(ctx, setMeta, metaRestoring, 1)
	return err
}

func (r *restorer) row(ctx context.Context, payload []byte) error {
	row, err := archive.Values(payload)
	if err != nil {
		return err
	}
	if len(row) != r.width || r.table == "" {
		return fmt.Errorf("%w: a row of %d values in table %q", archive.ErrCorrupt, len(row), r.table)
	}
	r.backup.Rows[r.table]++
	switch r.table {
	case "meta":
		r.meta = append(r.meta, row)
		return nil
	case "data_key":
		if err := r.key(row); err != nil {
			return err
		}
	}
	if r.tx == nil {
		if r.tx, err = r.write.BeginTx(ctx, nil); err != nil {
			return err
		}
		if r.insert, err = r.tx.PrepareContext(ctx, r.statement); err != nil {
			return fmt.Errorf("write %s: %w", r.table, err)
		}
	}
	if _, err := r.insert.ExecContext(ctx, row...); err != nil {
		return fmt.Errorf("write %s: %w", r.table, err)
	}
	if r.inTx++; r.inTx >= restoreBatch {
		return r.commit()
	}
	return nil
}

func (r *restorer) key(row []any) error {
	id, a := row[0].(int64)
	purpose, b := row[1].(string)
	created, c := row[2].(int64)
	master, d := row[3].(string)
	wrapped, e := row[4].([]byte)
	if len(row) != 5 || !a || !b || !c || !d || !e || id < 1 || id > 1<<32-1 {
		return fmt.Errorf("%w: a data key", archive.ErrCorrupt)
	}
	r.keys = append(r.keys, seal.Row{ID: uint32(id), Purpose: purpose, Created: created, Master: master, Wrapped: wrapped})
	return nil
}

func (r *restorer) commit() error {
	if r.tx == nil {
		return nil
	}
	tx := r.tx
	r.tx, r.inTx = nil, 0
	return tx.Commit()
}

// create begins a file. A name leads nowhere but into the folder.
func (r *restorer) create(ctx context.Context, payload []byte) (err error) {
	if err := r.closeFile(); err != nil {
		return err
	}
	name, rest, err := archive.Text(payload)
	if err != nil {
		return err
	}
	perm, size := binary.Uvarint(rest)
	if size <= 0 || !filepath.IsLocal(name) || name == lockFile || strings.HasPrefix(name, databaseFile) {
		return fmt.Errorf("%w: a file %q", archive.ErrCorrupt, name)
	}
	if r.ring == nil {
		if r.ring, err = seal.NewKeyring(ctx, r.service, r.keys, time.Now().UnixMilli()); err != nil {
			return err
		}
	}
	r.name, r.piece = name, 0
	path := filepath.Join(r.cfg.Dir, name)
	if name == erasedFile {
		path += ".restored"
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	r.file, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fs.FileMode(perm).Perm())
	if err == nil {
		r.files = append(r.files, path)
	}
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: %s is there already; restore into an empty folder (%s alone may be in it, and the master key)", ErrFilled, path, erasedFile)
	}
	r.backup.Files++
	return err
}

func (r *restorer) pour(ctx context.Context, sealed []byte) error {
	if r.file == nil {
		return fmt.Errorf("%w: a piece of no file", archive.ErrCorrupt)
	}
	plain, err := r.ring.Open(ctx, piecePlace(r.name, r.piece), sealed)
	if err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	r.piece++
	r.backup.Bytes += int64(len(plain))
	_, err = r.file.Write(plain)
	return err
}

// closeFile ends the file under way. The list of the erased is joined to the one that is there.
func (r *restorer) closeFile() error {
	if r.file == nil {
		return nil
	}
	f := r.file
	r.file = nil
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if r.name != erasedFile {
		return nil
	}
	list, err := readErased(f.Name())
	if err == nil {
		err = addErased(r.cfg.erasedPath(), list)
	}
	return errors.Join(err, os.Remove(f.Name()))
}

// finish makes what was written a store.
func (r *restorer) finish(ctx context.Context) error {
	if err := errors.Join(r.commit(), r.closeFile()); err != nil {
		return err
	}
	if r.version == 0 {
		return fmt.Errorf("%w: it has no tables", archive.ErrCorrupt)
	}
	tx, err := r.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	if _, err := tx.ExecContext(ctx, `DELETE FROM meta`); err != nil {
		return err
	}
	for _, row := range r.meta {
		if row[0] == metaSchema {
			row[1] = r.version
		}
		if _, err := tx.ExecContext(ctx, setMeta, row...); err != nil {
			return fmt.Errorf("write meta: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return migrate(ctx, r.pools)
}
