package storage

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"liveroom/engine/live"
)

const pageBytes = 8192

// worn fills a store with the life of a few users and returns its folder, closed, so that everything stands in one file.
func worn(t *testing.T, messages int) (dir string) {
	t.Helper()
	s, stop := start(t, Config{}, nil)
	var records []live.Record
	for i := range messages {
		k, id := user(i%7), strconv.Itoa(i)
		records = append(records, accepted(k, id), told(k, id), stock("SKU"+live.SKU(id), "", 1, 1))
		if i%10 == 9 { // few commits, since each waits for the disk
			must(t, s, append(records, snapshot(user(100+i), id))...)
			records = nil
		}
	}
	keep(t, s, "shop", "one")
	keep(t, s, "shop", "two")
	stop()
	return s.cfg.Dir
}

// held returns the numbers of the messages that a store holds.
func heldBy(t *testing.T, s *Store) map[int]bool {
	t.Helper()
	all := map[int]bool{}
	for u := range 7 {
		for _, r := range load(t, s, user(u)).Tail {
			if r.Kind == live.RecordClosed {
				n, err := strconv.Atoi(string(r.Key.ID))
				if err != nil {
					t.Fatal(err)
				}
				all[n] = true
			}
		}
	}
	return all
}

// The file's last pages are cut off, overwritten or zeroed, as by a copy at a bad moment or a dying disk. What can be read is
// served, the rest is put aside and said, and the node goes on.
func TestDamagedPagesAreQuarantined(t *testing.T) {
	sqliteOnly(t)
	const messages = 200
	dir := worn(t, messages)
	whole, err := os.ReadFile(filepath.Join(dir, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	pages := len(whole) / pageBytes
	random := rand.New(rand.NewPCG(3, 4))
	noise := func(b []byte) {
		for i := range b {
			b[i] = byte(random.Uint32())
		}
	}
	salvages, best := 0, 0
	for round := range 15 {
		last := 1 + random.IntN(max(1, pages/8))
		damaged := append([]byte(nil), whole...)
		tail := damaged[(pages-last)*pageBytes:]
		what := []string{"cut", "noise", "zeroes", "one page of noise", "half a page cut"}[round%5]
		switch what {
		case "cut":
			damaged = damaged[:(pages-last)*pageBytes]
		case "noise":
			noise(tail)
		case "zeroes":
			clear(tail)
		case "one page of noise":
			noise(tail[:pageBytes])
		case "half a page cut":
			damaged = damaged[:(pages-last)*pageBytes+pageBytes/2]
		}
		to := t.TempDir()
		if err := os.WriteFile(filepath.Join(to, databaseFile), damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		s, stop := start(t, Config{Dir: to}, nil)
		held, quarantined := heldBy(t, s), s.Status().Quarantined
		if len(held) == messages && quarantined == 0 {
			t.Logf("%s of %d pages of %d hurt nothing that was read", what, last, pages)
		}
		if len(held) < messages && quarantined == 0 {
			t.Errorf("%s of %d pages of %d: %d of %d messages are held, and nothing was said", what, last, pages, len(held), messages)
		}
		best = max(best, len(held))
		if got := documentsOf(t, s, "shop"); len(got) < 2 && quarantined == 0 {
			t.Errorf("%s of %d pages of %d: of the catalogue there is %q, and nothing was said", what, last, pages, got)
		}
		var after []live.Record
		for i := range 20 {
			after = append(after, accepted(user(i), "after"), closed(user(i), "after"), stock("NEW", "", 1, 2))
		}
		must(t, s, after...)
		facts := 0
		if err := s.Facts(t.Context(), func(live.Record) bool { facts++; return true }); err != nil || facts == 0 {
			t.Errorf("%s of %d pages: %d facts (%v)", what, last, facts, err)
		}
		stop()
		aside, _ := filepath.Glob(filepath.Join(to, damagedDir+"*", databaseFile))
		if len(aside) > 0 {
			salvages++
			if kept, err := os.ReadFile(aside[0]); err != nil || len(kept) < len(damaged)/2 {
				t.Errorf("what was put aside has %d bytes (%v), the damaged file had %d", len(kept), err, len(damaged))
			}
		}
		s, stop = start(t, Config{Dir: to}, nil)
		for i := range 20 {
			if got := load(t, s, user(i)); len(got.Tail) < 2 {
				t.Errorf("%s of %d pages: user %d was written afterwards and is %+v", what, last, i, got)
			}
		}
		stop()
		if again, _ := filepath.Glob(filepath.Join(to, damagedDir+"*")); len(again) > len(aside)+1 {
			t.Errorf("%s of %d pages: it was put aside again: %v", what, last, again)
		}
	}
	if salvages == 0 || best < messages/2 {
		t.Errorf("%d salvages; at best %d of %d messages were held", salvages, best, messages)
	}
}

// Damage that a start does not see is met by a read, and put aside at the next start.
func TestDamageMetLaterIsPutAside(t *testing.T) {
	sqliteOnly(t)
	dir := worn(t, 200)
	s, stop := start(t, Config{Dir: dir}, nil)
	path := filepath.Join(dir, databaseFile)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	roots := rootsOf(t, dir)
	for page := int64(4); page < info.Size()/pageBytes; page++ { // under the store's feet
		if roots[page] { // a row of a user, in its table's first page, is to lead to blocks that are gone
			continue
		}
		if _, err := f.WriteAt(make([]byte, pageBytes), page*pageBytes); err != nil {
			t.Fatal(err)
		}
	}
	f.Close()
	s.readPool.SetMaxIdleConns(0) // what the readers remember is forgotten
	for u := range 7 {
		done := make(chan error, 1)
		s.Load(user(u), func(l Loaded, err error) { done <- err })
		if err := <-done; err != nil && !errors.Is(err, ErrCorrupt) {
			t.Errorf("user %d: %v", u, err)
		}
	}
	if !s.damaged.Load() || s.Status().Quarantined == 0 {
		t.Fatal("no read has met the damage")
	}
	if _, err := os.Stat(filepath.Join(dir, damagedMark)); err != nil {
		t.Errorf("it is not written down: %v", err)
	}
	stop()
	s, _ = start(t, Config{Dir: dir}, nil)
	if _, err := os.Stat(filepath.Join(dir, damagedMark)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the mark is still there: %v", err)
	}
	if aside, _ := filepath.Glob(filepath.Join(dir, damagedDir+"*", databaseFile)); len(aside) != 1 {
		t.Errorf("put aside are %v", aside)
	}
	must(t, s, accepted(user(1), "after"))
	keep(t, s, "shop", "after")
}

// rootsOf returns the pages, from 0, that tables and indexes begin with.
func rootsOf(t *testing.T, dir string) map[int64]bool {
	t.Helper()
	rows, err := byHand(t, dir).Query(`SELECT rootpage FROM sqlite_master WHERE rootpage > 0`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	roots := map[int64]bool{}
	for rows.Next() {
		var page int64
		if err := rows.Scan(&page); err != nil {
			t.Fatal(err)
		}
		roots[page-1] = true
	}
	return roots
}

// A crash in the middle of a salvage leaves the damaged file, or the whole new one, to the next start.
func TestABrokenOffSalvageIsFinished(t *testing.T) {
	sqliteOnly(t)
	dir, other := worn(t, 20), worn(t, 10)
	b, err := os.ReadFile(filepath.Join(other, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, content []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, salvageDir+"1"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(salvageDir+"1/"+databaseFile, []byte("half"))
	s, stop := start(t, Config{Dir: dir}, nil) // it was still being made
	if got := heldBy(t, s); len(got) != 20 {
		t.Errorf("%d messages are held, want those of the old file", len(got))
	}
	stop()
	write(salvagedFile, b) // it was whole
	write(databaseFile+"-wal", []byte("the old one's log, which must not be applied to the new one"))
	write(damagedMark, []byte("because"))
	s, _ = start(t, Config{Dir: dir}, nil)
	if got := heldBy(t, s); len(got) != 10 {
		t.Errorf("%d messages are held, want those of the new file", len(got))
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		if strings.HasPrefix(f.Name(), salvageDir) || f.Name() == salvagedFile || f.Name() == damagedMark {
			t.Errorf("%s was left", f.Name())
		}
	}
}
