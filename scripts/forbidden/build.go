package forbidden

import (
	"fmt"
	"slices"
	"strings"
)

// Bounds of a term, in characters that count.
const (
	minTerm = 2
	maxTerm = 32
)

// pattern is a folded text to look for.
type pattern struct {
	runes []rune
	gaps  uint64 // bit i: the i-th character from the end, counted from 0, may come after a gap
}

// newPattern folds a text.
func newPattern(text string) (pattern, error) {
	var p pattern
	f := folder{text: text}
	for {
		r, gap := f.next()
		if r == 0 {
			break
		}
		p.gaps <<= 1
		if gap && len(p.runes) > 0 {
			p.gaps |= 1
		}
		if p.runes = append(p.runes, r); len(p.runes) > maxTerm {
			return p, fmt.Errorf("%q is longer than %d characters: shorten it", text, maxTerm)
		}
	}
	if len(p.runes) < minTerm {
		return p, fmt.Errorf("%q has fewer than %d letters or digits, so it would be found everywhere: write more of it", text, minTerm)
	}
	return p, nil
}

// node is a state in the making.
type node struct {
	next map[uint16]int32
	outs []output
}

// builder collects the terms of a list.
type builder struct {
	list   *List
	nodes  []node
	folded []string // of each term
	known  map[string]int32
}

func newBuilder() *builder {
	return &builder{list: &List{other: map[rune]uint16{}}, nodes: make([]node, 1), known: map[string]int32{}}
}

// add adds a term with its exceptions. A term that is already there keeps what it has.
func (b *builder) add(t Term) error {
	p, err := newPattern(t.Text)
	if err != nil {
		return err
	}
	if _, ok := b.known[string(p.runes)]; ok {
		return nil
	}
	id := int32(len(b.list.terms))
	b.known[string(p.runes)] = id
	b.list.terms = append(b.list.terms, t)
	b.folded = append(b.folded, string(p.runes))
	last := p.runes[len(p.runes)-1]
	b.put(p, output{term: id, length: uint8(len(p.runes)), first: kindOf(p.runes[0]), last: kindOf(last)})
	for _, e := range t.Except {
		if err := b.except(e, id); err != nil {
			return err
		}
	}
	return nil
}

// except lets a term be said inside text.
func (b *builder) except(text string, id int32) error {
	p, err := newPattern(text)
	if err != nil {
		return err
	}
	if !strings.Contains(string(p.runes), b.folded[id]) {
		return fmt.Errorf("exception %q does not hold the term %q", text, b.list.terms[id].Text)
	}
	b.put(p, output{term: id, length: uint8(len(p.runes)), excuse: true, gaps: p.gaps})
	return nil
}

// allow lets every term be said that stands in text.
func (b *builder) allow(text string) {
	p, err := newPattern(text)
	if err != nil {
		return
	}
	for id, folded := range b.folded {
		if strings.Contains(string(p.runes), folded) {
			b.put(p, output{term: int32(id), length: uint8(len(p.runes)), excuse: true, gaps: ^uint64(0)})
		}
	}
}

// put adds a pattern to the tree.
func (b *builder) put(p pattern, out output) {
	at := int32(0)
	for _, r := range p.runes {
		c := b.class(r)
		if b.nodes[at].next == nil {
			b.nodes[at].next = map[uint16]int32{}
		}
		to, ok := b.nodes[at].next[c]
		if !ok {
			to = int32(len(b.nodes))
			b.nodes = append(b.nodes, node{})
			b.nodes[at].next[c] = to
		}
		at = to
	}
	b.nodes[at].outs = append(b.nodes[at].outs, out)
}

// class returns the number of a character among those that patterns hold.
func (b *builder) class(r rune) uint16 {
	if c := b.list.class(r); c != 0 {
		return c
	}
	b.list.classes++
	c := b.list.classes
	switch {
	case unified(r):
		b.list.unified[r-0x4e00] = c
	case r < 128:
		b.list.ascii[r] = c
	default:
		b.list.other[r] = c
	}
	return c
}

// build links every state to the longest other that ends like it (Aho and Corasick, 1975) and lays all of them flat.
func (b *builder) build() *List {
	l := b.list
	l.states = make([]state, len(b.nodes))
	l.root = make([]int32, int(l.classes)+1)
	for c, to := range b.nodes[0].next {
		l.root[c] = to
	}
	order := []int32{0}
	for i := 0; i < len(order); i++ {
		at := order[i]
		for _, c := range sortedKeys(b.nodes[at].next) {
			to := b.nodes[at].next[c]
			s := &l.states[to]
			s.depth = l.states[at].depth + 1
			if at != 0 {
				s.fail = l.step(l.states[at].fail, c)
			}
			order = append(order, to)
		}
		l.lay(at, b.nodes[at])
	}
	return l
}

// lay lays one state flat. Its fail state comes before it and is done.
func (l *List) lay(at int32, n node) {
	s := &l.states[at]
	s.edges[0] = int32(len(l.edges))
	for _, c := range sortedKeys(n.next) {
		l.edges = append(l.edges, edge{c, n.next[c]})
	}
	s.edges[1] = int32(len(l.edges))
	outs := append([]output(nil), n.outs...)
	if at != 0 {
		f := &l.states[s.fail]
		outs = append(outs, l.outs[f.outs[0]:f.outs[1]]...)
	}
	// Terms come before exceptions, since an exception may end where its term does.
	slices.SortStableFunc(outs, func(a, b output) int {
		switch {
		case a.excuse == b.excuse:
			return 0
		case b.excuse:
			return -1
		}
		return 1
	})
	s.outs[0] = int32(len(l.outs))
	l.outs = append(l.outs, outs...)
	s.outs[1] = int32(len(l.outs))
}

func sortedKeys(m map[uint16]int32) []uint16 {
	keys := make([]uint16, 0, len(m))
	for c := range m {
		keys = append(keys, c)
	}
	slices.Sort(keys)
	return keys
}
