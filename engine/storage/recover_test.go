package storage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"pgregory.net/rapid"

	"liveroom/engine/live"
)

func TestPendingIsInTheOrderOfAcceptance(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	dir := s.cfg.Dir
	must(t, s, accepted(user(3), "a"), accepted(user(1), "b"), accepted(user(3), "c"))
	must(t, s, closed(user(3), "a"))
	must(t, s, accepted(user(2), "d"))
	must(t, s, snapshot(user(1), "it knows that b waits"))
	must(t, s, accepted(user(2), "e"), closed(user(2), "e"))
	if s.Pending() != nil {
		t.Errorf("a new store has %v pending", s.Pending())
	}
	stop()
	for range 2 { // the same whether the checkpoint was saved once or twice
		s, stop = start(t, Config{Dir: dir}, nil)
		var ids []string
		for _, r := range s.Pending() {
			ids = append(ids, string(r.Event.ID))
		}
		if want := []string{"b", "c", "d"}; !slices.Equal(ids, want) {
			t.Errorf("pending are %v, want %v", ids, want)
		}
		if r := s.Pending()[0]; r.Event.Text == "" || r.Session != "link" || r.Received != 1700000000000 {
			t.Errorf("a pending record came back as %+v", r)
		}
		stop()
	}
	s, _ = start(t, Config{Dir: dir}, nil)
	must(t, s, closed(user(1), "b"), closed(user(3), "c"), closed(user(2), "d"))
	if st := s.Status(); st.Pending != 0 {
		t.Errorf("%d events are pending after all were closed", st.Pending)
	}
}

func TestTheCheckpointSparesTheScan(t *testing.T) {
	at := newClock()
	s := drive(t, Config{}, at.now)
	ctx := context.Background()
	for i := range 20 {
		s.Submit(live.Entry{Records: []live.Record{accepted(user(1), strconv.Itoa(i)), closed(user(1), strconv.Itoa(i))}})
		s.flush(ctx)
	}
	s.Submit(live.Entry{Records: []live.Record{snapshot(user(1), "s")}})
	s.flush(ctx)
	for range surveyTicks {
		s.tend(ctx)
	}
	s.Submit(live.Entry{Records: []live.Record{accepted(user(2), "x")}})
	s.flush(ctx)
	if got := s.Status().Checkpoint; got != 21 {
		t.Errorf("the checkpoint is %d, want 21, the last block when it was taken", got)
	}
	dir := s.cfg.Dir
	s.Close()
	at.pass(s.cfg.SessionWindow * 2)
	s = drive(t, Config{Dir: dir}, at.now)
	if st := s.Status(); st.Tails != 1 || st.Block != 22 || st.Blocks != 22 {
		t.Errorf("status after recovery is %+v", st)
	}
	if got := load(t, s, user(1)); string(got.State) != "s" || len(got.Tail) != 0 {
		t.Errorf("user 1 came back as %+v", got)
	}
	if got := load(t, s, user(2)); len(got.Tail) != 1 {
		t.Errorf("user 2 came back as %+v", got)
	}
}

func TestACorruptBlockIsQuarantinedAndTheRestServed(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	dir := s.cfg.Dir
	for i := range 3 {
		id := strconv.Itoa(i)
		must(t, s, accepted(user(1), id), closed(user(1), id))
	}
	stop()
	edit(t, dir, `UPDATE journal SET data = data || $1 WHERE seq = 2`, []byte{0})
	s, stop = start(t, Config{Dir: dir}, nil)
	if got := s.Status().Quarantined; got != 1 {
		t.Errorf("%d blocks quarantined, want 1", got)
	}
	got := load(t, s, user(1))
	if len(got.Tail) != 4 || got.Lost != 0 { // recovery did not learn whose block 2 is
		t.Errorf("loaded a tail of %d, %d lost", len(got.Tail), got.Lost)
	}
	must(t, s, accepted(user(1), "new"))
	stop()

	edit(t, dir, `UPDATE journal SET data = (SELECT data FROM journal WHERE seq = 1) WHERE seq = 3`) // a block moved
	s, _ = start(t, Config{Dir: dir}, nil)
	if got := s.Status().Quarantined; got != 2 {
		t.Errorf("%d blocks quarantined, want 2", got)
	}
	edit(t, dir, `UPDATE journal SET data = $1 WHERE seq = 1`, []byte{}) // while the store is open and knows the block
	if got := load(t, s, user(1)); len(got.Tail) != 1 || got.Lost != 1 {
		t.Errorf("loaded a tail of %d, %d lost; want 1, 1", len(got.Tail), got.Lost)
	}
	done := make(chan error, 1)
	s.Closed(1, user(1), live.EventKey{Type: live.Message, ID: "0"}, func(_ live.Record, err error) { done <- err })
	if err := <-done; !errors.Is(err, ErrCorrupt) {
		t.Errorf("closed in a corrupt block: %v", err)
	}
}

