package shop

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"liveroom/engine/live"
)

// The bounds of what a catalogue may say.
const (
	maxProducts   = 10000
	maxVariants   = 500           // of a product
	maxRooms      = 1000          //
	maxWarehouses = 64            //
	maxListed     = 50            // aliases, gifts of a product
	maxName       = 60            // runes of a name, title, size …
	maxSentence   = 300           // runes of an attribute or promotion
	maxLink       = 999           //
	maxPriceFen   = 1_000_000_000 // ten million yuan
	maxInstalment = 36            // months
)

// checker gathers problems, with their places in the file.
type checker struct {
	root     *yaml.Node
	problems []Problem
}

// add notes a problem of the value at a path, whose parts are field names and list positions.
func (ck *checker) add(path []any, format string, args ...any) {
	ck.problems = append(ck.problems, Problem{Line: lineOf(ck.root, path), Path: pathText(path), Text: fmt.Sprintf(format, args...)})
}

// sorted returns the problems in the order of the file.
func (ck *checker) sorted() []Problem {
	slices.SortStableFunc(ck.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return ck.problems
}

// decodeProblems notes what did not fit the file's shape, and tells whether the rest was read, so that it can be checked.
func (ck *checker) decodeProblems(err error) (rest bool) {
	var typed *yaml.TypeError
	if !errors.As(err, &typed) {
		ck.problems = append(ck.problems, *yamlProblem(err.Error()))
		return false
	}
	rest = true
	for _, message := range typed.Errors {
		ck.problems = append(ck.problems, *yamlProblem(message))
		rest = rest && !strings.Contains(message, "already defined") // the reader leaves such a mapping out
	}
	return rest
}

// checkRest checks what was read, passing over lines that have a problem already: what did not fit there is not missing.
func (ck *checker) checkRest(f *catalogueFile) {
	found := checker{root: ck.root}
	found.check(f)
	bad := make(map[int]bool)
	for _, p := range ck.problems {
		bad[p.Line] = true
	}
	for _, p := range found.problems {
		if !bad[p.Line] {
			ck.problems = append(ck.problems, p)
		}
	}
}

// lineOf returns the line of the deepest node on the path.
func lineOf(n *yaml.Node, path []any) int {
	line := n.Line
	for _, step := range path {
		if n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		next := child(n, step)
		if next == nil {
			return line
		}
		n, line = next, next.Line
	}
	return line
}

func child(n *yaml.Node, step any) *yaml.Node {
	switch step := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && step < len(n.Content) {
			return n.Content[step]
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

func pathText(path []any) string {
	var b strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", step)
		case string:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(step)
		}
	}
	return b.String()
}

// at extends a path, without touching what others extend.
func at(path []any, steps ...any) []any { return append(slices.Clone(path), steps...) }

// seen finds values that occur twice.
type seen map[string]string // value to the path that has it

func (ck *checker) unique(s seen, path []any, value, what string) {
	if value == "" {
		return
	}
	if first, twice := s[value]; twice {
		ck.add(path, "%s %q is taken by %s", what, clip(value), first)
		return
	}
	s[value] = pathText(path)
}

func (ck *checker) id(path []any, id string) {
	switch {
	case id == "":
		ck.add(path, "missing; it needs an id of 1 to %d bytes", live.MaxID)
	case len(id) > live.MaxID:
		ck.add(path, "has %d bytes; at most %d are accepted", len(id), live.MaxID)
	case strings.IndexFunc(id, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) >= 0:
		ck.add(path, "%q has spaces or invisible characters; leave them out", clip(id))
	}
}

func (ck *checker) text(path []any, text string, most int, required bool) {
	switch n := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "" && required:
		ck.add(path, "missing; it needs a text of 1 to %d characters", most)
	case strings.TrimSpace(text) == "" && text != "":
		ck.add(path, "is blank; leave it out or fill it")
	case n > most:
		ck.add(path, "has %d characters; at most %d are accepted", n, most)
	case strings.IndexFunc(text, unicode.IsControl) >= 0:
		ck.add(path, "has line breaks or control characters; write it on one line")
	}
}

