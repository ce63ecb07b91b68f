package console

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// houseShelf keeps one file, whose text is "one" under the base "b1".
type houseShelf struct{ *house }

func (h houseShelf) Open(name string) (ScriptFile, error) {
	if name != "stock.yaml" {
		return ScriptFile{}, fmt.Errorf("%w: %s", ErrUnknown, name)
	}
	return ScriptFile{Name: name, Text: "one", Base: "b1", Own: true, Versions: []ScriptVersion{{N: 1}}}, nil
}

func (h houseShelf) Version(name string, n int) (ScriptVersion, error) {
	return ScriptVersion{N: n, Text: name}, nil
}

func (h houseShelf) Check(_ context.Context, s Sketch) (Checked, error) {
	return Checked{Problems: []Flaw{{s.File, 3, s.Text}}, Texts: []Trial{}}, nil
}

func (h houseShelf) Change(_ context.Context, name string, c ScriptChange) (ScriptFile, error) {
	switch {
	case c.Text == "bad":
		return ScriptFile{}, &FaultyError{[]Flaw{{name, 7, "unknown need"}}}
	case c.Base != "b1":
		return ScriptFile{}, fmt.Errorf("%w: ann changed the file", ErrRefused)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.acts = append(h.acts, fmt.Sprintf("%s %+v", name, c))
	return h.Open(name)
}

func TestScriptsAreChangedOverTheAPI(t *testing.T) {
	s := newStand(t)
	const file = "/v1/scripts/files/stock.yaml"
	var f ScriptFile
	if code := s.ask(t, "GET", file, "", &f); code != 200 || f.Base != "b1" {
		t.Errorf("GET answered %d %+v", code, f)
	}
	if code := s.ask(t, "GET", "/v1/scripts/files/none.yaml", "", nil); code != http.StatusNotFound {
		t.Errorf("no such file answered %d", code)
	}
	var v ScriptVersion
	if code := s.ask(t, "GET", file+"/versions/2", "", &v); code != 200 || v.N != 2 || v.Text != "stock.yaml" {
		t.Errorf("a version answered %d %+v", code, v)
	}
	var c Checked
	if code := s.ask(t, "POST", "/v1/scripts/check", `{"file":"a.yaml","text":"x"}`, &c); code != 200 || c.Problems[0].Line != 3 {
		t.Errorf("a check answered %d %+v", code, c)
	}
	for _, ok := range [][2]string{
		{"PUT " + file, `{"base":"b1","text":"two"}`},
		{"POST " + file + "/rollback", `{"base":"b1","n":1}`},
		{"DELETE " + file + "?base=b1", ""},
		{"PUT " + file, `{"base":"b1","text":"` + strings.Repeat(`库`, 60_000) + `"}`},
	} {
		method, path, _ := strings.Cut(ok[0], " ")
		if code := s.ask(t, method, path, ok[1], nil); code != 200 {
			t.Errorf("%s answered %d", ok[0], code)
		}
	}
	for _, no := range []struct {
		method, path, body string
		code               int
		says               string
	}{
		{"PUT", file, `{"base":"b0","text":"two"}`, 409, "ann changed the file"},
		{"PUT", file, `{"base":"b1","text":"bad"}`, 422, "unknown need"},
		{"PUT", file, `{"base":"b1","text":""}`, 422, "text"},
		{"PUT", file, `{"text":"two"}`, 422, "base"},
		{"POST", file + "/rollback", `{"base":"b1","n":0}`, 422, "n"},
		{"DELETE", file, "", 422, "base"},
		{"POST", "/v1/scripts/check", `{"text":"x"}`, 422, "file"},
	} {
		var problem struct {
			Detail string
			Errors []struct{ Message, Location string }
		}
		if code := s.ask(t, no.method, no.path, no.body, &problem); code != no.code || !strings.Contains(fmt.Sprint(problem), no.says) {
			t.Errorf("%s %s %.60s answered %d %+v, want %d with %q", no.method, no.path, no.body, code, problem, no.code, no.says)
		}
	}
	if len(s.house.acts) != 4 {
		t.Errorf("%d changes were made, want 4", len(s.house.acts))
	}
}
