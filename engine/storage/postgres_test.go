package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"liveroom/engine/live"
)

// server does something to the server that the tests run on: start, stop or kill.
func server(t *testing.T, what string) {
	t.Helper()
	command := strings.Fields(fmt.Sprintf(os.Getenv(postgresTests+"_CTL"), what))
	if len(command) == 0 {
		t.Skip("the server belongs to somebody else")
	}
	if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%s the server: %v\n%s", what, err, out)
	}
}

func TestADSNWithAPasswordIsRefused(t *testing.T) {
	for dsn, ok := range map[string]bool{
		"": true, "postgres://liveroom@db/liveroom": true, "host=/run/postgresql dbname=liveroom": true,
		"postgres://liveroom:hunter2@db/liveroom": false, "postgres://db/liveroom?password=hunter2": false,
		"host=db password=hunter2": false, "postgres://db:port/": false,
	} {
		err := Config{Dir: "x", DSN: dsn}.Validate()
		if (err == nil) != ok {
			t.Errorf("%q: %v", dsn, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
	if err := (Config{Dir: "x", DSN: "host=a", DSNFile: "b"}).Validate(); err == nil {
		t.Error("dsn and dsn_file together are accepted")
	}
	file := filepath.Join(t.TempDir(), "dsn")
	open := func() error {
		_, err := Open(context.Background(), Config{Dir: t.TempDir(), DSNFile: file, Keys: testKeys}, quiet, nil)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("opened, or the error tells the password: %v", err)
		}
		return err
	}
	if err := open(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without the file: %v", err)
	}
	if err := os.WriteFile(file, []byte("postgres://liveroom:hunter2@127.0.0.1:1/liveroom\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := open(); !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("with the file open to others: %v", err)
	}
	os.Chmod(file, 0o600)
	if err := open(); !strings.Contains(err.Error(), "connect") {
		t.Errorf("without a server: %v", err)
	}
	os.WriteFile(file, []byte("host=/none password=hunter2 synchronous_commit=off"), 0o600)
	if err := open(); !strings.Contains(err.Error(), "synchronous_commit") {
		t.Errorf("with synchronous_commit off: %v", err)
	}
}

// The server goes, in order or by a kill, and comes back: what was submitted meanwhile is refused, nothing that was
// acknowledged is lost, and the store is well again by itself.
func TestAServerGoesAndComesBack(t *testing.T) {
	postgresOnly(t)
	s, stop := start(t, Config{}, nil)
	dir := s.cfg.Dir
	acked := map[string]bool{}
	send := func(id string) (result func() error) {
		done := make(chan error, 1)
		s.Submit(live.Entry{Records: []live.Record{accepted(user(1), id)}, Done: func(_ uint64, err error) { done <- err }})
		return func() error {
			err := <-done
			if err == nil {
				acked[id] = true
			} else if !errors.Is(err, ErrCommit) {
				t.Fatalf("%s: %v, want ErrCommit", id, err)
			}
			return err
		}
	}
	read := func() (result func() error) {
		done := make(chan error, 1)
		s.Load(user(1), func(_ Loaded, err error) { done <- err })
		return func() error { return <-done }
	}
	for round, end := range []string{"stop", "kill"} {
		if err := send(fmt.Sprint("before", round))(); err != nil {
			t.Fatal(err)
		}
		server(t, end)
		if end == "stop" {
			for i := range 3 {
				if err := send(fmt.Sprint("during", round, i))(); err == nil {
					t.Error("a commit went well without a server")
				}
			}
			if err := read()(); err == nil || errors.Is(err, ErrCorrupt) {
				t.Errorf("a read without a server: %v", err)
			}
			if st := s.Status(); !st.Failing {
				t.Errorf("status is %+v", st)
			}
			server(t, "start")
		} else {
			// After a kill of its parent the process of our connection may live to commit some more, or go in the middle of a
			// COMMIT: what became of that one, and so what is queued behind it, is known when the server is back.
			var sent []func() error
			for i := range 3 {
				sent = append(sent, send(fmt.Sprint("during", round, i)))
			}
			loaded := read()
			server(t, "start")
			for _, result := range sent {
				result()
			}
			if err := loaded(); errors.Is(err, ErrCorrupt) {
				t.Errorf("a read while the server was away: %v", err)
			}
		}
		for i := 0; send(fmt.Sprint("after", round, i))() != nil; i++ {
			if i == 100 {
				t.Fatal("it does not come back")
			}
		}
	}
	stop()
	s, _ = start(t, Config{Dir: dir}, nil)
	held := map[string]bool{}
	for _, r := range s.Pending() {
		held[string(r.Event.ID)] = true
	}
	for id := range acked {
		if !held[id] {
			t.Errorf("%s is lost", id)
		}
	}
	if len(held) != len(acked) {
		t.Errorf("%d events are held, %d were acknowledged", len(held), len(acked))
	}
}

// The server is killed again and again under load. What was acknowledged is there afterwards, and what was refused is not.
func TestAServerIsKilledUnderLoad(t *testing.T) {
	postgresOnly(t)
	const users, kills = 4, 3
	s, stop := start(t, Config{}, nil)
	dir := s.cfg.Dir
	stopped := make(chan struct{})
	var load sync.WaitGroup
	var told [users]map[string]bool
	for u := range users {
		told[u] = map[string]bool{}
		load.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stopped:
					return
				default:
				}
				id := strconv.Itoa(i)
				told[u][id] = submit(s, nil, accepted(user(u), id)).err == nil
			}
		})
	}
	for range kills {
		for before := s.Status().Block; s.Status().Block < before+20; { // under way again
			must(t, s, stock("A", "", 1, 1))
		}
		server(t, "kill")
		server(t, "start")
		for submit(s, nil, stock("A", "", 1, 1)).err != nil {
		}
	}
	close(stopped)
	load.Wait()
	stop()
	s, _ = start(t, Config{Dir: dir}, nil)
	held := map[live.UserKey]map[string]bool{}
	for _, r := range s.Pending() {
		if held[r.User] == nil {
			held[r.User] = map[string]bool{}
		}
		held[r.User][string(r.Event.ID)] = true
	}
	refused := 0
	for u := range users {
		for id, ok := range told[u] {
			if !ok {
				refused++
			}
			if held[user(u)][id] != ok {
				t.Errorf("message %s of user %d: told durable %v, held %v", id, u, ok, held[user(u)][id])
			}
		}
	}
	if refused == 0 {
		t.Error("nothing was refused: the kills were not felt")
	}
}

