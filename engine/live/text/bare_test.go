package text

import (
	"math"
	"slices"
	"testing"
)

func TestBare(t *testing.T) {
	for s, want := range map[string]string{
		"":                      "",
		"还有货吗？":                 "还有货吗",
		"ＸＬ码 还有吗…":              "xl码还有吗",
		"３号链接，Red 🌹 【秒杀】":       "3号链接red秒杀",
		"é vs e\u0301":          "évsé",
		"①号①":                   "1号1",
		"ｶﾞ":                    "ガ",
		"!?。、":                  "",
		"K\u212a":               "kk", // the Kelvin sign
		"\xff好":                 "好",
		"一\u20e3\u200d二\ufe0f3": "一二3",
	} {
		if got := string(Bare(nil, "e\u0301", 1)); got != "é" {
			t.Errorf("Bare = %q, cut before a mark that joins", got)
		}
		if got := string(Bare(nil, s, math.MaxInt)); got != want {
			t.Errorf("Bare(%q) = %q, want %q", s, got, want)
		}
	}
	if got := string(Bare(nil, "e\u0301", 1)); got != "é" {
		t.Errorf("Bare = %q, cut before a mark that joins", got)
	}
	if got := string(Bare([]rune("前"), "一二三四五", 3)); got != "前一二三" {
		t.Errorf("Bare = %q", got)
	}
}

// FuzzBare holds the quick way against the other.
func FuzzBare(f *testing.F) {
	f.Add("ＸＬ码 还有吗…🌹", 3)
	f.Add("e\u0301", 1)
	f.Fuzz(func(t *testing.T, s string, most int) {
		if most < 0 {
			most = -most & 0xff
		}
		got, want := Bare(nil, s, most), bareOf(nil, s, most)
		if !slices.Equal(got, want) {
			t.Fatalf("Bare(%q, %d) = %q, want %q", s, most, string(got), string(want))
		}
	})
}

func BenchmarkBare(b *testing.B) {
	var dst []rune
	b.ReportAllocs()
	for b.Loop() {
		dst = Bare(dst[:0], "3号链接的XL码还有货吗？", math.MaxInt)
	}
}
