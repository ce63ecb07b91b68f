package loadtest

import (
	"time"

	"liveroom/engine/live"
)

// Shelf is the stock of one SKU.
type Shelf struct {
	SKU live.SKU `yaml:"sku"`
	// Available is how many pieces there are on hand; with no SKU named, nothing is set.
	Available int64 `yaml:"available"`
}

// Chorus tells that all comments ask the same thing, of the SKU in Scenario.Stock: what the room says to everybody at the
// end of the burst is then waited for, as long as the grace, and judged.
type Chorus struct {
	// Linger is how long after that one closing reply a second one, which must not be, is listened for; 0 is no chorus.
	Linger time.Duration `yaml:"linger"`
}

// Rush tells that each viewer wants one piece of the SKU in Scenario.Stock: it asks, takes up the offer, confirms what is
// held, and asks again when none is left. What the server's ledger says meanwhile is sampled and judged.
type Rush struct {
	// Think is the longest time before a next word, a quarter of it before a confirmation; 0 is no rush.
	Think time.Duration `yaml:"think"`
	// Retries is how often a viewer asks again after none was left.
	Retries int `yaml:"retries"`
	// KillAt kills a server of our own, as a crash would, when viewers have been told that this share of the pieces is
	// held; 0 is never.
	KillAt float64 `yaml:"kill_at"`
}

// Siege tells that, after a time of quiet, others come from several loopback addresses and mean no good, until the load is
// over. They are held to the bounds of one address where the load's own links are exempt from them.
type Siege struct {
	// Quiet is how long the load goes on alone, once the ramp is over: what the rest is compared with.
	Quiet time.Duration `yaml:"quiet"`
	// HalfOpen is how many handshakes that are never finished are held at a time; whichever the server ends is begun anew.
	HalfOpen int `yaml:"half_open"`
	// PerSecond bounds how fast those are begun; 0 is 2,000.
	PerSecond int `yaml:"per_second"`
	// Storm is how many connect and say hello a second; at most one of this and HalfOpen.
	Storm int `yaml:"storm"`
	// Addresses is from how many they come; 0 is 32.
	Addresses int `yaml:"addresses"`
}

// untimedGrace is longer than a server may take where no time is judged.
const untimedGrace = 30 * time.Second

// Untimed returns the scenario with limits and settings by which no figure of time can fail it, for CI on a busy machine:
// what must be answered once and rightly still counts.
func (s Scenario) Untimed() Scenario {
	l := &s.Limits
	l.P99, l.First, l.Sweep = 20*time.Second, 20*time.Second, 20*time.Second
	l.Late, l.Reached, l.Fallback, l.Cores = 1, 0.9, 0.05, 2
	s.Server = append(append([]string(nil), s.Server...), "actors.budget=20s", "actors.shed_after=20s")
	s.Schedule.Grace = max(s.Schedule.Grace, untimedGrace) // an outcome is missing once the server has had its time, no sooner
	return s
}

// paced gives a scenario in which everybody speaks once the rate at which they get through within the duration.
func (s Scenario) paced() Scenario {
	if s.Users.Each {
		s.Schedule.Rate = float64(s.speakers()) / s.Schedule.Duration.Seconds()
	}
	return s
}

// speakers returns how many people speak when everybody speaks once.
func (s Scenario) speakers() int {
	if s.Mix.Message > 0 && s.Links.Viewers > 0 || s.Links.Ingest == 0 {
		return s.Links.Viewers
	}
	return s.Users.Count
}

// String says how the people who speak are drawn.
func (u Users) String() string {
	if u.Each {
		return "once each"
	}
	return u.Draw.String()
}

// types returns how many event types the mix has.
func (m Mix) types() (n int) {
	for _, w := range m.weights() {
		if w > 0 {
			n++
		}
	}
	return n
}

// checkKinds checks what makes a scenario one of a special kind.
func (s Scenario) checkKinds(c *checks) {
	t := s.Schedule
	if s.Users.Each {
		c.that(t.Rate == 0, "schedule.rate: %g, want none: everybody speaks once within the duration", t.Rate)
		c.that(t.Ramp == 0 && t.Arrivals == "even" && t.Burst == (Burst{}) && !t.Log, "users.each: want even arrivals without ramp, burst or log")
		c.that(s.Mix.types() == 1, "users.each: want one event type in the mix")
		c.that(s.speakers() > 0, "users.each: there is nobody to speak")
	}
	shelf := s.Stock
	c.that(shelf.Available >= 0, "stock.available: %d is negative", shelf.Available)
	c.that(shelf.SKU != "" || shelf.Available == 0, "stock.sku is empty")
	c.that(shelf.SKU == "" || s.Links.Ingest > 0, "stock: a stock figure needs an ingest link")
	if s.Chorus != (Chorus{}) {
		c.that(s.Chorus.Linger > 0, "chorus.linger: %v, want more than 0", s.Chorus.Linger)
		c.that(s.Users.Each && s.Mix.Comment > 0, "chorus: want users.each and comments alone")
		c.that(shelf.SKU != "", "chorus: want stock, the figure that is asked for")
		c.that(s.Probes.Every == 0 && s.Rush == (Rush{}), "chorus: want no probes and no rush beside it")
	}
	s.checkSiege(c)
	if r := s.Rush; r != (Rush{}) {
		c.that(r.Think > 0, "rush.think: %v, want more than 0", r.Think)
		c.that(r.Retries >= 0, "rush.retries: %d is negative", r.Retries)
		c.that(r.KillAt >= 0 && r.KillAt < 1, "rush.kill_at: %g, want a share from 0 to below 1", r.KillAt)
		c.that(s.Users.Each && s.Mix.Message > 0 && s.Links.Viewers > 0, "rush: want users.each and messages of viewer links alone")
		c.that(shelf.Available > 0, "rush: want stock, the pieces that are raced for")
		c.that(s.Probes.Every == 0, "rush: want no probes beside it")
	}
}

func (s Scenario) checkSiege(c *checks) {
	n, t := s.Siege, s.Schedule
	c.that(n.HalfOpen >= 0 && n.Storm >= 0, "siege: half_open and storm are %d and %d, want 0 or more", n.HalfOpen, n.Storm)
	c.that(n.HalfOpen == 0 || n.Storm == 0, "siege: half_open and storm are %d and %d, want one of them", n.HalfOpen, n.Storm)
	if !n.on() {
		c.that(n.Quiet == 0, "siege.quiet: %v, but there is neither half_open nor storm", n.Quiet)
		return
	}
	c.that(n.Quiet > 0 && t.Ramp+n.Quiet < t.Duration, "siege.quiet: %v, want more than 0, and less than a duration of %v with its ramp of %v",
		n.Quiet, t.Duration, t.Ramp)
	c.that(n.PerSecond > 0, "siege.per_second: %d, want at least 1", n.PerSecond)
	c.that(n.Addresses > 0 && n.Addresses <= 10_000, "siege.addresses: %d, want 1 to 10,000", n.Addresses)
	c.that(s.Links.Viewers > 0 && s.Mix.Message+s.Mix.Comment > 0, "siege: want viewer links that ask something, to see how they fare")
	c.that(s.Rush == (Rush{}) && s.Chorus == (Chorus{}), "siege: want no rush and no chorus beside it")
}
