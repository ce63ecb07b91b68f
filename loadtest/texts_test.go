package loadtest

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liveroom/engine/live"
)

func newLibrary(p Places) *library {
	return &library{places: p, random: rand.New(rand.NewPCG(1, 1))}
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOwnTexts(t *testing.T) {
	for name, least := range map[string]int{holdsQuestions: 90, holdsChatter: 40} {
		lines, err := ownLines(name)
		if err != nil || len(lines) < least {
			t.Errorf("own %s: %d lines, %v; want at least %d", name, len(lines), err, least)
		}
		if more := varied(lines); len(more) < 10*len(lines) {
			t.Errorf("own %s varied: %d, want at least ten times %d", name, len(more), len(lines))
		}
	}
}

func TestCorpusAndItsStandIns(t *testing.T) {
	corpora, repository := t.TempDir(), t.TempDir()
	write(t, corpora, "unlabelled/service.txt", "问一\n\n问二\n问一\n坏\x01行\n")
	write(t, corpora, "unlabelled/danmaku.txt", "弹幕\n")
	write(t, repository, "nlp/corpus/a.tsv", "text\tintent\n有吗\tstock\t\n来了\tchatter\n{product}有吗\tstock\n股市\tunknown\n")
	tests := []struct {
		places     Places
		from       string
		texts      int
		question   bool
		unlabelled bool
		notes      int
	}{
		{Places{Corpora: corpora}, "service", 2, true, true, 0},
		{Places{Corpora: corpora}, "danmaku", 1, false, false, 0},
		{Places{Repositories: []string{t.TempDir(), repository}}, "service", 1, true, false, 1},
		{Places{Corpora: t.TempDir(), Repositories: []string{repository}}, "danmaku", 1, false, false, 1},
		{Places{}, "service", 90, true, false, 1},
	}
	for _, tt := range tests {
		l := newLibrary(tt.places)
		w, err := l.wording(live.Message, []TextSource{{From: tt.from}})
		if err != nil {
			t.Errorf("%s from %+v: %v", tt.from, tt.places, err)
			continue
		}
		p := w.phrases[w.roll(l.random)]
		if len(w.phrases) < tt.texts || p.question != tt.question || p.unlabelled != tt.unlabelled || len(l.notes) != tt.notes {
			t.Errorf("%s from %+v: %d texts, %+v, notes %v", tt.from, tt.places, len(w.phrases), p, l.notes)
		}
	}
}

func TestTextsFromFile(t *testing.T) {
	l := newLibrary(Places{})
	if _, err := l.wording(live.Message, []TextSource{{From: "/nowhere.txt"}}); !errors.Is(err, ErrScenario) {
		t.Errorf("texts from a missing file = %v, want ErrScenario", err)
	}
	empty := write(t, t.TempDir(), "empty.txt", "# nothing\n\n")
	if _, err := l.wording(live.Message, []TextSource{{From: empty}}); !errors.Is(err, ErrScenario) {
		t.Errorf("texts from an empty file = %v, want ErrScenario", err)
	}
}

func TestZipf(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	d := newDice(100, Draw{By: "zipf", Skew: 1})
	var hits [100]int
	for range 100_000 {
		hits[d.roll(r)]++
	}
	// The i-th weighs 1/i: the first comes ten times as often as the tenth.
	if ratio := float64(hits[0]) / float64(hits[9]); ratio < 8 || ratio > 12 {
		t.Errorf("the first came %.1f times as often as the tenth, want about 10", ratio)
	}
	if hits[99] == 0 {
		t.Error("the last never came")
	}
	single := weighted([]float64{0, 1, 0})
	for range 100 {
		if got := single.roll(r); got != 1 {
			t.Fatalf("rolled %d of weights 0, 1, 0", got)
		}
	}
}

func TestRoomLog(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "live_room_log/other_events.tsv", "time\ttype\ttext\n"+strings.Repeat("12:00:01\tmember\tx\n", 6)+"12:00:25\tlike\tx\n12:00:26\tfansclub\tx\n")
	write(t, dir, "live_room_log/comments.tsv", "time\ttext\n12:00:02\tx\n")
	write(t, dir, "live_room_log/gifts.tsv", "time\ttext\n")
	log, err := readRoomLog(dir)
	if err != nil {
		t.Fatal(err)
	}
	if log.mix != (Mix{Comment: 1, Enter: 6, Like: 1}) {
		t.Errorf("mix %+v, want 6 enters, a like and a comment", log.mix)
	}
	if len(log.shape) != 3 || log.shape[1] != 0 || log.shape[0]/log.shape[2] < 6 {
		t.Errorf("shape %v, want three slots, the middle one empty, the first seven times the last", log.shape)
	}
	sum := 0.0
	for _, x := range log.shape {
		sum += x
	}
	if sum < 2.999 || sum > 3.001 {
		t.Errorf("the shape's mean is %g, want 1", sum/3)
	}
	mix := Mix{Message: 2, Enter: 4, Gift: 4}.withLog(log.mix)
	if mix != (Mix{Message: 2, Comment: 1, Enter: 6, Like: 1}) {
		t.Errorf("mix with the log %+v, want messages as they were and 8 parts as the log has them", mix)
	}
	if _, err := readRoomLog(t.TempDir()); err == nil {
		t.Error("no log was read without an error")
	}
}

func TestFigureIn(t *testing.T) {
	tests := map[string]int32{
		"亲，3号链接还剩 200005 件": 200005, "还剩200005件，到手价129元": 200005, "没有了": 0, "3号还剩 5 件": 0, "": 0,
		"订单99999999999999": 0, "6xl 200001": 200001,
	}
	for text, want := range tests {
		if got := figureIn(text); got != want {
			t.Errorf("figureIn(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestFirstObject(t *testing.T) {
	tests := []struct{ payload, one, rest string }{
		{`{"a":1}`, `{"a":1}`, ``},
		{`[{"a":"}"},{"b":"\"{"}]`, `{"a":"}"}`, `,{"b":"\"{"}]`},
		{`,{"b":{"c":2}}]`, `{"b":{"c":2}}`, `]`},
		{`]`, ``, ``},
		{` [ ]`, ``, ``},
		{`oops`, `oops`, ``},
	}
	for _, tt := range tests {
		one, rest := firstObject([]byte(tt.payload))
		if string(one) != tt.one || string(rest) != tt.rest {
			t.Errorf("firstObject(%s) = %s, %s; want %s, %s", tt.payload, one, rest, tt.one, tt.rest)
		}
	}
}

func FuzzFirstObject(f *testing.F) {
	f.Add([]byte(`[{"a":"}"},{"b":"\"{"}]`))
	f.Fuzz(func(t *testing.T, p []byte) {
		for {
			one, rest := firstObject(p)
			if one == nil {
				return
			}
			if len(one) == 0 || len(rest) >= len(p) {
				t.Fatalf("firstObject(%q) makes no progress", p)
			}
			p = rest
		}
	})
}
