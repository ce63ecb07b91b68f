package engine

import (
	"bufio"
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
)

// classified is what of a line of `liveroom classify` does not depend on the model's weights.
type classified struct {
	Text     string          `json:"text"`
	Entities json.RawMessage `json:"entities"`
}

// lineKeys are the fields of a line of `liveroom classify`.
var lineKeys = []string{"text", "domain", "intent", "confidence", "unsure", "top", "emotion", "sentiment", "entities", "decided_by"}

// TestClassifyEntities reads testdata/classify/texts.txt, which holds every spelling of every kind of entity, through
// what `liveroom classify` runs, and compares text and entities of each line. LIVEROOM_GOLDEN=1 rewrites the file.
func TestClassifyEntities(t *testing.T) {
	texts, err := os.ReadFile(filepath.Join("testdata", "classify", "texts.txt"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := testConfig(t.TempDir())
	var got bytes.Buffer
	err = Classify(t.Context(), cfg, slog.New(slog.DiscardHandler), func(read func(string) []byte) error {
		for lines := bufio.NewScanner(bytes.NewReader(texts)); lines.Scan(); {
			got.Write(entitiesOf(t, lines.Text(), read(lines.Text())))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "classify", "entities.jsonl")
	if os.Getenv("LIVEROOM_GOLDEN") != "" {
		write(t, golden, got.String())
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	wants, gots := bytes.Split(want, []byte("\n")), bytes.Split(got.Bytes(), []byte("\n"))
	for i := range max(len(wants), len(gots)) {
		if i >= len(wants) || i >= len(gots) || !bytes.Equal(wants[i], gots[i]) {
			t.Fatalf("%s, line %d differs; %d lines, want %d\ngot  %s\nwant %s",
				golden, i+1, len(gots), len(wants), at(gots, i), at(wants, i))
		}
	}
}

func at(lines [][]byte, i int) []byte {
	if i < len(lines) {
		return lines[i]
	}
	return nil
}

// entitiesOf checks the shape of a line of output, and that each entity stands where its offsets say, and returns the
// part that is compared.
func entitiesOf(t *testing.T, text string, line []byte) []byte {
	t.Helper()
	var fields map[string]json.RawMessage
	var part classified
	var entities []struct {
		Kind, Value string
		Start, End  int
	}
	if err := json.Unmarshal(line, &fields); err != nil {
		t.Fatalf("line of %q: %v", text, err)
	}
	for _, key := range lineKeys {
		if _, ok := fields[key]; !ok {
			t.Errorf("line of %q has no %s", text, key)
		}
	}
	if err := json.Unmarshal(line, &part); err != nil {
		t.Fatalf("line of %q: %v", text, err)
	}
	if err := json.Unmarshal(part.Entities, &entities); err != nil {
		t.Fatalf("entities of %q: %v", text, err)
	}
	if part.Text != text || len(fields) != len(lineKeys) {
		t.Errorf("line of %q says %q in %d fields", text, part.Text, len(fields))
	}
	runes := []rune(text)
	for _, e := range entities {
		if e.Start < 0 || e.End > len(runes) || e.Start >= e.End || string(runes[e.Start:e.End]) != e.Value {
			t.Errorf("%q: %s %q is not at %d-%d", text, e.Kind, e.Value, e.Start, e.End)
		}
	}
	out, err := json.Marshal(part)
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}
