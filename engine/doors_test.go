package engine

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liveroom/engine/access"
	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// TestEveryRouteDeclaresItsAct looks at the routes that a node really has.
func TestEveryRouteDeclaresItsAct(t *testing.T) {
	n := startNode(t, t.TempDir(), unspoken)
	if len(n.patterns) < 20 {
		t.Fatalf("the node has %d routes", len(n.patterns))
	}
	for _, pattern := range n.patterns {
		if _, ok := access.Routes[pattern]; !ok {
			t.Errorf("%s declares no act; put it into access.Routes", pattern)
		}
	}
}

// TestTheAdminSideAsksWhoItIs goes through a node's own routes without a proof and with one that does not suffice.
func TestTheAdminSideAsksWhoItIs(t *testing.T) {
	n := startNode(t, t.TempDir(), unspoken)
	ask := func(method, path, proof string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, n.Addrs().Admin+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if proof != "" {
			req.Header.Set("Authorization", "Bearer "+proof)
		}
		got, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close()
		body, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		return got.StatusCode, string(body)
	}
	viewer := n.token(t, token.Claims{Role: live.Viewer, Room: "demo", User: "u"})
	open := map[string]bool{"GET /metrics": true, "GET /readyz/parts": true, "POST /v1/session": true}
	for _, pattern := range n.patterns {
		method, path, _ := strings.Cut(pattern, " ")
		if open[pattern] || access.Routes[pattern] == access.Anyone || strings.HasPrefix(path, "/debug/") {
			continue // for everybody, or for whoever is on this machine
		}
		path = strings.NewReplacer("{room}", "demo", "{", "", "}", "").Replace(path)
		status, body := ask(method, path, "")
		var why struct{ Error string }
		if status != http.StatusUnauthorized || json.Unmarshal([]byte(body), &why) != nil || why.Error == "" {
			t.Errorf("%s without proof answered %d %s", pattern, status, body)
		}
		if access.Routes[pattern] == access.Self {
			continue
		}
		if status, body := ask(method, path, viewer); status != http.StatusForbidden || !strings.Contains(body, "a viewer may not") {
			t.Errorf("%s as a viewer answered %d %s", pattern, status, body)
		}
	}
	for path, want := range map[string]int{"/livez": 200, "/readyz": 200, "/metrics": 200, "/debug/pprof/cmdline": 200} {
		if status, body := ask("GET", path, ""); status != want {
			t.Errorf("GET %s without proof answered %d %s, want %d", path, status, body, want)
		}
	}
	if status, _ := ask("GET", "/v1/status", strings.TrimPrefix(n.bearer(t), "Bearer ")); status != 200 {
		t.Errorf("status as an admin answered %d", status)
	}
	n.parts.guard.OpenHere = false
	if status, _ := ask("GET", "/metrics", ""); status != 401 {
		t.Errorf("metrics that are not open answered %d", status)
	}
}

// TestARevokedTokenEndsItsLinks revokes the token of a live link, which is told within a second, and restarts the node.
func TestARevokedTokenEndsItsLinks(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, unspoken)
	signed := n.token(t, token.Claims{Role: live.Ingest})
	other := n.ingest(t)
	links := []*client{dialTCP(t, n.Addrs().TCP).hello("ingest", signed, nil), dialWS(t, n.Addrs().WS).hello("ingest", signed, nil)}
	body, _ := json.Marshal(map[string]string{"token": signed})
	begin := time.Now()
	if status, answer := n.ask(t, "POST", "/v1/tokens/revoked", "application/json", body); status != http.StatusNoContent {
		t.Fatalf("revoking answered %d %s", status, answer)
	}
	for _, c := range links {
		if bye := c.next("bye"); bye.text("code") != "unauthorized" || !strings.Contains(bye.text("reason"), "revoked") {
			t.Errorf("the link was told %v", bye)
		}
	}
	t.Logf("told after %v", time.Since(begin))
	refused := func() {
		t.Helper()
		c := dialTCP(t, n.Addrs().TCP)
		c.send(frame{"type": "hello", "v": 1, "role": "ingest", "token": signed})
		if bye := c.next("bye", "welcome"); bye.text("code") != "unauthorized" || !strings.Contains(bye.text("reason"), "revoked") {
			t.Errorf("a hello with it got %v", bye)
		}
	}
	refused()
	other.send(frame{"type": "ping"})
	other.next("pong")
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	n = startNode(t, dir, unspoken)
	refused()
}

