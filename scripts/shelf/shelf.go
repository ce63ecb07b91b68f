package shelf

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	// MaxVersions is how many versions of a file are kept, the present one among them.
	MaxVersions = 50
	// MaxText is the longest text that is kept, in bytes.
	MaxText = 1 << 20
)

// Shelf is the folder of the files and the folder of their pasts.
type Shelf struct {
	dir, past string                  // set by Open
	step      func(name string) error // called before each step of a set; nil but in tests

	mu sync.Mutex // held by the one who reads or writes
}

// File is one file with its past.
type File struct {
	Name   string
	Text   string
	Exists bool
	// Base names what Text is: an editor gives it back to prove what he has read. It is "" for a file that is not there.
	Base     string
	Versions []Version // the latest first
}

// Version is what a file said once.
type Version struct {
	N    int    `json:"n"` // from 1
	At   int64  `json:"at"`
	Who  string `json:"who,omitempty"`  // "" for a change past the console
	From int    `json:"from,omitempty"` // the version that it brought back
	Gone bool   `json:"gone,omitempty"` // the file was removed
	Base string `json:"base"`
	Text string `json:"text"`
}

// Change is what somebody wants of a file.
type Change struct {
	Name string
	Base string // of what he has read, "" when there was no file
	Text string
	Gone bool // the file is to be removed
	From int  // the version that it brings back, 0 for none
	Who  string
}

// Open returns the shelf of a folder; past is where its versions are kept, and is made when it is first needed. A name
// of a file must be one part of a path; who calls has made sure of that.
func Open(dir, past string) *Shelf { return &Shelf{dir: dir, past: past} }

// Dir returns the folder of the files.
func (s *Shelf) Dir() string { return s.dir }

// Read returns a file with its versions, their texts left out. One that is not there and never was is not Exists.
func (s *Shelf) Read(name string) (File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, versions, err := s.look(name)
	if err != nil {
		return File{}, err
	}
	return f.with(versions), nil
}

// Version returns what a file said once. It wraps ErrUnknown.
func (s *Shelf) Version(name string, n int) (Version, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, versions, err := s.look(name)
	if err != nil {
		return Version{}, err
	}
	for _, v := range versions {
		if v.N == n {
			return v, nil
		}
	}
	return Version{}, fmt.Errorf("%w: version %d of %s; at most %d are kept", ErrUnknown, n, name, MaxVersions)
}

// Make makes a change. It returns a *ChangedError, with nothing changed, when the file is not what the change's Base
// names. What is kept of the past is written first, so that no version is ever overwritten unremembered.
func (s *Shelf) Make(c Change) (File, error) {
	if len(c.Text) > MaxText {
		return File{}, fmt.Errorf("%s: %d bytes, at most %d are kept", c.Name, len(c.Text), MaxText)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.recover(); err != nil {
		return File{}, err
	}
	f, versions, err := s.look(c.Name)
	switch {
	case err != nil:
		return File{}, err
	case f.Base != c.Base && len(versions) > 0:
		return File{}, &ChangedError{Latest: versions[len(versions)-1]}
	case f.Base != c.Base, c.Gone && !f.Exists:
		return File{}, fmt.Errorf("%w: %s", ErrUnknown, c.Name)
	case f.Exists && !c.Gone && f.Text == c.Text:
		return f.with(versions), nil // it says so already
	}
	v := c.version()
	next := add(versions, v)
	if err := s.keep(c.Name, next); err != nil {
		return File{}, err
	}
	if err := s.write(c); err != nil { // it was not done, so it is no version
		return File{}, errors.Join(fmt.Errorf("change %s: %w", c.Name, err), s.keep(c.Name, versions))
	}
	f = File{Name: c.Name, Text: v.Text, Exists: !c.Gone, Base: v.Base}
	return f.with(next), nil
}

// version is what the file says after a change.
func (c Change) version() Version {
	v := Version{At: time.Now().UnixMilli(), Who: c.Who, From: c.From, Gone: c.Gone}
	if !c.Gone {
		v.Text, v.Base = c.Text, baseOf(c.Text)
	}
	return v
}

// write puts the file of a change in its place, or takes it away. The caller holds mu.
func (s *Shelf) write(c Change) error {
	path := filepath.Join(s.dir, c.Name)
	if c.Gone {
		if err := os.Remove(path); err != nil {
			return err
		}
		syncFolder(s.dir) // before the set is forgotten, or the file could be back after a power cut
		return nil
	}
	return replace(path, []byte(c.Text))
}

// with is the file with its versions as they are shown.
func (f File) with(versions []Version) File {
	f.Versions = make([]Version, 0, len(versions))
	for i := len(versions) - 1; i >= 0; i-- {
		v := versions[i]
		v.Text = ""
		f.Versions = append(f.Versions, v)
	}
	return f
}

// look reads a file and its past, the latest last. What was changed past the shelf is the latest version.
func (s *Shelf) look(name string) (File, []Version, error) {
	versions, err := s.remembered(name)
	if err != nil {
		return File{}, nil, err
	}
	f := File{Name: name}
	path := filepath.Join(s.dir, name)
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if n := len(versions); n > 0 && !versions[n-1].Gone {
			versions = add(versions, Version{At: time.Now().UnixMilli(), Gone: true})
		}
		return f, versions, nil
	case err != nil:
		return File{}, nil, fmt.Errorf("read %s: %w", name, err)
	case !info.Mode().IsRegular():
		return File{}, nil, fmt.Errorf("%s: %w", name, ErrLink)
	}
	text, err := readAtMost(path)
	if err != nil {
		return File{}, nil, fmt.Errorf("read %s: %w", name, err)
	}
	f.Text, f.Exists, f.Base = string(text), true, baseOf(string(text))
	if n := len(versions); n == 0 || versions[n-1].Base != f.Base {
		versions = add(versions, Version{At: info.ModTime().UnixMilli(), Base: f.Base, Text: f.Text})
	}
	return f, versions, nil
}

// add puts a version behind the others and forgets the oldest beyond MaxVersions.
func add(versions []Version, v Version) []Version {
	v.N = 1
	if n := len(versions); n > 0 {
		v.N = versions[n-1].N + 1
		v.At = max(v.At, versions[n-1].At) // an older time on disk would put the past in disorder
	}
	next := append(versions[:len(versions):len(versions)], v)
	return next[max(0, len(next)-MaxVersions):]
}

// baseOf names a text.
func baseOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}

func readAtMost(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxText+1))
	if err == nil && len(text) > MaxText {
		err = fmt.Errorf("it is larger than %d bytes; split it", MaxText)
	}
	return text, err
}
