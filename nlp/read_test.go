package nlp

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"liveroom/engine/live"
)

// TestJudge: probabilities sum to one, the top three are the three best in order, and the blend is the average.
func TestJudge(t *testing.T) {
	m, cases := openShipped(t)
	for i := range cases {
		var trained, linear Scores
		copy(trained.Intent[:], cases[i].Intent)
		copy(trained.Emotion[:], cases[i].Emotion)
		copy(linear.Intent[:], cases[i].LinearIntent)
		copy(linear.Emotion[:], cases[i].LinearEmotion)
		var r live.Reading
		if !m.judge(&trained, nil, &linear, &r) {
			t.Fatalf("judge(%q) = false", cases[i].Text)
		}
		p := averaged(m, &trained, &linear)
		best, sum := 0, 0.0
		for k := range p {
			sum += p[k]
			if p[k] > p[best] {
				best = k
			}
		}
		if math.Abs(sum-1) > 1e-6 {
			t.Fatalf("probabilities of %q sum to %v", cases[i].Text, sum)
		}
		if r.Intent != live.Intent(best+1) || math.Abs(float64(r.Confidence)-p[best]) > 1e-5 {
			t.Errorf("judge(%q) = %v at %v, want %v at %v", cases[i].Text, r.Intent, r.Confidence, live.Intent(best+1), p[best])
		}
		if r.Top[0].P < r.Top[1].P || r.Top[1].P < r.Top[2].P || r.Top[2].Intent == 0 || r.Emotion == 0 {
			t.Errorf("judge(%q) = %+v, want three guesses in order and a mood", cases[i].Text, r)
		}
		if want := r.Confidence < m.manifest.threshold(r.Intent); r.Unsure != want {
			t.Errorf("judge(%q).Unsure = %v at %v", cases[i].Text, r.Unsure, r.Confidence)
		}
	}
}

// averaged is what judge computes, by the book.
func averaged(m *model, trained, linear *Scores) (p [live.Intents]float64) {
	add := func(logits []float32, temperature, share float64) {
		total := 0.0
		for _, x := range logits {
			total += math.Exp(float64(x) / temperature)
		}
		for i, x := range logits {
			p[i] += share * math.Exp(float64(x)/temperature) / total
		}
	}
	add(trained.Intent[:], m.manifest.Temperature.Intent, m.manifest.Blend)
	add(linear.Intent[:], m.manifest.Temperature.LinearIntent, 1-m.manifest.Blend)
	return p
}

func TestAppendReadingJSON(t *testing.T) {
	r := &live.Reading{
		Intent: live.IntentStock, Confidence: 0.5, Unsure: true,
		Top:     [3]live.Guess{{Intent: live.IntentStock, P: 0.5}, {Intent: live.IntentPrice, P: 0.25}, {Intent: live.IntentGift}},
		Emotion: live.Calm, DecidedBy: live.DecidedByModel,
		Entities: []live.Entity{{Kind: "product", Value: "3号", Start: 0, End: 2, Norm: "3", Unit: "link"}},
	}
	got := string(AppendReadingJSON([]byte("> "), "3号还有吗\"\n", r))
	want := `> {"text":"3号还有吗\"\n","domain":"presale","intent":"stock","confidence":0.5,"unsure":true,` +
		`"top":[{"intent":"stock","p":0.5},{"intent":"price","p":0.25},{"intent":"gift","p":0}],"emotion":"calm","sentiment":null,` +
		`"entities":[{"kind":"product","value":"3号","start":0,"end":2,"norm":"3","unit":"link"}],"decided_by":"model"}`
	if got != want {
		t.Errorf("AppendReadingJSON =\n%s\nwant\n%s", got, want)
	}
	blank := &live.Reading{Intent: live.IntentUnknown, Unsure: true, DecidedBy: live.DecidedByRules}
	fillTop(blank)
	var line struct {
		Intent, Emotion *string
		Confidence      float64
		Top             []any
		Entities        []any
	}
	if err := json.Unmarshal(AppendReadingJSON(nil, "\xff", blank), &line); err != nil {
		t.Fatalf("line of a blank text: %v", err)
	}
	if *line.Intent != "unknown" || line.Emotion != nil || line.Confidence != 0 || len(line.Top) != 3 || line.Entities == nil {
		t.Errorf("line of a blank text = %+v", line)
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{{"好的呢", 2, "好的"}, {"好的", 2, "好的"}, {"", 2, ""}, {"\xff\xff\xff", 2, "\xff\xff"}} {
		if got := clip(c.in, c.limit); got != c.want {
			t.Errorf("clip(%q, %d) = %q, want %q", c.in, c.limit, got, c.want)
		}
	}
	if got := clip(strings.Repeat("好", 2000), MaxRunes); len([]rune(got)) != MaxRunes {
		t.Errorf("clip leaves %d characters, want %d", len([]rune(got)), MaxRunes)
	}
}
