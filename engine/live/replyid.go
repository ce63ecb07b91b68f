package live

import (
	"encoding/hex"

	"github.com/emmansun/gmsm/sm3"
)

// ReplyIDFor derives the id of the one reply to an event: the first 96 bits of SM3 over room, user, type and id, room and
// user each closed by a zero byte, in hexadecimal. The same event has the same reply id on every node and after every restart.
func ReplyIDFor(k UserKey, e EventKey) ReplyID {
	buf := make([]byte, 0, 256)
	buf = append(append(buf, k.Room...), 0)
	buf = append(append(buf, k.User...), 0)
	buf = append(buf, byte(e.Type))
	buf = append(buf, e.ID...)
	sum := sm3.Sum(buf)
	var out [24]byte
	hex.Encode(out[:], sum[:12])
	return ReplyID(out[:])
}
