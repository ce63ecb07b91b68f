package codec

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/klauspost/compress/s2"
)

// A block of records is sealed as it is, or packed:
//
//	mark     4 bytes 0xff, a size that no record has
//	format   1 byte: 1
//	records  in the block format of Snappy
//
// What people ask and are told in a few milliseconds is much alike: a packed block is a quarter of its records, and so is what
// has to be sealed, written twice and synced.
const (
	packLeast = 512 // bytes of records that are worth it
	packMost  = 64 << 20
	packed    = 1
)

var packMark = []byte{0xff, 0xff, 0xff, 0xff}

// ErrPacked is wrapped when a block does not unpack.
var ErrPacked = errors.New("packed block")

// Pack returns records as they are to be sealed: packed in room, which is grown as needed, or as they are where that is no
// longer.
func Pack(room, records []byte) (out, grown []byte) {
	if len(records) < packLeast {
		return records, room
	}
	head := len(packMark) + 1
	if need := head + s2.MaxEncodedLen(len(records)); cap(room) < need {
		room = make([]byte, need)
	}
	room = room[:cap(room)]
	copy(room, packMark)
	room[head-1] = packed
	n := len(s2.EncodeSnappy(room[head:], records))
	if head+n >= len(records) {
		return records, room
	}
	return room[:head+n], room
}

// Unpack returns the records of a block, which is b itself when it was not packed. The error wraps ErrPacked.
func Unpack(b []byte) ([]byte, error) {
	if !bytes.HasPrefix(b, packMark) {
		return b, nil
	}
	b = b[len(packMark):]
	if len(b) == 0 || b[0] != packed {
		return nil, fmt.Errorf("%w: of a format this liveroom does not know", ErrPacked)
	}
	n, err := s2.DecodedLen(b[1:])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPacked, err)
	}
	if n > packMost {
		return nil, fmt.Errorf("%w: of %d bytes, at most %d", ErrPacked, n, packMost)
	}
	records, err := s2.Decode(nil, b[1:])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPacked, err)
	}
	return records, nil
}
