package loadtest

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"liveroom/engine/live"
	"liveroom/loadtest/report"
	"liveroom/loadtest/siege"
	"liveroom/loadtest/target"
	"liveroom/transport/wire"
	"liveroom/transport/wire/token"
)

const (
	// siegeStay is how long one who was let in stays: a storm is about the door.
	siegeStay = 300 * time.Millisecond
	// siegeGrace is how long a server may take to end those who never say hello: its time for hello, and then some.
	siegeGrace = 20 * time.Second
	// newcomers a second come as the load's links did, from their address, to see whether there is still a way in.
	newcomers = 10
	// siegeReserve is how many descriptors a server keeps from links, or nearly.
	siegeReserve = 1 << 10
)

// besieging is a siege under way, and how the load's own links fare.
type besieging struct {
	// set before the load
	siege *siege.Siege
	fresh *siege.Siege  // the newcomers; nil for none
	begin time.Duration // of the siege, after the start of the load
	quiet time.Duration // where the measure of a quiet server begins: the ramp is over

	// owned by its goroutine until over is closed
	over  chan struct{}
	err   error
	cores [2]float64 // that the server used quiet, and besieged

	// guarded by the mutex of answers
	ended [2]*hdrhistogram.Histogram // what links asked before the siege, and meanwhile
}

// storms tells whether those who come say hello.
func (s Siege) storms() bool { return s.Storm > 0 }

// on tells whether anybody comes at all.
func (s Siege) on() bool { return s.Storm > 0 || s.HalfOpen > 0 }

// most is how many connections of a siege there are at a time. Those of a storm whom nobody answers wait for some seconds.
func (s Siege) most() int {
	if s.storms() {
		return max(1000, 2*s.Storm)
	}
	return s.HalfOpen
}

// lay prepares the siege of a scenario.
func (r *run) lay() error {
	s := r.config.Scenario
	if !s.Siege.on() {
		return nil
	}
	c := siege.Config{
		Ways: siege.HalfOpen, TCP: r.endpoints.TCP, WS: r.endpoints.WS, From: siege.Loopback(s.Siege.Addresses),
		PerSecond: s.Siege.PerSecond, Held: s.Siege.most(),
	}
	if r.config.TLS {
		c.Ways, c.TCP, c.WS = siege.HalfSealed, r.endpoints.TLS, r.endpoints.WSS
	}
	hello := func(kind string) func(int) ([]byte, error) {
		return func(n int) ([]byte, error) { return stormHello(r.key, s.Room, kind, n) }
	}
	if s.Siege.storms() {
		c.Ways, c.PerSecond, c.Stay, c.Hello = siege.Storming, s.Siege.Storm, siegeStay, hello("s")
	}
	laid, err := siege.New(c)
	if err != nil {
		return fmt.Errorf("%w: siege: %w", ErrScenario, err)
	}
	var fresh *siege.Siege
	if !r.config.TLS { // a guest of a siege speaks none
		c.Ways, c.PerSecond, c.Held, c.Stay, c.Hello = siege.Storming, newcomers, 100*newcomers, siegeStay, hello("f")
		c.From = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
		if fresh, err = siege.New(c); err != nil {
			return fmt.Errorf("%w: siege: %w", ErrScenario, err)
		}
	}
	b := &besieging{siege: laid, fresh: fresh, quiet: s.Schedule.Ramp, begin: s.Schedule.Ramp + s.Siege.Quiet, over: make(chan struct{})}
	b.ended = [2]*hdrhistogram.Histogram{newHistogram(), newHistogram()}
	r.besieging, r.answers.besieging = b, b
	return nil
}

// stormHello is what viewer n of a kind says: each is somebody else.
func stormHello(key []byte, room live.RoomID, kind string, n int) ([]byte, error) {
	now := time.Now()
	c := token.Claims{Role: live.Viewer, Room: room, User: live.UserID(kind + strconv.Itoa(n)), Expires: now.Add(tokenLife)}
	signed, err := token.Sign(key, c, now)
	if err != nil {
		return nil, err
	}
	return wire.AppendHello(nil, &wire.Hello{Role: c.Role, Token: signed}), nil
}

