package access

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"

	"liveroom/engine/live"
)

// maxBody is the longest body that is read, in bytes.
const maxBody = 16 << 10

// Handlers returns the routes of signing in, of accounts and of revoked tokens.
//
//	POST   /v1/session                 {"name","password"} → the cookie, and {"name","role","csrf","must_change"}
//	DELETE /v1/session
//	GET    /v1/me                      {"name","role","acts","csrf","must_change"}
//	PUT    /v1/me/password             {"old","new"} → as POST /v1/session; other sessions of the account end
//	GET    /v1/users                   the accounts
//	POST   /v1/users                   {"name","role"} → {"name","role","password"}, a one-time one
//	PUT    /v1/users/{name}            {"role"}
//	POST   /v1/users/{name}/password   → {"name","password"}, a one-time one
//	DELETE /v1/users/{name}
//	GET    /v1/tokens/revoked
//	POST   /v1/tokens/revoked          {"token"} or {"id"}
//
// A request with the cookie that changes something carries the csrf in X-CSRF-Token.
func (g *Guard) Handlers() map[string]http.Handler {
	return map[string]http.Handler{
		"POST /v1/session":               http.HandlerFunc(g.signIn),
		"DELETE /v1/session":             http.HandlerFunc(g.signOut),
		"GET /v1/me":                     http.HandlerFunc(g.me),
		"PUT /v1/me/password":            http.HandlerFunc(g.changePassword),
		"GET /v1/users":                  http.HandlerFunc(g.users),
		"POST /v1/users":                 http.HandlerFunc(g.addUser),
		"PUT /v1/users/{name}":           http.HandlerFunc(g.setRole),
		"DELETE /v1/users/{name}":        http.HandlerFunc(g.removeUser),
		"POST /v1/users/{name}/password": http.HandlerFunc(g.resetPassword),
		"GET /v1/tokens/revoked":         http.HandlerFunc(g.revoked),
		"POST /v1/tokens/revoked":        http.HandlerFunc(g.revoke),
	}
}

// me is someone as he is shown to himself.
type me struct {
	Name       string `json:"name"`
	Role       string `json:"role"`
	Acts       []Act  `json:"acts"`
	CSRF       string `json:"csrf,omitempty"` // "" for a token, which needs none
	MustChange bool   `json:"must_change"`
}

// signIn begins a session.
func (g *Guard) signIn(w http.ResponseWriter, r *http.Request) {
	var body struct{ Name, Password string }
	if !read(w, r, `{"name":"…","password":"…"}`, &body) {
		return
	}
	from, now := addressOf(r), g.now()
	name := body.Name
	if checkName(name) != nil {
		name = "?" // whoever tries such names shares one count
	}
	if wait := g.lockout.try(name, from, now); wait > 0 {
		g.metrics.lockedOut.Inc()
		g.tell(r, Deed{Who: name, Act: "session.open", From: from, Detail: "locked out"}, ErrPassword)
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		refuse(w, http.StatusTooManyRequests, fmt.Sprintf("too many failed tries; try again in %v", wait.Round(time.Second)+time.Second))
		return
	}
	var account Account
	err := g.Journal(r.Context(), Deed{Who: name, Act: "session.open", From: from}, func() (err error) {
		account, err = g.Accounts.Check(r.Context(), body.Name, body.Password)
		return err
	})
	switch {
	case errors.Is(err, ErrPassword):
		g.metrics.wrong.Inc()
		refuse(w, http.StatusUnauthorized, err.Error())
		return
	case err != nil:
		g.metrics.unkept.Inc()
		g.fail(w, "sign in", err)
		return
	}
	g.metrics.opened.Inc()
	g.lockout.passed(name, from)
	g.begin(w, r, account, now)
}

// begin opens a session and answers with it.
func (g *Guard) begin(w http.ResponseWriter, r *http.Request, account Account, now time.Time) {
	cookie, csrf := g.sessions.open(account, now)
	g.file.save(g.sessions, now, false)
	g.setCookie(w, r, cookie, int(g.SessionLife.Seconds()))
	role := live.ParseRole(account.Role)
	respond(w, http.StatusOK, me{Name: account.Name, Role: account.Role, Acts: Acts(role), CSRF: csrf, MustChange: account.MustChange})
}

func (g *Guard) setCookie(w http.ResponseWriter, r *http.Request, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	})
}

func (g *Guard) signOut(w http.ResponseWriter, r *http.Request) {
	who := Of(r.Context())
	if who.cookie == "" {
		refuse(w, http.StatusBadRequest, "a token has no session to end; revoke it with POST /v1/tokens/revoked")
		return
	}
	g.sessions.close(who.cookie)
	g.file.save(g.sessions, g.now(), true)
	g.setCookie(w, r, "", -1)
	w.WriteHeader(http.StatusNoContent)
}

func (g *Guard) me(w http.ResponseWriter, r *http.Request) {
	who := Of(r.Context())
	respond(w, http.StatusOK, me{Name: who.Name, Role: who.Role.String(), Acts: Acts(who.Role), CSRF: who.csrf, MustChange: who.mustChange})
}

func (g *Guard) changePassword(w http.ResponseWriter, r *http.Request) {
	who, now := Of(r.Context()), g.now()
	if who.cookie == "" {
		refuse(w, http.StatusBadRequest, "a token has no password; sign in with POST /v1/session")
		return
	}
	var body struct{ Old, New string }
	if !read(w, r, `{"old":"…","new":"…"}`, &body) {
		return
	}
	if wait := g.lockout.try(who.Name, who.From, now); wait > 0 { // a stolen session is no place to guess from
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		refuse(w, http.StatusTooManyRequests, fmt.Sprintf("too many failed tries; try again in %v", wait.Round(time.Second)+time.Second))
		return
	}
	err := g.Journal(r.Context(), who.deed("password.change", who.Name), func() error {
		return g.Accounts.SetPassword(r.Context(), who.Name, body.Old, body.New, now)
	})
	switch {
	case errors.Is(err, ErrPassword):
		refuse(w, http.StatusForbidden, "old: this is not the password")
		return
	case errors.Is(err, ErrWeak):
		g.lockout.passed(who.Name, who.From)
		refuse(w, http.StatusUnprocessableEntity, "new: "+err.Error())
		return
	case err != nil:
		g.fail(w, "change a password", err)
		return
	}
	g.lockout.passed(who.Name, who.From)
	g.sessions.closeAll(who.Name)
	account, _ := g.Accounts.Find(who.Name)
	g.begin(w, r, account, now)
}

// deed is an act of who.
func (w Who) deed(act Act, on string) Deed { return Deed{Who: w.Name, Act: act, On: on, From: w.From} }

// tell writes down what was refused before it began.
func (g *Guard) tell(r *http.Request, d Deed, why error) {
	if err := g.Journal(r.Context(), d, func() error { return why }); err != nil && !errors.Is(err, why) {
		g.Log.Warn("a refusal is not written down", "act", d.Act, "err", err)
	}
}

func (g *Guard) fail(w http.ResponseWriter, what string, err error) {
	g.Log.Error("cannot "+what, "err", err)
	refuse(w, http.StatusServiceUnavailable, "this could not be kept, and nothing was changed; the node's log says why")
}

// read reads a small JSON object.
func read(w http.ResponseWriter, r *http.Request, example string, into any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("body: at most %d bytes are read; send %s", maxBody, example))
	case err != nil:
		refuse(w, http.StatusBadRequest, "body: not the JSON object that is wanted; send "+example)
	default:
		if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
			refuse(w, http.StatusBadRequest, "body: there is more than one object; send "+example)
			return false
		}
		return true
	}
	return false
}
