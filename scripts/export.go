package scripts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"liveroom/scripts/forbidden"
)

// Export writes the library's scripts, and a file of forbidden words to add to, into a folder that is empty or not yet
// there, for editing. Put into scripts.dir, they say what the library says; whatever is changed in them holds from then
// on, and whatever is removed is the library's again. It refuses a folder that holds anything, so that it never writes
// over anybody's work.
func Export(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = os.MkdirAll(dir, 0o755)
	case err == nil && len(entries) > 0:
		return fmt.Errorf("export scripts: folder %s is not empty, it holds %s: name an empty one or one that is not there yet",
			dir, entries[0].Name())
	}
	if err != nil {
		return fmt.Errorf("export scripts: %w", err)
	}
	files, err := readFS(library, "library", false)
	if err != nil {
		return fmt.Errorf("export scripts: %w", err)
	}
	files = append(files, file{name: forbidden.FileName, text: []byte(forbidden.Sample())})
	for _, f := range files {
		if err := create(filepath.Join(dir, path.Base(f.name)), f.text); err != nil {
			return fmt.Errorf("export scripts: %w", err)
		}
	}
	return nil
}

// create writes a file that is not there yet.
func create(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
