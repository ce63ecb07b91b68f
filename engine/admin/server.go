package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Config says where the HTTP side listens.
type Config struct {
	// Addr is host:port; port 0 takes a free one. Default 127.0.0.1:7702.
	Addr string
	// Profiles serves /debug/pprof. Default true; keep it on loopback.
	Profiles bool
}

// Default returns the configuration for a node in service.
func Default() Config { return Config{Addr: "127.0.0.1:7702", Profiles: true} }

// Validate reports what is out of range.
func (c Config) Validate() error {
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return fmt.Errorf("admin.addr: %q, want host:port", c.Addr)
	}
	return nil
}

// Views are what the engine shows. Ready returns nil when the node can serve, else why not; Status is encoded as JSON.
// Routes are further handlers by pattern.
type Views struct {
	Ready   func() error
	Status  func() any
	Metrics prometheus.Gatherer
	Routes  map[string]http.Handler
}

// ErrRunning is returned by a second Run.
var ErrRunning = errors.New("admin server runs already")

// Server is the HTTP side of one node. New listens, Run serves.
type Server struct {
	http     *http.Server
	listener net.Listener
	ready    chan struct{}
	started  chan struct{} // holds one token, taken by Run
}

// New binds the address, so that a taken port is an error before anything starts.
func New(cfg Config, v Views, log *slog.Logger) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen for admin: %w", err)
	}
	s := &Server{
		http: &http.Server{
			Handler: routes(cfg, v), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute,
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), MaxHeaderBytes: 16 << 10,
		},
		listener: listener, ready: make(chan struct{}), started: make(chan struct{}, 1),
	}
	return s, nil
}

// Addr returns the address listened on.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Ready is closed when Run serves.
func (s *Server) Ready() <-chan struct{} { return s.ready }

// Run serves until ctx ends, then lets requests under way finish for a second.
func (s *Server) Run(ctx context.Context) error {
	select {
	case s.started <- struct{}{}:
	default:
		return ErrRunning
	}
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(s.listener) }()
	close(s.ready)
	select {
	case err := <-failed:
		return fmt.Errorf("serve admin: %w", err)
	case <-ctx.Done():
	}
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer stop()
	if err := s.http.Shutdown(last); err != nil {
		s.http.Close()
	}
	<-failed
	return nil
}

// Close releases the address when Run was never called.
func (s *Server) Close() error { return s.listener.Close() }

func routes(cfg Config, v Views) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := v.Ready(); err != nil {
			plain(w, http.StatusServiceUnavailable, err.Error()+"\n")
			return
		}
		plain(w, http.StatusOK, "ready\n")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(v.Metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /v1/status", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		// An error here is a client that went away; there is nobody left to tell.
		encoder.Encode(v.Status())
	})
	if cfg.Profiles {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	for pattern, h := range v.Routes {
		mux.Handle(pattern, h)
	}
	return secured(mux)
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprint(w, text)
}

// secured sets the headers that every answer carries.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Content-Security-Policy", "default-src 'none'")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
