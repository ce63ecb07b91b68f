// Package codec is how records stand on disk: encoded one after the other (Append, Next), and sealed in blocks (Seal, Open)
// that open only whole and in their own place. The two steps know nothing of each other, and neither of the database.
package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// A sealed block: version 1 byte, checksum 4 bytes little endian, the encoded records. The checksum (CRC-32C) covers the
// block's place, so that a block moved to another row does not open.
const (
	version   = 1
	headBytes = 5
)

// ErrCorrupt means that bytes are not what Append and Seal make.
var ErrCorrupt = errors.New("corrupt")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Seal appends the sealed form of records, or of a state, to dst. The place is the number of the block it is or belongs to, 0
// for what belongs to none.
func Seal(dst []byte, place uint64, records []byte) []byte {
	dst = append(dst, version)
	dst = binary.LittleEndian.AppendUint32(dst, checksum(place, records))
	return append(dst, records...)
}

// Open returns the records of a sealed block as a view of it. The error is ErrCorrupt.
func Open(place uint64, sealed []byte) ([]byte, error) {
	switch {
	case len(sealed) < headBytes:
		return nil, fmt.Errorf("block cut short: %w", ErrCorrupt)
	case sealed[0] != version:
		return nil, fmt.Errorf("block version %d: %w", sealed[0], ErrCorrupt)
	}
	records := sealed[headBytes:]
	if binary.LittleEndian.Uint32(sealed[1:]) != checksum(place, records) {
		return nil, fmt.Errorf("block checksum: %w", ErrCorrupt)
	}
	return records, nil
}

func checksum(place uint64, records []byte) uint32 {
	var p [9]byte
	p[0] = version
	binary.LittleEndian.PutUint64(p[1:], place)
	return crc32.Update(crc32.Checksum(p[:], castagnoli), castagnoli, records)
}
