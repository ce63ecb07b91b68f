package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
)

// keep keeps a catalogue.
func keep(t testing.TB, s *Store, name, body string) uint64 {
	t.Helper()
	v, err := s.KeepDocument(t.Context(), Document{Kind: "catalogue", Name: name, Author: "p-" + name, Body: []byte(body)})
	if err != nil {
		t.Fatalf("keep: %v", err)
	}
	return v
}

// documentsOf returns the versions of a catalogue, the latest first.
func documentsOf(t testing.TB, s *Store, name string) (all []string) {
	t.Helper()
	_, err := s.Documents(t.Context(), "catalogue", name, func(d Document) bool {
		all = append(all, fmt.Sprintf("%d %s %s: %s", d.Version, d.Name, d.Author, d.Body))
		return true
	})
	if err != nil {
		t.Fatalf("documents: %v", err)
	}
	return all
}

func TestADocumentIsKeptInVersions(t *testing.T) {
	at := newClock()
	s, stop := start(t, Config{}, at.now)
	if d, err := s.Document(t.Context(), "catalogue", "shop"); !errors.Is(err, ErrNotFound) {
		t.Errorf("before there is any: %+v, %v, want ErrNotFound", d, err)
	}
	big := strings.Repeat("保温杯 ", 300_000)
	for i, body := range []string{"one", big, ""} {
		if v := keep(t, s, "shop", body); v != uint64(i+1) {
			t.Errorf("version %d, want %d", v, i+1)
		}
	}
	if v := keep(t, s, "other", "another"); v != 1 {
		t.Errorf("another name begins with version %d", v)
	}
	want := []string{"3 shop p-shop: ", "2 shop p-shop: " + big, "1 shop p-shop: one"}
	check := func(when string) {
		t.Helper()
		if got := documentsOf(t, s, "shop"); !slices.Equal(got, want) {
			t.Errorf("%s: %d versions, %.100q", when, len(got), got)
		}
		d, err := s.Document(t.Context(), "catalogue", "other")
		if err != nil || string(d.Body) != "another" || d.Kind != "catalogue" || d.Version != 1 || d.At != at.now().UnixMilli() {
			t.Errorf("%s: the other is %+v, %v", when, d, err)
		}
		if _, err := s.Document(t.Context(), "knowledge", "shop"); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: another kind: %v", when, err)
		}
	}
	check("at once")
	if _, err := s.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("after a rotation")
	if _, err := s.RewrapKeys(t.Context(), otherKeys); err != nil {
		t.Fatal(err)
	}
	cfg := s.cfg
	stop()
	cfg.Keys = otherKeys
	s, stop = start(t, cfg, at.now)
	check("after rewrapping and a restart")
	if v := keep(t, s, "shop", "four"); v != 4 {
		t.Errorf("it goes on with version %d", v)
	}
	stop()
	var read []string
	if _, err := ReadDocuments(t.Context(), on(cfg), "catalogue", "shop", func(d Document) bool {
		read = append(read, string(d.Body))
		return len(read) < 2
	}); err != nil || !slices.Equal(read, []string{"four", ""}) {
		t.Errorf("read beside the store: %.50q, %v", read, err)
	}
	if v := verdict(t, on(cfg)); v.Faults != 0 || v.Documents != 5 {
		t.Errorf("the verdict is %+v", v)
	}
}

func TestTheEarliestVersionsGo(t *testing.T) {
	s, _ := start(t, Config{}, nil)
	for i := range keepVersions + 3 {
		keep(t, s, "shop", fmt.Sprint(i))
	}
	keep(t, s, "other", "stays")
	got := documentsOf(t, s, "shop")
	if len(got) != keepVersions || got[0] != fmt.Sprintf("%d shop p-shop: %d", keepVersions+3, keepVersions+2) || len(documentsOf(t, s, "other")) != 1 {
		t.Errorf("%d versions are kept, the latest %q", len(got), got[0])
	}
}

// Before Run, as while a node is put together, a document is kept by whoever asks; what is submitted then waits for Run.
func TestADocumentIsKeptBeforeRun(t *testing.T) {
	dir := t.TempDir()
	cfg := on(Config{Dir: dir, Keys: testKeys})
	s, err := Open(t.Context(), cfg, quiet, nil)
	if err != nil {
		t.Fatal(err)
	}
	keep(t, s, "shop", "early")
	done := make(chan ended, 1)
	s.Submit(live.Entry{Records: []live.Record{accepted(user(1), "a")}, Done: func(block uint64, err error) { done <- ended{block, err} }})
	ran := make(chan error, 1)
	go func() { ran <- s.Run(context.Background()) }()
	if e := <-done; e.err != nil {
		t.Error(e.err)
	}
	keep(t, s, "shop", "later")
	if err := errors.Join(s.Close(), <-ran); err != nil {
		t.Fatal(err)
	}
	if _, err := s.KeepDocument(t.Context(), Document{Kind: "catalogue", Name: "shop"}); err == nil {
		t.Error("kept after the end")
	}
	s, _ = start(t, cfg, nil)
	if got := documentsOf(t, s, "shop"); len(got) != 2 || len(s.Pending()) != 1 {
		t.Errorf("%q came back, %d pending", got, len(s.Pending()))
	}
}

