package nlp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"liveroom/engine/live"
	"liveroom/nlp/chars"
)

// linearFile returns a model of random weights, which tells sentiment from a table of its own unless that has no buckets.
func linearFile(buckets, stances int) []byte {
	r := rand.New(rand.NewPCG(3, 4))
	file := []byte(linearMagic)
	width, wide := classes, 0
	if stances > 0 {
		width, wide = allClasses, live.Sentiments
	}
	for _, n := range []int{buckets, classes, stances, wide} {
		file = binary.LittleEndian.AppendUint32(file, uint32(n))
	}
	for range 2 * width {
		file = binary.LittleEndian.AppendUint32(file, math.Float32bits(r.Float32()))
	}
	for range buckets*classes + stances*wide {
		file = append(file, byte(r.Uint32()))
	}
	return file
}

func randomLinear(t testing.TB, buckets, stances int) *Linear {
	t.Helper()
	l, err := NewLinear(linearFile(buckets, stances))
	if err != nil {
		t.Fatalf("NewLinear = %v", err)
	}
	return l
}

// plainScore is Score by the book, the judge of the tuned one.
func plainScore(l *Linear, text string) (out Scores) {
	runes := append(append([]rune{boundary}, []rune(text)...), boundary)
	seen := map[uint32]bool{}
	for n := 1; n <= gramMax; n++ {
		for i := 0; i+n <= len(runes); i++ {
			gram := string(runes[i : i+n])
			if gram == string(rune(boundary)) {
				continue
			}
			h := fnv.New64a()
			h.Write([]byte(gram))
			sum := h.Sum64()
			seen[uint32(sum^sum>>32)&l.mask] = true
		}
	}
	logit := func(table []int8, width, class, at int) float32 {
		total := 0
		for index := range seen {
			total += int(table[int(index)%(len(table)/width)*width+class])
		}
		return l.bias[at] + l.scale[at]*float32(total)*float32(1/math.Sqrt(float64(len(seen))))
	}
	for c := range out.Intent {
		out.Intent[c] = logit(l.weights, classes, c, c)
	}
	for c := range out.Emotion {
		out.Emotion[c] = logit(l.weights, classes, live.Intents+c, live.Intents+c)
	}
	if l.Sentiments() {
		for c := range out.Sentiment {
			out.Sentiment[c] = logit(l.stance, live.Sentiments, c, classes+c)
		}
	}
	return out
}

func TestLinearByTheBook(t *testing.T) {
	for _, stances := range []int{0, 1 << 8, 1 << 14} {
		l := randomLinear(t, 1<<12, stances)
		if l.Sentiments() != (stances > 0) {
			t.Errorf("Sentiments of %d buckets = %v", stances, l.Sentiments())
		}
		for _, text := range []string{"", "a", "好好好", "这件还有货吗", strings.Repeat("长文本x", 400), "😀\ufffd", "ab ab ab"} {
			var got Scores
			l.Score(text, &got)
			if want := plainScore(l, text); got != want {
				t.Errorf("Score(%.20q) = %v, want %v", text, got, want)
			}
		}
	}
}

// TestNewLinearRefuses changes a good file in one place after the other.
func TestNewLinearRefuses(t *testing.T) {
	good := linearFile(8, 16)
	if _, err := NewLinear(good); err != nil {
		t.Fatalf("NewLinear = %v", err)
	}
	set := func(at int, n uint32) func([]byte) []byte {
		return func(file []byte) []byte {
			binary.LittleEndian.PutUint32(file[at:], n)
			return file
		}
	}
	const head = len(linearMagic)
	for name, change := range map[string]func([]byte) []byte{
		"nothing":             func([]byte) []byte { return nil },
		"the first version":   func(file []byte) []byte { file[5] = '1'; return file },
		"a head alone":        func(file []byte) []byte { return file[:head+16] },
		"cut":                 func(file []byte) []byte { return file[:len(file)-1] },
		"too long":            func(file []byte) []byte { return append(file, 0) },
		"no buckets":          set(head, 0),
		"seven buckets":       set(head, 7),
		"too many buckets":    set(head, 1<<31),
		"a class too few":     set(head+4, uint32(live.Intents)),
		"no stance's buckets": set(head+8, 0),
		"stance's buckets":    set(head+8, 12),
		"stance's classes":    set(head+12, 2),
		"a scale of NaN":      set(head+16, math.Float32bits(float32(math.NaN()))),
		"an infinite bias":    set(head+16+4*allClasses, math.Float32bits(float32(math.Inf(1)))),
	} {
		if l, err := NewLinear(change(bytes.Clone(good))); !errors.Is(err, ErrBadModel) {
			t.Errorf("%s: NewLinear = %v, %v, want ErrBadModel", name, l, err)
		}
	}
}

func TestLinearAllocations(t *testing.T) {
	if racing {
		t.Skip("allocations cannot be counted under the race detector")
	}
	l := randomLinear(t, 1<<12, 1<<14)
	var out Scores
	if n := testing.AllocsPerRun(100, func() { l.Score("这件还有货吗", &out) }); n > 0 {
		t.Errorf("Score allocates %v times, want 0", n)
	}
}

func FuzzRead(f *testing.F) {
	m, cases := openShipped(f)
	for i := range cases[:20] {
		f.Add(cases[i].Text)
	}
	l := randomLinear(f, 1<<8, 1<<10)
	f.Fuzz(func(t *testing.T, s string) {
		text := chars.Normalize(clip(s, MaxRunes))
		ids := m.tokens.Encode(nil, text)
		if len(ids) < 4 || len(ids) > 68 {
			t.Fatalf("Encode(%q) = %d ids, want 4 to 68", text, len(ids))
		}
		for _, id := range ids {
			if id < 0 || int(id) >= m.tokens.Size() {
				t.Fatalf("Encode(%q) has id %d, want below %d", text, id, m.tokens.Size())
			}
		}
		var got Scores
		l.Score(text, &got)
		if want := plainScore(l, text); got != want {
			t.Fatalf("Score(%q) = %v, want %v", text, got, want)
		}
	})
}

func BenchmarkLinear(b *testing.B) {
	l := randomLinear(b, 1<<16, 1<<18)
	var out Scores
	b.ReportAllocs()
	for b.Loop() {
		l.Score("这件还有货吗什么时候能发", &out)
	}
}

func BenchmarkJudge(b *testing.B) {
	m, cases := openShipped(b)
	var trained, linear Scores
	copy(trained.Intent[:], cases[0].Intent)
	copy(linear.Intent[:], cases[0].LinearIntent)
	var r live.Reading
	b.ReportAllocs()
	for b.Loop() {
		m.judge(&trained, nil, &linear, &r)
	}
}
