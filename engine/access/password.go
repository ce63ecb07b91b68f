package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// How passwords are hashed: argon2id as OWASP has it for a server that does other work. A hash tells its own numbers, so
// that older ones go on working when these change.
const (
	argonLanes = 1
	argonSalt  = 16 // bytes
	argonKey   = 32 // bytes
)

// Variables for tests alone, most of which want many passwords rather than hard ones.
var (
	argonTime   uint32 = 2
	argonMemory uint32 = 19 << 10 // KiB
)

// Bounds of a password, in characters and bytes.
const (
	minPassword = 12
	maxPassword = 256
)

// hashing bounds the memory that hashing takes: one place for each hash under way.
type hashing chan struct{}

func newHashing() hashing { return make(hashing, 2) }

// do runs a hash when there is a place for it.
func (h hashing) do(ctx context.Context, hash func()) error {
	select {
	case h <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h }()
	hash()
	return nil
}

// hashPassword returns a hash in the PHC form: $argon2id$v=19$m=…,t=…,p=…$salt$key.
func hashPassword(password string) string {
	var salt [argonSalt]byte
	rand.Read(salt[:])
	key := argon2.IDKey([]byte(password), salt[:], argonTime, argonMemory, argonLanes, argonKey)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt[:]), base64.RawStdEncoding.EncodeToString(key))
}

// noHash returns a hash of no password anybody knows, which takes as long to try as one of hashPassword.
func noHash() parsedHash {
	p := parsedHash{memory: argonMemory, time: argonTime, lanes: argonLanes, salt: make([]byte, argonSalt), key: make([]byte, argonKey)}
	rand.Read(p.salt)
	rand.Read(p.key)
	return p
}

// parsedHash is a hash taken apart.
type parsedHash struct {
	memory, time uint32
	lanes        uint8
	salt, key    []byte
}

// parseHash reads what hashPassword wrote, now or by earlier numbers. Numbers that would cost more than a gigabyte or too
// long are refused: the file is not trusted with the machine.
func parseHash(hash string) (p parsedHash, err error) {
	parts := strings.Split(hash, "$")
	version := 0
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return p, fmt.Errorf("not an argon2id hash")
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, fmt.Errorf("not argon2 version %d", argon2.Version)
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.lanes); err != nil {
		return p, fmt.Errorf("no numbers: %w", err)
	}
	if p.memory < 8 || p.memory > 1<<20 || p.time < 1 || p.time > 16 || p.lanes < 1 || p.lanes > 16 {
		return p, fmt.Errorf("numbers out of range")
	}
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil || len(p.salt) < 8 {
		return p, fmt.Errorf("no salt")
	}
	if p.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(p.key) < 16 || len(p.key) > 64 {
		return p, fmt.Errorf("no key")
	}
	return p, nil
}

// is tells whether the hash is of a password, in a time that does not depend on it.
func (p parsedHash) is(password string) bool {
	key := argon2.IDKey([]byte(password), p.salt, p.time, p.memory, p.lanes, uint32(len(p.key)))
	return subtle.ConstantTimeCompare(key, p.key) == 1
}

// checkNew says what is wrong with a new password.
func checkNew(name, password string) error {
	switch {
	case !utf8.ValidString(password):
		return fmt.Errorf("%w: it is not UTF-8", ErrWeak)
	case utf8.RuneCountInString(password) < minPassword:
		return fmt.Errorf("%w: it has fewer than %d characters", ErrWeak, minPassword)
	case len(password) > maxPassword:
		return fmt.Errorf("%w: it has more than %d bytes", ErrWeak, maxPassword)
	case strings.Contains(strings.ToLower(password), strings.ToLower(name)):
		return fmt.Errorf("%w: it contains the account's name", ErrWeak)
	case strings.Count(password, password[:1]) == len(password):
		return fmt.Errorf("%w: it is one character over and over", ErrWeak)
	}
	return nil
}

// oneTime draws a password that is good for one sign-in: 80 bits in letters that are told apart when read aloud.
func oneTime() string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789a" // 32 places; a twice costs nothing that matters
	var random [16]byte
	rand.Read(random[:])
	var b strings.Builder
	for i, r := range random {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(letters[r%32])
	}
	return b.String()
}
