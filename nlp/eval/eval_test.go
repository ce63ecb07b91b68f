package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"liveroom/engine/live"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func put(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadTable(t *testing.T) {
	path := put(t, "t.tsv", "id\tintent\temotion\tsentiment\tclear\ttext\n1\tstock\tcalm\tneutral\t1\t还有\t货吗\n\n2\tprice\timpatient\tnegative\t0\t多少钱\n")
	table, err := readTable(path)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := table.labelled(func(text string) bool { return true })
	want := []line{
		{"还有\t货吗", live.IntentStock, live.Calm, live.Neutral, true}, {"多少钱", live.IntentPrice, live.Impatient, live.Negative, false},
	}
	if err != nil || len(lines) != 2 || lines[0] != want[0] || lines[1] != want[1] {
		t.Errorf("labelled = %v, %v, want %v", lines, err, want)
	}
	for name, file := range map[string]string{
		"short row": "id\ttext\n1\n", "no column": "id\ttext\n1\tsecret\n",
		"label": "intent\temotion\tsentiment\ttext\nstok\tcalm\tneutral\tsecret\n",
	} {
		table, err := readTable(put(t, "t.tsv", file))
		if err == nil {
			_, err = table.labelled(func(string) bool { return true })
		}
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want an error that quotes no text", name, err)
		}
	}
}

func TestFill(t *testing.T) {
	slots := map[string][]string{"n": {"1", "2"}, "color": {"红"}}
	got, err := fill("{color}的{n}件{color}", slots, rand.New(rand.NewPCG(1, 2)))
	if err != nil || !strings.HasPrefix(got, "红的") || !strings.HasSuffix(got, "件红") || strings.Contains(got, "{") {
		t.Errorf("fill = %q, %v", got, err)
	}
	if _, err := fill("{size}", slots, rand.New(rand.NewPCG(1, 2))); err == nil {
		t.Error("fill of an unknown slot = nil, want an error")
	}
}

func TestFigure(t *testing.T) {
	good := shareFigure("level 1", share{97, 100}, 0.5).atLeast(0.97)
	if !good.reached() || good.String() != "level 1 97.0 % [91.5, 99.0] (97/100); constant 50.0 %; ≥ 97 % ✓" {
		t.Errorf("figure = %s", good)
	}
	if f := shareFigure("", share{7, 100}, 0).atMost(0.06); f.reached() || !strings.HasSuffix(f.String(), "≤ 6 % ✗") {
		t.Errorf("figure = %s", f)
	}
	if f := macroFigure("", []pair{{1, 1}, {2, 2}}).atLeast(0.9); !f.reached() || !strings.HasPrefix(f.String(), "1.000 [") {
		t.Errorf("figure = %s", f)
	}
	if f := levelFigure("", nil).atLeast(0.9); f.reached() || !strings.Contains(f.String(), "no lines") {
		t.Errorf("figure of nothing = %s", f)
	}
	if f := absent("", silent).atLeast(0.9); f.reached() || !strings.Contains(f.String(), silent) {
		t.Errorf("absent figure = %s", f)
	}
}

// reading makes an answered line.
func reading(truth, said live.Intent, confidence float32) answered {
	return answered{line{text: "x", intent: truth, emotion: live.Calm, sentiment: live.Neutral, clear: true}, &live.Reading{
		Intent: said, Confidence: confidence, Emotion: live.Calm, Sentiment: live.Neutral, Unsure: confidence < 0.9,
	}}
}

// TestTable: rows stand in the order of the issue, chatter counts as unknown, and what is not there is said to be absent.
func TestTable(t *testing.T) {
	m := &measured{own: []answered{
		reading(live.IntentStock, live.IntentStock, 0.9), reading(live.IntentStock, live.IntentSize, 0.5),
		reading(live.IntentChatter, live.IntentUnknown, 0.9), reading(live.IntentUnknown, live.IntentPrice, 0.9),
	}}
	rows := m.table()
	if len(rows) != 10 {
		t.Fatalf("%d rows, want 10", len(rows))
	}
	for i, want := range []share{{3, 4}, {2, 4}, {2, 3}} {
		if got := rows[i].Own[0].Count; *got != want {
			t.Errorf("%s = %v, want %v", rows[i].Name, *got, want)
		}
	}
	if got := rows[2].Own[1].Count; *got != (share{3, 4}) {
		t.Errorf("coverage = %v, want 3 of 4", *got)
	}
	if got := rows[5].Own[0].Count; *got != (share{1, 2}) {
		t.Errorf("out of scope = %v, want 1 of 2", *got)
	}
	for _, row := range rows {
		for _, f := range row.Real {
			if f.Absent == "" {
				t.Errorf("%s has a figure on real lines that are not there: %s", row.Name, f)
			}
		}
	}
	if f := rows[7].Own[0]; f.Absent != silent {
		t.Errorf("sentiment of a model that tells none = %s", f)
	}
	m.sentiment, m.shared = true, true
	m.reviews = []answered{reading(live.IntentUnknown, live.IntentUnknown, 1), reading(live.IntentUnknown, live.IntentUnknown, 1)}
	m.reviews[0].sentiment, m.reviews[0].got.Sentiment = live.Negative, live.Negative
	m.reviews[1].sentiment = live.Positive
	m.sides = []pair{{int(live.Negative), int(live.Negative)}, {int(live.Positive), int(live.Negative)}, {int(live.Positive), int(live.Positive)}}
	real := m.table()[7].Real
	if *real[2].Count != (share{2, 3}) || *real[3].Count != (share{1, 2}) || *real[4].Count != (share{1, 1}) {
		t.Errorf("reviews = %v, %v, %v, want 2 of 3, 1 of 2 and 1 of 1", *real[2].Count, *real[3].Count, *real[4].Count)
	}
}

