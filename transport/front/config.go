package front

import (
	"errors"
	"fmt"
	"net"
	"time"
)

// Config says where TLS is spoken, and with which certificate.
type Config struct {
	// CertFile and KeyFile are the certificate, with what it is signed by, and its private key, in PEM. A change on disk is
	// taken up within two seconds. Both empty: no TLS. Default empty.
	CertFile, KeyFile string
	// TCPAddr and WSAddr are where to listen for links over TLS, as host:port; port 0 takes a free one. Defaults ":7710" and
	// ":7711".
	TCPAddr, WSAddr string
	// Max is how many connections there may be at a time; each takes three descriptors. Default 4,000.
	Max int
	// Handshake is how long a TLS handshake may take. Default 5 s.
	Handshake time.Duration
	// HalfOpen is how many handshakes may be under way over all, HalfOpenPerAddress from one address; when there are more,
	// the one that has waited longest is closed. Defaults 512 and 64.
	HalfOpen, HalfOpenPerAddress int
}

// Default returns the configuration in which every field has its default.
func Default() Config {
	return Config{TCPAddr: ":7710", WSAddr: ":7711", Max: 4000, Handshake: 5 * time.Second, HalfOpen: 512, HalfOpenPerAddress: 64}
}

// On tells whether TLS is spoken at all.
func (c Config) On() bool { return c.CertFile != "" || c.KeyFile != "" }

// Validate reports every problem at once.
func (c Config) Validate() error {
	if !c.On() {
		return nil
	}
	var errs []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(c.CertFile != "" && c.KeyFile != "", "front.cert_file and front.key_file: %q and %q, want both or neither", c.CertFile, c.KeyFile)
	for name, addr := range map[string]string{"tcp_addr": c.TCPAddr, "ws_addr": c.WSAddr} {
		_, _, err := net.SplitHostPort(addr)
		bad(err == nil, "front.%s: %q, want host:port", name, addr)
	}
	bad(c.Max > 0, "front.max: %d, want 1 or more", c.Max)
	bad(c.Handshake >= time.Millisecond, "front.handshake: %v, want 1ms or more", c.Handshake)
	bad(c.HalfOpen > 0 && c.HalfOpenPerAddress > 0, "front.half_open and half_open_per_address: %d and %d, want 1 or more", c.HalfOpen, c.HalfOpenPerAddress)
	return errors.Join(errs...)
}
