package engine

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	"liveroom/engine/access"
	"liveroom/engine/audit"
	"liveroom/engine/live"
	"liveroom/transport/front"
)

// Files of the data folder.
const (
	tokenKeyFile = "token.key"
	revokedFile  = "tokens.revoked"
	accountsFile = "accounts.json"
	sessionsFile = "sessions.json"
)

// openTokens reads what link tokens are checked against.
func openTokens(cfg Config, by access.Sealer, log *slog.Logger) (*access.Tokens, error) {
	path := cfg.Access.TokenKeyFile
	if path == "" {
		path = filepath.Join(cfg.Storage.Dir, tokenKeyFile)
		if err := makeKey(path); err != nil {
			return nil, fmt.Errorf("make token key: %w", err)
		}
	}
	files := access.TokenFiles{Keys: path, Revoked: filepath.Join(cfg.Storage.Dir, revokedFile), Sealer: by}
	t, err := access.OpenTokens(files, cfg.Access.TokenLife, log)
	if err != nil {
		return nil, fmt.Errorf("token key: %w", err)
	}
	return t, nil
}

// openGuard reads the accounts, and returns who asks for them on the admin side.
func (p *parts) openGuard(cfg Config, log *slog.Logger) error {
	accounts, err := access.OpenAccounts(filepath.Join(cfg.Storage.Dir, accountsFile), p.sealer)
	if err != nil {
		return fmt.Errorf("open accounts: %w", err)
	}
	p.accounts, p.tokens.Journal = accounts, p.journal
	p.guard = access.NewGuard(access.Options{
		Tokens: p.tokens, Accounts: accounts, Journal: p.journal, Shop: func() live.ShopID { return p.gate.catalogue.Load().Shop() }, Log: log,
		SessionLife: cfg.Access.SessionLife, SessionIdle: cfg.Access.SessionIdle, OpenHere: cfg.Admin.OpenHere, Heard: p.presence.heard,
	})
	p.guard.KeepSessions(filepath.Join(cfg.Storage.Dir, sessionsFile), p.sealer)
	if err := p.guard.Register(p.registry); err != nil {
		return fmt.Errorf("access metrics: %w", err)
	}
	return nil
}

// wrap is what the admin side puts before every route that is not for everybody.
func (p *parts) wrap(e *Engine) func(string, http.Handler) http.Handler {
	return func(pattern string, next http.Handler) http.Handler {
		e.patterns = append(e.patterns, pattern)
		return p.guard.Wrap(pattern, p.audited(pattern, next))
	}
}

// FirstAccount is the name of the account that the first start makes.
const FirstAccount = access.FirstAccount

// FirstPassword returns the one-time password of FirstAccount when this node has just made it, else "".
// It is to be shown on the console, once, and in no log.
func (e *Engine) FirstPassword() string { return e.parts.firstPassword }

// watch sends links away whose token was revoked or has expired. It is the gate's life as a part.
type watch struct {
	gate    *gate
	ready   chan struct{}
	started chan struct{} // holds one token, taken by Run
}

func newWatch(g *gate) *watch {
	return &watch{gate: g, ready: make(chan struct{}), started: make(chan struct{}, 1)}
}

const (
	lookEvery  = 500 * time.Millisecond
	lookAtEnds = 4 // looks at what was revoked, for one at what has expired
)

// Ready implements runner.
func (w *watch) Ready() <-chan struct{} { return w.ready }

// Run implements runner.
func (w *watch) Run(ctx context.Context) error {
	select {
	case w.started <- struct{}{}:
	default:
		return errWatching
	}
	close(w.ready)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	seen := w.gate.tokens.Changes()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			if changes := w.gate.tokens.Changes(); changes != seen || n%lookAtEnds == 0 {
				seen = changes
				w.gate.dismissStale(now)
			}
		}
	}
}

var errWatching = errors.New("links are watched already")

const revokedSince = "token: it was revoked; connect with a new one"

// dismissStale says bye to links whose token does not hold any more.
func (g *gate) dismissStale(now time.Time) {
	g.links.Range(func(id, value any) bool {
		session, l := id.(live.SessionID), value.(*live.Link)
		switch {
		case g.tokens.Revoked(l.Token):
			g.server.Bye(session, live.Unauthorized, revokedSince, 0)
		case l.Expires != 0 && l.Expires <= now.Unix():
			g.server.Bye(session, live.Expired, "token: it has expired; connect with a new one and resume", 0)
		}
		return true
	})
}

// openFront reads the certificate and binds the ports of links over TLS, when there is one.
func (p *parts) openFront(cfg Config, log *slog.Logger) (err error) {
	if !cfg.Front.On() {
		return nil
	}
	if p.certificate, err = front.OpenCertificate(cfg.Front.CertFile, cfg.Front.KeyFile, log); err != nil {
		return err
	}
	p.certificate.Journal = p.certificateChanged
	if p.front, err = front.New(cfg.Front, p.certificate, p.server.Take, log, p.registry); err != nil {
		return fmt.Errorf("open tls: %w", err)
	}
	return nil
}

// certificateChanged writes into the audit log that the files of the certificate have changed, and whether they are in use.
func (p *parts) certificateChanged(detail string, try func() error) error {
	return p.audit.Do(context.Background(), audit.Act{Who: byFile, Act: "certificate.reload", On: "TLS certificate", Detail: detail}, try)
}

// adminTLS returns the settings of TLS on the admin side, nil for none.
func (p *parts) adminTLS(cfg Config) *tls.Config {
	if !cfg.Admin.TLS || p.certificate == nil {
		return nil
	}
	return p.certificate.Config("http/1.1")
}

func (c *AccessConfig) validate() error {
	var errs []error
	for _, d := range []struct {
		key  string
		d    time.Duration
		most time.Duration
	}{
		{"seat_grace", c.SeatGrace, 24 * time.Hour},
		{"console_grace", c.ConsoleGrace, 24 * time.Hour},
		{"token_life", c.TokenLife, 366 * 24 * time.Hour},
		{"session_life", c.SessionLife, 30 * 24 * time.Hour},
		{"session_idle", c.SessionIdle, 30 * 24 * time.Hour},
	} {
		if d.d < time.Second || d.d > d.most {
			errs = append(errs, fmt.Errorf("access.%s: %v, want 1s to %v", d.key, d.d, d.most))
		}
	}
	if c.LinksPerToken < 0 {
		errs = append(errs, fmt.Errorf("access.links_per_token: %d, want 0 or more", c.LinksPerToken))
	}
	if !(c.HellosPerToken >= 0) {
		errs = append(errs, fmt.Errorf("access.hellos_per_token: %v, want 0 or more", c.HellosPerToken))
	}
	return errors.Join(errs...)
}
