package crowd

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

// sealing returns both sides of TLS.
func sealing(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, made, made, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
}

// bitty is a connection that writes a few bytes at a time, so that records arrive torn.
type bitty struct{ net.Conn }

func (b bitty) Write(p []byte) (int, error) {
	for at := 0; at < len(p); at += 7 {
		if n, err := b.Conn.Write(p[at:min(at+7, len(p))]); err != nil {
			return at + n, err
		}
	}
	return len(p), nil
}

func TestSealed(t *testing.T) {
	server, client := sealing(t)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			server := server.Clone()
			server.MaxVersion = version
			c, h := start(t, 2)
			addr, conns := listen(t)
			accept := func() *tls.Conn {
				conn := tls.Server(bitty{<-conns}, server)
				if err := conn.Handshake(); err != nil {
					t.Error(err)
				}
				return conn
			}
			dialled := make(chan error, 1)
			go func() { dialled <- c.Dial(t.Context(), 1, Target{Addr: addr, TLS: client}, []byte("hello")) }()
			conn := accept()
			defer conn.Close()
			if err := <-dialled; err != nil {
				t.Fatal(err)
			}
			in := bufio.NewReader(conn)
			if got := readFrameOf(t, in); got != "hello" {
				t.Errorf("the first payload is %q, want hello", got)
			}
			long := strings.Repeat("还有货吗", 10_000)[:60_000]
			for _, p := range []string{"a", long, "b"} {
				if _, err := c.Send(1, []byte(p)); err != nil {
					t.Fatal(err)
				}
				got := make(chan string, 1)
				go func() { got <- readFrameOf(t, in) }()
				for waiting := true; waiting; {
					select {
					case g := <-got:
						if waiting = false; g != p {
							t.Errorf("sent %d bytes, %d arrived otherwise", len(p), len(g))
						}
					default:
						c.Flush()
					}
				}
			}
			for _, p := range []string{"one", long, "two"} {
				if _, err := conn.Write(frame(p)); err != nil {
					t.Fatal(err)
				}
				if got := <-h.payloads; got != "1 "+p {
					t.Errorf("heard %.20q, want %.20q", got, p)
				}
			}
			go func() {
				dialled <- c.Dial(t.Context(), 0, Target{URL: "wss://" + addr + "/v1/link", TLS: client}, []byte("hello"))
			}()
			web := accept()
			defer web.Close()
			if _, err := ws.Upgrade(web); err != nil {
				t.Fatal(err)
			}
			if err := <-dialled; err != nil {
				t.Fatal(err)
			}
			if f, err := readWS(web); err != nil || string(ws.UnmaskFrame(f).Payload) != "hello" {
				t.Errorf("over WebSocket came %+v, %v", f, err)
			}
			if _, err := web.Write(ws.MustCompileFrame(ws.NewPingFrame([]byte("beat")))); err != nil {
				t.Fatal(err)
			}
			if f, err := readWS(web); err != nil || f.Header.OpCode != ws.OpPong {
				t.Errorf("a ping is answered by %+v, %v", f, err)
			}
			web.CloseWrite()
			if err := <-h.gone; err != ErrPeerClosed {
				t.Errorf("gone: %v, want ErrPeerClosed", err)
			}
		})
	}
}

// Whom the crowd does not trust it does not talk to, and what is no TLS ends a link.
func TestSealedWithoutTrust(t *testing.T) {
	server, client := sealing(t)
	_, stranger := sealing(t)
	c, h := start(t, 1)
	addr, conns := listen(t)
	dialled := make(chan error, 1)
	dial := func(with *tls.Config) {
		dialled <- c.Dial(t.Context(), 0, Target{Addr: addr, TLS: with}, []byte("hello"))
	}
	go dial(stranger)
	raw := <-conns
	if err := tls.Server(raw, server).Handshake(); err == nil {
		t.Error("a handshake that the client does not trust succeeded")
	}
	raw.Close()
	if err := <-dialled; err == nil {
		t.Error("a server that is not trusted was dialled")
	}
	go dial(client)
	raw = <-conns
	defer raw.Close()
	if err := tls.Server(raw, server).Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-dialled; err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Write([]byte("this is no record of TLS")); err != nil {
		t.Fatal(err)
	}
	if err := <-h.gone; err == nil || err == ErrPeerClosed {
		t.Errorf("gone: %v, want what is wrong with it", err)
	}
}
