package scripts

import (
	"errors"
	"fmt"
	"time"
)

// Config says where scripts come from and how long figures are good for.
type Config struct {
	// Dir holds the shop's own scripts; a file there replaces the library's script of the same name and takes over the
	// intents and topics it names. "" (the default) means the library alone.
	Dir string
	// Poll is how often Dir is looked at, default 250 ms. A change must look the same twice before it is loaded, so
	// an edit is live after at most twice this time.
	Poll time.Duration
	// CacheEntries is how many derived figures are kept, default 10,000: about one per product and choice asked for.
	CacheEntries int64
	// Limit is the longest reply in characters (runes), default 200; a script may set its own, up to 500.
	Limit int
	// MaxAge is how old a figure may be to be said.
	MaxAge MaxAge
	// PromotionEnding is how long before the end of an offer's window it is said to end in so many minutes; until then
	// nobody is hurried. Default 30 m.
	PromotionEnding time.Duration
	// UTCOffset is the shop's time for ship-by hours, as "+08:00", the default.
	UTCOffset string
	// Journal, when set, writes down that files of Dir have changed and calls try, which takes them up or returns why they are
	// refused. When it does not call try, the running set stays and the same change is brought again. Changes that Reload
	// takes up are its caller's to write down.
	Journal func(c Change, try func() error) error
}

// MaxAge is the age up to which each kind of figure may be said, counted from the earlier of the sender's time and the
// time it reached us. Zero takes the default.
type MaxAge struct {
	Stock   time.Duration // default 24 h
	Viewers time.Duration // default 60 s
	Sold    time.Duration // default 60 s
}

// Bounds of Config.
const (
	maxLimit   = 500
	maxEntries = 10_000_000
	maxMaxAge  = 7 * 24 * time.Hour
	maxEnding  = 24 * time.Hour
)

// Default returns the configuration that ships.
func Default() Config {
	return Config{
		Poll:         250 * time.Millisecond,
		CacheEntries: 10_000,
		Limit:        200,
		MaxAge:       MaxAge{Stock: 24 * time.Hour, Viewers: time.Minute, Sold: time.Minute},
		UTCOffset:    "+08:00",

		PromotionEnding: 30 * time.Minute,
	}
}

// withDefaults fills what was left zero.
func (c Config) withDefaults() Config {
	d := Default()
	if c.Poll == 0 {
		c.Poll = d.Poll
	}
	if c.CacheEntries == 0 {
		c.CacheEntries = d.CacheEntries
	}
	if c.Limit == 0 {
		c.Limit = d.Limit
	}
	if c.MaxAge.Stock == 0 {
		c.MaxAge.Stock = d.MaxAge.Stock
	}
	if c.MaxAge.Viewers == 0 {
		c.MaxAge.Viewers = d.MaxAge.Viewers
	}
	if c.MaxAge.Sold == 0 {
		c.MaxAge.Sold = d.MaxAge.Sold
	}
	if c.PromotionEnding == 0 {
		c.PromotionEnding = d.PromotionEnding
	}
	if c.UTCOffset == "" {
		c.UTCOffset = d.UTCOffset
	}
	return c
}

// Validate reports every problem at once. Zero values stand for defaults and are valid.
func (c Config) Validate() error {
	c = c.withDefaults()
	var all []error
	if c.Poll < 10*time.Millisecond || c.Poll > time.Minute {
		all = append(all, fmt.Errorf("scripts.poll: %s, want 10ms to 1m", c.Poll))
	}
	if c.CacheEntries < 1 || c.CacheEntries > maxEntries {
		all = append(all, fmt.Errorf("scripts.cache_entries: %d, want 1 to %d", c.CacheEntries, maxEntries))
	}
	if c.Limit < 20 || c.Limit > maxLimit {
		all = append(all, fmt.Errorf("scripts.limit: %d characters, want 20 to %d", c.Limit, maxLimit))
	}
	for _, f := range []struct {
		name string
		age  time.Duration
	}{{"stock", c.MaxAge.Stock}, {"viewers", c.MaxAge.Viewers}, {"sold", c.MaxAge.Sold}} {
		if f.age < time.Second || f.age > maxMaxAge {
			all = append(all, fmt.Errorf("scripts.max_age.%s: %s, want 1s to %s", f.name, f.age, maxMaxAge))
		}
	}
	if c.PromotionEnding < time.Minute || c.PromotionEnding > maxEnding {
		all = append(all, fmt.Errorf("scripts.promotion_ending: %s, want 1m to %s", c.PromotionEnding, maxEnding))
	}
	if _, err := c.zone(); err != nil {
		all = append(all, fmt.Errorf("scripts.utc_offset: %q, want an offset like +08:00", c.UTCOffset))
	}
	return errors.Join(all...)
}

// zone returns the shop's time.
func (c Config) zone() (*time.Location, error) {
	t, err := time.Parse("-07:00", c.UTCOffset)
	if err != nil {
		return nil, err
	}
	_, seconds := t.Zone()
	return time.FixedZone(c.UTCOffset, seconds), nil
}

// Zone returns the shop's time, that of the default when the configured one cannot be read.
func (c Config) Zone() *time.Location {
	if zone, err := c.withDefaults().zone(); err == nil {
		return zone
	}
	return time.FixedZone("", 8*60*60)
}