func TestALinkEndsWithItsToken(t *testing.T) {
	n := startNode(t, t.TempDir(), unspoken)
	var c *client
	var signed string
	for life := 2 * time.Second; c == nil; life *= 2 { // a slow machine gets a longer one
		now := time.Now()
		var err error
		if signed, err = n.parts.tokens.Keys().Sign(token.Claims{Role: live.Ingest, Expires: now.Add(life)}, now); err != nil {
			t.Fatal(err)
		}
		link := dialTCP(t, n.Addrs().TCP)
		link.send(frame{"type": "hello", "v": 1, "role": "ingest", "token": signed})
		if got := link.next("welcome", "bye"); got.text("type") == "welcome" {
			c = link
		} else if time.Since(now) < life-time.Second || life >= patience { // it ends with a whole second
			t.Fatalf("a token of %v was told %v after %v", life, got, time.Since(now))
		}
	}
	if bye := c.next("bye"); bye.text("code") != "expired" {
		t.Errorf("the link was told %v", bye)
	}
	c = dialTCP(t, n.Addrs().TCP)
	c.send(frame{"type": "hello", "v": 1, "role": "ingest", "token": signed})
	if bye := c.next("bye", "welcome"); bye.text("code") != "expired" {
		t.Errorf("a hello with it got %v", bye)
	}
}

// TestTokensOfLinks tries hellos that a role does not cover, one token too often, and a rotation of the key.
func TestTokensOfLinks(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, dir, func(c *Config) { c.Access.LinksPerToken, c.Access.HellosPerToken = 2, 0 })
	hello := func(role, signed string) frame {
		c := dialTCP(t, n.Addrs().TCP)
		c.send(frame{"type": "hello", "v": 1, "role": role, "token": signed})
		return c.next("bye", "welcome")
	}
	for _, role := range live.Roles() {
		claims := token.Claims{Role: role, Room: "demo", User: "u"}
		for _, as := range []string{"ingest", "viewer", "seat"} {
			want := as == role.String() || as == "seat" && role == live.Supervisor
			if got := hello(as, n.token(t, claims)); (got.text("type") == "welcome") != want || !want && got.text("code") != "forbidden" {
				t.Errorf("a token of %v as %s got %v, want welcome: %v", role, as, got, want)
			}
		}
	}
	signed := n.token(t, token.Claims{Role: live.Ingest})
	kept := []*client{dialTCP(t, n.Addrs().TCP).hello("ingest", signed, nil), dialTCP(t, n.Addrs().TCP).hello("ingest", signed, nil)}
	if got := hello("ingest", signed); got.text("code") != "too_many_links" || !strings.Contains(got.text("reason"), "2 links") {
		t.Errorf("a third link got %v", got)
	}
	long, err := n.parts.tokens.Keys().Sign(token.Claims{Role: live.Ingest, Expires: time.Now().Add(30 * 24 * time.Hour)}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got := hello("ingest", long); got.text("code") != "unauthorized" || !strings.Contains(got.text("reason"), "24h") {
		t.Errorf("a token of a month got %v", got)
	}
	if _, err := token.Rotate(filepath.Join(dir, tokenKeyFile), time.Hour, time.Now()); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); len(n.parts.tokens.Keys().IDs(time.Now())) != 2; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the new key is not taken up")
		}
	}
	session := kept[0].Session
	kept[0].close()
	kept[1].close()
	var again *client
	for end := time.Now().Add(patience); again == nil; { // the node learns of the closing in its own time
		c := dialTCP(t, n.Addrs().TCP)
		c.send(frame{"type": "hello", "v": 1, "role": "ingest", "token": signed, "resume": frame{"session": session, "after": ""}})
		got := c.next("bye", "welcome")
		switch {
		case got.text("type") == "welcome":
			again = c
			again.Session = got.text("session")
		case got.text("code") != "too_many_links" || time.Now().After(end):
			t.Fatalf("resuming after the rotation got %v", got)
		}
	}
	if again.Session != session {
		t.Error("a session made under the older key was not resumed")
	}
}

// TestFirstStartMakesOneAccount starts twice, the first time with a fault that nobody would see the password behind.
func TestFirstStartMakesOneAccount(t *testing.T) {
	dir := t.TempDir()
	cfg := testConfig(dir)
	taken := startNode(t, t.TempDir(), unspoken)
	cfg.Admin.Addr = strings.TrimPrefix(taken.Addrs().Admin, "http://")
	if _, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler)); err == nil {
		t.Fatal("a node started on a taken port")
	}
	n := startNode(t, dir, unspoken)
	first := n.FirstPassword()
	if len(first) < 16 {
		t.Fatalf("the first password is %q", first)
	}
	body, _ := json.Marshal(map[string]string{"name": access.FirstAccount, "password": first})
	if status, answer := n.ask(t, "POST", "/v1/session", "application/json", body); status != http.StatusOK || !strings.Contains(string(answer), `"must_change":true`) {
		t.Errorf("signing in answered %d %s", status, answer)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	if again := startNode(t, dir, unspoken); again.FirstPassword() != "" {
		t.Error("the second start made a password too")
	}
}

func TestAccessConfig(t *testing.T) {
	cfg := Default()
	cfg.Access = AccessConfig{TokenLife: 0, LinksPerToken: -1, HellosPerToken: -1, SessionLife: 1, SessionIdle: 400 * 24 * time.Hour}
	err := cfg.Validate()
	for _, key := range []string{"token_life", "links_per_token", "hellos_per_token", "session_life", "session_idle"} {
		if err == nil || !strings.Contains(err.Error(), "access."+key) {
			t.Errorf("access.%s is not named in %v", key, err)
		}
	}
}
