package spell

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"
)

// Case is one line with one personal value in it.
type Case struct {
	Kind       string
	Text       string
	Start, End int    // of the value in Text, in characters, half-open
	Value      string // as it was before it was spelled
	Frame      string // the line with {} where the value goes
	Way        string // how it is spelled
}

// Half picks templates of the grammar.
type Half int

// The halves.
const (
	Open    Half = iota // for building a masker
	HeldOut             // for the first figure
	Late                // written when the masker was done, for the final figure
)

// way is one manner of spelling. It must not change what a reader would take the value to be.
type way struct {
	name  string
	spell func(r *rand.Rand, value string) string
}

// kind is one kind of personal data: its values and how a line holds them.
type kind struct {
	name   string
	value  func(r *rand.Rand) string
	frames []string // with {} for the value
	ways   []way
}

// Kinds returns the kinds of the grammar.
func Kinds() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// Templates returns how many frames and ways of a kind belong to a half.
func Templates(name string, half Half) (frames, ways int) {
	f, w := find(name).half(half)
	return len(f), len(w)
}

// Cases returns n different lines of one kind from one half of the grammar, always the same ones for a seed.
func Cases(seed uint64, name string, half Half, n int) []Case {
	k := find(name)
	r := rand.New(rand.NewPCG(seed, uint64(half)))
	frames, ways := k.half(half)
	seen := map[string]bool{}
	var out []Case
	for tries := 0; len(out) < n; tries++ {
		if tries > 100*n {
			panic(fmt.Sprintf("spell: the grammar has no %d different lines of %s", n, name))
		}
		// Frames and ways advance together, so that each is met about as often as any other.
		frame, w := frames[tries%len(frames)], ways[(tries/len(frames)+tries)%len(ways)]
		value := k.value(r)
		c := place(frame, strings.TrimSpace(w.spell(r, value)))
		if seen[c.Text] {
			continue
		}
		seen[c.Text] = true
		c.Kind, c.Value, c.Frame, c.Way = name, value, frame, w.name
		out = append(out, c)
	}
	return out
}

// half returns the frames and ways of one half.
func (k kind) half(half Half) ([]string, []way) {
	if half == Late {
		return lateFrames[k.name], lateWays(k.name)
	}
	return every(k.frames, half), every(k.ways, half)
}

// place puts a spelled value into its frame.
func place(frame, spelled string) Case {
	before, after, ok := strings.Cut(frame, "{}")
	if !ok {
		panic("spell: a frame without {}: " + frame)
	}
	start := utf8.RuneCountInString(before)
	return Case{Text: before + spelled + after, Start: start, End: start + utf8.RuneCountInString(spelled)}
}

func find(name string) kind {
	all := kinds()
	i := slices.IndexFunc(all, func(k kind) bool { return k.name == name })
	if i < 0 {
		panic("spell: no kind " + name)
	}
	return all[i]
}

// every returns the items of a half: every second one.
func every[T any](items []T, half Half) (out []T) {
	for i := int(half); i < len(items); i += 2 {
		out = append(out, items[i])
	}
	return out
}

func pick[T any](r *rand.Rand, items ...T) T { return items[r.IntN(len(items))] }
