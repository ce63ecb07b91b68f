package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"liveroom/engine/live"
)

// entityShop is the shop whose catalogue the entity test is about.
const entityShop live.ShopID = "entity-test"

// entityCase is one line of the entity test.
type entityCase struct {
	Text     string       `json:"text"`
	Entities []entitySpan `json:"entities"`
}

// entitySpan is an entity as the test writes it. Its unit does not count.
type entitySpan struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
	Start int    `json:"start"` // in runes
	End   int    `json:"end"`   // half-open
	Norm  string `json:"norm"`  // "" where the test leaves it open
}

// at tells whether an entity found stands where the wanted one does.
func (w entitySpan) at(g live.Entity) bool {
	return w.Kind == g.Kind && w.Value == g.Value && w.Start == g.Start && w.End == g.End
}

// found counts what was looked for, said, right, and right with its normal form.
type found struct{ hits, normal, said, truths int }

func (f *found) add(o found) {
	f.hits, f.normal, f.said, f.truths = f.hits+o.hits, f.normal+o.normal, f.said+o.said, f.truths+o.truths
}

// entityResult is the outcome of the entity test, text by text and by kind.
type entityResult struct {
	texts []found
	kinds map[string]*found
	names map[string]string // of the catalogue's products, by id
}

// readEntityTest reads the test in a file, and the catalogue beside it; nil cases when there is none.
func readEntityTest(path string) (cases []entityCase, products []live.Product, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read entity test: %w", err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var c entityCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return nil, nil, fmt.Errorf("read entity test, line %d: %w", len(cases)+1, err)
		}
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil {
		return nil, nil, fmt.Errorf("read entity test: %w", err)
	}
	raw, err := os.ReadFile(filepath.Join(filepath.Dir(path), "entities_catalogue.json"))
	if err != nil {
		return nil, nil, fmt.Errorf("read catalogue of the entity test: %w", err)
	}
	var named []struct {
		ID      live.ProductID `json:"id"`
		Name    string         `json:"name"`
		Aliases []string       `json:"aliases"`
	}
	if err := json.Unmarshal(raw, &named); err != nil {
		return nil, nil, fmt.Errorf("read catalogue of the entity test: %w", err)
	}
	for _, n := range named {
		products = append(products, live.Product{ID: n.ID, Shop: entityShop, Name: n.Name, Aliases: n.Aliases})
	}
	return cases, products, nil
}

// testEntities runs the test in a file through the service; nil when there is none.
func testEntities(r *reader, path string) (*entityResult, error) {
	cases, products, err := readEntityTest(path)
	if err != nil || cases == nil {
		return nil, err
	}
	r.SetCatalogue(entityShop, products)
	texts := make([]string, len(cases))
	for i := range cases {
		texts[i] = cases[i].Text
	}
	readings, err := r.readAll(entityShop, texts)
	if err != nil {
		return nil, err
	}
	out := &entityResult{kinds: map[string]*found{}, names: map[string]string{}}
	for _, p := range products {
		out.names[string(p.ID)] = p.Name
	}
	for i := range cases {
		out.compare(cases[i].Entities, readings[i].Entities)
	}
	return out, nil
}

// compare counts one text. An entity is right when kind, span and value are.
func (e *entityResult) compare(want []entitySpan, got []live.Entity) {
	var text found
	count := func(kind string, f found) {
		if e.kinds[kind] == nil {
			e.kinds[kind] = &found{}
		}
		e.kinds[kind].add(f)
		text.add(f)
	}
	open := slices.Clone(want)
	for _, w := range want {
		count(w.Kind, found{truths: 1})
	}
	for _, g := range got {
		f := found{said: 1}
		if at := slices.IndexFunc(open, func(w entitySpan) bool { return w.at(g) }); at >= 0 {
			f.hits = 1
			if e.sameNorm(open[at].Norm, g) {
				f.normal = 1
			}
			open = slices.Delete(open, at, at+1)
		}
		count(g.Kind, f)
	}
	e.texts = append(e.texts, text)
}

// sameNorm compares normal forms; the test leaves some open, and names products where we have ids.
func (e *entityResult) sameNorm(want string, g live.Entity) bool {
	return want == "" || want == g.Norm || g.Unit == "product" && want == e.names[g.Norm]
}

// figures are the F1 over all texts, and the same where the normal form has to be right too.
func (e *entityResult) figures() []figure {
	over := func(name string, hits func(found) int) figure {
		return scoreFigure(name, e.texts, 0, func(texts []found) float64 {
			var all found
			for _, t := range texts {
				all.add(t)
			}
			return f1(hits(all), all.said, all.truths)
		})
	}
	return []figure{
		over("F1", func(f found) int { return f.hits }).atLeast(0.95),
		over("with the normal form", func(f found) int { return f.normal }),
	}
}

// byKind returns the counts of each kind, in the order of their names.
func (e *entityResult) byKind() []labelFigures {
	var out []labelFigures
	for _, kind := range slices.Sorted(maps.Keys(e.kinds)) {
		k := e.kinds[kind]
		out = append(out, labelFigures{kind, share{k.hits, k.said}, share{k.hits, k.truths}, f1(k.hits, k.said, k.truths)})
	}
	return out
}
