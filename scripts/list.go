package scripts

import "slices"

// Listed is a script as people read it.
type Listed struct {
	Name    string
	File    string
	Own     bool     // from the shop's directory rather than the library
	Intents []string // what it answers
	Topics  []string // likewise, of the dialogue's own topics
	Texts   []string // every way to say it, as written
	// Variants and Said are, text by text, what Line.Variant calls it and how often it was composed since the start.
	Variants []string
	Said     []uint64
}

// List returns the scripts in force by name.
func (b *Book) List() []Listed {
	set := b.set.Load()
	list := make([]Listed, 0, len(set.scripts))
	for _, s := range set.scripts {
		l := Listed{Name: s.name, File: s.file, Own: s.own}
		for _, c := range s.intents {
			l.Intents = append(l.Intents, c.of.String())
		}
		for _, c := range s.topics {
			l.Topics = append(l.Topics, string(c.of))
		}
		for _, c := range s.cases {
			for _, t := range c.texts {
				l.Texts, l.Variants, l.Said = append(l.Texts, t.source), append(l.Variants, t.variant), append(l.Said, t.said.Load())
			}
		}
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b Listed) int {
		if a.Name != b.Name {
			if a.Name < b.Name {
				return -1
			}
			return 1
		}
		return 0
	})
	return list
}

// goOn lets the texts of a new set go on counting where those of the same script and variant were. Both sets count in one
// place, so that nothing is lost between them.
func (s *set) goOn(old *set) {
	if old == nil {
		return
	}
	type name struct{ script, variant string }
	were := make(map[name]*scriptText)
	each(old, func(of *script, t *scriptText) { were[name{of.name, t.variant}] = t })
	each(s, func(of *script, t *scriptText) {
		if was := were[name{of.name, t.variant}]; was != nil {
			t.said = was.said
		}
	})
}

func each(s *set, see func(*script, *scriptText)) {
	for _, of := range s.scripts {
		for i := range of.cases {
			for j := range of.cases[i].texts {
				see(of, &of.cases[i].texts[j])
			}
		}
	}
}
