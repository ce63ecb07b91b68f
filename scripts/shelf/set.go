package shelf

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// setFile holds, beside the versions, the set of changes under way, whole: from when it is there the set counts, and whoever
// finds it completes it. What is not in it was never begun.
const setFile = "set.json"

// underWay is how the set stands on disk.
type underWay struct {
	Changes []Change `json:"changes"`
}

// MakeAll makes every change, or none, also when the process is killed in between: Recover then completes it or finds
// nothing begun. It returns a *ChangedError, with nothing changed, when one of the files is not what its Base names.
func (s *Shelf) MakeAll(changes []Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.recover(); err != nil {
		return err
	}
	undo := make([]Change, 0, len(changes))
	for _, c := range changes {
		if len(c.Text) > MaxText {
			return fmt.Errorf("%s: %d bytes, at most %d are kept", c.Name, len(c.Text), MaxText)
		}
		f, versions, err := s.look(c.Name)
		switch {
		case err != nil:
			return err
		case f.Base != c.Base && len(versions) > 0:
			return &ChangedError{Latest: versions[len(versions)-1]}
		case f.Base != c.Base, c.Gone && !f.Exists:
			return fmt.Errorf("%w: %s", ErrUnknown, c.Name)
		}
		undo = append(undo, Change{Name: c.Name, Text: f.Text, Gone: !f.Exists, Who: c.Who})
	}
	err := s.begin(changes)
	if err == nil {
		err = s.finish(changes)
	}
	if err == nil {
		return nil
	}
	slices.Reverse(undo)
	back := s.begin(undo) // from here on the way back counts
	if back == nil {
		back = s.finish(undo)
	} else if back = s.putAll(undo); back == nil {
		back = s.forget()
	}
	return errors.Join(err, back)
}

// Recover completes the set that a killed process has left, and removes what it was writing. It is for the start, before
// anybody reads the folder.
func (s *Shelf) Recover() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.recover(); err != nil {
		return err
	}
	for _, dir := range []string{s.dir, s.past} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // who reads it says so
		}
		for _, e := range entries {
			if isHalf(e.Name()) {
				os.Remove(filepath.Join(dir, e.Name())) // nobody reads it
			}
		}
	}
	return nil
}

// isHalf tells whether a file is what replace was writing.
func isHalf(name string) bool {
	inner, at := strings.CutPrefix(name, ".")
	_, number, made := strings.Cut(inner, ".new-")
	return at && made && number != "" && strings.Trim(number, "0123456789") == ""
}

// recover completes the set that is under way, if there is one. The caller holds mu.
func (s *Shelf) recover() error {
	path := filepath.Join(s.past, setFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var set underWay
	if err == nil {
		err = json.Unmarshal(b, &set)
	}
	if err != nil {
		return fmt.Errorf("complete what was imported: %s cannot be read, see to it or move it away: %w", path, err)
	}
	if err := s.finish(set.Changes); err != nil {
		return fmt.Errorf("complete what was imported: %w", err)
	}
	return nil
}

// begin has a set count. The caller holds mu.
func (s *Shelf) begin(changes []Change) error {
	b, err := json.Marshal(underWay{changes})
	if err == nil {
		err = os.MkdirAll(s.past, 0o700)
	}
	if err == nil {
		err = s.reach("begin")
	}
	if err == nil {
		err = replace(filepath.Join(s.past, setFile), b)
	}
	if err != nil {
		return fmt.Errorf("begin a set of changes: %w", err)
	}
	return nil
}

// finish makes the changes of the set that counts, and forgets it. The caller holds mu.
func (s *Shelf) finish(changes []Change) error {
	if err := s.putAll(changes); err != nil {
		return err
	}
	return s.forget()
}

// putAll makes changes, those that were made already too. The caller holds mu.
func (s *Shelf) putAll(changes []Change) error {
	for _, c := range changes {
		if err := s.put(c); err != nil {
			return fmt.Errorf("change %s: %w", c.Name, err)
		}
	}
	return nil
}

// forget ends the set. The caller holds mu.
func (s *Shelf) forget() error {
	if err := s.reach("forget"); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(s.past, setFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	syncFolder(s.past)
	return nil
}

// put makes one change of a set, over whatever is there; that is remembered. The caller holds mu.
func (s *Shelf) put(c Change) error {
	v := c.version()
	f, versions, err := s.look(c.Name)
	if err != nil {
		return err
	}
	if f.Exists == !c.Gone && f.Base == v.Base {
		return nil // it says so already
	}
	stored, err := s.remembered(c.Name)
	if err != nil {
		return err
	}
	if !begun(stored, v, f) {
		if err := s.reach("keep " + c.Name); err != nil {
			return err
		}
		if err := s.keep(c.Name, add(versions, v)); err != nil {
			return err
		}
	}
	if err := s.reach("write " + c.Name); err != nil {
		return err
	}
	return s.write(c)
}

// begun tells whether a change is remembered already and the file still says what it said before. Where it says something else,
// somebody has written it since, and that is remembered too.
func begun(stored []Version, v Version, f File) bool {
	n := len(stored)
	if n == 0 || stored[n-1].Base != v.Base || stored[n-1].Gone != v.Gone || stored[n-1].Who != v.Who {
		return false
	}
	if n == 1 {
		return !f.Exists
	}
	return stored[n-2].Base == f.Base && stored[n-2].Gone == !f.Exists
}

// reach is called before each step that changes the disk; tests stop there.
func (s *Shelf) reach(step string) error {
	if s.step == nil {
		return nil
	}
	return s.step(step)
}
