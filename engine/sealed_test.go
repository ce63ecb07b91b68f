package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"liveroom/engine/live"
	"liveroom/engine/storage/seal/sealtest"
	"liveroom/transport/wire/token"
)

// keptLog is a log that is looked through afterwards.
type keptLog struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (l *keptLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *keptLog) bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.text.Bytes())
}

// mark returns a marker, of each script in turn.
func mark(what string, n int) string {
	return []string{sealtest.ASCII, sealtest.Chinese}[n%2] + what + fmt.Sprint(n)
}

// A thousand people say something, are answered, are spoken to by a seat and leave, over two lives of the node with a key
// rotated in each; nothing of what they wrote, were told or are known by can be read in its files, its audit log among them,
// in its database's, in a dump of that, in what it left in the temporary folder, its log or its metrics. It runs on SQLite, or on
// the PostgreSQL that STORAGE_TEST_POSTGRES names.
func TestNothingSaidCanBeReadOnTheDisk(t *testing.T) {
	const people = 500
	dir, temp := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temp)
	log, server := new(keptLog), os.Getenv("STORAGE_TEST_POSTGRES")
	for life := range 2 {
		cfg := testConfig(dir)
		cfg.Storage.DSN = server
		var full atomic.Bool
		cfg.Storage.BeforeCommit = func() error {
			if full.Load() {
				return errors.New("no room on the disk")
			}
			return nil
		}
		e, err := New(t.Context(), cfg, slog.New(slog.NewTextHandler(log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		done := make(chan error, 1)
		go func() { done <- e.Run(ctx) }()
		<-e.Ready()
		n := &node{Engine: e, dir: dir}
		n.converse(t, life, people)
		n.fail(t, life, &full)
		if _, err := e.parts.store.RotateKey(t.Context()); err != nil {
			t.Error(err)
		}
		if size := sealtest.CheckFolder(t, dir); size < people*500 && server == "" {
			t.Errorf("%d bytes lie in the folder, too few to hold what was said", size)
		}
		sealtest.Check(t, "metrics", n.metrics(t))
		cancel()
		if err := <-done; err != nil {
			t.Errorf("life %d ended with %v", life, err)
		}
		sealtest.CheckFolder(t, dir)
	}
	sealtest.CheckFolder(t, temp)
	sealtest.Check(t, "the log", log.bytes())
	if !bytes.Contains(log.bytes(), []byte("user reloads")) {
		t.Error("no failed commit stands in the log, so that no user was to be found there")
	}
	if acts := filepath.Join(dir, "audit"); !strings.Contains(readAll(t, acts), "dialogue.take") {
		t.Errorf("no take-over stands in %s, so that nothing was to be found there", acts)
	}
	if server != "" {
		checkPostgres(t, server, people*500)
	}
	checkTheSearch(t, dir)
}

// converse has people talk for one life of a node.
func (n *node) converse(t *testing.T, life, people int) {
	c := n.ingest(t)
	defer c.close()
	seat := dialTCP(t, n.Addrs().TCP).hello("seat", n.token(t, token.Claims{Role: live.Seat, User: live.UserID("seat-of-the-shop")}), nil)
	defer seat.close()
	c.send(frame{"type": "counts", "room": mark("room", life), "viewers": 5, "sold": 1, "at": 1})
	for i := range people {
		id, typ := mark("id", life*people+i), []string{"message", "comment"}[i/2%2]
		f := said(typ, id, mark("user", i), "3号链接"+mark("还有货吗", i)+"，寄到广东省深圳市南山区"+mark("路", i)+"8号，电话13800138000，收件人"+mark("先生", i))
		f["name"] = mark("name", i)
		if i%5 == 0 {
			f["room"] = mark("room", i)
		}
		c.send(f)
		if i%10 == 0 {
			c.send(frame{"type": "enter", "room": "demo", "user": mark("guest", i), "name": mark("name", i), "at": 1})
			c.send(frame{"type": "order", "id": mark("order", i), "room": "demo", "user": mark("user", i), "sku": "DEMO-3", "quantity": 1, "amount_fen": 100, "state": "paid", "at": 1})
		}
		if i%25 != 24 { // no faster than it is answered
			continue
		}
		var answer frame
		for answer.text("to") != id {
			answer = c.next("reply", "outcome", "error")
		}
		if answer.text("type") != "reply" || typ == "comment" {
			continue
		}
		dialogue := answer.text("dialogue")
		for j, act := range []frame{
			{"type": "take", "note": mark("note", i)}, {"type": "say", "text": "您好，" + mark("稍等", i)}, {"type": "give_back", "note": mark("note", i)},
		} {
			act["id"], act["dialogue"] = mark("act", (life*people+i)*3+j), dialogue
			seat.send(act)
			if f := seat.next("ack", "error"); f.text("type") != "ack" {
				t.Fatalf("the seat's %v is answered by %v", act, f)
			}
		}
	}
}

// fail has commits fail while people write, whom the log then tells of, and waits until the node serves again. What was said
// before has ended by then: the log names the room of whoever's commit fails.
func (n *node) fail(t *testing.T, life int, full *atomic.Bool) {
	t.Helper()
	for n.parts.house.InFlight() > 0 {
		runtime.Gosched()
	}
	c := n.ingest(t)
	defer c.close()
	say := func(i int) {
		c.send(said("message", mark("failed", life*1000+i), mark("user", i), "3号链接还有货吗"))
	}
	full.Store(true)
	const people = 20
	for i := range people {
		say(i)
	}
	for range people {
		if f := c.next("reply", "outcome", "error"); f.text("type") != "error" {
			t.Errorf("while nothing can be stored, a message is answered by %v", f)
		}
	}
	full.Store(false)
	for i := people; ; i++ {
		say(i)
		if c.next("reply", "outcome", "error").text("type") != "error" {
			return
		}
	}
}

// checkPostgres looks through a dump of a database, and through the files of its server where they can be read: tables, WAL,
// log. A row in the clear must then be found in both.
func checkPostgres(t *testing.T, server string, least int) {
	t.Helper()
	run := func(name string, args ...string) []byte {
		out, err := exec.CommandContext(t.Context(), filepath.Join(os.Getenv("POSTGRES_BIN"), name), append([]string{"-d", server}, args...)...).Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return out
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	files := u.Query().Get("host")
	for _, format := range []string{"plain", "tar"} {
		dump := run("pg_dump", "--format="+format)
		if len(dump) < least {
			t.Errorf("a %s dump has %d bytes, too few to hold what was said", format, len(dump))
		}
		sealtest.Check(t, "a "+format+" dump", dump)
	}
	run("psql", "-q", "-c", "CHECKPOINT")
	if size := sealtest.CheckFolder(t, files); size < int64(least) {
		t.Errorf("%d bytes lie in %s, too few to hold what was said", size, files)
	}
	run("psql", "-q", "-c", "CREATE TABLE in_the_clear AS SELECT '"+sealtest.ASCII+sealtest.Chinese+"'::text AS what", "-c", "CHECKPOINT")
	if found := sealtest.Find(run("pg_dump")); len(found) < 2 {
		t.Errorf("a row in the clear is not found in a dump, but %v", found)
	}
	found, _ := sealtest.FindFolder(t, files)
	inWAL := 0
	for _, f := range found {
		if strings.Contains(f, "pg_wal") {
			inWAL++
		}
	}
	if inWAL == 0 || inWAL == len(found) {
		t.Errorf("a row in the clear is not found in tables and WAL, but %v", found)
	}
}

// checkTheSearch puts markers in the clear into a folder, in every form, and looks whether each is found.
func checkTheSearch(t *testing.T, dir string) {
	t.Helper()
	planted := 0
	for _, marker := range []string{sealtest.ASCII, sealtest.Chinese} {
		for name, content := range sealtest.Plant(marker) {
			planted++
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("planted-%d-%s", planted, strings.ReplaceAll(name, `\`, "_"))), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	found, _ := sealtest.FindFolder(t, dir)
	files := map[string]bool{}
	for _, f := range found {
		path, _, _ := strings.Cut(f, ": ")
		files[path] = true
	}
	if len(files) != planted || planted < 20 {
		t.Errorf("of %d files with a marker in the clear %d are found", planted, len(files))
	}
}

// readAll returns what the files of a folder hold.
func readAll(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}

// metrics returns what the node says of itself.
func (n *node) metrics(t *testing.T) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, n.Addrs().Admin+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("liveroom_storage_records_total")) {
		t.Fatalf("metrics: %s, %v", resp.Status, err)
	}
	return body
}
