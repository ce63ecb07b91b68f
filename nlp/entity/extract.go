package entity

import (
	"slices"
	"sync"

	"liveroom/engine/live"
)

// Kinds of entities.
const (
	Product    = "product"
	Size       = "size"
	Color      = "color"
	Quantity   = "quantity"
	Body       = "body"
	OrderID    = "order_id"
	Phone      = "phone"
	Address    = "address"
	City       = "city"
	Competitor = "competitor"
	Money      = "money"
	Date       = "date"
)

// Max is the most entities found in one text.
const Max = 32

// Extract returns what a text names, in the order of the text and without overlaps; nil when it names nothing. Offsets
// count characters of text as written. A catalogue of nil knows no products. At most the first 2,000 characters are
// read. Text that is not valid UTF-8 is read with a replacement character for each bad byte.
//
// Hot path: BenchmarkExtract; a text that names nothing costs no allocation of ours (TestExtractAllocations).
func Extract(text string, c *Catalogue) []live.Entity {
	s := scans.Get().(*scan)
	s.fold(text)
	s.run(c.find(s))
	found := slices.Clip(s.found)
	s.found, s.text = nil, ""
	s.young, s.looked = false, 0
	scans.Put(s)
	return found
}

// scan walks once over the cells of a text and lets each rule look at the place reached.
type scan struct {
	sheet
	found []live.Entity

	young  bool // a child is spoken of in the cells before looked
	looked int
}

var scans = sync.Pool{New: func() any { return &scan{} }}

// at returns the character of a cell, 0 outside the text.
func (s *scan) at(i int) rune {
	if i < 0 || i >= len(s.cells) {
		return 0
	}
	return s.cells[i].r
}

// after returns the cell after word if it stands at i, -1 if it does not.
func (s *scan) after(i int, word string) int {
	for _, r := range word {
		if s.at(i) != r {
			return -1
		}
		i++
	}
	return i
}

// afterAny is after for the first of several words that stands at i.
func (s *scan) afterAny(i int, words ...string) int {
	for _, w := range words {
		if j := s.after(i, w); j >= 0 {
			return j
		}
	}
	return -1
}

// before tells whether one of the words ends right before cell i.
func (s *scan) before(i int, words ...string) bool {
	for _, w := range words {
		if s.after(i-len([]rune(w)), w) == i && i >= len([]rune(w)) {
			return true
		}
	}
	return false
}

// gap returns i past one space, if there is one.
func (s *scan) gap(i int) int {
	if s.at(i) == ' ' {
		return i + 1
	}
	return i
}

// take records cells i to j as an entity and returns j.
func (s *scan) take(kind string, i, j int, norm, unit string) int {
	a, b := s.cells[i], s.cells[j-1]
	s.found = append(s.found, live.Entity{
		Kind: kind, Value: s.text[a.from:b.to], Start: int(a.start), End: int(b.end), Norm: norm, Unit: unit,
	})
	return j
}

// run finds everything, named holding what the catalogue found. A rule returns the cell after what it took, or what it
// looked at in vain and nobody else need look at; no progress means that it does not apply.
func (s *scan) run(named []span) {
	for i := 0; i < len(s.cells) && len(s.found) < Max; {
		for len(named) > 0 && named[0].from < i {
			named = named[1:]
		}
		if len(named) > 0 && named[0].from == i && (!named[0].word.cue || s.compared(i, named[0].to)) {
			n := named[0]
			if n.word.kind == Size {
				n.to = s.sizeTail(n.to)
			}
			i = s.take(n.word.kind, n.from, n.to, n.word.norm, n.word.unit)
			continue
		}
		i = s.step(i)
	}
}

func (s *scan) step(i int) int {
	c := s.cells[i]
	var rules []rule
	switch {
	case c.badge:
		rules = badgeRules[:]
	case digit(c.r) || hanDigit(c.r) >= 0 || c.r == '十':
		rules = numberRules[:]
	case letter(c.r):
		rules = letterRules[:]
	case starters()[c.r]:
		rules = wordRules[:]
	}
	for _, rule := range rules {
		if j := rule(s, i); j > i {
			return j
		}
	}
	return i + 1
}

type rule func(s *scan, i int) int

// The rules by the character that a thing starts with, in the order in which they are tried.
var (
	badgeRules  = [...]rule{(*scan).badgeLink}
	numberRules = [...]rule{(*scan).phone, (*scan).longID, (*scan).address, (*scan).lexicon, (*scan).fullDate, (*scan).slashDate, (*scan).slashSize, (*scan).thousands, (*scan).height, (*scan).numbered}
	letterRules = [...]rule{(*scan).letteredID, (*scan).currency, (*scan).numero, (*scan).lexicon, (*scan).letterSize, (*scan).skipLetters}
	wordRules   = [...]rule{(*scan).phone, (*scan).currency, (*scan).linkWord, (*scan).orderWord, (*scan).bodyWord, (*scan).sizeWord, (*scan).offer, (*scan).weekday, (*scan).lexicon, (*scan).bareColor, (*scan).pairOf}
)

// wordStarts are the characters that a thing found by one of wordRules can start with, beside the lexicon's.
const wordStarts = "+¥￥链小第订快物运流编单身体腰胸臀肩脚高重尺码鞋平穿满立减返下上这本周星礼购橱俩仨"

var starters = sync.OnceValue(func() map[rune]bool {
	set := map[rune]bool{}
	for _, r := range wordStarts {
		set[r] = true
	}
	for s := range common().steps {
		if s.from == 0 {
			set[s.by] = true
		}
	}
	return set
})
