package phrase

import (
	"slices"
	"strings"
	"testing"

	"liveroom/engine/live"
)

// refused are texts that must not be loaded, and what the refusal says.
var refused = []struct {
	name, source string
	sure         Promise
	line         int
	says         string
}{
	{"syntax", "{{.Item", Promise{}, 0, "unclosed action"},
	{"unknown variable", "{{.Stok}}", Promise{}, 0, "unknown variable .Stok: there are .Item, "},
	{"unknown on line two", "你好{{- \"\" -}}\n{{.Stok}}", Promise{}, 1, "unknown variable .Stok"},
	{"unknown function", "{{stock}}", Promise{}, 0, `unknown function "stock": there are and, or, not, attr`},
	{"printf", `{{printf "%s" .Item}}`, Promise{}, 0, `unknown function "printf"`},
	{"call", "{{call .Item}}", Promise{}, 0, `unknown function "call"`},
	{"method", "{{.Item.String}}", Promise{Needs: SetOf(NeedProduct)}, 0, "variables have no fields or methods"},
	{"arguments", "{{.Item 1}}", Promise{Needs: SetOf(NeedProduct)}, 0, "a variable takes no arguments"},
	{"define", `{{define "x"}}{{end}}你好`, Promise{}, 0, "define and block are not part of the language"},
	{"block", `{{block "x" .}}{{end}}`, Promise{}, 0, "define and block are not part of the language"},
	{"template", `你好{{template "x"}}`, Promise{}, 0, `"template" is not part of the language`},
	{"with", "{{with .Item}}你好{{end}}", Promise{}, 0, `"with" is not part of the language`},
	{"break", "{{range .Guesses}}{{break}}{{end}}", Promise{Needs: SetOf(NeedGuesses)}, 0, `"break" is not part of the language`},
	{"declaration", "{{$x := .Item}}你好", Promise{}, 0, "sets a variable"},
	{"pipe", "{{.Item | or .Name}}", Promise{}, 0, "uses a pipe"},
	{"dot", "{{.}}", Promise{}, 0, "is no value here"},
	{"number", "{{1}}", Promise{}, 0, "is no value here"},
	{"need missing", "还剩{{.Stock}}件", Promise{}, 0, `add "stock" to the needs of the case or put {{if .Stock}}…{{end}} around it`},
	{"need missing in else", "{{if .Stock}}有{{else}}{{.Stock}}{{end}}", Promise{}, 0, `add "stock" to the needs`},
	{"or promises nothing", "{{if or .Stock .Sold}}{{.Stock}}{{end}}件", Promise{}, 0, `add "stock" to the needs`},
	{"not promises nothing", "{{if not .Stock}}{{.Stock}}{{end}}件", Promise{}, 0, `add "stock" to the needs`},
	{"last of or", "{{or .Promotion .Gifts}}", Promise{}, 0, `add "gifts" to the needs`},
	{"attribute missing", `{{attr "usage"}}`, Promise{Attributes: []live.Intent{live.IntentSize}}, 0, `add "attribute:usage" to the needs`},
	{"attribute unknown", `{{attr "colour"}}`, Promise{}, 0, "no such intent"},
	{"attribute of a variable", `{{attr .Item}}`, Promise{}, 0, "in quotes"},
	{"list said", "{{.Warehouses}}", Promise{Needs: SetOf(NeedWarehouses)}, 0, "is a list"},
	{"list in or", `{{or .Warehouses "无"}}`, Promise{}, 0, "cannot be said"},
	{"mark said", "{{range .Breakdown}}{{.Out}}{{end}}", Promise{Needs: SetOf(NeedBreakdown)}, 0, "only good as a condition"},
	{"row without its hour", "{{range .Warehouses}}{{.Until}}{{end}}", Promise{Needs: SetOf(NeedWarehouses)}, 0, "put {{if .Until}}…{{end}} around it"},
	{"reply variable in a row", "{{range .Guesses}}{{.Item}}{{end}}", Promise{Needs: SetOf(NeedGuesses)}, 0, "write {{$.Item}}"},
	{"range over a text", "{{range .Item}}x{{end}}", Promise{}, 0, "only .Warehouses, .Breakdown and .Guesses are lists"},
	{"range in range", "{{range .Guesses}}{{range $.Breakdown}}x{{end}}{{end}}", everything(), 0, "at most one level of lists"},
	{"range with else", "{{range .Guesses}}x{{else}}y{{end}}", everything(), 0, "range has an else"},
	{"range that may be empty", "{{range .Guesses}}{{.Topic}}{{end}}。", Promise{}, 0, `add "guesses" to the needs`},
	{"and said", "{{and .Item .Name}}", everything(), 0, "only good as a condition"},
	{"too many arguments", `{{or .Item .Name .Gifts .Sizes "x"}}`, everything(), 0, "two to four arguments"},
	{"line break", "第一行\n第二行", Promise{}, 0, "a reply is one line"},
	{"control character", "你\x07好", Promise{}, 0, "text holds U+0007"},
	{"not UTF-8", "你\xff好", Promise{}, 0, "text holds U+FFFD"},
	{"control in quotes", `{{or .Item "\n"}}`, everything(), 0, "control character"},
	{"could be empty", "{{if .Item}}有{{end}}", Promise{}, 0, "could be empty"},
	{"only spaces", " {{if .Item}}有{{end}} ", Promise{}, 0, "could be empty"},
	{"too long", strings.Repeat("长", 41), Promise{}, 0, "could be 41 characters long, the limit is 40"},
	{"list too long", "{{range .Warehouses}}{{.Name}}{{.Stock}}{{end}}", everything(), 0, "could be 64 characters long"},
	{"source too long", strings.Repeat("{{- /**/ -}}", 200), Promise{}, 0, "want at most 2000"},
	{"nested", strings.Repeat("{{if .Item}}", 9) + "x" + strings.Repeat("{{end}}", 9) + "x", Promise{}, 0, "nested deeper than 6"},
	{"nested brackets", "{{if " + strings.Repeat("(not ", 9) + ".Item" + strings.Repeat(")", 9) + "}}x{{end}}x", Promise{}, 0, "nested deeper than 6"},
	{"too many parts", strings.Repeat("{{.Item}}", 201), everything(), 0, "more than 200 parts"},
}