func (ck *checker) between(path []any, n, least, most int64) {
	if n < least || n > most {
		ck.add(path, "is %d; it must be from %d to %d", n, least, most)
	}
}

func (ck *checker) attributes(path []any, attributes map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		if live.ParseIntent(key) == 0 {
			ck.add(at(path, key), "%q is no intent; name one of the taxonomy, such as material or usage", clip(key))
		}
		ck.text(at(path, key), attributes[key], maxSentence, true)
	}
}

// check finds everything wrong with what a file says.
func (ck *checker) check(f *catalogueFile) {
	ck.id([]any{"shop"}, f.Shop)
	ck.text([]any{"title"}, f.Title, maxName, false)
	ck.between([]any{"rooms"}, int64(len(f.Rooms)), 0, maxRooms)
	rooms := seen{}
	for i, r := range f.Rooms {
		path := []any{"rooms", i}
		ck.id(at(path, "id"), r.ID)
		ck.unique(rooms, at(path, "id"), r.ID, "room")
		ck.text(at(path, "title"), r.Title, maxName, false)
	}
	ck.between([]any{"warehouses"}, int64(len(f.Warehouses)), 0, maxWarehouses)
	warehouses := seen{}
	for i, w := range f.Warehouses {
		path := []any{"warehouses", i}
		ck.id(at(path, "id"), w.ID)
		ck.unique(warehouses, at(path, "id"), w.ID, "warehouse")
		ck.text(at(path, "title"), w.Title, maxName, true)
		ck.between(at(path, "ship_by"), int64(w.ShipBy), 0, 23)
	}
	ck.attributes([]any{"attributes"}, f.Attributes)
	ck.between([]any{"products"}, int64(len(f.Products)), 1, maxProducts)
	all := uniques{ids: seen{}, links: seen{}, skus: seen{}, names: seen{}}
	for i := range f.Products {
		ck.product([]any{"products", i}, &f.Products[i], all)
	}
}

// uniques are what no two products may share.
type uniques struct{ ids, links, skus, names seen }

func (ck *checker) product(path []any, p *productFile, all uniques) {
	ck.id(at(path, "id"), p.ID)
	ck.unique(all.ids, at(path, "id"), p.ID, "product")
	ck.text(at(path, "name"), p.Name, maxName, true)
	ck.unique(all.names, at(path, "name"), fold(p.Name), "name")
	ck.between(at(path, "aliases"), int64(len(p.Aliases)), 0, maxListed)
	for i, alias := range p.Aliases {
		ck.text(at(path, "aliases", i), alias, maxName, true)
		ck.unique(all.names, at(path, "aliases", i), fold(alias), "name")
	}
	ck.between(at(path, "link"), int64(p.Link), 0, maxLink)
	if p.Link > 0 {
		ck.unique(all.links, at(path, "link"), fmt.Sprint(p.Link), "link")
	}
	ck.text(at(path, "category"), p.Category, maxName, false)
	ck.attributes(at(path, "attributes"), p.Attributes)
	ck.between(at(path, "gifts"), int64(len(p.Gifts)), 0, maxListed)
	for i, gift := range p.Gifts {
		ck.text(at(path, "gifts", i), gift, maxName, true)
	}
	ck.text(at(path, "promotion"), p.Promotion, maxSentence, false)
	ck.between(at(path, "instalment"), int64(p.Instalment), 0, maxInstalment)
	ck.between(at(path, "variants"), int64(len(p.Variants)), 1, maxVariants)
	looks := seen{}
	for i, v := range p.Variants {
		ck.variant(at(path, "variants", i), v, all.skus, looks)
	}
}

func (ck *checker) variant(path []any, v variantFile, skus, looks seen) {
	ck.id(at(path, "sku"), v.SKU)
	ck.unique(skus, at(path, "sku"), v.SKU, "sku")
	ck.text(at(path, "size"), v.Size, maxName, false)
	ck.text(at(path, "color"), v.Color, maxName, false)
	ck.between(at(path, "price_fen"), v.PriceFen, 1, maxPriceFen)
	look := fold(v.Size) + " " + fold(v.Color)
	if first, twice := looks[look]; twice {
		ck.add(path, "has the size and colour of %s; tell them apart", first)
		return
	}
	looks[look] = pathText(path)
}
