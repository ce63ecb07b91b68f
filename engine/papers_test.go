package engine

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liveroom/engine/shop"
	"liveroom/engine/shop/knowledge"
	"liveroom/engine/storage"
)

// database opens the database under the node, beside it.
func (n *node) database(t *testing.T) (db *sql.DB, postgres bool) {
	t.Helper()
	driver, source := "sqlite", filepath.Join(n.dir, "liveroom.db")
	if postgres = n.cfg.Storage.DSN != ""; postgres {
		driver, source = "pgx", n.cfg.Storage.DSN
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	return db, postgres
}

// obstruct has the database refuse documents, and take them again.
func (n *node) obstruct(t *testing.T, on bool) {
	t.Helper()
	db, postgres := n.database(t)
	defer db.Close()
	do := map[[2]bool]string{
		{false, true}:  `CREATE TRIGGER no BEFORE INSERT ON document BEGIN SELECT RAISE(ABORT, 'no room'); END`,
		{false, false}: `DROP TRIGGER no`,
		{true, true}:   `ALTER TABLE document ADD CONSTRAINT no CHECK (version < 0) NOT VALID`,
		{true, false}:  `ALTER TABLE document DROP CONSTRAINT no`,
	}[[2]bool{postgres, on}]
	if _, err := db.ExecContext(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

// kept returns the latest version of a paper in the store, 0 when there is none.
func (n *node) kept(t *testing.T, what paper) uint64 {
	t.Helper()
	d, err := n.parts.store.Document(t.Context(), what.kind, paperName)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		t.Fatal(err)
	}
	return d.Version
}

// onServer has a node keep everything in a PostgreSQL where the tests have one, in a schema of the test's own.
func onServer(t *testing.T) (change func(*Config), server bool) {
	t.Helper()
	source := os.Getenv("STORAGE_TEST_POSTGRES")
	if source == "" {
		return func(*Config) {}, false
	}
	u, err := url.Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	sum := sha256.Sum256([]byte(t.TempDir()))
	schema := fmt.Sprintf("t_%x", sum[:8])
	if _, err := db.ExecContext(t.Context(), `CREATE SCHEMA `+schema); err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("search_path", schema)
	u.RawQuery = query.Encode()
	return func(c *Config) { c.Storage.DSN = u.String() }, true
}

// answersWith tells which version of the entry "wash" is in force, and what it says.
func (n *node) answersWith(t *testing.T) string {
	t.Helper()
	now, past, _ := n.parts.knowledge.Load().Entry("wash")
	if now == nil {
		return "nothing"
	}
	return fmt.Sprintf("v%d %s, %d before", now.Version, now.Answer, len(past))
}

// importShop imports a catalogue with another name for the cup, and an answer in two versions.
func (n *node) importShop(t *testing.T) {
	t.Helper()
	var changes shop.Changes
	if status := n.put(t, "/v1/catalogue", demoWith(t, cupAliases, "aliases: [保温杯, 小钢炮]"), &changes); status != 200 {
		t.Fatalf("the catalogue got %d", status)
	}
	for _, said := range []string{"不建议放洗碗机", "放上层可以洗"} {
		var changes knowledge.Changes
		if status := n.put(t, "/v1/knowledge", fmt.Appendf(nil, knows, said), &changes); status != 200 {
			t.Fatalf("the knowledge got %d", status)
		}
	}
}

// hasShop checks that what importShop imports is in force.
func (n *node) hasShop(t *testing.T, when string) {
	t.Helper()
	if n.parts.catalogue.Load().ByName("小钢炮") == nil {
		t.Errorf("%s: the catalogue is another", when)
	}
	if got := n.answersWith(t); got != "v2 放上层可以洗, 1 before" {
		t.Errorf("%s: the entry is %s", when, got)
	}
}

// What was imported is in the store: a node on the same database has it, with nothing of the folder but the master key. It
// runs on SQLite, or on the PostgreSQL that STORAGE_TEST_POSTGRES names.
func TestThePapersAreInTheStore(t *testing.T) {
	kept, server := onServer(t)
	change := func(c *Config) {
		unspoken(c)
		kept(c)
	}
	dir := t.TempDir()
	n := startNode(t, dir, change)
	n.importShop(t)
	n.hasShop(t, "at once")
	d, err := n.parts.store.Document(t.Context(), knowledgePaper.kind, paperName)
	if err != nil || d.Version != 2 || d.Author == "" || d.Author == "admin" || d.At == 0 {
		t.Errorf("the knowledge is kept as version %d by %q at %d, %v", d.Version, d.Author, d.At, err)
	}
	n.obstruct(t, true)
	if status, answer := n.ask(t, "PUT", "/v1/catalogue", "application/yaml", shop.DemoFile()); status != 500 || !strings.Contains(string(answer), "nothing was changed") {
		t.Errorf("a catalogue that cannot be kept got %d %s", status, answer)
	}
	if status, answer := n.ask(t, "PUT", "/v1/knowledge", "application/yaml", fmt.Appendf(nil, knows, "随便洗")); status != 500 || !strings.Contains(string(answer), "nothing was changed") {
		t.Errorf("knowledge that cannot be kept got %d %s", status, answer)
	}
	n.hasShop(t, "after refused imports")
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	n = startNode(t, dir, change)
	n.hasShop(t, "after a restart")
	n.obstruct(t, false)
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.yaml*")); left != nil {
		t.Errorf("the folder holds %v", left)
	}
	next := t.TempDir()
	key, err := os.ReadFile(filepath.Join(dir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(next, "master.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	if !server {
		if err := os.Rename(filepath.Join(dir, "liveroom.db"), filepath.Join(next, "liveroom.db")); err != nil {
			t.Fatal(err)
		}
	}
	n = startNode(t, next, change)
	n.hasShop(t, "in another folder")
	n.importShop(t)
	if n.kept(t, cataloguePaper) != 2 {
		t.Errorf("it goes on with version %d, want 2", n.kept(t, cataloguePaper))
	}
}

// The files that lay in the data folder before the store kept them, as that liveroom wrote them, are taken in once.
func TestFilesOfBeforeAreTakenIn(t *testing.T) {
	dir := t.TempDir()
	lay := func(name, as string) {
		t.Helper()
		b, err := os.ReadFile(filepath.Join("testdata/before", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name+as), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	there := func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	}
	lay(cataloguePaper.file, "")
	lay(knowledgePaper.file, "")
	n := startNode(t, dir, unspoken)
	n.hasShop(t, "taken in")
	for _, p := range []paper{cataloguePaper, knowledgePaper} {
		if there(p.file) || !there(p.file+takenIn) || n.kept(t, p) != 1 {
			t.Errorf("%s: it is there: %v, put aside: %v, kept as version %d", p.file, there(p.file), there(p.file+takenIn), n.kept(t, p))
		}
		if err := os.Remove(filepath.Join(dir, p.file+takenIn)); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	lay(cataloguePaper.file, "")                                                                       // a crash came before it was put aside
	if err := os.WriteFile(filepath.Join(dir, knowledgePaper.file), []byte("{}"), 0o600); err != nil { // one that somebody has put there
		t.Fatal(err)
	}
	n = startNode(t, dir, unspoken)
	n.hasShop(t, "from the store")
	if there(cataloguePaper.file) || !there(cataloguePaper.file+takenIn) || !there(knowledgePaper.file) || n.kept(t, cataloguePaper) != 1 || n.kept(t, knowledgePaper) != 1 {
		t.Error("the one should have been put aside, the other left, and nothing taken in again")
	}
}

// A file of before that is faulty ends the start, as it did, and stays.
func TestAFaultyFileOfBefore(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, cataloguePaper.file)
	if err := os.WriteFile(path, []byte("shop: demo\nproducts: 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(t.Context(), testConfig(dir), slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("it started: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	startNode(t, dir, unspoken)
}

// When the store cannot be written the file counts all the same, and a later start takes it in.
func TestAFileOfBeforeThatCannotBeTakenIn(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, unspoken)
	n.obstruct(t, true)
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join("testdata/before", cataloguePaper.file))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, cataloguePaper.file), b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, on := range []bool{true, false} {
		n = startNode(t, dir, unspoken)
		if n.parts.catalogue.Load().ByName("小钢炮") == nil {
			t.Error("the file does not count")
		}
		if got := n.kept(t, cataloguePaper); (got == 1) == on {
			t.Errorf("obstructed %v: version %d is kept", on, got)
		}
		if on {
			n.obstruct(t, false)
		}
		if err := n.stop(); err != nil {
			t.Fatal(err)
		}
	}
}

// Of versions one that cannot be used is said, and the one before is in force.
func TestAVersionThatCannotBeUsed(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, unspoken)
	n.importShop(t)
	if _, err := n.parts.store.KeepDocument(t.Context(), storage.Document{Kind: cataloguePaper.kind, Name: paperName, Body: []byte("no catalogue")}); err != nil {
		t.Fatal(err)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	n = startNode(t, dir, unspoken)
	n.hasShop(t, "with a version that is none")
}

// Where no version that was imported opens, the node does not start with other prices: it says so, and what cures it does.
func TestNoVersionOpens(t *testing.T) {
	for _, what := range []paper{cataloguePaper, knowledgePaper} {
		dir := t.TempDir()
		n := startNode(t, dir, unspoken)
		n.importShop(t)
		before := n.kept(t, what)
		status, export := n.ask(t, "GET", "/v1/"+what.kind, "", nil)
		if err := n.stop(); err != nil || status != 200 {
			t.Fatalf("the export got %d, %v", status, err)
		}
		db, _ := n.database(t)
		if _, err := db.ExecContext(t.Context(), `UPDATE document SET data = $1 WHERE kind = $2`, []byte("broken"), what.kind); err != nil {
			t.Fatal(err)
		}
		db.Close()
		path := filepath.Join(dir, what.file+anew)
		_, err := New(t.Context(), testConfig(dir), slog.New(slog.DiscardHandler))
		if err == nil || !errors.Is(err, storage.ErrCorrupt) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "imported "+what.kind) {
			t.Fatalf("%s: it started, or does not say what to do: %v", what.kind, err)
		}
		if err := os.WriteFile(path, export, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, when := range []string{"taken in", "after a restart"} {
			n = startNode(t, dir, unspoken)
			if n.parts.catalogue.Load().ByName("小钢炮") == nil || !strings.Contains(n.answersWith(t), "放上层可以洗") {
				t.Errorf("%s %s: the shop is another", what.kind, when)
			}
			if got := n.kept(t, what); got != before+1 {
				t.Errorf("%s %s: version %d is in force, want %d", what.kind, when, got, before+1)
			}
			if err := n.stop(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: the file was not put aside", what.kind)
		}
	}
}

// A node is killed when what was imported is durable and not yet in force: the client has no answer, and the next start has it.
func TestAKillBetweenKeepingAndPublishing(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(childDies, "kept")
	cmd, addrs := startChild(t, dir)
	req, err := http.NewRequestWithContext(t.Context(), "PUT", addrs.Admin+"/v1/catalogue", strings.NewReader(string(demoWith(t, cupAliases, "aliases: [小钢炮]"))))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", bearerOf(t, dir))
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if got, err := client.Do(req); err == nil {
		got.Body.Close()
		t.Errorf("it was answered with %d", got.StatusCode)
	}
	cmd.Wait()
	n := startNode(t, dir, unspoken)
	if n.parts.catalogue.Load().ByName("小钢炮") == nil || n.kept(t, cataloguePaper) != 1 {
		t.Errorf("version %d is kept, and not in force", n.kept(t, cataloguePaper))
	}
}
