package console

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// houseAnswers knows one entry, wash, at version 2.
type houseAnswers struct{ *house }

func (h houseAnswers) Each(yield func(KnownEntry) bool) {
	for i, id := range []string{"wash", "fit"} {
		said := uint64(i)
		if !yield(KnownEntry{ID: id, Version: 2, Said: &said, EntryText: EntryText{Question: id + "？", Tags: []string{"洗碗机"}[i:]}}) {
			return
		}
	}
}

func (h houseAnswers) One(id string) (EntryNow, error) {
	if id != "wash" {
		return EntryNow{}, fmt.Errorf("%w: %s", ErrUnknown, id)
	}
	return EntryNow{Now: &KnownEntry{ID: id, Version: 2}, Past: []KnownEntry{{ID: id, Version: 1}}}, nil
}

func (h houseAnswers) Change(_ context.Context, id string, c EntryChange) (EntryNow, error) {
	switch {
	case c.Base != 2:
		return EntryNow{}, fmt.Errorf("%w: the entry is at version 2", ErrRefused)
	case c.Text.Answer == "最好":
		return EntryNow{}, &FaultyError{[]Flaw{{"answer", 0, "answer: may not be said"}}}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.acts = append(h.acts, fmt.Sprintf("%s %+v", id, c))
	return EntryNow{Past: []KnownEntry{}}, nil
}

func (h houseAnswers) Check(_ context.Context, s EntrySketch) (EntryChecked, error) {
	return EntryChecked{Problems: []Flaw{}, Asked: []Rehearsal{{Question: s.Question, By: "this"}}}, nil
}

func (h houseAnswers) Heat() Heat { return Heat{Rows: []HeatRow{}} }

func TestKnowledgeIsChangedOverTheAPI(t *testing.T) {
	s := newStand(t)
	var page Page[KnownEntry]
	if code := s.ask(t, "GET", "/v1/entries?q=洗碗", "", &page); code != 200 || page.Total != 2 || page.Matched != 1 || page.Rows[0].ID != "wash" {
		t.Errorf("entries answered %d %+v", code, page)
	}
	if s.ask(t, "GET", "/v1/entries", "", &page); page.Rows[0].ID != "fit" {
		t.Errorf("the first is %+v, want what was said most", page.Rows[0])
	}
	for _, try := range []struct {
		method, path, body string
		code               int
		says               string
	}{
		{"GET", "/v1/entries/wash", "", 200, "wash"},
		{"GET", "/v1/entries/none", "", 404, "none"},
		{"PUT", "/v1/entries/wash", `{"base":2,"question":"能洗吗","answer":"能"}`, 200, ""},
		{"PUT", "/v1/entries/wash", `{"base":1,"question":"能洗吗","answer":"能"}`, 409, "version 2"},
		{"PUT", "/v1/entries/wash", `{"base":2,"question":"能洗吗","answer":"最好"}`, 422, "may not be said"},
		{"PUT", "/v1/entries/wash", `{"base":2,"answer":"能"}`, 422, "question"},
		{"POST", "/v1/entries/wash/rollback", `{"base":2,"from":1}`, 200, ""},
		{"POST", "/v1/entries/wash/rollback", `{"base":2}`, 422, "from"},
		{"DELETE", "/v1/entries/wash?base=2", "", 200, ""},
		{"DELETE", "/v1/entries/wash", "", 422, "base"},
		{"GET", "/v1/heat", "", 200, "rows"},
	} {
		var got map[string]any
		if code := s.ask(t, try.method, try.path, try.body, &got); code != try.code || !strings.Contains(fmt.Sprint(got), try.says) {
			t.Errorf("%s %s %s answered %d %v, want %d with %q", try.method, try.path, try.body, code, got, try.code, try.says)
		}
	}
	if want := "wash {Base:2 Text:{Question:能洗吗 Alternatives:[] Answer:能 Tags:[] Products:[] Intents:[]} Gone:false From:0}"; len(s.house.acts) != 3 || s.house.acts[0] != want {
		t.Errorf("the changes are %q", s.house.acts)
	}
}
