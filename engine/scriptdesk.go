package engine

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"liveroom/engine/access"
	"liveroom/engine/admin/console"
	"liveroom/engine/live"
	"liveroom/scripts"
	"liveroom/scripts/shelf"
)

// scriptsPast is where versions of the shop's scripts are kept, in the data folder.
const scriptsPast = "scripts.past"

// scriptDesk lets people edit the shop's scripts over the console.
type scriptDesk struct {
	e     *Engine
	shelf *shelf.Shelf // nil when there is no folder

	// mu is held by the one who checks or saves: what was checked is what is saved, and a node reads one folder at a time.
	mu sync.Mutex
}

func newScriptDesk(e *Engine) *scriptDesk {
	return &scriptDesk{e: e, shelf: scriptShelf(e.cfg)}
}

// scriptShelf returns the folder of the shop's scripts with its versions, nil when there is none.
func scriptShelf(cfg Config) *shelf.Shelf {
	if cfg.Scripts.Dir == "" {
		return nil
	}
	return shelf.Open(cfg.Scripts.Dir, filepath.Join(cfg.Storage.Dir, scriptsPast))
}

// file tells whether a name is one of a file that can be edited.
func (d *scriptDesk) file(name string) error {
	if !scripts.Editable(name) {
		return fmt.Errorf("%w: file %.40q; want the name of a file in the scripts folder, such as stock.yaml or %s",
			console.ErrInput, name, scripts.ForbiddenFile)
	}
	return nil
}

// Open implements console.Shelf.
func (d *scriptDesk) Open(name string) (console.ScriptFile, error) {
	if err := d.file(name); err != nil {
		return console.ScriptFile{}, err
	}
	f := shelf.File{Name: name}
	if d.shelf != nil {
		var err error
		if f, err = d.shelf.Read(name); err != nil {
			return console.ScriptFile{}, shelved(err)
		}
	}
	shown := d.shown(f)
	// Forbidden words are a list that every shop has, be it an empty one; a script that was never written is not there.
	if name != scripts.ForbiddenFile && !shown.Own && shown.Library == "" && len(shown.Versions) == 0 {
		return console.ScriptFile{}, fmt.Errorf("%w: script file %.140q", console.ErrUnknown, name)
	}
	return shown, nil
}

func (d *scriptDesk) shown(f shelf.File) console.ScriptFile {
	s := console.ScriptFile{
		Name: f.Name, Text: f.Text, Own: f.Exists, Base: f.Base, Editable: d.shelf != nil, Versions: []console.ScriptVersion{},
		Refused: d.e.parts.book.Status().Refused,
	}
	if text, ok := scripts.LibraryFile(f.Name); ok {
		s.Library = text
		if !f.Exists {
			s.Text = text
		}
	}
	for _, v := range f.Versions {
		s.Versions = append(s.Versions, versionOf(v))
	}
	return s
}

func versionOf(v shelf.Version) console.ScriptVersion {
	return console.ScriptVersion{N: v.N, At: v.At, Who: v.Who, From: v.From, Gone: v.Gone, Text: v.Text}
}

// Version implements console.Shelf.
func (d *scriptDesk) Version(name string, n int) (console.ScriptVersion, error) {
	if err := d.file(name); err != nil {
		return console.ScriptVersion{}, err
	}
	if d.shelf == nil {
		return console.ScriptVersion{}, errNoFolder
	}
	v, err := d.shelf.Version(name, n)
	return versionOf(v), shelved(err)
}

var errNoFolder = fmt.Errorf("%w: this node has no scripts folder; run liveroom export --scripts DIR and set scripts.dir to it", console.ErrRefused)

