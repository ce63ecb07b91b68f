package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"liveroom/engine/audit"
	"liveroom/transport/wire/token"
)

// written returns the acts of a folder's log that the command line has done, each with its result, and checks the log.
func written(t *testing.T, dir string) (acts []string, all []audit.Record) {
	t.Helper()
	at := audit.Default().In(dir)
	l, err := audit.Open(at, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	found, err := l.Records(0, 1000, audit.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range found {
		if r.Act == "token.reload" {
			continue // a node's own, whenever it looks at the key file
		}
		for _, kind := range []string{"key.init", "key.rewrap", "key.export", "backup.", "person.erase", "token."} {
			if strings.HasPrefix(r.Act, kind) {
				acts = append(acts, r.Act+" "+r.Result.String())
				all = append(all, r)
			}
		}
	}
	report, err := audit.Verify(audit.Check{Dir: at.Dir, Heads: at.HeadsFile})
	if err != nil || len(report.Faults) > 0 || report.Headed != report.Last {
		t.Errorf("the log after it: %+v, %v", report, err)
	}
	return acts, all
}

// TestWhatTheCommandLineDoesIsWrittenDown does the same beside a node that runs and without one.
func TestWhatTheCommandLineDoesIsWrittenDown(t *testing.T) {
	dir := t.TempDir()
	at := "--set=storage.dir=" + dir
	do := func(round string) {
		t.Helper()
		command(t, 0, "backup", "make", at, filepath.Join(dir, "..", round+".backup"))
		command(t, 0, "keys", "export", at, "--key-id=2", "--yes-i-know", "--out="+filepath.Join(dir, "..", round+".key"))
		command(t, exitFailed, "keys", "export", at, "--key-id=999", "--yes-i-know", "--out="+filepath.Join(dir, "..", round+".none"))
		command(t, 0, "keys", "rewrap", at)
		command(t, 0, "erase", at, "--room=demo", "--user=小美")
		command(t, 0, "token", "--key-file="+filepath.Join(dir, "token.key"), "--role=seat", "--room=demo", "--user=li.na", "--ttl=1h")
		command(t, 0, "token", "--key-file="+filepath.Join(dir, "token.key"), "--role=viewer", "--room=demo", "--user=小美")
		command(t, 0, "token", "--key-file="+filepath.Join(dir, "token.key"), "--rotate", "--keep=0")
	}
	want := []string{
		"backup.make intended", "backup.make done", "key.export intended", "key.export done", "key.export intended", "key.export failed",
		"key.rewrap intended", "key.rewrap done", "person.erase intended", "person.erase done", "token.make intended", "token.make done",
		"token.make intended", "token.make done", "token.rotate intended", "token.rotate done",
	}
	info, stop := demoOn(t, dir)
	say(t, info, "m1", "3号链接还有货吗") // the data key is stored with it
	do("running")
	stop()
	acts, all := written(t, dir)
	if !slices.Equal(acts, want) {
		t.Errorf("beside the node %q were written, want %q", acts, want)
	}
	do("stopped")
	acts, more := written(t, dir)
	if !slices.Equal(acts, append(slices.Clone(want), want...)) {
		t.Errorf("without the node %q were written, want %q twice", acts, want)
	}
	for i, r := range more {
		who := "token of admin"
		if i >= len(all) {
			who = "command line"
		}
		if r.Who != who || r.Result == audit.Intended && !strings.HasPrefix(r.Detail, "account ") || strings.Contains(r.On+r.Detail, "小美") {
			t.Errorf("%s is written as %+v", r.Act, r)
		}
	}
	_, stop = demoOn(t, dir) // the node goes on in the same chain
	stop()
	if acts, _ := written(t, dir); len(acts) != 2*len(want) {
		t.Errorf("after another start %q", acts)
	}
	fresh := filepath.Join(t.TempDir(), "data")
	key := "--set=storage.master_key_file=" + filepath.Join(dir, "master.key")
	command(t, 0, "backup", "restore", "--set=storage.dir="+fresh, key, filepath.Join(dir, "..", "running.backup"))
	if acts, _ := written(t, fresh); !slices.Contains(acts, "backup.restore done") {
		t.Errorf("in what was restored %q are written", acts)
	}
}

// TestWhatCannotBeWrittenDownIsNotDoneHere has somebody hold the log who writes nothing down.
func TestWhatCannotBeWrittenDownIsNotDoneHere(t *testing.T) {
	dir := t.TempDir()
	at := "--set=storage.dir=" + dir
	_, stop := demoOn(t, dir)
	stop()
	held, err := audit.Open(audit.Default().In(dir), slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	before := map[string]string{}
	for _, name := range []string{"token.key", "master.key"} {
		before[name] = read(t, filepath.Join(dir, name))
	}
	file := filepath.Join(t.TempDir(), "x")
	nobody := "--admin=127.0.0.1:1"
	for _, args := range [][]string{
		{"backup", "make", at, nobody, file},
		{"keys", "export", at, nobody, "--key-id=2", "--yes-i-know", "--out=" + file},
		{"keys", "rewrap", at, nobody},
		{"erase", at, nobody, "--room=demo", "--user=u1"},
		{"token", "--key-file=" + filepath.Join(dir, "token.key"), "--rotate", nobody},
		{"token", "--key-file=" + filepath.Join(dir, "token.key"), "--role=admin", nobody},
	} {
		if said := command(t, exitFailed, args...); !strings.Contains(said, "nothing was done") || !strings.Contains(said, "--admin") {
			t.Errorf("%q says %q", args, said)
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a file was made")
	}
	if _, err := os.Stat(filepath.Join(dir, "erased.list")); err == nil {
		t.Error("an erasure was asked for")
	}
	for name, was := range before {
		if read(t, filepath.Join(dir, name)) != was {
			t.Errorf("%s was changed", name)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestATokenKeyOfNobodyIsRotatedAllTheSame rotates a key that no node's data folder has.
func TestATokenKeyOfNobodyIsRotatedAllTheSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "some.key")
	if err := os.WriteFile(path, []byte(strings.Repeat("k", 40)), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := command(t, 0, "token", "--key-file="+path, "--rotate"); !strings.Contains(said, "not written down") || !strings.Contains(said, "signs from now on") {
		t.Errorf("it says %q", said)
	}
}

// TestAMadeTokenIsWrittenDownByItsID finds a token's id in the record, and nothing of the token; where the key is of no node
// that is at hand, a token is made all the same.
func TestAMadeTokenIsWrittenDownByItsID(t *testing.T) {
	dir := t.TempDir()
	_, stop := demoOn(t, dir)
	stop()
	path := filepath.Join(dir, "token.key")
	code, out, errs := call(t, "token", "--key-file="+path, "--role=seat", "--room=demo", "--user=li.na", "--ttl=1h")
	signed := strings.TrimSpace(out)
	keys, err := token.ReadKeys(path)
	if code != 0 || errs != "" || err != nil {
		t.Fatalf("token ended with %d: %s, %v", code, errs, err)
	}
	claims, err := keys.Verify(signed, time.Now())
	if err != nil {
		t.Fatalf("what is printed is no token: %v in %q", err, out)
	}
	_, all := written(t, dir)
	if len(all) != 2 || all[0].On != "token "+claims.ID || !strings.HasSuffix(all[0].Detail, "; role seat for 1h0m0s, room demo, user li.na") ||
		strings.Contains(all[0].Detail, signed[:20]) {
		t.Errorf("it is written as %+v", all)
	}
	apart := filepath.Join(t.TempDir(), "some.key")
	if err := os.WriteFile(apart, []byte(strings.Repeat("k", 40)), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := call(t, "token", "--key-file="+apart, "--role=admin"); code != 0 || strings.Count(out, ".") != 2 || errs != "" {
		t.Errorf("with a key of its own: %d %s%s", code, out, errs)
	}
}
