package seal

import (
	"crypto/cipher"
	"crypto/rand"
	"fmt"
)

// Sub is a key apart, for a few things that are to become unreadable together, by its destruction. It is kept sealed as any
// value is.
type Sub struct {
	key  [KeyBytes]byte
	aead cipher.AEAD
}

// NewSub makes a key.
func NewSub() (*Sub, error) {
	var key [KeyBytes]byte
	rand.Read(key[:])
	return OpenSub(key[:])
}

// OpenSub returns the key of these bytes.
func OpenSub(key []byte) (*Sub, error) {
	aead, err := newGCM(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return &Sub{key: [KeyBytes]byte(key), aead: aead}, nil
}

// Bytes returns the key, to be sealed and kept.
func (s *Sub) Bytes() []byte { return s.key[:] }

// Seal appends plain, sealed for its place, under a nonce by chance: a Sub seals thousands, not milliards.
func (s *Sub) Seal(dst []byte, place Place, plain []byte) []byte {
	var nonce [nonceBytes]byte
	rand.Read(nonce[:])
	return s.aead.Seal(append(dst, nonce[:]...), nonce[:], plain, place.AppendTo(nil))
}

// Open returns what was sealed for the place. The error is ErrCorrupt when it was not.
func (s *Sub) Open(place Place, sealed []byte) ([]byte, error) {
	if len(sealed) < nonceBytes+tagBytes {
		return nil, fmt.Errorf("sealed bytes cut short: %w", ErrCorrupt)
	}
	plain, err := s.aead.Open(nil, sealed[:nonceBytes], sealed[nonceBytes:], place.AppendTo(nil))
	if err != nil {
		return nil, fmt.Errorf("sealed bytes do not open here: %w", ErrCorrupt)
	}
	return plain, nil
}