func TestCompileRefuses(t *testing.T) {
	for _, c := range refused {
		t.Run(c.name, func(t *testing.T) {
			text, flaws := Compile(c.source, c.sure, 40)
			if text != nil || len(flaws) == 0 {
				t.Fatalf("Compile(%q) is accepted, want a flaw that says %q", c.source, c.says)
			}
			for _, f := range flaws {
				if strings.Contains(f.Text, c.says) && f.Line == c.line {
					return
				}
			}
			t.Errorf("Compile(%q) = %+v, want line %d to say %q", c.source, flaws, c.line, c.says)
		})
	}
}

func TestCompileListsEveryFlaw(t *testing.T) {
	_, flaws := Compile("{{.A}}{{.B}}{{printf2}}", Promise{}, 40)
	if len(flaws) != 1 { // the parser stops at an unknown function
		t.Errorf("%d flaws, want 1: %v", len(flaws), flaws)
	}
	_, flaws = Compile("{{.A}}{{.B}}{{.Stock}}", Promise{}, 40)
	if len(flaws) != 3 {
		t.Errorf("%d flaws, want 3: %v", len(flaws), flaws)
	}
}

func TestSays(t *testing.T) {
	for _, c := range []struct {
		source string
		need   Need
		want   bool
	}{
		{"剩{{.Stock}}件", NeedStock, true},
		{"有货", NeedStock, false},
		{"{{if .Gifts}}剩{{.Stock}}件{{else}}有{{end}}", NeedStock, false},
		{"{{if .Gifts}}剩{{.Stock}}件{{else}}还有{{.Stock}}{{end}}", NeedStock, true},
		{"{{range .Warehouses}}{{.Name}}{{.Stock}}{{end}}", NeedWarehouses, true},
		{"{{range .Warehouses}}{{.Name}}{{end}}", NeedWarehouses, false},
		{"{{range .Warehouses}}{{$.Stock}}{{end}}", NeedStock, true},
		{"{{range .Breakdown}}{{if .Out}}无{{else}}{{.Stock}}{{end}}{{end}}", NeedBreakdown, true},
		{"{{range .Breakdown}}{{if .More}}无{{else}}{{.Stock}}{{end}}{{end}}", NeedBreakdown, false},
	} {
		text, flaws := Compile(c.source, everything(), 500)
		if flaws != nil {
			t.Fatalf("Compile(%q) = %v", c.source, flaws)
		}
		if got := text.Says(c.need); got != c.want {
			t.Errorf("Compile(%q).Says(%s) = %v, want %v", c.source, c.need, got, c.want)
		}
	}
}

