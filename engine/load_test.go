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

// TestAWrongShapeIsToldByItsKey has each kind of setting be given each shape that it cannot have: the problem names the key as
// it was written, what is there and what is wanted, and no field of ours.
func TestAWrongShapeIsToldByItsKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "liveroom.yaml")
	write(t, file, `
transport: {tcp_addr: [a, b], origin_patterns: [a, {b: c}], links: {half_open: many, accept_rate: [1]}}
actors: {budget: {soft: 1ms}, idle_after: 9, max_pending: 1.5}
admin: {tls: maybe, addr: true}
storage: [1]
node: 7
nlp:
shop: {open_rooms: 2, knowledge_threshold: ""}
access: {token_life: [1h]}
`)
	_, _, err := Load(Default(), Sources{
		File: file, Environ: []string{"LIVEROOM_TRANSPORT_LINKS_MAX=lots"}, Flags: []string{"front.max=", "actors.budget=800"},
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		": transport.tcp_addr has a list, want a text",
		": transport.origin_patterns has a list with settings below it in it, want a list of texts",
		`: transport.links.half_open has "many", want a whole number`,
		": transport.links.accept_rate has a list, want a number",
		": actors.budget has settings below it, soft, want a duration like 800ms",
		": actors.idle_after has the number 9, want a duration like 800ms",
		": actors.max_pending has the number 1.5, want a whole number",
		`: admin.tls has "maybe", want true or false`,
		": admin.addr has the word true, want a text",
		": storage has a list, want settings below it, such as storage.",
		": node has the number 7, want settings below it, such as node.",
		": shop.open_rooms has the number 2, want true or false",
		": shop.knowledge_threshold has nothing, want a number",
		": access.token_life has a list, want a duration like 800ms",
		`environment: LIVEROOM_TRANSPORT_LINKS_MAX has "lots", want a whole number`,
		"flag: --set front.max has nothing, want a whole number",
		`flag: --set actors.budget has "800", want a duration like 800ms`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the problems lack %q", want)
		}
	}
	for _, ours := range []string{"Transport", "HalfOpen", "strconv", "interface", "nlp"} {
		if strings.Contains(err.Error(), ours) {
			t.Errorf("the problems speak of %s", ours)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
}

// TestEveryShapeThatFitsIsTaken sets one setting of each kind in each way it may be written.
func TestEveryShapeThatFitsIsTaken(t *testing.T) {
	file := filepath.Join(t.TempDir(), "liveroom.yaml")
	write(t, file, "actors: {max_pending: 1e3}\nstorage: {dir: 2026}\nshop: {open_rooms: 0}\ntransport: {links: {accept_rate: 5}, proxies: [10.0.0.1, 10.0.0.2]}\nnlp:\n")
	cfg, _, err := Load(Default(), Sources{File: file, Flags: []string{"transport.links.exempt=10.0.0.3,10.0.0.4", "admin.tls=false", "storage.queue_bytes=0x4000000"}})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Actors.MaxPending != 1000 || cfg.Storage.Dir != "2026" || cfg.Shop.OpenRooms || cfg.Transport.Links.AcceptRate != 5 ||
		len(cfg.Transport.Proxies) != 2 || len(cfg.Transport.Links.Exempt) != 2 || cfg.Storage.QueueBytes != 1<<26 {
		t.Errorf("taken as %+v, %+v, %+v, %+v", cfg.Actors, cfg.Storage, cfg.Shop, cfg.Transport)
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
