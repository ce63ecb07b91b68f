package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// TestForgedTokens tries what a thief would.
func TestForgedTokens(t *testing.T) {
	h := newHouse(t)
	key := []byte(strings.Repeat("k", 40))
	sign := func(method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
		s, err := jwt.NewWithClaims(method, claims).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	exp := h.now.Add(time.Hour).Unix()
	admin := jwt.MapClaims{"role": "admin", "exp": exp}
	good := h.of(live.Viewer)
	parts := strings.Split(good, ".")
	raised := strings.Split(h.of(live.Admin), ".")
	old, err := h.Tokens.Keys().Sign(token.Claims{Role: live.Admin, Expires: h.now.Add(-time.Minute)}, h.now.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for name, tok := range map[string]string{
		"alg none":       sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, admin),
		"another alg":    sign(jwt.SigningMethodHS384, key, admin),
		"another key":    sign(jwt.SigningMethodHS256, []byte(strings.Repeat("x", 40)), admin),
		"a raised role":  parts[0] + "." + raised[1] + "." + parts[2],
		"expired":        old,
		"too long":       sign(jwt.SigningMethodHS256, key, jwt.MapClaims{"role": "admin", "exp": h.now.Add(48 * time.Hour).Unix()}),
		"made in future": sign(jwt.SigningMethodHS256, key, jwt.MapClaims{"role": "admin", "iat": h.now.Add(47 * time.Hour).Unix(), "exp": h.now.Add(48 * time.Hour).Unix()}),
		"empty":          "", "garbage": "a.b.c",
	} {
		w := h.ask("GET", "/v1/status", "", bearer(tok))
		if w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "liveroom token") {
			t.Errorf("%s: %d %s, want 401 and the cure", name, w.Code, w.Body)
		}
	}
	h.want(h.ask("GET", "/v1/status", "", func(r *http.Request) { r.SetBasicAuth("admin", "admin") }), http.StatusUnauthorized, "want Bearer")
	h.want(h.ask("GET", "/v1/status", "", bearer(h.of(live.Admin))), http.StatusTeapot, "")
}

func TestRevocationLasts(t *testing.T) {
	h := newHouse(t)
	tok, other := h.of(live.Auditor), h.of(live.Auditor)
	claims, err := h.Tokens.Verify(tok, h.now)
	if err != nil {
		t.Fatal(err)
	}
	admin := bearer(h.of(live.Admin))
	h.want(h.ask("POST", "/v1/tokens/revoked", `{"token":"`+tok+`"}`, admin), http.StatusNoContent, "")
	h.want(h.ask("POST", "/v1/tokens/revoked", `{"id":"by \"its\" id\n"}`, admin), http.StatusNoContent, "")
	h.want(h.ask("GET", "/v1/status", "", bearer(tok)), http.StatusUnauthorized, "revoked")
	h.want(h.ask("GET", "/v1/status", "", bearer(other)), http.StatusTeapot, "")
	h.want(h.ask("GET", "/v1/tokens/revoked", "", admin), http.StatusOK, claims.ID)
	for body, says := range map[string]string{`{}`: `{\"id\":\"…\"}`, `{"token":"a.b.c"}`: "token:", `{"id":"` + strings.Repeat("x", 129) + `"}`: "128", `[`: "body:", `{"jti":"x"}`: "body:"} {
		if w := h.ask("POST", "/v1/tokens/revoked", body, admin); w.Code < 400 || w.Code >= 500 || !strings.Contains(w.Body.String(), says) {
			t.Errorf("revoking %s answered %d %s, want %q", body, w.Code, w.Body, says)
		}
	}
	path := filepath.Join(h.dir, "revoked")
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", st, err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	torn := append(content, "1999999999 \"half"...)
	if err := os.WriteFile(path, torn, 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := openRevocations(path, nil, h.now)
	if err != nil || !again.has(claims.ID) || !again.has("by \"its\" id\n") || again.has("half") {
		t.Fatalf("after a restart %v, %v", again.until, err)
	}
	if err := again.add("later", h.now.Add(time.Hour), h.now); err != nil {
		t.Fatal(err)
	}
	if err := again.close(); err != nil {
		t.Fatal(err)
	}
	third, err := openRevocations(path, nil, h.now)
	if err != nil || len(third.until) != 3 {
		t.Errorf("a torn line was not taken out: %v, %v", third.until, err)
	}
	if past, err := openRevocations(path, nil, h.now.Add(48*time.Hour)); err != nil || len(past.until) != 0 {
		t.Errorf("what has expired is kept: %v, %v", past.until, err)
	}
	if err := os.WriteFile(path, []byte("what\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openRevocations(path, nil, h.now); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("a spoilt file: %v, want the line named", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := openRevocations(path, nil, h.now); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file for everybody: %v", err)
	}
}

// TestARevocationThatCannotBeKeptIsRefused takes the folder away.
func TestARevocationThatCannotBeKeptIsRefused(t *testing.T) {
	r, err := openRevocations(filepath.Join(t.TempDir(), "a", "revoked"), nil, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Dir(r.path), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.add("x", time.Now().Add(time.Hour), time.Now()); err == nil || r.has("x") {
		t.Errorf("revoked without keeping it: %v", err)
	}
	if err := os.Remove(filepath.Dir(r.path)); err != nil {
		t.Fatal(err)
	}
	if err := r.add("x", time.Now().Add(time.Hour), time.Now()); err != nil || !r.has("x") {
		t.Errorf("with the folder back: %v", err)
	}
	r.close()
}

func TestRevocationsAreBounded(t *testing.T) {
	now := time.Now()
	r := &revocations{path: filepath.Join(t.TempDir(), "r"), until: make(map[string]int64)}
	for i := range maxRevoked {
		r.until[fmt.Sprint(i)] = now.Add(time.Hour).Unix()
	}
	if err := r.add("one more", now.Add(time.Hour), now); !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "rotate") {
		t.Errorf("one too many: %v", err)
	}
	if err := r.add("one more", now.Add(3*time.Hour), now.Add(2*time.Hour)); err != nil {
		t.Errorf("when the others have expired: %v", err)
	}
	r.close()
}

