package access

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"liveroom/engine/files"
)

const (
	sessionFileVersion = 1
	sessionFileAside   = ".aside" // what a file that cannot be read is called then
	maxSessionFile     = 4 << 20  // bytes
	keepHeardEvery     = time.Minute
)

// ErrKeeping is returned by a second Run of a Guard.
var ErrKeeping = errors.New("the sessions are kept already")

// sessionFile has sessions outlast the node: a sealed file of mode 0600 that holds who is signed in since when, and of each
// cookie the hash alone, so that whoever opens it can sign in nowhere. It is written whole whenever a session begins or ends.
// What is in its way is logged and keeps nobody from signing in, or out.
type sessionFile struct {
	path   string
	sealer Sealer // nil keeps it plain
	log    *slog.Logger

	mu     sync.Mutex // held over writes
	failed bool       // guarded by mu; the last writing
}

// keptSession is a session as it is kept.
type keptSession struct {
	Key     string `json:"key"` // SHA-256 of what the cookie holds, in hex
	Name    string `json:"name"`
	Role    string `json:"role"`
	Changed int64  `json:"changed"` // when the password was set; this and the next two in Unix milliseconds
	Begun   int64  `json:"begun"`
	Seen    int64  `json:"seen"`
}

type keptSessions struct {
	Version  int           `json:"version"`
	Sessions []keptSession `json:"sessions"`
}

// KeepSessions brings back the sessions that the file holds, and keeps them there from then on. Those that are over, and
// those of an account that is gone, has another role or another password by now, stay away. A file that does not open is put
// aside: everybody signs in again. It is called before the first request, if at all.
func (g *Guard) KeepSessions(path string, by Sealer) {
	g.file = &sessionFile{path: path, sealer: by, log: g.Log}
	left, _ := filepath.Glob(path + ".new-*") // half written when a node was killed
	for _, path := range left {
		os.Remove(path)
	}
	kept, err := g.file.read()
	if err == nil {
		var back int
		if back, err = g.sessions.take(kept, g.Accounts, g.now()); err == nil && len(kept) > 0 {
			g.Log.Info("sessions brought back", "sessions", back, "over", len(kept)-back)
		}
	}
	if err != nil {
		aside := path + sessionFileAside
		g.Log.Warn("sessions cannot be brought back, everybody signs in again", "file", path, "aside", aside, "err", errors.Join(err, os.Rename(path, aside)))
	}
}

// read returns what the file holds, nothing when there is none.
func (f *sessionFile) read() ([]keptSession, error) {
	switch st, err := os.Stat(f.path); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case st.Size() > maxSessionFile:
		return nil, fmt.Errorf("%d bytes, want at most %d", st.Size(), maxSessionFile)
	}
	content, plain, err := readSealed(f.path, f.sealer)
	switch {
	case err != nil:
		return nil, err
	case plain: // there never was a version that kept them plain
		return nil, errors.New("it is not sealed")
	}
	var file keptSessions
	if err := json.Unmarshal(content, &file); err != nil {
		return nil, fmt.Errorf("not the file of sessions: %w", err)
	}
	if file.Version != sessionFileVersion {
		return nil, fmt.Errorf("version %d, want %d", file.Version, sessionFileVersion)
	}
	return file.Sessions, nil
}

// take brings back the sessions that hold and returns how many; none when one is not as it is written.
func (s *sessions) take(kept []keptSession, accounts *Accounts, now time.Time) (int, error) {
	if len(kept) > maxSessions {
		return 0, fmt.Errorf("%d sessions, want at most %d", len(kept), maxSessions)
	}
	back := make(map[[sha256.Size]byte]*session)
	for i, k := range kept {
		key, err := hex.DecodeString(k.Key)
		if err != nil || len(key) != sha256.Size {
			return 0, fmt.Errorf("session %d: key: want %d bytes in hex", i+1, sha256.Size)
		}
		one := &session{name: k.Name, role: k.Role, changed: k.Changed, begun: time.UnixMilli(k.Begun), seen: time.UnixMilli(k.Seen)}
		account, known := accounts.Find(k.Name)
		ahead := one.begun.After(now.Add(leeway)) || one.seen.After(now.Add(leeway)) // the clock was put back: nobody can tell its age
		if known && account.Role == k.Role && account.Changed == k.Changed && !ahead && !s.over(one, now) {
			back[[sha256.Size]byte(key)] = one
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = back
	return len(back), nil
}

// give returns the sessions that are to outlast the node.
func (s *sessions) give(now time.Time) []keptSession {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = false
	kept := make([]keptSession, 0, len(s.all))
	for key, one := range s.all {
		if !one.fading && !s.over(one, now) {
			kept = append(kept, keptSession{hex.EncodeToString(key[:]), one.name, one.role, one.changed, one.begun.UnixMilli(), one.seen.UnixMilli()})
		}
	}
	slices.SortFunc(kept, func(a, b keptSession) int { return cmp.Compare(a.Key, b.Key) })
	return kept
}

// hear tells whether somebody was heard since the last give; with again, that it did not get there.
func (s *sessions) hear(again bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = s.heard || again
	return s.heard
}

// save writes the sessions. ended tells that some have ended: when that cannot be written, the file is removed, since
// everybody's signing in again is better than somebody's coming back who has signed out.
func (f *sessionFile) save(s *sessions, now time.Time, ended bool) {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.write(keptSessions{sessionFileVersion, s.give(now)})
	switch {
	case err != nil:
		s.hear(true) // so that it is tried again
		if ended {
			if gone := os.Remove(f.path); !errors.Is(gone, fs.ErrNotExist) {
				err = errors.Join(err, gone)
			}
		}
		if !f.failed || ended {
			f.log.Warn("sessions are not kept over a restart; it is tried again every minute", "file", f.path, "err", err)
		}
	case f.failed:
		f.log.Info("sessions are kept again", "file", f.path)
	}
	f.failed = err != nil
}

// write puts the file in place. The caller holds mu.
func (f *sessionFile) write(file keptSessions) error {
	content, err := json.Marshal(file)
	if err != nil {
		return err
	}
	if f.sealer == nil {
		return files.Replace(f.path, append(content, '\n'), nil)
	}
	head, line, err := f.sealer.New(filepath.Base(f.path))
	if err != nil {
		return err
	}
	return files.Replace(f.path, append(slices.Clone(head), line(content)...), nil)
}

// ResealSessions writes the sessions anew, under the key that the sealer has by now.
func (g *Guard) ResealSessions() { g.file.save(g.sessions, g.now(), true) }

// Ready is closed when Run keeps.
func (g *Guard) Ready() <-chan struct{} { return g.ready }

// Run notes when those signed in were last heard, once a minute and in the end, until ctx ends.
func (g *Guard) Run(ctx context.Context) error {
	select {
	case g.started <- struct{}{}:
	default:
		return ErrKeeping
	}
	close(g.ready)
	tick := time.NewTicker(keepHeardEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			g.keepHeard()
			return nil
		case <-tick.C:
			g.keepHeard()
		}
	}
}

func (g *Guard) keepHeard() {
	if g.sessions.hear(false) {
		g.file.save(g.sessions, g.now(), false)
	}
}
