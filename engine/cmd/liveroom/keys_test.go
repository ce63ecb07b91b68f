package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"liveroom/engine/live"
	"liveroom/loadtest"
	"liveroom/transport/wire"
)

// asCommand makes the test binary the command itself, for tests that need it as a process.
const asCommand = "RUN_AS_LIVEROOM"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// demoOn runs the demo on a data folder and returns where it is, and what ends it.
func demoOn(t *testing.T, dir string) (info demoInfo, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	done := make(chan int, 1)
	var errs bytes.Buffer
	go func() {
		done <- run(ctx, []string{"demo", "--headless", "--data", dir}, streams{nil, write, &errs})
		write.Close()
	}()
	ended := false
	stop = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		if code := <-done; code != 0 {
			t.Errorf("the demo ended with %d: %s", code, errs.String())
		}
	}
	t.Cleanup(stop)
	if err := json.NewDecoder(read).Decode(&info); err != nil {
		t.Fatalf("the demo says nothing: %v", err)
	}
	return info, stop
}

// say has a user say something in the demo room and waits for the answer.
func say(t *testing.T, info demoInfo, id, text string) {
	t.Helper()
	link, err := loadtest.Dial(t.Context(), loadtest.TCP, info.TCP, wire.Hello{Role: live.Ingest, Token: info.Tokens["ingest"], Outcomes: true})
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	e, err := demoEvent(1, []string{"u1", "message", text})
	if err != nil {
		t.Fatal(err)
	}
	e.ID = live.EventID(id)
	if err := link.Send(*e); err != nil {
		t.Fatal(err)
	}
	for {
		o, err := link.Receive()
		if err != nil {
			t.Fatalf("waiting for the answer to %s: %v", id, err)
		}
		if (o.Type == "reply" || o.Type == "outcome") && string(o.To) == id {
			return
		}
	}
}

func TestServeWithoutAMasterKeySaysHowToMakeOne(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	set := []string{"--set", "storage.dir=" + dir}
	code, _, errs := call(t, append([]string{"serve"}, set...)...)
	_, command, found := strings.Cut(errs, "make it with: liveroom ")
	if code != exitFailed || !found {
		t.Fatalf("serve ended with %d: %s; want a refusal with the command that makes a key", code, errs)
	}
	if code, out, errs := call(t, strings.Fields(command)...); code != 0 || !strings.Contains(out, filepath.Join(dir, "master.key")) {
		t.Fatalf("%q ended with %d: %s%s", command, code, out, errs)
	}
	_, stop := demoOn(t, dir)
	stop()
	if code, _, errs := call(t, append([]string{"keys", "init"}, set...)...); code == 0 {
		t.Errorf("a second key was made: %s", errs)
	}
	if err := os.Remove(filepath.Join(dir, "master.key")); err != nil {
		t.Fatal(err)
	}
	code, _, errs = call(t, append([]string{"keys", "init"}, set...)...)
	if code != 0 && !strings.Contains(errs, "already") {
		t.Errorf("init with nothing stored ended with %d: %s", code, errs)
	}
}

func TestKeysAreLookedAfter(t *testing.T) {
	dir := t.TempDir()
	set := []string{"--set", "storage.dir=" + dir}
	must := func(want string, args ...string) {
		t.Helper()
		if code, out, errs := call(t, append(args, set...)...); code != 0 || !strings.Contains(out, want) {
			t.Fatalf("%v ended with %d: %s%s; want %q", args, code, out, errs, want)
		}
	}
	info, stop := demoOn(t, dir)
	say(t, info, "a", "3号链接还剩多少件")
	must("the master key at hand opens them", "keys", "status")
	must("data key 3 seals from now on", "keys", "rotate", "--admin", info.Admin)
	say(t, info, "b", "3号链接还剩多少件")
	must("3 keys are sealed under the new master key", "keys", "rewrap", "--admin", info.Admin)
	say(t, info, "c", "3号链接还剩多少件")
	stop()
	must("the master key at hand opens them", "keys", "status")
	info, stop = demoOn(t, dir)
	say(t, info, "d", "3号链接还剩多少件")
	stop()
	must("4 keys are sealed under the new master key", "keys", "rewrap", "--drop-old")
	must("the master key at hand opens them", "keys", "status")
	info, stop = demoOn(t, dir)
	say(t, info, "a", "3号链接还剩多少件") // answered under the first key of the first master key
	stop()

	file := filepath.Join(dir, "master.key")
	if err := os.Rename(file, file+".kept"); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := call(t, append([]string{"keys", "init"}, set...)...); code != exitUsage || !strings.Contains(errs, "already") {
		t.Errorf("init over data ended with %d: %s; want a refusal", code, errs)
	}
	if code, _, errs := call(t, append([]string{"serve"}, set...)...); code != exitFailed || !strings.Contains(errs, "sealed under master key") || strings.Contains(errs, "keys init") {
		t.Errorf("serve without the key of its data ended with %d: %s; want the key named, and no word of a new one", code, errs)
	}
	write(t, file, "ffffffffffffffffffffffffffffffff\n")
	for _, command := range [][]string{{"serve"}, {"keys", "status"}, {"keys", "rewrap"}, {"keys", "export", "--key-id", "2", "--out", filepath.Join(dir, "out"), "--yes-i-know"}} {
		if code, _, errs := call(t, append(command, set...)...); code != exitFailed || !strings.Contains(errs, "wrong master key") || strings.Contains(errs, "ffffffffffff") {
			t.Errorf("%v with the wrong key ended with %d: %s", command, code, errs)
		}
	}
}

