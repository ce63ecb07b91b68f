package front

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"
)

// ErrNoCertificate is wrapped when the certificate cannot be used.
var ErrNoCertificate = errors.New("the certificate cannot be used")

// lookEvery is how often the files are looked at.
const lookEvery = time.Second

// Certificate is a certificate on disk, read again when it changes. It may be used from any goroutine.
type Certificate struct {
	// Journal, when set, writes down that the files have changed and calls try, which takes them up or returns why they are
	// not; it returns an error of its own, and does not call try, when it cannot write. It is set before Watch.
	Journal func(detail string, try func() error) error

	certFile, keyFile string
	log               *slog.Logger
	now               atomic.Pointer[tls.Certificate]
	refused           atomic.Pointer[string] // why what is on disk is not in use, nil when it is
	seen              [2]os.FileInfo         // owned by Watch
}

// OpenCertificate reads a certificate and its key.
func OpenCertificate(certFile, keyFile string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, log: log}
	c.seen = c.stat()
	pair, err := c.read()
	if err != nil {
		return nil, err
	}
	c.now.Store(pair)
	return c, nil
}

func (c *Certificate) read() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoCertificate, err)
	}
	if time.Now().After(pair.Leaf.NotAfter) {
		return nil, fmt.Errorf("%w: %s has expired on %s", ErrNoCertificate, c.certFile, pair.Leaf.NotAfter.Format(time.RFC3339))
	}
	return &pair, nil
}

// describe names a certificate for people: its fingerprint as other tools print it, and when it ends.
func describe(pair *tls.Certificate) string {
	return fmt.Sprintf("SHA-256 %x until %s", sha256.Sum256(pair.Leaf.Raw), pair.Leaf.NotAfter.UTC().Format(time.RFC3339))
}

// Config returns settings of TLS that use the certificate as it is at the time of each handshake: TLS 1.2 and later.
func (c *Certificate) Config(protocols ...string) *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     protocols,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.now.Load(), nil },
	}
}

// Ends returns when the certificate in use expires.
func (c *Certificate) Ends() time.Time { return c.now.Load().Leaf.NotAfter }

// Refused returns why the files as they are now are not in use, "" when they are.
func (c *Certificate) Refused() string {
	if why := c.refused.Load(); why != nil {
		return *why
	}
	return ""
}

// Watch reads the files again when they change, until ctx ends. What cannot be used is said, and the one before stays.
func (c *Certificate) Watch(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			c.look()
		}
	}
}

func (c *Certificate) look() {
	files := c.stat()
	if same(files[0], c.seen[0]) && same(files[1], c.seen[1]) {
		return
	}
	pair, err := c.read()
	detail, tried := "in use "+describe(c.now.Load()), false
	if err == nil {
		detail += "; on disk " + describe(pair)
	}
	try := func() error {
		tried = true
		if err == nil {
			c.now.Store(pair)
		}
		return err
	}
	var unkept error
	if c.Journal == nil {
		unkept = try()
	} else {
		unkept = c.Journal(detail, try)
	}
	if !tried { // what cannot be written down is not taken up: the next look tries again
		why := unkept.Error()
		if c.Refused() != why {
			c.log.Warn("certificate stays as it was until its change can be written down", "err", unkept)
		}
		c.refused.Store(&why)
		return
	}
	c.seen = files
	if err != nil {
		why := err.Error()
		c.refused.Store(&why)
		c.log.Warn("certificate stays as it was", "err", err)
		return
	}
	c.refused.Store(nil)
	c.log.Info("certificate read", "ends", c.Ends())
}

// stat looks at both files; what is missing is nil.
func (c *Certificate) stat() (files [2]os.FileInfo) {
	for i, path := range []string{c.certFile, c.keyFile} {
		if st, err := os.Stat(path); err == nil {
			files[i] = st
		}
	}
	return files
}

func same(a, b os.FileInfo) bool {
	if a == nil || b == nil {
		return a == b
	}
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
