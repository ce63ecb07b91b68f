package storage

import (
	"errors"
	"testing"

	"liveroom/engine/storage/seal"
)

// TestAValueIsSealedUnderAStoredKey seals before and after the key is stored, and opens where it may and may not.
func TestAValueIsSealedUnderAStoredKey(t *testing.T) {
	dir := t.TempDir()
	s, stop := start(t, Config{Dir: dir}, nil)
	place := seal.Place{Table: "audit", Row: []byte("~1")}
	if _, err := s.SealValue(place, []byte("li")); !errors.Is(err, ErrUnsaved) {
		t.Fatalf("before the key is stored: %v, want ErrUnsaved", err)
	}
	if err := s.SaveKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	sealed, err := s.SealValue(place, []byte("li"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.OpenValue(t.Context(), place, sealed); err != nil || string(got) != "li" {
		t.Errorf("opened as %q, %v", got, err)
	}
	if got, err := s.OpenValue(t.Context(), place, sealed); err != nil || string(got) != "li" {
		t.Errorf("opened once more as %q, %v", got, err)
	}
	if _, err := s.OpenValue(t.Context(), seal.Place{Table: "audit", Row: []byte("~2")}, sealed); !errors.Is(err, ErrCorrupt) {
		t.Errorf("beside another pseudonym: %v, want ErrCorrupt", err)
	}
	stop()
	again, _ := start(t, Config{Dir: dir}, nil)
	if got, err := again.OpenValue(t.Context(), place, sealed); err != nil || string(got) != "li" {
		t.Errorf("after a restart opened as %q, %v", got, err)
	}
}
