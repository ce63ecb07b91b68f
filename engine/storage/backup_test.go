package storage

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
	"liveroom/engine/storage/seal/sealtest"
)

// contents returns everything that a store holds, opened, in one order.
func contents(t *testing.T, s *Store) (all []string) {
	t.Helper()
	for _, r := range s.Pending() {
		all = append(all, "pending "+string(codec.Append(nil, &r)))
	}
	for n := range 12 {
		got := load(t, s, markedRecords(n)[0].User)
		all = append(all, "state "+string(got.State))
		for _, r := range got.Tail {
			all = append(all, "tail "+string(codec.Append(nil, &r)))
		}
	}
	var facts []string
	if err := s.Facts(t.Context(), func(r live.Record) bool { facts = append(facts, "fact "+string(codec.Append(nil, &r))); return true }); err != nil {
		t.Fatal(err)
	}
	for n := range 2 {
		all = append(all, documentsOf(t, s, marked("catalogue", n))...)
	}
	slices.Sort(facts)
	return append(all, facts...)
}

// fill fills a store with a little of everything.
func fill(t *testing.T, s *Store) {
	t.Helper()
	for n := range 12 {
		must(t, s, markedRecords(n)...)
		must(t, s, accepted(user(n), "open"))
		keep(t, s, marked("catalogue", n%2), marked("body", n))
	}
}

func verdict(t *testing.T, cfg Config) Verdict {
	t.Helper()
	v, err := Verify(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A store is backed up while it works, and comes back the same: into either database, with the other files of its folder.
func TestABackupIsRestored(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	dir := s.cfg.Dir
	fill(t, s)
	big := bytes.Repeat([]byte("目录"), pieceBytes/4)
	files := map[string][]byte{"catalogue.yaml": big, "console/sub/a": []byte(sealtest.Chinese), "empty": nil}
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, content, 0o640)); err != nil {
			t.Fatal(err)
		}
	}
	os.WriteFile(filepath.Join(dir, masterFile), []byte("never in a backup"), 0o600)
	os.WriteFile(filepath.Join(dir, "half.new-123"), []byte("being written"), 0o600)
	cfg := on(Config{Dir: dir, Keys: testKeys})
	if v := verdict(t, cfg); v.Faults != 0 || v.Blocks != 24 || v.Users == 0 || v.Facts == 0 || v.Documents != 12 || v.Keys != 2 {
		t.Errorf("of a store that works: %+v", v)
	}
	var archive bytes.Buffer
	b, err := MakeBackup(t.Context(), cfg, &archive)
	if err != nil || b.Files != 3 || b.Rows["journal"] != 24 {
		t.Fatalf("made %+v, %v", b, err)
	}
	must(t, s, accepted(user(1), "after the backup"))
	stop()
	s, stop = start(t, cfg, nil)
	want := slices.DeleteFunc(contents(t, s), func(c string) bool { return strings.Contains(c, "after the backup") })
	stop()
	sealtest.Check(t, "the backup", archive.Bytes())
	if bytes.Contains(archive.Bytes(), []byte("never in a backup")) {
		t.Error("the master key is in the backup")
	}
	for name, to := range map[string]Config{"the same database": on(Config{Dir: t.TempDir(), Keys: testKeys}), "SQLite": {Dir: t.TempDir(), Keys: testKeys}} {
		if got, err := RestoreBackup(t.Context(), to, bytes.NewReader(archive.Bytes())); err != nil || got.Rows["fact"] != b.Rows["fact"] || got.Files != 3 {
			t.Fatalf("into %s: %+v, %v", name, got, err)
		}
		if v := verdict(t, to); v.Faults != 0 || v.Blocks != 24 || v.Documents != 12 || v.Keys != 3 {
			t.Errorf("into %s: %+v", name, v)
		}
		for file, content := range files {
			got, err := os.ReadFile(filepath.Join(to.Dir, file))
			if err != nil || !bytes.Equal(got, content) {
				t.Errorf("into %s: %s came back as %d bytes (%v), was %d", name, file, len(got), err, len(content))
			}
		}
		if _, err := RestoreBackup(t.Context(), to, bytes.NewReader(archive.Bytes())); !errors.Is(err, ErrFilled) {
			t.Errorf("into %s a second time: %v, want ErrFilled", name, err)
		}
		r, err := Open(t.Context(), to, quiet, nil)
		if err != nil {
			t.Fatal(err)
		}
		go r.Run(t.Context())
		<-r.Ready()
		if got := contents(t, r); !slices.Equal(got, want) {
			t.Errorf("into %s: %d things came back, %d were there", name, len(got), len(want))
		}
		must(t, r, accepted(user(1), "goes on"))
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if v := verdict(t, to); v.Faults != 0 {
			t.Errorf("into %s, after more: %q", name, v.Problems)
		}
	}
}

