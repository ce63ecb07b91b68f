package seal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// maxKeyFile is how many bytes of a key file are read at most.
const maxKeyFile = 4096

// ReadMaster reads master keys from a file that only its owner may read (mode 0600 or less). A file of root's may be open
// to a group besides, for that is how a container or a service manager hands out what it keeps: then the group is how this
// process, not being root, reads it at all. The error is ErrNoMaster when there is no file, and tells how to make one.
func ReadMaster(path string) (*Master, error) {
	text, err := readPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s does not exist; make it with: liveroom keys init --file %s", ErrNoMaster, path, quote(path))
	}
	if err != nil {
		return nil, fmt.Errorf("read master key: %w", err)
	}
	return ParseMaster(path, text)
}

func readPrivate(path string) (text string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	st, err := f.Stat() // of what was opened, not of what the path names by now
	switch {
	case err != nil:
		return "", err
	case !st.Mode().IsRegular():
		return "", fmt.Errorf("%s: %w: not a regular file", path, fs.ErrInvalid)
	case exposed(st):
		return "", fmt.Errorf("%s: %w: mode %04o; chmod 600 it", path, ErrExposed, st.Mode().Perm())
	case st.Size() > maxKeyFile:
		return "", fmt.Errorf("%s: %w: longer than %d bytes", path, fs.ErrInvalid, maxKeyFile)
	}
	content, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	return string(content), err
}

func exposed(st fs.FileInfo) bool {
	open := st.Mode().Perm() & 0o077
	sys, ok := st.Sys().(*syscall.Stat_t)
	if ok && sys.Uid == 0 && os.Geteuid() != 0 {
		open &^= 0o040
	}
	return open != 0
}

// MakeMaster makes a file with a new master key, and the folder it stands in. The error is fs.ErrExist when there is one.
func MakeMaster(path string) (*Master, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make master key: %w", err)
	}
	if err := writePrivate(path, masterText([]string{newMasterKey()})); err != nil {
		return nil, fmt.Errorf("make master key: %w", err)
	}
	return ReadMaster(path)
}

// AddMaster puts a new master key at the head of a file that has one, so that the new one wraps from now on and the old
// ones still unwrap.
func AddMaster(path string) (*Master, error) {
	return changeMaster(path, func(keys []string) []string { return slices.Insert(keys, 0, newMasterKey()) })
}

// TrimMaster leaves of the keys in a file only the first.
func TrimMaster(path string) (*Master, error) {
	return changeMaster(path, func(keys []string) []string { return keys[:1] })
}

// changeMaster replaces a key file: whoever reads it, also after a crash, finds the old one or the new one whole.
func changeMaster(path string, change func([]string) []string) (*Master, error) {
	if _, err := ReadMaster(path); err != nil {
		return nil, err
	}
	text, err := readPrivate(path)
	if err != nil {
		return nil, fmt.Errorf("read master key: %w", err)
	}
	var keys []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			keys = append(keys, strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) })...)
		}
	}
	next := path + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) { // of an earlier try
		return nil, fmt.Errorf("change master key: %w", err)
	}
	if err := writePrivate(next, masterText(change(keys))); err != nil {
		return nil, fmt.Errorf("change master key: %w", err)
	}
	if err := errors.Join(os.Rename(next, path), syncDir(filepath.Dir(path))); err != nil {
		return nil, fmt.Errorf("change master key: %w", err)
	}
	return ReadMaster(path)
}

func masterText(keys []string) string {
	return "# Master keys of liveroom, 128 bits each. The first seals, all of them open.\n" +
		"# Without the key in force the data cannot be read by anybody: keep a copy, not beside the data.\n" +
		strings.Join(keys, "\n") + "\n"
}

// writePrivate makes a file that its owner alone may read; there must be none. It is on the disk when writePrivate returns.
func writePrivate(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	d.Sync() // not every file system can; what could be done was done
	return d.Close()
}

// quote returns a path as a shell takes it.
func quote(path string) string {
	plain := func(r rune) bool {
		return r == '/' || r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	if path != "" && strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
