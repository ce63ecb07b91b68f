package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestLayersGoOverEachOther(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "liveroom.yaml")
	secret := filepath.Join(dir, "dir")
	write(t, file, "actors:\n  budget: 900ms\n  max_pending: 7\n  idle_after: 9m\nstorage:\n  dir: from-file\n")
	write(t, secret, "from-secret\n")
	cfg, keys, err := Load(Default(), Sources{
		File:    file,
		Environ: []string{"LIVEROOM_ACTORS_MAX_PENDING=8", "LIVEROOM_STORAGE_DIR_FILE=" + secret, "LIVEROOM_CORPORA=x", "HOME=/"},
		Flags:   []string{"actors.max_pending=9"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Actors.Budget != 900*time.Millisecond || cfg.Actors.MaxPending != 9 || cfg.Storage.Dir != "from-secret" {
		t.Errorf("budget %v, max_pending %d, dir %q, want 900ms from the file, 9 from the flag, from-secret from the environment",
			cfg.Actors.Budget, cfg.Actors.MaxPending, cfg.Storage.Dir)
	}
	want := map[string]string{
		"actors.budget": "file", "actors.max_pending": "flag", "storage.dir": "environment", "actors.max_in_flight": "default",
	}
	for _, k := range keys {
		if source, ok := want[k.Name]; ok && k.Source != source {
			t.Errorf("%s is said to come from %s, want %s", k.Name, k.Source, source)
		}
	}
}

func TestEveryProblemIsReported(t *testing.T) {
	file := filepath.Join(t.TempDir(), "liveroom.yaml")
	write(t, file, "actors:\n  bugdet: 900ms\nnode:\n  log_level: loud\n")
	for _, c := range []struct {
		name string
		from Sources
		want []string
	}{
		{
			"unknown keys",
			Sources{File: file, Environ: []string{"LIVEROOM_NODE_LEVEL=x"}, Flags: []string{"nlp.wokers=1", "x"}},
			[]string{"actors.bugdet, did you mean actors.budget?", "LIVEROOM_NODE_LEVEL", "nlp.wokers, did you mean nlp.workers?", "key=value"},
		},
		{"no unit", Sources{Flags: []string{"actors.budget=800"}}, []string{`"800"`, "800ms"}},
		{
			"out of range",
			Sources{Flags: []string{"actors.budget=-1s", "node.log_level=loud", "admin.addr=here"}},
			[]string{"actors.budget", "node.log_level", "admin.addr"},
		},
		{"no such file", Sources{Environ: []string{"LIVEROOM_STORAGE_DIR_FILE=/no/such"}}, []string{"LIVEROOM_STORAGE_DIR_FILE"}},
		{"not YAML", Sources{File: os.Args[0]}, []string{"read configuration"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := Load(Default(), c.from)
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not speak of %q", err, w)
				}
			}
		})
	}
}

func TestSnake(t *testing.T) {
	for name, want := range map[string]string{
		"TCPAddr": "tcp_addr", "WSAddr": "ws_addr", "MaxInFlight": "max_in_flight", "Dir": "dir", "NLP": "nlp", "MaxAgeMS": "max_age_ms",
	} {
		if got := snake(name); got != want {
			t.Errorf("snake(%s) = %s, want %s", name, got, want)
		}
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
