package storage

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"liveroom/engine/storage/seal"
)

// erasedFile lists who was erased on request, by the ids of their rows, beside the data: it is not part of a backup's
// database, but goes before it. A backup of before brings nobody back, since whoever stands in the list is erased from
// whatever is opened, before it serves.
const erasedFile = "erased.list"

func (c Config) erasedPath() string { return filepath.Join(c.Dir, erasedFile) }

// Erasure is one line of the list.
type Erasure struct {
	At time.Time
	ID seal.ID
}

// readErased reads the list; there may be none.
func readErased(path string) (list []Erasure, err error) {
	list, _, err = readWhole(path)
	return list, err
}

// readWhole reads the list, and how many bytes of the file its whole lines take. A line that a full disk or a crash has cut short is
// the last one and has no end; it was never answered as written, and is left out.
func readWhole(path string) (list []Erasure, whole int64, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		at, id, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		ms, err := strconv.ParseInt(at, 10, 64)
		raw, hexErr := hex.DecodeString(id)
		e := Erasure{At: time.UnixMilli(ms)}
		switch ended := strings.HasSuffix(line, "\n"); {
		case err == nil && hexErr == nil && len(raw) == len(e.ID):
			copy(e.ID[:], raw)
			list = append(list, e)
		case ended || len(line) >= maxErased:
			return nil, 0, fmt.Errorf("line %d of %s is no erasure (a time and 32 hexadecimal digits); mend it by a copy of the file", n, path)
		default:
			return list, whole, nil
		}
		whole += int64(len(line))
	}
	return list, whole, nil
}

// maxErased is how long a line of the list is at most, in bytes.
const maxErased = 20 + 1 + 2*len(seal.ID{}) + 1

// addErased adds to the list what is not in it, durably, or nothing. A command and a node may both do so.
func addErased(path string, more []Erasure) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil { // of a moment; Close lets it go
		return err
	}
	have, whole, err := readWhole(path)
	if err != nil {
		return err
	}
	var lines []byte
	for _, e := range more {
		if !slices.ContainsFunc(have, func(h Erasure) bool { return h.ID == e.ID && !h.At.Before(e.At) }) {
			lines = fmt.Appendf(lines, "%d %x\n", e.At.UnixMilli(), e.ID[:])
		}
	}
	if err = endLine(f, &whole); err == nil {
		_, err = f.WriteAt(lines, whole)
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil { // nobody is told that it will be done, so it is not
		return errors.Join(err, f.Truncate(whole))
	}
	return syncDir(filepath.Dir(path))
}

// endLine takes away what was cut short behind the whole lines, and ends the last of them where somebody has left that out.
func endLine(f *os.File, whole *int64) error {
	if err := f.Truncate(*whole); err != nil || *whole == 0 {
		return err
	}
	last := []byte{0}
	if _, err := f.ReadAt(last, *whole-1); err != nil || last[0] == '\n' {
		return err
	}
	_, err := f.WriteAt([]byte{'\n'}, *whole)
	*whole++
	return err
}
