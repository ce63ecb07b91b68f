package scripts

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
)

// Change is what the watch has found on the disk and is about to take up.
type Change struct {
	// Files are the names of the files that were made, changed or taken away since the last attempt, each with which of
	// these; none when the directory cannot be read.
	Files []string
	// Digest is of all files as they are now, "" when they cannot be read; Running is that of the set in force. Both are
	// the first 12 hex digits, as in Status.
	Digest, Running string
}

// takeUp tries what the watch has read, unless it was tried before, once the journal has it. What the journal does not take
// is not taken up, and is asked for again at the next look.
func (b *Book) takeUp(files []file, readErr error) {
	c, news := b.changed(files, readErr)
	if !news {
		return
	}
	tried := false
	try := func() error {
		tried = true
		_, err := b.try(files, readErr) // logged and counted there
		return err
	}
	if b.cfg.Journal == nil {
		try() // nobody to tell
		return
	}
	err := b.cfg.Journal(c, try)
	if !tried && !b.held {
		b.log.Error("changed scripts are not taken up, since that cannot be written down; the running set stays", "part", "scripts", "dir", b.cfg.Dir, "err", err)
	}
	b.held = !tried
}

// changed tells what is new in a directory against the last attempt, and whether anything is.
func (b *Book) changed(files []file, readErr error) (c Change, news bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := digestOf(files, readErr)
	if now == b.tried {
		return c, false
	}
	c.Running = b.status.Digest
	if readErr != nil {
		return c, true
	}
	c.Digest = hex.EncodeToString(now[:6])
	sums := sumsOf(files)
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		if was, ok := b.sums[name]; !ok {
			c.Files = append(c.Files, name+" made")
		} else if was != sums[name] {
			c.Files = append(c.Files, name+" changed")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.sums)) {
		if _, ok := sums[name]; !ok {
			c.Files = append(c.Files, name+" taken away")
		}
	}
	return c, true
}

// sumsOf returns the hash of each file by its name.
func sumsOf(files []file) map[string]digest {
	sums := make(map[string]digest, len(files))
	for _, f := range files {
		sums[f.name] = sha256.Sum256(f.text)
	}
	return sums
}
