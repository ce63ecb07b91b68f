package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"liveroom/engine/live"
	"liveroom/transport/wire/token"
)

// Who is who stands behind a request.
type Who struct {
	Name  string // of the account, or what the token says; for people who read logs
	Role  live.Role
	From  string      // the address the request came from
	Token string      // the token's id, "" for a session
	Room  live.RoomID // the only room the token is for, "" for all
	cookie,
	csrf string
	mustChange bool
}

type whoKey struct{}

// Of returns who stands behind a request that a Guard has let through; nobody has no role.
func Of(ctx context.Context) Who { w, _ := ctx.Value(whoKey{}).(Who); return w }

// Deed is an act of someone, for the audit log.
type Deed struct {
	Who    string
	Act    Act
	On     string
	From   string
	Detail string
}

// Journal writes a deed down and does it. It returns an error of its own, and does nothing, when it cannot write.
type Journal func(ctx context.Context, d Deed, do func() error) error

// Options are what a Guard works with. Journal may be nil: then nothing is written down.
type Options struct {
	Tokens   *Tokens
	Accounts *Accounts
	Journal  Journal
	Shop     func() live.ShopID
	Log      *slog.Logger
	// SessionLife is how long a sign-in holds, SessionIdle how long it may rest.
	SessionLife, SessionIdle time.Duration
	// OpenHere lets programs of this machine read metrics and profiles without a token.
	OpenHere bool
	// Heard, if set, is told of everybody who asks for something and proves to be somebody, and of everybody whose page stays
	// open. Any goroutine may call it.
	Heard func(name string)
}

// Guard lets requests through to who may make them.
type Guard struct {
	Options

	sessions *sessions
	file     *sessionFile // nil keeps sessions in memory alone; set before Run
	lockout  *lockout
	metrics  *metrics
	origins  *http.CrossOriginProtection
	now      func() time.Time
	ready    chan struct{}
	started  chan struct{} // holds one token, taken by Run
}

// NewGuard returns a guard.
func NewGuard(o Options) *Guard {
	if o.Journal == nil {
		o.Journal = func(_ context.Context, _ Deed, do func() error) error { return do() }
	}
	held := newSessions(o.SessionLife, o.SessionIdle)
	return &Guard{
		Options: o, sessions: held, lockout: newLockout(), metrics: newMetrics(held),
		origins: http.NewCrossOriginProtection(), now: time.Now, ready: make(chan struct{}), started: make(chan struct{}, 1),
	}
}

// Names of the cookie and the headers.
const (
	sessionCookie    = "liveroom_session"
	csrfHeader       = "X-CSRF-Token"
	unattendedHeader = "X-Unattended" // set, nobody but a clock asks: it is no sign of life
)

// Wrap puts the guard before the handler of a route.
func (g *Guard) Wrap(pattern string, next http.Handler) http.Handler {
	act, ok := Routes[pattern]
	if !ok {
		act = Undeclared
		g.Log.Warn("a route declares no act; only an admin may use it", "route", pattern)
	}
	ofRoom, toAll := strings.Contains(pattern, "{room}"), forOneRoom[pattern]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			if err := g.origins.Check(r); err != nil {
				g.metrics.foreign.Inc()
				refuse(w, http.StatusForbidden, "pages of another origin may not ask this")
				return
			}
		}
		if (act == MetricsRead || act == ProfileRead) && g.OpenHere && fromHere(r) {
			next.ServeHTTP(w, r)
			return
		}
		who, status, why := Who{From: addressOf(r)}, 0, ""
		if act != Anyone {
			who, status, why = g.identify(r)
		}
		if status == 0 {
			status, why = permit(who, act, r, ofRoom, toAll)
		}
		if status != 0 {
			if status == http.StatusUnauthorized {
				g.metrics.unknown.Inc()
				w.Header().Set("WWW-Authenticate", `Bearer realm="liveroom"`)
			} else {
				g.metrics.forbidden.Inc()
			}
			refuse(w, status, why)
			return
		}
		if g.Heard != nil && who.Name != "" {
			g.Heard(who.Name)
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), whoKey{}, who)))
	})
}

// identify says who stands behind a request, or why that is not known.
func (g *Guard) identify(r *http.Request) (Who, int, string) {
	now := g.now()
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, tok, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return Who{}, http.StatusUnauthorized, "Authorization: want Bearer and a token; make one with liveroom token"
		}
		return g.bearer(strings.TrimSpace(tok), r, now)
	}
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return Who{}, http.StatusUnauthorized, "nobody is signed in: send Authorization: Bearer with a token that liveroom token made, or sign in with POST /v1/session"
	}
	s, ok := g.sessions.find(cookie.Value, now, r.Header.Get(unattendedHeader) == "")
	account, known := g.Accounts.Find(s.name)
	if !ok || !known {
		return Who{}, http.StatusUnauthorized, "the session is over; sign in again with POST /v1/session"
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead && !s.meant(r.Header.Get(csrfHeader)) {
		return Who{}, http.StatusForbidden, csrfHeader + ": missing or another session's; send the csrf that signing in, or GET /v1/me, answered"
	}
	return Who{
		Name: account.Name, Role: live.ParseRole(account.Role), From: addressOf(r),
		cookie: cookie.Value, csrf: s.csrf, mustChange: account.MustChange,
	}, 0, ""
}

func (g *Guard) bearer(tok string, r *http.Request, now time.Time) (Who, int, string) {
	claims, err := g.Tokens.Verify(tok, now)
	switch {
	case errors.Is(err, token.ErrExpired):
		return Who{}, http.StatusUnauthorized, "the token has expired; make a new one with liveroom token"
	case err != nil: // its text may be shown to the bearer
		return Who{}, http.StatusUnauthorized, err.Error() + "; make one with liveroom token"
	case claims.Shop != "" && claims.Shop != g.Shop():
		return Who{}, http.StatusForbidden, "the token is for another shop than this node's"
	}
	name := string(claims.User)
	if name == "" {
		name = "token of " + claims.Role.String()
	}
	return Who{Name: name, Role: claims.Role, From: addressOf(r), Token: claims.ID, Room: claims.Room}, 0, ""
}

// permit says why someone may not act, 0 when he may. Routes toAll are for tokens of one room too.
func permit(who Who, act Act, r *http.Request, ofRoom, toAll bool) (int, string) {
	switch {
	case act == Anyone:
		return 0, ""
	case who.mustChange && act != Self:
		return http.StatusForbidden, "the password is a one-time one; change it first with PUT /v1/me/password"
	case !May(who.Role, act):
		return http.StatusForbidden, fmt.Sprintf("%s: a %s may not; these may: %s", act, who.Role, whoMay(act))
	case who.Room != "" && ofRoom && r.PathValue("room") != string(who.Room):
		return http.StatusForbidden, "room: the token is for another room"
	case who.Room != "" && !ofRoom && !toAll && act != Self:
		return http.StatusForbidden, "the token is for one room, and this is for the whole shop"
	}
	return 0, ""
}

// fromHere tells whether a program of this machine asks: over loopback, by a loopback name (a page that has its own name
// point here has not), and not for someone behind a proxy.
func fromHere(r *http.Request) bool {
	for _, h := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via", "Origin"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !from.Addr().Unmap().IsLoopback() {
		return false
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.Unmap().IsLoopback()
}

func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func refuse(w http.ResponseWriter, status int, why string) {
	respond(w, status, struct {
		Error string `json:"error"`
	}{why})
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// An error here is a client that went away; there is nobody left to tell.
	json.NewEncoder(w).Encode(body)
}
