package knowledge

import (
	"slices"
	"sync"
	"sync/atomic"

	"liveroom/engine/live"
)

// DefaultThreshold is how much of two questions must be common for one to be taken for the other; TestThreshold has the
// table that it was chosen from.
const DefaultThreshold = 0.6

// Base is a shop's knowledge, checked and ready to be asked.
type Base struct {
	threshold float64
	entries   []Entry
	byID      map[string]int
	past      map[string][]Entry
	said      []*atomic.Uint64 // by entry, how often its answer was given; shared with the base before and after

	exact   map[string][]int32 // folded questions to entries
	tags    map[rune][]tag     // by first character
	phrases []phrase           // every question and alternative
	grams   map[uint64]int32   // to places in having
	having  [][]int32          // per gram, the phrases that have it
	longest int                // characters of the longest phrase

	scratch sync.Pool // of *scratch
}

// tag is a word with the entries that it stands for.
type tag struct {
	word    []rune
	entries map[about][]int32
}

// about is what an entry with tags is about; of one that names no product, product is "".
type about struct {
	intent  live.Intent
	product live.ProductID
}

// phrase is one way to ask.
type phrase struct {
	entry   int32
	grams   []int32
	figures uint64
}

// Answer is what was found.
type Answer struct {
	Text    string
	Entry   string
	Version uint64
	Exact   bool    // the question itself was asked, or one of its alternatives
	Score   float64 // 0 to 1; 1 for an exact question
}

// New returns an empty base. threshold is from 0 (anything in common will do) to 1, 0 itself standing for the default.
func New(threshold float64) *Base {
	if threshold <= 0 || threshold > 1 {
		threshold = DefaultThreshold
	}
	return build(nil, nil, threshold)
}

// build makes a base of entries that were checked.
func build(entries []Entry, past map[string][]Entry, threshold float64) *Base {
	b := &Base{
		threshold: threshold, entries: entries, byID: make(map[string]int, len(entries)), past: past,
		exact: make(map[string][]int32), tags: make(map[rune][]tag), grams: make(map[uint64]int32),
	}
	for i := range entries {
		e := &entries[i]
		b.byID[e.ID] = i
		b.said = append(b.said, new(atomic.Uint64))
		b.ask(int32(i), e.Question)
		for _, q := range e.Alternatives {
			b.ask(int32(i), q)
		}
		for _, t := range e.Tags {
			b.tag(int32(i), fold(nil, t))
		}
	}
	b.scratch.New = func() any {
		return &scratch{
			phrases: make([]uint32, len(b.phrases)), grams: make([]uint32, len(b.having)),
			entries: make([]uint32, len(entries)), scores: make([]int32, len(entries)),
		}
	}
	return b
}

// ask enters one way to ask for an entry.
func (b *Base) ask(entry int32, question string) {
	folded := fold(nil, question)
	if list := b.exact[string(folded)]; !slices.Contains(list, entry) {
		b.exact[string(folded)] = append(list, entry)
	}
	p := phrase{entry: entry, figures: figures(folded)}
	b.longest = max(b.longest, len(folded))
	for _, g := range gramsOf(nil, folded) {
		id, known := b.grams[g]
		if !known {
			id = int32(len(b.having))
			b.grams[g] = id
			b.having = append(b.having, nil)
		}
		b.having[id] = append(b.having[id], int32(len(b.phrases)))
		p.grams = append(p.grams, id)
	}
	b.phrases = append(b.phrases, p)
}

// tag enters a word for an entry, under every intent and product that it names.
func (b *Base) tag(entry int32, word []rune) {
	if len(word) == 0 {
		return
	}
	list := b.tags[word[0]]
	i := slices.IndexFunc(list, func(t tag) bool { return slices.Equal(t.word, word) })
	if i < 0 {
		i = len(list)
		list = append(list, tag{word: word, entries: make(map[about][]int32)})
		b.tags[word[0]] = list
	}
	e := &b.entries[entry]
	for _, intent := range e.Intents {
		if len(e.Products) == 0 {
			k := about{intent: intent}
			list[i].entries[k] = append(list[i].entries[k], entry)
		}
		for _, p := range e.Products {
			k := about{intent, p}
			list[i].entries[k] = append(list[i].entries[k], entry)
		}
	}
}

// gramsOf appends the runs of two and three characters in a folded text, each once.
func gramsOf(dst []uint64, s []rune) []uint64 {
	for i := 0; i+1 < len(s); i++ {
		two := uint64(s[i])<<21 | uint64(s[i+1])
		dst = append(dst, two)
		if i+2 < len(s) {
			dst = append(dst, two<<21|uint64(s[i+2]))
		}
	}
	slices.Sort(dst)
	return slices.Compact(dst)
}
