package access

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// Hashes are light here but where a test asks for a node's.
var nodeTime, nodeMemory = argonTime, argonMemory

func TestMain(m *testing.M) {
	argonTime, argonMemory = 1, 8
	goleak.VerifyTestMain(m)
}

// hashAsANode has passwords hashed for the rest of a test as a node hashes them.
func hashAsANode(t *testing.T) {
	lightTime, lightMemory := argonTime, argonMemory
	argonTime, argonMemory = nodeTime, nodeMemory
	t.Cleanup(func() { argonTime, argonMemory = lightTime, lightMemory })
}

// house is a guard over its files, with a clock that stands, and a mux with every route behind it.
type house struct {
	*Guard

	t      *testing.T
	dir    string
	now    time.Time
	mux    *http.ServeMux
	first  string // the first account's one-time password
	deeds  []Deed
	broken error // what the journal fails with
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), now: time.Now().Truncate(time.Second)}
	if err := os.WriteFile(filepath.Join(h.dir, "key"), []byte(strings.Repeat("k", 40)), 0o600); err != nil {
		t.Fatal(err)
	}
	tokens, err := OpenTokens(TokenFiles{Keys: filepath.Join(h.dir, "key"), Revoked: filepath.Join(h.dir, "revoked")}, 24*time.Hour, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tokens.Close() })
	accounts, err := OpenAccounts(filepath.Join(h.dir, "accounts"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if h.first, err = accounts.First(t.Context(), h.now); err != nil {
		t.Fatal(err)
	}
	h.Guard = NewGuard(Options{
		Tokens: tokens, Accounts: accounts, Shop: func() live.ShopID { return "demo" }, Log: slog.New(slog.DiscardHandler),
		Journal: h.journal, SessionLife: 12 * time.Hour, SessionIdle: 30 * time.Minute, OpenHere: true,
	})
	h.open()
	return h
}

// open puts the guard before every route, and brings back the sessions that an earlier one has kept.
func (h *house) open() {
	h.Guard.now = func() time.Time { return h.now }
	if _, err := os.Stat(filepath.Join(h.dir, "sessions")); err == nil {
		h.KeepSessions(filepath.Join(h.dir, "sessions"), nil)
	}
	h.mux = http.NewServeMux()
	own := h.Handlers()
	for pattern := range Routes {
		next := own[pattern]
		if next == nil {
			next = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
		}
		h.mux.Handle(pattern, h.Wrap(pattern, next))
	}
}

// journal notes deeds, and does them unless it is broken.
func (h *house) journal(_ context.Context, d Deed, do func() error) error {
	if h.broken != nil {
		return h.broken
	}
	h.deeds = append(h.deeds, d)
	return do()
}

// token signs claims for an hour.
func (h *house) token(c token.Claims) string {
	h.t.Helper()
	c.Expires = h.now.Add(time.Hour)
	tok, err := h.Tokens.Keys().Sign(c, h.now)
	if err != nil {
		h.t.Fatal(err)
	}
	return tok
}

// of returns a token of a role.
func (h *house) of(role live.Role) string {
	claims := token.Claims{Role: role}
	if role == live.Viewer {
		claims.Room, claims.User = "r", "u"
	}
	return h.token(claims)
}

// ask sends a request from afar, changed by each of with.
func (h *house) ask(method, path, body string, with ...func(*http.Request)) *httptest.ResponseRecorder {
	h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr = "203.0.113.7:4711"
	for _, change := range with {
		change(r)
	}
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r)
	return w
}

func bearer(tok string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+tok) }
}

// want fails the test unless the answer is of the status and says something.
func (h *house) want(w *httptest.ResponseRecorder, status int, says string) {
	h.t.Helper()
	if w.Code != status || !strings.Contains(w.Body.String(), says) {
		h.t.Errorf("answered %d %s, want %d with %q", w.Code, w.Body, status, says)
	}
}
