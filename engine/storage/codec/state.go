package codec

import (
	"fmt"

	"liveroom/engine/live"
)

// AppendState appends a user's snapshot with whose it is: room and user as strings, then the state. It is sealed as one, so
// that a row tells whose it is only to who may know.
func AppendState(dst []byte, k live.UserKey, state []byte) []byte {
	dst = appendString(dst, string(k.Room))
	dst = appendString(dst, string(k.User))
	return append(dst, state...)
}

// State is the inverse of AppendState; the state is a view. The error is ErrCorrupt.
func State(encoded []byte) (k live.UserKey, state []byte, err error) {
	c := cursor{rest: encoded}
	k = live.UserKey{Room: live.RoomID(c.text()), User: live.UserID(c.text())}
	if c.bad {
		return live.UserKey{}, nil, fmt.Errorf("state: %w", ErrCorrupt)
	}
	return k, c.rest, nil
}
