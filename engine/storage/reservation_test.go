package storage

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"liveroom/engine/live"
)

// reserved returns the record of a version of a reservation.
func reserved(k live.UserKey, id string, version uint64, state live.ReservationState, at, until int64) live.Record {
	return live.Record{Kind: live.RecordReservation, User: k, Received: at, Reservation: &live.Reservation{
		ID: live.ReservationID(id), User: k, Product: "cup", SKU: "DEMO-3", Warehouse: "beijing", Quantity: 2,
		State: state, At: at, Until: until, Version: version,
	}}
}

// reservations returns the reservations among the facts, by id.
func reservations(t testing.TB, s *Store) map[live.ReservationID]live.Reservation {
	t.Helper()
	held := map[live.ReservationID]live.Reservation{}
	err := s.Facts(context.Background(), func(r live.Record) bool {
		if r.Kind == live.RecordReservation {
			if _, twice := held[r.Reservation.ID]; twice {
				t.Errorf("reservation %s comes twice", r.Reservation.ID)
			}
			held[r.Reservation.ID] = *r.Reservation
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return held
}

func TestOfAReservationTheLatestVersionIsKept(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	dir := s.cfg.Dir
	must(t, s, reserved(user(1), "a", 1, live.ReservationOpen, 10, 500))
	must(t, s, reserved(user(1), "a", 3, live.ReservationOrdered, 5, 500)) // the order's own time is earlier
	must(t, s, reserved(user(1), "a", 2, live.ReservationConfirmed, 20, 900))
	must(t, s, reserved(user(2), "b", 1, live.ReservationOpen, 10, 500), reserved(user(2), "b", 2, live.ReservationReleased, 11, 500))
	must(t, s, reserved(user(2), "c", 1, live.ReservationOpen, 10, 500))
	must(t, s, reserved(user(2), "c", 1, live.ReservationOpen, 9, 400)) // of two with the same version the one committed last
	must(t, s, stock("DEMO-3", "beijing", 7, 3))
	stop()
	s, _ = start(t, Config{Dir: dir}, nil)
	held := reservations(t, s)
	for id, want := range map[live.ReservationID]live.Record{
		"a": reserved(user(1), "a", 3, live.ReservationOrdered, 5, 500),
		"b": reserved(user(2), "b", 2, live.ReservationReleased, 11, 500),
		"c": reserved(user(2), "c", 1, live.ReservationOpen, 9, 400),
	} {
		if held[id] != *want.Reservation {
			t.Errorf("reservation %s is %+v, want %+v", id, held[id], *want.Reservation)
		}
	}
	if len(held) != 3 {
		t.Errorf("%d reservations are kept, want 3", len(held))
	}
}

// A reservation stands or falls with the answer that tells the user of it.
func TestAReservationIsCommittedWithTheUsersRecords(t *testing.T) {
	fails := errors.New("no disk")
	var refuse error
	at := newClock()
	s := drive(t, Config{BeforeCommit: func() error { return refuse }}, at.now)
	put(s, accepted(user(1), "a"), accepted(user(1), "b"))
	put(s, reserved(user(1), "a", 1, live.ReservationOpen, 10, 500), closed(user(1), "a"))
	refuse = fails
	put(s, closed(user(1), "b"), reserved(user(1), "b", 1, live.ReservationOpen, 10, 500))
	refuse = nil
	for round := range 2 {
		held := reservations(t, s)
		got := load(t, s, user(1))
		if len(held) != 1 || held["a"].Quantity != 2 || len(got.Tail) != 3 {
			t.Errorf("round %d: reservations %+v, a tail of %d; want that of a, and what closed it", round, held, len(got.Tail))
		}
		dir := s.cfg.Dir
		s.Close()
		s = drive(t, Config{Dir: dir}, at.now)
		if pending := s.Pending(); len(pending) != 1 || pending[0].Event.ID != "b" {
			t.Errorf("round %d: pending are %+v, want b", round, pending)
		}
	}
	// A fold copies what is the user's tail, and nothing else.
	for range 3 {
		at.pass(5 * time.Minute)
		s.tend(context.Background())
	}
	if f := s.readFold(context.Background(), user(1), s.index.blocksOf(user(1))); f.err != nil {
		t.Errorf("a tail beside a reservation does not fold: %v", f.err)
	}
}

func TestEndedReservationsAreTidiedAway(t *testing.T) {
	at := newClock()
	s := at.rules(drive(t, Config{Keep: time.Hour}, at.now))
	now := at.now().UnixMilli()
	long := at.now().Add(3 * time.Hour).UnixMilli()
	put(s, reserved(user(1), "released", 2, live.ReservationReleased, now, long), reserved(user(1), "ordered", 2, live.ReservationOrdered, now, long))
	put(s, reserved(user(1), "ended", 1, live.ReservationOpen, now, now+1), reserved(user(1), "held", 1, live.ReservationConfirmed, now, long))
	tend := func() (ids []live.ReservationID) {
		for range 2 * surveyTicks {
			s.tend(context.Background())
			for s.folding.Load() > 0 {
				s.saveFold(context.Background(), <-s.folds)
			}
		}
		for id := range reservations(t, s) {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		return ids
	}
	if got := tend(); len(got) != 4 {
		t.Errorf("at once %v are kept, want all", got)
	}
	at.pass(2 * time.Hour)
	put(s, reserved(user(1), "young", 2, live.ReservationReleased, at.now().UnixMilli(), now))
	if got := tend(); !slices.Equal(got, []live.ReservationID{"held", "young"}) {
		t.Errorf("later %v are kept, want the one that holds and the young one", got)
	}
	at.pass(3 * time.Hour)
	if got := tend(); len(got) != 0 {
		t.Errorf("in the end %v are kept, want none", got)
	}
}
