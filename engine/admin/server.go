package admin

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
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
	// Profiles serves /debug/pprof. Default true.
	Profiles bool
	// OpenHere lets programs of this machine, who come over loopback and for nobody behind a proxy, read /metrics and
	// /debug/pprof without a token. Default true.
	OpenHere bool
	// TLS serves HTTPS, with the certificate of front.cert_file. Default false.
	TLS bool
	// Connections is how many connections are held at once; one more is closed as it comes. 0 is 512, or a quarter of the
	// descriptors that the process may open where that is less. Default 0.
	Connections int
	// ConnectionsPerAddress is how many of them may come from one address, or one IPv6 network of 64 bits. Behind a proxy all
	// come from the proxy's. Default 128.
	ConnectionsPerAddress int
	// BodyWithin is how long the body of a request may take to arrive. Streams and downloads are not bounded by it. Default
	// 30 s.
	BodyWithin time.Duration
}

// Default returns the configuration for a node in service.
func Default() Config {
	return Config{
		Addr: "127.0.0.1:7702", Profiles: true, OpenHere: true, ConnectionsPerAddress: mostFromOne, BodyWithin: 30 * time.Second,
	}
}

// filled returns c with defaults where it has zeros.
func (c Config) filled() Config {
	d := Default()
	c.Connections = cmp.Or(c.Connections, defaultConnections())
	c.ConnectionsPerAddress = cmp.Or(c.ConnectionsPerAddress, d.ConnectionsPerAddress)
	c.BodyWithin = cmp.Or(c.BodyWithin, d.BodyWithin)
	return c
}

// Validate reports what is out of range.
func (c Config) Validate() error {
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return fmt.Errorf("admin.addr: %q, want host:port", c.Addr)
	}
	switch {
	case c.Connections < 0:
		return fmt.Errorf("admin.connections: %d, want 1 or more, or 0 for the default", c.Connections)
	case c.ConnectionsPerAddress < 0:
		return fmt.Errorf("admin.connections_per_address: %d, want 1 or more, or 0 for the default", c.ConnectionsPerAddress)
	case c.BodyWithin < 0:
		return fmt.Errorf("admin.body_within: %v, want more than 0, or 0 for the default", c.BodyWithin)
	}
	return nil
}

// Views are what the engine shows. Ready returns nil when the node can serve, else why not; Parts says how each part does, a
// line each; Status is encoded as JSON.
// Routes are further handlers by pattern. Guard is put before every handler but those of health; without one, they are
// refused to everybody. TLS is nil for plain HTTP.
type Views struct {
	Ready   func() error
	Parts   func() string
	Status  func() any
	Metrics prometheus.Gatherer
	Routes  map[string]http.Handler
	Guard   func(pattern string, next http.Handler) http.Handler
	TLS     *tls.Config
}

// ErrRunning is returned by a second Run.
var ErrRunning = errors.New("admin server runs already")

// Server is the HTTP side of one node. New listens, Run serves.
type Server struct {
	http     *http.Server
	listener net.Listener
	limits   *limited
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
	cfg = cfg.filled()
	limits := newLimited(listener, cfg.Connections, cfg.ConnectionsPerAddress)
	listener = limits
	if v.TLS != nil {
		listener = tls.NewListener(listener, v.TLS)
	}
	s := &Server{
		http: &http.Server{
			Handler: promptly(cfg.BodyWithin, routes(cfg, v)), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute,
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), MaxHeaderBytes: 16 << 10,
		},
		listener: listener, limits: limits, ready: make(chan struct{}), started: make(chan struct{}, 1),
	}
	return s, nil
}

// Register lets a registry read how many connections there are, and how many were refused.
func (s *Server) Register(reg prometheus.Registerer) error {
	var problems []error
	for _, c := range s.limits.collectors {
		problems = append(problems, reg.Register(c))
	}
	return errors.Join(problems...)
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
	ready := func(w http.ResponseWriter, more func() string) {
		if err := v.Ready(); err != nil {
			plain(w, http.StatusServiceUnavailable, err.Error()+"\n"+more())
			return
		}
		plain(w, http.StatusOK, "ready\n"+more())
	}
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { ready(w, func() string { return "" }) })
	guarded := map[string]http.Handler{
		"GET /metrics": promhttp.HandlerFor(v.Metrics, promhttp.HandlerOpts{}),
		// What is wrong with a node is not for everybody, so this is not a query of /readyz.
		"GET /readyz/parts": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { ready(w, v.Parts) }),
		"GET /v1/status": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			encoder := json.NewEncoder(w)
			encoder.SetIndent("", "  ")
			// An error here is a client that went away; there is nobody left to tell.
			encoder.Encode(v.Status())
		}),
	}
	if cfg.Profiles {
		guarded["GET /debug/pprof/"] = http.HandlerFunc(pprof.Index)
		guarded["GET /debug/pprof/cmdline"] = http.HandlerFunc(pprof.Cmdline)
		guarded["GET /debug/pprof/profile"] = http.HandlerFunc(pprof.Profile)
		guarded["GET /debug/pprof/symbol"] = http.HandlerFunc(pprof.Symbol)
		guarded["GET /debug/pprof/trace"] = http.HandlerFunc(pprof.Trace)
	}
	maps.Copy(guarded, v.Routes)
	guard := v.Guard
	if guard == nil {
		guard = func(string, http.Handler) http.Handler { return http.HandlerFunc(forbid) }
	}
	for pattern, h := range guarded {
		mux.Handle(pattern, guard(pattern, h))
	}
	return secured(mux)
}

func forbid(w http.ResponseWriter, _ *http.Request) {
	plain(w, http.StatusForbidden, "nobody may do this here\n")
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprint(w, text)
}

// headers are what every answer carries: it is for the one who asked, is nothing but what it says it is, and runs, embeds
// and loads nothing.
var headers = map[string]string{
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Content-Security-Policy":      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	"Cache-Control":                "no-store",
	"Referrer-Policy":              "no-referrer",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

// secured sets the headers.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for name, value := range headers {
			h.Set(name, value)
		}
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}
