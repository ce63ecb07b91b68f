package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"liveroom/engine/audit"
	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// TestLinksAboveViewerAreWrittenDown lets links of every role come, and some that may not.
func TestLinksAboveViewerAreWrittenDown(t *testing.T) {
	n := startNode(t, t.TempDir(), unspoken)
	addr := n.Addrs().TCP
	come := func(role string, c token.Claims) {
		dialTCP(t, addr).hello(role, n.token(t, c), nil)
	}
	come("ingest", token.Claims{Role: live.Ingest, ID: "push"})
	come("seat", token.Claims{Role: live.Seat, Room: "demo", User: "li", ID: "li-1"})
	come("seat", token.Claims{Role: live.Supervisor, User: "wang", ID: "wang-1"})
	come("viewer", token.Claims{Role: live.Viewer, Room: "demo", User: "guest"})
	refuse := func(role, tok, want string) {
		t.Helper()
		c := dialTCP(t, addr)
		c.send(frame{"type": "hello", "v": 1, "role": role, "token": tok})
		if bye := c.next("bye", "welcome"); bye.text("code") != want {
			t.Errorf("%s got %v, want %s", role, bye, want)
		}
	}
	refuse("seat", n.token(t, token.Claims{Role: live.Viewer, Room: "demo", User: "guest", ID: "sly"}), "forbidden")
	refuse("ingest", "forged", "unauthorized")
	refuse("viewer", "forged", "unauthorized")
	if err := n.stop(); err != nil { // by then what was noted is written
		t.Fatal(err)
	}
	type entry struct{ act, who, on, detail, result string }
	var got []entry
	all := n.auditedAct(t, "link.")
	for _, r := range all {
		got = append(got, entry{r.Act, r.Who, r.On, r.Detail, r.Result.String()})
		if r.From != "127.0.0.1" {
			t.Errorf("%s came from %q", r.Act, r.From)
		}
		if strings.Contains(fmt.Sprint(r), "guest") {
			t.Errorf("a viewer is named in %+v", r)
		}
	}
	want := []entry{
		{"link.ingest", "ingest with token push", "the whole shop", "role ingest, token push", "noted"},
		{"link.seat", "li", "room demo", "role seat, token li-1", "noted"},
		{"link.seat", "wang", "the whole shop", "role supervisor, token wang-1", "noted"},
		{"link.seat", "viewer with token sly", "room demo", "role viewer, token sly; forbidden: the token is for role viewer", "failed"},
		{"link.ingest", "unknown", "", "role ingest; unauthorized: not a token of this shop; make one with liveroom token", "failed"},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("written are\n%q, want\n%q", got, want)
	}
}

// TestALinkThatCannotBeWrittenDownStaysOut takes the disk away from the audit log: who is in stays, viewers come and go.
func TestALinkThatCannotBeWrittenDownStaysOut(t *testing.T) {
	var full atomic.Bool
	n := startNode(t, t.TempDir(), whoseLogFills(&full))
	addr := n.Addrs().TCP
	in := n.ingest(t)
	full.Store(true)
	n.room(t, "PUT", "/mode", `{"mode":"paused"}`) // refused: the log knows now
	tok := n.token(t, token.Claims{Role: live.Ingest, ID: "late"})
	c := dialTCP(t, addr)
	c.send(frame{"type": "hello", "v": 1, "role": "ingest", "token": tok})
	if bye := c.next("bye", "welcome"); bye.text("code") != "storage" || !strings.Contains(bye.text("reason"), "audit log") {
		t.Errorf("an ingest link got %v", bye)
	}
	dialTCP(t, addr).hello("viewer", n.token(t, token.Claims{Role: live.Viewer, Room: "demo", User: "guest"}), nil)
	in.send(said("message", "m1", "u1", "我要退货"))
	if r := in.next("reply", "error"); r.text("type") != "reply" {
		t.Errorf("a link that was in got %v", r)
	}
	full.Store(false)
	n.room(t, "PUT", "/mode", `{"mode":"auto"}`)
	dialTCP(t, addr).hello("ingest", tok, nil)
}

