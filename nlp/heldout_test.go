package nlp_test

import (
	"bufio"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liveroom/engine/live"
	"liveroom/nlp"
)

const (
	corporaEnv = "LIVEROOM_CORPORA"
	// heldOutBelow is the split of the shared corpora: a line whose hash starts with a smaller byte is never trained on.
	heldOutBelow = 51
	leastCorrect = 0.75
)

// realLine is one labelled line of the corpora.
type realLine struct {
	intent live.Intent
	clear  bool
	text   string
}

// heldOut reads the held-out lines of a labelled file with the columns id, source, intent, emotion, sentiment, clear, text.
func heldOut(t *testing.T, path string) (lines []realLine) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := bufio.NewScanner(f)
	rows.Scan() // the names of the columns
	for rows.Scan() {
		cells := strings.SplitN(rows.Text(), "\t", 7)
		if len(cells) < 7 {
			t.Fatalf("%s: a row of %d columns, want 7", path, len(cells))
		}
		if sum := sha256.Sum256([]byte(cells[6])); sum[0] >= heldOutBelow {
			continue
		}
		lines = append(lines, realLine{live.ParseIntent(cells[2]), cells[5] == "1", cells[6]})
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// asJudged makes chatter and unknown one label, as the taxonomy has it.
func asJudged(i live.Intent) live.Intent {
	if i == live.IntentChatter {
		return live.IntentUnknown
	}
	return i
}

// TestHeldOutLines reads the held-out fifth of the real lines through everything that serves: it prints the accuracy
// and fails where the model is no longer one.
func TestHeldOutLines(t *testing.T) {
	root := os.Getenv(corporaEnv)
	if root == "" {
		t.Skipf("%s is not set: no real lines to read", corporaEnv)
	}
	lines := heldOut(t, filepath.Join(root, "intents", "real_intents.tsv"))
	if len(lines) < 100 {
		t.Fatalf("%d held-out lines, want hundreds", len(lines))
	}
	r := startShipped(t, nil)
	var all, clear, right, rightClear int
	for _, line := range lines {
		got := r.ask(nlp.Query{Text: line.text})
		if got.DecidedBy != live.DecidedByModel && got.DecidedBy != live.DecidedByRules {
			t.Fatalf("a line was read by %v, want the model", got.DecidedBy)
		}
		hit := 0
		if asJudged(got.Intent) == asJudged(line.intent) {
			hit = 1
		}
		all++
		right += hit
		if line.clear {
			clear++
			rightClear += hit
		}
	}
	share := func(right, of int) float64 { return 100 * float64(right) / float64(max(of, 1)) }
	t.Logf("held-out real lines, model %s: intent %.1f %% of %d, %.1f %% of the %d clear ones",
		r.Status().Model, share(right, all), all, share(rightClear, clear), clear)
	if share(right, all) < 100*leastCorrect {
		t.Errorf("intent accuracy is %.1f %%, want at least %.0f %%", share(right, all), 100*leastCorrect)
	}
}
