package front_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"liveroom/transport/front"
)

const patience = 20 * time.Second

// crowdAddr makes the test binary a crowd of clients, see TestCost.
const crowdAddr = "FRONT_TEST_CROWD"

func TestMain(m *testing.M) {
	if addr := os.Getenv(crowdAddr); addr != "" {
		beACrowd(addr)
		return
	}
	goleak.VerifyTestMain(m)
}

// makeCertificate writes a certificate for a name and returns a pool that trusts it.
func makeCertificate(t testing.TB, dir, name string, ends time.Time) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: ends, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(dir, file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return pool
}

// node is what stands behind a front: it says back what it hears, until it hears "bye".
type node struct {
	work   sync.WaitGroup
	taken  chan string // "ws 127.0.0.1" for each connection
	refuse error
}

func (n *node) take(conn net.Conn, ws bool, remote netip.AddrPort) error {
	if n.refuse != nil {
		conn.Close()
		return n.refuse
	}
	carrier := "tcp"
	if ws {
		carrier = "ws"
	}
	select {
	case n.taken <- carrier + " " + remote.Addr().String():
	default:
	}
	n.work.Go(func() {
		defer conn.Close()
		lines := bufio.NewReader(conn)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			if _, err := io.WriteString(conn, line); err != nil || line == "bye\n" {
				return
			}
		}
	})
	return nil
}

type running struct {
	*front.Front
	*node
	dir  string
	pool *x509.CertPool
	reg  *prometheus.Registry
	cert *front.Certificate
	stop func() error
}

func serve(t testing.TB, change func(*front.Config)) *running {
	t.Helper()
	r := &running{node: &node{taken: make(chan string, 16)}, dir: t.TempDir(), reg: prometheus.NewRegistry()}
	r.pool = makeCertificate(t, r.dir, "node.test", time.Now().Add(time.Hour))
	cfg := front.Default()
	cfg.CertFile, cfg.KeyFile = filepath.Join(r.dir, "cert.pem"), filepath.Join(r.dir, "key.pem")
	cfg.TCPAddr, cfg.WSAddr = "127.0.0.1:0", "127.0.0.1:0"
	if change != nil {
		change(&cfg)
	}
	log := slog.New(slog.DiscardHandler)
	var err error
	if r.cert, err = front.OpenCertificate(cfg.CertFile, cfg.KeyFile, log); err != nil {
		t.Fatal(err)
	}
	if r.Front, err = front.New(cfg, r.cert, r.take, log, r.reg); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	<-r.Ready()
	r.stop = sync.OnceValue(func() error {
		cancel()
		err := <-done
		r.work.Wait()
		return err
	})
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return r
}

func (r *running) config() *tls.Config { return &tls.Config{RootCAs: r.pool, ServerName: "node.test"} }

func (r *running) dial(t testing.TB, addr net.Addr) *tls.Conn {
	t.Helper()
	c, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", addr.String(), r.config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c
}

