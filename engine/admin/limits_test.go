package admin

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// soon is how long a test waits for what must happen anyway.
const soon = 30 * time.Second

// serve runs a server with some routes until the test ends.
func serve(t *testing.T, cfg Config, more map[string]http.Handler) *Server {
	t.Helper()
	cfg.Addr = "127.0.0.1:0"
	s, err := New(cfg, Views{Ready: func() error { return nil }, Metrics: prometheus.NewRegistry(), Guard: open, Routes: more}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	<-s.Ready()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s
}

// dialFrom opens a connection from an address of this machine.
func dialFrom(t *testing.T, s *Server, from string) net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	c, err := d.DialContext(t.Context(), "tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(soon))
	return c
}

// served tells whether a connection is answered; else it was closed.
func served(t *testing.T, c net.Conn) bool {
	t.Helper()
	if _, err := io.WriteString(c, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return false
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err, ok := err.(net.Error); ok && err.Timeout() {
		t.Fatal("neither answered nor closed")
	}
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err == nil && resp.StatusCode == http.StatusOK
}

func TestConnectionsAreBoundedInAllAndByAddress(t *testing.T) {
	s := serve(t, Config{Connections: 3, ConnectionsPerAddress: 2}, nil)
	first := dialFrom(t, s, "127.0.0.1")
	second := dialFrom(t, s, "127.0.0.1")
	if !served(t, first) || !served(t, second) {
		t.Fatal("connections within the bounds are not served")
	}
	if served(t, dialFrom(t, s, "127.0.0.1")) {
		t.Error("a third connection of one address is served")
	}
	if !served(t, dialFrom(t, s, "127.0.0.2")) {
		t.Error("a full address keeps another out")
	}
	if served(t, dialFrom(t, s, "127.0.0.3")) {
		t.Error("a fourth connection is served")
	}
	reg := prometheus.NewRegistry()
	if err := s.Register(reg); err != nil {
		t.Fatal(err)
	}
	told := httptest.NewRecorder()
	promhttp.HandlerFor(reg, promhttp.HandlerOpts{}).ServeHTTP(told, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`liveroom_admin_refused_total{bound="address"} 1`, `liveroom_admin_refused_total{bound="total"} 1`,
		"liveroom_admin_connections 3", "liveroom_admin_connections_limit 3",
	} {
		if !strings.Contains(told.Body.String(), want+"\n") {
			t.Errorf("the figures do not say %s:\n%s", want, told.Body)
		}
	}
	first.Close() // the server sees that soon
	for !served(t, dialFrom(t, s, "127.0.0.1")) {
	}
}

// TestADrippedBodyIsCutOff keeps bodies from ending, where a handler reads them and where none does.
func TestADrippedBodyIsCutOff(t *testing.T) {
	failed := make(chan error, 1)
	s := serve(t, Config{BodyWithin: 20 * time.Millisecond}, map[string]http.Handler{
		"POST /reads": http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, err := io.ReadAll(r.Body)
			failed <- err
		}),
		"POST /refuses": http.HandlerFunc(forbid),
	})
	for _, path := range []string{"/reads", "/refuses", "/nothing-is-here"} {
		for _, body := range []string{"Content-Length: 100\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n5\r\n{"} {
			c := dialFrom(t, s, "127.0.0.1")
			if _, err := fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\n%s", path, body); err != nil {
				t.Fatal(err)
			}
			_, err := io.Copy(io.Discard, c)
			if err, ok := err.(net.Error); ok && err.Timeout() {
				t.Errorf("POST %s: the connection stays", path)
			}
			if path == "/reads" {
				if err := <-failed; err == nil {
					t.Error("a body that did not end was read to its end")
				}
			}
		}
	}
}

// TestWhatFollowsABodyTakesItsTime: neither a download without a body nor what is done after one has come is cut off.
func TestWhatFollowsABodyTakesItsTime(t *testing.T) {
	const within = 20 * time.Millisecond
	slowly := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		select {
		case <-r.Context().Done():
			t.Error("a request was cancelled by the deadline of its body")
		case <-time.After(4 * within):
		}
		fmt.Fprintf(w, "%d %v", len(got), err)
	})
	s := serve(t, Config{BodyWithin: within}, map[string]http.Handler{"POST /work": slowly, "GET /download": slowly})
	client := &http.Client{Transport: &http.Transport{}, Timeout: soon}
	defer client.CloseIdleConnections()
	for range 2 { // the second on the connection of the first
		for method, path := range map[string]string{"POST": "/work", "GET": "/download"} {
			body, want := io.Reader(nil), "0 <nil>"
			if method == "POST" {
				body, want = strings.NewReader("12345"), "5 <nil>"
			}
			req, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.Addr()+path, body)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || string(got) != want {
				t.Errorf("%s %s = %q, %v", method, path, got, err)
			}
		}
	}
}

func TestLimitsOutOfRange(t *testing.T) {
	for want, c := range map[string]Config{
		"admin.connections:": {Connections: -1}, "admin.connections_per_address:": {ConnectionsPerAddress: -1}, "admin.body_within:": {BodyWithin: -1},
	} {
		c.Addr = "127.0.0.1:0"
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", c, err, want)
		}
	}
}

func TestAnIPv6NetworkIsOneSource(t *testing.T) {
	of := func(text string) string {
		a, err := net.ResolveTCPAddr("tcp", text)
		if err != nil {
			t.Fatal(err)
		}
		return sourceOf(a).String()
	}
	if a, b := of("[2001:db8:0:1::1]:1"), of("[2001:db8:0:1:ffff::2]:2"); a != b {
		t.Errorf("one network is %s and %s", a, b)
	}
	if a, b := of("192.0.2.1:1"), of("192.0.2.2:1"); a == b {
		t.Errorf("two IPv4 addresses are both %s", a)
	}
	if a, b := of("[::ffff:192.0.2.1]:1"), of("192.0.2.1:9"); a != b {
		t.Errorf("one IPv4 address is %s and %s", a, b)
	}
}
