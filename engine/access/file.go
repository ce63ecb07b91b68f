package access

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// readPrivate returns what a file holds, nil when there is none. A file that others may read or write is refused.
func readPrivate(path string) ([]byte, error) {
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !st.Mode().IsRegular() || st.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("%s: mode %v; want a regular file of its owner's alone: chmod 600 it", path, st.Mode())
	}
	return os.ReadFile(path)
}

// Sealer seals the files of accounts and of revoked tokens, line by line, under a key that is not in the folder. Without
// one they are plain.
type Sealer interface {
	// Sealed tells whether content is a sealed file.
	Sealed(content []byte) bool
	// Open returns the lines of a sealed file; it errs when it is not as it was written, or the key is another.
	Open(name string, content []byte) (lines [][]byte, err error)
	// New begins a file: its first line, and what seals the next ones, each with its end.
	New(name string) (head []byte, line func(plain []byte) []byte, err error)
	// Plain returns why a file that is not sealed must not be taken: it was before.
	Plain(name string) error
}

// readSealed returns what a file holds, nil when there is none; plain tells that it is to be sealed.
func readSealed(path string, by Sealer) (content []byte, plain bool, err error) {
	content, err = readPrivate(path)
	if err != nil || content == nil || by == nil {
		return content, false, err
	}
	name := filepath.Base(path)
	if !by.Sealed(content) {
		return content, true, by.Plain(name)
	}
	lines, err := by.Open(name, content)
	if err != nil {
		return nil, false, err
	}
	content = make([]byte, 0, len(content))
	for _, l := range lines {
		content = append(append(content, l...), '\n')
	}
	return content, false, nil
}