func (r *running) metric(t testing.TB, name, result string) (sum float64) {
	t.Helper()
	families, err := r.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name && (result == "" || m.GetLabel()[0].GetValue() == result) {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return sum
}

// eventually waits for something that another goroutine brings about.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

func TestRelay(t *testing.T) {
	r := serve(t, nil)
	for carrier, addr := range map[string]net.Addr{"tcp": r.TCPAddr(), "ws": r.WSAddr()} {
		c := r.dial(t, addr)
		if got := <-r.taken; got != carrier+" 127.0.0.1" {
			t.Errorf("the node was told %q", got)
		}
		long := strings.Repeat("长", 50_000) + "\n"
		go io.WriteString(c, long)
		back := bufio.NewReader(c)
		if got, err := back.ReadString('\n'); err != nil || got != long {
			t.Errorf("%d bytes came back of %d, %v", len(got), len(long), err)
		}
		if _, err := io.WriteString(c, "bye\n"); err != nil {
			t.Fatal(err)
		}
		if rest, err := io.ReadAll(back); err != nil || string(rest) != "bye\n" {
			t.Errorf("at the end came %q, %v; want the last word and a closing in order", rest, err)
		}
	}
	c := r.dial(t, r.TCPAddr())
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(c); err != nil || len(rest) != 0 {
		t.Errorf("after we closed came %q, %v", rest, err)
	}
	cut := r.dial(t, r.TCPAddr())
	cut.NetConn().(*net.TCPConn).SetLinger(0)
	cut.NetConn().Close()
	eventually(t, "every link to end", func() bool { return r.metric(t, "liveroom_front_links", "") == 0 })
}

func TestOldProtocolsAndPlainTextAreRefused(t *testing.T) {
	r := serve(t, nil)
	old := r.config()
	old.MaxVersion = tls.VersionTLS11
	if _, err := tls.Dial("tcp", r.TCPAddr().String(), old); err == nil {
		t.Error("TLS 1.1 was spoken")
	}
	plain, err := net.Dial("tcp", r.TCPAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	io.WriteString(plain, "GET / HTTP/1.1\r\n\r\n")
	plain.SetDeadline(time.Now().Add(patience))
	io.ReadAll(plain)
	eventually(t, "both to be counted", func() bool { return r.metric(t, "liveroom_front_connections_total", "failed") == 2 })
	r.refuse = errors.New("draining")
	c := r.dial(t, r.TCPAddr())
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("a link that the node does not take goes on")
	}
}

// TestHalfOpenHandshakes leaves 100 handshakes undone beside a link, and opens another link amid.
func TestHalfOpenHandshakes(t *testing.T) {
	r := serve(t, func(c *front.Config) { c.HalfOpen, c.HalfOpenPerAddress, c.Handshake = 10, 5, time.Minute })
	live := r.dial(t, r.TCPAddr())
	eventually(t, "our side of its handshake", func() bool { return r.metric(t, "liveroom_front_connections_total", "taken") == 1 })
	var idle []net.Conn
	for i := range 100 {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(1+i%4))}}
		c, err := d.Dial("tcp", r.TCPAddr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		idle = append(idle, c)
	}
	eventually(t, "the crowd to be bounded", func() bool { return r.metric(t, "liveroom_front_connections_total", "crowded_out") == 90 })
	for _, c := range idle[:90] {
		c.SetDeadline(time.Now().Add(patience))
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("an old handshake is still open: %v", err)
		}
	}
	for _, c := range []*tls.Conn{live, r.dial(t, r.WSAddr())} {
		io.WriteString(c, "hello\n")
		if got, err := bufio.NewReader(c).ReadString('\n'); err != nil || got != "hello\n" {
			t.Errorf("beside the crowd came %q, %v", got, err)
		}
	}
}

func TestSlowHandshakeIsEnded(t *testing.T) {
	r := serve(t, func(c *front.Config) { c.Handshake = 20 * time.Millisecond })
	c, err := net.Dial("tcp", r.TCPAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	if _, err := io.ReadAll(c); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("a handshake that says nothing goes on")
	}
}

func TestTooManyConnections(t *testing.T) {
	r := serve(t, func(c *front.Config) { c.Max = 2 })
	first := r.dial(t, r.TCPAddr())
	r.dial(t, r.TCPAddr())
	if _, err := tls.Dial("tcp", r.TCPAddr().String(), r.config()); err == nil {
		t.Error("a third connection was taken")
	}
	first.Close()
	eventually(t, "its place", func() bool { return r.metric(t, "liveroom_front_links", "") == 1 })
	r.dial(t, r.TCPAddr())
}