func TestACorruptSnapshotIsSaid(t *testing.T) {
	s, _ := start(t, Config{}, nil)
	must(t, s, snapshot(user(1), "whole"))
	edit(t, s.cfg.Dir, `UPDATE user_state SET state = substr(state, 1, 7)`)
	done := make(chan error, 1)
	s.Load(user(1), func(_ Loaded, err error) { done <- err })
	if err := <-done; !errors.Is(err, ErrCorrupt) {
		t.Errorf("load: %v, want ErrCorrupt", err)
	}
}

func TestAnEmptySnapshotIsNotNone(t *testing.T) {
	s, _ := start(t, Config{}, nil)
	must(t, s, snapshot(user(1), ""))
	if got := load(t, s, user(1)); got.State == nil || len(got.State) != 0 {
		t.Errorf("state is %v, want empty and not nil", got.State)
	}
	if got := load(t, s, user(2)); got.State != nil || got.Tail != nil {
		t.Errorf("a stranger is %+v", got)
	}
}

func TestOpenRefuses(t *testing.T) {
	open := func(dir string, reg prometheus.Registerer) error {
		s, err := Open(context.Background(), on(Config{Dir: dir, Keys: testKeys}), quiet, reg)
		if err == nil {
			s.Close()
		}
		return err
	}
	s, stop := start(t, Config{}, nil)
	dir := s.cfg.Dir
	if err := open(dir, nil); !errors.Is(err, ErrLocked) {
		t.Errorf("a folder in use: %v", err)
	}
	stop()
	edit(t, dir, `UPDATE meta SET value = 99 WHERE key = 'schema'`)
	if err := open(dir, nil); !errors.Is(err, ErrSchema) {
		t.Errorf("a newer schema: %v", err)
	}
	sqlite := os.Getenv(postgresTests) == ""
	garbage := t.TempDir()
	if err := os.WriteFile(filepath.Join(garbage, databaseFile), []byte("this is no database at all, and long enough to be read as one, so it seems"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(garbage, nil); err == nil && sqlite {
		t.Error("a file of garbage was opened")
	}
	reg := prometheus.NewRegistry()
	if err := open(t.TempDir(), reg); err != nil {
		t.Errorf("with a registry: %v", err)
	}
	if err := open(t.TempDir(), reg); err == nil {
		t.Error("metrics were registered twice")
	}
	if err := open("", nil); err == nil {
		t.Error("no folder was accepted")
	}
	cfg := Config{Dir: "x", CommitEvery: -1, CommitAt: -1, Readers: 1000, Keep: 1, MaxGroup: 9, QueueLimit: 8}
	if err := cfg.Validate(); err == nil || len(err.(interface{ Unwrap() []error }).Unwrap()) != 5 {
		t.Errorf("validation says %v, want five problems", err)
	}
}

func TestAFolderWithOddCharacters(t *testing.T) {
	sqliteOnly(t)
	dir := filepath.Join(t.TempDir(), "直播 100% #1?x=y&z")
	s, stop := start(t, Config{Dir: dir}, nil)
	must(t, s, accepted(user(1), "a"))
	stop()
	if _, err := os.Stat(filepath.Join(dir, databaseFile)); err != nil {
		t.Errorf("the database is elsewhere: %v", err)
	}
	s, _ = start(t, Config{Dir: dir}, nil)
	if len(s.Pending()) != 1 {
		t.Error("the database opened is another")
	}
}

func TestSettingsThatDurabilityRestsOn(t *testing.T) {
	sqliteOnly(t)
	s, _ := start(t, Config{}, nil)
	must(t, s, accepted(user(1), "a"))
	done := make(chan error, 1)
	check := func() error {
		for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2"} {
			var got string
			if err := s.committer.writer.conn.QueryRowContext(context.Background(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				return fmt.Errorf("%s is %q (%v), want %q", pragma, got, err, want)
			}
		}
		return nil
	}
	s.Submit(live.Entry{Done: func(uint64, error) { done <- check() }})
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestKnownUsersAreListedWithoutTheirStates(t *testing.T) {
	sqliteOnly(t)
	s, _ := start(t, Config{}, nil)
	rows, err := s.readPool.Query(`EXPLAIN QUERY PLAN SELECT id FROM known_user`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		if want := "SCAN user_state USING COVERING INDEX user_known"; detail != want {
			t.Errorf("the plan is %q, want %q", detail, want)
		}
	}
}

// A user known once is known for ever, in whatever order submissions, snapshots and restarts come.
func TestKnownHasNoFalseNegatives(t *testing.T) {
	dir := t.TempDir()
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		cfg := Config{Dir: filepath.Join(dir, strconv.Itoa(runs))}
		s, stop := start(t, cfg, nil)
		seen := map[live.UserKey]bool{}
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			k := live.UserKey{Room: live.RoomID(rapid.StringN(1, 4, 16).Draw(rt, "room")), User: live.UserID(rapid.StringN(1, 4, 16).Draw(rt, "user"))}
			seen[k] = true
			switch rapid.IntRange(0, 3).Draw(rt, "what") {
			case 0:
				must(t, s, accepted(k, "e"))
			case 1:
				must(t, s, snapshot(k, "s"))
			case 2:
				s.Submit(live.Entry{Records: []live.Record{closed(k, "e")}}) // not waited for
			default:
				must(t, s, closed(k, "e"))
				stop()
				s, stop = start(t, cfg, nil)
			}
			for k := range seen {
				if !s.Known(k) {
					rt.Fatalf("%q is not known", k)
				}
			}
		}
		stop()
	})
}

