package storage

import (
	"testing"
)

func TestLoadGivesSnapshotAndTail(t *testing.T) {
	s, stop := start(t, Config{}, nil)
	dir := s.cfg.Dir
	k := user(1)
	check := func(s *Store) {
		t.Helper()
		got := load(t, s, k)
		if string(got.State) != "whole" || len(got.Tail) != 2 || got.Lost != 0 {
			t.Fatalf("loaded %q with tail of %d, %d lost; want %q with 2, 0", got.State, len(got.Tail), got.Lost, "whole")
		}
		if got.Tail[0].Event == nil || got.Tail[0].Event.ID != "e2" || string(got.Tail[1].State) != "delta-e2" {
			t.Errorf("tail is %+v", got.Tail)
		}
	}
	if s.Known(k) {
		t.Error("a user nobody spoke of is known")
	}
	must(t, s, accepted(k, "e1"))
	must(t, s, closed(k, "e1"))
	must(t, s, snapshot(k, "whole"), accepted(k, "e2"))
	must(t, s, closed(k, "e2"))
	must(t, s, accepted(user(2), "x"))
	check(s)
	stop()
	s, _ = start(t, Config{Dir: dir}, nil)
	check(s)
	if !s.Known(k) {
		t.Error("a user with a snapshot is not known after a restart")
	}
	if p := s.Pending(); len(p) != 1 || p[0].Event.ID != "x" {
		t.Errorf("pending is %+v, want the one event of user 2", p)
	}
}
