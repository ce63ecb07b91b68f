package engine

import (
	"bytes"
	"crypto/tls"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// TestHAProxyInFront runs HAProxy with the recipe in deploy, on free ports, and asks a question through it.
func TestHAProxyInFront(t *testing.T) {
	haproxy, err := exec.LookPath("haproxy")
	if err != nil {
		t.Skip("no haproxy on this machine; install it to run this test")
	}
	dir := t.TempDir()
	trust := writeCertificate(t, dir)
	n := startNode(t, t.TempDir(), func(c *Config) { c.Transport.Proxies = []string{"127.0.0.1"} })
	var pem []byte
	for _, name := range []string{"cert.pem", "key.pem"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		pem = append(pem, b...)
	}
	write(t, filepath.Join(dir, "both.pem"), string(pem))
	recipe, err := os.ReadFile("../deploy/haproxy.cfg")
	if err != nil {
		t.Fatal(err)
	}
	front, tcp := listening(t)
	_, ws := listening(t)
	_, wsPort, _ := strings.Cut(strings.TrimSuffix(n.Addrs().WS, "/v1/link"), "ws://")
	file := strings.NewReplacer("bind :7710", "bind fd@3", "bind :7711", "bind fd@4", "127.0.0.1:7700 send", n.Addrs().TCP+" send",
		"127.0.0.1:7701 send", wsPort+" send", "/etc/haproxy/liveroom.pem", filepath.Join(dir, "both.pem"), "maxconn 40000", "maxconn 100").Replace(string(recipe))
	write(t, filepath.Join(dir, "haproxy.cfg"), file)
	var told bytes.Buffer
	run := exec.Command(haproxy, "-db", "-f", filepath.Join(dir, "haproxy.cfg"))
	run.Stdout, run.Stderr = &told, &told
	run.ExtraFiles = []*os.File{tcp, ws}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		run.Wait()
		close(ended)
	}()
	defer func() { run.Process.Kill(); <-ended }()
	tcp.Close() // from now on HAProxy alone has them: when it ends, whoever dials is refused
	ws.Close()
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", front, trust)
	if err != nil {
		run.Process.Kill()
		<-ended
		t.Fatalf("HAProxy does not answer: %v; it says %s", err, told.String())
	}
	defer conn.Close()
	c := clientOf(t, conn).hello("ingest", n.token(t, token.Claims{Role: live.Ingest}), frame{"outcomes": true})
	c.send(stockIs(37))
	c.send(said("message", "m1", "u1", "3号链接还剩多少件"))
	if r := c.next("reply", "outcome", "error"); !strings.Contains(r.text("text"), "37") {
		t.Errorf("through HAProxy the answer is %v", r)
	}
	for st := range n.parts.server.Links {
		if want := conn.LocalAddr().String(); st.Remote.String() != want {
			t.Errorf("the node sees the client at %v, want %s", st.Remote, want)
		}
	}
	direct := dialTCP(t, n.Addrs().TCP)
	direct.send(frame{"type": "hello", "v": 1, "role": "ingest", "token": "x"})
	if bye := direct.next("bye"); bye.text("code") != "bad_frame" {
		t.Errorf("past HAProxy a link got %v", bye)
	}
}

// listening returns an address on which a file listens, for a process to inherit: nobody else can take it meanwhile.
func listening(t *testing.T) (addr string, file *os.File) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if file, err = ln.(*net.TCPListener).File(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return ln.Addr().String(), file
}
