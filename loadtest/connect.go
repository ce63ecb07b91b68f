package loadtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"liveroom/engine/live"
	"liveroom/loadtest/crowd"
	"liveroom/loadtest/report"
	"liveroom/transport/wire"
	"liveroom/transport/wire/token"
)

const (
	dialers     = 8
	tokenLife   = 6 * time.Hour
	welcomeTime = 30 * time.Second
	goneTime    = 10 * time.Second
)

// connect opens every link, resuming the sessions there were, and returns when each has been welcomed.
func (r *run) connect(ctx context.Context) error {
	links := r.config.Scenario.Links
	pace := rate.NewLimiter(rate.Limit(links.PerSecond), max(1, links.PerSecond/100))
	next := make(chan int)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wait sync.WaitGroup
	for range dialers {
		wait.Go(func() {
			for i := range next {
				if err := r.dial(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := 0; i < links.Viewers+links.Ingest && pace.Wait(ctx) == nil; i++ {
		next <- i
	}
	close(next)
	wait.Wait()
	if err := context.Cause(ctx); err != nil {
		return r.lost(err)
	}
	if err := r.answers.await(ctx, links.Viewers+links.Ingest, welcomeTime); err != nil {
		return r.lost(err)
	}
	return nil
}

// lost tells why links could not be opened: what the server said, when it said something.
func (r *run) lost(err error) error {
	if _, why := r.answers.state(); why != "" {
		return fmt.Errorf("%w: open links: %w; the server said %s", ErrTargetDown, err, why)
	}
	return fmt.Errorf("%w: open links: %w", ErrTargetDown, err)
}

func (r *run) dial(ctx context.Context, i int) error {
	viewers := r.config.Scenario.Links.Viewers
	now := time.Now()
	claims := token.Claims{Role: live.Ingest, Expires: now.Add(tokenLife)}
	at := crowd.Target{Addr: r.endpoints.TCP}
	if r.config.TLS {
		at = crowd.Target{Addr: r.endpoints.TLS, TLS: r.tls[0]}
	}
	if i < viewers {
		claims.Role, claims.Room, claims.User = live.Viewer, r.config.Scenario.Room, viewerName(i)
		at = crowd.Target{URL: r.endpoints.WS}
		if r.config.TLS {
			at = crowd.Target{URL: r.endpoints.WSS, TLS: r.tls[1]}
		}
	}
	signed, err := token.Sign(r.key, claims, now)
	if err != nil {
		return fmt.Errorf("sign a token: %w", err)
	}
	hello := wire.Hello{Role: claims.Role, Token: signed, Outcomes: true, Resume: r.answers.resume(i)}
	return r.crowd.Dial(ctx, i, at, wire.AppendHello(nil, &hello))
}

func (r *run) pong(link int) {
	_, _ = r.crowd.Send(link, wire.AppendPong(nil)) // a closed link needs none
}

var (
	errSlowWelcome = errors.New("the server did not welcome every link in time")
	errTurnedAway  = errors.New("the server turned links away")
)

// await returns when n links are open.
func (a *answers) await(ctx context.Context, n int, limit time.Duration) error {
	over := time.NewTimer(limit)
	defer over.Stop()
	for {
		a.mu.Lock()
		open, turned, changed := a.open, a.turned, a.changed
		a.mu.Unlock()
		switch {
		case open == n:
			return nil
		case turned > 0 && n > 0:
			return fmt.Errorf("%w: %d links", errTurnedAway, turned)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-over.C:
			return fmt.Errorf("%w: %d of %d within %v", errSlowWelcome, open, n, limit)
		}
	}
}

// resume returns what to say of an earlier session of the link, nil when there was none.
func (a *answers) resume(link int) *wire.Resume {
	a.mu.Lock()
	defer a.mu.Unlock()
	if l := a.links[link]; l.id != "" {
		return &wire.Resume{Session: l.id, After: string(l.after)}
	}
	return nil
}

// state returns how many links are open and why the last was turned away.
func (a *answers) state() (int, string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.open, a.refused
}

// begin starts the accounting and returns how often links must speak.
func (a *answers) begin(start time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.start, a.refused = start, ""
	return a.heartbeat
}

func (a *answers) announce(figure int32) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.newest = figure
}

// fill completes a report with what arrived.
func (a *answers) fill(r *report.Report) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r.Latency = map[string]report.Percentiles{}
	for kind, h := range a.latency {
		if h.TotalCount() > 0 {
			r.Latency[kind] = report.Of(h)
		}
	}
	r.Generator.Sweep = report.Of(a.sweep)
	r.Answers, r.Probes = a.figures, a.probes
	if r.Restart != nil {
		r.Restart.Resumed = a.resumed
	}
}
