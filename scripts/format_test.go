package scripts

import (
	"os"
	"strings"
	"testing"

	"liveroom/scripts/phrase"
)

// TestFormatNamesEveryWord holds the document against the dictionary.
func TestFormatNamesEveryWord(t *testing.T) {
	file, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(file)
	var words []string
	words = append(words, phrase.NeedNames()...)
	words = append(words, conditionNames[:]...)
	for _, v := range phrase.Variables() {
		words = append(words, "."+v)
	}
	for _, w := range words {
		if !strings.Contains(text, "`"+w+"`") && !strings.Contains(text, "{{if "+w+"}}") {
			t.Errorf("FORMAT.md does not name %s", w)
		}
	}
	for _, topic := range topics {
		if !strings.Contains(text, string(topic)) {
			t.Errorf("FORMAT.md does not name topic %s", topic)
		}
	}
}

// TestFormatExampleLoads loads the script in the document.
func TestFormatExampleLoads(t *testing.T) {
	file, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(file), "```yaml\n")
	example, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("FORMAT.md has no example")
	}
	if err := Check(Config{Dir: bundleDir(t, map[string]string{"stock.yaml": example})}); err != nil {
		t.Error(err)
	}
}
