// Package files reads and writes the small files of the data folder: whole, or not at all.
package files

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Replace puts a file of mode 0600 in the place of another: whoever reads it, also after a crash, finds one or the other
// whole. also, if not nil, is called with the new file before it is there.
func Replace(path string, content []byte, also func(*os.File) error) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if _, err = f.Write(content); err == nil {
		err = f.Sync()
	}
	if err == nil && also != nil {
		err = also(f)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	if dir, failed := os.Open(filepath.Dir(path)); failed == nil { // renamed; that it lasts is up to the file system now
		dir.Sync()
		dir.Close()
	}
	return nil
}

// DecodeJSON decodes a file of one JSON value: of known fields, and with nothing after it.
func DecodeJSON(file []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after its end")
	}
	return nil
}
