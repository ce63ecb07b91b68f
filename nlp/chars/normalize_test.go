package chars

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// plainNormalize is Normalize step by step, the judge of the tuned one.
func plainNormalize(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(s) {
		if c := plain(r); c != dropped {
			b.WriteRune(c)
		}
	}
	s = b.String()
	b.Reset()
	for i := 0; i < len(s); {
		end := i
		for end < len(s) && digit(rune(s[end])) {
			end++
		}
		switch {
		case end-i >= digitRun:
			b.WriteString("00000")
		case end > i:
			b.WriteString(s[i:end])
		default:
			_, end = utf8.DecodeRuneInString(s[i:])
			end += i
			b.WriteString(s[i:end])
		}
		i = end
	}
	s = b.String()
	b.Reset()
	var last rune = -1
	run := 0
	for _, r := range s {
		if r != last {
			last, run = r, 0
		}
		if run++; run <= repeatCap {
			b.WriteRune(r)
		}
	}
	var words []string
	for w := range strings.SplitSeq(b.String(), " ") {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}

func TestNormalize(t *testing.T) {
	for in, want := range map[string]string{
		"":             "",
		"还有货吗":         "还有货吗",
		"ＸＬ码　还有吗？":     "xl码 还有吗?",
		"  A  b\t\nC ": "a b c",
		"好好好好好好":       "好好好",
		"订单12345678":   "订单000",
		"1234":         "1234",
		"电话１３８００１３８０００": "电话000",
		"3️⃣号":                 "3\u20e3号",
		"a\u200bb\u200d\ufeff": "ab",
		"İ":                    "İ",
		"①":                    "1",
		"㎏":                    "kg",
		"e\u0301":              "é",
		"\xff好":                "\ufffd好",
		"……":                   "...",
		"0000":                 "000",
		"\u0085a\u2003b":       "a b",
		"\x1ca":                "a",
	} {
		if got := Normalize(in); got != want {
			t.Errorf("Normalize(%q) = %q, want %q", in, got, want)
		}
		if got := plainNormalize(in); got != want {
			t.Errorf("plainNormalize(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestSimpleRunes holds the shortcut against the full way for every rune that takes it.
func TestSimpleRunes(t *testing.T) {
	n := 0
	for r := rune(0); r <= utf8.MaxRune; r++ {
		got, ok := simple(r)
		if !ok {
			continue
		}
		n++
		want := []rune(norm.NFKC.String(string(r)))
		if len(want) != 1 || plain(want[0]) != got {
			t.Errorf("simple(%U) = %U, want %U", r, got, want)
		}
		if p := norm.NFKC.PropertiesString(string(r)); !p.BoundaryBefore() {
			t.Errorf("%U may compose with what stands before it", r)
		}
	}
	if n < 20_000 {
		t.Errorf("%d simple runes, want the ideographs among them", n)
	}
}

func TestNormalizeRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	alphabet := []rune("aAＡ19０　 \t\u200d\ufe0f好吗？！。😀①é\u0301İẞΣ가각ｶﾞ‼\u0085\x1c\x00")
	for range 20_000 {
		s := make([]rune, r.IntN(12))
		for i := range s {
			s[i] = alphabet[r.IntN(len(alphabet))]
		}
		if got, want := Normalize(string(s)), plainNormalize(string(s)); got != want {
			t.Fatalf("Normalize(%q) = %q, want %q", string(s), got, want)
		}
	}
}

func TestNormalizeAllocations(t *testing.T) {
	if racing {
		t.Skip("allocations cannot be counted under the race detector")
	}
	for text, most := range map[string]float64{"还有货吗,3号": 0, "还有货吗？XL": 1} {
		if n := testing.AllocsPerRun(100, func() { Normalize(text) }); n > most {
			t.Errorf("Normalize(%q) allocates %v times, want at most %v", text, n, most)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"还有货吗？", "ＸＬ", "e\u0301", "\xff\xfe", "12345 a  b", "İI\u0307", "\u200d\ufe0f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Normalize(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Normalize(%q) = %q is not valid UTF-8", s, got)
		}
		if want := plainNormalize(s); got != want {
			t.Fatalf("Normalize(%q) = %q, want %q", s, got, want)
		}
		// Lower case and dropped runes can leave what composition would change; else the form is final.
		if norm.NFKC.IsNormalString(got) && Normalize(got) != got {
			t.Fatalf("Normalize(%q) = %q is not final: %q", s, got, Normalize(got))
		}
	})
}

func BenchmarkNormalize(b *testing.B) {
	for name, text := range map[string]string{
		"normal": "这件还有货吗什么时候能发", "wide": "这件还有货吗？什么时候能发！", "odd": "这件é还有货吗？ﾌﾟ什么时候能发",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Normalize(text)
			}
		})
	}
}
