package knowledge

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"liveroom/engine/shop/document"
)

// Written is one entry as people write it.
type Written = entryFile

// Write returns an entry as people write it.
func Write(e *Entry) Written { return fileOf(e) }

// Edit returns a base in which one entry is as it is written, put in at the end when there was none of its id. It is
// checked as in an import; the problems of other entries do not count, since they were there before. Version and
// time of what is written do not count either.
func (b *Base) Edit(w Written, rules Rules, now int64) (*Base, []document.Problem) {
	w.Version, w.UpdateTime = 0, ""
	others := slices.DeleteFunc(slices.Clone(b.entries), func(e Entry) bool { return e.ID == w.ID })
	f := &baseFile{Entries: make([]entryFile, 0, len(others)+1)}
	for i := range others {
		f.Entries = append(f.Entries, fileOf(&others[i]))
	}
	f.Entries = append(f.Entries, w) // last, so that what it says like another is its own problem
	if found := faults(f, rules); len(found) > 0 {
		return nil, found
	}
	entries := slices.Clone(b.entries)
	if i, there := b.byID[w.ID]; there {
		entries[i] = w.entry()
	} else {
		entries = append(entries, w.entry())
	}
	next, _ := b.Update(entries, now)
	return next, nil
}

// place is how a problem names another entry; an editor of one entry sees no list of them, and is told its id.
var place = regexp.MustCompile(`entries\[(\d+)\]`)

// faults returns the problems of the last entry of a file, with their places inside it.
func faults(f *baseFile, rules Rules) (found []document.Problem) {
	own := document.PathText([]any{"entries", len(f.Entries) - 1})
	c := document.NewChecker(func(path []any) document.Problem { return document.Problem{Path: document.PathText(path)} })
	checker{c, rules}.check(f)
	for _, p := range c.Problems() {
		if field, ok := strings.CutPrefix(p.Path, own); ok {
			p.Path = strings.TrimPrefix(field, ".")
			p.Text = place.ReplaceAllStringFunc(p.Text, func(at string) string {
				i, err := strconv.Atoi(place.FindStringSubmatch(at)[1])
				if err != nil || i >= len(f.Entries) {
					return at
				}
				return "entry " + f.Entries[i].ID
			})
			found = append(found, p)
		} else if p.Path == "entries" { // there are too many
			found = append(found, p)
		}
	}
	return found
}

// Drop returns a base without an entry; its past is kept.
func (b *Base) Drop(id string, now int64) *Base {
	next, _ := b.Update(slices.DeleteFunc(slices.Clone(b.entries), func(e Entry) bool { return e.ID == id }), now)
	return next
}

// Note counts that an entry's answer was given. Hot path: it allocates nothing.
func (b *Base) Note(id string) {
	if i, ok := b.byID[id]; ok {
		b.said[i].Add(1)
	}
}

// Said returns how often an entry's answer was given since the start, whatever it said.
func (b *Base) Said(id string) uint64 {
	if i, ok := b.byID[id]; ok {
		return b.said[i].Load()
	}
	return 0
}

// goOn lets the entries of a base go on counting where those of the one before were.
func (b *Base) goOn(before *Base) *Base {
	for id, i := range b.byID {
		if was, ok := before.byID[id]; ok {
			b.said[i] = before.said[was]
		}
	}
	return b
}
