package seal

import (
	"context"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/emmansun/gmsm/sm3"
)

// KeyService wraps data keys under a master key, which it may keep to itself. Its methods may be called from any goroutine.
type KeyService interface {
	// Wrap seals a key under the master key in use and names that. The label says what the key is; Unwrap wants the same.
	Wrap(ctx context.Context, key, label []byte) (wrapped []byte, master string, err error)
	// Unwrap opens what Wrap sealed under the named master key. The error is ErrWrongMaster when that is not at hand, and
	// ErrCorrupt when the wrapped key is damaged or was wrapped under another label.
	Unwrap(ctx context.Context, master string, wrapped, label []byte) (key []byte, err error)
}

// Master is a KeyService of master keys at hand: the first wraps, all of them unwrap.
type Master struct {
	guarded
	keys []masterKey
	from string // where the keys came from, for messages
}

type masterKey struct {
	id   string
	aead cipher.AEAD
}

// ParseMaster reads master keys: 32 hexadecimal digits each, on lines of their own or separated by commas; a line that
// begins with # is a comment. from says in messages where the text came from.
func ParseMaster(from, text string) (*Master, error) {
	m := &Master{from: from}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for digits := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) }) {
			key, err := hex.DecodeString(digits)
			if err != nil || len(key) != KeyBytes {
				// The text is a key, or nearly one: it is not repeated.
				return nil, fmt.Errorf("%s: key %d is not of %d hexadecimal digits", from, len(m.keys)+1, 2*KeyBytes)
			}
			aead, err := newGCM(key)
			if err != nil {
				return nil, fmt.Errorf("%s: key %d: %w", from, len(m.keys)+1, err)
			}
			m.keys = append(m.keys, masterKey{id: masterID(key), aead: aead})
		}
	}
	if len(m.keys) == 0 {
		return nil, fmt.Errorf("%s: %w in it", from, ErrNoMaster)
	}
	return m, nil
}

// masterID names a master key without telling anything of it.
func masterID(key []byte) string {
	mac := hmac.New(sm3.New, key)
	mac.Write([]byte("liveroom master key"))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

// newMasterKey returns a new master key in hexadecimal.
func newMasterKey() string {
	var key [KeyBytes]byte
	rand.Read(key[:])
	return hex.EncodeToString(key[:])
}

// IDs names the keys, the one that wraps first.
func (m *Master) IDs() []string {
	ids := make([]string, len(m.keys))
	for i := range m.keys {
		ids[i] = m.keys[i].id
	}
	return ids
}

// Wrap implements KeyService.
func (m *Master) Wrap(_ context.Context, key, label []byte) (wrapped []byte, master string, err error) {
	first := m.keys[0]
	wrapped = make([]byte, nonceBytes, nonceBytes+len(key)+tagBytes)
	rand.Read(wrapped) // a master key wraps so seldom that random nonces do not meet
	return first.aead.Seal(wrapped, wrapped, key, label), first.id, nil
}

// Unwrap implements KeyService.
func (m *Master) Unwrap(_ context.Context, master string, wrapped, label []byte) ([]byte, error) {
	for _, k := range m.keys {
		if k.id != master {
			continue
		}
		if len(wrapped) < nonceBytes+tagBytes {
			return nil, fmt.Errorf("wrapped key cut short: %w", ErrCorrupt)
		}
		key, err := k.aead.Open(nil, wrapped[:nonceBytes], wrapped[nonceBytes:], label)
		if err != nil {
			return nil, fmt.Errorf("wrapped key: %w", ErrCorrupt)
		}
		return key, nil
	}
	return nil, fmt.Errorf("%w: the data is sealed under master key %s, %s holds %s: bring back the key it was sealed under",
		ErrWrongMaster, master, m.from, strings.Join(m.IDs(), " and "))
}

var _ KeyService = (*Master)(nil)
