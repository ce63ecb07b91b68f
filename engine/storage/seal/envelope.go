package seal

import (
	"context"
	"encoding/binary"
	"fmt"
)

// version is the first byte of everything sealed.
const version = 2

// headBytes is what stands before the ciphertext.
const headBytes = 1 + nonceBytes

// Overhead is how many bytes sealing adds.
const Overhead = headBytes + tagBytes

// maxSeals is how much one key may seal. At a million a second it lasts for a fortnight; no node comes near, since each
// start takes a new key.
const maxSeals = 1 << 40

// Place is where something sealed stands: anywhere else it does not open.
type Place struct {
	Table string // and column, where a row has several
	Seq   uint64 // number of the block, of the snapshot, or the version
	Row   []byte // what else the row is found by
}

// AppendTo appends the place as associated data: the table, a zero byte, the number, the row.
func (p Place) AppendTo(dst []byte) []byte {
	dst = append(append(dst, p.Table...), 0)
	dst = binary.BigEndian.AppendUint64(dst, p.Seq)
	return append(dst, p.Row...)
}

// Nonce returns the data key that something was sealed under, and the count of its sealing. A key never counts the same
// twice. The error is ErrCorrupt.
func Nonce(sealed []byte) (key uint32, count uint64, err error) {
	switch {
	case len(sealed) < Overhead:
		return 0, 0, fmt.Errorf("sealed bytes cut short: %w", ErrCorrupt)
	case sealed[0] != version:
		return 0, 0, fmt.Errorf("sealed under version %d: %w", sealed[0], ErrCorrupt)
	}
	return binary.BigEndian.Uint32(sealed[1:]), binary.BigEndian.Uint64(sealed[5:]), nil
}

// Seal appends plain, sealed for its place under the key in use. Hot path: storage's BenchmarkCommit.
func (r *Keyring) Seal(dst []byte, place Place, plain []byte) ([]byte, error) {
	return r.current.Load().seal(dst, place, plain)
}

func (k *dataKey) seal(dst []byte, place Place, plain []byte) ([]byte, error) {
	if !k.fresh {
		return dst, fmt.Errorf("key %d is of an earlier start: %w", k.id, ErrSpent)
	}
	count := k.count.Add(1)
	if count > maxSeals {
		k.count.Add(^uint64(0)) // refused for ever, never round
		return dst, fmt.Errorf("key %d has sealed %d times: %w; rotate", k.id, uint64(maxSeals), ErrSpent)
	}
	var head [headBytes]byte
	head[0] = version
	binary.BigEndian.PutUint32(head[1:], k.id)
	binary.BigEndian.PutUint64(head[5:], count)
	start := len(dst)
	dst = append(dst, head[:]...)
	return k.aead.Load().Seal(dst, dst[start+1:], plain, place.AppendTo(nil)), nil
}

// Open returns what was sealed for the place, in the room of sealed, which must be the caller's own and holds nothing of use
// afterwards. The error is ErrCorrupt when it was not sealed so, and else what the key service says.
func (r *Keyring) Open(ctx context.Context, place Place, sealed []byte) ([]byte, error) {
	id, _, err := Nonce(sealed)
	if err != nil {
		return nil, err
	}
	aead, err := r.opener(ctx, id)
	if err != nil {
		return nil, err
	}
	text := sealed[headBytes:]
	plain, err := aead.Open(text[:0], sealed[1:headBytes], text, place.AppendTo(nil))
	if err != nil {
		return nil, fmt.Errorf("sealed bytes do not open here (key %d): %w", id, ErrCorrupt)
	}
	return plain, nil
}
