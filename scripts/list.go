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
				l.Texts = append(l.Texts, t.source)
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
