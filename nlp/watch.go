package nlp

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// maxManifest is the largest manifest that is looked at, in bytes.
const maxManifest = 1 << 20

// sight is what a model directory looks like from outside: its manifest, and the size and age of each file it lists.
type sight struct {
	sum   [sha256.Size]byte // of the manifest
	files string            // size and time of change of the manifest and of every file it lists
}

// see looks at a model directory. It returns false when there is no manifest to be read, which is no offer.
func see(dir string) (sight, bool) {
	f, err := os.Open(filepath.Join(dir, ManifestFile))
	if err != nil {
		return sight{}, false
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxManifest))
	if err != nil {
		return sight{}, false
	}
	// A manifest that cannot be parsed lists nothing; it is an offer all the same, to be refused with its reason.
	var listed struct {
		Files map[string]FileSeal `json:"files"`
	}
	_ = json.Unmarshal(raw, &listed)
	seen := sight{sum: sha256.Sum256(raw)}
	for _, name := range append([]string{ManifestFile}, slices.Sorted(maps.Keys(listed.Files))...) {
		line := name + " missing\n"
		if stat, err := os.Stat(filepath.Join(dir, filepath.Base(name))); err == nil {
			line = fmt.Sprintf("%s %d %d\n", name, stat.ModTime().UnixNano(), stat.Size())
		}
		seen.files += line
	}
	return seen, true
}

// lookout decides, look by look, when the model directory offers something new. It is owned by the watch.
type lookout struct {
	settled sight // what was there when the model was opened, or what was offered last
	pending sight // what differed from it at the look before
	waiting bool  // pending holds something
}

// look takes one look's sight and tells whether it is to be offered: it differs from what was settled, and stands as
// it stood at the look before, so that nobody is writing it any more.
func (l *lookout) look(now sight) bool {
	if now == l.settled {
		l.waiting = false
		return false
	}
	if !l.waiting || now != l.pending {
		l.pending, l.waiting = now, true
		return false
	}
	l.settled, l.waiting = now, false
	return true
}

// newLookout takes the first look, before the model is opened; nil when there is nothing to watch.
func (s *Service) newLookout() *lookout {
	if s.config.Watch == 0 || s.config.ModelDir == "" {
		return nil
	}
	l := &lookout{}
	l.settled, _ = see(s.config.ModelDir)
	return l
}

// watchModel looks at the model directory until ctx ends and swaps to what is new there. What was refused is not tried
// again until the manifest, or a file it lists, changes.
func (s *Service) watchModel(ctx context.Context, l *lookout) {
	ticks := time.NewTicker(s.config.Watch)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		now, ok := see(s.config.ModelDir)
		if !ok || !l.look(now) || s.runs(now) {
			continue
		}
		// Swap has logged, counted and kept the reason of a refusal.
		_ = s.Swap(s.config.ModelDir)
	}
}

// runs tells whether what was seen is the model in use, all of it.
func (s *Service) runs(seen sight) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.model.Load()
	return m != nil && s.degraded == "" && m.dir == s.config.ModelDir && m.manifest.sum == seen.sum
}
