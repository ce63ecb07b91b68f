package access

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"liveroom/engine/live"
)

// signedIn is a browser after signing in.
type signedIn struct {
	cookie *http.Cookie
	me
}

func (s signedIn) with(csrf string) func(*http.Request) {
	return func(r *http.Request) {
		r.AddCookie(s.cookie)
		if csrf != "" {
			r.Header.Set(csrfHeader, csrf)
		}
	}
}

func (s signedIn) own(r *http.Request) { s.with(s.CSRF)(r) }

func (h *house) read(w *httptest.ResponseRecorder) (s signedIn) {
	h.t.Helper()
	if w.Code != http.StatusOK || len(w.Result().Cookies()) != 1 {
		h.t.Fatalf("signing in answered %d %s", w.Code, w.Body)
	}
	s.cookie = w.Result().Cookies()[0]
	if err := json.Unmarshal(w.Body.Bytes(), &s.me); err != nil {
		h.t.Fatal(err)
	}
	return s
}

func credentials(name, password string) string {
	b, _ := json.Marshal(map[string]string{"name": name, "password": password})
	return string(b)
}

func (h *house) signIn(name, password string) signedIn {
	h.t.Helper()
	return h.read(h.ask("POST", "/v1/session", credentials(name, password)))
}

const chosen = "正确 horse battery 马"

// settled is the first admin after he has chosen a password.
func (h *house) settled() signedIn {
	h.t.Helper()
	s := h.signIn(FirstAccount, h.first)
	b, _ := json.Marshal(map[string]string{"old": h.first, "new": chosen})
	return h.read(h.ask("PUT", "/v1/me/password", string(b), s.own))
}

// TestFirstSignIn follows the first admin: the one-time password opens nothing but its own change.
func TestFirstSignIn(t *testing.T) {
	hashAsANode(t)
	h := newHouse(t)
	s := h.signIn(FirstAccount, h.first)
	c := s.cookie
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Secure || len(c.Value) < 40 {
		t.Errorf("the cookie is %v", c)
	}
	if !s.MustChange || s.Role != "admin" || s.CSRF == "" || s.CSRF == c.Value {
		t.Errorf("signed in as %+v", s.me)
	}
	h.want(h.ask("GET", "/v1/status", "", s.own), http.StatusForbidden, "PUT /v1/me/password")
	h.want(h.ask("GET", "/v1/users", "", s.own), http.StatusForbidden, "one-time")
	h.want(h.ask("GET", "/v1/me", "", s.own), http.StatusOK, `"must_change":true`)
	for next, says := range map[string]string{
		"short": "fewer than 12", h.first: "old one", "my-ADMIN-password": "account's name", strings.Repeat("a", 20): "over and over", strings.Repeat("ab", 200): "more than 256",
	} {
		b, _ := json.Marshal(map[string]string{"old": h.first, "new": next})
		h.want(h.ask("PUT", "/v1/me/password", string(b), s.own), http.StatusUnprocessableEntity, says)
	}
	h.want(h.ask("PUT", "/v1/me/password", `{"old":"wrong","new":"another long one"}`, s.own), http.StatusForbidden, "old:")
	other := h.signIn(FirstAccount, h.first)
	b, _ := json.Marshal(map[string]string{"old": h.first, "new": chosen})
	changed := h.read(h.ask("PUT", "/v1/me/password", string(b), s.own))
	if changed.MustChange {
		t.Error("the password is still a one-time one")
	}
	h.want(h.ask("GET", "/v1/status", "", changed.own), http.StatusTeapot, "")
	h.want(h.ask("GET", "/v1/me", "", s.own), http.StatusUnauthorized, "over")
	h.want(h.ask("GET", "/v1/me", "", other.own), http.StatusUnauthorized, "over")
	h.want(h.ask("POST", "/v1/session", credentials(FirstAccount, h.first)), http.StatusUnauthorized, "wrong")
	h.signIn(FirstAccount, chosen)

	file, err := os.ReadFile(filepath.Join(h.dir, "accounts"))
	if err != nil || !strings.Contains(string(file), "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(string(file), h.first) || strings.Contains(string(file), "horse") {
		t.Errorf("the file holds %s (%v)", file, err)
	}
	if st, err := os.Stat(filepath.Join(h.dir, "accounts")); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", st.Mode(), err)
	}
	again, err := OpenAccounts(filepath.Join(h.dir, "accounts"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if first, err := again.First(t.Context(), h.now); first != "" || err != nil {
		t.Errorf("a second start made another first account (%v)", err)
	}
	if _, err := again.Check(t.Context(), FirstAccount, chosen); err != nil {
		t.Errorf("after a restart: %v", err)
	}
}

func TestCookieIsSecureOverTLS(t *testing.T) {
	h := newHouse(t)
	r := httptest.NewRequest("POST", "https://node/v1/session", strings.NewReader(credentials(FirstAccount, h.first)))
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r)
	if s := h.read(w); !s.cookie.Secure {
		t.Errorf("over TLS the cookie is %v", s.cookie)
	}
}

