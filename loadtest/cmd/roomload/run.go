package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"time"

	"liveroom/loadtest"
	"liveroom/loadtest/report"
	"liveroom/loadtest/target"
)

// targetFlags name a server that runs already.
type targetFlags struct {
	Target       string `help:"TCP address, host:port, of a server that runs already. Without --target and --ws, roomload starts the liveroom beside it and stops it afterwards." placeholder:"ADDR"`
	WS           string `help:"WebSocket URL of that server; by default ws://HOST:7701/v1/link with the host of --target." placeholder:"URL"`
	Admin        string `help:"Admin URL of that server, for its metrics." placeholder:"URL"`
	AdminToken   string `help:"Token for its metrics, when they need one." env:"ROOMLOAD_ADMIN_TOKEN" placeholder:"TOKEN"`
	TLSAddr      string `name:"target-tls" help:"TCP address where that server's links speak TLS." placeholder:"ADDR"`
	WSS          string `help:"WebSocket URL over TLS of that server, wss://HOST:PORT/v1/link." placeholder:"URL"`
	TokenKeyFile string `help:"File with the key that signs the tokens of links." placeholder:"FILE"`
	Ready        string `help:"File with the line that liveroom demo --headless printed: it names all of the above." type:"existingfile" placeholder:"FILE"`
}

// endpoints returns the server the flags name; the zero value when they name none. Single flags go over a ready file.
func (f targetFlags) endpoints() (target.Endpoints, error) {
	var e target.Endpoints
	if f.Ready != "" {
		var err error
		if e, err = target.ReadEndpoints(f.Ready); err != nil {
			return e, err
		}
	}
	e.TCP = cmp.Or(f.Target, e.TCP)
	e.WS = cmp.Or(f.WS, e.WS)
	e.TLS = cmp.Or(f.TLSAddr, e.TLS)
	e.WSS = cmp.Or(f.WSS, e.WSS)
	e.Admin = cmp.Or(f.Admin, e.Admin)
	e.KeyFile = cmp.Or(f.TokenKeyFile, e.KeyFile)
	e.Tokens.Admin = cmp.Or(f.AdminToken, e.Tokens.Admin)
	if e.WS == "" && e.TCP != "" {
		e.WS = defaultWS(e.TCP)
	}
	return e, nil
}

type runCommand struct {
	Scenario string `arg:"" help:"Name of a scenario (${scenarios}) or a file ending in .yaml."`

	targetFlags

	Duration    *time.Duration `help:"How long sends go on."`
	Ramp        *time.Duration `help:"How long the rate rises to its full height; by default the scenario's, at most a quarter of the duration."`
	Rate        *float64       `help:"Events a second in all."`
	Arrivals    *string        `help:"Even or poisson." enum:"even,poisson"`
	BurstEvery  *time.Duration `help:"How often the rate is multiplied for a while."`
	BurstLength *time.Duration `help:"For how long."`
	BurstFactor *float64       `help:"By how much."`
	Links       *int           `help:"Viewer links."`
	Ingest      *int           `help:"Ingest links."`
	Users       *int           `help:"People behind the ingest links."`
	FirstTime   *float64       `help:"Share of draws that bring somebody new, 0 to 1."`
	Seed        *uint64        `help:"Seed of every draw."`
	Texts       string         `help:"File of lines to send instead of the scenario's texts." type:"existingfile" placeholder:"FILE"`
	Think       *time.Duration `help:"Longest time before a buyer's next word, in a race."`
	P99         *time.Duration `name:"p99" help:"Longest 99th percentile of everything that ends."`

	HalfOpen  *int           `help:"Handshakes that are never finished, held at a time, in a flood."`
	Storm     *int           `help:"Connects a second that say hello, in a storm."`
	Addresses *int           `help:"Loopback addresses that a flood or a storm comes from."`
	Calm      *time.Duration `help:"How long there is quiet before it; by default the scenario's, at most a third of the duration."`

	Pieces  *int64 `help:"Pieces in stock, where the scenario sets a figure."`
	Untimed bool   `help:"Judge no figure of time, and let the server take its time: for CI on a busy machine."`

	TLS   bool   `name:"tls" help:"Open the links over TLS, at the front of the server. One that roomload starts gets a certificate of its own."`
	CA    string `name:"ca" help:"Certificates that may have signed that of a server which runs already, in PEM; by default those this machine trusts." type:"existingfile" placeholder:"FILE"`
	Opens *int   `name:"links-per-second" help:"Links opened a second, before the load."`

	Set       []string      `help:"Setting for the server that roomload starts, key=value; may be repeated." sep:"none" placeholder:"KEY=VALUE"`
	CacheOff  bool          `help:"Start the server without its cache of model results."`
	Program   string        `help:"The liveroom to start, when it is not the one beside roomload." type:"existingfile" placeholder:"FILE"`
	KillAfter time.Duration `help:"Kill -9 the server so long into the load, start it again, resume, and check that nothing acknowledged was lost."`

	Pages   int           `help:"Have so many people look at the console in every other stretch of the run, and report what that costs." placeholder:"N"`
	Stretch time.Duration `help:"Length of a stretch." default:"3s"`

	Attempts int `help:"Play again, so often in all, while a run is no evidence: for a machine that others disturb." default:"1"`

	Out    string `help:"Write the report as JSON." placeholder:"FILE"`
	Commit string `help:"Name of what is measured, when roomload was not built from it."`
	Quiet  bool   `help:"No progress lines."`
	Polite bool   `help:"Do not ask for priority over the server."`

	CPUProfile string `name:"cpuprofile" help:"Write a CPU profile of roomload itself." placeholder:"FILE"`
}

