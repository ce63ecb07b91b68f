package admin

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
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
	views := Views{Ready: func() error { return notReady }, Status: func() any { return map[string]int{"links": 3} }, Metrics: reg}
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