// TestCertificateIsReadAgain replaces the certificate under open links, spoils it and mends it.
func TestCertificateIsReadAgain(t *testing.T) {
	r := serve(t, nil)
	before := r.dial(t, r.TCPAddr())
	ends := time.Now().Add(5 * time.Hour).Truncate(time.Second)
	r.pool = makeCertificate(t, r.dir, "node.test", ends)
	eventually(t, "the new certificate", func() bool { return r.cert.Ends().Equal(ends) })
	r.dial(t, r.TCPAddr())
	io.WriteString(before, "still\n")
	if got, err := bufio.NewReader(before).ReadString('\n'); err != nil || got != "still\n" {
		t.Errorf("a link of before got %q, %v", got, err)
	}
	if err := os.WriteFile(filepath.Join(r.dir, "cert.pem"), []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.dial(t, r.TCPAddr())
	if v := r.metric(t, "liveroom_front_certificate_end_seconds", ""); v != float64(ends.Unix()) {
		t.Errorf("the metric says it ends at %v, want %v", v, ends.Unix())
	}
}

// TestCertificateThatCannotBeWrittenDown is not taken up before it can.
func TestCertificateThatCannotBeWrittenDown(t *testing.T) {
	dir := t.TempDir()
	before := time.Now().Add(time.Hour).Truncate(time.Second)
	makeCertificate(t, dir, "node.test", before)
	cert, err := front.OpenCertificate(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var writable atomic.Bool
	var detail atomic.Value
	cert.Journal = func(d string, try func() error) error {
		if !writable.Load() {
			return errors.New("the log is full")
		}
		detail.Store(d)
		return try()
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); cert.Watch(ctx) }()
	defer func() { cancel(); <-done }()
	ends := before.Add(4 * time.Hour)
	makeCertificate(t, dir, "node.test", ends)
	eventually(t, "the refusal", func() bool { return cert.Refused() == "the log is full" })
	if !cert.Ends().Equal(before) {
		t.Error("a certificate that cannot be written down is in use")
	}
	writable.Store(true)
	eventually(t, "the new certificate", func() bool { return cert.Ends().Equal(ends) && cert.Refused() == "" })
	if d := detail.Load().(string); !strings.Contains(d, "in use SHA-256 ") || !strings.Contains(d, "on disk SHA-256 ") || !strings.Contains(d, ends.UTC().Format(time.RFC3339)) {
		t.Errorf("it is written down as %q", d)
	}
}

func TestFilesAndSettingsWithFaults(t *testing.T) {
	dir := t.TempDir()
	log := slog.New(slog.DiscardHandler)
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if _, err := front.OpenCertificate(cert, key, log); !errors.Is(err, front.ErrNoCertificate) {
		t.Errorf("without files: %v", err)
	}
	makeCertificate(t, dir, "node.test", time.Now().Add(-time.Hour))
	if _, err := front.OpenCertificate(cert, key, log); !errors.Is(err, front.ErrNoCertificate) || !strings.Contains(err.Error(), "expired") {
		t.Errorf("an expired one: %v", err)
	}
	err := front.Config{CertFile: "x", TCPAddr: "nowhere", WSAddr: "nowhere"}.Validate()
	for _, field := range []string{"key_file", "tcp_addr", "ws_addr", "max", "handshake", "half_open"} {
		if err == nil || !strings.Contains(err.Error(), "front."+field) && !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not named in %v", field, err)
		}
	}
	if err := (front.Config{}).Validate(); err != nil {
		t.Errorf("without TLS: %v", err)
	}
	r := serve(t, nil)
	if err := r.Run(t.Context()); !errors.Is(err, front.ErrRunning) {
		t.Errorf("a second Run = %v", err)
	}
	cfg := front.Default()
	cfg.CertFile, cfg.KeyFile, cfg.TCPAddr, cfg.WSAddr = "a", "b", "127.0.0.1:0", r.WSAddr().String()
	if _, err := front.New(cfg, r.cert, r.take, log, prometheus.NewRegistry()); err == nil {
		t.Error("a taken port was taken")
	}
}

// beACrowd opens as many idle links as the address says, "host:port links", tells so, and waits to be told to go.
func beACrowd(addr string) {
	at, count, _ := strings.Cut(addr, " ")
	n, _ := strconv.Atoi(count)
	var kept []*tls.Conn // what nobody keeps is closed by the collector
	for range n {
		c, err := tls.Dial("tcp", at, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		kept = append(kept, c)
	}
	fmt.Println("open")
	io.Copy(io.Discard, os.Stdin)
	runtime.KeepAlive(kept)
}

// TestCost measures what an idle link over TLS holds, with its clients in another process. The node's share is a
// goroutine and a buffer of 4 KiB here, more than the real one's.
func TestCost(t *testing.T) {
	const links = 200
	r := serve(t, nil)
	before, goroutines := held(), runtime.NumGoroutine()
	crowd := exec.Command(os.Args[0])
	crowd.Env = append(os.Environ(), crowdAddr+"="+r.TCPAddr().String()+" "+strconv.Itoa(links))
	in, err := crowd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	out, err := crowd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := crowd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { in.Close(); crowd.Wait() }()
	if _, err := bufio.NewReader(io.TeeReader(out, &said)).ReadString('\n'); err != nil || said.String() != "open\n" {
		t.Fatalf("the crowd says %q, %v", said.String(), err)
	}
	eventually(t, "every link", func() bool { return r.metric(t, "liveroom_front_connections_total", "taken") == links })
	each, of := (held()-before)/links, float64(runtime.NumGoroutine()-goroutines)/links
	t.Logf("an idle link over TLS holds %d bytes and %.1f goroutines, the test's node included", each, of)
	if each > 80<<10 || of > 3.2 || of < 2.5 {
		t.Errorf("an idle link over TLS holds %d bytes and %.1f goroutines, the budget is 80 KiB and 2, besides the test's one", each, of)
	}
}

// held is the memory in use: heap and stacks.
func held() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

// BenchmarkRelay sends a comment's worth of bytes to the node and back, over links that go on at once.
func BenchmarkRelay(b *testing.B) {
	r := serve(b, nil)
	line := strings.Repeat("x", 199) + "\n"
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		c, err := tls.Dial("tcp", r.TCPAddr().String(), r.config())
		if err != nil {
			b.Error(err)
			return
		}
		defer c.Close()
		back := bufio.NewReader(c)
		for p.Next() {
			io.WriteString(c, line)
			if _, err := back.ReadString('\n'); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkHandshake opens and closes links.
func BenchmarkHandshake(b *testing.B) {
	r := serve(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		c, err := tls.Dial("tcp", r.TCPAddr().String(), r.config())
		if err != nil {
			b.Fatal(err)
		}
		c.Close()
	}
}
