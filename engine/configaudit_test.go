package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liveroom/engine/audit"
)

func TestWhatAStartSaysOfItsSettings(t *testing.T) {
	hide := func(s string) string { return fmt.Sprintf("~%d", len(s)) }
	cfg := Default()
	if got := configDetail(&cfg, nil, hide); !strings.HasSuffix(got, ": as the defaults; of an earlier start nothing is known") {
		t.Errorf("a first start with the defaults says %q", got)
	}
	before := settingsOf(&cfg, hide)
	if got := configDetail(&cfg, before, hide); got != "SM3 "+sumOf(before)+": as the start before, SM3 "+sumOf(before) {
		t.Errorf("the same again says %q", got)
	}
	cfg.Actors.Budget = 123 * time.Millisecond
	cfg.Storage.DSN = "host=db user=liveroom password=hunter2"
	before["gone.key"] = "hunter2"
	delete(before, "node.log_level")
	now := settingsOf(&cfg, hide)
	got := configDetail(&cfg, before, hide)
	for _, want := range []string{
		"SM3 " + sumOf(now) + "; 4 other than the start before, SM3 " + sumOf(before) + ": ",
		`actors.budget "800ms" → "123ms"`, "storage.dsn (not shown)", "gone.key is no setting any more", `node.log_level = "info"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it says %q, want %q in it", got, want)
		}
	}
	if strings.Contains(got, "hunter2") || strings.Contains(fmt.Sprint(now), "hunter2") {
		t.Errorf("a secret is told: %q, kept: %q", got, now)
	}
	if long := shortly(strings.Repeat("长", 1000)); len(long) > 4*maxShownValue {
		t.Errorf("a long value is shown in %d bytes", len(long))
	}
}

// TestEveryStartTellsItsSettings starts a node again and again on one folder.
func TestEveryStartTellsItsSettings(t *testing.T) {
	dir := t.TempDir()
	var last audit.Record
	starts := 0
	start := func(change func(*Config)) string {
		t.Helper()
		n := startNode(t, dir, func(c *Config) {
			unspoken(c)
			if change != nil {
				change(c)
			}
		})
		all := n.auditedAct(t, "config.start")
		if starts++; len(all) != starts {
			t.Fatalf("after %d starts there are %d records", starts, len(all))
		}
		last = all[len(all)-1]
		if last.Who != "node" || last.On != "configuration" || last.Result != audit.Noted {
			t.Errorf("it is written as %+v", last)
		}
		if err := n.stop(); err != nil {
			t.Fatal(err)
		}
		return last.Detail
	}
	if got := start(nil); !strings.Contains(got, "of an earlier start nothing is known") || !strings.Contains(got, "transport.tcp_addr") {
		t.Errorf("the first start says %q", got)
	}
	if got := start(nil); !strings.Contains(got, ": as the start before") {
		t.Errorf("the second start says %q", got)
	}
	if got := start(func(c *Config) { c.Node.DrainJitter = 7 * time.Millisecond }); !strings.Contains(got, `1 other than the start before`) ||
		!strings.Contains(got, `node.drain_jitter "1ms" → "7ms"`) {
		t.Errorf("the third start says %q", got)
	}
	for _, bad := range []string{"", "{", `{"version":2,"settings":{}}`, `{"version":1}`, `{"version":1,"settings":{"a":1}}`} {
		if err := os.WriteFile(filepath.Join(dir, configFile), []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readSettings(filepath.Join(dir, configFile)); err == nil {
			t.Errorf("%q is taken for settings", bad)
		}
	}
	if got := start(nil); !strings.Contains(got, "of an earlier start nothing is known") {
		t.Errorf("after a damaged file it says %q", got)
	}
}