func TestCSRF(t *testing.T) {
	h := newHouse(t)
	s, other := h.settled(), h.signIn(FirstAccount, chosen)
	for _, csrf := range []string{"", "x", other.CSRF, s.cookie.Value} {
		h.want(h.ask("PUT", "/v1/rooms/r/mode", "", s.with(csrf)), http.StatusForbidden, "X-CSRF-Token")
	}
	h.want(h.ask("PUT", "/v1/rooms/r/mode", "", s.own), http.StatusTeapot, "")
	h.want(h.ask("GET", "/v1/rooms/r", "", s.with("")), http.StatusTeapot, "")
	cross := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	h.want(h.ask("PUT", "/v1/rooms/r/mode", "", s.own, cross("Sec-Fetch-Site", "cross-site")), http.StatusForbidden, "another origin")
	h.want(h.ask("PUT", "/v1/rooms/r/mode", "", s.own, cross("Origin", "https://evil.example")), http.StatusForbidden, "another origin")
	h.want(h.ask("POST", "/v1/session", credentials(FirstAccount, chosen), cross("Origin", "https://evil.example")), http.StatusForbidden, "another origin")
	h.want(h.ask("PUT", "/v1/rooms/r/mode", "", s.own, cross("Sec-Fetch-Site", "same-origin")), http.StatusTeapot, "")
}

func TestSessionsEnd(t *testing.T) {
	h := newHouse(t)
	s := h.settled()
	h.now = h.now.Add(29 * time.Minute)
	h.want(h.ask("GET", "/v1/status", "", s.own), http.StatusTeapot, "")
	h.now = h.now.Add(31 * time.Minute)
	h.want(h.ask("GET", "/v1/status", "", s.own), http.StatusUnauthorized, "over")
	s = h.signIn(FirstAccount, chosen)
	for range 40 {
		h.now = h.now.Add(20 * time.Minute)
		h.ask("GET", "/v1/status", "", s.own)
	}
	h.want(h.ask("GET", "/v1/status", "", s.own), http.StatusUnauthorized, "over")
	s = h.signIn(FirstAccount, chosen)
	w := h.ask("DELETE", "/v1/session", "", s.own)
	h.want(w, http.StatusNoContent, "")
	if c := w.Result().Cookies(); len(c) != 1 || c[0].MaxAge >= 0 || c[0].Value != "" {
		t.Errorf("signing out set %v", c)
	}
	h.want(h.ask("GET", "/v1/status", "", s.own), http.StatusUnauthorized, "over")
	oldest := h.signIn(FirstAccount, chosen)
	for range maxOfOneAccount {
		h.now = h.now.Add(time.Second)
		h.sessions.open(Account{Name: FirstAccount}, h.now)
	}
	h.want(h.ask("GET", "/v1/status", "", oldest.own), http.StatusUnauthorized, "over")
	if n := len(h.sessions.all); n != maxOfOneAccount {
		t.Errorf("%d sessions of one account, want %d", n, maxOfOneAccount)
	}
	for i := range maxSessions + 10 {
		h.sessions.open(Account{Name: fmt.Sprint("n", i)}, h.now)
	}
	if n := len(h.sessions.all); n > maxSessions {
		t.Errorf("%d sessions, want at most %d", n, maxSessions)
	}
}

