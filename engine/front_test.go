package engine

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// writeCertificate makes a certificate for 127.0.0.1 and returns who trusts it.
func writeCertificate(t *testing.T, dir string) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, made, made, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return &tls.Config{RootCAs: pool}
}

// TestLinksAndAdminOverTLS asks a question over TLS, looks at the address the node sees, asks the admin side over HTTPS,
// and stops the node with the link open.
func TestLinksAndAdminOverTLS(t *testing.T) {
	certs := t.TempDir()
	trust := writeCertificate(t, certs)
	n := startNode(t, t.TempDir(), func(c *Config) {
		c.Front.CertFile, c.Front.KeyFile = filepath.Join(certs, "cert.pem"), filepath.Join(certs, "key.pem")
		c.Front.TCPAddr, c.Front.WSAddr, c.Admin.TLS = "127.0.0.1:0", "127.0.0.1:0", true
		c.Transport.Times.Linger = patience // the link goes by itself
	})
	conn, err := tls.Dial("tcp", n.Addrs().TLS, trust)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c := clientOf(t, conn).hello("ingest", n.token(t, token.Claims{Role: live.Ingest}), frame{"outcomes": true})
	c.send(stockIs(37))
	c.send(said("message", "m1", "u1", "3号链接还剩多少件"))
	if r := c.next("reply", "outcome", "error"); !strings.Contains(r.text("text"), "37") {
		t.Errorf("over TLS the answer is %v", r)
	}
	for st := range n.parts.server.Links {
		if want := conn.LocalAddr().String(); st.Remote.String() != want {
			t.Errorf("the node sees the client at %v, want %s", st.Remote, want)
		}
	}
	web := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: trust}}
	got, err := web.Get(n.Addrs().Admin + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	got.Body.Close()
	if got.StatusCode != 200 || got.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("over HTTPS came %v", got)
	}
	told := make(chan frame, 1)
	go func() {
		defer c.close()
		told <- c.next("bye")
	}()
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	if bye := <-told; bye.text("code") != "draining" {
		t.Errorf("at the stop the link was told %v", bye)
	}
}
