package storage

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/storage/seal"
)

// makeFixture, set to anything, has TestMakeFixture write the fixture of the schema in use: what a database of this version
// holds, for every later version to be tested with. See schemas_test.go.
const makeFixture = "LIVEROOM_FIXTURE"

// schemaFixtures is where they are, named by the number of their schema.
var schemaFixtures = filepath.Join("testdata", "schemas")

// fixtureTime is what time it is in a fixture.
func fixtureTime() time.Time { return time.UnixMilli(1700000060000) }

// fixtureRows are what a fixture holds, an entry at a time: a dialogue with an answer, a message that nobody has answered yet,
// a snapshot, stock, a reservation in its second version, and much of one user at once.
func fixtureRows() [][]live.Record {
	all := [][]live.Record{
		{accepted(user(1), "a")},
		{closed(user(1), "a")},
		{accepted(user(1), "open")},
		{snapshot(user(2), "two")},
		{accepted(user(2), "b"), closed(user(2), "b")},
		{stock("A", "beijing", 6, 1699999999000)},
		{reserved(user(1), "r1", 1, live.ReservationOpen, 1700000000000, 1800000000000)},
		{reserved(user(1), "r1", 2, live.ReservationConfirmed, 1700000001000, 1800000000000)},
	}
	var crowd []live.Record
	for _, id := range []string{"c1", "c2", "c3", "c4", "c5", "c6"} {
		crowd = append(crowd, accepted(user(3), id), closed(user(3), id))
	}
	return append(all, crowd)
}

// fixtureDocument is a document that fixtures hold from schema 7 on.
const fixtureDocument = "小钢炮保温杯 39 元"

// fixturePlace is where something of a person stands that is sealed under a key of that person, from schema 8 on: in a line of
// the fixture.
var fixturePlace = seal.Place{Table: "fixture", Row: []byte("person")}

// TestMakeFixture writes every row of a database of the schema in use as SQL, byte strings as x'…'. It never changes a
// fixture that is there: each was written by its own version.
func TestMakeFixture(t *testing.T) {
	if os.Getenv(makeFixture) == "" {
		t.Skip("it makes a fixture: " + makeFixture + "=1 go test -count=1 ./engine/storage -run TestMakeFixture")
	}
	s, stop := start(t, Config{}, fixtureTime)
	dir := s.cfg.Dir
	for _, entry := range fixtureRows() {
		must(t, s, entry...)
	}
	keep(t, s, "shop", fixtureDocument)
	person, err := s.SealPerson(user(1), fixturePlace, []byte(user(1).User))
	if err == nil {
		err = s.SavePeople(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	stop()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var version int
	if err := db.QueryRow(`SELECT value FROM meta WHERE key = 'schema'`).Scan(&version); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "-- What a database of schema %d holds, as its version wrote it; made by TestMakeFixture, never changed.\n-- person %x\n", version, person)
	rows, err := db.Query(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	rows.Close()
	for _, table := range tables {
		dumpFixture(t, db, &b, table)
	}
	path := filepath.Join(schemaFixtures, fmt.Sprintf("%05d.sql", version))
	if err := os.MkdirAll(schemaFixtures, 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		t.Fatalf("%v: remove it first, if it was made wrongly and no release had it", err)
	}
	defer f.Close()
	if _, err := f.WriteString(b.String()); err != nil {
		t.Fatal(err)
	}
}

// dumpFixture writes the rows of a table.
func dumpFixture(t *testing.T, db *sql.DB, b *strings.Builder, table string) {
	t.Helper()
	rows, err := db.Query(`SELECT * FROM ` + table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	row, at := make([]any, len(columns)), make([]any, len(columns))
	for i := range row {
		at[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(at...); err != nil {
			t.Fatal(err)
		}
		if table == "meta" && fmt.Sprint(row[0]) == "schema" {
			continue // the steps write it
		}
		var values []string
		for _, v := range row {
			switch v := v.(type) {
			case nil:
				values = append(values, "NULL")
			case []byte:
				values = append(values, fmt.Sprintf("x'%x'", v))
			case string:
				values = append(values, "'"+strings.ReplaceAll(v, "'", "''")+"'")
			default:
				values = append(values, fmt.Sprint(v))
			}
		}
		fmt.Fprintf(b, "INSERT INTO %s (%s) VALUES (%s);\n", table, strings.Join(columns, ", "), strings.Join(values, ", "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
