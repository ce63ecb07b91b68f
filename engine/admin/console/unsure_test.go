package console

import (
	"context"
	"fmt"
	"testing"

	"liveroom/engine/live"
)

// houseUnsure has one line waiting in room demo, at place 7.
type houseUnsure struct{ *house }

func (h houseUnsure) Lines(n int, may func(live.RoomID) bool) UnsurePage {
	p := UnsurePage{Lines: []UnsureLine{}}
	if may("demo") {
		p.Waiting, p.Lines = n, append(p.Lines, UnsureLine{Place: 7, Text: "啥"})
	}
	return p
}

func (h houseUnsure) Judge(_ context.Context, place uint64, as Judgement, may func(live.RoomID) bool) error {
	if place != 7 || !may("demo") {
		return fmt.Errorf("%w: line %d", ErrUnknown, place)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.acts = append(h.acts, fmt.Sprintf("%+v", as))
	return nil
}

func TestLinesAreLabelledOverTheAPI(t *testing.T) {
	s := newStand(t)
	var page UnsurePage
	if code := s.ask(t, "GET", "/v1/unsure?limit=5", "", &page); code != 200 || page.Waiting != 5 || page.Lines[0].Place != 7 {
		t.Errorf("lines answered %d %+v", code, page)
	}
	for _, try := range []struct {
		path, body string
		code       int
	}{
		{"/v1/unsure/7", `{"intent":"stock","emotion":"calm","sentiment":"neutral"}`, 200},
		{"/v1/unsure/7", `{}`, 200},
		{"/v1/unsure/7", `{"back":true}`, 200},
		{"/v1/unsure/7", `{"intent":"stock","back":true}`, 422},
		{"/v1/unsure/7", `{"intent":"stock","emotion":"furious"}`, 422},
		{"/v1/unsure/8", `{"intent":"stock"}`, 404},
		{"/v1/unsure/x", `{"intent":"stock"}`, 422},
	} {
		if code := s.ask(t, "POST", try.path, try.body, nil); code != try.code {
			t.Errorf("%s %s answered %d, want %d", try.path, try.body, code, try.code)
		}
	}
	s.house.mu.Lock()
	s.house.denied[DialogueRead] = true
	s.house.mu.Unlock()
	if s.ask(t, "GET", "/v1/unsure", "", &page); page.Waiting != 0 || len(page.Lines) != 0 {
		t.Errorf("who may not read dialogues sees %+v", page)
	}
	if code := s.ask(t, "POST", "/v1/unsure/7", `{"intent":"stock"}`, nil); code != 404 {
		t.Errorf("and labels with %d", code)
	}
}
