package loadtest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"liveroom/loadtest/chorus"
	"liveroom/loadtest/crowd"
	"liveroom/loadtest/journal"
	"liveroom/loadtest/machine"
	"liveroom/loadtest/report"
	"liveroom/loadtest/rush"
	"liveroom/loadtest/target"
	"liveroom/transport/wire/token"
)

// Config says what to run and against what.
type Config struct {
	Scenario Scenario
	// Target is a server that runs already; with no addresses in it, the run starts Program and stops it afterwards.
	Target target.Endpoints
	// Program is the liveroom to start; "" is the one beside this program.
	Program string
	Places  Places
	// KillAfter, when not 0, kills the server that was started so long into the load, as a crash would, starts it again on
	// the same data, resumes all links and says again what was not acknowledged. It goes before what a Rush says of that.
	KillAfter time.Duration
	// TLS opens the links over TLS, at the server's front. CA is a file with the certificates that may have signed its own; "" is
	// those the machine trusts. A server that the run starts gets a certificate of its own.
	TLS bool
	CA  string
	// Watch has people look at the console meanwhile.
	Watch Watch
	// Calibration is how long the yardstick runs; 0 is 1 s.
	Calibration time.Duration
	// Commit names what is measured; "" is the commit this program was built from.
	Commit string
	// Polite leaves this process its ordinary priority. Otherwise it asks for a higher one, so that sends leave on time
	// though the server is busy on the same cores, and puts it back at the end.
	Polite bool
	// Progress takes a line a second; nil takes none.
	Progress io.Writer
}

func (c Config) check() error {
	var k checks
	k.that(c.KillAfter >= 0, "kill-after: %v is negative", c.KillAfter)
	k.that(c.KillAfter == 0 || c.KillAfter < c.Scenario.Schedule.Duration, "kill-after: %v, want less than the duration", c.KillAfter)
	own := c.own()
	k.that(!c.TLS || !c.Scenario.Siege.storms(), "tls: a storm says hello, and would measure how fast this program shakes hands; play it without")
	k.that(c.KillAfter == 0 || !c.Scenario.Siege.on(), "kill-after: a siege is about a server that stands")
	k.that(c.KillAfter == 0 || own, "kill-after: only a server that the run started can be killed")
	if !own {
		l := c.Scenario.Links
		k.that(l.Ingest == 0 || c.Target.TCP != "", "target: the scenario has ingest links, so a TCP address is needed")
		k.that(l.Viewers == 0 || c.Target.WS != "", "target: the scenario has viewer links, so a WebSocket URL is needed")
		k.that(!c.TLS || l.Ingest == 0 || c.Target.TLS != "", "tls: the scenario has ingest links, so the address where TCP links speak TLS is needed")
		k.that(!c.TLS || l.Viewers == 0 || c.Target.WSS != "", "tls: the scenario has viewer links, so a wss:// URL is needed")
		k.that(c.Target.KeyFile != "", "target: a token key file is needed to sign the tokens of links")
	}
	k.that(c.Watch.Pages == 0 || c.KillAfter == 0, "pages: nobody looks at a server that is killed")
	c.Watch.check(&k, c.Scenario.Schedule, c.Target, own)
	return errors.Join(c.Scenario.Validate(), k.err())
}

// own tells whether the run starts its server itself.
func (c Config) own() bool { return c.Target.TCP == "" && c.Target.WS == "" }

// run is one run under way.
type run struct {
	// set while it is prepared
	config    Config
	own       *target.Server // nil when the target was there before
	endpoints target.Endpoints
	key       []byte         // signs the tokens of links
	front     []string       // settings of a server of ours that speaks TLS
	tls       [2]*tls.Config // by carrier, TCP and WebSocket; nil for none
	audience  *audience
	library   *library
	log       *roomLog
	schedule  schedule
	journal   *journal.Journal
	answers   *answers
	crowd     *crowd.Crowd
	sender    *sender
	pacer     *pacer
	report    *report.Report
	kills     bool           // the server is to be killed in the middle
	chorus    *chorus.Chorus // nil when the scenario has none
	rush      *rush.Rush     // nil when the scenario has none
	besieging *besieging     // nil when the scenario has none
	watching  *watching      // nil when nobody looks

	// owned by Run's goroutine
	before    target.Metrics
	beforeCPU time.Duration // own
	deadCPU   time.Duration // of a server that was killed
	notes     []string
}

