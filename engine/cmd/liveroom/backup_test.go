package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command runs a command line and returns what it says.
func command(t *testing.T, want int, args ...string) (out string) {
	t.Helper()
	var said, errs bytes.Buffer
	if code := run(context.Background(), args, streams{nil, &said, &errs}); code != want {
		t.Fatalf("%q ended with %d, want %d: %s%s", args, code, want, said.String(), errs.String())
	}
	return said.String() + errs.String()
}

// A node is backed up while it serves, restored elsewhere and goes on there; a person is erased, and stays so.
func TestBackUpRestoreVerifyErase(t *testing.T) {
	dir, kept := t.TempDir(), t.TempDir()
	file := filepath.Join(kept, "monday.backup")
	at := func(dir string) string { return "--set=storage.dir=" + dir }
	info, stop := demoOn(t, dir)
	say(t, info, "m1", "3号链接还有货吗")
	if got := command(t, 0, "backup", "verify", at(dir)); !strings.Contains(got, ": 0 faults") {
		t.Errorf("verify of a node that serves says %q", got)
	}
	if got := command(t, 0, "backup", "make", at(dir), file); !strings.Contains(got, "journal blocks") {
		t.Errorf("make says %q", got)
	}
	command(t, exitUsage, "backup", "make", at(dir), file) // it never replaces another
	if left, err := os.ReadDir(kept); err != nil || len(left) != 1 {
		t.Errorf("beside the backup lie %v (%v)", left, err)
	}
	if s, err := os.Stat(file); err != nil || s.Mode().Perm() != 0o600 {
		t.Errorf("the backup is %v (%v), want mode 0600", s.Mode(), err)
	}
	if got := command(t, 0, "erase", at(dir), "--room=demo", "--user=u1"); !strings.Contains(got, "erased: ") || strings.Contains(got, "erased: 0 records") {
		t.Errorf("erase beside a node says %q", got)
	}
	stop()
	if got := command(t, 0, "erase", at(dir), "--room=demo", "--user=u1"); !strings.Contains(got, "erased: ") {
		t.Errorf("erase says %q", got)
	}
	if got := command(t, 0, "backup", "verify", at(dir)); !strings.Contains(got, ": 0 faults") {
		t.Errorf("verify after an erasure says %q", got)
	}
	key := "--set=storage.master_key_file=" + filepath.Join(dir, "master.key")
	if got := command(t, 0, "backup", "verify", at(dir), file); !strings.Contains(got, ": 0 faults") {
		t.Errorf("verify of the backup says %q", got)
	}
	fresh := filepath.Join(t.TempDir(), "data")
	if got := command(t, exitFailed, "backup", "restore", at(fresh), file); !strings.Contains(got, "master key") {
		t.Errorf("restore without the master key says %q", got)
	}
	if got := command(t, 0, "backup", "restore", at(fresh), key, file); !strings.Contains(got, ": 0 faults") {
		t.Errorf("restore says %q", got)
	}
	command(t, exitFailed, "backup", "restore", at(fresh), key, file) // there is a store now
	b, err := os.ReadFile(filepath.Join(dir, "master.key"))
	if err == nil {
		err = os.WriteFile(filepath.Join(fresh, "master.key"), b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	info, stop = demoOn(t, fresh)
	say(t, info, "m2", "1号链接多少钱")
	stop()
	if err := os.WriteFile(file, []byte("liveroom backup 1\nand then nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := command(t, exitFailed, "backup", "verify", at(dir), file); !strings.Contains(got, "not a whole backup") {
		t.Errorf("verify of a broken backup says %q", got)
	}
}