// besiege plays the siege beside the load. The function it returns waits for its end.
func (r *run) besiege(ctx context.Context, start time.Time) func() error {
	b := r.besieging
	if b == nil {
		return func() error { return nil }
	}
	ctx, stop := context.WithCancel(ctx)
	go func() {
		defer close(b.over)
		quiet := time.NewTimer(time.Until(start.Add(b.begin)))
		defer quiet.Stop()
		select {
		case <-quiet.C:
		case <-ctx.Done():
			return
		}
		lasts := r.config.Scenario.Schedule.Duration - b.begin
		seen := make(chan struct{})
		go func() { // the server's own figures, while nobody waits for them
			defer close(seen)
			b.measure(ctx, r, start, lasts)
		}()
		came := make(chan error, 1)
		go func() {
			if b.fresh == nil {
				came <- nil
				return
			}
			came <- b.fresh.Run(ctx, lasts, siegeGrace)
		}()
		b.err = b.siege.Run(ctx, lasts, siegeGrace)
		b.err = errors.Join(b.err, <-came)
		<-seen
	}()
	return func() error {
		if r.alive(ctx) != nil { // there is nobody to besiege
			stop()
		}
		<-b.over
		stop()
		if errors.Is(b.err, context.Canceled) {
			return ctx.Err()
		}
		return b.err
	}
}

// measure asks the server for its CPU time when the siege begins and when its load ends.
func (b *besieging) measure(ctx context.Context, r *run, start time.Time, lasts time.Duration) {
	if !r.report.Server.Seen {
		return
	}
	scrape := func() (target.Metrics, time.Duration, bool) {
		m, err := target.Scrape(ctx, r.endpoints.Admin, r.endpoints.Tokens.Admin)
		return m, time.Since(start), err == nil
	}
	first, at, ok := scrape()
	if !ok {
		return
	}
	b.cores[0] = (first.CPU() - r.before.CPU()).Seconds() / at.Seconds()
	over := time.NewTimer(lasts)
	defer over.Stop()
	select {
	case <-over.C:
	case <-ctx.Done():
		return
	}
	if last, then, ok := scrape(); ok {
		b.cores[1] = (last.CPU() - first.CPU()).Seconds() / (then - at).Seconds()
	}
}

// time enters how long something took that was due at an instant. The caller holds the mutex of answers.
func (b *besieging) time(due, took time.Duration) {
	switch {
	case b == nil || due < b.quiet:
	case due < b.begin:
		record(b.ended[0], took)
	default:
		record(b.ended[1], took)
	}
}

// fillSiege completes the report with what became of a siege.
func (r *run) fillSiege() {
	b := r.besieging
	if b == nil {
		return
	}
	n := b.siege.Report()
	n.QuietS = (b.begin - b.quiet).Seconds()
	n.TLS = r.config.TLS
	if b.fresh != nil {
		f := b.fresh.Report()
		n.Newcomers = &report.Newcomers{Opened: f.Opened, Welcome: f.Welcome, Greeted: f.Greeted}
	}
	n.QuietCores, n.BesiegedCores = b.cores[0], b.cores[1]
	r.answers.mu.Lock()
	defer r.answers.mu.Unlock()
	n.Quiet, n.Besieged = report.Of(b.ended[0]), report.Of(b.ended[1])
	r.report.Siege = n
}

// files is how many descriptors the run needs here, and how many the server that it starts needs.
func (s Scenario) files(sealed bool) (here, there int) {
	links := s.Links.Viewers + s.Links.Ingest
	here, there = links+64, links
	if sealed {
		there = frontFiles * links
	}
	if s.Siege.on() {
		here += s.Siege.most() + 100*newcomers
		there += s.Siege.most() + 100*newcomers + siegeReserve
	}
	return here, there
}

// enough tells why the descriptors that may be open are too few.
func (s Scenario) enough(allowed uint64, sealed bool) error {
	here, there := s.files(sealed)
	links := s.Links.Viewers + s.Links.Ingest
	if allowed < uint64(here) {
		return fmt.Errorf("%w: %d links and %d connections of a siege need %d open files and the limit is %d (ulimit -n)",
			ErrScenario, links, s.Siege.most(), here, allowed)
	}
	if (s.Siege.on() || sealed) && allowed < uint64(there) {
		return fmt.Errorf("%w: a server with %d links and %d connections of a siege needs %d open files and the limit is %d (ulimit -n)",
			ErrScenario, links, s.Siege.most(), there, allowed)
	}
	return nil
}
