package storage

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"liveroom/engine/live"
	"liveroom/engine/storage/seal"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		childMain(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// testKeys are the master key of stores whose test is not about keys.
var testKeys = func() seal.KeyService {
	m, err := seal.ParseMaster("test", "000102030405060708090a0b0c0d0e0f")
	if err != nil {
		panic(err)
	}
	return m
}()

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// start opens a store in cfg.Dir (a fresh folder when empty) and runs it until the test ends or stop is called.
func start(t testing.TB, cfg Config, now func() time.Time) (s *Store, stop func()) {
	t.Helper()
	if cfg.Dir == "" {
		cfg.Dir = t.TempDir()
	}
	if cfg.Keys == nil {
		cfg.Keys = testKeys
	}
	if cfg.CommitEvery == 0 {
		cfg.CommitEvery = time.Millisecond
	}
	if now == nil {
		now = time.Now
	}
	s, err := open(context.Background(), on(cfg), quiet, nil, now)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	result := make(chan error, 1)
	go func() { result <- s.Run(context.Background()) }()
	<-s.Ready()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if err := <-result; err != nil {
			t.Errorf("run: %v", err)
		}
	}
	t.Cleanup(stop)
	return s, stop
}

// ended is how an entry ended.
type ended struct {
	block uint64
	err   error
}

// submit submits records and waits for their end.
func submit(s *Store, lease *live.Lease, records ...live.Record) ended {
	done := make(chan ended, 1)
	s.Submit(live.Entry{Records: records, Lease: lease, Done: func(block uint64, err error) { done <- ended{block, err} }})
	return <-done
}

// must submits records and fails the test when they are not committed.
func must(t testing.TB, s *Store, records ...live.Record) uint64 {
	t.Helper()
	e := submit(s, nil, records...)
	if e.err != nil {
		t.Fatalf("submit: %v", e.err)
	}
	return e.block
}

func load(t testing.TB, s *Store, k live.UserKey) Loaded {
	t.Helper()
	type answer struct {
		loaded Loaded
		err    error
	}
	done := make(chan answer, 1)
	s.Load(k, func(l Loaded, err error) { done <- answer{l, err} })
	a := <-done
	if a.err != nil {
		t.Fatalf("load %v: %v", k, a.err)
	}
	return a.loaded
}

func frames(t testing.TB, s *Store, session live.SessionID, after string, only func(live.UserKey) bool) []string {
	t.Helper()
	type answer struct {
		frames [][]byte
		err    error
	}
	done := make(chan answer, 1)
	s.SessionFrames(session, after, only, func(f [][]byte, err error) { done <- answer{f, err} })
	a := <-done
	if a.err != nil {
		t.Fatalf("session frames: %v", a.err)
	}
	var texts []string
	for _, f := range a.frames {
		texts = append(texts, string(f))
	}
	return texts
}

func user(n int) live.UserKey {
	return live.UserKey{Room: "demo", User: live.UserID("u" + strconv.Itoa(n))}
}

func accepted(k live.UserKey, id string) live.Record {
	return live.Record{
		Kind: live.RecordAccepted, User: k, Session: "link", Received: 1700000000000,
		Event: &live.Event{
			Type: live.Message, ID: live.EventID(id), Room: k.Room, User: k.User, At: 1699999999000,
			Text: "3号链接还剩多少件", Viewers: live.Absent, Sold: live.Absent,
		},
	}
}

func closed(k live.UserKey, id string) live.Record {
	return live.Record{
		Kind: live.RecordClosed, User: k, Session: "link", Received: 1700000000005,
		Key: live.EventKey{Type: live.Message, ID: live.EventID(id)}, Outcome: live.Replied,
		Frame: fmt.Appendf(nil, `{"type":"reply","id":"r-%s","to":"%s","text":"宝宝，3号链接现在还有32件哦"}`, id, id),
		State: []byte("delta-" + id),
	}
}

func snapshot(k live.UserKey, state string) live.Record {
	return live.Record{Kind: live.RecordSnapshot, User: k, State: []byte(state)}
}

func stock(sku live.SKU, warehouse string, available, at int64) live.Record {
	return live.Record{Kind: live.RecordFact, Received: at + 1, Event: &live.Event{
		Type: live.StockUpdate, Shop: "demo", SKU: sku, Warehouse: warehouse, Available: available, At: at,
	}}
}

// drive opens a store whose committer the test plays itself, by calling flush, tend and saveFold; one reader serves.
func drive(t testing.TB, cfg Config, now func() time.Time) *Store {
	t.Helper()
	if cfg.Dir == "" {
		cfg.Dir = t.TempDir()
	}
	if cfg.Keys == nil {
		cfg.Keys = testKeys
	}
	s, err := open(context.Background(), on(cfg), quiet, nil, now)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	served := make(chan struct{})
	go func() { defer close(served); s.serveReads(context.Background()) }()
	t.Cleanup(func() {
		s.Close()
		close(s.reads)
		<-served
	})
	return s
}
