package loadtest

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"liveroom/engine/live"
	"liveroom/loadtest/report"
)

// Scenario is one load, as scenarios/*.yaml holds it. A field left out is zero, which says there is none of it, but for
// the limits, which then are the defaults.
type Scenario struct {
	Name  string `yaml:"name"`
	About string `yaml:"about"`
	Seed  uint64 `yaml:"seed"`
	// Room is where it plays; "" is demo.
	Room     live.RoomID  `yaml:"room"`
	Schedule Timing       `yaml:"schedule"`
	Links    Links        `yaml:"links"`
	Users    Users        `yaml:"users"`
	Mix      Mix          `yaml:"mix"`
	Messages []TextSource `yaml:"messages"`
	Comments []TextSource `yaml:"comments"`
	Probes   Probing      `yaml:"probes"`
	// Stock is set before the load, and taken notice of. Chorus, Rush and Siege make a scenario one of a special kind.
	Stock  Shelf         `yaml:"stock"`
	Chorus Chorus        `yaml:"chorus"`
	Rush   Rush          `yaml:"rush"`
	Siege  Siege         `yaml:"siege"`
	Limits report.Limits `yaml:"limits"`
	// Server are settings, key=value, for a server that the run starts itself.
	Server []string `yaml:"server"`
}

// Timing says when sends are due.
type Timing struct {
	// Duration is how long sends go on, Grace how long stragglers are then waited for; 0 is 5 s.
	Duration time.Duration `yaml:"duration"`
	Grace    time.Duration `yaml:"grace"`
	// Rate is events a second in all once the ramp is over, Ramp how long it rises to that from nothing. Where everybody
	// speaks once, the rate follows from the duration.
	Rate float64       `yaml:"rate"`
	Ramp time.Duration `yaml:"ramp"`
	// Arrivals is even (the default) or poisson.
	Arrivals string `yaml:"arrivals"`
	// Burst multiplies the rate now and then.
	Burst Burst `yaml:"burst"`
	// Log plays the burst shape and the event mix of the live room log of the shared corpora, its whole length squeezed
	// into Duration. Weights of the mix other than message are then only the stand-in for when it is absent.
	Log bool `yaml:"log"`
}

// Burst multiplies the rate by Factor for Length, once every Every.
type Burst struct {
	Every  time.Duration `yaml:"every"`
	Length time.Duration `yaml:"length"`
	Factor float64       `yaml:"factor"`
}

// Links says how many links carry the load.
type Links struct {
	// Viewers are WebSocket links of one user each: they carry the messages. Ingest are TCP links: they carry the rest,
	// and the messages when there are no viewers. Without ingest links the viewers carry everything.
	Viewers int `yaml:"viewers"`
	Ingest  int `yaml:"ingest"`
	// PerSecond bounds how fast links are opened; 0 is 2,000.
	PerSecond int `yaml:"per_second"`
}

// Users are the people behind the ingest links.
type Users struct {
	Count int `yaml:"count"`
	// FirstTime is the share of draws that bring someone never seen before, 0 to 1.
	FirstTime float64 `yaml:"first_time"`
	Draw      Draw    `yaml:",inline"`
	// Each lets everybody speak exactly once, in turn: the viewers where the mix has messages for them, else the people
	// behind the ingest links.
	Each bool `yaml:"each"`
}

// Mix weighs the event types against each other; only the ratios count.
type Mix struct {
	Message float64 `yaml:"message"`
	Comment float64 `yaml:"comment"`
	Enter   float64 `yaml:"enter"`
	Like    float64 `yaml:"like"`
	Follow  float64 `yaml:"follow"`
	Gift    float64 `yaml:"gift"`
}

// mixed are the event types of a Mix, in the order of weights.
var mixed = [...]live.EventType{live.Message, live.Comment, live.Enter, live.Like, live.Follow, live.Gift}

func (m Mix) weights() [len(mixed)]float64 {
	return [...]float64{m.Message, m.Comment, m.Enter, m.Like, m.Follow, m.Gift}
}

// TextSource is where some of the words come from.
type TextSource struct {
	// From is questions or chatter (the generator's own), service or danmaku (the shared corpora), lines, or a file of them.
	From string `yaml:"from"`
	// Lines are the words themselves, when From is lines.
	Lines []string `yaml:"lines"`
	// Holds says what its lines are: questions, chatter, or unlabelled, the default for a file. From lines it is questions.
	Holds string `yaml:"holds"`
	// Share weighs it against the other sources; 0 is 1.
	Share float64 `yaml:"share"`
	// Vary says each line in many ways, with the openers and closers people put around a question.
	Vary bool `yaml:"vary"`
	Draw Draw `yaml:",inline"`
}