func TestBloomGrowsAndStaysSharp(t *testing.T) {
	b := newBloom(0)
	const users = 200000
	for i := range users {
		b.add(user(i))
	}
	for i := range users {
		if !b.has(user(i)) {
			t.Fatalf("user %d is forgotten", i)
		}
	}
	wrong := 0
	for i := range users {
		if b.has(user(users + i)) {
			wrong++
		}
	}
	if share := float64(wrong) / users; share > 0.05 {
		t.Errorf("%.3f of strangers are taken for known", share)
	}
	if filters := len(*b.filters.Load()); filters < 2 {
		t.Errorf("it has %d filters and cannot have grown", filters)
	}
}

// The write-ahead log is copied while the store runs and cut anywhere, as a machine that dies leaves it: the store opens,
// and holds what was committed up to the cut, in order and without a gap.
func TestACutLogOpensWithWhatIsBeforeTheCut(t *testing.T) {
	sqliteOnly(t)
	s, _ := start(t, Config{}, nil)
	const messages = 60
	for i := range messages {
		must(t, s, accepted(user(1), strconv.Itoa(i)))
	}
	database, err := os.ReadFile(filepath.Join(s.cfg.Dir, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(filepath.Join(s.cfg.Dir, databaseFile+"-wal"))
	if err != nil {
		t.Fatal(err)
	}
	held := -1
	for cut := len(log) / 2; cut <= len(log); cut += len(log)/40 + 1 {
		dir := t.TempDir()
		for name, content := range map[string][]byte{databaseFile: database, databaseFile + "-wal": log[:cut]} {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s, stop := start(t, Config{Dir: dir}, nil)
		tail := load(t, s, user(1)).Tail
		for i, r := range tail {
			if string(r.Event.ID) != strconv.Itoa(i) {
				t.Fatalf("cut at %d of %d: message %d is %s", cut, len(log), i, r.Event.ID)
			}
		}
		if len(tail) < held {
			t.Errorf("cut at %d of %d: %d messages, fewer than with an earlier cut", cut, len(log), len(tail))
		}
		held = len(tail)
		must(t, s, accepted(user(1), "more"))
		stop()
	}
	if held < messages/2 {
		t.Errorf("the latest cut leaves %d of %d messages", held, messages)
	}
}
