package shop

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"liveroom/engine/live"
)

// listed returns the ids of a listing, page by page, with "|" between the pages.
func listed(t *testing.T, l *Ledger, now int64, w Listing) string {
	t.Helper()
	var pages []string
	for {
		page, next := l.List(at(now), w)
		var ids []string
		for _, r := range page {
			ids = append(ids, string(r.ID))
		}
		pages = append(pages, strings.Join(ids, " "))
		if next == (Place{}) {
			return strings.Join(pages, "|")
		}
		var err error
		if w.After, err = ParsePlace(next.String()); err != nil || len(pages) > 100 {
			t.Fatalf("place %q: %v", next, err)
		}
	}
}

// some returns a ledger with five reservations: a is open, b confirmed, c ordered, d released and e expired by 600.
func some(t *testing.T) *Ledger {
	t.Helper()
	l := stocked(t, stockEvent("DEMO-3", "", 50, 1), stockEvent("DEMO-1", "", 50, 1))
	for i, r := range []live.Reservation{asked("a", "u1", "DEMO-3", 1), asked("b", "u2", "DEMO-3", 2), asked("c", "u3", "DEMO-1", 3), asked("d", "u4", "DEMO-3", 4), asked("e", "u5", "DEMO-1", 5)} {
		r.Until = 1000 - 10*int64(i)
		if r.ID == "e" {
			r.Until = 500
		}
		if r.ID == "b" {
			r.User.Room = "other"
		}
		reserve(t, l, 10+int64(i), r)
	}
	if _, err := l.Confirm(at(20), "b", 2000); err != nil {
		t.Fatal(err)
	}
	l.Order(at(30), orderOf("o", "u3", "DEMO-1", 3, live.OrderPaid, 30))
	if _, _, err := l.Revoke(at(40), "d"); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestList(t *testing.T) {
	l := some(t)
	for _, expired := range []bool{false, true} { // before and after e's pieces are given back
		if expired {
			l.Expire(at(600))
		}
		newest := map[bool]string{false: "d c b e a", true: "e d c b a"}[expired]
		for name, c := range map[string]struct {
			w    Listing
			want string
		}{
			"all":               {Listing{Limit: 9}, "e d c a b"},
			"by pages":          {Listing{Limit: 2}, "e d|c a|b"},
			"as long as a page": {Listing{Limit: 5}, "e d c a b"},
			"newest":            {Listing{Limit: 9, Newest: true}, newest},
			"newest by pages":   {Listing{Limit: 1, Newest: true}, strings.ReplaceAll(newest, " ", "|")},
			"held":              {Listing{Limit: 9, Standings: []string{"open", "confirmed"}}, "a b"},
			"expired":           {Listing{Limit: 9, Standings: []string{Expired}}, "e"},
			"ended":             {Listing{Limit: 9, Standings: []string{"released", Expired, "ordered"}}, "e d c"},
			"of a sku":          {Listing{Limit: 9, SKU: "DEMO-1"}, "e c"},
			"of a room":         {Listing{Limit: 9, Room: "other"}, "b"},
			"of nothing":        {Listing{Limit: 9, Room: "other", SKU: "DEMO-1"}, ""},
			"no limit":          {Listing{Standings: []string{"open"}}, "a"},
		} {
			if got := listed(t, l, 600, c.w); got != c.want {
				t.Errorf("%s (given back: %v): %q, want %q", name, expired, got, c.want)
			}
		}
	}
}

// TestListPagesWholly pages through many that end at the same time, and finds each once.
func TestListPagesWholly(t *testing.T) {
	l := stocked(t, stockEvent("DEMO-3", "", 1000, 1))
	want := make([]string, 0, 137)
	for i := range 137 {
		id := fmt.Sprintf("r%03d", (i*53)%137)
		reserve(t, l, 10, asked(id, "u"+id, "DEMO-3", 1))
		want = append(want, id)
	}
	slices.Sort(want)
	for _, newest := range []bool{false, true} {
		got := listed(t, l, 20, Listing{Limit: 10, Newest: newest})
		if pages := strings.Split(got, "|"); len(pages) != 14 || strings.ReplaceAll(got, "|", " ") != strings.Join(want, " ") {
			t.Errorf("newest %v: %q", newest, got)
		}
	}
}

func TestPlacesThatNoListingNamed(t *testing.T) {
	for _, bad := range []string{"x", "1", "1.", ".a", "1e3.a", strings.Repeat("9", 400) + ".a"} {
		if p, err := ParsePlace(bad); err == nil || len(err.Error()) > 300 {
			t.Errorf("ParsePlace(%.20q) = %v, %v", bad, p, err)
		}
	}
}

func TestRevoke(t *testing.T) {
	l := some(t)
	wantHeld(t, l, "before", 1, 2, 0, 47)
	before, after, err := l.Revoke(at(50), "b")
	if err != nil || before.State != live.ReservationConfirmed || after.State != live.ReservationReleased || after.Version != before.Version+1 {
		t.Fatalf("Revoke = %+v, %+v, %v", before, after, err)
	}
	wantHeld(t, l, "released", 1, 0, 0, 49)
	for id, want := range map[live.ReservationID]error{"b": ErrReservationGone, "d": ErrReservationGone, "c": ErrReservationOrdered, "nobody": ErrReservationGone} {
		was, _ := l.Reservation(id)
		if before, after, err := l.Revoke(at(60), id); !errors.Is(err, want) || before != after {
			t.Errorf("Revoke(%s) = %+v, %+v, %v, want %v", id, before, after, err, want)
		}
		if is, _ := l.Reservation(id); is != was {
			t.Errorf("a refused Revoke has made %+v of %+v", is, was)
		}
	}
	if _, _, err := l.Revoke(at(1000), "a"); !errors.Is(err, ErrReservationGone) {
		t.Errorf("one that has run out and still stands is revoked: %v", err)
	}
	l.Undo(&before, "b")
	wantHeld(t, l, "undone", 1, 2, 0, 47)
}
