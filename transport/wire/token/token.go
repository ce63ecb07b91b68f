// Package token makes and checks the tokens by which a link says who it is: JSON Web Tokens signed with HMAC-SHA-256 and
// nothing else, with the claims role, shop, room, user, jti, iat and exp. The header's kid tells which key of several has
// signed it. The package holds no key, reads no clock and starts no goroutine.
package token

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/golang-jwt/jwt/v5"

	"liveroom/engine/live"
)

// Claims are what a token says of its bearer.
type Claims struct {
	Role    live.Role
	Shop    live.ShopID // "" leaves the shop open
	Room    live.RoomID // required for a viewer; for ingest and seat "" leaves the room open
	User    live.UserID // required for a viewer
	Expires time.Time   // whole seconds; required
	ID      string      // what it is revoked by; "" lets Sign draw one, and Verify derive one from a token that has none
	Issued  time.Time   // set by Sign; zero when a token does not say
}

// What can be wrong with a token. The first two tell the bearer's fault, and match live.Expired and live.Unauthorized;
// the rest are faults of whoever makes tokens.
var (
	// ErrExpired is returned for a genuine token whose time is over.
	ErrExpired = errors.New("the token has expired")
	// ErrUnauthorized is returned for what is no token of ours.
	ErrUnauthorized = errors.New("the token is not valid")
	// ErrShortKey is returned for a key of less than MinKey bytes.
	ErrShortKey = errors.New("the token key is too short")
	// ErrKeyFile is returned for a key file that is not one.
	ErrKeyFile = errors.New("the key file cannot be read as one")
	// ErrClaims is returned when claims to be signed do not make sense together.
	ErrClaims = errors.New("the claims do not make a token")
)

// MinKey is the shortest key in bytes: as long as the hash.
const MinKey = 32

// words are the claims as JSON.
type words struct {
	Role string `json:"role"`
	Shop string `json:"shop,omitempty"`
	Room string `json:"room,omitempty"`
	User string `json:"user,omitempty"`
	jwt.RegisteredClaims
}

// Sign returns c as a token. It wraps ErrShortKey for a weak key, and ErrClaims for claims that Verify would refuse at
// the time now.
func Sign(key []byte, c Claims, now time.Time) (string, error) {
	if len(key) < MinKey {
		return "", shortKey(key)
	}
	if problem := c.problem(); problem != "" {
		return "", fmt.Errorf("%w: %s", ErrClaims, problem)
	}
	if !c.Expires.Truncate(time.Second).After(now) {
		return "", fmt.Errorf("%w: it would have expired already", ErrClaims)
	}
	w := words{Role: c.Role.String(), Shop: string(c.Shop), Room: string(c.Room), User: string(c.User)}
	w.ExpiresAt = jwt.NewNumericDate(c.Expires)
	w.IssuedAt = jwt.NewNumericDate(now)
	if w.ID = c.ID; w.ID == "" {
		w.ID = NewID()
	}
	unsigned := jwt.NewWithClaims(jwt.SigningMethodHS256, w)
	unsigned.Header["kid"] = keyID(key)
	signed, err := unsigned.SignedString(key)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return signed, nil
}

// NewID draws an id for a token, for who wants to know it before Sign.
func NewID() string {
	var random [12]byte
	rand.Read(random[:])
	return base64.RawURLEncoding.EncodeToString(random[:])
}

// keyID names a key without telling it: the start of its hash.
func keyID(key []byte) string {
	sum := sha256.Sum256(append([]byte("liveroom token key\x00"), key...))
	return hex.EncodeToString(sum[:6])
}

// Verify returns the claims of a token that one key has signed; see Keys.Verify.
func Verify(key []byte, tok string, now time.Time) (Claims, error) {
	if len(key) < MinKey {
		return Claims{}, shortKey(key)
	}
	return (&Keys{all: []heldKey{{id: keyID(key), key: key}}}).Verify(tok, now)
}

// Verify returns the claims of a token. It wraps ErrExpired for one that was good before now, and ErrUnauthorized for
// anything else that is wrong with it. The text of the error may be shown to the bearer. A token that names no key is
// tried with each.
func (k *Keys) Verify(tok string, now time.Time) (Claims, error) {
	var w words
	_, err := jwt.ParseWithClaims(tok, &w, func(t *jwt.Token) (any, error) { return k.candidates(t.Header["kid"], now) },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithExpirationRequired(),
		jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return Claims{}, fmt.Errorf("%w; ask for a new one", ErrExpired)
	case errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return Claims{}, fmt.Errorf("%w: it has no exp", ErrUnauthorized)
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return Claims{}, fmt.Errorf("%w yet", ErrUnauthorized)
	case err != nil: // a wrong key and a mangled token look alike from outside
		return Claims{}, fmt.Errorf("%w: it was not made with this server's key", ErrUnauthorized)
	}
	c := Claims{
		Role: live.ParseRole(w.Role), Shop: live.ShopID(w.Shop), Room: live.RoomID(w.Room), User: live.UserID(w.User),
		Expires: w.ExpiresAt.Time, ID: w.ID,
	}
	if w.IssuedAt != nil {
		c.Issued = w.IssuedAt.Time
	}
	if c.ID == "" { // made elsewhere; its bytes cannot be changed, so they name it
		sum := sha256.Sum256([]byte(tok))
		c.ID = "sha256-" + hex.EncodeToString(sum[:16])
	}
	if problem := c.problem(); problem != "" {
		return Claims{}, fmt.Errorf("%w: %s", ErrUnauthorized, problem)
	}
	return c, nil
}

// problem says what is wrong with the claims, "" when nothing is.
func (c *Claims) problem() string {
	switch {
	case c.Role.String() == "":
		return "the role is ingest, viewer, seat, supervisor, operator, auditor or admin"
	case c.Role == live.Viewer && (c.Room == "" || c.User == ""):
		return "a viewer's token names its room and its user"
	case len(c.Shop) > live.MaxID || len(c.Room) > live.MaxID || len(c.User) > live.MaxID:
		return "shop, room and user have at most 128 bytes"
	case len(c.ID) > live.MaxID || strings.ContainsFunc(c.ID, unicode.IsControl):
		return "jti has at most 128 bytes and no control characters"
	case c.Expires.IsZero():
		return "it has no exp"
	}
	return ""
}

func shortKey(key []byte) error {
	return fmt.Errorf("%w: %d bytes, at least %d are needed", ErrShortKey, len(key), MinKey)
}
