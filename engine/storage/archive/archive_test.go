package archive_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"liveroom/engine/storage/archive"
)

// FuzzArchive feeds arbitrary bytes to the reader: it never panics, takes nothing for whole that is not, and does not
// believe a length.
func FuzzArchive(f *testing.F) {
	var whole bytes.Buffer
	a, err := archive.NewWriter(&whole)
	if err == nil {
		err = errors.Join(a.Table("meta", []string{"key", "value"}), a.Row([]any{"schema", int64(4)}), a.Row([]any{nil, []byte{1}}), a.End())
	}
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add([]byte("liveroom backup 1\n" + "R\xff\xff\xff\xff\x03"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := archive.NewReader(bytes.NewReader(data))
		if err != nil {
			return
		}
		for {
			kind, payload, err := r.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				if !errors.Is(err, archive.ErrCorrupt) {
					t.Fatalf("the error is %v, want archive.ErrCorrupt", err)
				}
				return
			}
			if kind == archive.Row {
				archive.Values(payload)
			} else {
				archive.Texts(payload)
			}
		}
	})
}
