package phrase

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"unicode/utf8"

	"pgregory.net/rapid"

	"liveroom/engine/live"
)

// fakeValues knows what it is told to. It is the same world to both renderers.
type fakeValues struct {
	known Set
	text  [vars]string
	attrs map[live.Intent]string
	rows  [vars]int
	holds map[[2]int]bool
}

func (f *fakeValues) Known(n Need) bool              { return f.known.Has(n) }
func (f *fakeValues) Attribute(i live.Intent) string { return f.attrs[i] }
func (f *fakeValues) Rows(list Var) int              { return f.rows[list] }
func (f *fakeValues) Holds(v Var, row int) bool      { return f.holds[[2]int{int(v), row}] }

func (f *fakeValues) Append(dst []byte, v Var, row int) ([]byte, bool) {
	if v.inRow() {
		return append(dst, f.text[v]+strconv.Itoa(row)...), true
	}
	return append(dst, f.text[v]...), true
}

// asData is the world in the words of text/template.
func (f *fakeValues) asData() map[string]any {
	data := make(map[string]any)
	for v := Item; v <= Guesses; v++ {
		switch {
		case !f.Known(words[v].need):
			data[words[v].name] = ""
		case v.isList():
			data[words[v].name] = f.asRows(v)
		default:
			data[words[v].name] = f.text[v]
		}
	}
	return data
}

func (f *fakeValues) asRows(list Var) []map[string]any {
	rows := make([]map[string]any, f.rows[list])
	for i := range rows {
		rows[i] = map[string]any{"More": i > 0, "Last": i > 0 && i == len(rows)-1}
		for _, v := range words[list].fields {
			switch {
			case v == rowMore || v == rowLast:
			case v == PartOut || v == WarehouseUntil && !f.Holds(v, i):
				rows[i][words[v].name] = f.Holds(v, i) // never said
			default:
				rows[i][words[v].name] = f.text[v] + strconv.Itoa(i)
			}
		}
	}
	return rows
}

// judge renders source with text/template.
func judge(t interface {
	Fatalf(string, ...any)
	Helper()
}, source string, f *fakeValues,
) string {
	t.Helper()
	funcs := template.FuncMap{"attr": func(key string) string { return f.attrs[live.ParseIntent(key)] }}
	tmpl, err := template.New("text").Funcs(funcs).Parse(source)
	if err != nil {
		t.Fatalf("Compile accepts %q, text/template says %v", source, err)
	}
	var b strings.Builder
	if err := tmpl.Execute(&b, f.asData()); err != nil {
		t.Fatalf("Compile accepts %q, text/template says %v", source, err)
	}
	return b.String()
}

// everything promises all that can be promised.
func everything() Promise {
	p := Promise{Needs: 1<<needToday - 1}
	for i := live.Intent(1); i <= live.Intent(live.Intents); i++ {
		p.Attributes = append(p.Attributes, i)
	}
	return p
}

// full is a world in which everything is known.
func full() *fakeValues {
	f := &fakeValues{known: everything().Needs, attrs: map[live.Intent]string{}, holds: map[[2]int]bool{}}
	for v := range f.text {
		f.text[v] = "v" + strconv.Itoa(v)
	}
	for _, i := range everything().Attributes {
		f.attrs[i] = "a" + strconv.Itoa(int(i))
	}
	for _, list := range []Var{Warehouses, Breakdown, Guesses} {
		f.rows[list] = words[list].rows
	}
	f.holds[[2]int{int(PartOut), 1}] = true
	f.holds[[2]int{int(WarehouseUntil), 0}] = true
	return f
}

// corpus is what the language can say.
var corpus = []string{
	"纯文字",
	"{{.Item}}还剩{{.Stock}}件",
	"{{if .Viewers}}{{.Viewers}}人{{end}}在看",
	"{{if not .Viewers}}没人{{else if .Sold}}卖了{{.Sold}}{{else}}有人{{end}}看",
	"{{if and .Viewers .Sold (not .Gifts)}}{{.Viewers}}/{{.Sold}}{{end}}。",
	"{{if or .Gifts .Promotion}}有活动{{end}}。",
	"{{or .Promotion .Gifts \"暂无活动\"}}",
	"{{or (attr \"material\") \"以页面为准\"}}",
	"{{if attr \"usage\"}}{{attr \"usage\"}}{{end}}!",
	"{{range .Warehouses}}{{if .More}}，{{end}}{{.Name}}{{.Stock}}件{{if .Until}}{{.Until}}点前{{else}}{{.ShipBy}}点已过{{end}}{{end}}",
	"{{if .Breakdown}}{{range .Breakdown}}{{if .Last}}和{{end}}{{if .Out}}{{.Name}}没了{{else}}{{.Name}}{{.Stock}}{{end}}{{$.Item}}{{end}}{{end}}.",
	"{{range .Guesses}}{{if .Last}}还是{{else}}{{if .More}}、{{end}}{{end}}{{.Topic}}{{end}}?",
	"第一行{{- /* 注释 */ -}}\n第二行",
	"前 {{- .Item -}} 后",
}

