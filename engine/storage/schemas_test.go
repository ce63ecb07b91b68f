package storage

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"liveroom/engine/live"
)

// versionsOf returns the numbers of the steps of a kind of database.
func versionsOf(t *testing.T, kind string) (all []int64) {
	t.Helper()
	files, err := schemas.ReadDir("schema/" + kind)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		number, _, _ := strings.Cut(f.Name(), "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			t.Fatalf("step %s: its name does not begin with a number", f.Name())
		}
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}

// fixtureOf returns where the fixture of a schema is.
func fixtureOf(version int64) string {
	return filepath.Join(schemaFixtures, fmt.Sprintf("%05d.sql", version))
}

// TestEverySupersededSchemaHasAFixture wants of every schema that was in use, since there was sealing, what a database of it
// held. That of the latest schema is wanted once there is a later one; it may be made before.
func TestEverySupersededSchemaHasAFixture(t *testing.T) {
	all := versionsOf(t, "sqlite")
	for _, version := range all[:len(all)-1] {
		if version < sealedSchema {
			continue // refused unless it is empty: TestAPlainDatabaseIsRefused
		}
		if _, err := os.Stat(fixtureOf(version)); err != nil {
			t.Errorf(`%s is missing: schema %d is superseded, and what its liveroom wrote must stay readable.
Make it with the code that wrote it, the last commit whose highest step is %[2]d:
	git worktree add /tmp/was%[2]d COMMIT && cd /tmp/was%[2]d
	%[3]s=1 go test -count=1 ./engine/storage -run TestMakeFixture
and copy engine/storage/testdata/schemas/%05[2]d.sql from there to here, as it is.`, fixtureOf(version), version, makeFixture)
		}
	}
	if latest := versionsOf(t, "postgres"); latest[len(latest)-1] != all[len(all)-1] {
		t.Errorf("the latest schema of PostgreSQL is %d, of SQLite %d: every step has a file in both folders", latest[len(latest)-1], all[len(all)-1])
	}
}

// bytesOfSQLite are byte strings as a fixture has them.
var bytesOfSQLite = regexp.MustCompile(`x'([0-9a-f]*)'`)

// sealedOfPerson is what a fixture has sealed under a key of user 1.
var sealedOfPerson = regexp.MustCompile(`(?m)^-- person ([0-9a-f]+)$`)

