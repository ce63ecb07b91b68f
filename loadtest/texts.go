package loadtest

import (
	"bufio"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"liveroom/engine/live"
)

// What a list of texts holds.
const (
	holdsQuestions  = "questions"
	holdsChatter    = "chatter"
	holdsUnlabelled = "unlabelled"
)

// fromLines names texts that stand in the scenario itself.
const fromLines = "lines"

// maxText is the longest text taken from a list, in bytes; longer ones are left out.
const maxText = 1024

//go:embed texts/*.txt
var ownTexts embed.FS

// Places say where texts that do not come with the program are found.
type Places struct {
	// Corpora is the folder of the shared corpora, "" when there is none.
	Corpora string
	// Repositories are folders that may be this project's, where nlp/corpus stands in for the shared corpora.
	Repositories []string
}

// phrase is one text and what is known of it.
type phrase struct {
	text                 string
	question, unlabelled bool
}

// wording draws texts from weighted sources.
type wording struct {
	phrases []phrase // of all sources, one after the other
	pick    dice     // which source
	sources []source
}

type source struct {
	first int
	draw  dice
}

// roll returns the place of a text in phrases.
func (w *wording) roll(r *rand.Rand) int {
	s := w.sources[w.pick.roll(r)]
	return s.first + s.draw.roll(r)
}

// library reads text sources and remembers what had to stand in for what.
type library struct {
	places Places
	random *rand.Rand
	notes  []string // what stands in for what
	listed []string // one line a source, for the report
}

// wording reads the sources of one event type.
func (l *library) wording(of live.EventType, from []TextSource) (*wording, error) {
	w := &wording{}
	var weights []float64
	for _, t := range from {
		lines, name, holds, err := l.read(t)
		if err != nil {
			return nil, err
		}
		if t.Vary {
			lines = varied(lines)
		}
		l.random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		w.sources = append(w.sources, source{first: len(w.phrases), draw: newDice(len(lines), t.Draw)})
		for _, text := range lines {
			w.phrases = append(w.phrases, phrase{text, holds != holdsChatter, holds == holdsUnlabelled})
		}
		share := t.Share
		orDefault(&share, 1)
		weights = append(weights, share)
		l.listed = append(l.listed, fmt.Sprintf("%s: %s, %d distinct texts drawn %v, weight %g, counted as %s", of, name, len(lines), t.Draw, share, holds))
	}
	w.pick = weighted(weights)
	return w, nil
}

// read returns the lines of a source, where they came from and what they hold.
func (l *library) read(t TextSource) (lines []string, name, holds string, err error) {
	holds = t.Holds
	switch t.From {
	case holdsQuestions, holdsChatter:
		orDefault(&holds, t.From)
		lines, err = ownLines(t.From)
		return lines, "the generator's own " + t.From, holds, err
	case "service", "danmaku":
		return l.corpus(t.From, holds)
	case fromLines:
		orDefault(&holds, holdsQuestions)
		return slices.Clone(t.Lines), "the scenario's own lines", holds, nil
	}
	orDefault(&holds, holdsUnlabelled)
	f, err := os.Open(t.From)
	if err == nil {
		defer f.Close()
		lines, err = readLines(f)
	}
	if err == nil && len(lines) == 0 {
		err = errors.New("there is no usable line in it")
	}
	if err != nil {
		return nil, "", "", fmt.Errorf("%w: texts from %s: %w", ErrScenario, t.From, err)
	}
	return lines, filepath.Base(t.From), holds, nil
}

func ownLines(name string) ([]string, error) {
	f, err := ownTexts.Open("texts/" + name + ".txt")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readLines(f)
}

// corpus reads a list of the shared corpora or, where they are not, what stands in for it: the project's own corpus, then
// the generator's own texts.
func (l *library) corpus(name, holds string) ([]string, string, string, error) {
	if l.places.Corpora != "" {
		f, err := os.Open(filepath.Join(l.places.Corpora, "unlabelled", name+".txt"))
		if err == nil {
			defer f.Close()
			lines, err := readLines(f)
			if name == "danmaku" {
				orDefault(&holds, holdsChatter)
			}
			orDefault(&holds, holdsUnlabelled)
			return lines, "the shared corpora's " + name, holds, err
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, "", "", fmt.Errorf("texts from %s: %w", name, err)
		}
	}
	wanted := holdsQuestions
	if name == "danmaku" {
		wanted = holdsChatter
	}
	for _, dir := range l.places.Repositories {
		if lines := labelledLines(dir, wanted == holdsQuestions); len(lines) > 0 {
			l.notes = append(l.notes, fmt.Sprintf("the shared corpora are not here (LIVEROOM_CORPORA); the project's own corpus stands in for %s", name))
			return lines, "nlp/corpus " + wanted, wanted, nil
		}
	}
	l.notes = append(l.notes, fmt.Sprintf("neither the shared corpora (LIVEROOM_CORPORA) nor nlp/corpus are here; the generator's own texts stand in for %s", name))
	lines, err := ownLines(wanted)
	return lines, "the generator's own " + wanted, wanted, err
}

// labelledLines returns the lines of dir/nlp/corpus/*.tsv whose intent is a question to the shop, or room noise.
func labelledLines(dir string, questions bool) []string {
	files, _ := filepath.Glob(filepath.Join(dir, "nlp", "corpus", "*.tsv")) // the pattern is well formed
	var all []string
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		rows := bufio.NewScanner(f)
		for rows.Scan() {
			columns := strings.Split(rows.Text(), "\t")
			if len(columns) < 2 || strings.ContainsAny(columns[0], "{}<>[]") { // a pattern with slots is no text
				continue
			}
			intent := live.ParseIntent(columns[1])
			noise := intent == live.IntentChatter || intent == live.IntentPraise
			asks := intent != 0 && intent.Domain() != live.Other
			if (questions && asks || !questions && noise) && usable(columns[0]) {
				all = append(all, columns[0])
			}
		}
		f.Close()
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// readLines returns the distinct usable lines of r in their order.
func readLines(r io.Reader) ([]string, error) {
	var lines []string
	seen := map[string]bool{}
	rows := bufio.NewScanner(r)
	rows.Buffer(nil, 1<<20)
	for rows.Scan() {
		text := strings.TrimSpace(rows.Text())
		if strings.HasPrefix(text, "#") || seen[text] || !usable(text) {
			continue
		}
		seen[text] = true
		lines = append(lines, text)
	}
	return lines, rows.Err()
}

func usable(text string) bool {
	return text != "" && len(text) <= maxText && utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// What people put around a question.
var (
	openers = []string{"", "", "请问", "主播", "你好，", "老板", "想问下", "那个", "亲", "家人们"}
	closers = []string{"", "", "？", "呀", "啊", "呢", "??", "，谢谢", "～", "！"}
)

// varied returns every line with every opener and closer.
func varied(lines []string) []string {
	seen := map[string]bool{}
	var all []string
	for _, line := range lines {
		for _, o := range openers {
			for _, c := range closers {
				if text := o + line + c; !seen[text] {
					seen[text] = true
					all = append(all, text)
				}
			}
		}
	}
	return all
}