func TestAnExportIsGuarded(t *testing.T) {
	dir := t.TempDir()
	info, stop := demoOn(t, dir)
	say(t, info, "a", "3号链接还剩多少件")
	stop()
	out := filepath.Join(dir, "key.hex")
	args := []string{"keys", "export", "--set", "storage.dir=" + dir, "--key-id", "2", "--out", out}
	if code, _, errs := call(t, args...); code != exitUsage || !strings.Contains(errs, "--yes-i-know") {
		t.Errorf("without a word of assent it ended with %d: %s", code, errs)
	}
	args = append(args, "--yes-i-know")
	code, said, errs := call(t, args...)
	key, err := os.ReadFile(out)
	if code != 0 || err != nil || len(strings.TrimSpace(string(key))) != 32 || strings.Contains(said+errs, strings.TrimSpace(string(key))) {
		t.Errorf("the export ended with %d (%v), the key in a file of %d bytes: %s%s", code, err, len(key), said, errs)
	}
	if st, err := os.Stat(out); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", st.Mode(), err)
	}
	if code, _, _ := call(t, args...); code == 0 {
		t.Error("a file was written over")
	}
}

// The commands of deploy/RECOVERY.md open a block, exactly as they stand there.
func TestTheRecoveryRecipe(t *testing.T) {
	for _, tool := range []string{"sqlite3", "openssl", "xxd", "bash"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "deploy", "RECOVERY.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, recipe, _ := strings.Cut(string(text), "## Reading one journal block with OpenSSL")
	_, recipe, _ = strings.Cut(recipe, "```sh\n")
	recipe, _, found := strings.Cut(recipe, "```")
	if !found {
		t.Fatal("there is no recipe")
	}
	data, bin, work := t.TempDir(), t.TempDir(), t.TempDir()
	const asked = "请问3号链接还剩多少件呀"
	info, stop := demoOn(t, data)
	say(t, info, "recover-me", asked)
	stop()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "liveroom"), fmt.Appendf(nil, "#!/bin/sh\n%s=1 exec '%s' \"$@\"\n", asCommand, self), 0o700); err != nil {
		t.Fatal(err)
	}
	opened := ""
	for seq := 1; seq <= 20 && !strings.Contains(opened, asked); seq++ {
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", recipe)
		cmd.Dir = work
		cmd.Env = append(os.Environ(), "DATA="+data, fmt.Sprintf("SEQ=%d", seq), "PATH="+bin+":"+os.Getenv("PATH"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("the recipe, for block %d: %v\n%s", seq, err, out)
		}
		plain, err := os.ReadFile(filepath.Join(work, "block.txt"))
		if err != nil {
			t.Fatal(err)
		}
		opened = string(plain)
		if sealed, err := os.ReadFile(filepath.Join(work, "block.hex")); err != nil || bytes.Contains(sealed, []byte(asked)) {
			t.Fatalf("block %d was readable before, or is not there: %v", seq, err)
		}
	}
	if !strings.Contains(opened, asked) || !strings.Contains(opened, "recover-me") {
		t.Errorf("no block holds the question; the last is %q", opened)
	}
	if _, err := os.Stat(filepath.Join(work, "key.hex")); err == nil {
		t.Error("the key is left lying about")
	}
}
