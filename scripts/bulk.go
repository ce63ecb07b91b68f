package scripts

import (
	"errors"
	"maps"
	"path"
	"slices"
	"strings"
)

// DraftAll reads the folder with several of its files changed at once; a text that is nil is a file taken away. It returns
// everything that would keep the folder out of force, and nothing is. The error says that the folder cannot be read at all.
func (b *Book) DraftAll(changes map[string][]byte) ([]Problem, error) {
	now, err := readDir(b.cfg.Dir)
	var unreadable *BundleError
	if err != nil && !errors.As(err, &unreadable) {
		return nil, err
	}
	next := slices.DeleteFunc(slices.Clone(now), func(f file) bool { _, changed := changes[f.name]; return changed })
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		if text := changes[name]; text != nil {
			next = append(next, file{name: name, text: text, own: true})
		}
	}
	slices.SortFunc(next, func(a, b file) int { return strings.Compare(a.name, b.name) })
	var problems []Problem
	if unreadable != nil { // of a file that is to be changed the present text does not matter
		for _, p := range unreadable.Problems {
			if _, changed := changes[p.File]; !changed {
				problems = append(problems, p)
			}
		}
	}
	for _, f := range next {
		if _, changed := changes[f.name]; changed {
			for _, p := range sizes(next, f) {
				if !slices.Contains(problems, p) {
					problems = append(problems, p)
				}
			}
		}
	}
	_, after := b.bundle.try(next)
	return append(problems, after...), nil
}

// LibraryFiles returns the names of the files as they ship.
func LibraryFiles() []string {
	files, err := readFS(library, "library", false)
	if err != nil {
		return nil // it is embedded
	}
	names := make([]string, 0, len(files))
	for _, f := range files {
		names = append(names, path.Base(f.name))
	}
	return names
}
