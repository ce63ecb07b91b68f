package seal

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

const testKey = "0123456789abcdeffedcba9876543210"

func master(t testing.TB, keys ...string) *Master {
	t.Helper()
	m, err := ParseMaster("test", strings.Join(keys, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ring returns a ring over the rows, under the given master keys.
func ring(t testing.TB, service KeyService, rows []Row) *Keyring {
	t.Helper()
	r, err := NewKeyring(context.Background(), service, rows, 1)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func sealed(t testing.TB, r *Keyring, place Place, plain string) []byte {
	t.Helper()
	s, err := r.Seal(nil, place, []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// opened opens a copy, so that the original can be used again.
func opened(r *Keyring, place Place, sealed []byte) (string, error) {
	plain, err := r.Open(context.Background(), place, append([]byte(nil), sealed...))
	return string(plain), err
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ToLower(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// broken is a key service that cannot be reached.
type broken struct{ KeyService }

var errAway = errors.New("the key service is away")

func (broken) Wrap(context.Context, []byte, []byte) ([]byte, string, error) { return nil, "", errAway }

func (broken) Unwrap(context.Context, string, []byte, []byte) ([]byte, error) { return nil, errAway }

// keyInUse returns the bytes of the key that seals.
func keyInUse(t testing.TB, r *Keyring, service KeyService) []byte {
	t.Helper()
	for _, row := range r.Rows() {
		if row.ID == r.Current() {
			key, err := Unwrap(context.Background(), service, row)
			if err != nil {
				t.Fatal(err)
			}
			return key
		}
	}
	t.Fatal("the key in use is not on the ring")
	return nil
}