// TestLockout tries wrong passwords: five are free, then each wait doubles, and the right one does not help before it is over.
func TestLockout(t *testing.T) {
	h := newHouse(t)
	h.settled()
	wrong := credentials(FirstAccount, "wrong")
	for range freeHere {
		h.want(h.ask("POST", "/v1/session", wrong), http.StatusUnauthorized, "name or password is wrong")
	}
	for _, wait := range []int{1, 2, 4, 8} {
		w := h.ask("POST", "/v1/session", credentials(FirstAccount, chosen))
		h.want(w, http.StatusTooManyRequests, "too many failed tries")
		if got := w.Header().Get("Retry-After"); got != fmt.Sprint(wait) {
			t.Errorf("Retry-After is %s, want %d", got, wait)
		}
		h.now = h.now.Add(time.Duration(wait) * time.Second)
		h.want(h.ask("POST", "/v1/session", wrong), http.StatusUnauthorized, "wrong")
	}
	elsewhere := func(r *http.Request) { r.RemoteAddr = "198.51.100.1:1" }
	h.read(h.ask("POST", "/v1/session", credentials(FirstAccount, chosen), elsewhere)) // another address is not locked out
	h.now = h.now.Add(time.Minute)
	h.signIn(FirstAccount, chosen)
	for range freeHere {
		h.want(h.ask("POST", "/v1/session", wrong), http.StatusUnauthorized, "wrong") // signing in gave the free tries back
	}
	h.now = h.now.Add(24 * time.Hour)
	for i := range freeAddress + 3 { // many names from one address
		h.ask("POST", "/v1/session", credentials(fmt.Sprint("nobody", i), "wrong"), elsewhere)
	}
	h.want(h.ask("POST", "/v1/session", credentials("fresh", "wrong"), elsewhere), http.StatusTooManyRequests, "")
	if last := h.deeds[len(h.deeds)-1]; last.Detail != "locked out" || last.Who != "fresh" || last.From != "198.51.100.1" {
		t.Errorf("written down was %+v", last)
	}
}

func TestLockoutCountsTriesAtOnce(t *testing.T) {
	l, now := newLockout(), time.Now()
	var let, wait sync.WaitGroup
	var mu sync.Mutex
	n := 0
	let.Add(1)
	for range 100 {
		wait.Go(func() {
			let.Wait()
			if l.try("a", "here", now) == 0 {
				mu.Lock()
				n++
				mu.Unlock()
			}
		})
	}
	let.Done()
	wait.Wait()
	if n != freeHere {
		t.Errorf("%d of 100 tries at once were let through, want %d", n, freeHere)
	}
	if p := penalty(60); p != longestWait {
		t.Errorf("the wait after 60 is %v, want %v", p, longestWait)
	}
	for i := range maxTracked + 100 {
		l.try(fmt.Sprint(i), "there", now.Add(time.Duration(i)*time.Hour))
	}
	if len(l.tries) > maxTracked+3 {
		t.Errorf("%d counters are kept, want at most %d", len(l.tries), maxTracked)
	}
}

func TestUsers(t *testing.T) {
	h := newHouse(t)
	admin := h.settled()
	w := h.ask("POST", "/v1/users", `{"name":"li.na","role":"operator"}`, admin.own)
	h.want(w, http.StatusCreated, `"role":"operator"`)
	var made newPassword
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil {
		t.Fatal(err)
	}
	li := h.signIn("li.na", made.Password)
	if !li.MustChange {
		t.Error("a new account need not change its password")
	}
	for body, says := range map[string]string{
		`{"name":"li.na","role":"operator"}`: "already", `{"name":"","role":"admin"}`: "name:", `{"name":"李娜","role":"admin"}`: "a–z",
		`{"name":"x","role":"viewer"}`: "role:", `{"name":"x","role":"root"}`: "role:", `{"name":"` + strings.Repeat("x", 65) + `","role":"admin"}`: "64",
	} {
		h.want(h.ask("POST", "/v1/users", body, admin.own), http.StatusUnprocessableEntity, says)
	}
	h.want(h.ask("POST", "/v1/users", `{"name":"x"} {}`, admin.own), http.StatusBadRequest, "more than one")
	h.want(h.ask("POST", "/v1/users", `{"name":"`+strings.Repeat("x", maxBody)+`"}`, admin.own), http.StatusRequestEntityTooLarge, "16384")
	h.want(h.ask("PUT", "/v1/users/li.na", `{"role":"auditor"}`, admin.own), http.StatusNoContent, "")
	h.want(h.ask("GET", "/v1/me", "", li.own), http.StatusOK, `"role":"auditor"`) // at once, in a session that is open
	h.want(h.ask("POST", "/v1/users/li.na/password", "", admin.own), http.StatusOK, "password")
	h.want(h.ask("GET", "/v1/me", "", li.own), http.StatusUnauthorized, "over")
	h.want(h.ask("DELETE", "/v1/users/li.na", "", admin.own), http.StatusNoContent, "")
	h.want(h.ask("DELETE", "/v1/users/li.na", "", admin.own), http.StatusNotFound, "GET /v1/users")
	h.want(h.ask("DELETE", "/v1/users/admin", "", admin.own), http.StatusUnprocessableEntity, "one admin must remain")
	h.want(h.ask("PUT", "/v1/users/admin", `{"role":"seat"}`, admin.own), http.StatusUnprocessableEntity, "one admin must remain")
	h.want(h.ask("GET", "/v1/users", "", admin.own), http.StatusOK, `{"users":[{"name":"admin"`)
	if w := h.ask("GET", "/v1/users", "", admin.own); strings.Contains(w.Body.String(), "argon2") {
		t.Errorf("the list shows hashes: %s", w.Body)
	}
	seen := map[Act]bool{}
	for _, d := range h.deeds {
		seen[d.Act] = d.Who != "" && d.From != ""
	}
	if !seen["session.open"] || !seen["password.change"] || !seen[UserManage] {
		t.Errorf("written down were %v", seen)
	}
}