// TestAFloodOfBadHellosFillsNoLog says thousands, and finds all of them told of in a few records.
func TestAFloodOfBadHellosFillsNoLog(t *testing.T) {
	n := startNode(t, t.TempDir(), func(c *Config) { c.Transport.Links.PerAddressRate = 0 })
	addr := n.Addrs().TCP
	const most = 200
	begun := time.Now()
	for range most {
		c := dialTCP(t, addr)
		c.send(frame{"type": "hello", "v": 1, "role": "ingest", "token": "forged"})
		c.next("bye")
		c.close()
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	if got := len(n.auditedAct(t, "link.")); got < refusedAtOnce || got > most/2+int(time.Since(begun).Seconds()) {
		t.Errorf("%d bad hellos left %d records", most, got)
	}
}

// TestScriptsChangedOnTheDiskAreWrittenDown edits a file beside the node, well and badly.
func TestScriptsChangedOnTheDiskAreWrittenDown(t *testing.T) {
	dir, made := t.TempDir(), filepath.Join(t.TempDir(), "greeting.yaml")
	write := func(text string) { // at once: half a file would be a change of its own
		t.Helper()
		err := os.WriteFile(made, []byte(text), 0o600)
		if err == nil {
			err = os.Rename(made, filepath.Join(dir, "greeting.yaml"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	greets := func(text string) string {
		return "name: greeting\nintents: [greeting]\ncases:\n  - {name: always, texts: ['" + text + "']}\n"
	}
	write(greets("一"))
	n := startNode(t, t.TempDir(), func(c *Config) { c.Scripts.Dir, c.Scripts.Poll = dir, 10*time.Millisecond })
	wait := func(records int) []audit.Record {
		t.Helper()
		for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
			all := n.auditedAct(t, "script.reload")
			if len(all) >= records {
				return all
			}
			if time.Now().After(end) {
				t.Fatalf("written is %+v", all)
			}
		}
	}
	write(greets("二"))
	wait(2)
	write(greets("{{.Nope}}"))
	all := wait(4)
	if r := all[0]; r.Who != "file" || r.On != "scripts folder" || !strings.HasPrefix(r.Detail, "greeting.yaml changed; digest ") {
		t.Errorf("it is written as %+v", r)
	}
	if all[1].Result != audit.Done || all[3].Result != audit.Failed || !strings.Contains(all[3].Detail, "unknown variable .Nope") {
		t.Errorf("results are written as %+v", all)
	}
}

// TestKeysAndCertificatesChangedOnTheDiskAreWrittenDown replaces both beside the node, well and badly.
func TestKeysAndCertificatesChangedOnTheDiskAreWrittenDown(t *testing.T) {
	dir, certs := t.TempDir(), t.TempDir()
	writeCertificate(t, certs)
	n := startNode(t, dir, func(c *Config) {
		c.Front.CertFile, c.Front.KeyFile = filepath.Join(certs, "cert.pem"), filepath.Join(certs, "key.pem")
		c.Front.TCPAddr, c.Front.WSAddr = "127.0.0.1:0", "127.0.0.1:0"
	})
	wait := func(act string, result audit.Result) audit.Record {
		t.Helper()
		for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
			all := n.auditedAct(t, act)
			for _, r := range all {
				if r.Result == result {
					return r
				}
			}
			if time.Now().After(end) {
				t.Fatalf("written is %+v", all)
			}
		}
	}
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key := filepath.Join(dir, tokenKeyFile)
	write(key, strings.Repeat("n", 40))
	if r := wait("token.reload", audit.Done); r.Who != byFile || r.On != "token key file" {
		t.Errorf("the keys are written as %+v", r)
	}
	write(key, "short")
	wait("token.reload", audit.Failed)
	writeCertificate(t, certs)
	if r := wait("certificate.reload", audit.Done); r.Who != byFile || r.On != "TLS certificate" {
		t.Errorf("the certificate is written as %+v", r)
	}
	write(filepath.Join(certs, "cert.pem"), "no certificate")
	if r := wait("certificate.reload", audit.Failed); !strings.Contains(r.Detail, "the certificate cannot be used") {
		t.Errorf("the refusal is written as %+v", r)
	}
}
