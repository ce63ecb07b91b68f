package access

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"sync"
	"time"
)

// Bounds of sessions: in all, and of one account, whose oldest goes first.
const (
	maxSessions      = 4096
	maxOfOneAccount  = 16
	sessionKeyLength = 32 // bytes
)

// session is one sign-in.
type session struct {
	name    string
	role    string // of the account when the session began
	changed int64  // when the account's password was set
	begun   time.Time
	seen    time.Time // guarded by sessions.mu
	fading  bool      // guarded by sessions.mu; it does not outlast the node
	csrf    string    // only in what find returns
}

// sessions are the sign-ins in force, found by the hash of what the cookie holds, so that a look into memory gives no
// cookie away.
type sessions struct {
	life, idle time.Duration

	mu  sync.Mutex
	all map[[sha256.Size]byte]*session // guarded by mu; at most maxSessions
	// heard is guarded by mu: somebody was heard since give was called.
	heard bool
}

func newSessions(life, idle time.Duration) *sessions {
	return &sessions{life: life, idle: idle, all: make(map[[sha256.Size]byte]*session)}
}

func secret() string {
	var random [sessionKeyLength]byte
	rand.Read(random[:])
	return base64.RawURLEncoding.EncodeToString(random[:])
}

// csrfOf returns the word that only the page of a session knows. It follows from what the cookie holds, which scripts cannot
// read, so that it need not be kept and is the same after a restart.
func csrfOf(cookie string) string {
	mac := hmac.New(sha256.New, []byte(cookie))
	mac.Write([]byte("liveroom csrf"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// open begins a session and returns what its cookie holds.
func (s *sessions) open(account Account, now time.Time) (cookie, csrf string) {
	cookie = secret()
	one := &session{name: account.Name, role: account.Role, changed: account.Changed, begun: now, seen: now}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.makeRoom(account.Name, now)
	s.all[sha256.Sum256([]byte(cookie))] = one
	return cookie, csrfOf(cookie)
}

// makeRoom ends what is over, and the session longest unused where there are too many.
func (s *sessions) makeRoom(name string, now time.Time) {
	var oldest, oldestOfName [sha256.Size]byte
	var at, atOfName time.Time
	of := 0
	for key, one := range s.all {
		if s.over(one, now) {
			delete(s.all, key)
			continue
		}
		if at.IsZero() || one.seen.Before(at) {
			oldest, at = key, one.seen
		}
		if one.name == name {
			of++
			if atOfName.IsZero() || one.seen.Before(atOfName) {
				oldestOfName, atOfName = key, one.seen
			}
		}
	}
	switch {
	case of >= maxOfOneAccount:
		delete(s.all, oldestOfName)
	case len(s.all) >= maxSessions:
		delete(s.all, oldest)
	}
}

func (s *sessions) over(one *session, now time.Time) bool {
	return now.Sub(one.begun) >= s.life || now.Sub(one.seen) >= s.idle
}

// find returns the session of a cookie and, when a person has used it, notes that.
func (s *sessions) find(cookie string, now time.Time, used bool) (session, bool) {
	key := sha256.Sum256([]byte(cookie))
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.all[key]
	if !ok {
		return session{}, false
	}
	if s.over(one, now) {
		delete(s.all, key)
		return session{}, false
	}
	if used {
		one.seen, s.heard = now, true
	}
	found := *one
	found.csrf = csrfOf(cookie)
	return found, true
}

// close ends the session of a cookie.
func (s *sessions) close(cookie string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, sha256.Sum256([]byte(cookie)))
}

// closeAll ends every session of an account.
func (s *sessions) closeAll(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, one := range s.all {
		if one.name == name {
			delete(s.all, key)
		}
	}
}

// fade has the sessions of an account end with the node, since they began under another role.
func (s *sessions) fade(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.all {
		if one.name == name {
			one.fading = true
		}
	}
}

// meant tells whether a request carries the word that only the session's own page knows.
func (one session) meant(csrf string) bool {
	return subtle.ConstantTimeCompare([]byte(one.csrf), []byte(csrf)) == 1
}

// count returns how many sessions are held.
func (s *sessions) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.all)
}

// has tells whether the session of a cookie is in force, and does not note that it was used.
func (s *sessions) has(cookie string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.all[sha256.Sum256([]byte(cookie))]
	return ok && !s.over(one, now)
}
