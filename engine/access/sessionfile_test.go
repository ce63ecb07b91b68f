package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// restarted is the house after another node has started over its files.
func (h *house) restarted() *house {
	h.t.Helper()
	accounts, err := OpenAccounts(filepath.Join(h.dir, "accounts"), nil)
	if err != nil {
		h.t.Fatal(err)
	}
	next := &house{t: h.t, dir: h.dir, now: h.now, first: h.first}
	o := h.Options
	o.Accounts, o.Journal = accounts, next.journal
	next.Guard = NewGuard(o)
	next.open()
	return next
}

func (h *house) sessionsPath() string { return filepath.Join(h.dir, "sessions") }

// keeping is a house that keeps its sessions.
func keeping(t *testing.T) *house {
	h := newHouse(t)
	h.KeepSessions(h.sessionsPath(), nil)
	return h
}

func (h *house) isIn(s signedIn, what string) {
	h.t.Helper()
	if w := h.ask("GET", "/v1/me", "", s.with("")); w.Code != http.StatusOK {
		h.t.Errorf("%s: answered %d %s, want to be signed in", what, w.Code, w.Body)
	}
}

func (h *house) isOut(s signedIn, what string) {
	h.t.Helper()
	if w := h.ask("GET", "/v1/me", "", s.with("")); w.Code != http.StatusUnauthorized {
		h.t.Errorf("%s: answered %d %s, want to have to sign in", what, w.Code, w.Body)
	}
}

func TestSessionsOutlastTheNode(t *testing.T) {
	h := keeping(t)
	s := h.settled()
	file, err := os.ReadFile(h.sessionsPath())
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256([]byte(s.cookie.Value))
	if strings.Contains(string(file), s.cookie.Value) || strings.Contains(string(file), s.CSRF) || !strings.Contains(string(file), hex.EncodeToString(hash[:])) {
		t.Errorf("the file holds %s, want the hash of the cookie alone", file)
	}
	if st, err := os.Stat(h.sessionsPath()); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", st.Mode(), err)
	}
	h = h.restarted()
	h.isIn(s, "after a restart")
	h.want(h.ask("PUT", "/v1/rooms/r/mode", "", s.own), http.StatusTeapot, "") // with the word the open page has
	h.want(h.ask("PUT", "/v1/rooms/r/mode", "", s.with("x")), http.StatusForbidden, csrfHeader)
	h = h.restarted()
	h.isIn(s, "after another")
	h.want(h.ask("DELETE", "/v1/session", "", s.own), http.StatusNoContent, "")
	h = h.restarted()
	h.isOut(s, "signed out before the restart")
}

