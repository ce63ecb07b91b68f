package shelf

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// kept is how the past of a file stands on disk.
type kept struct {
	Versions []Version `json:"versions"` // the latest last
}

func (s *Shelf) pastOf(name string) string { return filepath.Join(s.past, name+".json") }

// remembered reads the past of a file, nil for none.
func (s *Shelf) remembered(name string) ([]Version, error) {
	b, err := os.ReadFile(s.pastOf(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the versions of %s: %w", name, err)
	}
	var k kept
	if err := json.Unmarshal(b, &k); err != nil {
		return nil, fmt.Errorf("read the versions of %s: %s is damaged, move it away: %w", name, s.pastOf(name), err)
	}
	return k.Versions, nil
}

// keep writes the past of a file.
func (s *Shelf) keep(name string, versions []Version) error {
	b, err := json.Marshal(kept{versions})
	if err == nil {
		err = os.MkdirAll(s.past, 0o700)
	}
	if err == nil {
		err = replace(s.pastOf(name), b)
	}
	if err != nil {
		return fmt.Errorf("keep the versions of %s: %w", name, err)
	}
	return nil
}

// replace puts a file in the place of another, with its permissions: whoever reads it, also after a crash, finds one or
// the other whole. What is being written has a name that begins with a dot, which no book reads.
func replace(path string, content []byte) (err error) {
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	dir, name := filepath.Split(path)
	f, err := os.CreateTemp(filepath.Clean(dir), "."+name+".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if _, err = f.Write(content); err == nil {
		err = errors.Join(f.Chmod(mode), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	syncFolder(dir)
	return nil
}

// syncFolder has what was renamed last; that it does is up to the file system where this does not work.
func syncFolder(dir string) {
	if folder, err := os.Open(filepath.Clean(dir)); err == nil {
		folder.Sync()
		folder.Close()
	}
}
