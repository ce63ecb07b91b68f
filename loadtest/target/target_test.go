package target

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"liveroom/loadtest/machine"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const text = `# HELP process_cpu_seconds_total Total.
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 12.5
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 1.048576e+07
# TYPE liveroom_nlp_texts_total counter
liveroom_nlp_texts_total{decided_by="model",cached="true"} 30
liveroom_nlp_texts_total{decided_by="model",cached="false"} 20
liveroom_nlp_texts_total{decided_by="rules",cached="false"} 1 1700000000000
# TYPE liveroom_transport_links gauge
liveroom_transport_links 4
# TYPE go_gc_total counter
go_gc_total 9
torn
`

func TestMetrics(t *testing.T) {
	m, err := parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if m.CPU().Seconds() != 12.5 || m.RSS() != 10 {
		t.Errorf("CPU %v, RSS %g; want 12.5 s and 10 MB", m.CPU(), m.RSS())
	}
	moved := m.Moved(Metrics{values: map[string]float64{`liveroom_nlp_texts_total{decided_by="model",cached="true"}`: 10}})
	if len(moved) != 3 || moved[`liveroom_nlp_texts_total{decided_by="model",cached="true"}`] != 20 {
		t.Errorf("moved %v, want the three counters of ours", moved)
	}
	by := Decided(moved)
	if by["model"] != 40 || by["rules"] != 1 || len(by) != 2 {
		t.Errorf("decided %v, want 40 by the model and 1 by rules", by)
	}
	if Decided(map[string]float64{"liveroom_x_total": 1}) != nil {
		t.Error("decided by somebody where no counter says so")
	}
}

func TestScrape(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" || r.Header.Get("Authorization") != "Bearer key" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = w.Write([]byte(text))
	}))
	defer s.Close()
	if m, err := Scrape(t.Context(), s.URL+"/", "key"); err != nil || m.RSS() != 10 {
		t.Errorf("Scrape = %v, %v", m.RSS(), err)
	}
	if _, err := Scrape(t.Context(), s.URL, ""); !errors.Is(err, ErrMetrics) {
		t.Errorf("Scrape without a token = %v, want ErrMetrics", err)
	}
	if _, err := Scrape(t.Context(), "http://127.0.0.1:1", ""); !errors.Is(err, ErrMetrics) {
		t.Errorf("Scrape of nobody = %v, want ErrMetrics", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(text)
	f.Fuzz(func(t *testing.T, s string) {
		m, err := parse(strings.NewReader(s))
		if err == nil {
			Decided(m.Moved(Metrics{}))
		}
	})
}

func TestCommand(t *testing.T) {
	got := command(Options{
		Path: "liveroom", Settings: []string{"nlp.cache_entries=0"}, Data: "d",
		Again: &Endpoints{TCP: "127.0.0.1:1", WS: "ws://127.0.0.1:2/v1/link", Admin: "http://127.0.0.1:3", TLS: "127.0.0.1:4", WSS: "wss://127.0.0.1:5/v1/link"},
	}).Args
	want := []string{
		"liveroom", "demo", "--headless", "--data", "d", "--tcp", "127.0.0.1:1", "--ws", "127.0.0.1:2", "--admin", "127.0.0.1:3",
		"--set", "nlp.cache_entries=0", "--set", "front.tcp_addr=127.0.0.1:4", "--set", "front.ws_addr=127.0.0.1:5",
	}
	if !slices.Equal(got, want) {
		t.Errorf("command %v, want %v", got, want)
	}
}

// script writes a shell script that plays a server.
func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "liveroom")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestServersThatDisappoint(t *testing.T) {
	for name, body := range map[string]string{
		"ends at once":      "echo no model >&2; exit 3",
		"prints no JSON":    "echo hello; exec sleep 60",
		"names no address":  "echo '{}'; exec sleep 60",
		"ends without word": "exit 0",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Start(t.Context(), Options{Path: script(t, body)})
			if !errors.Is(err, ErrNotReady) {
				t.Errorf("Start = %v, want ErrNotReady", err)
			}
			if name == "ends at once" && !strings.Contains(err.Error(), "no model") {
				t.Errorf("Start = %v, want the server's last words in it", err)
			}
		})
	}
	if _, err := Start(t.Context(), Options{Path: "/nowhere/liveroom"}); err == nil {
		t.Error("a program that is not there was started")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ended, Options{Path: script(t, "exec sleep 60")}); !errors.Is(err, context.Canceled) {
		t.Errorf("Start with an ended context = %v", err)
	}
}

const ready = `echo '{"tcp":"127.0.0.1:1","ws":"ws://127.0.0.1:2/v1/link","tokens":{"admin":"key"}}'` + "\n"

func TestStop(t *testing.T) {
	s, err := Start(t.Context(), Options{Path: script(t, "trap 'exit 0' TERM\n"+ready+"while :; do sleep 0.01; done")})
	if err != nil {
		t.Fatal(err)
	}
	if s.TCP != "127.0.0.1:1" || s.Tokens.Admin != "key" || s.PID() == 0 {
		t.Errorf("endpoints %+v", s.Endpoints)
	}
	if err := s.Stop(); err != nil {
		t.Errorf("Stop = %v", err)
	}
	s, err = Start(t.Context(), Options{Path: script(t, "trap 'echo broken >&2; exit 7' TERM\n"+ready+"while :; do sleep 0.01; done")})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); !errors.Is(err, ErrUnclean) || !strings.Contains(err.Error(), "broken") {
		t.Errorf("Stop of a server that exits with 7 = %v, want ErrUnclean and its last words", err)
	}
	if err := s.Kill(); err != nil {
		t.Errorf("Kill of what is gone = %v", err)
	}
}

// TestAServersPriority: what is raised is taken away, what somebody has lowered stays so.
func TestAServersPriority(t *testing.T) {
	for given, want := range map[string]int{"5": 5, "-5": 0} {
		t.Run(given, func(t *testing.T) {
			if given[0] == '-' && os.Geteuid() != 0 {
				t.Skip("only root may raise a priority")
			}
			s, err := Start(t.Context(), Options{Path: script(t, "renice -n "+given+" -p $$ >&2 || exit 1\n"+ready+"exec sleep 60")})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Kill()
			if got, err := machine.Nice(s.PID()); err != nil || got != want {
				t.Errorf("a server started with niceness %s has %d, %v, want %d", given, got, err, want)
			}
		})
	}
}
