package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"liveroom/transport/wire/token"
)

// lookEvery is how often the key file is looked at.
const lookEvery = 500 * time.Millisecond

// leeway is how far the clocks of whoever signs tokens may be ahead.
const leeway = time.Minute

// ErrRunning is returned by a second Run.
var ErrRunning = errors.New("the tokens are watched already")

// Tokens checks tokens: signed with a key of the key file, of a life that is short enough, and not revoked. Every method
// may be called from any goroutine.
type Tokens struct {
	// Journal, when set, writes down that the key file has changed before that is in force; it is set before Run.
	Journal Journal

	// set before Run
	path    string
	most    time.Duration
	log     *slog.Logger
	revoked *revocations
	ready   chan struct{}
	started chan struct{} // holds one token, taken by Run

	keys   atomic.Pointer[token.Keys]
	stamp  stamp // owned by Run
	unkept bool  // owned by Run; the last change could not be written down
}

// stamp tells whether a file is another than before.
type stamp struct {
	modified time.Time
	size     int64
	file     os.FileInfo
}

// TokenFiles are where tokens are looked up.
type TokenFiles struct {
	Keys    string
	Revoked string
	Sealer  Sealer // of Revoked; nil keeps it plain
}

// OpenTokens reads the keys and what is revoked. No token may hold longer than most.
func OpenTokens(files TokenFiles, most time.Duration, log *slog.Logger) (*Tokens, error) {
	t := &Tokens{path: files.Keys, most: most, log: log, ready: make(chan struct{}), started: make(chan struct{}, 1)}
	t.stamp, _ = stampOf(files.Keys)
	keys, err := token.ReadKeys(files.Keys)
	if err != nil {
		return nil, err
	}
	t.keys.Store(keys)
	if t.revoked, err = openRevocations(files.Revoked, files.Sealer, time.Now()); err != nil {
		return nil, err
	}
	return t, nil
}

// Keys returns the keys in force.
func (t *Tokens) Keys() *token.Keys { return t.keys.Load() }

// Verify returns the claims of a token. Beyond the errors of token.Keys.Verify, it wraps ErrRevoked and ErrTooLong.
func (t *Tokens) Verify(tok string, now time.Time) (token.Claims, error) {
	c, err := t.keys.Load().Verify(tok, now)
	if err != nil {
		return c, err
	}
	issued := c.Issued
	if issued.IsZero() || issued.After(now.Add(leeway)) {
		issued = now
	}
	if c.Expires.Sub(issued) > t.most+leeway {
		return token.Claims{}, fmt.Errorf("%w: at most %v from its making", ErrTooLong, t.most)
	}
	if t.revoked.has(c.ID) {
		return token.Claims{}, ErrRevoked
	}
	return c, nil
}

// Revoked tells whether the token of an id was taken back.
func (t *Tokens) Revoked(id string) bool { return t.revoked.has(id) }

// Changes tells how often a token was revoked, so that who watches live links need not look at them in vain.
func (t *Tokens) Changes() int64 { return t.revoked.changes.Load() }

// Revoke takes back the token of an id, for as long as any could hold. When it returns nil, that lasts.
func (t *Tokens) Revoke(id string, now time.Time) error {
	return t.revoked.add(id, now.Add(t.most+2*leeway), now)
}

// Revocations returns what is revoked.
func (t *Tokens) Revocations(now time.Time) []Revocation { return t.revoked.list(now) }

// Reseal writes what is revoked anew, under the key that the sealer has by now.
func (t *Tokens) Reseal() error { return t.revoked.reseal() }

// Ready is closed when Run watches.
func (t *Tokens) Ready() <-chan struct{} { return t.ready }

// Run takes new keys when the key file changes, until ctx ends. A file that cannot be read leaves the keys as they are.
func (t *Tokens) Run(ctx context.Context) error {
	select {
	case t.started <- struct{}{}:
	default:
		return ErrRunning
	}
	close(t.ready)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			t.look(ctx)
		}
	}
}

func stampOf(path string) (stamp, error) {
	st, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}
	return stamp{st.ModTime(), st.Size(), st}, nil
}

// reloadKeys is how the audit log calls a change of the key file, whoever has made it. It is nothing that a role may do.
const reloadKeys = "token.reload"

func (t *Tokens) look(ctx context.Context) {
	now, err := stampOf(t.path)
	switch {
	case err == nil && t.stamp.file != nil && now.size == t.stamp.size && now.modified.Equal(t.stamp.modified) && os.SameFile(now.file, t.stamp.file):
		return
	case err != nil && t.stamp.file == nil:
		return // it was missing before, and that was said
	}
	keys, unread := token.ReadKeys(t.path)
	change := Deed{Who: "file", Act: reloadKeys, On: "token key file", Detail: "in force " + strings.Join(t.Keys().IDs(time.Now()), ", ")}
	if unread == nil {
		change.Detail += "; in the file " + strings.Join(keys.IDs(time.Now()), ", ")
	}
	tried := false
	try := func() error {
		tried = true
		if unread == nil {
			t.keys.Store(keys)
		}
		return unread
	}
	if t.Journal == nil {
		err = try()
	} else {
		err = t.Journal(ctx, change, try)
	}
	if !tried { // what cannot be written down is not taken up: the next look tries again
		if !t.unkept {
			t.log.Warn("token keys stay as they were until the audit log can be written", "err", err)
		}
		t.unkept = true
		return
	}
	t.stamp, t.unkept = now, false
	if unread != nil {
		t.log.Warn("token keys stay as they were", "err", unread)
		return
	}
	t.log.Info("token keys read", "keys", keys.IDs(time.Now()))
}

// Close releases the file of revocations.
func (t *Tokens) Close() error { return t.revoked.close() }