// Draw is a distribution over the lines of a list or the users of a room.
type Draw struct {
	// By is uniform (the default) or zipf: the i-th has a weight of 1/i to the power of Skew.
	By   string  `yaml:"draw"`
	Skew float64 `yaml:"skew"`
}

// Probing sets a stock figure nobody used before and asks for it at once.
type Probing struct {
	// Every is how often; 0 is never.
	Every time.Duration `yaml:"every"`
	// SKU is set, Text asks for it; "" is DEMO-3 and 3号链接还剩多少件.
	SKU  live.SKU `yaml:"sku"`
	Text string   `yaml:"text"`
}

//go:embed scenarios/*.yaml
var scenarios embed.FS

// ScenarioNames returns the names of the scenarios that come with the program.
func ScenarioNames() []string {
	files, err := fs.Glob(scenarios, "scenarios/*.yaml")
	if err != nil {
		return nil
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(path.Base(f), ".yaml")
	}
	slices.Sort(files)
	return files
}

// LoadScenario returns the scenario of that name, or the one in that file when it ends in .yaml. It is not validated.
func LoadScenario(name string) (Scenario, error) {
	var b []byte
	var err error
	if strings.HasSuffix(name, ".yaml") {
		b, err = os.ReadFile(name)
	} else if b, err = scenarios.ReadFile("scenarios/" + name + ".yaml"); err != nil {
		err = fmt.Errorf("no scenario %q; there are %s, and files ending in .yaml", name, strings.Join(ScenarioNames(), ", "))
	}
	if err != nil {
		return Scenario{}, fmt.Errorf("%w: %w", ErrScenario, err)
	}
	s, err := parseScenario(b)
	if err != nil {
		return Scenario{}, fmt.Errorf("%w: %s: %w", ErrScenario, name, err)
	}
	return s, nil
}

func parseScenario(b []byte) (Scenario, error) {
	s := Scenario{Limits: report.DefaultLimits()}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(&s); err != nil {
		return Scenario{}, err
	}
	return s.withDefaults(), nil
}

func (s Scenario) withDefaults() Scenario {
	orDefault(&s.Room, "demo")
	orDefault(&s.Schedule.Grace, 5*time.Second)
	orDefault(&s.Schedule.Arrivals, "even")
	orDefault(&s.Links.PerSecond, 2000)
	orDefault(&s.Siege.Addresses, 32)
	orDefault(&s.Siege.PerSecond, 2000)
	orDefault(&s.Probes.SKU, "DEMO-3")
	orDefault(&s.Probes.Text, "3号链接还剩多少件")
	return s
}

func orDefault[T comparable](at *T, value T) {
	var zero T
	if *at == zero {
		*at = value
	}
}

// Validate returns every problem of the scenario at once, wrapped in ErrScenario, or nil.
func (s Scenario) Validate() error {
	var c checks
	c.that(s.Name != "", "name is empty")
	s.Schedule.check(&c, s.Users.Each)
	s.checkKinds(&c)
	c.that(s.Links.Viewers >= 0 && s.Links.Ingest >= 0, "links: a number of links is negative")
	c.that(s.Links.Viewers+s.Links.Ingest > 0, "links: there are none")
	c.that(s.Links.PerSecond > 0, "links.per_second: %d, want at least 1", s.Links.PerSecond)
	sum := 0.0
	for i, w := range s.Mix.weights() {
		c.that(w >= 0, "mix.%s: %g is negative", mixed[i], w)
		sum += w
	}
	c.that(sum > 0, "mix: all weights are 0")
	c.that(s.Mix.Message == 0 || len(s.Messages) > 0, "messages: the mix has messages, but there are no texts for them")
	c.that(s.Mix.Comment == 0 || len(s.Comments) > 0, "comments: the mix has comments, but there are no texts for them")
	for i, t := range s.Messages {
		t.check(&c, fmt.Sprintf("messages[%d]", i))
	}
	for i, t := range s.Comments {
		t.check(&c, fmt.Sprintf("comments[%d]", i))
	}
	c.that(s.Links.Ingest == 0 || s.Users.Count > 0, "users.count: %d, want at least 1 behind ingest links", s.Users.Count)
	c.that(s.Links.Ingest > 0 || s.Mix.Gift == 0, "mix.gift: viewer links cannot send gifts; add an ingest link")
	c.share("users.first_time", s.Users.FirstTime)
	s.Users.Draw.check(&c, "users")
	c.that(s.Probes.Every == 0 || s.Links.Ingest > 0, "probes: stock figures need an ingest link")
	c.that(s.Probes.Every == 0 || s.Probes.Every >= 10*time.Millisecond, "probes.every: %v, want 10ms or more", s.Probes.Every)
	s.checkLimits(&c)
	for _, set := range s.Server {
		key, _, found := strings.Cut(set, "=")
		c.that(found && key != "", "server: %q, want key=value", set)
	}
	return c.err()
}