// TestKeysAreTakenUp rotates the key of tokens that are watched, spoils the file and mends it.
func TestKeysAreTakenUp(t *testing.T) {
	h := newHouse(t)
	path := filepath.Join(h.dir, "key")
	before := h.of(live.Admin)
	if _, err := token.Rotate(path, time.Hour, h.now); err != nil {
		t.Fatal(err)
	}
	h.Tokens.look(t.Context())
	if ids := h.Tokens.Keys().IDs(h.now); len(ids) != 2 {
		t.Fatalf("after a rotation the keys are %v, want two", ids)
	}
	h.want(h.ask("GET", "/v1/status", "", bearer(before)), http.StatusTeapot, "")
	after := h.of(live.Admin)
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Tokens.look(t.Context())
	h.want(h.ask("GET", "/v1/status", "", bearer(after)), http.StatusTeapot, "")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	h.Tokens.look(t.Context())
	h.Tokens.look(t.Context())
	h.want(h.ask("GET", "/v1/status", "", bearer(after)), http.StatusTeapot, "")
	if err := os.WriteFile(path, []byte(strings.Repeat("n", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Tokens.look(t.Context())
	h.want(h.ask("GET", "/v1/status", "", bearer(after)), http.StatusUnauthorized, "")
}

// TestKeysTakenUpAreWrittenDown edits the key file, and wants each change written down, or not taken up.
func TestKeysTakenUpAreWrittenDown(t *testing.T) {
	h := newHouse(t)
	path := filepath.Join(h.dir, "key")
	h.Tokens.Journal = h.journal
	put := func(key string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(key), 0o600); err != nil {
			t.Fatal(err)
		}
		h.Tokens.look(t.Context())
	}
	h.Tokens.look(t.Context())
	if len(h.deeds) != 0 {
		t.Fatalf("a file that is as it was is written down as %+v", h.deeds)
	}
	was := strings.Join(h.Tokens.Keys().IDs(h.now), ", ")
	key := strings.Repeat("n", 33)
	put(key)
	is := strings.Join(h.Tokens.Keys().IDs(h.now), ", ")
	if len(h.deeds) != 1 || is == was || h.deeds[0] != (Deed{Who: "file", Act: reloadKeys, On: "token key file", Detail: "in force " + was + "; in the file " + is}) {
		t.Errorf("a change from %s to %s is written down as %+v", was, is, h.deeds)
	}
	put("short")
	if len(h.deeds) != 2 || h.deeds[1].Detail != "in force "+is {
		t.Errorf("a file that cannot be read is written down as %+v", h.deeds)
	}
	h.broken = errors.New("the log is full")
	put(strings.Repeat("m", 34))
	h.Tokens.look(t.Context())
	if now := strings.Join(h.Tokens.Keys().IDs(h.now), ", "); now != is {
		t.Error("a change that cannot be written down is in force")
	}
	h.broken = nil
	h.Tokens.look(t.Context())
	if now := strings.Join(h.Tokens.Keys().IDs(h.now), ", "); now == is || len(h.deeds) != 3 {
		t.Errorf("when the log can be written again the keys are %s, written down is %+v", now, h.deeds)
	}
	for _, d := range h.deeds {
		if strings.Contains(d.Detail, key[:8]) {
			t.Errorf("the record tells the key: %+v", d)
		}
	}
}

func TestTokensRunOnce(t *testing.T) {
	h := newHouse(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Tokens.Run(ctx) }()
	<-h.Tokens.Ready()
	if err := h.Tokens.Run(ctx); !errors.Is(err, ErrRunning) {
		t.Errorf("a second Run = %v", err)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := OpenTokens(TokenFiles{Keys: filepath.Join(h.dir, "none"), Revoked: filepath.Join(h.dir, "r")}, time.Hour, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("opened without a key")
	}
}

func TestQuota(t *testing.T) {
	now := time.Now()
	q := &Quota{Links: 3, PerSecond: 2}
	for i := range 3 {
		if why := q.Take("a", now); why != "" {
			t.Fatalf("link %d: %s", i, why)
		}
	}
	if why := q.Take("a", now); !strings.Contains(why, "3 links") {
		t.Errorf("a fourth link: %q", why)
	}
	if why := q.Take("b", now); why != "" {
		t.Errorf("another token: %s", why)
	}
	q.Release("a")
	if why := q.Take("a", now); why != "" { // burst is 4, three and one are used
		t.Errorf("after one has gone: %s", why)
	}
	q.Release("a")
	if why := q.Take("a", now); !strings.Contains(why, "2 hellos a second") {
		t.Errorf("a fifth hello at once: %q", why)
	}
	if why := q.Take("a", now.Add(time.Second)); why != "" {
		t.Errorf("a second later: %s", why)
	}
	for i := range 2 * maxRested {
		id := fmt.Sprint("t", i)
		q.Take(id, now)
		q.Release(id)
	}
	q.Release("never seen")
	if len(q.all) > maxRested+3 || q.all["a"].links != 3 {
		t.Errorf("%d tokens are remembered, of a %+v; want at most %d", len(q.all), q.all["a"], maxRested+3)
	}
	free := &Quota{}
	for range 1000 {
		if why := free.Take("a", now); why != "" {
			t.Fatal(why)
		}
	}
}
