package storage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"liveroom/engine/live"
)

// smallDisk mounts a disk of its own, and skips the test where that is not allowed.
func smallDisk(t *testing.T, megabytes int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=0700", megabytes)); err != nil {
		t.Skipf("it needs to mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// The disk is full to the last byte: what comes is refused, what was acknowledged is served and kept, and with room again the
// store is well by itself.
func TestAFullDiskRefusesAndResumes(t *testing.T) {
	sqliteOnly(t)
	dir := smallDisk(t, 6)
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s, stop := start(t, Config{Dir: dir}, nil)
	big := func(id string) live.Record {
		r := closed(user(1), id)
		r.Frame = make([]byte, 64<<10)
		return r
	}
	acked := map[string]bool{}
	n := 0
	next := func() error {
		n++
		id := strconv.Itoa(n)
		var lease live.Lease
		e := submit(s, &lease, accepted(user(1), id), big(id))
		switch {
		case e.err == nil:
			acked[id] = true
		case !errors.Is(e.err, ErrCommit) || !lease.Broken():
			t.Fatalf("message %s ended with %v, lease broken %v", id, e.err, lease.Broken())
		}
		return e.err
	}
	for next() == nil {
		if n > 1000 {
			t.Fatal("6 MiB hold 60")
		}
	}
	for range 5 {
		if next() == nil {
			t.Log("a commit found room after all")
		}
	}
	if st := s.Status(); !st.Failing || st.Failure == "" {
		t.Errorf("status is %+v", st)
	}
	if got := load(t, s, user(1)); len(got.Tail) != 2*len(acked) {
		t.Errorf("while it is full %d records are served, want %d", len(got.Tail), 2*len(acked))
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := next(); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if st := s.Status(); st.Failing {
		t.Errorf("status with room again is %+v", st)
	}
	stop()
	s, _ = start(t, Config{Dir: dir}, nil)
	held := map[string]bool{}
	for _, r := range load(t, s, user(1)).Tail {
		if r.Kind == live.RecordClosed {
			held[string(r.Key.ID)] = true
		}
	}
	for id := range acked {
		if !held[id] {
			t.Errorf("message %s was acknowledged and is lost", id)
		}
	}
	if len(held) != len(acked) {
		t.Errorf("%d messages are held, %d were acknowledged", len(held), len(acked))
	}
}

// A node that starts on a full disk says so, leaves what is there as it was, and starts when there is room.
func TestAStartOnAFullDisk(t *testing.T) {
	sqliteOnly(t)
	dir := smallDisk(t, 4)
	s, stop := start(t, Config{Dir: dir}, nil)
	must(t, s, accepted(user(1), "a"))
	stop()
	f, err := os.Create(filepath.Join(dir, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	f.Close()
	if s, err := Open(context.Background(), Config{Dir: dir, Keys: testKeys}, quiet, nil); err == nil { // it may do without room until a commit
		s.Close()
	} else if !strings.Contains(err.Error(), dir) {
		t.Errorf("the refusal does not name the folder: %v", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		t.Fatal(err)
	}
	s, _ = start(t, Config{Dir: dir}, nil)
	if len(s.Pending()) != 1 {
		t.Error("what was there is gone")
	}
	must(t, s, closed(user(1), "a"))
}

// The disk is read-only: at the start that is said, later commits are refused until it can be written again.
func TestAReadOnlyDisk(t *testing.T) {
	sqliteOnly(t)
	var s *Store
	var readOnly atomic.Bool
	cfg := Config{BeforeCommit: func() error {
		if w := &s.committer.writer; readOnly.Load() { // as SQLite sees a disk that the kernel has turned read-only
			if err := w.connect(context.Background()); err != nil {
				return err
			}
			_, err := w.conn.ExecContext(context.Background(), "PRAGMA query_only = 1")
			return err
		}
		return nil
	}}
	s, _ = start(t, cfg, nil)
	must(t, s, accepted(user(1), "before"))
	readOnly.Store(true)
	for range 3 {
		if got := submit(s, nil, accepted(user(1), "during")); !errors.Is(got.err, ErrCommit) {
			t.Errorf("on a read-only disk: %+v, want ErrCommit", got)
		}
	}
	if st := s.Status(); !st.Failing || !strings.Contains(st.Failure, "readonly") {
		t.Errorf("status is %+v", st)
	}
	if got := load(t, s, user(1)); len(got.Tail) != 1 {
		t.Errorf("meanwhile a tail of %d is served, want 1", len(got.Tail))
	}
	readOnly.Store(false)
	for submit(s, nil, accepted(user(1), "after")).err != nil { // the connection at hand still is, and is given up for another
	}

	dir := smallDisk(t, 8)
	s, stop := start(t, Config{Dir: dir}, nil)
	must(t, s, accepted(user(1), "a"))
	stop()
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Skipf("it needs to remount a disk: %v", err)
	}
	if err := refusal(t, Config{Dir: dir, Keys: testKeys}); !errors.Is(err, unix.EROFS) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a start on a read-only disk: %v; want EROFS and the folder", err)
	}
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT, "size=8m"); err != nil {
		t.Fatal(err)
	}
	s, _ = start(t, Config{Dir: dir}, nil)
	if len(s.Pending()) != 1 {
		t.Error("what was there is gone")
	}
}
