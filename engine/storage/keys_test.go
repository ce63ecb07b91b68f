package storage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
	"liveroom/engine/storage/seal"
)

// otherKeys are another master key than testKeys.
var otherKeys = func() *seal.Master {
	m, err := seal.ParseMaster("other", "ffffffffffffffffffffffffffffffff")
	if err != nil {
		panic(err)
	}
	return m
}()

// refusal opens a store that must not open, and returns why it does not.
func refusal(t *testing.T, cfg Config) error {
	t.Helper()
	s, err := Open(context.Background(), on(cfg), quiet, nil)
	if err == nil {
		s.Close()
		t.Fatal("the store opened")
	}
	return err
}

func TestWithoutTheRightMasterKeyNothingOpens(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "elsewhere", "master.key")
	cfg := Config{Dir: dir, MasterKeyFile: file}
	if err := refusal(t, cfg); !errors.Is(err, seal.ErrNoMaster) || !strings.Contains(err.Error(), "liveroom keys init --file "+file) {
		t.Errorf("without a master key: %v; want ErrNoMaster with the command that makes one", err)
	}
	m, err := seal.MakeMaster(file)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // refused starts before have left nothing in the way
		s, err := Open(t.Context(), on(cfg), quiet, nil)
		if err != nil {
			t.Fatal(err)
		}
		go s.Run(context.Background())
		must(t, s, accepted(user(1), "a"))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := refusal(t, cfg); !errors.Is(err, seal.ErrExposed) {
		t.Errorf("with the key open to others: %v, want ErrExposed", err)
	}
	if err := os.Rename(file, file+".kept"); err != nil {
		t.Fatal(err)
	}
	if err := refusal(t, cfg); !errors.Is(err, seal.ErrNoMaster) || !strings.Contains(err.Error(), m.IDs()[0]) || strings.Contains(err.Error(), "keys init") {
		t.Errorf("with the key gone: %v; want ErrNoMaster, naming %s and no way to make another", err, m.IDs()[0])
	}
	if _, err := seal.MakeMaster(file); err != nil {
		t.Fatal(err)
	}
	if err := refusal(t, cfg); !errors.Is(err, seal.ErrWrongMaster) || !strings.Contains(err.Error(), m.IDs()[0]) {
		t.Errorf("with another key: %v; want ErrWrongMaster, naming %s", err, m.IDs()[0])
	}
	if err := refusal(t, Config{Dir: dir, Keys: otherKeys}); !errors.Is(err, seal.ErrWrongMaster) {
		t.Errorf("with another service: %v, want ErrWrongMaster", err)
	}
	if err := os.Rename(file+".kept", file); err != nil {
		t.Fatal(err)
	}
	os.Chmod(file, 0o600)
	edit(t, dir, `DELETE FROM data_key WHERE purpose = 'index'`)
	if err := refusal(t, cfg); !errors.Is(err, seal.ErrNoKey) {
		t.Errorf("without the key of the index: %v, want ErrNoKey", err)
	}
}