func TestRenderRefusesWhatIsNotKnown(t *testing.T) {
	text, flaws := Compile("剩{{.Stock}}件", everything(), 40)
	if flaws != nil {
		t.Fatal(flaws)
	}
	if got, ok := text.Render(nil, &fakeValues{}); ok {
		t.Errorf("Render = %q with an unknown figure, want a refusal", got)
	}
	long := full()
	long.text[Stock] = strings.Repeat("9", 1000)
	if got, ok := text.Render(nil, long); ok {
		t.Errorf("Render = %q beyond its limit, want a refusal", got)
	}
}

func TestRenderAllocatesNothing(t *testing.T) {
	text, flaws := Compile(corpus[9]+corpus[2], everything(), 500)
	if flaws != nil {
		t.Fatal(flaws)
	}
	values, buf := plainValues{}, make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(200, func() { text.Render(buf, &values) }); n != 0 {
		t.Errorf("Render allocates %v times, want 0", n)
	}
}

// plainValues allocates nothing of its own.
type plainValues struct{}

func (*plainValues) Known(Need) bool              { return true }
func (*plainValues) Attribute(live.Intent) string { return "棉" }
func (*plainValues) Rows(Var) int                 { return 2 }
func (*plainValues) Holds(Var, int) bool          { return true }
func (*plainValues) Append(dst []byte, _ Var, _ int) ([]byte, bool) {
	return append(dst, "32"...), true
}

func TestSpans(t *testing.T) {
	for source, want := range map[string]string{
		"你好":            "你好",
		"还剩{{.Stock}}件": "件|还剩",
		"全网{{if .Gifts}}最低{{else}}最高{{end}}价":             "全网最低价|全网最高价",
		"全网{{if .Gifts}}最低{{end}}价":                       "全网价|全网最低价",
		"全{{if .Gifts}}{{.Gifts}}{{end}}网":                "全|全网|网",
		`第{{or .Promotion "一"}}名`:                         "名|第|第一名",
		"{{or .Promotion .Gifts}}":                        "",
		"最{{- /* 注释 */ -}} 好":                             "最好",
		"{{range .Guesses}}第{{if .Last}}一{{end}}{{end}}好": "第一好|第一第一好|第一第一第一好|第一第一第好|第一第好|第一第第一好|第一第第好|第好|第第一好|第第一第一好|第第一第好|第第好|第第第一好|第第第好",
		"{{range .Guesses}}一{{.Topic}}第{{end}}":           "一|第|第一",
	} {
		text, flaws := Compile(source, everything(), 500)
		if flaws != nil {
			t.Fatalf("Compile(%q) = %v", source, flaws)
		}
		got, ok := text.Spans(100)
		slices.Sort(got)
		if joined := strings.Join(got, "|"); !ok || joined != want {
			t.Errorf("Compile(%q).Spans = %q, %v, want %q", source, joined, ok, want)
		}
	}
}

func TestSpansAreBounded(t *testing.T) {
	source := strings.Repeat("{{if .Gifts}}一{{else}}二{{end}}", 30)
	text, flaws := Compile(source, everything(), 500)
	if flaws != nil {
		t.Fatal(flaws)
	}
	if got, ok := text.Spans(1000); ok {
		t.Errorf("Spans = %d runs, want a refusal: there are 2^30", len(got))
	}
}
