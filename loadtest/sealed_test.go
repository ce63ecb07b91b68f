package loadtest

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"liveroom/loadtest/certificate"
	"liveroom/loadtest/report"
	"liveroom/loadtest/target"
	"liveroom/loadtest/target/targettest"
)

// front speaks TLS before a server, and returns where.
func front(t *testing.T, files certificate.Files, behind string) string {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(files.Cert, files.Key)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				to, err := net.Dial("tcp", behind)
				if err != nil {
					t.Error(err)
					return
				}
				defer to.Close()
				all.Go(func() { io.Copy(to, c); to.Close() })
				io.Copy(c, to)
			})
		}
	})
	t.Cleanup(func() { ln.Close(); all.Wait() })
	return ln.Addr().String()
}

func TestOverTLS(t *testing.T) {
	_, at := serve(t, targettest.Honest)
	files, err := certificate.Make(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at.TLS = front(t, files, at.TCP)
	at.WSS = "wss://" + front(t, files, strings.TrimSuffix(strings.TrimPrefix(at.WS, "ws://"), "/v1/link")) + "/v1/link"
	at.TCP, at.WS = "127.0.0.1:1", "ws://127.0.0.1:1/v1/link" // nothing goes there
	c := Config{Scenario: short(), Target: at, TLS: true, CA: files.Cert, Calibration: time.Millisecond}
	r, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if code := r.Verdict.ExitCode(); code != report.ExitMet || !r.Opening.TLS || r.Opening.Links != 6 {
		t.Errorf("exit code %d, want %d: %+v, %+v", code, report.ExitMet, r.Verdict, r.Opening)
	}
	c.CA = ""
	if _, err := Run(t.Context(), c); !errors.Is(err, ErrTargetDown) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("Run against a server that nobody trusts = %v, want ErrTargetDown and why", err)
	}
}

func TestTLSThatCannotBe(t *testing.T) {
	at := target.Endpoints{TCP: "127.0.0.1:1", WS: "ws://127.0.0.1:1/v1/link", KeyFile: "nowhere"}
	_, err := Run(t.Context(), Config{Scenario: short(), Target: at, TLS: true})
	for _, what := range []string{"where TCP links speak TLS", "a wss:// URL"} {
		if !errors.Is(err, ErrScenario) || !strings.Contains(err.Error(), what) {
			t.Errorf("without addresses Run = %v, want %q", err, what)
		}
	}
	storm, err := LoadScenario("storm")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), Config{Scenario: storm, TLS: true}); !errors.Is(err, ErrScenario) || !strings.Contains(err.Error(), "shakes hands") {
		t.Errorf("a storm over TLS = %v", err)
	}
	if err := storm.enough(8000, true); !errors.Is(err, ErrScenario) {
		t.Errorf("three descriptors for each link over TLS are not there, and that is %v", err)
	}
}
