package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"liveroom/engine/live"
)

// line is a text and what it means; what is not labelled is 0.
type line struct {
	text      string
	intent    live.Intent
	emotion   live.Emotion
	sentiment live.Sentiment
	clear     bool // can be judged without its context
}

// heldOutBelow is the rule of the shared corpora: a text whose hash starts with a smaller byte is for testing.
const heldOutBelow = 51

func heldOut(text string) bool { return sha256.Sum256([]byte(text))[0] < heldOutBelow }

// slotSeed fills the slots of our test, the same at every run.
const slotSeed = 20260101

// table is a file of tab-separated cells under a line of names.
type table struct {
	path  string
	names []string
	rows  [][]string // each as long as names
}

// readTable reads a table. The last cell of a row takes what is left of it. Errors name lines by number, never by text.
func readTable(path string) (*table, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read table: %w", err)
	}
	lines := strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
	t := &table{path: path, names: strings.Split(lines[0], "\t")}
	for n, row := range lines[1:] {
		if row == "" {
			continue
		}
		cells := strings.SplitN(row, "\t", len(t.names))
		if len(cells) != len(t.names) {
			return nil, fmt.Errorf("read table %s: line %d has %d cells, want %d", path, n+2, len(cells), len(t.names))
		}
		t.rows = append(t.rows, cells)
	}
	return t, nil
}

// column returns the place of a name.
func (t *table) column(name string) (int, error) {
	for i, n := range t.names {
		if n == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("table %s has no column %s", t.path, name)
}

// columns returns the places of several names.
func (t *table) columns(names ...string) ([]int, error) {
	var at []int
	var bad []error
	for _, name := range names {
		i, err := t.column(name)
		at, bad = append(at, i), append(bad, err)
	}
	return at, errors.Join(bad...)
}

// labelled returns the rows of a table with our labels that pass keep. clear may be missing.
func (t *table) labelled(keep func(text string) bool) ([]line, error) {
	at, err := t.columns("text", "intent", "emotion", "sentiment")
	if err != nil {
		return nil, err
	}
	clear, err := t.column("clear")
	if err != nil {
		clear = -1
	}
	var lines []line
	for n, row := range t.rows {
		if !keep(row[at[0]]) {
			continue
		}
		l := line{
			text: row[at[0]], intent: live.ParseIntent(row[at[1]]), emotion: live.ParseEmotion(row[at[2]]),
			sentiment: live.ParseSentiment(row[at[3]]), clear: clear < 0 || row[clear] == "1",
		}
		if l.intent == 0 || l.emotion == 0 || l.sentiment == 0 {
			return nil, fmt.Errorf("table %s: row %d has a label that is not ours", t.path, n+1)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// ownTest reads our test after holding it against the hash under which it was frozen, and fills its slots.
func ownTest(corpus string) ([]line, error) {
	path := filepath.Join(corpus, "test.tsv")
	if err := checkFrozen(corpus, "test.tsv"); err != nil {
		return nil, err
	}
	t, err := readTable(path)
	if err != nil {
		return nil, err
	}
	lines, err := t.labelled(func(string) bool { return true })
	if err != nil {
		return nil, err
	}
	slots, err := readSlots(filepath.Join(corpus, "slots"))
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(slotSeed, 0))
	for i := range lines {
		if lines[i].text, err = fill(lines[i].text, slots, random); err != nil {
			return nil, fmt.Errorf("test row %d: %w", i+1, err)
		}
	}
	return lines, nil
}

func checkFrozen(corpus, name string) error {
	raw, err := os.ReadFile(filepath.Join(corpus, "frozen.json"))
	if err != nil {
		return fmt.Errorf("read frozen hashes: %w", err)
	}
	var want map[string]string
	if err := json.Unmarshal(raw, &want); err != nil {
		return fmt.Errorf("read frozen hashes: %w", err)
	}
	file, err := os.ReadFile(filepath.Join(corpus, name))
	if err != nil {
		return fmt.Errorf("read frozen file: %w", err)
	}
	if sum := sha256.Sum256(file); hex.EncodeToString(sum[:]) != want[name] {
		return fmt.Errorf("%s has changed since it was frozen", name)
	}
	return nil
}

// readSlots returns the values of every slot by its name.
func readSlots(dir string) (map[string][]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, fmt.Errorf("list slots: %w", err)
	}
	slots := map[string][]string{}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read slots: %w", err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		slots[name] = strings.Split(strings.TrimSpace(string(raw)), "\n")
	}
	return slots, nil
}

var slot = regexp.MustCompile(`\{([a-z]+)\}`)

// fill puts a value into every slot of a text.
func fill(text string, slots map[string][]string, random *rand.Rand) (string, error) {
	var missing error
	out := slot.ReplaceAllStringFunc(text, func(found string) string {
		values := slots[found[1:len(found)-1]]
		if len(values) == 0 {
			missing = fmt.Errorf("no values for slot %s", found)
			return found
		}
		return values[random.IntN(len(values))]
	})
	return out, missing
}

// shared is the held-out fifth of the shared corpora.
type shared struct {
	real    []line
	danmaku []string
	scope   []string // what people say to an assistant
	reviews []line   // with a sentiment alone, positive or negative
}

// readShared reads the held-out fifth; nil when root is "".
func readShared(root string) (*shared, error) {
	if root == "" {
		return nil, nil
	}
	t, err := readTable(filepath.Join(root, "intents", "real_intents.tsv"))
	if err != nil {
		return nil, err
	}
	s := &shared{}
	if s.real, err = t.labelled(heldOut); err != nil {
		return nil, err
	}
	if s.danmaku, err = readTexts(filepath.Join(root, "unlabelled", "danmaku.txt")); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(root, "out_of_scope", "*.tsv"))
	if err != nil {
		return nil, fmt.Errorf("list texts out of scope: %w", err)
	}
	for _, path := range files {
		texts, err := readColumn(path)
		if err != nil {
			return nil, err
		}
		s.scope = append(s.scope, texts...)
	}
	s.reviews, err = readReviews(filepath.Join(root, "sentiment", "online_shopping_10_cats.tsv"))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return s, err
}

// readTexts returns the held-out lines of a file of texts.
func readTexts(path string) (texts []string, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read texts: %w", err)
	}
	for text := range strings.SplitSeq(string(raw), "\n") {
		if text != "" && heldOut(text) {
			texts = append(texts, text)
		}
	}
	return texts, nil
}

// readColumn returns the held-out texts of a table.
func readColumn(path string) (texts []string, err error) {
	t, err := readTable(path)
	if err != nil {
		return nil, err
	}
	at, err := t.column("text")
	if err != nil {
		return nil, err
	}
	for _, row := range t.rows {
		if heldOut(row[at]) {
			texts = append(texts, row[at])
		}
	}
	return texts, nil
}

// readReviews returns the held-out reviews, whose label is 1 for positive and 0 for negative.
func readReviews(path string) (lines []line, err error) {
	t, err := readTable(path)
	if err != nil {
		return nil, err
	}
	at, err := t.columns("label(1=pos,0=neg)", "text")
	if err != nil {
		return nil, err
	}
	labels := map[string]live.Sentiment{"1": live.Positive, "0": live.Negative}
	for _, row := range t.rows {
		if s := labels[row[at[0]]]; s != 0 && heldOut(row[at[1]]) {
			lines = append(lines, line{text: row[at[1]], sentiment: s})
		}
	}
	return lines, nil
}
