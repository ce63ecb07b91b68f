package actors

import (
	"errors"
	"fmt"
	"time"
)

// Config are the bounds and times of the actors.
type Config struct {
	// Budget is how long an answer may take, counted from the receipt of its question. Default 800 ms.
	Budget time.Duration
	// MaxInFlight bounds the messages admitted and not yet ended, over all users. Default 20,000.
	MaxInFlight int
	// ShedAfter keeps answers in time under any load: while the latest outcome took longer than this from the receipt
	// of its message, and more than a few messages are in flight, new ones are refused. Default 300 ms.
	ShedAfter time.Duration
	// MaxPending bounds the messages of one user admitted and not yet ended. Default 128.
	MaxPending int
	// IdleAfter is how long an actor stays in memory without a message. Default 5 m.
	IdleAfter time.Duration
	// SnapshotAfter is how many closed messages a user's journal tail may hold before the state is saved whole.
	// Default 64.
	SnapshotAfter int
	// SweepEvery is how often idle and overdue actors are looked for. Default 1 s.
	SweepEvery time.Duration
	// WorthFor is how long an acknowledged message that a crash left unanswered is still worth an answer; older ones
	// are closed as stale. Default 1 m.
	WorthFor time.Duration
	// FreshFor is how long a public answer serves those who ask the same. Default 3 s.
	FreshFor time.Duration
	// HoldFor is how long reserved pieces wait for the user's confirmation. Default 10 m.
	HoldFor time.Duration
	// LockFor is how long a confirmed order line waits to be ordered. Default 30 m.
	LockFor time.Duration
	// Room is how a room answers its public questions.
	Room RoomConfig
	// Selling is when a dialogue offers what nobody asked for.
	Selling SellingConfig
	// RestartLimit is how many restarts within RestartWindow an actor may have; one more and it refuses everything
	// with internal until the window has passed. Defaults 10 in 10 s.
	RestartLimit  int
	RestartWindow time.Duration
}

// Default returns the configuration for a node in service.
func Default() Config {
	return Config{
		Budget: 800 * time.Millisecond, MaxInFlight: 20_000, ShedAfter: 300 * time.Millisecond, MaxPending: 128,
		IdleAfter: 5 * time.Minute, SnapshotAfter: 64, SweepEvery: time.Second,
		WorthFor: time.Minute, FreshFor: 3 * time.Second, Room: defaultRoom(), Selling: defaultSelling(),
		HoldFor: 10 * time.Minute, LockFor: 30 * time.Minute, RestartLimit: 10, RestartWindow: 10 * time.Second,
	}
}

// Validate reports every field out of range.
func (c Config) Validate() error {
	var errs []error
	positive := func(name string, ok bool, v any) {
		if !ok {
			errs = append(errs, fmt.Errorf("actors.%s: %v, want more than 0", name, v))
		}
	}
	positive("budget", c.Budget > 0, c.Budget)
	positive("max_in_flight", c.MaxInFlight > 0, c.MaxInFlight)
	positive("shed_after", c.ShedAfter > 0, c.ShedAfter)
	positive("max_pending", c.MaxPending > 0, c.MaxPending)
	positive("idle_after", c.IdleAfter > 0, c.IdleAfter)
	positive("snapshot_after", c.SnapshotAfter > 0, c.SnapshotAfter)
	positive("sweep_every", c.SweepEvery > 0, c.SweepEvery)
	positive("worth_for", c.WorthFor > 0, c.WorthFor)
	positive("fresh_for", c.FreshFor > 0, c.FreshFor)
	positive("hold_for", c.HoldFor > 0, c.HoldFor)
	positive("lock_for", c.LockFor > 0, c.LockFor)
	positive("restart_limit", c.RestartLimit > 0, c.RestartLimit)
	positive("restart_window", c.RestartWindow > 0, c.RestartWindow)
	return errors.Join(append(errs, c.Room.validate(c.FreshFor), c.Selling.validate())...)
}
