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

// ReadKeyFile returns the key of a file that new tokens are signed with. See ReadKeys.
func ReadKeyFile(path string) ([]byte, error) {
	k, err := ReadKeys(path)
	if err != nil {
		return nil, err
	}
	return k.all[0].key, nil
}

// ReadKeys returns the keys a file holds: one, which is its bytes less one line ending at the end, or several as Rotate
// writes them. The file must be a regular one of at most 4 KiB that nobody but its owner may read or write (mode 0600 or
// less): it wraps ErrExposedKey otherwise, ErrShortKey when a key has less than MinKey bytes, and ErrKeyFile when a list
// of keys is no such list.
func ReadKeys(path string) (*Keys, error) {
	content, err := readPrivate(path)
	if err != nil {
		return nil, fmt.Errorf("read token key: %w", err)
	}
	k, err := parseKeys(content)
	if err != nil {
		return nil, fmt.Errorf("read token key: %s: %w", path, err)
	}
	return k, nil
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
	return bytes.TrimSuffix(bytes.TrimSuffix(key, []byte("\n")), []byte("\r")), nil
}