func TestRowsThatChangedPlacesAreRefused(t *testing.T) {
	at := newClock()
	s := drive(t, Config{}, at.now)
	dir := s.cfg.Dir
	put(s, snapshot(user(1), "one"), snapshot(user(2), "two"))
	put(s, accepted(user(3), "a"), closed(user(3), "a"), accepted(user(4), "b"), closed(user(4), "b"))
	put(s, stock("A", "", 1, 10), stock("B", "", 2, 10))
	for range 4 {
		at.pass(5 * time.Minute)
		s.tend(context.Background())
		put(s, stock("C", "", 3, at.now().UnixMilli()))
	}
	for s.committer.ticks%surveyTicks != 0 {
		s.tend(context.Background())
	}
	for s.folding.Load() > 0 {
		s.saveFold(context.Background(), <-s.folds)
	}
	for _, u := range []int{3, 4} {
		if got := load(t, s, user(u)); len(got.Tail) != 2 || len(s.index.blocksOf(user(u))) != 0 {
			t.Fatalf("user %d is %+v, want a folded tail of 2", u, got)
		}
	}
	ids := func(n int) string { id := s.userID(user(n)); return literal(id[:]) }
	swap := func(table, column, a, b string) {
		edit(t, dir, `CREATE TABLE kept AS SELECT id, `+column+` AS was FROM `+table+`;
			UPDATE `+table+` SET `+column+` = (SELECT was FROM kept WHERE id = `+b+`) WHERE id = `+a+`;
			UPDATE `+table+` SET `+column+` = (SELECT was FROM kept WHERE id = `+a+`) WHERE id = `+b+`;
			DROP TABLE kept`)
	}
	swap("user_state", "state", ids(1), ids(2))
	swap("user_state", "tail", ids(3), ids(4))
	for _, u := range []int{1, 2} {
		done := make(chan error, 1)
		s.Load(user(u), func(_ Loaded, err error) { done <- err })
		if err := <-done; !errors.Is(err, ErrCorrupt) {
			t.Errorf("user %d with the other's snapshot: %v, want ErrCorrupt", u, err)
		}
	}
	for _, u := range []int{3, 4} {
		if got := load(t, s, user(u)); len(got.Tail) != 0 || got.Lost != 1 {
			t.Errorf("user %d with the other's tail is %+v, want it lost", u, got)
		}
	}
	fact := func(sku string) string {
		id := s.factID("stock", "demo", strconv.Itoa(len(sku))+":"+sku)
		return literal(id[:])
	}
	swap("fact", "data", fact("A"), fact("B"))
	before, seen := s.Status().Quarantined, 0
	if err := s.Facts(t.Context(), func(live.Record) bool { seen++; return true }); err != nil {
		t.Fatal(err)
	}
	if refused := s.Status().Quarantined - before; seen != 1 || refused != 2 {
		t.Errorf("%d facts came, %d were refused; want 1, 2", seen, refused)
	}
	edit(t, dir, `UPDATE fact SET version = version + 1`) // which of two is the later may not be said anew either
	if err := s.Facts(t.Context(), func(r live.Record) bool { t.Errorf("%+v opened", r); return true }); err != nil {
		t.Fatal(err)
	}
}

// literal writes bytes as SQL.
func literal(b []byte) string {
	if os.Getenv(postgresTests) != "" {
		return fmt.Sprintf(`'\x%x'::bytea`, b)
	}
	return fmt.Sprintf("x'%x'", b)
}

// A key counts what it seals, so a block whose count does not follow the one before was sealed under a nonce that another
// has, by a copy of the process, say. It is not taken for good.
func TestABlockUnderAUsedNonceIsQuarantined(t *testing.T) {
	at := newClock()
	s := drive(t, Config{}, at.now)
	dir := s.cfg.Dir
	a := accepted(user(1), "late")
	forged, err := s.ring.Seal(nil, blockPlace(3), codec.Append(nil, &a))
	if err != nil {
		t.Fatal(err)
	}
	put(s, accepted(user(1), "a"))
	put(s, accepted(user(1), "b"))
	s.Close()
	edit(t, dir, `INSERT INTO journal (seq, at, records, data) VALUES (3, $1, 1, $2)`, at.now().UnixMilli(), forged)
	s = drive(t, Config{Dir: dir}, at.now)
	if got := s.Status().Quarantined; got != 1 || len(s.Pending()) != 2 {
		t.Errorf("%d blocks quarantined, %d events pending; want 1, 2", got, len(s.Pending()))
	}
}

