package engine

import (
	"context"
	"fmt"

	"liveroom/engine/access"
	"liveroom/engine/admin/console"
	"liveroom/scripts"
	"liveroom/scripts/shelf"
)

// Bundle implements console.ScriptBundle.
func (d *scriptDesk) Bundle() (console.Bundle, error) {
	b := console.Bundle{Shop: d.e.parts.catalogue.Load().Shop(), Files: []console.BundleFile{}}
	own := make(map[string]bool)
	if d.shelf != nil {
		for _, name := range scripts.Files(d.shelf.Dir()) {
			f, err := d.shelf.Read(name)
			if err != nil {
				return console.Bundle{}, shelved(err)
			}
			own[name] = true
			b.Files = append(b.Files, console.BundleFile{Name: name, Text: f.Text, Own: true})
		}
	}
	for _, name := range scripts.LibraryFiles() {
		if text, ok := scripts.LibraryFile(name); ok && !own[name] {
			b.Files = append(b.Files, console.BundleFile{Name: name, Text: text})
		}
	}
	return b, nil
}

// Import implements console.ScriptBundle: everything is checked together before anything is written, each file becomes a
// version of its own, and all of them are written or none, also when the node is killed meanwhile.
func (d *scriptDesk) Import(ctx context.Context, files []console.BundleFile, dry bool) (console.Imported, error) {
	if d.shelf == nil {
		return console.Imported{}, errNoFolder
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	todo, done, err := d.plan(files, access.Of(ctx).Name)
	done.DryRun = dry
	if err != nil || len(todo) == 0 {
		return done, err
	}
	texts := make(map[string][]byte, len(todo))
	for _, c := range todo {
		texts[c.Name] = nil
		if !c.Gone {
			texts[c.Name] = []byte(c.Text)
		}
	}
	problems, err := d.e.parts.book.DraftAll(texts)
	switch {
	case err != nil:
		return console.Imported{}, fmt.Errorf("%w: read the scripts folder: %w", console.ErrRefused, err)
	case len(problems) > 0:
		return console.Imported{}, &console.FaultyError{Flaws: flawsOf(problems)}
	case dry:
		return done, nil
	}
	if err := d.apply(func() error { return d.shelf.MakeAll(todo) }); err != nil {
		return console.Imported{}, shelved(err)
	}
	done.Refused = d.e.parts.book.Status().Refused
	return done, nil
}

// plan returns what files change, each over what is there now.
func (d *scriptDesk) plan(files []console.BundleFile, who string) (todo []shelf.Change, done console.Imported, err error) {
	done = console.Imported{Changed: []string{}, Removed: []string{}}
	var flaws []console.Flaw
	seen := make(map[string]bool)
	for _, f := range files {
		if err := d.file(f.Name); err != nil {
			flaws = append(flaws, console.Flaw{File: f.Name, Text: err.Error()})
			continue
		}
		if seen[f.Name] {
			flaws = append(flaws, console.Flaw{File: f.Name, Text: "comes twice: leave one of them out"})
			continue
		}
		seen[f.Name] = true
		now, err := d.shelf.Read(f.Name)
		if err != nil {
			return nil, done, shelved(err)
		}
		said := now.Text
		if library, ok := scripts.LibraryFile(f.Name); ok && !now.Exists {
			said = library
		}
		c := shelf.Change{Name: f.Name, Base: now.Base, Text: f.Text, Gone: f.Remove, Who: who}
		switch {
		case f.Remove && !now.Exists, !f.Remove && f.Text == said:
			done.Unchanged++
			continue
		case f.Remove:
			c.Text = ""
			done.Removed = append(done.Removed, f.Name)
		case f.Text == "":
			flaws = append(flaws, console.Flaw{File: f.Name, Text: "is empty: write a script, or take the file away by remove"})
			continue
		default:
			done.Changed = append(done.Changed, f.Name)
		}
		todo = append(todo, c)
	}
	if len(flaws) > 0 {
		return nil, console.Imported{}, &console.FaultyError{Flaws: flaws}
	}
	return todo, done, nil
}