// Run plays a scenario and reports. The error wraps ErrScenario when the scenario, its texts or the target's address are at
// fault, and ErrTargetDown when the server cannot be started, reached or spoken to, or ended under the load.
func Run(ctx context.Context, c Config) (*report.Report, error) {
	r, err := prepare(c)
	if err != nil {
		return nil, err
	}
	if c.TLS && c.own() {
		dir, err := os.MkdirTemp("", "roomload-")
		if err != nil {
			return nil, fmt.Errorf("make a folder for a certificate: %w", err)
		}
		defer os.RemoveAll(dir)
		if err := r.certify(dir); err != nil {
			return nil, err
		}
	}
	data := ""
	if r.kills {
		if data, err = os.MkdirTemp("", "roomload-"); err != nil {
			return nil, fmt.Errorf("make a data folder: %w", err)
		}
		defer os.RemoveAll(data)
	}
	if err := r.reach(ctx, data); err != nil {
		return nil, err
	}
	err = r.play(ctx, data)
	var unclean error
	if r.own != nil {
		unclean = r.own.Stop()
	}
	if err != nil {
		return nil, err
	}
	if unclean != nil {
		r.report.Server.Unclean = unclean.Error()
	}
	r.report.Notes = append(r.notes, r.library.notes...)
	r.report.Judge()
	return r.report, nil
}

// prepare reads everything that can be wrong before anything is started.
func prepare(c Config) (*run, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	c.Scenario = c.Scenario.paced()
	s := c.Scenario
	tag := strconv.FormatInt(time.Now().UnixMilli(), 36)
	r := &run{config: c, journal: journal.New(tag)}
	if !c.own() {
		// Whoever named the file is at fault when it cannot be read, and no server is down for it.
		var err error
		if r.key, err = token.ReadKeyFile(c.Target.KeyFile); err != nil {
			return nil, fmt.Errorf("%w: target: %w; --token-key-file takes the key that the server signs by", ErrScenario, err)
		}
	}
	r.library = &library{places: c.Places, random: rand.New(rand.NewPCG(s.Seed, 1))}
	var shape []float64
	if s.Schedule.Log {
		r.readLog()
	}
	if r.log != nil {
		shape = r.log.shape
	}
	var err error
	if r.audience, err = newAudience(s, tag, r.library, r.log); err != nil {
		return nil, err
	}
	r.schedule = newSchedule(s.Schedule, shape)
	files, err := crowd.RaiseFileLimit()
	if err != nil {
		return nil, err
	}
	if err := s.enough(files, c.TLS); err != nil {
		return nil, err
	}
	r.answers = newAnswers(s.Links.Viewers + s.Links.Ingest)
	r.answers.journal = r.journal
	r.openKinds()
	r.watching = newWatching(c.Watch, s.Schedule)
	r.answers.watching = r.watching
	r.kills = c.KillAfter > 0 || s.Rush.KillAt > 0 && c.own()
	if s.Rush.KillAt > 0 && !r.kills {
		r.notes = append(r.notes, "the server is not ours and was not killed")
	}
	return r, nil
}

func (r *run) readLog() {
	if r.config.Places.Corpora == "" {
		r.notes = append(r.notes, "the shared corpora are not here (LIVEROOM_CORPORA); the scenario's own mix and even arrivals stand in for the live room log")
		return
	}
	log, err := readRoomLog(r.config.Places.Corpora)
	if err != nil {
		r.notes = append(r.notes, fmt.Sprintf("%v; the scenario's own mix and even arrivals stand in for it", err))
		return
	}
	r.log = &log
}

// reach starts the server or takes the one that is there.
func (r *run) reach(ctx context.Context, data string) error {
	if !r.config.own() {
		r.endpoints = r.config.Target
		return r.trust()
	}
	program := r.config.Program
	if program == "" {
		var err error
		if program, err = target.Beside(); err != nil {
			return fmt.Errorf("%w: %w", ErrTargetDown, err)
		}
		r.config.Program = program
	}
	var err error
	if r.own, err = target.Start(ctx, r.options(data)); err != nil {
		return fmt.Errorf("%w: %w", ErrTargetDown, err)
	}
	r.endpoints = r.own.Endpoints
	if err := r.readKey(); err != nil {
		return errors.Join(err, r.own.Stop())
	}
	return r.trust()
}

// readKey reads the key that a server of ours says it signs by.
func (r *run) readKey() error {
	var err error
	if r.key, err = token.ReadKeyFile(r.own.Endpoints.KeyFile); err != nil {
		return fmt.Errorf("%w: %w", ErrTargetDown, err)
	}
	return nil
}

func (r *run) options(data string) target.Options {
	settings := r.config.Scenario.Server
	return target.Options{Path: r.config.Program, Settings: append(r.front[:len(r.front):len(r.front)], settings...), Data: data}
}

