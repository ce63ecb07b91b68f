package token

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// ErrExposedKey is returned for a key file that others than its owner may read or write.
var ErrExposedKey = errors.New("the key file is open to others")

const maxKeyFile = 4096

// ReadKeyFile returns the key a file holds: its bytes, less one line ending at the end. The file must be a regular one of
// at most 4 KiB that nobody but its owner may read or write (mode 0600 or less): it wraps ErrExposedKey otherwise, and
// ErrShortKey when the key has less than MinKey bytes.
func ReadKeyFile(path string) ([]byte, error) {
	key, err := readPrivate(path)
	if err != nil {
		return nil, fmt.Errorf("read token key: %w", err)
	}
	return key, nil
}

func readPrivate(path string) (key []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	st, err := f.Stat() // of what was opened, not of what the path names by now
	switch {
	case err != nil:
		return nil, err
	case !st.Mode().IsRegular():
		return nil, fmt.Errorf("%s: %w: not a regular file", path, fs.ErrInvalid)
	case st.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("%s: %w: mode %04o; chmod 600 it", path, ErrExposedKey, st.Mode().Perm())
	}
	key, err = io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return nil, err
	}
	if len(key) > maxKeyFile {
		return nil, fmt.Errorf("%s: %w: longer than %d bytes", path, fs.ErrInvalid, maxKeyFile)
	}
	key = bytes.TrimSuffix(bytes.TrimSuffix(key, []byte("\n")), []byte("\r"))
	if len(key) < MinKey {
		return nil, fmt.Errorf("%s: %w", path, shortKey(key))
	}
	return key, nil
}
