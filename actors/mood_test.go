package actors

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"liveroom/engine/live"
)

// TestMoodReadsTheSession compares sessions, since a score is only worth something beside another.
func TestMoodReadsTheSession(t *testing.T) {
	type line struct {
		at   int64 // seconds
		text string
		e    live.Emotion
	}
	play := func(lines ...line) Mood {
		m, before := moodCalm, new(turns)
		for _, l := range lines {
			m = m.next(l.e, l.text, l.at*1000, before)
			before.add(Turn{At: l.at * 1000, Text: l.text})
		}
		return m
	}
	once := play(line{0, "什么时候发货", live.Calm})
	for name, c := range map[string]struct{ lower, higher Mood }{
		"asked again":           {play(line{0, "什么时候发货", live.Calm}, line{60, "什么时候发货啊", live.Calm}), once},
		"asked a third time":    {play(line{0, "什么时候发货", live.Calm}, line{60, "什么时候发货啊", live.Calm}, line{120, "到底什么时候发货", live.Calm}), play(line{0, "什么时候发货", live.Calm}, line{60, "什么时候发货啊", live.Calm})},
		"shouted":               {play(line{0, "什么时候发货！！！", live.Calm}), once},
		"marks are marks":       {play(line{0, "什么时候发货？？?", live.Calm}), once},
		"read as impatient":     {play(line{0, "什么时候发货", live.Impatient}), once},
		"read as satisfied":     {once, play(line{0, "收到啦", live.Satisfied})},
		"faster and faster":     {play(line{0, "在吗", live.Calm}, line{60, "人呢", live.Calm}, line{64, "发什么快递", live.Calm}), play(line{0, "在吗", live.Calm}, line{60, "人呢", live.Calm}, line{120, "发什么快递", live.Calm})},
		"satisfied by shouting": {once, play(line{0, "太好看了！！！", live.Satisfied})},
	} {
		if c.lower >= c.higher {
			t.Errorf("%s: %.2f is not below %.2f", name, c.lower, c.higher)
		}
	}
	if again := play(line{0, "什么时候发货", live.Calm}, line{600, "什么时候发货", live.Calm}); again != once {
		t.Errorf("the same question ten minutes later moved the mood to %.2f, want %.2f", again, once)
	}
	if other := play(line{0, "什么时候发货", live.Calm}, line{60, "有红色的吗", live.Calm}); other != once {
		t.Errorf("another question moved the mood to %.2f, want %.2f", other, once)
	}
	furious := make([]line, 20)
	for i := range furious {
		furious[i] = line{int64(i), "退钱！！！", live.Impatient}
	}
	if m := play(furious...); m < 1 || m > 1.3 {
		t.Errorf("twenty angry lines come to %.2f, want about 1 and never below", m)
	}
	if m := moodCalm.next(live.Calm, strings.Repeat("长", 10_000), 0, new(turns)); m != moodCalm {
		t.Errorf("a long text moved the mood to %.2f", m)
	}
}

func TestDiffer(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"", "", 1}, {"a", "", 1}, {"发货", "发货", 0}, {"什么时候发货", "什么时候发货啊", 1.0 / 7}, {"abc", "xyz", 1},
	} {
		if got := differ([]rune(c.a), []rune(c.b)); fmt.Sprintf("%.4f", got) != fmt.Sprintf("%.4f", c.want) {
			t.Errorf("differ(%q, %q) = %.4f, want %.4f", c.a, c.b, got, c.want)
		}
	}
}

// TestAlikeIsTheDistance compares what is told from shared characters with the distance itself.
func TestAlikeIsTheDistance(t *testing.T) {
	rng, same := rand.New(rand.NewPCG(3, 1)), 0
	words := []rune("三号链接有没有货呀黑色XL还剩几件")
	for range 200_000 {
		a := make([]rune, rng.IntN(10))
		for i := range a {
			a[i] = words[rng.IntN(len(words))]
		}
		b := slices.Clone(a)
		for range rng.IntN(6) {
			if i := rng.IntN(len(b) + 1); i < len(b) && rng.IntN(2) == 0 {
				b = slices.Delete(b, i, i+1)
			} else {
				b = slices.Insert(b, i, words[rng.IntN(len(words))])
			}
		}
		want := differ(a, b) <= sameQuestion
		if got := alike(a, b); got != want {
			t.Fatalf("%q and %q: alike %v, want %v", string(a), string(b), got, want)
		}
		if want {
			same++
		}
	}
	if same == 0 {
		t.Error("no two were alike")
	}
}
