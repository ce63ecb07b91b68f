package knowledge

import (
	"slices"
	"strings"

	"liveroom/engine/live"
	"liveroom/engine/shop/document"
)

// maxVersion is the largest version that a file may give, so that there is always a next one.
const maxVersion = 1 << 53

// checker knows what a file of entries may say.
type checker struct {
	*document.Checker
	rules Rules
}

func (ck checker) check(f *baseFile) {
	ck.Between([]any{"entries"}, int64(len(f.Entries)), 0, maxEntries)
	ids, questions := document.Seen{}, make(map[string][]asked)
	for i := range f.Entries {
		path := []any{"entries", i}
		ck.ID(document.At(path, "id"), f.Entries[i].ID)
		ck.Unique(ids, document.At(path, "id"), f.Entries[i].ID, "entry")
		ck.entry(path, &f.Entries[i])
		ck.questions(path, i, f, questions)
	}
}

func (ck checker) entry(path []any, e *entryFile) {
	ck.Text(document.At(path, "question"), e.Question, maxQuestion, true)
	ck.list(document.At(path, "alternatives"), e.Alternatives, maxListed, maxQuestion)
	ck.list(document.At(path, "tags"), e.Tags, maxListed, maxTag)
	ck.list(document.At(path, "products"), e.Products, maxProducts, live.MaxID)
	for i, id := range e.Products {
		if ck.rules.Sells != nil && !ck.rules.Sells(live.ProductID(id)) {
			ck.Add(document.At(path, "products", i), "the shop has no product %q", document.Clip(id))
		}
	}
	ck.Between(document.At(path, "intents"), int64(len(e.Intents)), 0, int64(live.Intents))
	for i, key := range e.Intents {
		if live.ParseIntent(key) == 0 {
			ck.Add(document.At(path, "intents", i), "%q is no intent; name one of the taxonomy, such as material or usage", document.Clip(key))
		}
	}
	if len(e.Tags) > 0 && len(e.Intents) == 0 {
		ck.Add(document.At(path, "tags"), "count for the intents of the entry, and it has none; name them or leave the tags out")
	}
	if _, err := document.ParseTime(e.UpdateTime); err != nil {
		ck.Add(document.At(path, "update_time"), "%v", err)
	}
	if e.Version > maxVersion {
		ck.Add(document.At(path, "version"), "is %d; at most %d is accepted", e.Version, uint64(maxVersion))
	}
	ck.Text(document.At(path, "answer"), e.Answer, maxAnswer, true)
	if ck.rules.Censor != nil {
		if term, reason, bad := ck.rules.Censor.Forbidden(e.Answer); bad {
			ck.Add(document.At(path, "answer"), "says %q, which may not be said (%s)", term, reason)
		}
	}
}

func (ck checker) list(path []any, texts []string, most int64, length int) {
	ck.Between(path, int64(len(texts)), 0, most)
	for i, text := range texts {
		ck.Text(document.At(path, i), text, length, true)
	}
}

// asked is where a question stands.
type asked struct {
	entry int
	place string
}

// questions finds a question that two entries answer for the same product: which of them would be an accident.
func (ck checker) questions(path []any, i int, f *baseFile, known map[string][]asked) {
	e := &f.Entries[i]
	note := func(path []any, question string) {
		key := string(fold(nil, question))
		switch {
		case strings.TrimSpace(question) == "":
			return // told already
		case key == "":
			ck.Add(path, "has no letter or digit; write a question")
			return
		}
		for _, o := range known[key] {
			if o.entry == i {
				return // said twice, which harms nobody
			}
			if overlap(e.Products, f.Entries[o.entry].Products) {
				ck.Add(path, "the same question as %s; make one entry of both, or name different products", o.place)
				return
			}
		}
		known[key] = append(known[key], asked{i, ck.Name(path)})
	}
	note(document.At(path, "question"), e.Question)
	for k, q := range e.Alternatives {
		note(document.At(path, "alternatives", k), q)
	}
}

// overlap tells whether two entries are of one product. An entry of no product is beside those of products: it answers
// where they do not.
func overlap(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b)
	}
	return slices.ContainsFunc(a, func(id string) bool { return slices.Contains(b, id) })
}
