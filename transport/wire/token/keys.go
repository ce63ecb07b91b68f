package token

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Keys are the keys that tokens may be signed with: the first signs new ones, the others only verify what they signed
// before, each until its time is over. Keys are immutable.
type Keys struct{ all []heldKey }

type heldKey struct {
	id    string
	key   []byte
	until time.Time // zero for the one that signs
}

// maxKeys is how many keys a file may hold.
const maxKeys = 16

// listStart is the first line of a file with several keys.
const listStart = "liveroom token keys 1"

// String keeps keys out of logs.
func (k *Keys) String() string { return fmt.Sprintf("%d token keys", len(k.all)) }

// GoString keeps keys out of dumps.
func (k *Keys) GoString() string { return k.String() }

// IDs returns the names of the keys that are in force at the time now, that of the signing one first.
func (k *Keys) IDs(now time.Time) []string {
	var ids []string
	for _, h := range k.all {
		if h.holds(now) {
			ids = append(ids, h.id)
		}
	}
	return ids
}

// Each calls use with every key in force at the time now, the signing one first, until it returns false.
func (k *Keys) Each(now time.Time, use func(key []byte) bool) {
	for _, h := range k.all {
		if h.holds(now) && !use(h.key) {
			return
		}
	}
}

// Sign is Sign with the key that signs.
func (k *Keys) Sign(c Claims, now time.Time) (string, error) { return Sign(k.all[0].key, c, now) }

func (h *heldKey) holds(now time.Time) bool { return h.until.IsZero() || now.Before(h.until) }

// candidates returns the key that a token names by kid, or all when it names none.
func (k *Keys) candidates(kid any, now time.Time) (any, error) {
	var set jwt.VerificationKeySet
	for _, h := range k.all {
		if h.holds(now) && (kid == nil || kid == h.id) {
			set.Keys = append(set.Keys, h.key)
		}
	}
	if len(set.Keys) == 0 {
		return nil, errUnknownKey
	}
	return set, nil
}

var errUnknownKey = errors.New("no such key")

// parseKeys reads a key file: one bare key, or listStart and a line for each key, "base64" or "base64 until RFC3339".
func parseKeys(content []byte) (*Keys, error) {
	text, isList := strings.CutPrefix(string(content), listStart)
	if !isList {
		if len(content) < MinKey {
			return nil, shortKey(content)
		}
		return &Keys{all: []heldKey{{id: keyID(content), key: content}}}, nil
	}
	k := &Keys{}
	for i, line := range strings.Split(text, "\n")[1:] {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		h, err := parseKey(fields)
		switch {
		case err != nil: // it must not quote the line
			return nil, fmt.Errorf("%w: line %d: %w", ErrKeyFile, i+2, err)
		case h.until.IsZero() != (len(k.all) == 0):
			return nil, fmt.Errorf("%w: line %d: the first key has no end, and every other has one", ErrKeyFile, i+2)
		case len(k.all) == maxKeys:
			return nil, fmt.Errorf("%w: more than %d keys", ErrKeyFile, maxKeys)
		}
		k.all = append(k.all, h)
	}
	if len(k.all) == 0 {
		return nil, fmt.Errorf("%w: it names no key", ErrKeyFile)
	}
	return k, nil
}

func parseKey(fields []string) (h heldKey, err error) {
	if h.key, err = base64.StdEncoding.DecodeString(fields[0]); err != nil {
		return h, errors.New("the key is not base64")
	}
	if len(h.key) < MinKey {
		return h, shortKey(h.key)
	}
	h.id = keyID(h.key)
	switch {
	case len(fields) == 1:
		return h, nil
	case len(fields) != 3 || fields[1] != "until":
		return h, errors.New(`want a key, or a key, "until" and a time`)
	}
	if h.until, err = time.Parse(time.RFC3339, fields[2]); err != nil {
		return h, errors.New("the time is not of the form 2006-01-02T15:04:05Z")
	}
	return h, nil
}

// Rotate draws a new key that signs from now on and puts it into the file; the others verify for keep longer at most.
// Keys whose time is over are dropped. Whoever reads the file finds the old or the new one whole.
func Rotate(path string, keep time.Duration, now time.Time) (*Keys, error) {
	old, err := ReadKeys(path)
	if err != nil {
		return nil, err
	}
	key := make([]byte, MinKey)
	rand.Read(key)
	next := &Keys{all: []heldKey{{id: keyID(key), key: key}}}
	end := now.Add(keep).UTC().Truncate(time.Second)
	for _, h := range old.all {
		if !h.holds(now) || len(next.all) == maxKeys || keep <= 0 {
			continue
		}
		if h.until.IsZero() || h.until.After(end) {
			h.until = end
		}
		next.all = append(next.all, h)
	}
	if err := next.write(path); err != nil {
		return nil, fmt.Errorf("rotate token key: %w", err)
	}
	return next, nil
}

func (k *Keys) write(path string) (err error) {
	lines := []string{listStart}
	for _, h := range k.all {
		line := base64.StdEncoding.EncodeToString(h.key)
		if !h.until.IsZero() {
			line += " until " + h.until.Format(time.RFC3339)
		}
		lines = append(lines, line)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if _, err = f.WriteString(strings.Join(lines, "\n") + "\n"); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
