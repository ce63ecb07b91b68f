package admin

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestHealthMetricsAndStatus(t *testing.T) {
	var notReady error = errors.New("model: loading")
	reg := prometheus.NewRegistry()
	up := prometheus.NewGauge(prometheus.GaugeOpts{Name: "liveroom_up"})
	reg.MustRegister(up)
	views := Views{Ready: func() error { return notReady }, Status: func() any { return map[string]int{"links": 3} }, Metrics: reg, Guard: open}
	s, err := New(Config{Addr: "127.0.0.1:0"}, views, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	<-s.Ready()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	get := func(path string) (int, string) {
		r, err := client.Get("http://" + s.Addr() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return r.StatusCode, string(b)
	}
	for _, c := range []struct {
		path, want string
		status     int
	}{
		{"/livez", "ok", 200},
		{"/readyz", "model: loading", 503},
		{"/metrics", "liveroom_up 0", 200},
		{"/v1/status", `"links": 3`, 200},
		{"/debug/pprof/", "", 404},
	} {
		if status, body := get(c.path); status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("GET %s = %d %q, want %d with %q", c.path, status, body, c.status, c.want)
		}
	}
	notReady = nil
	if status, _ := get("/readyz"); status != 200 {
		t.Errorf("GET /readyz = %d once ready, want 200", status)
	}
	if err := s.Run(ctx); !errors.Is(err, ErrRunning) {
		t.Errorf("second Run = %v, want ErrRunning", err)
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// open is a guard that lets everybody through.
func open(_ string, next http.Handler) http.Handler { return next }

// TestNoGuardMeansNobody asks everything of a server that was given no guard.
func TestNoGuardMeansNobody(t *testing.T) {
	did := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a route without guard was served") })
	h := routes(Config{Profiles: true}, Views{
		Ready: func() error { return nil }, Metrics: prometheus.NewRegistry(), Routes: map[string]http.Handler{"PUT /v1/x": did},
	})
	for path, want := range map[string]int{
		"GET /livez": 200, "GET /readyz": 200, "GET /metrics": 403, "GET /v1/status": 403, "GET /debug/pprof/": 403,
		"GET /debug/pprof/heap": 403, "PUT /v1/x": 403, "GET /v1/x": 405, "GET /": 404,
	} {
		method, target, _ := strings.Cut(path, " ")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
		if w.Code != want {
			t.Errorf("%s = %d, want %d", path, w.Code, want)
		}
		for name := range headers {
			if w.Header().Get(name) == "" {
				t.Errorf("%s answers without %s", path, name)
			}
		}
	}
}

func TestTakenPort(t *testing.T) {
	s, err := New(Config{Addr: "127.0.0.1:0"}, Views{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := New(Config{Addr: s.Addr()}, Views{}, slog.New(slog.DiscardHandler)); err == nil {
		t.Fatal("listened twice on one address")
	}
	if _, err := New(Config{Addr: "nowhere"}, Views{}, slog.New(slog.DiscardHandler)); err == nil {
		t.Fatal("an address without a port was taken")
	}
}
