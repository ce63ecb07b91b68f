package corpus

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"liveroom/engine/live"
)

// header names the columns every file starts with.
const header = "text\tintent\temotion\tsentiment\tpersona"

// tooClose is the 4-gram Jaccard similarity from which a training line counts as a copy of a frozen one.
const tooClose = 0.7

var (
	slot     = regexp.MustCompile(`\{([a-z]+)\}`)
	personas = map[string]bool{
		"angry": true, "bargain": true, "beauty": true, "boyfriend": true, "buyer": true, "cautious": true, "chat": true, "company": true,
		"dialect": true, "elder": true, "family_man": true, "fan": true, "foodie": true, "foreigner_chinese": true,
		"gadget": true, "gamer": true, "gift": true, "gift_buyer": true, "hesitant_buyer": true, "long_message": true, "man": true, "man_of_few_words": true, "mother": true, "nightowl": true, "offtopic": true, "pet": true, "pet_owner": true, "picky": true,
		"office": true, "phonegeek": true, "pinyin": true, "polite": true, "regular": true, "repeat_buyer": true,
		"reseller": true, "room": true, "room_regular": true, "room_short": true, "rural": true, "slots": true, "timid": true, "shopper": true, "student": true, "typo": true, "wholesale": true,
		"young": true,
		"brief": true, "canto": true, "dongbei": true, "engineer": true, "fewwords": true, "foreigner": true, "grandma": true, "grandpa": true, "groupleader": true, "gym": true, "handwriting": true, "newmom": true, "petowner": true, "plus": true, "sichuan": true, "snackfan": true, "teafan": true, "voice": true,
	}
	frozen = map[string]bool{"dev.tsv": true, "test.tsv": true}
)

type line struct {
	text    string
	intent  live.Intent
	persona string
}

// read returns the lines of every file, by file name, after checking columns and labels.
func read(t *testing.T) map[string][]line {
	t.Helper()
	files, err := filepath.Glob("*.tsv")
	if err != nil || len(files) < 3 {
		t.Fatalf("found %d files, error %v", len(files), err)
	}
	out := map[string][]line{}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		rows := strings.Split(strings.TrimSuffix(string(body), "\n"), "\n")
		if rows[0] != header {
			t.Fatalf("%s: columns %q, want %q", name, rows[0], header)
		}
		for n, row := range rows[1:] {
			out[name] = append(out[name], parse(t, name, n+2, row))
		}
	}
	return out
}

func parse(t *testing.T, name string, n int, row string) line {
	t.Helper()
	f := strings.Split(row, "\t")
	if len(f) != 5 {
		t.Fatalf("%s:%d: %d fields, want 5", name, n, len(f))
	}
	l := line{text: f[0], intent: live.ParseIntent(f[1]), persona: f[4]}
	switch {
	case strings.TrimSpace(l.text) == "":
		t.Errorf("%s:%d: empty text", name, n)
	case l.intent == 0:
		t.Errorf("%s:%d: intent %q is not in the taxonomy", name, n, f[1])
	case live.ParseEmotion(f[2]) == 0:
		t.Errorf("%s:%d: emotion %q is not in the taxonomy", name, n, f[2])
	case f[3] != "positive" && f[3] != "neutral" && f[3] != "negative":
		t.Errorf("%s:%d: sentiment %q is not in the taxonomy", name, n, f[3])
	case !personas[l.persona]:
		t.Errorf("%s:%d: persona %q is not in the datasheet", name, n, l.persona)
	}
	return l
}

// fold drops the differences the model does not see: width, case, runs of spaces.
func fold(text string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(text))), " ")
}

// plain folds a text and masks its slots, so that two lines which differ in a slot only count as equal.
func plain(text string) string {
	return fold(slot.ReplaceAllString(text, "□"))
}

func TestEveryIntentIsWrittenInManyWays(t *testing.T) {
	count, voices := map[live.Intent]int{}, map[live.Intent]map[string]bool{}
	for name, lines := range read(t) {
		if frozen[name] {
			continue
		}
		for _, l := range lines {
			count[l.intent]++
			if voices[l.intent] == nil {
				voices[l.intent] = map[string]bool{}
			}
			voices[l.intent][l.persona] = true
		}
	}
	for i := live.Intent(1); int(i) <= live.Intents; i++ {
		if count[i] < 40 || len(voices[i]) < 4 {
			t.Errorf("%s: %d lines by %d personas, want at least 40 by 4", i, count[i], len(voices[i]))
		}
	}
}

func TestNoLineStandsTwice(t *testing.T) {
	seen := map[string]string{}
	for name, lines := range read(t) {
		for _, l := range lines {
			key := fold(l.text)
			if other, ok := seen[key]; ok {
				t.Errorf("%s: %q stands also in %s", name, l.text, other)
			}
			seen[key] = name
		}
	}
}

func TestSlotsHaveValues(t *testing.T) {
	for name, lines := range read(t) {
		for _, l := range lines {
			for _, m := range slot.FindAllStringSubmatch(l.text, -1) {
				body, err := os.ReadFile(filepath.Join("slots", m[1]+".txt"))
				if err != nil || len(strings.Fields(string(body))) < 10 {
					t.Errorf("%s: %q: slot %s needs a list of at least 10 values (%v)", name, l.text, m[1], err)
				}
			}
		}
	}
}

func TestFrozenSetsAreUnchanged(t *testing.T) {
	body, err := os.ReadFile("frozen.json")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	if err := json.Unmarshal(body, &want); err != nil {
		t.Fatal(err)
	}
	for name := range frozen {
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(got)
		if hex.EncodeToString(sum[:]) != want[name] {
			t.Errorf("%s changed after it was frozen: %x", name, sum)
		}
	}
}

func TestNoTrainingLineIsCloseToAFrozenOne(t *testing.T) {
	var train []string
	var held []string
	for name, lines := range read(t) {
		for _, l := range lines {
			if frozen[name] {
				held = append(held, l.text)
			} else {
				train = append(train, l.text)
			}
		}
	}
	index, grams := map[string][]int{}, make([]map[string]bool, len(train))
	for i, text := range train {
		grams[i] = fourGrams(text)
		for g := range grams[i] {
			index[g] = append(index[g], i)
		}
	}
	for _, text := range held {
		mine, shared := fourGrams(text), map[int]int{}
		for g := range mine {
			for _, i := range index[g] {
				shared[i]++
			}
		}
		for i, n := range shared {
			if float64(n)/float64(len(mine)+len(grams[i])-n) >= tooClose {
				t.Errorf("frozen line %q is too close to training line %q", text, train[i])
			}
		}
	}
}

// fourGrams returns the set of 4-grams of the plain form with a space at both ends; a shorter text is one gram.
func fourGrams(text string) map[string]bool {
	r := []rune(" " + plain(text) + " ")
	if len(r) < 4 {
		return map[string]bool{string(r): true}
	}
	out := map[string]bool{}
	for i := 0; i+4 <= len(r); i++ {
		out[string(r[i:i+4])] = true
	}
	return out
}