// cacheOff is the setting that switches the cache of model results off.
const cacheOff = "nlp.cache_entries=0"

// Run plays the scenario.
func (c *runCommand) Run(ctx context.Context, to outlets) error {
	s, err := loadtest.LoadScenario(c.Scenario)
	if err != nil {
		return err
	}
	c.override(&s)
	at, err := c.endpoints()
	if err != nil {
		return err
	}
	config := loadtest.Config{
		Scenario: s, Target: at, Program: c.Program, KillAfter: c.KillAfter, Commit: c.Commit, Polite: c.Polite,
		TLS: c.TLS, CA: c.CA,
		Watch:  loadtest.Watch{Pages: c.Pages, Every: c.Stretch},
		Places: loadtest.Places{Corpora: os.Getenv("LIVEROOM_CORPORA"), Repositories: repositories()},
	}
	if !c.Quiet {
		config.Progress = to.log
	}
	r, err := c.profiled(func() (*report.Report, error) { return c.attempt(ctx, config, to) })
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := report.Write(c.Out, r); err != nil {
			return err
		}
	}
	if err := r.Text(to.out); err != nil {
		return err
	}
	return verdict(r)
}

// attempt plays until a run is evidence or the attempts are used up. Only weak evidence is worth another attempt: what the
// server broke or missed stands.
func (c *runCommand) attempt(ctx context.Context, config loadtest.Config, to outlets) (*report.Report, error) {
	for n := 1; ; n++ {
		r, err := loadtest.Run(ctx, config)
		if err != nil {
			return nil, err
		}
		if n > 1 {
			r.Notes = append(r.Notes, fmt.Sprintf("attempt %d; the earlier ones were no evidence", n))
		}
		if n >= c.Attempts || r.Verdict.ExitCode() != report.ExitInvalid {
			return r, nil
		}
		if _, err := fmt.Fprintf(to.log, "attempt %d is no evidence: %s\n", n, strings.Join(r.Verdict.Invalid, "; ")); err != nil {
			return nil, err
		}
	}
}

// profiled runs do under a CPU profile when one was asked for.
func (c *runCommand) profiled(do func() (*report.Report, error)) (*report.Report, error) {
	if c.CPUProfile == "" {
		return do()
	}
	f, err := os.Create(c.CPUProfile)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	r, err := do()
	pprof.StopCPUProfile()
	return r, errors.Join(err, f.Close())
}

// override puts the flags that were given over the scenario's values.
func (c *runCommand) override(s *loadtest.Scenario) {
	if c.Duration != nil {
		s.Schedule.Ramp = min(s.Schedule.Ramp, *c.Duration/4)
		s.Siege.Quiet = min(s.Siege.Quiet, *c.Duration/3)
	}
	given(c.Duration, &s.Schedule.Duration)
	given(c.Ramp, &s.Schedule.Ramp)
	given(c.Rate, &s.Schedule.Rate)
	given(c.Arrivals, &s.Schedule.Arrivals)
	given(c.BurstEvery, &s.Schedule.Burst.Every)
	given(c.BurstLength, &s.Schedule.Burst.Length)
	given(c.BurstFactor, &s.Schedule.Burst.Factor)
	given(c.Links, &s.Links.Viewers)
	given(c.Ingest, &s.Links.Ingest)
	given(c.Users, &s.Users.Count)
	given(c.FirstTime, &s.Users.FirstTime)
	given(c.Seed, &s.Seed)
	given(c.P99, &s.Limits.P99)
	given(c.Opens, &s.Links.PerSecond)
	given(c.Pieces, &s.Stock.Available)
	given(c.Think, &s.Rush.Think)
	given(c.HalfOpen, &s.Siege.HalfOpen)
	given(c.Storm, &s.Siege.Storm)
	given(c.Addresses, &s.Siege.Addresses)
	given(c.Calm, &s.Siege.Quiet)
	if c.Untimed {
		*s = s.Untimed()
	}
	if c.Texts != "" {
		for _, sources := range []*[]loadtest.TextSource{&s.Messages, &s.Comments} {
			if len(*sources) > 0 {
				*sources = []loadtest.TextSource{{From: c.Texts, Draw: (*sources)[0].Draw}}
			}
		}
	}
	s.Server = append(s.Server, c.Set...)
	if c.CacheOff {
		s.Server = append(s.Server, cacheOff)
		s.About += ", cache off"
	}
}

// given puts a flag's value over a scenario's when there was one.
func given[T any](flag, at *T) {
	if flag != nil {
		*at = *flag
	}
}

// repositories are folders that may be the project's: here, and around this program.
func repositories() []string {
	dirs := []string{"."}
	if own, err := os.Executable(); err == nil {
		dirs = append(dirs, filepath.Dir(own), filepath.Dir(filepath.Dir(own)))
	}
	return dirs
}
