package scripts

import (
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sort"
	"strings"

	"liveroom/scripts/forbidden"
)

//go:embed library/*.yaml
var library embed.FS

// Bounds of a bundle.
const (
	maxFile   = 64 << 10 // bytes
	maxBundle = 4 << 20  // bytes
	maxFiles  = 500
)

// file is one script file as read.
type file struct {
	name string
	text []byte
	own  bool
}

// digest tells one reading of a directory from another.
type digest [sha256.Size]byte

func digestOf(files []file, err error) digest {
	h := sha256.New()
	if err != nil {
		h.Write([]byte(err.Error()))
	}
	var n [8]byte
	for _, f := range files {
		for _, part := range [][]byte{[]byte(f.name), f.text} {
			binary.LittleEndian.PutUint64(n[:], uint64(len(part)))
			h.Write(n[:])
			h.Write(part)
		}
	}
	return digest(h.Sum(nil))
}

// isOurs tells whether a file of that name is read: scripts, and the shop's own forbidden words.
func isOurs(name string) bool { return isScript(name) || name == forbidden.FileName }

// isScript tells whether a file of that name is a script. Editors leave files that are not.
func isScript(name string) bool {
	return !strings.HasPrefix(name, ".") && (strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml"))
}

// readDir reads the files of a directory that are ours, by name; "" has none. It reads whole contents each time: they are
// small, and times and sizes miss an edit that keeps both.
func readDir(dir string) ([]file, error) {
	if dir == "" {
		return nil, nil
	}
	return readFS(os.DirFS(dir), ".", true)
}

// readFS reads the files that are ours directly in dir.
func readFS(from fs.FS, dir string, own bool) ([]file, error) {
	entries, err := fs.ReadDir(from, dir)
	if err != nil {
		return nil, err
	}
	var files []file
	var all []Problem
	size := 0
	for _, e := range entries {
		if !isOurs(e.Name()) {
			continue
		}
		text, err := readFile(from, path.Join(dir, e.Name()))
		size += len(text)
		switch {
		case errors.Is(err, errNotRegular):
			continue
		case err != nil:
			all = append(all, Problem{File: e.Name(), Text: err.Error()})
		case len(files) == maxFiles:
			return nil, &BundleError{[]Problem{{Text: fmt.Sprintf("more than %d script files", maxFiles)}}}
		case size > maxBundle:
			return nil, &BundleError{[]Problem{{Text: fmt.Sprintf("script files are more than %d bytes in all", maxBundle)}}}
		default:
			files = append(files, file{name: e.Name(), text: text, own: own})
		}
	}
	if len(all) > 0 {
		return nil, &BundleError{all}
	}
	sort.Slice(files, func(i, j int) bool { return files[i].name < files[j].name })
	return files, nil
}

var errNotRegular = errors.New("not a regular file")

// readFile reads a regular file of at most maxFile bytes; links are followed.
func readFile(from fs.FS, name string) ([]byte, error) {
	if info, err := fs.Stat(from, name); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	f, err := from.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("file is larger than %d bytes: split it", maxFile)
	}
	return text, nil
}

// bundle is what scripts inherit: from the configuration, and what may not be said.
type bundle struct {
	limit int
	ages  MaxAge
	words *forbidden.List
}

// load checks the library and the shop's own files and puts them together.
func (b bundle) load(own []file) (*set, error) {
	files, err := readFS(library, "library", false)
	if err != nil {
		return nil, err
	}
	var all []*script
	var problems []Problem
	b.words, problems = wordsOf(own)
	if b.words == nil {
		return nil, &BundleError{problems}
	}
	for _, f := range append(files, own...) {
		if f.name == forbidden.FileName {
			continue
		}
		s, found := decode(f, b)
		problems = append(problems, found...)
		if s != nil {
			all = append(all, s)
		}
	}
	if len(problems) > 0 {
		return nil, &BundleError{problems}
	}
	set, problems := assemble(all)
	if len(problems) > 0 {
		return nil, &BundleError{problems}
	}
	set.words = b.words
	return set, nil
}

// wordsOf returns what may not be said, with the shop's own file over it when it is among files.
func wordsOf(files []file) (*forbidden.List, []Problem) {
	own := ""
	for _, f := range files {
		if f.name == forbidden.FileName {
			own = string(f.text)
		}
	}
	words, flaws := forbidden.New(own)
	var problems []Problem
	for _, f := range flaws {
		problems = append(problems, Problem{File: forbidden.FileName, Line: f.Line, Text: f.Text})
	}
	return words, problems
}
