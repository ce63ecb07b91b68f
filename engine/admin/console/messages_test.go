package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestMessagesAreAskedFor(t *testing.T) {
	s := newStand(t)
	var trace Trace
	if code := s.ask(t, "GET", "/v1/rooms/demo/users/u1/trace?type=comment&id=c1", "", &trace); code != http.StatusOK || trace.Spans[0].Us != 5 {
		t.Errorf("a trace answered %d %+v", code, trace)
	}
	var shown Revealed
	if code := s.ask(t, "POST", "/v1/rooms/demo/users/u1/reveal", `{"type":"comment","id":"c1","reason":"核对收货电话"}`, &shown); code != http.StatusOK || shown.Text == "" {
		t.Errorf("a reveal answered %d %+v", code, shown)
	}
	var l Label
	if code := s.ask(t, "PUT", "/v1/rooms/demo/users/u1/label", `{"type":"comment","id":"c1","intent":"stock","emotion":"calm"}`, &l); code != http.StatusOK || l.Intent != "stock" || l.User != "u1" {
		t.Errorf("a label answered %d %+v", code, l)
	}
	for what, want := range map[[3]string]int{
		{"DELETE", "/v1/rooms/demo/users/u1/label?type=comment&id=c1", ""}:                                         200,
		{"DELETE", "/v1/rooms/demo/users/u1/label?type=comment&id=c2", ""}:                                         404,
		{"DELETE", "/v1/rooms/demo/users/u1/label?type=comment", ""}:                                               422,
		{"GET", "/v1/rooms/demo/users/u1/trace?type=comment&id=c2", ""}:                                            404,
		{"GET", "/v1/rooms/demo/users/u1/trace?type=like&id=c1", ""}:                                               422,
		{"GET", "/v1/rooms/demo/users/u1/trace?type=comment", ""}:                                                  422,
		{"POST", "/v1/rooms/demo/users/u1/reveal", `{"type":"comment","id":"c1"}`}:                                 422,
		{"POST", "/v1/rooms/demo/users/u1/reveal", `{"type":"comment","id":"c1","reason":"    "}`}:                 422,
		{"POST", "/v1/rooms/demo/users/u1/reveal", `{"type":"comment","id":"c1","reason":"abc"}`}:                  422,
		{"PUT", "/v1/rooms/demo/users/u1/label", `{"type":"comment","id":"c1","intent":"weather"}`}:                422,
		{"PUT", "/v1/rooms/demo/users/u1/label", `{"type":"comment","id":"c1","intent":"stock","emotion":"blue"}`}: 422,
	} {
		if code := s.ask(t, what[0], what[1], what[2], nil); code != want {
			t.Errorf("%v answered %d, want %d", what, code, want)
		}
	}
}

func TestLabelsAreReadByPagesAndExported(t *testing.T) {
	s := newStand(t)
	var p LabelPage
	s.ask(t, "GET", "/v1/labels?limit=3", "", &p)
	if len(p.Labels) != 3 || p.Next != 3 || !p.More {
		t.Errorf("the first page is %+v", p)
	}
	s.ask(t, "GET", "/v1/labels?limit=3&after=3", "", &p)
	if len(p.Labels) != 2 || p.Next != 5 || p.More {
		t.Errorf("the last page is %+v", p)
	}
	export := func() *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.mux.ServeHTTP(w, httptest.NewRequest("GET", "/v1/labels/export", nil))
		return w
	}
	w := export()
	if w.Code != http.StatusOK || w.Body.String() != "text\n你好\n" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/tab-separated-values") {
		t.Errorf("the export answered %d %q %v", w.Code, w.Body, w.Header())
	}
	s.house.mu.Lock()
	s.house.denied[LabelRead], s.house.expired = true, false
	s.house.mu.Unlock()
	if s.ask(t, "GET", "/v1/labels", "", &p); len(p.Labels) != 0 {
		t.Errorf("labels of rooms that are not his are shown: %+v", p)
	}
	if w := export(); w.Body.String() != "text\n" {
		t.Errorf("labels of rooms that are not his are exported: %q", w.Body)
	}
	s.house.mu.Lock()
	s.house.expired = true
	s.house.mu.Unlock()
	if w := export(); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "你好") {
		t.Errorf("half an export answered %d %q", w.Code, w.Body)
	}
}