func TestRenderAgreesWithTextTemplate(t *testing.T) {
	paths, err := filepath.Glob("../library/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no library: %v", err)
	}
	texts := corpus
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(file), "\n") {
			if text, ok := strings.CutPrefix(line, "      - '"); ok {
				texts = append(texts, strings.TrimSuffix(text, "'"))
			}
		}
	}
	compiled := make([]*Text, len(texts))
	for i, source := range texts {
		text, flaws := Compile(source, everything(), 500)
		if flaws != nil {
			t.Fatalf("Compile(%q) = %v", source, flaws)
		}
		compiled[i] = text
	}
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(texts)-1).Draw(t, "text")
		compareBoth(t, texts[i], compiled[i], worlds.Draw(t, "world"))
	})
}

// worlds draws worlds in which all that is promised elsewhere is known, or anything at all.
var worlds = rapid.Custom(func(t *rapid.T) *fakeValues {
	f := full()
	f.known &= Set(rapid.Uint32().Draw(t, "known"))
	for _, list := range []Var{Warehouses, Breakdown, Guesses} {
		f.rows[list] = rapid.IntRange(1, words[list].rows).Draw(t, "rows")
		for row := range f.rows[list] {
			f.holds[[2]int{int(PartOut), row}] = rapid.Bool().Draw(t, "out")
			f.holds[[2]int{int(WarehouseUntil), row}] = rapid.Bool().Draw(t, "until")
		}
	}
	for _, i := range []live.Intent{live.IntentMaterial, live.IntentUsage} {
		if rapid.Bool().Draw(t, "attribute") {
			delete(f.attrs, i)
		}
	}
	return f
})

// compareBoth renders both ways. Where ours refuses because something is not known, the judge's text has a hole that
// must never be shown; what ours says must be the judge's word for word.
func compareBoth(t interface {
	Fatalf(string, ...any)
	Helper()
}, source string, text *Text, world *fakeValues,
) {
	t.Helper()
	got, ok := text.Render(nil, world)
	if !ok {
		return
	}
	if want := judge(t, source, world); string(got) != want {
		t.Fatalf("Render(%q) = %q, text/template says %q", source, got, want)
	}
	if n := utf8.RuneCount(got); n > text.limit {
		t.Fatalf("Render(%q) is %d characters, the limit is %d", source, n, text.limit)
	}
}

func TestRenderKnowsEverything(t *testing.T) {
	for _, source := range corpus {
		text, flaws := Compile(source, everything(), 500)
		if flaws != nil {
			t.Fatalf("Compile(%q) = %v", source, flaws)
		}
		if _, ok := text.Render(nil, full()); !ok {
			t.Errorf("Render(%q) fails although everything is known", source)
		}
		compareBoth(t, source, text, full())
	}
}

func FuzzCompile(f *testing.F) {
	for _, source := range corpus {
		f.Add(source)
	}
	for _, c := range refused {
		f.Add(c.source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		text, flaws := Compile(source, everything(), 200)
		if (text == nil) == (len(flaws) == 0) {
			t.Fatalf("Compile(%q) = %v, %v: want one of the two", source, text, flaws)
		}
		for _, flaw := range flaws {
			if lines := strings.Count(source, "\n"); flaw.Line < 0 || flaw.Line > lines || flaw.Text == "" {
				t.Fatalf("Compile(%q) flaw %+v, the text has lines 0 to %d", source, flaw, lines)
			}
		}
		if text == nil {
			return
		}
		got, ok := text.Render(nil, full())
		if !ok && longest(text.parts) > 0 {
			t.Fatalf("Render(%q) = %q, false although everything is known", source, got)
		}
		compareBoth(t, source, text, full())
		compareBoth(t, source, text, &fakeValues{})
		if strings.ContainsAny(string(got), "\n\r\x00") {
			t.Fatalf("Render(%q) = %q is not one line", source, got)
		}
	})
}
