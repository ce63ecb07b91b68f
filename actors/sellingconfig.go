package actors

import (
	"errors"
	"fmt"
)

// SellingConfig says when a dialogue may offer what nobody asked for: the promotion of the product spoken of, and another
// product. Whatever it says, who has complained is offered nothing, nobody is while something else is open, and no
// promotion and no pair of products comes twice.
type SellingConfig struct {
	// Unasked lets it be done at all. Default true.
	Unasked bool
	// EveryTurns is how many messages of a user lie from one such offer to the next, at least; the offer of another
	// product after an order line does not wait for that. Default 4.
	EveryTurns int
	// MinMood is the lowest mood, 1 furious to 5 delighted, in which a user is offered anything unasked. Default 2.6.
	MinMood float64
}

func defaultSelling() SellingConfig { return SellingConfig{Unasked: true, EveryTurns: 4, MinMood: 2.6} }

// usualSelling is what a state goes by that was told nothing else.
var usualSelling = defaultSelling()

// maxEveryTurns bounds SellingConfig.EveryTurns: a state counts no further.
const maxEveryTurns = 255

// allows tells whether somebody of a mood may be offered something unasked, and for how many of his messages nothing
// more is then.
func (c *SellingConfig) allows(m Mood) (unasked bool, rest int) {
	if c == nil {
		c = &usualSelling
	}
	return c.Unasked && m >= Mood(c.MinMood), c.EveryTurns
}

func (c *SellingConfig) validate() error {
	var errs []error
	if c.EveryTurns < 1 || c.EveryTurns > maxEveryTurns {
		errs = append(errs, fmt.Errorf("actors.selling.every_turns: %d, want 1 to %d", c.EveryTurns, maxEveryTurns))
	}
	if !(c.MinMood >= 1 && c.MinMood <= 5) {
		errs = append(errs, fmt.Errorf("actors.selling.min_mood: %v, want 1 to 5", c.MinMood))
	}
	return errors.Join(errs...)
}