// TestWhoseSessionsStayAway restarts after each thing that ends a session, or the trust in it.
func TestWhoseSessionsStayAway(t *testing.T) {
	for what, do := range map[string]func(h *house, admin signedIn){
		"reset": func(h *house, admin signedIn) {
			h.now = h.now.Add(time.Second)
			h.ask("POST", "/v1/users/li.na/password", "", admin.own)
		},
		"removed": func(h *house, admin signedIn) { h.ask("DELETE", "/v1/users/li.na", "", admin.own) },
		"role":    func(h *house, admin signedIn) { h.ask("PUT", "/v1/users/li.na", `{"role":"auditor"}`, admin.own) },
		"idle":    func(h *house, _ signedIn) { h.now = h.now.Add(31 * time.Minute) },
		"old":     func(h *house, _ signedIn) { h.now = h.now.Add(13 * time.Hour) },
		"clock":   func(h *house, _ signedIn) { h.now = h.now.Add(-time.Hour) },
		"the role back": func(h *house, admin signedIn) {
			h.ask("PUT", "/v1/users/li.na", `{"role":"auditor"}`, admin.own)
			h.ask("PUT", "/v1/users/li.na", `{"role":"seat"}`, admin.own)
		},
		"a namesake": func(h *house, admin signedIn) {
			h.now = h.now.Add(time.Minute)
			h.ask("DELETE", "/v1/users/li.na", "", admin.own)
			h.ask("POST", "/v1/users", `{"name":"li.na","role":"seat"}`, admin.own)
		},
	} {
		for _, older := range []bool{false, true} { // with the file of before put back
			h := keeping(t)
			admin := h.settled()
			var made newPassword
			if err := json.Unmarshal(h.ask("POST", "/v1/users", `{"name":"li.na","role":"seat"}`, admin.own).Body.Bytes(), &made); err != nil {
				t.Fatal(err)
			}
			s := h.signIn("li.na", made.Password)
			before, err := os.ReadFile(h.sessionsPath())
			if err != nil {
				t.Fatal(err)
			}
			do(h, admin)
			if older && what != "the role back" { // of which an older file cannot know
				if err := os.WriteFile(h.sessionsPath(), before, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			h.restarted().isOut(s, what)
		}
	}
}

// TestOwnPasswordKeepsItsSession changes a password: the session that did goes on after a restart, the others do not.
func TestOwnPasswordKeepsItsSession(t *testing.T) {
	h := keeping(t)
	s := h.settled()
	other := h.signIn(FirstAccount, chosen)
	h.now = h.now.Add(time.Second)
	b, _ := json.Marshal(map[string]string{"old": chosen, "new": "another 马 battery"})
	mine := h.read(h.ask("PUT", "/v1/me/password", string(b), s.own))
	h = h.restarted()
	h.isIn(mine, "who changed it")
	h.isOut(other, "another")
	h.isOut(s, "the one before")
}

// TestFilesOfSessionsThatDoNotOpen starts over files that nobody has written.
func TestFilesOfSessionsThatDoNotOpen(t *testing.T) {
	for what, content := range map[string]string{
		"empty": "", "not JSON": "{", "another version": `{"version":2,"sessions":[]}`, "short key": `{"version":1,"sessions":[{"key":"00","name":"admin"}]}`,
		"no hex": `{"version":1,"sessions":[{"key":"` + strings.Repeat("x", 64) + `"}]}`, "huge": strings.Repeat(" ", maxSessionFile+1),
		"too many": `{"version":1,"sessions":[` + strings.Repeat(`{"key":"x"},`, maxSessions) + `{"key":"x"}]}`,
	} {
		h := keeping(t)
		s := h.settled()
		if err := os.WriteFile(h.sessionsPath(), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		h = h.restarted()
		h.isOut(s, what)
		if aside, err := os.ReadFile(h.sessionsPath() + sessionFileAside); err != nil || string(aside) != content {
			t.Errorf("%s: put aside is %.40q, %v", what, aside, err)
		}
		s = h.signIn(FirstAccount, chosen)
		h.restarted().isIn(s, "after "+what)
	}
	h := keeping(t)
	s := h.settled()
	if err := os.Chmod(h.sessionsPath(), 0o644); err != nil {
		t.Fatal(err)
	}
	h.restarted().isOut(s, "a file that others may read")
}

// TestSessionsAreWrittenSeldom asks and asks: only Run notes that somebody was heard, and only then.
func TestSessionsAreWrittenSeldom(t *testing.T) {
	h := keeping(t)
	s := h.settled()
	was := h.kept()
	h.now = h.now.Add(20 * time.Minute)
	h.isIn(s, "asking")
	if now := h.kept(); now != was {
		t.Errorf("a request had the file written: %s, was %s", now, was)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the end of the node
	if err := h.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if now := h.kept(); now == was {
		t.Error("when somebody was heard is not written at the end")
	}
	if err := h.Run(ctx); !errors.Is(err, ErrKeeping) {
		t.Errorf("a second Run returned %v", err)
	}
	h = h.restarted()
	h.now = h.now.Add(20 * time.Minute) // 40 minutes after the sign-in, 20 after he was heard
	h.isIn(s, "heard in between")
}

func (h *house) kept() string {
	h.t.Helper()
	b, err := os.ReadFile(h.sessionsPath())
	if err != nil {
		h.t.Fatal(err)
	}
	return string(b)
}

// keylessSealer cannot seal any more.
type keylessSealer struct{ Sealer }

func (keylessSealer) New(string) ([]byte, func([]byte) []byte, error) {
	return nil, nil, errors.New("the key service is away")
}

// TestASignOutThatCannotBeWritten has the file removed: better that everybody signs in again.
func TestASignOutThatCannotBeWritten(t *testing.T) {
	h := keeping(t)
	s := h.settled()
	other := h.signIn(FirstAccount, chosen)
	h.file.sealer = keylessSealer{}
	h.signIn(FirstAccount, chosen)
	if h.kept() == "" {
		t.Error("a sign-in that cannot be written took the file away")
	}
	h.want(h.ask("DELETE", "/v1/session", "", s.own), http.StatusNoContent, "")
	h.isOut(s, "signed out")
	h.isIn(other, "another")
	next := h.restarted()
	next.isOut(s, "after a restart")
	h.file.sealer = nil // the key service is back
	h.keepHeard()
	h.restarted().isIn(other, "when it could be written again")
	h.restarted().isOut(s, "then too")
}