// play opens the links, sends the load, waits for stragglers and fills the report.
func (r *run) play(ctx context.Context, data string) error {
	s := r.config.Scenario
	length := r.config.Calibration
	orDefault(&length, time.Second)
	calibration, err := machine.Calibrate(ctx, length)
	if err != nil {
		return err
	}
	r.report = r.open(calibration)
	if r.crowd, err = crowd.New(s.Links.Viewers+s.Links.Ingest, r.answers); err != nil {
		return err
	}
	r.answers.pong = r.pong
	reading, stopReading := context.WithCancel(ctx)
	read := make(chan error, 1)
	go func() { read <- r.crowd.Run(reading) }()
	err = r.load(ctx, data)
	stopReading()
	return errors.Join(err, <-read, r.crowd.Close())
}

func (r *run) load(ctx context.Context, data string) error {
	if err := r.arrive(ctx); err != nil {
		return err
	}
	defer r.hurry()()
	r.scrapeBefore(ctx)
	if err := r.lay(); err != nil {
		return err
	}
	if err := r.stock(ctx); err != nil {
		return err
	}
	start := time.Now()
	r.sender = newSender(r.audience, r.journal, r.crowd, start)
	r.sender.announce, r.sender.rush = r.answers.announce, r.rush
	r.sender.keep = r.kills
	r.sender.beat = r.answers.begin(start)
	sends := arrivals{schedule: r.schedule}
	if r.config.Scenario.Schedule.Arrivals == "poisson" {
		sends.random = rand.New(rand.NewPCG(r.config.Scenario.Seed, 2))
	}
	r.pacer = &pacer{start: start, tick: time.Millisecond, next: sends.next}
	r.beforeCPU = machine.OwnCPU()
	ticks := machine.CPUTicks()
	line := r.watch(ctx, start)
	sampled := r.sample(ctx)
	besieged := r.besiege(ctx, start)
	watched := r.watchConsole(ctx, start)
	err := r.pace(ctx, data)
	spent, took := machine.OwnCPU()-r.beforeCPU, time.Since(start)
	r.report.Cores.Busy, r.report.Cores.Stolen = machine.CPUTicks().Since(ticks)
	if err == nil {
		err = r.drain(ctx)
	}
	if r.rush != nil { // the race goes on after everybody's first word
		spent, took = machine.OwnCPU()-r.beforeCPU, time.Since(start)
	}
	err = errors.Join(err, besieged(), watched())
	sampled(ctx)
	r.report.Seconds = line()
	if err != nil {
		return err
	}
	r.report.Generator.CPUSeconds = spent.Seconds()
	r.report.Generator.CPUShare = spent.Seconds() / took.Seconds()
	r.fill(ctx, took)
	return nil
}

// hurry raises the priority of this process, if it may, and returns what puts it back.
func (r *run) hurry() (restore func()) {
	if r.config.Polite || machine.Renice(0, machine.Boosted) != nil { // few may
		return func() {}
	}
	r.report.Generator.Nice = machine.Boosted
	return func() { _ = machine.Renice(0, 0) } // lowering it is always allowed
}

// pace sends until the schedule is over or the server is gone.
func (r *run) pace(ctx context.Context, data string) error {
	if r.kills {
		if err := r.crash(ctx, data); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if r.own != nil {
		exited := r.own.Exited()
		go func() {
			select {
			case <-exited:
				cancel()
			case <-ctx.Done():
			}
		}()
	}
	r.pacer.run(ctx, r.sender.emit)
	return r.alive(ctx)
}

// alive tells whether there is still somebody to talk to.
func (r *run) alive(ctx context.Context) error {
	if r.own != nil {
		select {
		case <-r.own.Exited():
			return fmt.Errorf("%w: the server ended under the load; its last words:\n%s", ErrTargetDown, r.own.LastWords())
		default:
		}
	}
	if open, why := r.answers.state(); open == 0 {
		return fmt.Errorf("%w: every link is gone: %s", ErrTargetDown, why)
	}
	return ctx.Err()
}

// drain waits until every answerable send has its outcome and a chorus or a rush is over, or the grace is.
func (r *run) drain(ctx context.Context) error {
	over := time.NewTimer(r.config.Scenario.Schedule.Grace)
	defer over.Stop()
	r.sender.over = true
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for r.journal.Open() > 0 || r.waiting(time.Since(r.sender.start)) {
		r.sender.emit(time.Since(r.sender.start), nil)
		select {
		case <-look.C:
		case <-over.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := r.alive(ctx); err != nil && r.waiting(0) {
			return err
		}
	}
	return nil
}
