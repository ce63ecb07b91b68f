package forbidden

// List is a compiled list of terms.
type List struct {
	terms []Term

	// Characters that some pattern holds have a number from 1 on.
	ascii   [128]uint16
	unified [0x9fff - 0x4e00 + 1]uint16
	other   map[rune]uint16
	classes uint16

	states []state
	edges  []edge   // of every state, sorted by class
	outs   []output // of every state, terms first
	root   []int32  // where a class leads from the first state
}

// state is one state of the automaton: what was read last is the beginning of some pattern.
type state struct {
	fail        int32 // the longest other beginning that what was read last ends with
	depth       int32 // its length
	edges, outs [2]int32
}

type edge struct {
	class uint16
	to    int32
}

// output says that a pattern ends here: a term, or a text inside which the term may be said.
type output struct {
	term        int32
	length      uint8
	excuse      bool
	first, last kind
	gaps        uint64 // where an exception may have gaps
}

// class returns the number of a character, 0 when no pattern holds it.
func (l *List) class(r rune) uint16 {
	switch {
	case unified(r):
		return l.unified[r-0x4e00]
	case r < 128:
		return l.ascii[r]
	}
	return l.other[r]
}

// step returns where a class leads from a state.
func (l *List) step(at int32, class uint16) int32 {
	for at != 0 {
		s := &l.states[at]
		low, high := s.edges[0], s.edges[1]
		for low < high {
			mid := (low + high) / 2
			if l.edges[mid].class < class {
				low = mid + 1
			} else {
				high = mid
			}
		}
		if low < s.edges[1] && l.edges[low].class == class {
			return l.edges[low].to
		}
		at = s.fail
	}
	return l.root[class]
}

// found is a term that was met and may still turn out to stand where it may.
type found struct {
	term       int32
	start, end int32 // first and last character, counted among those that count
	last       kind
}

// matcher is one search. Positions count the characters that count, from 1.
type matcher struct {
	list           *List
	at, pos        int32
	letters, digit uint64 // bit i: the i-th character back from here is a letter, a digit
	gaps           uint64 // bit i: it came after a gap
	open           [24]found
	n              int // of open
}

// Find returns a term that text says, the first that it is sure of; no List finds nothing. Hot path, once a reply: guarded by BenchmarkFind
// and TestFindAllocatesNothing.
func (l *List) Find(text string) (Term, bool) {
	if l == nil {
		return Term{}, false
	}
	m := matcher{list: l}
	f := folder{text: text}
	for {
		r, gap := f.next()
		if r == 0 {
			break
		}
		if m.read(r, gap) {
			break
		}
	}
	if m.n == 0 {
		return Term{}, false
	}
	return l.terms[m.open[0].term], true
}

// Terms returns the terms of the list, the maintained ones first.
func (l *List) Terms() []Term { return l.terms }

// read takes one character and tells whether open[0] is sure.
func (m *matcher) read(r rune, gap bool) bool {
	m.pos++
	k := kindOf(r)
	m.letters, m.digit, m.gaps = m.letters<<1, m.digit<<1, m.gaps<<1
	switch k {
	case kindLetter:
		m.letters |= 1
	case kindDigit:
		m.digit |= 1
	}
	if gap {
		m.gaps |= 1
	}
	if m.n > 0 && k != kindOther && !gap {
		m.drop(func(f *found) bool { return f.last == k && f.end == m.pos-1 })
	}
	if c := m.list.class(r); c == 0 {
		m.at = 0
	} else {
		m.at = m.list.step(m.at, c)
	}
	s := &m.list.states[m.at]
	if s.outs[0] != s.outs[1] {
		m.end(m.list.outs[s.outs[0]:s.outs[1]])
	}
	// No exception can still cover what began before the beginning that is being read.
	if m.n > 0 && m.pos-s.depth >= m.open[0].start && m.open[0].end < m.pos {
		return true
	}
	return m.n == len(m.open)
}

// end takes the patterns that end here.
func (m *matcher) end(outs []output) {
	for i := range outs {
		o := &outs[i]
		start := m.pos - int32(o.length) + 1
		if !o.excuse {
			if m.n < len(m.open) && !m.within(o) {
				m.open[m.n] = found{term: o.term, start: start, end: m.pos, last: o.last}
				m.n++
			}
			continue
		}
		if inner := uint64(1)<<(o.length-1) - 1; m.gaps&inner&^o.gaps == 0 {
			m.drop(func(f *found) bool { return f.term == o.term && f.start >= start })
		}
	}
}

// within tells whether a term that ends here goes on from the character before it, as vx does in envx.
func (m *matcher) within(o *output) bool {
	if o.first == kindOther || m.gaps>>(o.length-1)&1 != 0 {
		return false
	}
	before := m.letters
	if o.first == kindDigit {
		before = m.digit
	}
	return before>>o.length&1 != 0
}

// drop takes out what is not met after all.
func (m *matcher) drop(gone func(*found) bool) {
	n := 0
	for i := range m.open[:m.n] {
		if !gone(&m.open[i]) {
			m.open[n] = m.open[i]
			n++
		}
	}
	m.n = n
}