// fillFixture makes a database of an earlier schema in a folder and puts the rows of its fixture in. It returns what the
// fixture has sealed of a person, nil for nothing.
func fillFixture(t *testing.T, dir string, version int64) (person []byte) {
	t.Helper()
	fixture, err := os.ReadFile(fixtureOf(version))
	if err != nil {
		t.Fatal(err)
	}
	base, err := backendOf(on(Config{Dir: dir}.withDefaults()))
	if err != nil {
		t.Fatal(err)
	}
	p, err := base.open(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := migrateTo(t.Context(), p, version); err != nil {
		t.Fatalf("make schema %d: %v", version, err)
	}
	if got, err := metaValue(t.Context(), p.write, metaSchema); err != nil || got != version {
		t.Fatalf("made schema %d, %v; want %d", got, err, version)
	}
	if err := p.close(); err != nil {
		t.Fatal(err)
	}
	text := string(fixture)
	if on(Config{Dir: dir}).DSN != "" {
		text = bytesOfSQLite.ReplaceAllString(text, `'\x$1'`)
	}
	edit(t, dir, text)
	if found := sealedOfPerson.FindStringSubmatch(text); found != nil {
		if person, err = hex.DecodeString(found[1]); err != nil {
			t.Fatal(err)
		}
	}
	return person
}

// TestEveryEarlierVersionIsReadBack opens what every earlier version has written, on whichever database the tests run, and
// wants all of it: what was said and answered, what is open, snapshots, stock and reservations.
func TestEveryEarlierVersionIsReadBack(t *testing.T) {
	kind := "sqlite"
	if on(Config{Dir: t.TempDir()}).DSN != "" {
		kind = "postgres"
	}
	known := versionsOf(t, kind)
	files, err := os.ReadDir(schemaFixtures)
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, f := range files {
		version, err := strconv.ParseInt(strings.TrimSuffix(f.Name(), ".sql"), 10, 64)
		if err != nil {
			t.Fatalf("%s is no fixture", f.Name())
		}
		if !slices.Contains(known, version) {
			continue // PostgreSQL came with the fourth schema
		}
		read++
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			dir := t.TempDir()
			person := fillFixture(t, dir, version)
			if version >= 8 && person == nil {
				t.Error("the fixture has nothing of a person")
			}
			for range 2 { // what is migrated opens again
				s, stop := start(t, Config{Dir: dir}, fixtureTime)
				checkFixture(t, s)
				if d, err := s.Document(t.Context(), "catalogue", "shop"); version >= 7 && (err != nil || string(d.Body) != fixtureDocument) {
					t.Errorf("the document is %+v, %v", d, err)
				}
				if person != nil {
					if got, err := s.OpenPerson(t.Context(), fixturePlace, slices.Clone(person)); err != nil || string(got) != string(user(1).User) {
						t.Errorf("what was sealed of user 1 opens to %q, %v", got, err)
					}
				}
				stop()
			}
			if now, err := metaValue(t.Context(), byHand(t, dir), metaSchema); err != nil || now != known[len(known)-1] {
				t.Errorf("after the start the schema is %d, %v; want %d", now, err, known[len(known)-1])
			}
			cfg := on(Config{Dir: dir, Keys: testKeys})
			if v, err := Verify(context.Background(), cfg); err != nil || v.Faults != 0 || v.Records == 0 {
				t.Errorf("verify finds %+v, %v", v, err)
			}
			s, stop := start(t, Config{Dir: dir}, fixtureTime)
			must(t, s, closed(user(1), "open"))
			stop()
			s, _ = start(t, Config{Dir: dir}, fixtureTime)
			if len(s.Pending()) != 0 {
				t.Error("what was open cannot be closed")
			}
		})
	}
	if read == 0 {
		t.Error("there is no fixture at all")
	}
}

// checkFixture wants everything that fixtureRows has.
func checkFixture(t *testing.T, s *Store) {
	t.Helper()
	if n := s.Status().Quarantined; n != 0 {
		t.Errorf("%d rows are put aside", n)
	}
	pending := s.Pending()
	if len(pending) != 1 || pending[0].User != user(1) || pending[0].Event == nil || pending[0].Event.ID != "open" {
		t.Errorf("open is %+v, want the message open alone", pending)
	}
	one := load(t, s, user(1))
	if len(one.Tail) != 3 || one.Lost != 0 {
		t.Fatalf("user 1 has %+v, want three records", one)
	}
	if e := one.Tail[0].Event; e == nil || e.Text != accepted(user(1), "a").Event.Text || e.At != 1699999999000 {
		t.Errorf("what user 1 said is %+v", one.Tail[0])
	}
	if want := closed(user(1), "a"); string(one.Tail[1].Frame) != string(want.Frame) || string(one.Tail[1].State) != string(want.State) ||
		one.Tail[1].Outcome != live.Replied {
		t.Errorf("what user 1 was told is %+v", one.Tail[1])
	}
	two := load(t, s, user(2))
	if string(two.State) != "two" || len(two.Tail) != 2 || string(two.Tail[1].Frame) != string(closed(user(2), "b").Frame) {
		t.Errorf("user 2 has %+v, want the snapshot and two records", two)
	}
	three := load(t, s, user(3))
	if len(three.Tail) != 12 || three.Lost != 0 || string(three.Tail[11].Frame) != string(closed(user(3), "c6").Frame) {
		t.Errorf("user 3 has %d records, want 12", len(three.Tail))
	}
	held := reservations(t, s)
	if r := held["r1"]; len(held) != 1 || r.Version != 2 || r.State != live.ReservationConfirmed || r.SKU != "DEMO-3" || r.User != user(1) {
		t.Errorf("reservations are %+v", held)
	}
	found := 0
	err := s.Facts(context.Background(), func(r live.Record) bool {
		if e := r.Event; e != nil && e.Type == live.StockUpdate && e.SKU == "A" && e.Warehouse == "beijing" && e.Available == 6 {
			found++
		}
		return true
	})
	if err != nil || found != 1 {
		t.Errorf("stock is found %d times, %v", found, err)
	}
}
