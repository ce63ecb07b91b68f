package storage

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"liveroom/engine/live"
)

// TestTheLogBeginsAnew writes several times what the log may hold, without a pause: it is copied back beside the commits,
// and written from its beginning again.
func TestTheLogBeginsAnew(t *testing.T) {
	s, _ := start(t, Config{}, nil)
	if s.committer.writer.backfill == nil {
		t.Skip("this database sees to its log by itself")
	}
	var size int
	if err := s.readPool.QueryRow("PRAGMA page_size").Scan(&size); err != nil || size != pageSize {
		t.Errorf("pages of %d bytes, %v, want %d", size, err, pageSize)
	}
	if testing.Short() {
		t.Skip("writes 240 MB")
	}
	noise := make([]byte, 1<<20) // nothing to pack in it
	random := rand.NewChaCha8([32]byte{})
	random.Read(noise)
	highest, written := int64(0), 0
	for i := 0; written < 5*logMost; i++ {
		r := closed(user(i), "m")
		r.Frame = noise
		must(t, s, r)
		written += len(r.Frame)
		if f, err := os.Stat(filepath.Join(s.cfg.Dir, databaseFile+"-wal")); err == nil {
			highest = max(highest, f.Size())
		}
	}
	if highest > 3*logMost {
		t.Errorf("after %d MB written the log had grown to %d MB", written>>20, highest>>20)
	}
	must(t, s, accepted(user(1), "more"))
	if l := load(t, s, live.UserKey{Room: "demo", User: "u1"}); len(l.Tail) != 2 {
		t.Errorf("a user has %d records, want 2", len(l.Tail))
	}
}