// A key whose commit failed is stored with the next that goes well.
func TestAKeyIsStoredWithWhatItSealed(t *testing.T) {
	s := drive(t, Config{}, time.Now)
	dir := s.cfg.Dir
	count := func() (n int) {
		t.Helper()
		if err := s.readPool.QueryRow(`SELECT count(*) FROM data_key`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(); n != 0 {
		t.Errorf("%d keys are stored before there is anything to open", n)
	}
	edit(t, dir, `INSERT INTO journal (seq, at, records, data) VALUES (1, 0, 0, $1)`, []byte{}) // in the way of the first block
	if block := put(s, accepted(user(1), "a")); block != 0 || count() != 0 {
		t.Fatalf("block %d was committed, %d keys are stored; want none", block, count())
	}
	edit(t, dir, `DELETE FROM journal`)
	if block := put(s, accepted(user(1), "a")); block != 1 || count() != 2 {
		t.Fatalf("block %d was committed, %d keys are stored; want 1, 2", block, count())
	}
	s.Close()
	s = drive(t, Config{Dir: dir}, time.Now)
	if len(s.Pending()) != 1 {
		t.Error("what was sealed under the key does not open")
	}
}

// Keys are rotated and wrapped anew while messages come: none waits for it and none is lost.
func TestRotateAndRewrapUnderLoad(t *testing.T) {
	const users, each, rotations = 6, 400, 12
	s, stop := start(t, Config{}, nil)
	dir := s.cfg.Dir
	first := s.Status().DataKey
	var all, submitters sync.WaitGroup
	for u := range users {
		submitters.Go(func() {
			for i := range each {
				all.Add(1)
				records := []live.Record{accepted(user(u), strconv.Itoa(i)), closed(user(u), strconv.Itoa(i))}
				if i == each/2 {
					records = append(records, snapshot(user(u), "half"))
				}
				s.Submit(live.Entry{Records: records, Done: func(_ uint64, err error) {
					if err != nil {
						t.Error(err)
					}
					all.Done()
				}})
			}
		})
	}
	for i := range rotations {
		key, err := s.RotateKey(t.Context())
		if err != nil || key.ID != s.Status().DataKey {
			t.Fatalf("rotated to %d, %v; in use is %d", key.ID, err, s.Status().DataKey)
		}
		must(t, s, accepted(user(users), strconv.Itoa(i)))
		if i == rotations/2 {
			if n, err := s.RewrapKeys(t.Context(), otherKeys); err != nil || n < i {
				t.Errorf("%d keys rewrapped, %v", n, err)
			}
		}
	}
	submitters.Wait()
	all.Wait()
	stop()
	if err := refusal(t, Config{Dir: dir, Keys: testKeys}); !errors.Is(err, seal.ErrWrongMaster) {
		t.Errorf("with the old master key: %v, want ErrWrongMaster", err)
	}
	s, _ = start(t, Config{Dir: dir, Keys: otherKeys}, nil)
	if key := s.Status().DataKey; key != first+rotations+1 {
		t.Errorf("the next start seals under key %d, want %d", key, first+rotations+1)
	}
	for u := range users {
		if got := load(t, s, user(u)); string(got.State) != "half" || len(got.Tail) != 2*(each/2-1) || got.Lost != 0 {
			t.Errorf("user %d came back with %q, a tail of %d, %d lost", u, got.State, len(got.Tail), got.Lost)
		}
	}
	if got := load(t, s, user(users)); len(got.Tail) != rotations || s.Status().Quarantined != 0 {
		t.Errorf("a tail of %d under %d keys, %d blocks quarantined", len(got.Tail), rotations, s.Status().Quarantined)
	}
}

// TestACommitBetweenARewrapAndItsRing has something committed after all keys are stored under the new master key, and before the
// ring knows of that: a key that was not stored before must not be put back under the old one.
func TestACommitBetweenARewrapAndItsRing(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	must(t, s, accepted(user(1), "a"))
	if _, err := s.ring.Rotate(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	err := s.ring.Rewrap(t.Context(), otherKeys, func(rows []seal.Row) error {
		err := s.asCommitter(t.Context(), func(work context.Context) error {
			w := &s.committer.writer
			return w.within(work, func() error { return w.saveKeys(work, upsertKey, rows) })
		})
		must(t, s, accepted(user(1), "b"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := s.cfg.Dir
	stop()
	s, _ = start(t, Config{Dir: dir, Keys: otherKeys}, nil)
	if got := load(t, s, user(1)); len(got.Tail) != 2 || got.Lost != 0 || s.Status().Quarantined != 0 {
		t.Errorf("with the new master key alone: a tail of %d, %d lost, %d blocks quarantined", len(got.Tail), got.Lost, s.Status().Quarantined)
	}
}

// shy is a key service that may be out of reach.
type shy struct {
	seal.KeyService
	away atomic.Bool
}

var errAway = errors.New("the key service is away")

func (k *shy) Wrap(ctx context.Context, key, label []byte) ([]byte, string, error) {
	if k.away.Load() {
		return nil, "", errAway
	}
	return k.KeyService.Wrap(ctx, key, label)
}

func (k *shy) Unwrap(ctx context.Context, master string, wrapped, label []byte) ([]byte, error) {
	if k.away.Load() {
		return nil, errAway
	}
	return k.KeyService.Unwrap(ctx, master, wrapped, label)
}

// What cannot be opened because the key service is away is not taken for damaged, and opens when it is back.
func TestAKeyServiceThatIsAwayLosesNothing(t *testing.T) {
	at := newClock()
	service := &shy{KeyService: testKeys}
	s := drive(t, Config{Keys: service}, at.now)
	dir := s.cfg.Dir
	put(s, snapshot(user(1), "one"), stock("A", "", 1, 10))
	if _, err := s.ring.Rotate(t.Context(), 0); err != nil { // so that recovery has no need of the first key
		t.Fatal(err)
	}
	put(s, stock("B", "", 1, 10))
	for range surveyTicks {
		s.tend(t.Context())
	}
	put(s, stock("C", "", 1, 10))
	s.Close()
	at.pass(time.Hour)
	s = drive(t, Config{Dir: dir, Keys: service}, at.now)
	service.away.Store(true)
	done := make(chan error, 1)
	s.Load(user(1), func(_ Loaded, err error) { done <- err })
	if err := <-done; !errors.Is(err, errAway) || errors.Is(err, ErrCorrupt) {
		t.Errorf("load: %v, want the service's own error", err)
	}
	if err := s.Facts(t.Context(), func(live.Record) bool { return true }); !errors.Is(err, errAway) {
		t.Errorf("facts: %v, want the service's own error", err)
	}
	if _, err := s.RotateKey(t.Context()); !errors.Is(err, errAway) {
		t.Errorf("rotate: %v, want the service's own error", err)
	}
	put(s, snapshot(user(2), "two")) // the key in use needs nobody
	if got := load(t, s, user(2)); string(got.State) != "two" || s.Status().Quarantined != 0 {
		t.Errorf("meanwhile user 2 is %+v, %d quarantined", got, s.Status().Quarantined)
	}
	service.away.Store(false)
	if got := load(t, s, user(1)); string(got.State) != "one" {
		t.Errorf("user 1 came back as %+v", got)
	}
	s.Close()
	service.away.Store(true)
	if err := refusal(t, Config{Dir: dir, Keys: service}); !errors.Is(err, errAway) {
		t.Errorf("a start without the service: %v", err)
	}
}

func TestKeysAreNotChangedAfterTheEnd(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	stop()
	if _, err := s.RotateKey(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("rotate: %v, want ErrClosed", err)
	}
	if _, err := s.RewrapKeys(t.Context(), otherKeys); !errors.Is(err, ErrClosed) {
		t.Errorf("rewrap: %v, want ErrClosed", err)
	}
}

func TestTheKeyTable(t *testing.T) {
	if _, err := OpenKeyTable(t.Context(), on(Config{Dir: t.TempDir()})); !errors.Is(err, ErrNotFound) {
		t.Errorf("of no store: %v, want ErrNotFound", err)
	}
	s, stop := start(t, Config{}, nil)
	cfg := Config{Dir: s.cfg.Dir}
	must(t, s, accepted(user(1), "a"))
	table := func() *KeyTable {
		t.Helper()
		k, err := OpenKeyTable(t.Context(), on(cfg))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { k.Close() })
		return k
	}
	k := table()
	if keys := k.Keys(); len(keys) != 2 || keys[0].Purpose != seal.ForIndex || keys[1].Purpose != seal.ForData {
		t.Errorf("of a store in use: %+v", keys)
	}
	if err := k.Lock(t.Context()); !errors.Is(err, ErrLocked) {
		t.Errorf("taken from a store in use: %v, want ErrLocked", err)
	}
	if _, err := k.Rewrap(t.Context(), testKeys, otherKeys); !errors.Is(err, ErrLocked) {
		t.Errorf("rewrapped unlocked: %v, want ErrLocked", err)
	}
	stop()
	k = table()
	if err := k.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := k.Rewrap(t.Context(), testKeys, otherKeys); n != 2 || err != nil {
		t.Errorf("rewrapped %d keys, %v; want 2", n, err)
	}
	k.Close()
	k = table()
	if key, err := k.Export(t.Context(), otherKeys, 2); err != nil || len(key) != seal.KeyBytes {
		t.Errorf("exported %d bytes, %v", len(key), err)
	}
	if _, err := k.Export(t.Context(), testKeys, 2); !errors.Is(err, seal.ErrWrongMaster) {
		t.Errorf("exported with the wrong master key: %v", err)
	}
	for _, id := range []uint32{1, 3} { // the index's, and one that was never stored
		if _, err := k.Export(t.Context(), otherKeys, id); !errors.Is(err, seal.ErrNoKey) {
			t.Errorf("exported key %d: %v, want ErrNoKey", id, err)
		}
	}
	k.Close()
	s, _ = start(t, Config{Dir: cfg.Dir, Keys: otherKeys}, nil)
	if len(s.Pending()) != 1 {
		t.Error("what was there is gone")
	}
}
