package entity

import (
	"unicode/utf8"

	ac "github.com/petar-dambovaliev/aho-corasick"

	"liveroom/engine/live"
)

const (
	shortestName = 2 // characters; a shorter name is in every text
	longestName  = 64
	maxNames     = 50_000
	// A full automaton is fastest, and takes some KiB for each byte of a name: it is for the usual catalogue.
	fullAutomaton = 8 << 10 // bytes of names
)

// Catalogue knows a shop's names for its products, and its sizes and colours as the shop writes them. It is immutable
// and safe for concurrent use. A nil Catalogue knows nothing.
type Catalogue struct {
	words []word
	names ac.AhoCorasick
}

// span is a name found in cells from to to.
type span struct {
	from, to int
	word     *word
}

// noNames begin like the name of a product and are none: 我的手机号 asks for no phone. A product that has such a name all the
// same goes before.
var noNames = []string{"手机号", "手机尾号", "手机验证码", "手机端", "手机淘宝", "手机银行", "手机支付"}

// NewCatalogue learns the names of products: name and aliases as kind product with the product's id and unit
// "product"; the variants' sizes and colours, and, where the words around them compare, the competitors that products are
// compared with, with the shop's own spelling as the normalised value. Of two equal names the first counts. Names of one
// character or of more than 64 are left out.
func NewCatalogue(products []live.Product) *Catalogue {
	b := names{seen: map[string]bool{}}
	for i := range products {
		p := &products[i]
		named := word{kind: Product, norm: string(p.ID), unit: "product"}
		b.add(p.Name, named)
		for _, alias := range p.Aliases {
			b.add(alias, named)
		}
	}
	for i := range products {
		for _, o := range products[i].Competitors {
			b.add(o.Name, word{kind: Competitor, norm: o.Name, cue: true})
		}
		for _, v := range products[i].Variants {
			b.add(v.Size, word{kind: Size, norm: v.Size})
			b.add(v.Color, word{kind: Color, norm: v.Color})
		}
	}
	if len(b.words) == 0 {
		return nil
	}
	for _, w := range noNames {
		b.add(w, word{})
	}
	builder := ac.NewAhoCorasickBuilder(ac.Opts{MatchKind: ac.LeftMostLongestMatch, DFA: b.bytes <= fullAutomaton})
	return &Catalogue{words: b.words, names: builder.Build(b.folded)}
}

// names collects the words of a catalogue.
type names struct {
	seen   map[string]bool
	folded []string
	words  []word
	bytes  int
}

func (b *names) add(name string, w word) {
	folded := foldWord(name)
	n := utf8.RuneCountInString(folded)
	if n < shortestName || n > longestName || b.seen[folded] || len(b.words) == maxNames {
		return
	}
	b.seen[folded] = true
	b.folded = append(b.folded, folded)
	b.words = append(b.words, w)
	b.bytes += len(folded)
}

// find returns the names in a text, leftmost and longest first, without overlaps.
func (c *Catalogue) find(s *scan) []span {
	if c == nil {
		return nil
	}
	var found []span
	matches := c.names.IterByte(s.bytes())
	cell, offset, done := 0, 0, 0 // offset is that of cell in the folded bytes
	for len(found) < Max {
		m := matches.Next()
		if m == nil {
			break
		}
		for ; offset < m.Start(); cell++ {
			offset += utf8.RuneLen(s.cells[cell].r)
		}
		if offset != m.Start() || cell < done {
			continue // inside a name that was found
		}
		end, at := cell, offset
		for ; at < m.End(); end++ {
			at += utf8.RuneLen(s.cells[end].r)
		}
		if s.whole(cell, end) {
			done = end
			if w := &c.words[m.Pattern()]; w.kind != "" {
				found = append(found, span{cell, end, w})
			}
		}
	}
	return found
}
