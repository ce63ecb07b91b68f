package seal

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// example is the key command that ships as an example, over master keys of the test's.
func example(t *testing.T, masters ...string) (c *Command, dir string) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("it needs openssl")
	}
	program, err := filepath.Abs("../../../deploy/keycommand.sh")
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	t.Setenv("KEYS_DIR", dir)
	for _, name := range masters {
		put(t, filepath.Join(dir, name+".key"), strings.Repeat(name, 20)+"\n")
	}
	put(t, filepath.Join(dir, "current"), masters[0]+"\n")
	return NewCommand([]string{program}, time.Minute), dir
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAKeyCommandWrapsAndUnwraps(t *testing.T) {
	c, dir := example(t, "one", "two")
	ctx, key, label := t.Context(), []byte("0123456789abcdef"), []byte("liveroom data key 7")
	wrapped, master, err := c.Wrap(ctx, key, label)
	if err != nil || master != "one" || bytes.Contains(wrapped, key) {
		t.Fatalf("wrap: %x under %q, %v", wrapped, master, err)
	}
	open := func(wrapped, label []byte) error {
		got, err := c.Unwrap(ctx, master, wrapped, label)
		if err == nil && !bytes.Equal(got, key) {
			t.Errorf("unwrap returns %x", got)
		}
		return err
	}
	if err := open(wrapped, label); err != nil {
		t.Errorf("unwrap: %v", err)
	}
	if err := open(wrapped, []byte("liveroom data key 8")); !errors.Is(err, ErrCorrupt) {
		t.Errorf("under another label: %v, want ErrCorrupt", err)
	}
	for i := range wrapped {
		bad := bytes.Clone(wrapped)
		bad[i] ^= 1
		if i%16 == 15 { // a byte of every block
			if err := open(bad, label); !errors.Is(err, ErrCorrupt) {
				t.Errorf("with byte %d changed: %v, want ErrCorrupt", i, err)
			}
		}
	}
	put(t, filepath.Join(dir, "current"), "two\n")
	if _, master, err := c.Wrap(ctx, key, label); err != nil || master != "two" {
		t.Errorf("after the change it wraps under %q, %v", master, err)
	}
	if err := open(wrapped, label); err != nil {
		t.Errorf("what the one before wrapped: %v", err)
	}
	put(t, filepath.Join(dir, "one.key"), "another\n")
	if err := open(wrapped, label); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "master key one") {
		t.Errorf("another key of the name: %v, want ErrCorrupt that names it", err)
	}
	if err := os.Remove(filepath.Join(dir, "one.key")); err != nil {
		t.Fatal(err)
	}
	if err := open(wrapped, label); !errors.Is(err, ErrWrongMaster) || !strings.Contains(err.Error(), "master key one") {
		t.Errorf("without the master key: %v, want ErrWrongMaster that names it", err)
	}
	if err := os.Remove(filepath.Join(dir, "current")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Wrap(ctx, key, label); !errors.Is(err, ErrAway) || !strings.Contains(err.Error(), "no master key is in use") {
		t.Errorf("without a current one: %v, want ErrAway that says why", err)
	}
}

// TestAKeyringStandsOnAKeyCommand makes a ring, opens it again, rotates while the service is away, and moves from a file.
func TestAKeyringStandsOnAKeyCommand(t *testing.T) {
	c, dir := example(t, "one", "two")
	ctx, place := t.Context(), Place{Table: "x", Seq: 1}
	file, err := ParseMaster("test", newMasterKey())
	if err != nil {
		t.Fatal(err)
	}
	ring, err := NewKeyring(ctx, file, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := ring.Seal(nil, place, []byte("plain"))
	if err != nil {
		t.Fatal(err)
	}
	moved, err := NewKeyring(ctx, Moving{To: c, From: file}, ring.Rows(), 2)
	if err != nil {
		t.Fatal(err)
	}
	var rows []Row
	if err := moved.Rewrap(ctx, Moving{To: c, From: file}, func(all []Row) error { rows = all; return nil }); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Master != "one" {
			t.Errorf("key %d is under %s after the move", r.ID, r.Master)
		}
	}
	again, err := NewKeyring(ctx, c, rows, 3)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := again.Open(ctx, place, bytes.Clone(sealed)); err != nil || string(plain) != "plain" {
		t.Errorf("after the move it opens to %q, %v", plain, err)
	}
	before := again.Current()
	if err := os.Rename(filepath.Join(dir, "current"), filepath.Join(dir, "away")); err != nil {
		t.Fatal(err)
	}
	if _, err := again.Rotate(ctx, 4); !errors.Is(err, ErrAway) || again.Current() != before {
		t.Errorf("rotating while the service is away: %v, key %d; want ErrAway and %d", err, again.Current(), before)
	}
	if _, err := again.Seal(nil, place, []byte("more")); err != nil {
		t.Errorf("meanwhile sealing fails: %v", err)
	}
	if _, err := NewKeyring(ctx, c, rows, 5); !errors.Is(err, ErrAway) {
		t.Errorf("a start while it is away: %v, want ErrAway", err)
	}
	put(t, filepath.Join(dir, "current"), "two\n")
	if err := os.Remove(filepath.Join(dir, "one.key")); err != nil {
		t.Fatal(err)
	}
	if _, err := NewKeyring(ctx, c, rows, 6); !errors.Is(err, ErrWrongMaster) || !strings.Contains(err.Error(), "master key one") {
		t.Errorf("a start with another master key: %v, want ErrWrongMaster that names it", err)
	}
}

