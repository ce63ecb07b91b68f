package keyword_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"liveroom/engine/live"
	"liveroom/nlp/chars"
	"liveroom/nlp/keyword"
)

func TestParse(t *testing.T) {
	got, err := keyword.Parse([]byte(`# what the owner of the shop wants
- {match: contains, text: 库存, intent: stock}
- match: exact
  text: "1"
  intent: ordering
- {match: prefix, text: ＶＳ, intent: compare}
`))
	want := []keyword.Rule{
		{Match: keyword.Contains, Text: "库存", Intent: live.IntentStock},
		{Match: keyword.Exact, Text: "1", Intent: live.IntentOrdering},
		{Match: keyword.Prefix, Text: "ＶＳ", Intent: live.IntentCompare},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("Parse = %v, %v, want %v", got, err, want)
	}
	rules, err := keyword.New(got)
	if err != nil {
		t.Fatalf("New = %v", err)
	}
	for text, intent := range map[string]live.Intent{"还有库存没": live.IntentStock, "1": live.IntentOrdering, "vs那款": live.IntentCompare, "那款vs": 0} {
		if got := rules.Find(chars.Normalize(text)); got != intent {
			t.Errorf("Find(%q) = %v, want %v", text, got, intent)
		}
	}
	if got, err := keyword.Parse([]byte("[]")); err != nil || len(got) != 0 {
		t.Errorf("Parse of an empty list = %v, %v", got, err)
	}
}

// TestParseNamesEveryProblem: one file with many faults, each named by its line.
func TestParseNamesEveryProblem(t *testing.T) {
	_, err := keyword.Parse([]byte(`- {match: contains, text: 库存, intent: stock}
- {match: like, text: 库存, intent: stok}
- {match: exact, text: "  ", intent: stock}
- {match: exact, text: 对比}
- {match: contains, text: 库 存, intent: stock, prioritty: 1}
- 库存
- {match: contains, text: 库存, intent: price}
- {match: exact, text: [a], intent: price}
- {match: exact, match: exact, text: a, intent: price}
`))
	if !errors.Is(err, keyword.ErrBad) {
		t.Fatalf("Parse = %v, want ErrBad", err)
	}
	for _, want := range []string{
		`line 2: match is "like"`, `line 2: intent "stok"`, "line 3: text of 0 characters", "line 4: field intent is missing",
		`line 5: unknown field "prioritty"`, "line 6: want {match, text, intent}", "line 7: repeats the text of line 1",
		"line 8: text must be text", "line 9: field match stands twice",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Parse = %v\nwant it to say %q", err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for name, file := range map[string]string{
		"empty": "", "comment": "# nothing\n", "mapping": "keywords: []", "two": "[]\n---\n[]", "torn": "- {match: ",
		"alias": "- &a {match: exact, text: a, intent: stock}\n- *a\n", "giant": strings.Repeat("#", keyword.MaxFileBytes+1),
		"too many": many(keyword.MaxRules + 1), "long": "- {match: exact, intent: stock, text: " + strings.Repeat("长短", keyword.MaxRunes) + "}",
	} {
		if got, err := keyword.Parse([]byte(file)); !errors.Is(err, keyword.ErrBad) || got != nil {
			t.Errorf("%s: Parse = %d rules, %v, want ErrBad", name, len(got), err)
		}
	}
	if got, err := keyword.Parse([]byte(many(keyword.MaxRules))); err != nil || len(got) != keyword.MaxRules {
		t.Errorf("Parse of as many rules as may be = %d rules, %v", len(got), err)
	}
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "- {match: exact, text: t%d, intent: stock}\n", i)
	}
	return b.String()
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("- {match: contains, text: 库存, intent: stock}\n"))
	f.Add([]byte("- &a {match: exact, text: a, intent: stock}\n- *a\n- {<<: *a}\n"))
	f.Add([]byte("keywords:\n  - x\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		rules, err := keyword.Parse(file)
		if err != nil {
			if !errors.Is(err, keyword.ErrBad) {
				t.Fatalf("Parse = %v, want ErrBad", err)
			}
			return
		}
		if _, err := keyword.New(rules); err != nil {
			t.Fatalf("New of parsed rules = %v", err)
		}
	})
}
