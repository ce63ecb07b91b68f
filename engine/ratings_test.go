package engine

import (
	"fmt"
	"testing"
	"time"

	"liveroom/engine/live"
)

func TestTheLatestRatingOfADialogueCounts(t *testing.T) {
	zone := time.FixedZone("the shop's", 11*60*60) // whatever the machine's is
	r := ratings{zone: zone}
	noon, night := time.Date(2026, 9, 1, 12, 0, 0, 0, zone).UnixMilli(), time.Date(2026, 9, 1, 21, 0, 0, 0, zone).UnixMilli()
	rate := func(user string, at, score int64, solved bool) {
		r.take(&live.Event{Type: live.Rate, ID: live.EventID(fmt.Sprint(user, at)), Room: "demo", User: live.UserID(user), Score: score, Solved: solved}, time.UnixMilli(at))
	}
	all := func(*rating) bool { return true }
	rate("a", noon, 5, true)
	rate("b", night, 1, false)
	rate("b", night, 1, false) // it came again
	rate("c", night, 4, true)
	if s, users, latest := r.now(2, all); s != (ratingSums{3, 10, 2, 2, 1}) || len(users) != 2 || users[0].User != "c" || latest[1].score != 1 {
		t.Errorf("the sums are %+v of %v %+v", s, users, latest)
	}
	rate("b", night+1, 5, true)
	if s, _, _ := r.now(0, all); s != (ratingSums{3, 14, 3, 2, 2}) {
		t.Errorf("with a second thought the sums are %+v", s)
	}
	r.forget(live.UserKey{Room: "demo", User: "b"})
	if s, users, _ := r.now(9, all); s != (ratingSums{3, 14, 3, 2, 2}) || len(users) != 2 || users[0].User != "c" {
		t.Errorf("when one is forgotten the sums are %+v of %v", s, users)
	}
	rate("b", night+1, 5, true) // he is somebody new
	if s, users, _ := r.now(9, all); s != (ratingSums{4, 19, 4, 3, 3}) || len(users) != 3 {
		t.Errorf("when he is back the sums are %+v of %v", s, users)
	}
	for i := range maxRated {
		rate(fmt.Sprint("u", i), noon, 3, false)
	}
	s, users, _ := r.now(2*maxRated, all)
	if s.all != maxRated+4 || len(users) != maxRated || len(r.rated) != maxRated {
		t.Errorf("%d count, %d are remembered, want %d and %d", s.all, len(users), maxRated+4, maxRated)
	}
}
