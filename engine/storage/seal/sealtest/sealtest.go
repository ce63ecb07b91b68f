// Package sealtest looks for what should not be readable: planted markers, in every form in which a file might hold them.
package sealtest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// The markers: whatever begins with one of them is personal in the tests that plant them. They are as rare as need be.
const (
	ASCII   = "Mk9Zq7Vx"
	Chinese = "紫貂暗号"
)

// form is one way of writing a marker.
type form struct {
	name  string
	bytes []byte
}

// forms returns every form of a marker. In base64 a marker looks different at each of three offsets; what depends on its
// neighbours is cut away.
func forms(marker string) []form {
	all := []form{{"UTF-8", []byte(marker)}, {"hexadecimal", []byte(hex.EncodeToString([]byte(marker)))}}
	var le, be, escaped []byte
	for _, u := range utf16.Encode([]rune(marker)) {
		le = append(le, byte(u), byte(u>>8))
		be = append(be, byte(u>>8), byte(u))
		escaped = fmt.Appendf(escaped, `\u%04x`, u)
	}
	all = append(all, form{"UTF-16, little endian", le}, form{"UTF-16, big endian", be}, form{`\u`, escaped},
		form{`\U`, bytes.ReplaceAll(bytes.ToUpper(escaped), []byte(`\U`), []byte(`\u`))})
	for shift := range 3 {
		text := base64.StdEncoding.EncodeToString(append(make([]byte, shift), marker...))
		from := (shift*8 + 5) / 6
		to := (shift + len(marker)) * 8 / 6
		for name, text := range map[string]string{"base64": text, "base64 for URLs": base64.URLEncoding.EncodeToString(append(make([]byte, shift), marker...))} {
			all = append(all, form{name, []byte(text[from:to])})
		}
	}
	return all
}

// Find returns which markers are readable in some bytes, and how.
func Find(content []byte) (found []string) {
	for _, marker := range []string{ASCII, Chinese} {
		for _, f := range forms(marker) {
			if bytes.Contains(content, f.bytes) {
				found = append(found, marker+" in "+f.name)
			}
		}
	}
	return found
}

// Check fails a test when a marker is readable in some bytes.
func Check(t testing.TB, where string, content []byte) {
	t.Helper()
	if found := Find(content); len(found) > 0 {
		t.Errorf("%s: %s can be read", where, strings.Join(found, ", "))
	}
}

// CheckFolder fails a test when a marker is readable in a file of a folder, or in the name of one. It tells how many bytes
// were looked through.
func CheckFolder(t testing.TB, dir string) (size int64) {
	t.Helper()
	found, size := FindFolder(t, dir)
	for _, f := range found {
		t.Error(f)
	}
	return size
}

// FindFolder returns where a marker is readable in the files of a folder, or in their names, and how many bytes were looked
// through. A file that is gone when it is to be read is none.
func FindFolder(t testing.TB, dir string) (found []string, size int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && !d.Type().IsRegular() {
			return nil
		}
		var content []byte
		if err == nil {
			content, err = os.ReadFile(path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		size += int64(len(content))
		for _, how := range append(Find(content), Find([]byte(d.Name()))...) {
			found = append(found, path+": "+how+" can be read")
		}
		return err
	})
	if err != nil {
		t.Errorf("look through %s: %v", dir, err)
	}
	return found, size
}

// Plant returns a marker with more around it in every form in which it is looked for, each by its name: what a search must
// find if it is to prove anything.
func Plant(marker string) map[string][]byte {
	planted := map[string][]byte{}
	for i, f := range forms(marker) {
		planted[fmt.Sprintf("%02d %s", i, f.name)] = slices.Concat([]byte("before "), f.bytes, []byte(" after"))
	}
	return planted
}
