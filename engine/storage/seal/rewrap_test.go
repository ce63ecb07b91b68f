package seal

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// slow is a key service that goes away after so many runs.
type slow struct {
	KeyService
	runs, left int
}

func (s *slow) use() error {
	if s.runs++; s.runs > s.left {
		return ErrAway
	}
	return nil
}

func (s *slow) Wrap(ctx context.Context, key, label []byte) ([]byte, string, error) {
	if err := s.use(); err != nil {
		return nil, "", err
	}
	return s.KeyService.Wrap(ctx, key, label)
}

func (s *slow) Unwrap(ctx context.Context, master string, wrapped, label []byte) ([]byte, error) {
	if err := s.use(); err != nil {
		return nil, err
	}
	return s.KeyService.Unwrap(ctx, master, wrapped, label)
}

// A rewrap that a slow service ends goes on where it stopped: each repeat does the rest, after a start too, and what was sealed
// opens all the while.
func TestARewrapGoesOnWhereItStopped(t *testing.T) {
	const other = "ffffffffffffffffffffffffffffffff"
	from, to := master(t, testKey), master(t, other)
	both := &Master{keys: append(slices.Clone(to.keys), from.keys...), from: "test"}
	r := ring(t, from, nil)
	one := sealed(t, r, here, "one")
	for range 60 {
		if _, err := r.Rotate(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	under := func(rows []Row) (n int) {
		for _, row := range rows {
			if row.Master == to.IDs()[0] {
				n++
			}
		}
		return n
	}
	stored, before, repeats := r.Rows(), 0, 0
	store := func(rows []Row) error { stored = slices.Clone(rows); return nil }
	service := &slow{both, 0, 25}
	for ; ; repeats++ {
		service.runs = 0 // it is back
		err := r.Rewrap(t.Context(), service, store)
		if err == nil {
			break
		}
		now := under(stored)
		if !errors.Is(err, ErrAway) || now <= before || now != under(r.Rows()) {
			t.Fatalf("repeat %d: %v; %d keys are under the new master key, %d in the ring, %d before", repeats, err, now, under(r.Rows()), before)
		}
		before, service.runs = now, 0
		if got, err := opened(r, here, one); err != nil || got != "one" {
			t.Fatalf("half done it opens %q, %v", got, err)
		}
		if repeats == 1 {
			r = ring(t, both, stored) // a start between
		}
	}
	if repeats < 2 || under(stored) != len(stored) {
		t.Errorf("after %d repeats %d of %d keys are under the new master key", repeats, under(stored), len(stored))
	}
	if got, err := opened(ring(t, to, stored), here, one); err != nil || got != "one" {
		t.Errorf("with the new master key alone it opens %q, %v", got, err)
	}
	service.left = 1000 // nothing is half done: the service's key may be another of that name
	all := &slow{to, 0, 1000}
	if err := r.Rewrap(t.Context(), all, store); err != nil || all.runs < len(stored) {
		t.Errorf("wrapped anew under the same name: %v, %d runs for %d keys", err, all.runs, len(stored))
	}
}
