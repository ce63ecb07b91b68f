package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestKeysBehindACommand runs a node whose master key is behind a program: from a file to it, through a rotation, a change of
// the master key, and what goes wrong.
func TestKeysBehindACommand(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("it needs openssl")
	}
	program, err := filepath.Abs("../../../deploy/keycommand.sh")
	if err != nil {
		t.Fatal(err)
	}
	dir, masters := t.TempDir(), t.TempDir()
	at := "--set=storage.dir=" + dir
	const one, two = "1f1e1d1c1b1a19181716151413121110", "2f2e2d2c2b2a29282726252423222120"
	write(t, filepath.Join(masters, "one.key"), one+"\n")
	write(t, filepath.Join(masters, "two.key"), two+"\n")
	current := filepath.Join(masters, "current")
	want := func(says, got string) {
		t.Helper()
		if !strings.Contains(got, says) || strings.Contains(got, one) || strings.Contains(got, two) {
			t.Errorf("it says %q, want %q and no key", got, says)
		}
	}

	info, stop := demoOn(t, dir) // on a master key in a file
	say(t, info, "a", "3号链接还剩多少件")
	stop()
	t.Setenv("KEYS_DIR", masters)
	t.Setenv("LIVEROOM_STORAGE_KEY_COMMAND", program)
	want("no master key is in use", command(t, exitFailed, "keys", "init", at))
	write(t, current, "one\n")
	want("wraps under master key one", command(t, 0, "keys", "init", at))
	want("--file", command(t, exitUsage, "keys", "init", at, "--file="+filepath.Join(dir, "x")))
	want("move it to where those are kept", command(t, 0, "keys", "rewrap", at))
	want("opens them, and wraps under master key one", command(t, 0, "keys", "status", at))
	if err := os.Rename(filepath.Join(dir, "master.key"), filepath.Join(masters, "old")); err != nil {
		t.Fatal(err)
	}

	info, stop = demoOn(t, dir)
	say(t, info, "a", "3号链接还剩多少件") // what the file's key had sealed
	say(t, info, "b", "3号链接还剩多少件")
	want("seals from now on", command(t, 0, "keys", "rotate", at))
	if err := os.Remove(current); err != nil {
		t.Fatal(err)
	}
	want("key service is away", command(t, exitFailed, "keys", "rotate", at))
	say(t, info, "c", "3号链接还剩多少件") // the node goes on
	write(t, current, "two\n")
	want("keys are sealed under the new master key", command(t, 0, "keys", "rewrap", at))
	want("--drop-old", command(t, exitUsage, "keys", "rewrap", at, "--drop-old"))
	say(t, info, "d", "3号链接还剩多少件")
	stop()
	if _, err := os.Stat(filepath.Join(dir, "master.key")); err == nil {
		t.Error("a master key was made in a file")
	}
	if got := command(t, 0, "keys", "status", at); strings.Contains(got, " one\n") || !strings.Contains(got, "wraps under master key two") {
		t.Errorf("after the change the status is\n%s", got)
	}
	if err := os.Remove(filepath.Join(masters, "one.key")); err != nil { // nothing wants it any more
		t.Fatal(err)
	}
	info, stop = demoOn(t, dir)
	say(t, info, "a", "3号链接还剩多少件")
	stop()

	if err := os.Rename(filepath.Join(masters, "two.key"), filepath.Join(masters, "lost")); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve", at}, {"keys", "status", at}} {
		want("sealed under master key two", command(t, exitFailed, args...))
	}
	t.Setenv("LIVEROOM_STORAGE_KEY_COMMAND", filepath.Join(masters, "nothing"))
	want("storage.key_command: ", command(t, exitFailed, "serve", at))
	t.Setenv("LIVEROOM_STORAGE_KEY_COMMAND", "keys.sh")
	want("whole path", command(t, exitFailed, "check-config", at))
}
