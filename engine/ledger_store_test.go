package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/engine/shop"
	"liveroom/engine/storage"
)

// shelfLife is a ledger and the store that its reservations are kept in.
type shelfLife struct {
	t      *testing.T
	dir    string
	now    time.Time
	ledger *shop.Ledger
	store  *storage.Store
	stop   func()
	broken atomic.Bool // commits fail
}

// open starts the store and rebuilds the ledger from it.
func (s *shelfLife) open() {
	s.t.Helper()
	cfg := storage.Default()
	cfg.Dir, cfg.CommitEvery = s.dir, time.Millisecond
	cfg.BeforeCommit = func() error {
		if s.broken.Load() {
			return errors.New("no disk")
		}
		return nil
	}
	if err := MakeMasterKey(Config{Storage: cfg}); err != nil {
		s.t.Fatal(err)
	}
	store, err := storage.Open(s.t.Context(), cfg, slog.New(slog.NewTextHandler(io.Discard, nil)), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- store.Run(context.Background()) }()
	<-store.Ready()
	s.store, s.ledger = store, shop.NewLedger(shop.Demo())
	s.stop = func() {
		if err := errors.Join(store.Close(), <-ended); err != nil {
			s.t.Error(err)
		}
	}
	if err := store.Facts(s.t.Context(), func(r live.Record) bool { s.ledger.Restore(r); return true }); err != nil {
		s.t.Fatal(err)
	}
	for _, r := range s.ledger.Expire(s.now) {
		s.keep(live.Record{Kind: live.RecordReservation, User: r.User, Reservation: &r})
	}
}

// keep commits records, all or none.
func (s *shelfLife) keep(records ...live.Record) error {
	done := make(chan error, 1)
	s.store.Submit(live.Entry{Records: records, Done: func(_ uint64, err error) { done <- err }})
	return <-done
}

// settle commits a change of a reservation with what closes the user's message, and undoes it when that fails.
func (s *shelfLife) settle(before, after live.Reservation, n int) bool {
	closed := live.Record{
		Kind: live.RecordClosed, User: after.User, Key: live.EventKey{Type: live.Message, ID: live.EventID(fmt.Sprint(n))},
		Outcome: live.Replied, State: []byte("state"),
	}
	err := s.keep(live.Record{Kind: live.RecordReservation, User: after.User, Reservation: &after}, closed)
	if err == nil {
		return true
	}
	if before.ID == "" {
		s.ledger.Undo(nil, after.ID)
	} else {
		s.ledger.Undo(&before, after.ID)
	}
	return false
}

// A shop lives through restarts, failed commits and a clock that passes: nothing is sold twice, and the ledger that comes
// back is the one that went.
func TestReservationsOutliveRestarts(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	s := &shelfLife{t: t, dir: t.TempDir(), now: time.UnixMilli(1_800_000_000_000)}
	s.open()
	defer func() { s.stop() }()
	figure := &live.Event{Type: live.StockUpdate, Shop: "demo", SKU: "DEMO-3", Warehouse: "beijing", Available: 100, At: s.now.UnixMilli()}
	if _, fault := s.ledger.Apply(figure, s.now); fault != nil {
		t.Fatal(fault)
	}
	if err := s.keep(live.Record{Kind: live.RecordFact, Received: s.now.UnixMilli(), Event: figure}); err != nil {
		t.Fatal(err)
	}
	known := map[live.ReservationID]live.Reservation{} // as committed
	ids := []live.ReservationID{"none"}
	for n := range 400 {
		s.now = s.now.Add(time.Second)
		s.broken.Store(random.IntN(5) == 0)
		user := live.UserKey{Room: "demo", User: live.UserID(fmt.Sprint(n))}
		until := s.now.Add(time.Duration(random.IntN(200)+1) * time.Second).UnixMilli()
		id := ids[random.IntN(len(ids))]
		before := known[id]
		after, changed := before, false
		switch random.IntN(8) {
		case 0, 1, 2, 3:
			id, before = live.ReservationIDFor(user, live.EventKey{Type: live.Message, ID: "yes"}), live.Reservation{}
			r, err := s.ledger.Reserve(s.now, live.Reservation{ID: id, User: user, SKU: "DEMO-3", Quantity: 1 + random.Int64N(4), Until: until})
			after, changed = r, err == nil
		case 4:
			r, err := s.ledger.Confirm(s.now, id, until)
			after, changed = r, err == nil && r.Version != before.Version
		case 5:
			r, err := s.ledger.Release(s.now, id)
			after, changed = r, err == nil && r.Version != before.Version
		case 6:
			e := &live.Event{Type: live.OrderUpdate, ID: live.EventID(fmt.Sprint(n)), Room: "demo", User: before.User.User, SKU: "DEMO-3", State: live.OrderPaid, Quantity: 4, At: s.now.UnixMilli()}
			_, after, changed = s.ledger.Order(s.now, e)
		case 7:
			s.broken.Store(false)
			s.stop()
			s.open()
			for id, r := range known {
				if pending := r.State == live.ReservationOpen || r.State == live.ReservationConfirmed; pending && r.Until <= s.now.UnixMilli() {
					r.State = live.ReservationReleased
					got, _ := s.ledger.Reservation(id)
					if got.State != r.State || got.Version != r.Version+1 {
						t.Fatalf("step %d: what ended meanwhile came back as %+v, was %+v", n, got, r)
					}
					known[id] = got
				}
			}
		}
		if changed && s.settle(before, after, n) {
			if known[id].ID == "" {
				ids = append(ids, id)
			}
			known[id] = after
		}
		s.compare(n, known)
	}
}

// compare checks the ledger against what was committed.
func (s *shelfLife) compare(step int, known map[live.ReservationID]live.Reservation) {
	s.t.Helper()
	held := int64(0)
	for id, want := range known {
		if got, _ := s.ledger.Reservation(id); got != want {
			s.t.Fatalf("step %d: %s is %+v, want %+v", step, id, got, want)
		}
		if want.State != live.ReservationReleased {
			held += want.Quantity
		}
	}
	open, confirmed, ordered := s.ledger.Held("DEMO-3")
	left, _, _, _ := shop.Total(s.ledger.Stock("cup"), "DEMO-3")
	if held > 100 || open+confirmed+ordered != held || left != 100-held {
		s.t.Fatalf("step %d: %d of 100 are held, the ledger says %d open, %d confirmed, %d ordered, %d left", step, held, open, confirmed, ordered, left)
	}
}
