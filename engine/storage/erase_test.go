package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/storage/codec"
	"liveroom/engine/storage/seal"
)

// the person who is erased; everything else is about others.
var gone = live.UserKey{Room: "demo", User: "要被删除的人"}

// trace looks through everything that a store holds, opened, and returns where the person is found.
func trace(t *testing.T, s *Store) (found []string) {
	t.Helper()
	look := func(where string, plain []byte, err error) {
		if err != nil {
			t.Errorf("%s does not open: %v", where, err)
		}
		if bytes.Contains(plain, []byte(gone.User)) {
			found = append(found, where)
		}
	}
	ctx := t.Context()
	rows, err := s.readPool.Query(`SELECT seq, data FROM journal ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var seq int64
		var data []byte
		if err := rows.Scan(&seq, &data); err != nil {
			t.Fatal(err)
		}
		plain, err := s.unseal(ctx, blockPlace(uint64(seq)), data)
		look("journal", plain, err)
	}
	err = s.Facts(ctx, func(r live.Record) bool {
		look("fact", codec.Append(nil, &r), nil)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	if row, err := s.readUserRow(ctx, gone); err != nil || row.state != nil || row.tail != nil {
		found = append(found, "user_state")
	}
	return found
}

// fillForErasure fills a store with what the person and another have said and done.
func fillForErasure(t *testing.T, s *Store) {
	t.Helper()
	order := func(k live.UserKey, id string) live.Record {
		return live.Record{Kind: live.RecordFact, User: k, Event: &live.Event{
			Type: live.OrderUpdate, ID: live.EventID(id), Room: k.Room, User: k.User, SKU: "DEMO-3", Quantity: 2, State: live.OrderPaid, At: 9,
		}}
	}
	mute := live.Record{Kind: live.RecordFact, Event: &live.Event{Type: live.UserMuted, Room: gone.Room, User: gone.User, Count: 5, At: 9}}
	first := live.Record{Kind: live.RecordFact, Event: &live.Event{Type: live.Enter, Room: "demo", User: gone.User, Name: string(gone.User), At: 9}}
	label := live.Record{Kind: live.RecordFact, Event: &live.Event{
		Type: live.MessageLabelled, ID: "comment a", Room: gone.Room, User: gone.User, Text: "我是" + string(gone.User), Note: `{"intent":"stock"}`, At: 9,
	}}
	seat := live.Record{Kind: live.RecordFact, Event: &live.Event{Type: live.Say, ID: "s", Dialogue: live.DialogueOf(gone), Text: "您好", At: 9}}
	held := func(k live.UserKey, id string) live.Record {
		return reserved(k, id, 3, live.ReservationOrdered, 10, 500)
	}
	mine := held(gone, "r1")
	mine.User = live.UserKey{} // as one that ran out is stored
	mine.Reservation.Order = "o1"
	for range 3 {
		must(t, s, accepted(gone, "a"), closed(gone, "a"), accepted(user(1), "a"))
		must(t, s, closed(user(1), "a"), stock("DEMO-3", "beijing", 7, 3))
		must(t, s, accepted(gone, "b"))
	}
	must(t, s, snapshot(gone, string(gone.User)), snapshot(user(1), "one"))
	shopwide := live.UserKey{User: gone.User} // the room of an order may be left out
	ofNoRoom := held(shopwide, "r4")
	ofNoRoom.Reservation.Order = "o3"
	must(t, s, accepted(gone, "c"), order(gone, "o1"), order(user(1), "o2"), order(shopwide, "o3"), mute, first, seat, label)
	must(t, s, order(live.UserKey{User: user(1).User}, "o4"), ofNoRoom)
	must(t, s, mine, held(user(1), "r2"), reserved(gone, "r3", 2, live.ReservationReleased, 10, 500))
	must(t, s, accepted(user(1), "last"))
}

func TestAPersonIsErased(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	dir := s.cfg.Dir
	fillForErasure(t, s)
	if got := trace(t, s); len(got) < 8 {
		t.Fatalf("before, the person is found in %q", got)
	}
	before, err := os.ReadFile(filepath.Join(dir, databaseFile))
	if err != nil && os.Getenv(postgresTests) == "" {
		t.Fatal(err)
	}
	log, _ := os.ReadFile(filepath.Join(dir, databaseFile+"-wal"))
	request := func(k live.UserKey) {
		t.Helper()
		if err := RequestErasure(t.Context(), on(Config{Dir: dir, Keys: testKeys}), k); err != nil {
			t.Fatal(err)
		}
	}
	request(gone) // while a node runs: the next start does it
	stop()
	check := func() {
		t.Helper()
		if got := trace(t, s); got != nil {
			t.Errorf("the person is still found in %q", got)
		}
		if got := load(t, s, gone); got.State != nil || len(got.Tail) != 0 {
			t.Errorf("the person loads as %+v", got)
		}
		one := load(t, s, user(1))
		if string(one.State) != "one" || len(one.Tail) != 1 || s.Status().Quarantined != 0 {
			t.Errorf("user 1 is %+v, %d quarantined", one, s.Status().Quarantined)
		}
		if p := s.Pending(); len(p) != 1 || p[0].Event.ID != "last" {
			t.Errorf("pending are %+v, want the other's one", p)
		}
		var orders []live.EventID
		err := s.Facts(t.Context(), func(r live.Record) bool {
			if r.Event != nil && r.Event.Type == live.OrderUpdate {
				orders = append(orders, r.Event.ID)
			}
			return true
		})
		held := reservations(t, s)
		nameless := 0
		for id, r := range held {
			if !strings.HasPrefix(string(id), "erased-") {
				continue
			}
			nameless++
			if r.State != live.ReservationOrdered || r.User.User != "" || !slices.Contains(orders, r.Order) {
				t.Errorf("a nameless reservation is %+v, orders are %q", r, orders)
			}
		}
		if len(held) != 3 || nameless != 2 || held["r2"].User != user(1) {
			t.Errorf("reservations are %+v, want the other's, and the person's two without a name", held)
		}
		if err != nil || len(orders) != 4 || !slices.Contains(orders, "o2") || !slices.Contains(orders, "o4") {
			t.Errorf("orders are %q (%v), want the other's two, and the person's two under other names", orders, err)
		}
	}
	s, stop = start(t, Config{Dir: dir}, nil)
	if got := s.Erased(); got.People != 1 || got.Records < 10 || got.Facts != 8 {
		t.Errorf("erased were %+v", got)
	}
	check()
	must(t, s, accepted(user(1), "more"), closed(user(1), "more"))
	stop()
	s, stop = start(t, Config{Dir: dir}, nil)
	if got := s.Erased(); got.People != 0 {
		t.Errorf("a second start has erased %+v again", got)
	}
	if got := trace(t, s); got != nil || s.Status().Quarantined != 0 {
		t.Errorf("after another start the person is found in %q, %d quarantined", got, s.Status().Quarantined)
	}
	// A person who came back and asks again is erased again.
	must(t, s, accepted(gone, "again"), closed(gone, "again"))
	stop()
	for now := time.Now().UnixMilli(); time.Now().UnixMilli() == now; { // a later request has a later time
	}
	request(gone)
	s, stop = start(t, Config{Dir: dir}, nil)
	if got := trace(t, s); got != nil || s.Erased().Records != 2 {
		t.Errorf("the second time %+v were erased, the person is found in %q", s.Erased(), got)
	}
	stop()
	if os.Getenv(postgresTests) != "" {
		return
	}
	// The files of before are put back: the list erases the person from them too.
	for name, content := range map[string][]byte{databaseFile: before, databaseFile + "-wal": log} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, _ = start(t, Config{Dir: dir}, nil)
	check()
}

func TestAnErasureIsAskedForInVain(t *testing.T) {
	cfg := on(Config{Dir: t.TempDir(), Keys: testKeys})
	if err := RequestErasure(t.Context(), cfg, gone); !errors.Is(err, ErrNotFound) {
		t.Errorf("from no store: %v, want ErrNotFound", err)
	}
	s, stop := start(t, cfg, nil)
	must(t, s, accepted(user(1), "a"))
	stop()
	for _, line := range []string{"now 00", "12", "12 zz", "12 " + strings.Repeat("0", 34)} {
		if err := os.WriteFile(cfg.erasedPath(), []byte("7 "+strings.Repeat("0", 32)+"\n"+line+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(context.Background(), cfg, quiet, nil); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("with %q in the list: %v", line, err)
		}
	}
	if err := os.Remove(cfg.erasedPath()); err != nil {
		t.Fatal(err)
	}
	if err := RequestErasure(t.Context(), cfg, live.UserKey{Room: "demo", User: "nobody we know"}); err != nil {
		t.Fatal(err)
	}
	s, _ = start(t, cfg, nil)
	if got := s.Erased(); got.People != 1 || got.Records+got.Facts != 0 || len(s.Pending()) != 1 {
		t.Errorf("of a stranger %+v were erased, %d are pending", got, len(s.Pending()))
	}
}

// TestALineCutShortIsNoErasure has the list end as a full disk or a crash leaves it: it was never answered as written, so that it
// keeps no node from starting, and the next erasure is not appended to it.
func TestALineCutShortIsNoErasure(t *testing.T) {
	first := Erasure{At: time.UnixMilli(7), ID: seal.ID{1}}
	next := Erasure{At: time.UnixMilli(1_790_000_000_000), ID: seal.ID{2}}
	line := fmt.Sprintf("%d %x\n", next.At.UnixMilli(), next.ID[:])
	for cut := range len(line) {
		path := filepath.Join(t.TempDir(), erasedFile)
		if err := addErased(path, []Erasure{first}); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(line[:cut]); err != nil {
			t.Fatal(err)
		}
		f.Close()
		want := []Erasure{first}
		if cut == len(line)-1 { // all that it says is there
			want = append(want, next)
		}
		if got, err := readErased(path); err != nil || !slices.Equal(got, want) {
			t.Fatalf("with %q behind the list: %v, %v", line[:cut], got, err)
		}
		third := Erasure{At: time.UnixMilli(9), ID: seal.ID{3}}
		if err := addErased(path, []Erasure{next, third}); err != nil {
			t.Fatal(err)
		}
		if got, err := readErased(path); err != nil || !slices.Equal(got, []Erasure{first, next, third}) {
			t.Fatalf("after the next erasures behind %q: %v, %v", line[:cut], got, err)
		}
	}
}

func TestAPersonIsErasedBesideCommits(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	cfg := s.cfg
	fillForErasure(t, s)
	mine := sealPerson(t, s, gone)
	done, err := s.EraseNow(t.Context(), gone)
	if err != nil || done.People != 1 || done.Records < 10 || done.Facts != 8 {
		t.Fatalf("erased were %+v, %v", done, err)
	}
	check := func() {
		t.Helper()
		if got := trace(t, s); got != nil {
			t.Errorf("the person is still found in %q", got)
		}
		if got := load(t, s, gone); got.State != nil || len(got.Tail) != 0 {
			t.Errorf("the person loads as %+v", got)
		}
		if one := load(t, s, user(1)); string(one.State) != "one" || len(one.Tail) != 1 || s.Status().Quarantined != 0 {
			t.Errorf("user 1 is %+v, %d quarantined", one, s.Status().Quarantined)
		}
		if _, err := s.OpenPerson(t.Context(), elsewhere, bytes.Clone(mine)); !errors.Is(err, ErrErased) {
			t.Errorf("what was sealed of the person elsewhere: %v", err)
		}
	}
	check()
	if _, pending := s.index.size(); pending != 1 {
		t.Errorf("%d events are pending, want the other's one", pending)
	}
	stop()
	s, stop = start(t, cfg, nil)
	check()
	if got := s.Erased(); got.People != 0 {
		t.Errorf("the next start has erased %+v again", got)
	}
	if due, err := metaValue(t.Context(), s.readPool, metaScrub); err != nil || due != 0 {
		t.Errorf("files are to be rewritten still: %d, %v", due, err)
	}
	// Who has come back stays, and is erased when he asks again.
	must(t, s, accepted(gone, "again"), closed(gone, "again"))
	if done, err := s.EraseNow(t.Context(), gone); err != nil || done.Records != 2 {
		t.Errorf("the second time %+v were erased, %v", done, err)
	}
	stop()
	s, _ = start(t, cfg, nil)
	check()
}

// A crash between the line in the list and the end leaves the rest to the next start, wherever it comes.
func TestAnErasureThatBrokeOffIsCompleted(t *testing.T) {
	for n := range 6 {
		s, stop := start(t, Config{}, nil)
		cfg := s.cfg
		fillForErasure(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		left := n
		e := &eraser{
			s: s, ids: map[seal.ID]bool{s.userID(gone): true, s.userID(live.UserKey{User: gone.User}): true},
			known: map[live.UserKey]bool{}, orders: map[live.EventID]live.EventID{},
		}
		e.write = func(ctx context.Context, do func(context.Context) error) error {
			if left--; left < 0 {
				cancel()
				return context.Canceled
			}
			return s.asCommitter(ctx, do)
		}
		now := time.Now()
		var list []Erasure
		for id := range e.ids {
			list = append(list, Erasure{At: now, ID: id})
		}
		if err := addErased(cfg.erasedPath(), list); err != nil {
			t.Fatal(err)
		}
		e.beside(ctx, gone, now.UnixMilli())
		cancel()
		stop()
		s, stop = start(t, cfg, nil)
		if got := trace(t, s); got != nil || s.Status().Quarantined != 0 {
			t.Errorf("broken off after %d steps, the person is found in %q, %d quarantined", n, got, s.Status().Quarantined)
		}
		stop()
	}
}

// TestAFoldReadBeforeAnErasureIsNotWrittenAfter has the copy of a tail on its way while its user is erased, and a key of his not
// stored yet.
func TestAFoldReadBeforeAnErasureIsNotWrittenAfter(t *testing.T) {
	at := newClock()
	s := drive(t, Config{}, at.now)
	put(s, accepted(gone, "a"), closed(gone, "a"))
	for range 3 {
		at.pass(5 * time.Minute)
		s.tend(t.Context())
	}
	s.startFolds(at.now())
	f := <-s.folds
	if f.tail == nil {
		t.Fatal("nothing was folded")
	}
	sealed, err := s.SealPerson(gone, elsewhere, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.EraseNow(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	s.saveFold(t.Context(), f)
	if got := trace(t, s); got != nil {
		t.Errorf("the person is found in %q", got)
	}
	if err := s.SavePeople(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenPerson(t.Context(), elsewhere, sealed); !errors.Is(err, ErrErased) {
		t.Errorf("a key that was to be stored when its person was erased: %v", err)
	}
}

// TestAReaderDoesNotHoldAnErasureUp erases while somebody reads, as a backup does: no commit waits for him, and the files are
// overwritten when he has gone.
func TestAReaderDoesNotHoldAnErasureUp(t *testing.T) {
	if os.Getenv(postgresTests) != "" {
		t.Skip("there only a start overwrites")
	}
	s := drive(t, Config{}, time.Now)
	put(s, accepted(gone, "a"), closed(gone, "a"))
	reader, err := s.readPool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if _, err := reader.ExecContext(t.Context(), s.committer.writer.instant); err != nil {
		t.Fatal(err)
	}
	var blocks int
	if err := reader.QueryRowContext(t.Context(), `SELECT count(*) FROM journal`).Scan(&blocks); err != nil {
		t.Fatal(err)
	}
	done, err := s.EraseNow(t.Context(), gone)
	if err != nil || !done.Later || done.Records != 2 {
		t.Fatalf("erased were %+v, %v", done, err)
	}
	due := func() int64 {
		n, err := metaValue(t.Context(), s.readPool, metaScrub)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	var patience int
	if err := s.committer.writer.conn.QueryRowContext(t.Context(), "PRAGMA busy_timeout").Scan(&patience); err != nil || patience != 5000 {
		t.Errorf("the connection that writes waits %d ms (%v)", patience, err)
	}
	s.scrubLeft(t.Context())
	if due() == 0 {
		t.Error("it is called done while somebody reads")
	}
	if _, err := reader.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	s.scrubLeft(t.Context())
	log, err := os.Stat(filepath.Join(s.cfg.Dir, databaseFile+"-wal"))
	if err != nil || due() != 0 || s.committer.scrub {
		t.Errorf("due is %d, %v", due(), err)
	} else if log.Size() > 4*pageSize { // the note that it is done, and nothing of before
		t.Errorf("the log has %d bytes", log.Size())
	}
}

// TestAnErasureEndsThoughCommitsGoOn looks through no block that came after it began.
func TestAnErasureEndsThoughCommitsGoOn(t *testing.T) {
	s := drive(t, Config{}, time.Now)
	put(s, accepted(gone, "a"))
	put(s, accepted(user(1), "b"))
	e := &eraser{s: s, until: 1, known: map[live.UserKey]bool{}}
	if batch, last, err := e.read(t.Context(), 0); err != nil || last != 1 || len(batch) != 0 {
		t.Errorf("it has read up to %d, %v", last, err)
	}
	if _, last, err := e.read(t.Context(), 1); err != nil || last != 1 {
		t.Errorf("then it has read up to %d, %v", last, err)
	}
	e.until = 0
	if _, last, err := e.read(t.Context(), 1); err != nil || last != 2 {
		t.Errorf("at a start it has read up to %d, %v", last, err)
	}
}
