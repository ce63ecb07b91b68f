package storage

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// A sealed block: version 1 byte, checksum 4 bytes little endian, the encoded records. The checksum (CRC-32C) covers the
// block's place, so that a block moved to another row does not open.
const (
	blockVersion = 1
	blockHead    = 5
	blockAim     = 64 << 10 // bytes of records after which a block is cut, at the next entry
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sealBlock appends the sealed form of records to dst. The place is the block's number, or 0 for what stands in a row of
// its own.
func sealBlock(dst []byte, place uint64, records []byte) []byte {
	dst = append(dst, blockVersion)
	dst = binary.LittleEndian.AppendUint32(dst, checksum(place, records))
	return append(dst, records...)
}

// openBlock returns the records of a sealed block as a view of it.
func openBlock(place uint64, sealed []byte) ([]byte, error) {
	switch {
	case len(sealed) < blockHead:
		return nil, fmt.Errorf("block cut short: %w", ErrCorrupt)
	case sealed[0] != blockVersion:
		return nil, fmt.Errorf("block version %d: %w", sealed[0], ErrCorrupt)
	}
	records := sealed[blockHead:]
	if binary.LittleEndian.Uint32(sealed[1:]) != checksum(place, records) {
		return nil, fmt.Errorf("block checksum: %w", ErrCorrupt)
	}
	return records, nil
}

func checksum(place uint64, records []byte) uint32 {
	var p [9]byte
	p[0] = blockVersion
	binary.LittleEndian.PutUint64(p[1:], place)
	return crc32.Update(crc32.Checksum(p[:], castagnoli), castagnoli, records)
}
