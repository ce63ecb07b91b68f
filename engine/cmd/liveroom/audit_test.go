package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liveroom/engine/audit"
)

// auditLog makes a data folder with an audit log of one act.
func auditLog(t *testing.T) (data string) {
	t.Helper()
	data = t.TempDir()
	l, err := audit.Open(audit.Default().In(data), slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Do(t.Context(), audit.Act{Who: "li", Act: "room.write", On: "room demo"}, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := l.Run(ended); err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAuditVerify(t *testing.T) {
	data := auditLog(t)
	heads, public := filepath.Join(data, "audit-heads.jsonl"), filepath.Join(data, "audit", "sign.pub")
	for _, more := range [][]string{nil, {"--heads", heads}, {"--heads", heads, "--public-key", public}} {
		code, out, errs := call(t, append([]string{"audit", "verify", "--data", data}, more...)...)
		if code != 0 || !strings.Contains(out, "5 records in 1 files, 1 to 5") || !strings.HasSuffix(out, "sound\n") {
			t.Errorf("verify %v ended with %d: %s%s", more, code, out, errs)
		}
	}
	code, printed, errs := call(t, "audit", "heads", "--data", data)
	if kept, err := os.ReadFile(heads); code != 0 || err != nil || printed != string(kept) {
		t.Errorf("heads ended with %d: %s%s, want %s %v", code, printed, errs, kept, err)
	}
	other := filepath.Join(auditLog(t), "audit", "sign.pub")
	if code, out, _ := call(t, "audit", "verify", "--data", data, "--public-key", other); code != exitFailed || !strings.Contains(out, "FAULT: replaced key") {
		t.Errorf("with another node's key verify ended with %d: %s", code, out)
	}
	file := filepath.Join(data, "audit", "00000000000000000001.log")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, string(bytes.Replace(content, []byte("room demo"), []byte("room d\x1b[m"), 1)))
	code, out, errs := call(t, "audit", "verify", "--data", data)
	if code != exitFailed || !strings.Contains(out, "FAULT: altered: record 2, 00000000000000000001.log byte ") || !strings.Contains(errs, "1 fault(s)") {
		t.Errorf("an altered record ended with %d: %s%s", code, out, errs)
	}
	write(t, file, string(content[:len(content)-400]))
	if code, out, _ := call(t, "audit", "verify", "--data", data); code != exitFailed || !strings.Contains(out, "FAULT: truncated: record") {
		t.Errorf("a cut log ended with %d: %s", code, out)
	}
}

func TestAuditNamesWhatIsWrong(t *testing.T) {
	data := auditLog(t)
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"audit", "verify", "--data", t.TempDir()}, exitFailed, "no audit log in"},
		{[]string{"audit", "heads", "--data", t.TempDir()}, exitFailed, "read heads"},
		{[]string{"audit", "verify", "--data", data, "--heads", "none"}, exitUsage, "none"},
		{[]string{"audit", "verify", "--data", data, "--public-key", filepath.Join(data, "audit", "heads.jsonl")}, exitUsage, "PEM"},
	} {
		if code, _, errs := call(t, c.args...); code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("%v ended with %d: %s; want %d with %q", c.args, code, errs, c.code, c.want)
		}
	}
}
