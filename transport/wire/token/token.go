// Package token makes and checks the tokens by which a link says who it is: JSON Web Tokens signed with HMAC-SHA-256 and
// nothing else, with the claims role, shop, room, user and exp. It holds no key, reads no clock and starts no goroutine.
package token

import (
	"errors"
	"fmt"
	"time"

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
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, w).SignedString(key)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return signed, nil
}

// Verify returns the claims of a token. It wraps ErrExpired for one that was good before now, ErrUnauthorized for
// anything else that is wrong with it, and ErrShortKey for a weak key. The text of the error may be shown to the bearer.
func Verify(key []byte, tok string, now time.Time) (Claims, error) {
	if len(key) < MinKey {
		return Claims{}, shortKey(key)
	}
	var w words
	_, err := jwt.ParseWithClaims(tok, &w, func(*jwt.Token) (any, error) { return key, nil },
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
		Expires: w.ExpiresAt.Time,
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
		return "the role is ingest, viewer, seat or admin"
	case c.Role == live.Viewer && (c.Room == "" || c.User == ""):
		return "a viewer's token names its room and its user"
	case len(c.Shop) > live.MaxID || len(c.Room) > live.MaxID || len(c.User) > live.MaxID:
		return "shop, room and user have at most 128 bytes"
	case c.Expires.IsZero():
		return "it has no exp"
	}
	return ""
}

func shortKey(key []byte) error {
	return fmt.Errorf("%w: %d bytes, at least %d are needed", ErrShortKey, len(key), MinKey)
}
