package engine

import (
	"context"
	"fmt"
	"time"

	"liveroom/engine/admin/console"
	"liveroom/engine/shop/document"
	"liveroom/engine/shop/knowledge"
)

// answersDesk lets people edit the shop's knowledge over the console.
type answersDesk struct {
	e      *Engine
	learns *learning
}

// Each implements console.Answers.
func (d answersDesk) Each(yield func(console.KnownEntry) bool) {
	base := d.e.parts.knowledge.Load()
	for i := range base.Entries() {
		one := base.Entries()[i]
		if !yield(entryOf(&one, base)) {
			return
		}
	}
}

func entryOf(e *knowledge.Entry, base *knowledge.Base) console.KnownEntry {
	w := knowledge.Write(e)
	shown := console.KnownEntry{
		ID: e.ID,
		EntryText: console.EntryText{
			Question: e.Question, Alternatives: e.Alternatives, Answer: e.Answer, Tags: e.Tags, Products: w.Products, Intents: w.Intents,
		},
		Updated: e.Updated, Version: e.Version,
	}
	if base != nil {
		said := base.Said(e.ID)
		shown.Said = &said
	}
	return shown
}

// One implements console.Answers.
func (d answersDesk) One(id string) (console.EntryNow, error) {
	base := d.e.parts.knowledge.Load()
	now, past, ok := base.Entry(id)
	if !ok {
		return console.EntryNow{}, fmt.Errorf("%w: knowledge entry %q", console.ErrUnknown, document.Clip(id))
	}
	shown := console.EntryNow{Past: []console.KnownEntry{}}
	if now != nil {
		e := entryOf(now, base)
		shown.Now = &e
	}
	for i := range past {
		shown.Past = append(shown.Past, entryOf(&past[i], nil))
	}
	return shown, nil
}

// Change implements console.Answers.
func (d answersDesk) Change(ctx context.Context, id string, c console.EntryChange) (console.EntryNow, error) {
	if err := d.change(ctx, id, c); err != nil {
		return console.EntryNow{}, err
	}
	return d.One(id)
}

func (d answersDesk) change(ctx context.Context, id string, c console.EntryChange) error {
	d.learns.mu.Lock()
	defer d.learns.mu.Unlock()
	base := d.e.parts.knowledge.Load()
	now, past, known := base.Entry(id)
	at := uint64(0)
	if now != nil {
		at = now.Version
	}
	if at != c.Base {
		return fmt.Errorf("%w: the entry is at version %d, and you opened version %d; compare, then save again over that version",
			console.ErrRefused, at, c.Base)
	}
	written := writtenOf(id, c.Text)
	millis := time.Now().UnixMilli()
	switch {
	case c.Gone && now == nil, c.From > 0 && !known:
		return fmt.Errorf("%w: knowledge entry %q", console.ErrUnknown, document.Clip(id))
	case c.Gone:
		return d.learns.keep(ctx, base.Drop(id, millis))
	case c.From > 0:
		found := false
		for i := range past {
			if past[i].Version == c.From {
				written, found = knowledge.Write(&past[i]), true
			}
		}
		if !found {
			return fmt.Errorf("%w: version %d of knowledge entry %q", console.ErrUnknown, c.From, document.Clip(id))
		}
	}
	next, problems := base.Edit(written, d.rules(), millis)
	if len(problems) > 0 {
		return &console.FaultyError{Flaws: entryFlaws(problems)}
	}
	return d.learns.keep(ctx, next)
}

// Heat implements console.Answers.
func (d answersDesk) Heat() console.Heat {
	wares := d.e.parts.catalogue.Load()
	top := d.e.parts.heat.Top()
	shown := console.Heat{Since: top.Since, Asked: top.Asked, Lost: top.Lost, Rows: make([]console.HeatRow, 0, len(top.Rows))}
	for _, r := range top.Rows {
		row := console.HeatRow{Intent: r.Intent.String(), Product: string(r.Product), Asked: r.Asked, Answered: r.Answered, Hours: r.Hours}
		if p := wares.ByID(r.Product); p != nil {
			row.Product = p.Name
		}
		shown.Rows = append(shown.Rows, row)
	}
	return shown
}