func TestEntityResult(t *testing.T) {
	e := &entityResult{kinds: map[string]*found{}, names: map[string]string{"a1": "羽绒服"}}
	e.compare(
		[]entitySpan{{"size", "XL", 0, 2, "XL"}, {"product", "羽绒", 2, 4, "羽绒服"}, {"date", "今天", 4, 6, ""}, {"color", "黑", 6, 7, "黑色"}, {"city", "杭州", 8, 10, "杭州"}},
		[]live.Entity{
			{Kind: "size", Value: "XL", Start: 0, End: 2, Norm: "XL"},
			{Kind: "product", Value: "羽绒", Start: 2, End: 4, Norm: "a1", Unit: "product"},
			{Kind: "date", Value: "今天", Start: 4, End: 6, Norm: "0"},
			{Kind: "color", Value: "黑", Start: 6, End: 7, Norm: "黑"},
			{Kind: "city", Value: "杭州", Start: 7, End: 9, Norm: "杭州"},
			{Kind: "size", Value: "XL", Start: 0, End: 2, Norm: "XL"},
		},
	)
	if got := e.texts[0]; got != (found{hits: 4, normal: 3, said: 6, truths: 5}) {
		t.Errorf("compare counts %+v", got)
	}
	if f := e.figures(); !near(f[0].Value, 8.0/11) || !near(f[1].Value, 6.0/11) {
		t.Errorf("figures = %v", f)
	}
	if kinds := e.byKind(); len(kinds) != 5 || kinds[4].Label != "size" || kinds[4].Precision != (share{1, 2}) {
		t.Errorf("byKind = %+v", kinds)
	}
}

func TestWithFigures(t *testing.T) {
	card := "# Card\n\n<!-- figures -->\nold\n<!-- /figures -->\n\n## More\n"
	got, err := withFigures(card, "new\n")
	if want := "# Card\n\n<!-- figures -->\n\nnew\n\n<!-- /figures -->\n\n## More\n"; got != want || err != nil {
		t.Errorf("withFigures = %q, %v, want %q", got, err, want)
	}
	if again, err := withFigures(got, "new\n"); again != got || err != nil {
		t.Errorf("withFigures twice = %q, %v", again, err)
	}
	if got, err := withFigures("# Card\n", "new"); got != "# Card\n\n<!-- figures -->\n\nnew\n\n<!-- /figures -->\n" || err != nil {
		t.Errorf("withFigures without marks = %q, %v", got, err)
	}
	for _, bad := range []string{"<!-- figures -->", "<!-- /figures --> <!-- figures -->", card + card} {
		if _, err := withFigures(bad, "new"); err == nil {
			t.Errorf("withFigures(%q) = nil, want an error", bad)
		}
	}
}

// TestRun evaluates the shipped model on our own test, writes a report and a card, and prints JSON that says the same.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("measures speed for seconds")
	}
	card := put(t, "CARD.md", "# Card\n\n<!-- figures --><!-- /figures -->\n")
	report := filepath.Join(t.TempDir(), "report.md")
	var out strings.Builder
	err := run([]string{
		"-model", "../model", "-corpus", "../corpus", "-corpora", "", "-entities", "../entity/testdata/entities.jsonl",
		"-out", report, "-card", card, "-json",
	}, &out)
	if err != nil {
		t.Fatal(err)
	}
	var res result
	if err := json.Unmarshal([]byte(out.String()), &res); err != nil {
		t.Fatal(err)
	}
	if len(res.Table) != 10 || res.Table[0].Own[0].Lines < 200 || len(res.Costs) < 4 || res.Model == "" {
		t.Errorf("result = %d rows over %d lines, %d costs, model %q", len(res.Table), res.Table[0].Own[0].Lines, len(res.Costs), res.Model)
	}
	written, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	cardNow, err := os.ReadFile(card)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(cardNow), strings.TrimSpace(string(written))) || !strings.HasPrefix(string(cardNow), "# Card\n") {
		t.Error("the card does not hold the report")
	}
	if run([]string{"-model", t.TempDir(), "-corpus", "../corpus", "-corpora", ""}, &out) == nil {
		t.Error("run without a model = nil, want an error")
	}
	if run([]string{"-corpus", t.TempDir()}, &out) == nil || run([]string{"x"}, &out) == nil {
		t.Error("run without a corpus, or with a stray argument = nil, want an error")
	}
}
