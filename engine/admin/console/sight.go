package console

import (
	"context"

	"liveroom/engine/live"
)

// sight is what of the house somebody is shown: all, or one room. Figures of the whole node are shown to everybody, since
// they name neither a room nor a user.
type sight struct{ only live.RoomID } // "" is all

// sightOf returns what who looks is shown.
func (c *Console) sightOf(ctx context.Context) sight { return sight{c.from.Access.Room(ctx)} }

// shows tells whether what belongs to a room is shown. What belongs to none, as a link for the whole shop, is not a room's.
func (s sight) shows(room live.RoomID) bool { return s.only == "" || s.only == room }