// TestWithoutJournalNothingIsDone breaks the audit log.
func TestWithoutJournalNothingIsDone(t *testing.T) {
	h := newHouse(t)
	admin := h.settled()
	h.broken = errors.New("the disk is full")
	h.want(h.ask("POST", "/v1/users", `{"name":"x","role":"seat"}`, admin.own), http.StatusServiceUnavailable, "nothing was changed")
	h.want(h.ask("POST", "/v1/session", credentials(FirstAccount, chosen)), http.StatusServiceUnavailable, "")
	h.want(h.ask("POST", "/v1/tokens/revoked", `{"id":"x"}`, admin.own), http.StatusServiceUnavailable, "")
	if _, ok := h.Accounts.Find("x"); ok || h.Tokens.Revoked("x") {
		t.Error("something was done that is not written down")
	}
}

func TestAccountFilesWithFaults(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "accounts")
	hashAsANode(t)
	hash := hashPassword("x")
	made, err := parseHash(hash)
	if nobody := noHash(); err != nil || nobody.memory != made.memory || nobody.time != made.time || nobody.lanes != made.lanes ||
		len(nobody.salt) != len(made.salt) || len(nobody.key) != len(made.key) || nobody.is("") {
		t.Errorf("a name that nobody has is tried against %+v, one that somebody has against %+v (%v)", nobody, made, err)
	}
	for name, content := range map[string]string{
		"not the file": "{", "name": `{"accounts":[{"name":"A B","role":"admin","hash":"` + hash + `"}]}`, "role": `{"accounts":[{"name":"a","role":"god","hash":"` + hash + `"}]}`,
		"hash": `{"accounts":[{"name":"a","role":"admin","hash":"plain"}]}`, "twice": `{"accounts":[{"name":"a","role":"admin","hash":"` + hash + `"},{"name":"a","role":"admin","hash":"` + hash + `"}]}`,
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenAccounts(path, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range []string{
		"", "$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA", strings.Replace(hash, "m=19456", "m=99999999", 1), strings.Replace(hash, "t=2", "t=0", 1),
		strings.Replace(hash, "t=2", "t=200", 1), strings.Replace(hash, "v=19", "v=16", 1), strings.Replace(hash, "p=1", "p=0", 1), hash[:strings.LastIndex(hash, "$")+1],
	} {
		if _, err := parseHash(bad); err == nil {
			t.Errorf("%q was taken for a hash", bad)
		}
	}
}

// TestAccountsThatCannotBeKept makes the folder unwritable by putting a file in its place.
func TestAccountsThatCannotBeKept(t *testing.T) {
	h := newHouse(t)
	h.settled()
	h.Accounts.path = filepath.Join(h.dir, "key", "accounts")
	if _, err := h.Accounts.Add(t.Context(), "x", live.Seat, h.now); err == nil || isCallers(err) {
		t.Errorf("an account was made that is not kept: %v", err)
	}
	if _, ok := h.Accounts.Find("x"); ok {
		t.Error("an account that is not kept is in force")
	}
}