// Check implements console.Shelf.
func (d *scriptDesk) Check(_ context.Context, s console.Sketch) (console.Checked, error) {
	if err := d.file(s.File); err != nil {
		return console.Checked{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	draft, err := d.e.parts.book.Draft(s.File, []byte(s.Text))
	if err != nil {
		return console.Checked{}, fmt.Errorf("%w: read the scripts folder: %w", console.ErrRefused, err)
	}
	c := console.Checked{Problems: flawsOf(draft.Problems), Others: flawsOf(draft.Others), Texts: []console.Trial{}}
	ask := d.ask(s)
	if ask.Product != nil {
		c.Product = ask.Product.Name
	}
	for _, r := range draft.Rehearse(ask) {
		c.Texts = append(c.Texts, console.Trial(r))
	}
	return c, nil
}

func flawsOf(problems []scripts.Problem) []console.Flaw {
	flaws := make([]console.Flaw, 0, len(problems))
	for _, p := range problems {
		flaws = append(flaws, console.Flaw(p))
	}
	return flaws
}

// ask is a question in a room as it is now, about what the host shows there, or the first product when he shows nothing.
// What a dialogue would bring along is made up, so that texts that say it can be seen too.
func (d *scriptDesk) ask(s console.Sketch) scripts.Ask {
	p := &d.e.parts
	wares := p.catalogue.Load()
	now := time.Now()
	left := int64(2)
	a := scripts.Ask{
		Shop: wares.Shop(), User: live.UserKey{Room: s.Room}, Scope: live.Public, Warehouses: wares.Warehouses(), Now: now, Arrived: now,
		Reading: &live.Reading{
			Intent: live.IntentStock, Emotion: live.Calm,
			Top: [3]live.Guess{{Intent: live.IntentStock, P: .4}, {Intent: live.IntentSize, P: .3}, {Intent: live.IntentDelivery, P: .1}},
		},
		Askers: 3, Was: live.IntentSize, Next: live.IntentDelivery, Advice: "M", Body: "165cm、60kg", Left: &left,
	}
	if s.Scope == live.Private.String() {
		a.Scope = live.Private
	}
	product := wares.BySKU(p.rooms.Presenting(s.Room).SKU)
	if all := wares.Products(); product == nil && len(all) > 0 {
		product = &all[0]
	}
	if product == nil {
		return a
	}
	a.Product = wares.In(s.Room, product)
	if len(product.Variants) > 0 {
		a.Variant = &product.Variants[0]
		a.Hold = &scripts.Hold{SKU: a.Variant.SKU, Quantity: 1, Until: now.Add(10 * time.Minute)}
	}
	if others := wares.Others(product); len(others) > 0 {
		a.Other = wares.In(s.Room, others[0])
	}
	return a
}

// Change implements console.Shelf.
func (d *scriptDesk) Change(ctx context.Context, name string, c console.ScriptChange) (console.ScriptFile, error) {
	if err := d.file(name); err != nil {
		return console.ScriptFile{}, err
	}
	if d.shelf == nil {
		return console.ScriptFile{}, errNoFolder
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	change := shelf.Change{Name: name, Base: c.Base, Text: c.Text, Gone: c.Gone, From: c.From, Who: access.Of(ctx).Name}
	if c.From > 0 {
		v, err := d.shelf.Version(name, c.From)
		if err != nil {
			return console.ScriptFile{}, shelved(err)
		}
		change.Text, change.Gone = v.Text, v.Gone
	}
	var text []byte
	if !change.Gone {
		text = []byte(change.Text)
	}
	draft, err := d.e.parts.book.Draft(name, text)
	if err != nil {
		return console.ScriptFile{}, fmt.Errorf("%w: read the scripts folder: %w", console.ErrRefused, err)
	}
	if len(draft.Problems) > 0 {
		return console.ScriptFile{}, &console.FaultyError{Flaws: flawsOf(draft.Problems)}
	}
	var f shelf.File
	err = d.apply(func() (err error) { f, err = d.shelf.Make(change); return err })
	if err != nil {
		return console.ScriptFile{}, shelved(err)
	}
	return d.shown(f), nil // other files may keep it out of force; it says so
}

// apply changes the folder and has the change taken up as the console's: the watch looks neither at half of it nor before.
func (d *scriptDesk) apply(change func() error) error {
	return d.e.parts.book.Unwatched(func() error {
		if err := change(); err != nil {
			return err
		}
		d.e.parts.book.Reload()
		return nil
	})
}

// shelved is an error of the shelf in the console's words.
func shelved(err error) error {
	var changed *shelf.ChangedError
	switch {
	case errors.As(err, &changed), errors.Is(err, shelf.ErrLink):
		return fmt.Errorf("%w: %w", console.ErrRefused, err)
	case errors.Is(err, shelf.ErrUnknown):
		return fmt.Errorf("%w: %w", console.ErrUnknown, err)
	}
	return err
}
