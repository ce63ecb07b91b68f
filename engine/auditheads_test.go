package engine

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"liveroom/engine/audit"
)

// Who puts the audit log and the heads beside it back as they were is found out by the heads in the store, which outlast the
// stop. It runs on SQLite, or on the PostgreSQL that STORAGE_TEST_POSTGRES names.
func TestTheStoreHoldsHeadsOfTheAuditLog(t *testing.T) {
	change, _ := onServer(t)
	dir := t.TempDir()
	setting := func(c *Config) {
		unspoken(c)
		change(c)
		c.Audit.HeadEvery = 1
	}
	n := startNode(t, dir, setting)
	n.room(t, "PUT", "/mode", `{"mode":"paused"}`)
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	was, heads := t.TempDir(), filepath.Join(dir, "audit-heads.jsonl")
	kept, err := os.ReadFile(heads)
	if err = errors.Join(err, os.CopyFS(was, os.DirFS(filepath.Join(dir, "audit")))); err != nil {
		t.Fatal(err)
	}
	n = startNode(t, dir, setting)
	n.room(t, "PUT", "/mode", `{"mode":"auto"}`)
	for there := false; !there; { // it follows by itself
		want := fmt.Appendf(nil, `"seq":%d,`, n.parts.audit.Status().Last) // which may be more than a moment ago
		lines, err := headsKept(n.parts.store.Documents)(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		there = len(lines) > 0 && bytes.Contains(lines[0], want)
	}
	if report, err := n.parts.audit.Verify(); err != nil || len(report.Faults) > 0 {
		t.Errorf("verified while it runs: %v, %v", report.Faults, err)
	}
	cfg := n.cfg.Storage
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	check := audit.Check{Dir: filepath.Join(dir, "audit"), Heads: []string{heads}}
	if check.Kept, err = HeadsKept(t.Context(), cfg); err != nil || len(check.Kept) == 0 {
		t.Fatalf("%d heads are in the store, %v", len(check.Kept), err)
	}
	if report, err := audit.Verify(check); err != nil || len(report.Faults) > 0 {
		t.Errorf("untouched: %v, %v", report.Faults, err)
	}
	err = errors.Join(os.RemoveAll(check.Dir), os.CopyFS(check.Dir, os.DirFS(was)), os.WriteFile(heads, kept, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	if report, err := audit.Verify(audit.Check{Dir: check.Dir, Heads: check.Heads}); err != nil || len(report.Faults) > 0 {
		t.Errorf("the files alone show %v, %v", report.Faults, err)
	}
	if report, err := audit.Verify(check); err != nil || len(report.Faults) == 0 || report.Faults[0].Kind != audit.Truncated {
		t.Errorf("with the store: %v, %v; want truncated", report.Faults, err)
	}
	empty, err := HeadsKept(t.Context(), testConfig(t.TempDir()).Storage)
	if err != nil || len(empty) > 0 {
		t.Errorf("where there is no store: %d, %v", len(empty), err)
	}
}
