package document

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestListsAndPairsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune(`ab |=\	好，"`)))
		items := rapid.SliceOfN(text, 1, 4).Filter(func(s []string) bool { return !blank(JoinList(s)) }).Draw(t, "items")
		if got := SplitList(JoinList(items)); !slices.Equal(got, items) {
			t.Fatalf("%q became %q by way of %q", items, got, JoinList(items))
		}
		var pairs []Pair
		for _, k := range items {
			pairs = append(pairs, Pair{k, text.Draw(t, "value")})
		}
		if got, bad := SplitPairs(JoinPairs(pairs)); !slices.Equal(got, pairs) || bad != nil {
			t.Fatalf("%q became %q by way of %q", pairs, got, JoinPairs(pairs))
		}
	})
	if got := SplitList(` a | b\|c |d\ `); !slices.Equal(got, []string{"a", "b|c", "d "}) {
		t.Errorf("got %q", got)
	}
	if pairs, bad := SplitPairs("a=1=2|b| c = 3 "); !slices.Equal(pairs, []Pair{{"a", "1=2"}, {"c", "3"}}) || !slices.Equal(bad, []string{"b"}) {
		t.Errorf("got %q, bad %q", pairs, bad)
	}
}

func TestFormats(t *testing.T) {
	for name, want := range map[string]Format{"a.yaml": YAML, "b.YML": YAML, "c.json": JSON, "d.e.csv": CSV, "f": "", "g.xlsx": ""} {
		if got, err := FormatOf(name); got != want || (err == nil) != (want != "") {
			t.Errorf("format of %s is %q, %v; want %q", name, got, err, want)
		}
	}
	for _, f := range []Format{YAML, JSON, CSV} {
		if got := FormatOfType(f.Type()); got != f {
			t.Errorf("%s has type %s, which is %s", f, f.Type(), got)
		}
	}
}

type sample struct {
	Name string `yaml:"name"`
	List []int  `yaml:"list"`
}

var shape = Shape{What: "sample", Needs: "a name"}

func TestJSONIsReadAsJSON(t *testing.T) {
	for _, c := range []struct{ file, name, problem string }{
		{"{\"name\":\"a\\ud83d\\ude00\\u597d\\/\\n\\\\ud83d\"}", "a😀好/\n\\ud83d", ""},
		{`{"name":"\ud83d"}`, "�", ""},
		{`{"name":"\ud83d\u0022"}`, "�\"", ""},
		{"{\"name\":\n\t\"tab\"}", "tab", ""},
		{"name: yaml", "", "line 1: not JSON"},
		{"{\"name\":\n\"a\",}", "", "line 2: not JSON"},
		{"{\"name\":\n1,\"nam\":2}", "", `line 2: unknown field "nam"`},
		{"{\"name\":\"a\",\n\"list\":[1,\"x\"]}", "", "line 2: a wrong kind of value; expected a whole number"},
		{"{\"name\":\"a\",\n\"name\":\"b\"}", "", "line 2: "},
		{"[]", "", "line 1: a sample is a mapping"},
		{" ", "", "the file is empty"},
	} {
		var s sample
		err := Decode(JSON, shape, []byte(c.file), &s).Err("sample")
		if c.problem == "" {
			if err != nil || s.Name != c.name {
				t.Errorf("%s: got %q, %v; want %q", c.file, s.Name, err, c.name)
			}
			continue
		}
		var problems *Error
		if !errors.As(err, &problems) || !strings.HasPrefix(problems.Problems[0].String(), c.problem) {
			t.Errorf("%s: got %v, want %s", c.file, err, c.problem)
		}
	}
}

func read(file string) (*Table, error) {
	c := NewChecker(nil)
	table, ok := ReadTable(shape, []byte(file), c, func(name string) bool { return len(name) == 1 })
	if err := c.Err("sample"); err != nil || !ok {
		return table, err
	}
	return table, nil
}

func TestTable(t *testing.T) {
	table, err := read("\uFEFF A,b,\r\n1,\"x\ny\",\r\n,,\r\n\r\n 2 \r\n")
	if err != nil || len(table.Rows) != 2 || !table.Has("a") || table.Has("c") {
		t.Fatalf("got %+v, %v", table, err)
	}
	if r := table.Rows[0]; r.Number != 2 || r.Cell("a") != "1" || r.Cell("b") != "x\ny" || r.Cell("c") != "" {
		t.Errorf("the first row is %+v", r)
	}
	if r := table.Rows[1]; r.Number != 6 || r.Cell("a") != " 2 " || r.Word("a") != "2" || r.Cell("b") != "" {
		t.Errorf("the second row is %+v", r)
	}
	for file, want := range map[string]string{
		"":                "the file is empty",
		"a,aa\n":          "row 1, column aa: unknown column",
		"a,A\n":           "row 1, column a: stands twice",
		"a,b\n1,2,3\n":    "row 2: has 3 cells",
		"a\n1\nx\"y\n":    "row 3: a quote out of place",
		"a\n\"1\n2\n":     "row 2: a quote out of place",
		"a\n1\n\xd6\xd0":  "row 3: is not UTF-8",
		"a\n1\n2\n\"\xff": "row 4: is not UTF-8",
	} {
		if _, err := read(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", file, err, want)
		}
	}
	if _, err := read(strings.Repeat("a", MaxBytes+1)); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("a file too large: %v", err)
	}
}

func FuzzDecodeJSON(f *testing.F) {
	f.Add([]byte(`{"name":"\ud83d\ude00","list":[1,2]}`))
	f.Add([]byte(`{"name":"\\ud83d\ud83d\ud83d\ude00"}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		var s sample
		if err := Decode(JSON, shape, file, &s).Err("sample"); err == nil && !utf8.ValidString(s.Name) {
			t.Fatalf("%q became %q", file, s.Name)
		}
	})
}

func FuzzReadTable(f *testing.F) {
	f.Add("a,b\n1,2\n")
	f.Add("\uFEFFa\n\"x\"\"y\"")
	f.Fuzz(func(t *testing.T, file string) {
		table, err := read(file)
		for _, r := range table.Rows {
			if r.Number < 1 || r.Number > 1+strings.Count(file, "\n") {
				t.Fatalf("row %d of %q (%v)", r.Number, file, err)
			}
		}
	})
}
