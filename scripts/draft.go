package scripts

import (
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"liveroom/scripts/forbidden"
)

// Draft is what a changed file would make of the set. It is read and checked as at a load, and never in force.
type Draft struct {
	// Problems are why the change may not be made: those of the file itself, and those of the set that are not there
	// without the change.
	Problems []Problem
	// Others are problems of other files, which are there anyway and keep the whole folder out of force.
	Others []Problem

	book   *Book
	script *script // nil when the file holds none, or none that can be read
	names  names
	words  *forbidden.List
}

// Draft reads the folder with one file of it changed; text nil is the file taken away. The error says that the folder
// cannot be read at all.
func (b *Book) Draft(name string, text []byte) (*Draft, error) {
	now, err := readDir(b.cfg.Dir)
	var unreadable *BundleError
	if err != nil && !errors.As(err, &unreadable) {
		return nil, err
	}
	next := slices.DeleteFunc(slices.Clone(now), func(f file) bool { return f.name == name })
	changed := file{name: name, text: text, own: true}
	if text != nil {
		at, _ := slices.BinarySearchFunc(next, name, func(f file, name string) int { return strings.Compare(f.name, name) })
		next = slices.Insert(next, at, changed)
	}
	d := &Draft{book: b}
	set, after := b.bundle.try(next)
	_, before := b.bundle.try(now)
	if err != nil { // what could not be read may be this very file
		before = append(before, unreadable.Problems...)
		after = append(after, slices.DeleteFunc(unreadable.Problems, func(p Problem) bool { return p.File == name })...)
	}
	for _, p := range slices.Concat(sizes(next, changed), after) {
		if p.File == name || !slices.Contains(before, p) {
			d.Problems = append(d.Problems, p)
		} else {
			d.Others = append(d.Others, p)
		}
	}
	if set == nil {
		set = b.set.Load()
	}
	d.names, d.words = set.names, set.words
	if text != nil && isScript(name) {
		own := b.bundle
		own.words = d.words
		d.script, _ = decode(changed, own)
	}
	return d, nil
}

// try is load with its problems one by one; set is nil when there are any.
func (b bundle) try(files []file) (*set, []Problem) {
	set, err := b.load(files)
	var faulty *BundleError
	switch {
	case errors.As(err, &faulty):
		return nil, faulty.Problems
	case err != nil:
		return nil, []Problem{{Text: err.Error()}}
	}
	return set, nil
}

// sizes finds what readDir would refuse.
func sizes(files []file, changed file) (found []Problem) {
	all := 0
	for _, f := range files {
		all += len(f.text)
	}
	switch {
	case len(changed.text) > maxFile:
		found = append(found, Problem{File: changed.name, Text: fmt.Sprintf("file is larger than %d bytes: split it", maxFile)})
	case len(files) > maxFiles:
		found = append(found, Problem{File: changed.name, Text: fmt.Sprintf("more than %d script files", maxFiles)})
	case all > maxBundle:
		found = append(found, Problem{File: changed.name, Text: fmt.Sprintf("script files are more than %d bytes in all", maxBundle)})
	}
	return found
}

// Rehearsal is one text of a draft with what is known now.
type Rehearsal struct {
	Variant string   // as in Line.Variant
	Source  string   // as written
	Text    string   // as it would be said, "" when it cannot be
	Missing []string // needs that are not met now
	Unmet   []string // conditions that do not hold now
	Term    string   // a forbidden word that a value of the catalogue brings into it
}

// Rehearse renders every text of the draft's script for a, whether or not its case would be taken. Where the case is for
// an intent that a has not, it is rendered as if asked for the first that it is for.
func (d *Draft) Rehearse(a Ask) []Rehearsal {
	if d.script == nil {
		return nil
	}
	var all []Rehearsal
	for i := range d.script.cases {
		k := &d.script.cases[i]
		c := &composer{}
		c.ask, c.figures, c.names, c.asked = d.askedFor(a, k), d.book.figures, &d.names, choiceOf(a.Variant)
		c.hour, c.ending = a.Now.In(d.book.zone).Hour(), d.book.cfg.PromotionEnding
		c.enter(k)
		missing, unmet := c.lacks(k)
		for j := range k.texts {
			t := &k.texts[j]
			r := Rehearsal{Variant: t.variant, Source: t.source, Missing: missing, Unmet: unmet}
			if len(missing) == 0 && c.render(t) {
				r.Text = strings.TrimSpace(string(c.buf))
				if term, bad := d.words.Find(r.Text); bad {
					r.Term = term.Text
				}
			}
			all = append(all, r)
		}
	}
	return all
}

// askedFor is a with an intent that the case is for.
func (d *Draft) askedFor(a Ask, k *scriptCase) Ask {
	want := k.intents
	if len(want) == 0 {
		for _, c := range d.script.intents {
			want = append(want, c.of)
		}
	}
	if a.Reading == nil || len(want) == 0 || slices.Contains(want, a.Reading.Intent) {
		return a
	}
	reading := *a.Reading
	reading.Intent = want[0]
	a.Reading = &reading
	return a
}

// lacks names what keeps a case from fitting.
func (c *composer) lacks(k *scriptCase) (missing, unmet []string) {
	for _, n := range k.needs {
		if !c.Known(n) {
			missing = append(missing, n.String())
		}
	}
	for _, i := range k.attrs {
		if c.Attribute(i) == "" {
			missing = append(missing, "attribute:"+i.String())
		}
	}
	for _, w := range k.when {
		if !c.holds(w) {
			unmet = append(unmet, conditionNames[w])
		}
	}
	return missing, unmet
}

// LibraryFile returns a file as it ships, false when there is none of that name.
func LibraryFile(name string) (string, bool) {
	if !isScript(name) || path.Base(name) != name {
		return "", false
	}
	text, err := readFile(library, path.Join("library", name))
	return string(text), err == nil
}

// ForbiddenFile is the name of the file of a shop's own forbidden words.
const ForbiddenFile = forbidden.FileName

// Editable tells whether a file of that name is one that a book reads. It keeps to the folder: no name with a
// separator is.
func Editable(name string) bool {
	return isOurs(name) && len(name) <= maxName && name == path.Base(name) &&
		!strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' || r == ':' })
}

// maxName bounds the name of a file, in bytes.
const maxName = 128

// Files returns the names of the files in a folder that a book reads, none when it cannot be read.
func Files(dir string) []string {
	names := []string{}
	if dir == "" {
		return names
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return names
	}
	for _, e := range entries {
		if isOurs(e.Name()) && !e.IsDir() && len(names) < maxFiles {
			names = append(names, e.Name())
		}
	}
	return names
}
