package engine

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"liveroom/engine/access"
	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// TestBadTokensThroughSockets shows every kind of bad token to the admin side and to both carriers of links.
func TestBadTokensThroughSockets(t *testing.T) {
	n := startNode(t, t.TempDir(), unspoken)
	now := time.Now()
	claims := func(role string, end time.Time) jwt.MapClaims {
		return jwt.MapClaims{"role": role, "iat": now.Unix(), "exp": end.Unix()}
	}
	sign := func(key any, method jwt.SigningMethod, c jwt.MapClaims) string {
		t.Helper()
		signed, err := jwt.NewWithClaims(method, c).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	own, err := token.ReadKeyFile(filepath.Join(n.dir, tokenKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	other := []byte(strings.Repeat("o", 64))
	good := n.token(t, token.Claims{Role: live.Ingest})
	parts := strings.Split(good, ".")
	raised := base64.RawURLEncoding.EncodeToString([]byte(`{"role":"admin","exp":` + jsonNumber(now.Add(time.Hour).Unix()) + `}`))
	revoked := n.token(t, token.Claims{Role: live.Ingest})
	body, _ := json.Marshal(map[string]string{"token": revoked})
	if status, answer := n.ask(t, "POST", "/v1/tokens/revoked", "application/json", body); status != 204 {
		t.Fatalf("revoking answered %d %s", status, answer)
	}
	for name, c := range map[string]struct{ token, code string }{
		"alg none":         {sign(jwt.UnsafeAllowNoneSignatureType, jwt.SigningMethodNone, claims("ingest", now.Add(time.Hour))), "unauthorized"},
		"another key":      {sign(other, jwt.SigningMethodHS256, claims("ingest", now.Add(time.Hour))), "unauthorized"},
		"another method":   {sign(own, jwt.SigningMethodHS512, claims("ingest", now.Add(time.Hour))), "unauthorized"},
		"role raised":      {parts[0] + "." + raised + "." + parts[2], "unauthorized"},
		"signature left":   {parts[0] + "." + parts[1] + ".", "unauthorized"},
		"not a token":      {"password", "unauthorized"},
		"no such role":     {sign(own, jwt.SigningMethodHS256, claims("root", now.Add(time.Hour))), "unauthorized"},
		"without an end":   {sign(own, jwt.SigningMethodHS256, jwt.MapClaims{"role": "ingest"}), "unauthorized"},
		"held too long":    {sign(own, jwt.SigningMethodHS256, claims("ingest", now.Add(30*24*time.Hour))), "unauthorized"},
		"expired":          {sign(own, jwt.SigningMethodHS256, jwt.MapClaims{"role": "ingest", "iat": now.Add(-2 * time.Hour).Unix(), "exp": now.Add(-time.Hour).Unix()}), "expired"},
		"revoked":          {revoked, "unauthorized"},
		"for another role": {n.token(t, token.Claims{Role: live.Auditor}), "forbidden"},
		"for another shop": {n.token(t, token.Claims{Role: live.Ingest, Shop: "other"}), "forbidden"},
	} {
		for carrier, dial := range map[string]func() *client{
			"tcp": func() *client { return dialTCP(t, n.Addrs().TCP) }, "ws": func() *client { return dialWS(t, n.Addrs().WS) },
		} {
			link := dial()
			link.send(frame{"type": "hello", "v": 1, "role": "ingest", "token": c.token})
			if got := link.next("bye", "welcome"); got.text("code") != c.code || got.text("reason") == "" || strings.Contains(got.text("reason"), c.token) {
				t.Errorf("%s over %s was told %v, want %s", name, carrier, got, c.code)
			}
			link.close()
		}
		want := http.StatusUnauthorized
		if c.code == "forbidden" {
			want = http.StatusForbidden
		}
		status, answer, _ := n.visit(t, "GET", "/v1/users", "", map[string]string{"Authorization": "Bearer " + c.token})
		if status != want || strings.Contains(answer, c.token) {
			t.Errorf("%s on the admin side got %d %s, want %d", name, status, answer, want)
		}
	}
	if link := dialTCP(t, n.Addrs().TCP).hello("ingest", good, nil); link.Session == "" {
		t.Error("the good token opens no link")
	}
}

func jsonNumber(n int64) string { b, _ := json.Marshal(n); return string(b) }

// visit asks the admin side with headers of the caller's choice.
func (n *node) visit(t *testing.T, method, path, body string, headers map[string]string) (int, string, *http.Response) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, n.Addrs().Admin+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	got, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	all, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, string(all), got
}

// TestSessionsThroughSockets signs in, looks at the cookie, forges requests across sites, guesses passwords and signs out.
func TestSessionsThroughSockets(t *testing.T) {
	n := startNode(t, t.TempDir(), unspoken)
	in := func(password string) (int, string, *http.Response) {
		body, _ := json.Marshal(map[string]string{"name": access.FirstAccount, "password": password})
		return n.visit(t, "POST", "/v1/session", string(body), nil)
	}
	status, answer, got := in(n.FirstPassword())
	var me struct{ CSRF string }
	if err := json.Unmarshal([]byte(answer), &me); err != nil || status != 200 || me.CSRF == "" || len(got.Cookies()) != 1 {
		t.Fatalf("signing in answered %d %s, %v", status, answer, err)
	}
	cookie := got.Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" || cookie.Secure {
		t.Errorf("over plain HTTP the cookie is %v", cookie)
	}
	with := func(more map[string]string) map[string]string {
		h := map[string]string{"Cookie": cookie.Name + "=" + cookie.Value}
		for k, v := range more {
			h[k] = v
		}
		return h
	}
	if status, answer, _ := n.visit(t, "GET", "/v1/users", "", with(nil)); status != 403 || !strings.Contains(answer, "one-time") {
		t.Errorf("under a one-time password it answered %d %s", status, answer)
	}
	next, _ := json.Marshal(map[string]string{"old": n.FirstPassword(), "new": "Kuaile-Zhibo-2026!"})
	for name, h := range map[string]map[string]string{
		"without csrf":    with(nil),
		"another's csrf":  with(map[string]string{"X-CSRF-Token": "AAAA"}),
		"another origin":  with(map[string]string{"X-CSRF-Token": me.CSRF, "Origin": "https://evil.example"}),
		"another site":    with(map[string]string{"X-CSRF-Token": me.CSRF, "Sec-Fetch-Site": "cross-site"}),
		"without cookie":  {"X-CSRF-Token": me.CSRF},
		"another session": {"X-CSRF-Token": me.CSRF, "Cookie": cookie.Name + "=AAAA"},
	} {
		want := 403
		if strings.Contains(name, "cookie") || strings.Contains(name, "session") {
			want = 401
		}
		if status, answer, _ := n.visit(t, "PUT", "/v1/me/password", string(next), h); status != want {
			t.Errorf("%s: %d %s, want %d", name, status, answer, want)
		}
	}
	if status, answer, _ := n.visit(t, "PUT", "/v1/me/password", string(next), with(map[string]string{"X-CSRF-Token": me.CSRF})); status != 200 {
		t.Fatalf("changing the password answered %d %s", status, answer)
	}
	if status, _, _ := n.visit(t, "GET", "/v1/me", "", with(nil)); status != 401 {
		t.Errorf("the session of before the change answered %d", status)
	}
	rounds := 0
	for locked := false; !locked; {
		rounds++
		var last time.Time
		for i := range 5 {
			last = time.Now()
			if status, _, _ := in("a guess"); status != 401 {
				t.Errorf("wrong password %d answered %d", i+1, status)
			}
		}
		status, answer, got := in("Kuaile-Zhibo-2026!")
		locked = status == 429 && got.Header.Get("Retry-After") != ""
		// The lock is of a second: a machine that took longer for the last guess alone lets the right one in, and is asked again.
		if !locked && (status != 200 || time.Since(last) < time.Second || rounds == 10) {
			t.Fatalf("after five wrong ones the right one answered %d %s", status, answer)
		}
	}
	refused := 0
	for _, r := range n.auditedAct(t, "session.open") {
		if r.Result.String() == "failed" {
			refused++
		}
	}
	if want := 5*rounds + 1; refused != want {
		t.Errorf("%d refused sign-ins are written down, want %d", refused, want)
	}
}