// TestAKeyCommandThatMisbehaves has programs do everything that they should not; none of it shows the key.
func TestAKeyCommandThatMisbehaves(t *testing.T) {
	key := []byte("0123456789abcdef")
	sent := base64.StdEncoding.EncodeToString(checked(key, []byte("l")))
	t.Setenv("LIVEROOM_MASTER_KEY", "not for others")
	shell := func(script string) []string { return []string{"/bin/sh", "-c", script} }
	for name, args := range map[string][]string{
		"is missing":       {"/nonexistent/keys"},
		"fails":            shell("cat >&2; exit 3"),
		"says nothing":     shell("cat >/dev/null"),
		"says no JSON":     shell("sed 's/.*\"key\":\"//'"),
		"repeats":          shell("cat"),
		"never ends to":    shell("yes '{\"wrapped\":'"),
		"keeps it plain":   shell(`read r; printf '{"master":"m","wrapped":"%s"}' "$(printf %s "$r" | sed 's/.*"key":"\([^"]*\)".*/\1/')"`),
		"has a bad name":   shell(`printf '{"master":"a b","wrapped":"AAAA"}'`),
		"has no name":      shell(`printf '{"wrapped":"AAAA"}'`),
		"wraps to nothing": shell(`printf '{"master":"m","wrapped":""}'`),
		"tells the key":    shell(`read r; printf '{"error":"unavailable","message":"cannot %s"}' "$(printf %s "$r" | sed 's/.*"key":"\([^"]*\)".*/\1/')"`),
		"errs in a novel":  shell(`printf '{"error":"x","message":"%4000d\\u0007"}' 0`),
	} {
		timeout := time.Minute
		if name == "never ends to" {
			timeout = 300 * time.Millisecond
		}
		_, _, err := NewCommand(args, timeout).Wrap(context.Background(), key, []byte("l"))
		if !errors.Is(err, ErrAway) || !strings.Contains(err.Error(), args[0]) {
			t.Errorf("one that %s: %v, want ErrAway that names it", name, err)
			continue
		}
		said := err.Error()
		if strings.Contains(said, sent) || strings.Contains(said, string(key)) || strings.ContainsRune(said, 7) || len(said) > 600 {
			t.Errorf("one that %s: the error says %q", name, said)
		}
	}
	_, _, err := NewCommand(shell(`test -z "$LIVEROOM_MASTER_KEY" || exit 1; printf '{"master":"m","wrapped":"AAAA"}'`), time.Minute).Wrap(t.Context(), key, nil)
	if err != nil {
		t.Errorf("it is told what is not its own: %v", err)
	}
	hangs := NewCommand(shell("sleep 600 & sleep 600"), 200*time.Millisecond)
	if _, err := hangs.Unwrap(t.Context(), "m", []byte("w"), nil); !errors.Is(err, ErrAway) || !strings.Contains(err.Error(), "has not answered within 200ms") {
		t.Errorf("one that hangs: %v", err)
	}
	for answer, want := range map[string]error{`{"key":""}`: ErrCorrupt, `{"key":"AAAA"}`: ErrCorrupt, `{"error":"corrupt"}`: ErrCorrupt, `{"error":"wrong_master"}`: ErrWrongMaster} {
		_, err := NewCommand(shell("printf '"+answer+"'"), time.Minute).Unwrap(t.Context(), "m7", []byte("w"), nil)
		if !errors.Is(err, want) || !strings.Contains(err.Error(), "m7") {
			t.Errorf("the answer %s: %v, want %v that names the master key", answer, err, want)
		}
	}
	if said := fmt.Sprintf("%v %+v %#v", hangs, hangs, *hangs); strings.Contains(said, "sleep") {
		t.Errorf("a command shows itself: %s", said)
	}
}
