package storage

import (
	"context"
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"liveroom/engine/live"
)

// with returns the steps of a kind of database, and one more.
func with(t *testing.T, kind, step string) fs.FS {
	t.Helper()
	all := fstest.MapFS{"99999_more.sql": {Data: []byte("-- +goose Up\n" + step)}}
	dir := "schema/" + kind
	files, err := schemas.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := schemas.ReadFile(dir + "/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name()] = &fstest.MapFile{Data: b}
	}
	return all
}

func TestMigrationKeepsWhatIsThere(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	dir, kind := s.cfg.Dir, s.committer.writer.kind
	must(t, s, accepted(user(1), "a"))
	stop()
	db := byHand(t, dir)
	db.SetMaxOpenConns(1)
	version := func() (n int64) {
		t.Helper()
		n, err := metaValue(t.Context(), db, metaSchema)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := version()
	half := `CREATE TABLE half (x INTEGER); CREATE TABLE half (x INTEGER);`
	if err := migrateBy(t.Context(), db, with(t, kind, strings.ReplaceAll(half, "; ", ";\n")), 99999); err == nil || version() != before {
		t.Errorf("a step that fails went well (%v), the schema is %d", err, version())
	}
	if err := db.QueryRow(`SELECT count(*) FROM half`).Scan(new(int)); err == nil {
		t.Error("half a step stayed")
	}
	s, stop = start(t, Config{Dir: dir}, nil)
	if len(s.Pending()) != 1 {
		t.Error("what was there is gone after a step that failed")
	}
	stop()
	for range 2 { // a second time there is nothing to do
		if err := migrateBy(t.Context(), db, with(t, kind, `CREATE TABLE more (x INTEGER);`), 99999); err != nil || version() != 99999 {
			t.Errorf("one step more: %v, the schema is %d", err, version())
		}
	}
	if err := refusal(t, Config{Dir: dir, Keys: testKeys}); !errors.Is(err, ErrSchema) {
		t.Errorf("a newer schema: %v, want ErrSchema", err)
	}
	edit(t, dir, `UPDATE meta SET value = $1 WHERE key = 'schema'`, before)
	s, _ = start(t, Config{Dir: dir}, nil)
	if len(s.Pending()) != 1 {
		t.Error("what was there is gone")
	}
}

// older makes an empty SQLite database of an earlier schema, as liveroom made it before it had goose.
func older(t *testing.T, dir string, version int) {
	t.Helper()
	edit(t, dir, `CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID`)
	files, err := schemas.ReadDir("schema/sqlite")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if numberOf(t, f.Name()) > version {
			break
		}
		b, err := schemas.ReadFile("schema/sqlite/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		edit(t, dir, string(b))
	}
	edit(t, dir, `INSERT INTO meta VALUES ('schema', $1)`, version)
}

// numberOf returns the schema that a step leads to.
func numberOf(t *testing.T, step string) int {
	t.Helper()
	number, _, _ := strings.Cut(step, "_")
	n, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Whatever a database of before there was sealing holds cannot be taken over: it is refused unless it is empty, and left as it was.
func TestAPlainDatabaseIsRefused(t *testing.T) {
	sqliteOnly(t)
	for version := 1; version < sealedSchema; version++ {
		dir := t.TempDir()
		older(t, dir, version)
		for _, fill := range []string{
			`INSERT INTO journal (seq, at, records, data) VALUES (1, 2, 3, x'01')`,
			`INSERT INTO user_state (room, user, seq) VALUES (x'61', x'62', 1)`,
			`INSERT INTO fact (kind, shop, key, at, data) VALUES ('stock', x'', x'61', 2, x'01')`,
		} {
			edit(t, dir, fill)
			for range 2 {
				if _, err := Open(context.Background(), Config{Dir: dir, Keys: testKeys}, quiet, nil); !errors.Is(err, ErrPlain) {
					t.Errorf("schema %d with %s: %v, want ErrPlain", version, fill, err)
				}
			}
			edit(t, dir, `DELETE FROM journal; DELETE FROM user_state; DELETE FROM fact`)
		}
		s, _ := start(t, Config{Dir: dir}, nil)
		must(t, s, stock("A", "", 6, 9), reserved(user(1), "a", 1, live.ReservationOpen, 10, 500))
		if held := reservations(t, s); len(held) != 1 {
			t.Errorf("schema %d: reservations are %+v, want one", version, held)
		}
	}
}

// A database of every schema since there was sealing opens with what is in it.
func TestEveryEarlierSchemaOpens(t *testing.T) {
	sqliteOnly(t)
	files, err := schemas.ReadDir("schema/sqlite")
	if err != nil {
		t.Fatal(err)
	}
	s, stop := start(t, Config{}, nil)
	from := s.cfg.Dir
	must(t, s, accepted(user(1), "a"), stock("A", "", 6, 9), snapshot(user(2), "two"))
	stop()
	for _, f := range files {
		version := numberOf(t, f.Name())
		if version < sealedSchema {
			continue
		}
		dir := t.TempDir()
		older(t, dir, version)
		for _, table := range []string{"journal", "user_state", "fact", "data_key"} {
			edit(t, dir, `ATTACH '`+from+`/`+databaseFile+`' AS was; INSERT INTO `+table+` SELECT * FROM was.`+table)
		}
		s, stop := start(t, Config{Dir: dir}, nil)
		if got := load(t, s, user(2)); len(s.Pending()) != 1 || string(got.State) != "two" || s.Status().Quarantined != 0 {
			t.Errorf("schema %d: %d pending, user 2 is %+v, %d quarantined", version, len(s.Pending()), got, s.Status().Quarantined)
		}
		must(t, s, closed(user(1), "a"))
		stop()
		if got := shape(t, dir); len(got) != len(shape(t, from)) {
			t.Errorf("schema %d became %q", version, got)
		}
	}
}