// between is a socket between the store and the server, which can swallow the answer to a COMMIT.
type between struct {
	dir    string
	server string
	mu     sync.Mutex
	armed  bool     // the next answer to a COMMIT is swallowed, its connection cut
	shut   bool     // nobody is let through
	cut    chan any // told when it was
}

func newBetween(t *testing.T) *between {
	t.Helper()
	u, err := url.Parse(os.Getenv(postgresTests))
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "pg") // a short path: it is a socket's
	if err != nil {
		t.Fatal(err)
	}
	b := &between{dir: dir, server: filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432"), cut: make(chan any, 1)}
	l, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	var links sync.WaitGroup
	links.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			links.Go(func() { b.link(c) })
		}
	})
	t.Cleanup(func() { l.Close(); links.Wait(); os.RemoveAll(dir) })
	return b
}

func (b *between) set(armed, shut bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.armed, b.shut = armed, shut
}

func (b *between) link(c net.Conn) {
	defer c.Close()
	b.mu.Lock()
	shut := b.shut
	b.mu.Unlock()
	s, err := net.Dial("unix", b.server)
	if err != nil || shut {
		if err == nil {
			s.Close()
		}
		return
	}
	defer s.Close()
	go func() { io.Copy(s, c); s.Close() }()
	buf := make([]byte, 64<<10)
	for {
		n, err := s.Read(buf)
		if err != nil {
			return
		}
		b.mu.Lock()
		swallow := b.armed && bytes.Contains(buf[:n], []byte("COMMIT\x00"))
		if swallow {
			b.armed, b.shut = false, true
		}
		b.mu.Unlock()
		if swallow {
			b.cut <- nil
			return
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}

// The server commits a group, and its answer is lost with the connection. Nobody is told anything until the store knows;
// what comes meanwhile is refused; and in the end the group counts.
func TestACommitWhoseAnswerIsLostCounts(t *testing.T) {
	postgresOnly(t)
	b := newBetween(t)
	cfg := on(Config{Dir: t.TempDir(), Keys: testKeys, CommitEvery: time.Millisecond})
	direct := cfg.DSN
	u, _ := url.Parse(cfg.DSN)
	query := u.Query()
	query.Set("host", b.dir)
	u.RawQuery = query.Encode()
	cfg.DSN = u.String()
	run := func() (s *Store, stop func()) {
		s, err := Open(t.Context(), cfg, quiet, nil)
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- s.Run(context.Background()) }()
		<-s.Ready()
		return s, func() {
			if err := errors.Join(s.Close(), <-ended); err != nil {
				t.Error(err)
			}
		}
	}
	s, stop := run()
	must(t, s, accepted(user(1), "a"))
	b.set(true, false)
	var lease live.Lease
	lost := make(chan ended, 1)
	s.Submit(live.Entry{Records: []live.Record{accepted(user(1), "b")}, Lease: &lease, Done: func(block uint64, err error) { lost <- ended{block, err} }})
	<-b.cut
	for s.Status().Failure == "" { // until it has noticed
	}
	if got := submit(s, nil, accepted(user(2), "c")); !errors.Is(got.err, ErrCommit) {
		t.Errorf("meanwhile: %+v, want ErrCommit", got)
	}
	refused := make(chan error, 1)
	s.Load(user(1), func(_ Loaded, err error) { refused <- err })
	if err := <-refused; err == nil {
		t.Error("a read was served while it was not known what is there")
	}
	select {
	case got := <-lost:
		t.Errorf("it was told %+v before that was known", got)
	default:
	}
	b.set(false, false)
	if got := <-lost; got.err != nil || got.block != 2 || lease.Broken() {
		t.Errorf("in the end: %+v, lease broken %v; want block 2", got, lease.Broken())
	}
	must(t, s, accepted(user(1), "d"))
	if got := load(t, s, user(1)); len(got.Tail) != 3 {
		t.Errorf("a tail of %d, want 3", len(got.Tail))
	}

	// The same, but the store ends before it knows: the group is refused, and comes back as pending.
	b.set(true, false)
	s.Submit(live.Entry{Records: []live.Record{accepted(user(1), "e")}, Done: func(block uint64, err error) { lost <- ended{block, err} }})
	<-b.cut
	stop()
	if got := <-lost; !errors.Is(got.err, ErrCommit) {
		t.Errorf("at the end: %+v, want ErrCommit", got)
	}
	cfg.DSN = direct
	s, stop = run()
	defer stop()
	if n := len(s.Pending()); n != 4 {
		t.Errorf("%d events are pending, want a, b, d and e", n)
	}
}

// A server that ends the connection in the middle of COMMIT has rolled back, and the store finds that out.
func TestACommitThatTheServerBreaksOffDoesNotCount(t *testing.T) {
	postgresOnly(t)
	s, _ := start(t, Config{}, nil)
	dir := s.cfg.Dir
	must(t, s, accepted(user(1), "a"))
	edit(t, dir, `CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
		CREATE CONSTRAINT TRIGGER dies AFTER INSERT ON journal DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()`)
	if got := submit(s, nil, accepted(user(1), "b")); !errors.Is(got.err, ErrCommit) {
		t.Errorf("it ended with %+v, want ErrCommit", got)
	}
	edit(t, dir, `DROP TRIGGER dies ON journal`)
	if block := must(t, s, accepted(user(1), "c")); block != 2 {
		t.Errorf("the next is block %d, want 2", block)
	}
	if got := load(t, s, user(1)); len(got.Tail) != 2 {
		t.Errorf("a tail of %d, want a and c", len(got.Tail))
	}
}

// Of two nodes on one database one writes. When the first loses its connection and the second takes over, the first ends.
func TestADatabaseHasOneNode(t *testing.T) {
	postgresOnly(t)
	defer func(was time.Duration) { lockTime = was }(lockTime)
	lockTime = 200 * time.Millisecond
	cfg := on(Config{Dir: t.TempDir(), Keys: testKeys, CommitEvery: time.Millisecond})
	first, err := Open(t.Context(), cfg, quiet, nil)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- first.Run(context.Background()) }()
	must(t, first, accepted(user(1), "a"))
	folder := cfg.Dir
	cfg.Dir = t.TempDir()
	if err := refusal(t, cfg); !errors.Is(err, ErrLocked) {
		t.Errorf("a second node: %v, want ErrLocked", err)
	}
	k, err := OpenKeyTable(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Lock(t.Context()); !errors.Is(err, ErrLocked) {
		t.Errorf("the keys were taken from a node that runs: %v", err)
	}
	if err := k.Close(); err != nil {
		t.Error(err)
	}
	lockTime = 10 * time.Second
	label := first.base.(*postgres).label
	opened := make(chan *Store, 1)
	go func() {
		second, err := Open(context.Background(), cfg, quiet, nil)
		if err != nil {
			t.Error(err)
		}
		opened <- second
	}()
	var second *Store
	db := byHand(t, folder)
	defer db.Close()
	for second == nil { // until the second is quicker
		if _, err := db.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1`, label); err != nil {
			t.Fatal(err)
		}
		select {
		case second = <-opened:
		case err := <-ended:
			ended <- err
			second = <-opened
		case <-time.After(time.Millisecond):
		}
	}
	if got := submit(first, nil, accepted(user(1), "late")); got.err == nil {
		t.Error("the first node still writes")
	}
	// Before the second ends, the first cannot know whether it may go on; after, it knows that it may not.
	if p := second.Pending(); len(p) != 1 {
		t.Errorf("%d events are pending, want 1", len(p))
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, ErrTaken) {
		t.Errorf("the first node ended with %v, want ErrTaken", err)
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
}
