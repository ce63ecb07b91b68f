package knowledge

import (
	"strings"
	"testing"
)

func TestOneEntryIsEdited(t *testing.T) {
	b := New(0)
	b, problems := b.Edit(Written{ID: "a", Question: "能洗吗", Answer: "能", Version: 99, UpdateTime: "not a time"}, Rules{}, 1000)
	if len(problems) > 0 || b.Entries()[0].Version != 1 || b.Entries()[0].Updated != 1000 {
		t.Fatalf("a new entry is %+v with problems %v", b, problems)
	}
	b, _ = b.Edit(Written{ID: "b", Question: "能烘干吗", Answer: "不能"}, Rules{}, 2000)
	b.Note("a")
	b, problems = b.Edit(Written{ID: "a", Question: "能洗吗", Answer: "手洗"}, Rules{}, 3000)
	now, past, _ := b.Entry("a")
	if len(problems) > 0 || now.Version != 2 || now.Updated != 3000 || len(past) != 1 || past[0].Answer != "能" || b.Entries()[0].ID != "a" {
		t.Errorf("changed it is %+v after %+v, problems %v", now, past, problems)
	}
	b.Note("a")
	b.Note("none")
	if b.Said("a") != 2 || b.Said("b") != 0 || b.Said("none") != 0 {
		t.Errorf("a was said %d times, b %d", b.Said("a"), b.Said("b"))
	}
	same, _ := b.Edit(Written{ID: "a", Question: "能洗吗", Answer: "手洗"}, Rules{}, 4000)
	if now, _, _ := same.Entry("a"); now.Version != 2 || now.Updated != 3000 {
		t.Errorf("saved without a change it is %+v", now)
	}
	b = b.Drop("a", 5000)
	if now, past, ok := b.Entry("a"); now != nil || len(past) != 2 || !ok || len(b.Entries()) != 1 {
		t.Errorf("dropped it is %+v after %+v", now, past)
	}
}

func TestAnEditHasItsOwnProblemsAlone(t *testing.T) {
	b, problems := New(0).Edit(Written{ID: "old", Question: "能洗吗", Answer: "全网最低价"}, Rules{}, 1)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	rules := Rules{Censor: strict{}}
	if _, problems = b.Edit(Written{ID: "new", Question: "能烘干吗", Answer: "能"}, rules, 2); len(problems) > 0 {
		t.Errorf("the problems of another entry count: %v", problems)
	}
	for name, c := range map[string]struct {
		w    Written
		path string
	}{
		"no id":          {Written{Question: "q", Answer: "a"}, "id"},
		"no question":    {Written{ID: "x", Answer: "a"}, "question"},
		"forbidden":      {Written{ID: "x", Question: "问", Answer: "最低"}, "answer"},
		"known question": {Written{ID: "x", Question: "能洗吗？", Answer: "能"}, "question"},
		"too long":       {Written{ID: "old", Question: "问", Answer: strings.Repeat("长", 300)}, "answer"},
		"no such intent": {Written{ID: "x", Question: "问", Answer: "答", Intents: []string{"stok"}}, "intents[0]"},
	} {
		next, problems := b.Edit(c.w, rules, 3)
		if next != nil || len(problems) == 0 || problems[0].Path != c.path {
			t.Errorf("%s: problems are %v, want one of %s", name, problems, c.path)
		}
	}
}

// strict forbids what says 最低.
type strict struct{}

func (strict) Forbidden(text string) (term, reason string, bad bool) {
	return "最低", "absolute", strings.Contains(text, "最低")
}

func TestNotingCostsNothing(t *testing.T) {
	b, _ := New(0).Edit(Written{ID: "a", Question: "能洗吗", Answer: "能"}, Rules{}, 1)
	if n := testing.AllocsPerRun(100, func() { b.Note("a") }); n != 0 {
		t.Errorf("noting an answer allocates %v times", n)
	}
	if b.Said("a") != 101 {
		t.Errorf("said %d times", b.Said("a"))
	}
}
