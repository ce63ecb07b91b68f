package nlp

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"liveroom/engine/live"
	"liveroom/nlp/chars"
)

func randomLinear(t testing.TB, buckets, width int) *Linear {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	file := []byte(linearMagic)
	file = binary.LittleEndian.AppendUint32(file, uint32(buckets))
	file = binary.LittleEndian.AppendUint32(file, uint32(width))
	for range 2 * width {
		file = binary.LittleEndian.AppendUint32(file, math.Float32bits(r.Float32()))
	}
	for range buckets * width {
		file = append(file, byte(r.Uint32()))
	}
	l, err := NewLinear(file)
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
	for c := range l.width {
		total := 0
		for index := range seen {
			total += int(l.weights[int(index)*l.width+c])
		}
		x := l.bias[c] + l.scale[c]*float32(total)*float32(1/math.Sqrt(float64(len(seen))))
		switch {
		case c < live.Intents:
			out.Intent[c] = x
		case c < classes:
			out.Emotion[c-live.Intents] = x
		default:
			out.Sentiment[c-classes] = x
		}
	}
	return out
}

func TestLinearByTheBook(t *testing.T) {
	for _, width := range []int{classes, wideClasses} {
		l := randomLinear(t, 1<<12, width)
		if l.Sentiments() != (width == wideClasses) {
			t.Errorf("Sentiments of %d classes = %v", width, l.Sentiments())
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

func TestLinearAllocations(t *testing.T) {
	if racing {
		t.Skip("allocations cannot be counted under the race detector")
	}
	l := randomLinear(t, 1<<12, wideClasses)
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
	l := randomLinear(f, 1<<8, wideClasses)
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
	l := randomLinear(b, 1<<16, wideClasses)
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
