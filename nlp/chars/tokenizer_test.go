package chars

import (
	"strings"
	"testing"
)

func TestEncode(t *testing.T) {
	tokens, err := NewTokenizer("还\n有\n😀\n", Shape{MaxLen: 4, Unknown: 1, Edge: 2})
	if err != nil {
		t.Fatalf("NewTokenizer = %v", err)
	}
	for text, want := range map[string][]int32{
		"": {0, 0, 0, 0}, "还有": {0, 0, 3, 4, 0, 0}, "有😀x": {0, 0, 4, 5, 1, 0, 0}, "还还还还还": {0, 0, 3, 3, 3, 3, 0, 0},
	} {
		got := tokens.Encode(nil, text)
		if len(got) != len(want) {
			t.Errorf("Encode(%q) = %v, want %v", text, got, want)
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("Encode(%q) = %v, want %v", text, got, want)
				break
			}
		}
	}
}

func TestBadVocabulary(t *testing.T) {
	for _, vocab := range []string{"", "还\n还\n", "ab\n", "\xff\n", "还\n\n有\n"} {
		if _, err := NewTokenizer(vocab, Shape{MaxLen: 4, Unknown: 1}); err == nil {
			t.Errorf("NewTokenizer(%q) = nil error, want one", vocab)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	const text = "这件还有货吗什么时候能发"
	tokens, err := NewTokenizer(strings.Join(strings.Split(text, ""), "\n"), Shape{MaxLen: 64, Unknown: 1, Edge: 2})
	if err != nil {
		b.Fatal(err)
	}
	var ids []int32
	b.ReportAllocs()
	for b.Loop() {
		ids = tokens.Encode(ids[:0], text)
	}
}
