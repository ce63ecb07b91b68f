package actors

import (
	"errors"
	"fmt"
	"time"
)

// RoomConfig says how a room answers its public questions.
type RoomConfig struct {
	// FreshMax is how long a public answer serves those who ask the same while they come in a storm (ten a second and
	// more); below one a second FreshFor holds, between the two the time grows with the rate. Default 10 s.
	FreshMax time.Duration
	// ClosingAskers is how many different people must have asked the same in one burst for one closing reply to speak to
	// all of them when it ends. Default 10.
	ClosingAskers int
	// ClosingEvery is the least time between two closing replies of a room. Default 20 s.
	ClosingEvery time.Duration
	// PublicPerMinute is how many public replies a room gets in any 60 s, closing replies among them; one place is kept
	// for a closing. Questions beyond get no answer, with the reason rate; joining an answer costs nothing. Default 20.
	PublicPerMinute int
}

// defaultRoom returns the configuration for a node in service.
func defaultRoom() RoomConfig {
	return RoomConfig{FreshMax: 10 * time.Second, ClosingAskers: 10, ClosingEvery: 20 * time.Second, PublicPerMinute: 20}
}

// maxPublicPerMinute bounds what a room remembers of its replies.
const maxPublicPerMinute = 6000

// validate reports every field out of range; freshFor is what FreshMax must not be below.
func (c RoomConfig) validate(freshFor time.Duration) error {
	var errs []error
	check := func(name string, ok bool, v any, want string) {
		if !ok {
			errs = append(errs, fmt.Errorf("actors.room.%s: %v, want %s", name, v, want))
		}
	}
	check("fresh_max", c.FreshMax >= freshFor, c.FreshMax, fmt.Sprintf("actors.fresh_for (%v) or more", freshFor))
	check("closing_askers", c.ClosingAskers >= 2, c.ClosingAskers, "2 or more")
	check("closing_every", c.ClosingEvery > 0, c.ClosingEvery, "more than 0")
	check("public_per_minute", c.PublicPerMinute >= 1 && c.PublicPerMinute <= maxPublicPerMinute, c.PublicPerMinute,
		fmt.Sprintf("1 to %d", maxPublicPerMinute))
	return errors.Join(errs...)
}

// roomRules are what the rooms of a House go by.
func (c Config) roomRules() RoomRules {
	return RoomRules{
		FreshFor: c.FreshFor.Milliseconds(), FreshMax: c.Room.FreshMax.Milliseconds(), ClosingAskers: c.Room.ClosingAskers,
		ClosingEvery: c.Room.ClosingEvery.Milliseconds(), PublicPerMinute: c.Room.PublicPerMinute,
	}
}