// What does not open is left out and said, and the version before it is served; the next one has a number of its own.
func TestADocumentThatDoesNotOpenIsQuarantined(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	keep(t, s, "shop", "one")
	keep(t, s, "shop", "two")
	dir := s.cfg.Dir
	stop()
	edit(t, dir, `UPDATE document SET data = $1 WHERE version = 2`, []byte("broken"))
	s, _ = start(t, Config{Dir: dir}, nil)
	d, err := s.Document(t.Context(), "catalogue", "shop")
	if err != nil || string(d.Body) != "one" || s.Status().Quarantined != 1 {
		t.Errorf("served %+v, %v; %d quarantined, want version 1 and one", d, err, s.Status().Quarantined)
	}
	if v := keep(t, s, "shop", "three"); v != 3 {
		t.Errorf("the next is version %d, want 3", v)
	}
	none := func(Document) bool { return true }
	if shut, err := s.Documents(t.Context(), "catalogue", "shop", none); shut != 1 || err != nil {
		t.Errorf("%d are told not to open, %v; want one", shut, err)
	}
	edit(t, dir, `UPDATE document SET data = $1`, []byte("broken"))
	if d, err := s.Document(t.Context(), "catalogue", "shop"); !errors.Is(err, ErrCorrupt) || errors.Is(err, ErrNotFound) {
		t.Errorf("where none opens it is %+v, %v; want ErrCorrupt", d, err)
	}
	if shut, err := ReadDocuments(t.Context(), on(Config{Dir: dir, Keys: testKeys}), "catalogue", "shop", none); shut != 3 || err != nil {
		t.Errorf("beside the store %d are told not to open, %v; want 3", shut, err)
	}
}

// When it cannot be kept it is said so, and nothing has changed.
func TestADocumentThatCannotBeKept(t *testing.T) {
	s, _ := start(t, Config{}, nil)
	keep(t, s, "shop", "one")
	fail := map[string][2]string{
		"sqlite":   {`CREATE TRIGGER no BEFORE INSERT ON document BEGIN SELECT RAISE(ABORT, 'no'); END`, `DROP TRIGGER no`},
		"postgres": {`ALTER TABLE document ADD CONSTRAINT no CHECK (version < 2)`, `ALTER TABLE document DROP CONSTRAINT no`},
	}[s.committer.writer.kind]
	edit(t, s.cfg.Dir, fail[0])
	v, err := s.KeepDocument(t.Context(), Document{Kind: "catalogue", Name: "shop", Body: []byte("two")})
	if err == nil || errors.Is(err, ErrDoubt) || v != 0 {
		t.Errorf("kept as %d, %v", v, err)
	}
	if got := documentsOf(t, s, "shop"); len(got) != 1 {
		t.Errorf("%q is there, want one", got)
	}
	must(t, s, accepted(user(1), "a"))
	edit(t, s.cfg.Dir, fail[1])
	if v := keep(t, s, "shop", "two"); v != 2 {
		t.Errorf("kept as %d, want 2", v)
	}
}

func TestADocumentOnAFullDisk(t *testing.T) {
	sqliteOnly(t)
	dir := smallDisk(t, 4)
	s, stop := start(t, Config{Dir: dir}, nil)
	keep(t, s, "shop", "one")
	ballast := filepath.Join(dir, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	f.Close()
	random := make([]byte, 64<<10) // which does not pack
	for i := range random {
		random[i] = byte(i * i * 7919 >> 5)
	}
	if _, err := s.KeepDocument(t.Context(), Document{Kind: "catalogue", Name: "shop", Body: bytes.Repeat(random, 8)}); err == nil {
		t.Error("kept on a full disk")
	}
	if got := documentsOf(t, s, "shop"); len(got) != 1 {
		t.Errorf("%d versions are there, want one", len(got))
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if v := keep(t, s, "shop", "two"); v != 2 {
		t.Errorf("with room again it is version %d", v)
	}
	stop()
	s, _ = start(t, Config{Dir: dir}, nil)
	if got := documentsOf(t, s, "shop"); len(got) != 2 {
		t.Errorf("%q came back", got)
	}
}

// The server keeps a document and its answer is lost with the connection: that is found out when it is there again, and said
// to be in doubt when it is not soon.
func TestADocumentWhoseAnswerIsLost(t *testing.T) {
	postgresOnly(t)
	b := newBetween(t)
	cfg := on(Config{Dir: t.TempDir(), Keys: testKeys, CommitEvery: time.Millisecond})
	u, _ := url.Parse(cfg.DSN)
	query := u.Query()
	query.Set("host", b.dir)
	u.RawQuery = query.Encode()
	cfg.DSN = u.String()
	s, _ := start(t, cfg, nil)
	keep(t, s, "shop", "one")
	b.set(true, false)
	kept := make(chan error, 1)
	go func() {
		_, err := s.KeepDocument(context.Background(), Document{Kind: "catalogue", Name: "shop", Body: []byte("two")})
		kept <- err
	}()
	<-b.cut
	b.set(false, false)
	if err := <-kept; err != nil {
		t.Errorf("it was kept, and told %v", err)
	}
	b.set(true, false)
	if _, err := s.KeepDocument(t.Context(), Document{Kind: "catalogue", Name: "shop", Body: []byte("three")}); !errors.Is(err, ErrDoubt) {
		t.Errorf("with the server gone: %v, want ErrDoubt", err)
	}
	<-b.cut
	b.set(false, false)
	if v := keep(t, s, "shop", "four"); v != 4 {
		t.Errorf("the next is version %d, want 4", v)
	}
}