// Whatever happened to a backup is noticed before anything of it is a store.
func TestADamagedBackupIsRefused(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	fill(t, s)
	os.WriteFile(filepath.Join(s.cfg.Dir, "file"), []byte("content"), 0o600)
	var archive bytes.Buffer
	if _, err := MakeBackup(t.Context(), on(Config{Dir: s.cfg.Dir, Keys: testKeys}), &archive); err != nil {
		t.Fatal(err)
	}
	stop()
	whole := archive.Bytes()
	dir := t.TempDir()
	cfg := on(Config{Dir: dir, Keys: testKeys})
	refuse := func(what string, damaged []byte, key bool) {
		t.Helper()
		cfg := cfg
		if key {
			cfg.Keys = otherKeys
		}
		if _, err := RestoreBackup(t.Context(), cfg, bytes.NewReader(damaged)); err == nil {
			t.Fatalf("%s was restored", what)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 { // the lock
			t.Fatalf("%s left %v (%v)", what, left, err)
		}
	}
	step := len(whole)/25 + 1
	for at := 0; at < len(whole); at += step {
		flipped := bytes.Clone(whole)
		flipped[at] ^= 0x40
		refuse("a flipped bit", flipped, false)
		refuse("a cut", whole[:at], false)
	}
	refuse("more at the end", append(bytes.Clone(whole), 0), false)
	refuse("another's master key", whole, true)
	refuse("nothing", nil, false)
	if _, err := RestoreBackup(t.Context(), cfg, bytes.NewReader(whole)); err != nil {
		t.Errorf("after all that the whole one: %v", err)
	}
}

// A restore that a crash broke off is no store.
func TestHalfARestoreDoesNotStart(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	fill(t, s)
	dir := s.cfg.Dir
	stop()
	edit(t, dir, `INSERT INTO meta (key, value) VALUES ('restoring', 1)`)
	if err := refusal(t, Config{Dir: dir, Keys: testKeys}); !errors.Is(err, ErrHalf) {
		t.Errorf("it is refused with %v, want ErrHalf", err)
	}
}

// Who was erased after a backup was made does not come back with it.
func TestARestoreBringsNobodyBack(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	fillForErasure(t, s)
	cfg := on(Config{Dir: s.cfg.Dir, Keys: testKeys})
	var before, after bytes.Buffer
	if _, err := MakeBackup(t.Context(), cfg, &before); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := RequestErasure(t.Context(), cfg, gone); err != nil {
		t.Fatal(err)
	}
	if v := verdict(t, cfg); v.Faults != 1 || !strings.Contains(v.Problems[0], "to be erased") {
		t.Errorf("before the next start: %+v", v)
	}
	_, stop = start(t, cfg, nil)
	stop()
	if v := verdict(t, cfg); v.Faults != 0 {
		t.Errorf("after the next start: %q", v.Problems)
	}
	if _, err := MakeBackup(t.Context(), cfg, &after); err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(cfg.erasedPath())
	if err != nil {
		t.Fatal(err)
	}
	for name, archive := range map[string]*bytes.Buffer{"the backup of before": &before, "the backup of after": &after} {
		to := on(Config{Dir: t.TempDir(), Keys: testKeys})
		if archive == &before { // the list lies where it was kept; the later backup has it
			if err := os.WriteFile(to.erasedPath(), list, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := RestoreBackup(t.Context(), to, archive); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(to.erasedPath()); err != nil || !bytes.Equal(got, list) {
			t.Errorf("%s: the list is %q (%v), want %q", name, got, err, list)
		}
		r, stop := start(t, to, nil)
		if got := trace(t, r); got != nil {
			t.Errorf("%s: the person is found in %q", name, got)
		}
		stop()
	}
}

// Verify finds whatever was done to the tables.
func TestVerifyFindsTampering(t *testing.T) {
	at := newClock()
	s := drive(t, Config{}, at.now)
	dir := s.cfg.Dir
	for n := range 4 {
		put(s, markedRecords(n)...)
	}
	put(s, snapshot(user(1), "one"), snapshot(user(2), "two"), stock("A", "", 1, 1))
	put(s, closed(user(1), "x"))
	keep(t, s, "shop", "one")
	keep(t, s, "shop", "two")
	s.Close()
	cfg := on(Config{Dir: dir, Keys: testKeys})
	if v := verdict(t, cfg); v.Faults != 0 {
		t.Fatalf("untouched: %q", v.Problems)
	}
	for _, c := range []struct{ what, do, want string }{
		{"a block removed", `DELETE FROM journal WHERE seq = 2`, "blocks 2 to 2 are missing"},
		{"a block moved", `UPDATE journal SET data = (SELECT data FROM journal WHERE seq = 1) WHERE seq = 3`, "block 3"},
		{"a block said to hold more", `UPDATE journal SET records = records + 1 WHERE seq = 4`, "records"},
		{"a block renumbered", `UPDATE journal SET seq = 9 WHERE seq = 6`, "block 9"},
		{"the end cut off", `DELETE FROM journal WHERE seq > 3`, "the journal ends at 3"},
		{"a snapshot moved", `UPDATE user_state SET state = (SELECT state FROM user_state WHERE state IS NOT NULL ORDER BY id LIMIT 1) WHERE state IS NOT NULL`, "snapshot"},
		{"a snapshot said to be later", `UPDATE user_state SET seq = seq + 1 WHERE state IS NOT NULL`, "snapshot"},
		{"a fact renamed", `UPDATE fact SET kind = 'present' WHERE kind = 'stock'`, "something else"},
		{"a fact made newer", `UPDATE fact SET version = version + 1 WHERE kind = 'reservation'`, "reservation"},
		{"a document put in a later one's place", `UPDATE document SET data = (SELECT data FROM document WHERE version = 1) WHERE version = 2`, "version 2: "},
		{"a document brought back as the latest", `UPDATE document SET version = 3 WHERE version = 1`, "version 3: "},
		{"a document said to be another", `UPDATE document SET kind = 'knowledge' WHERE version = 1`, "something else"},
		{"a data key gone", `DELETE FROM data_key WHERE purpose = 'data'`, "block 1: sealed bytes do not open"},
		{"a key wrapped by another", `UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key WHERE purpose = 'index') WHERE purpose = 'data'`, "data_key"},
		{"a checkpoint of the future", `INSERT INTO meta (key, value) VALUES ('checkpoint', 99) ON CONFLICT (key) DO UPDATE SET value = 99`, "the checkpoint is 99"},
	} {
		t.Run(c.what, func(t *testing.T) {
			var archive bytes.Buffer
			if _, err := MakeBackup(t.Context(), cfg, &archive); err != nil {
				t.Fatal(err)
			}
			copied := on(Config{Dir: t.TempDir(), Keys: testKeys})
			if _, err := RestoreBackup(t.Context(), copied, &archive); err != nil {
				t.Fatal(err)
			}
			edit(t, copied.Dir, c.do)
			if v := verdict(t, copied); v.Faults == 0 || !strings.Contains(strings.Join(v.Problems, "\n"), c.want) {
				t.Errorf("the verdict is %q, want %q", v.Problems, c.want)
			}
		})
	}
}
