package certificate_test

import (
	"crypto/tls"
	"errors"
	"os"
	"testing"

	"liveroom/loadtest/certificate"
)

func TestWhoIsTrusted(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	f, err := certificate.Make(dir)
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(f.Key); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the key is %v, %v; want a mode of 0600", st, err)
	}
	foreign, err := certificate.Make(other)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(f.Cert, f.Key)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			c.(*tls.Conn).Handshake()
			c.Close()
		}
	}()
	defer func() { ln.Close(); <-done }()
	for name, c := range map[string]struct {
		file, host string
		ok         bool
	}{
		"its own": {f.Cert, "127.0.0.1", true}, "another": {foreign.Cert, "127.0.0.1", false},
		"another host": {f.Cert, "example.com", false}, "what the machine trusts": {"", "127.0.0.1", false},
	} {
		trust, err := certificate.Trust(c.file, c.host)
		if err != nil {
			t.Fatal(err)
		}
		conn, err := tls.Dial("tcp", ln.Addr().String(), trust)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			conn.Close()
		}
	}
	if _, err := certificate.Trust(f.Key, "x"); !errors.Is(err, certificate.ErrNoCertificates) {
		t.Errorf("a file without a certificate: %v", err)
	}
	if _, err := certificate.Trust("nowhere", "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}