// check checks the times; the rate too, unless it follows from them.
func (t Timing) check(c *checks, paced bool) {
	c.that(t.Duration > 0, "schedule.duration: %v, want more than 0", t.Duration)
	c.that(t.Grace >= 0, "schedule.grace: %v is negative", t.Grace)
	c.that(paced || t.Rate > 0 && t.Rate <= 1e6, "schedule.rate: %g events a second, want more than 0 and at most 1,000,000", t.Rate)
	c.that(t.Ramp >= 0 && t.Ramp <= t.Duration, "schedule.ramp: %v, want 0 to the duration", t.Ramp)
	c.that(t.Arrivals == "even" || t.Arrivals == "poisson", "schedule.arrivals: %q, want even or poisson", t.Arrivals)
	if b := t.Burst; b != (Burst{}) {
		c.that(b.Every > 0 && b.Length > 0 && b.Length < b.Every, "schedule.burst: want 0 < length < every, have %v and %v", b.Length, b.Every)
		c.that(b.Factor > 0, "schedule.burst.factor: %g, want more than 0", b.Factor)
		c.that(!t.Log, "schedule.burst: the log brings its own bursts")
	}
}

func (t TextSource) check(c *checks, where string) {
	c.that(t.From != "", "%s.from is empty", where)
	c.that((t.From == fromLines) == (len(t.Lines) > 0), "%s.lines: want some when from is lines, and none otherwise", where)
	switch t.Holds {
	case "", holdsQuestions, holdsChatter, holdsUnlabelled:
	default:
		c.that(false, "%s.holds: %q, want questions, chatter or unlabelled", where, t.Holds)
	}
	c.that(t.Share >= 0, "%s.share: %g is negative", where, t.Share)
	t.Draw.check(c, where)
}

func (d Draw) check(c *checks, where string) {
	switch d.By {
	case "", "uniform":
		c.that(d.Skew == 0, "%s.skew: a uniform draw has none", where)
	case "zipf":
		c.that(d.Skew > 0 && d.Skew <= 3, "%s.skew: %g, want more than 0 and at most 3", where, d.Skew)
	default:
		c.that(false, "%s.draw: %q, want uniform or zipf", where, d.By)
	}
}

func (d Draw) String() string {
	if d.By == "zipf" {
		return fmt.Sprintf("zipf %g", d.Skew)
	}
	return "uniform"
}

func (s Scenario) checkLimits(c *checks) {
	l := s.Limits
	c.that(l.P99 > 0, "limits.p99: %v, want more than 0", l.P99)
	c.that(l.First > 0, "limits.first: %v, want more than 0", l.First)
	c.share("limits.shed", l.Shed)
	c.share("limits.silent_probes", l.SilentProbes)
	c.share("limits.late", l.Late)
	c.share("limits.reached", l.Reached)
	c.share("limits.replied", l.Replied)
	c.share("limits.fallback", l.Fallback)
	c.share("limits.chatter", l.Chatter)
	c.that(l.Sweep > 0, "limits.sweep: %v, want more than 0", l.Sweep)
	c.that(l.Cores > 0, "limits.cores: %g, want more than 0", l.Cores)
}

// checks collects problems.
type checks struct{ all []error }

func (c *checks) that(ok bool, format string, args ...any) {
	if !ok {
		c.all = append(c.all, fmt.Errorf(format, args...))
	}
}

func (c *checks) share(name string, v float64) {
	c.that(v >= 0 && v <= 1, "%s: %g, want a share from 0 to 1", name, v)
}

func (c *checks) err() error {
	if len(c.all) == 0 {
		return nil
	}
	return fmt.Errorf("%w:\n%w", ErrScenario, errors.Join(c.all...))
}
