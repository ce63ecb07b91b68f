package privacy_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liveroom/engine/privacy"
)

const (
	corporaEnv = "LIVEROOM_CORPORA"
	mostFalse  = 0.01
)

// TestOrdinaryLines counts the real lines without personal data of which something is masked.
func TestOrdinaryLines(t *testing.T) {
	root := os.Getenv(corporaEnv)
	if root == "" {
		t.Skipf("%s is not set: no real lines to read", corporaEnv)
	}
	for _, name := range []string{"service.txt", "danmaku.txt"} {
		f, err := os.Open(filepath.Join(root, "unlabelled", name))
		if err != nil {
			t.Fatal(err)
		}
		lines, masked, kinds := 0, 0, map[privacy.Kind]int{}
		for rows := bufio.NewScanner(f); rows.Scan(); {
			lines++
			_, found := privacy.Mask(rows.Text())
			for _, s := range found {
				kinds[s.Kind]++
				if s.Value == "" {
					t.Errorf("%s, line %d: a span without a value", name, lines)
				}
			}
			if len(found) > 0 {
				masked++
			}
		}
		f.Close()
		t.Logf("%s: %d of %d lines have something masked, %.3f %%: %v", name, masked, lines, share(masked, lines), kinds)
		if lines < 1000 || share(masked, lines) > 100*mostFalse {
			t.Errorf("%s: %.2f %% of %d lines masked, want at most %.0f %%", name, share(masked, lines), lines, 100*mostFalse)
		}
	}
}

// TestOwnCorpus does the same for the lines our authors wrote, which have their figures still: prices, sizes, dates.
// A few of them name a person or a place to send to.
func TestOwnCorpus(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "nlp", "corpus", "*.tsv"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus beside us: %v", err)
	}
	lines, masked := 0, 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for row := range strings.Lines(string(content)) {
			text, _, _ := strings.Cut(row, "\t")
			lines++
			if shown, found := privacy.Mask(text); found != nil {
				masked++
				if masked <= 20 {
					t.Logf("%s: %q", filepath.Base(file), shown)
				}
			}
		}
	}
	t.Logf("%d of %d lines have something masked, %.3f %%", masked, lines, share(masked, lines))
	if share(masked, lines) > 100*mostFalse {
		t.Errorf("%.2f %% of %d lines masked, want at most %.0f %%", share(masked, lines), lines, 100*mostFalse)
	}
}
