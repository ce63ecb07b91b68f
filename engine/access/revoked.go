package access

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"liveroom/engine/files"
)

// maxRevoked bounds the revocations in force. Who needs more has lost the key, and rotates it.
const maxRevoked = 100_000

// revocations are the ids of tokens that were taken back, each kept until the token has expired anyway. They are lines
// of a file, "unix-seconds quoted-id", each sealed, to which each is appended and synced before it is in force.
type revocations struct {
	path    string
	sealer  Sealer       // nil keeps the file plain
	changes atomic.Int64 // how often something was revoked

	mu    sync.RWMutex
	until map[string]int64          // guarded by mu; id → Unix seconds
	file  *os.File                  // guarded by mu; nil before the first write
	line  func(plain []byte) []byte // guarded by mu; makes the next line of file
	torn  bool                      // guarded by mu; the file must be written anew before the next append
}

func openRevocations(path string, by Sealer, now time.Time) (*revocations, error) {
	r := &revocations{path: path, sealer: by, until: make(map[string]int64)}
	content, plain, err := readSealed(path, by)
	if err != nil {
		return nil, fmt.Errorf("read revoked tokens: %w", err)
	}
	whole := content[:bytes.LastIndexByte(content, '\n')+1] // what follows was being written when the machine stopped
	for i, line := range strings.Split(strings.TrimSuffix(string(whole), "\n"), "\n") {
		if line == "" {
			continue
		}
		id, until, err := parseRevocation(line)
		if err != nil {
			return nil, fmt.Errorf("read revoked tokens: %s: line %d: %w; put it right, or remove the file to revoke nothing", path, i+1, err)
		}
		if until > now.Unix() {
			r.until[id] = until
		}
	}
	r.torn = content != nil
	if plain {
		return r, r.reseal()
	}
	return r, nil
}

// reseal writes the file anew, under the key that the sealer has by now.
func (r *revocations) reseal() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.torn && r.file == nil {
		return nil // there is no file yet
	}
	r.torn = true
	if err := r.rewrite(); err != nil {
		return fmt.Errorf("keep revocations: %w", err)
	}
	return nil
}

// rewrite writes the whole file anew. The caller holds mu.
func (r *revocations) rewrite() error {
	var all []byte
	r.line = func(plain []byte) []byte { return append(plain, '\n') }
	if r.sealer != nil {
		var err error
		if all, r.line, err = r.sealer.New(filepath.Base(r.path)); err != nil {
			return err
		}
	}
	all = slices.Clone(all)
	for id, until := range r.until {
		all = append(all, r.line(revocationLine(id, until))...)
	}
	if r.file != nil {
		r.file.Close()
		r.file = nil
	}
	if err := files.Replace(r.path, all, nil); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Clean(r.path), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	r.file, r.torn = f, false
	return nil
}

func parseRevocation(line string) (id string, until int64, err error) {
	when, quoted, _ := strings.Cut(line, " ")
	if until, err = strconv.ParseInt(when, 10, 64); err != nil {
		return "", 0, errors.New("it does not begin with a time")
	}
	if id, err = strconv.Unquote(quoted); err != nil {
		return "", 0, errors.New("the id is not quoted")
	}
	return id, until, nil
}

func revocationLine(id string, until int64) []byte {
	return fmt.Appendf(nil, "%d %s", until, strconv.Quote(id))
}

// has tells whether an id was revoked.
func (r *revocations) has(id string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, ok := r.until[id]
	return ok
}

// add revokes an id. When it returns nil, that lasts.
func (r *revocations) add(id string, until, now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if end, ok := r.until[id]; ok && end >= until.Unix() {
		return nil
	}
	if len(r.until) >= maxRevoked {
		for id, end := range r.until {
			if end <= now.Unix() {
				delete(r.until, id)
				r.torn = true
			}
		}
		if len(r.until) >= maxRevoked {
			return fmt.Errorf("%w: %d tokens are revoked already; rotate the token key instead", ErrFull, len(r.until))
		}
	}
	if err := r.keep(id, until.Unix()); err != nil {
		r.torn = true
		return fmt.Errorf("keep a revocation: %w", err)
	}
	r.until[id] = until.Unix()
	r.changes.Add(1)
	return nil
}

// keep appends a line, after it has written the file anew where that is due.
func (r *revocations) keep(id string, until int64) error {
	if r.torn || r.file == nil {
		if err := r.rewrite(); err != nil {
			return err
		}
	}
	if _, err := r.file.Write(r.line(revocationLine(id, until))); err != nil {
		return err
	}
	return r.file.Sync()
}

// Revocation is one token that was taken back.
type Revocation struct {
	ID    string `json:"id"`
	Until int64  `json:"until"` // Unix seconds
}

// list returns what is revoked at the time now, the longest first.
func (r *revocations) list(now time.Time) []Revocation {
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := make([]Revocation, 0, len(r.until))
	for id, until := range r.until {
		if until > now.Unix() {
			all = append(all, Revocation{id, until})
		}
	}
	slices.SortFunc(all, func(a, b Revocation) int {
		if a.Until != b.Until {
			return int(b.Until - a.Until)
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all
}

func (r *revocations) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil {
		return nil
	}
	f := r.file
	r.file = nil
	return f.Close()
}
