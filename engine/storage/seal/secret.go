package seal

import (
	"crypto/cipher"
	"fmt"
	"io"
	"log/slog"

	"github.com/emmansun/gmsm/sm4"
)

// Sizes in bytes.
const (
	KeyBytes   = 16 // of an SM4 key
	indexBytes = 32 // of the key of the index
	nonceBytes = 12
	tagBytes   = 16
)

// guarded is embedded by what holds key material: printed or logged, it says nothing. It works on the value that embeds it
// only as long as that is what is printed; deeper down, keys stand behind pointers, of which addresses are printed.
type guarded struct{}

const redacted = "(key, not shown)"

// Format implements fmt.Formatter for every verb.
func (guarded) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

// LogValue implements slog.LogValuer.
func (guarded) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler, and so for JSON and YAML too.
func (guarded) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// newGCM returns SM4-GCM under a key.
func newGCM(key []byte) (cipher.AEAD, error) {
	if len(key) != KeyBytes {
		return nil, fmt.Errorf("key of %d bytes, want %d", len(key), KeyBytes)
	}
	block, err := sm4.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
