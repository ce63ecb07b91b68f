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
	"strings"
	"time"

	"liveroom/engine/storage/archive"
	"liveroom/engine/storage/seal"
)

// tables are what a backup holds, in the order in which they are read and written. Which columns they have, and of which
// type, the database says; what a backup of an earlier schema lacks is added by the steps from there to here.
var tables = []string{"meta", "data_key", "journal", "user_state", "fact", "erased", "document", "person_key"}

// since is the schema that a table came with, where that is later than the first that a backup can be of.
var since = map[string]int64{"erased": 4, "document": 7, "person_key": 8}

// Backup is what a backup holds.
type Backup struct {
	Rows  map[string]int64 // by table
	Files int
	Bytes int64 // of the files
}

// pieceBytes is how much of a file is sealed at a time.
const pieceBytes = 1 << 20

// MakeBackup writes everything that is stored, and the other files of the data folder, as they stand at one instant; a node
// may go on working. It wants the master key, under which the backup is sealed as the store is.
func MakeBackup(ctx context.Context, cfg Config, to io.Writer) (b Backup, err error) {
	snap, err := openSnapshot(ctx, cfg)
	if err != nil {
		return b, err
	}
	defer func() { err = errors.Join(err, snap.close()) }()
	a, err := archive.NewWriter(to)
	if err != nil {
		return b, err
	}
	b.Rows = map[string]int64{}
	for _, table := range tables {
		n, err := snap.dump(ctx, a, table)
		if err != nil {
			return b, fmt.Errorf("back %s up: %w", table, err)
		}
		b.Rows[table] = n
	}
	if err := b.addFiles(a, snap.ring, cfg); err != nil {
		return b, err
	}
	return b, a.End()
}

// instant is a store as it stands at one instant.
type instant struct {
	pools
	conn *sql.Conn
	ring *seal.Keyring
}

// openSnapshot opens a store to be read, whoever has it open.
func openSnapshot(ctx context.Context, cfg Config) (s *instant, err error) {
	cfg = cfg.withDefaults()
	base, err := backendOf(cfg)
	if err != nil {
		return nil, err
	}
	there, err := base.exists(ctx)
	if err == nil && !there {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", cfg.Dir, err)
	}
	s = &instant{}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("store %s: %w", cfg.Dir, err), s.close())
		}
	}()
	if s.pools, err = base.open(ctx, 2); err != nil {
		return nil, err
	}
	if s.conn, err = s.read.Conn(ctx); err != nil {
		return nil, err
	}
	if _, err = s.conn.ExecContext(ctx, s.pools.instant); err != nil {
		return nil, err
	}
	// SQLite takes the instant of the first read.
	version, err := metaValue(ctx, s.conn, metaSchema)
	if err != nil {
		return nil, err
	}
	if version < sealedSchema {
		return nil, fmt.Errorf("schema %d: %w", version, ErrPlain)
	}
	keys, err := readKeys(ctx, s.conn)
	if err != nil {
		return nil, err
	}
	service, err := cfg.KeyService()
	if err != nil {
		return nil, err
	}
	s.ring, err = seal.NewKeyring(ctx, service, keys, time.Now().UnixMilli())
	return s, err
}

func (s *instant) close() error {
	var problems []error
	if s.conn != nil {
		_, err := s.conn.ExecContext(context.Background(), "ROLLBACK")
		problems = append(problems, err, s.conn.Close())
	}
	for _, pool := range []*sql.DB{s.read, s.write} {
		if pool != nil {
			problems = append(problems, pool.Close())
		}
	}
	return errors.Join(problems...)
}

// dump writes a table. Of an earlier schema it may be missing.
func (s *instant) dump(ctx context.Context, a *archive.Writer, table string) (n int64, err error) {
	if version, err := metaValue(ctx, s.conn, metaSchema); err != nil || version < since[table] {
		return 0, err
	}
	rows, err := s.conn.QueryContext(ctx, `SELECT * FROM `+table)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	if err := a.Table(table, columns); err != nil {
		return 0, err
	}
	row, at := make([]any, len(columns)), make([]any, len(columns))
	for i := range row {
		at[i] = &row[i]
	}
	for ; rows.Next(); n++ {
		if err := rows.Scan(at...); err != nil {
			return n, err
		}
		if err := a.Row(row); err != nil {
			return n, err
		}
	}
	if table != "data_key" {
		return n, rows.Err()
	}
	for _, k := range s.ring.Unsaved() { // the backup's own
		n++
		if err := a.Row([]any{int64(k.ID), k.Purpose, k.Created, k.Master, k.Wrapped}); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}

// addFiles writes the other files of the data folder: accounts, keys of tokens and whatever else parts keep
// there, but not the database, the master key, the lock, nor what is being written.
func (b *Backup) addFiles(a *archive.Writer, ring *seal.Keyring, cfg Config) error {
	master, err := filepath.Abs(cfg.MasterKeyPath())
	if err != nil {
		return err
	}
	return filepath.WalkDir(cfg.Dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone meanwhile
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(cfg.Dir, path)
		if err != nil {
			return err
		}
		whole, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		if whole == master || name == lockFile || strings.HasPrefix(name, databaseFile) || strings.Contains(name, ".new-") {
			return nil
		}
		if err := b.addFile(a, ring, name, path); err != nil {
			return fmt.Errorf("back %s up: %w", name, err)
		}
		return nil
	})
}

func (b *Backup) addFile(a *archive.Writer, ring *seal.Keyring, name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := a.Frame(archive.File, binary.AppendUvarint(archive.AppendText(nil, name), uint64(info.Mode().Perm()))); err != nil {
		return err
	}
	b.Files++
	buf := make([]byte, pieceBytes)
	for piece := uint64(0); ; piece++ {
		n, err := io.ReadFull(f, buf)
		if n > 0 {
			sealed, serr := ring.Seal(nil, piecePlace(name, piece), buf[:n])
			if serr != nil {
				return serr
			}
			if serr := a.Frame(archive.Piece, sealed); serr != nil {
				return serr
			}
			b.Bytes += int64(n)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func piecePlace(name string, piece uint64) seal.Place {
	return seal.Place{Table: "backup", Seq: piece, Row: []byte(name)}
}
