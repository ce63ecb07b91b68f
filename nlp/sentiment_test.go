package nlp_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"liveroom/engine/live"
	"liveroom/nlp"
	"liveroom/nlp/nlptest"
)

// feelingDir writes a model that says stock, and of sentiment what its two parts are told.
func feelingDir(t testing.TB, trained, linear live.Sentiment) string {
	t.Helper()
	dir := t.TempDir()
	m := nlptest.Model{Version: "v1", Says: live.IntentStock, Linear: live.IntentPrice, Feels: trained, LinearFeels: linear}
	if err := nlptest.Write(dir, m); err != nil {
		t.Fatalf("nlptest.Write = %v", err)
	}
	return dir
}

// startFeeling runs a service over a model with a part for sentiment, and returns that part's loader.
func startFeeling(t testing.TB, dir string) (*rig, *nlptest.Loader) {
	t.Helper()
	heads := &nlptest.Loader{}
	r := start(t, func(c *nlp.Config, _ *nlptest.Loader) {
		c.ModelDir, c.LoadSentiment, c.CacheEntries = dir, heads.LoadSentiment, 100
	})
	return r, heads
}

func TestSentimentByWhicheverPartTellsIt(t *testing.T) {
	const p, n = live.Positive, live.Negative
	for _, c := range []struct {
		name            string
		trained, linear live.Sentiment
		blend           float64 // -1 for none
		want            live.Sentiment
		stopped         live.Sentiment // without the trained part
	}{
		{"none", 0, 0, -1, 0, 0},
		{"trained", n, 0, -1, n, 0},
		{"linear", 0, p, -1, p, p},
		{"both, for the trained", n, p, 0.6, n, p},
		{"both, for the linear", n, p, 0.4, p, p},
		{"both agree", n, n, -1, n, n},
		{"blend does not count alone", n, 0, 0.1, n, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := feelingDir(t, c.trained, c.linear)
			if c.blend >= 0 {
				editManifest(t, dir, func(m *nlp.Manifest) { m.BlendSentiment = &c.blend })
			}
			r, _ := startFeeling(t, dir)
			if st := r.Status(); st.Degraded != "" || st.Sentiment != (c.trained != 0) {
				t.Fatalf("status = %+v", st)
			}
			for range 2 { // the second time from the cache
				if got := r.ask(nlp.Query{Text: "还有货吗"}); got.Sentiment != c.want || got.Intent != live.IntentStock {
					t.Errorf("reading = %+v, want stock and %v", got, c.want)
				}
				r.SettleCache()
			}
			r.stop()
			if got := r.ask(nlp.Query{Text: "还有货吗"}); got.Sentiment != c.stopped || got.DecidedBy != live.DecidedByLinear {
				t.Errorf("reading without the trained parts = %+v, want %v by linear", got, c.stopped)
			}
		})
	}
}

// TestSentimentFailureKeepsTheIntent: one text on which the sentiment part fails, or answers nonsense, loses its
// sentiment alone; its neighbours lose nothing; and what was lost is not kept in the cache.
func TestSentimentFailureKeepsTheIntent(t *testing.T) {
	r, heads := startFeeling(t, feelingDir(t, live.Negative, 0))
	head := heads.Latest()
	main := r.model()
	release := main.Stall()
	bad := func(ids []int32) bool { return len(ids) == 2 }
	head.Fail(func(batch [][]int32) error {
		for _, ids := range batch {
			if bad(ids) {
				return errors.New("no")
			}
		}
		return nil
	})
	texts := []string{"还有货", "我要", "我要退", "多少钱吗"}
	got := make([]chan *live.Reading, len(texts))
	r.Submit(nlp.Query{Text: "快递"}, func(*live.Reading) {})
	<-main.Entered
	for i, text := range texts { // they wait together, and so run together
		got[i] = make(chan *live.Reading, 1)
		r.Submit(nlp.Query{Text: text}, func(l *live.Reading) { got[i] <- l })
	}
	release()
	for i, text := range texts {
		l := <-got[i]
		want := live.Negative
		if text == "我要" {
			want = 0
		}
		if l.Intent != live.IntentStock || l.DecidedBy != live.DecidedByModel || l.Sentiment != want {
			t.Errorf("reading of %q = %+v, want stock by model, %v", text, l, want)
		}
	}
	if n := r.metric("liveroom_nlp_sentiment_failures_total", ""); n < 2 {
		t.Errorf("failures of the sentiment part = %v, want the batch and the text", n)
	}
	if n := r.metric("liveroom_nlp_run_failures_total", ""); n != 0 {
		t.Errorf("failures of the main part = %v, want 0", n)
	}
	head.Fail(nil)
	head.Answer(func([]int32) nlp.Scores {
		s := nlptest.Feelings(live.Positive)
		s.Sentiment[1] = float32(math.NaN())
		return s
	})
	r.SettleCache()
	if l := r.ask(nlp.Query{Text: "我要"}); l.Sentiment != 0 || l.Intent != live.IntentStock {
		t.Errorf("reading by scores that are not finite = %+v, want stock without a sentiment", l)
	}
	head.Answer(nil)
	r.SettleCache()
	if l := r.ask(nlp.Query{Text: "我要"}); l.Sentiment != live.Negative {
		t.Errorf("reading after the cure = %+v, want negative", l)
	}
}

// TestSentimentIDs: the part reads the characters between the edges, as many as it takes.
func TestSentimentIDs(t *testing.T) {
	r, heads := startFeeling(t, feelingDir(t, live.Negative, 0))
	seen := make(chan int, 1)
	heads.Latest().Answer(func(ids []int32) nlp.Scores {
		seen <- len(ids)
		return nlptest.Feelings(live.Neutral)
	})
	for text, want := range map[string]int{"还有货吗": 4, "还有货吗我要退主播好美": 8} {
		r.ask(nlp.Query{Text: text})
		if n := <-seen; n != want {
			t.Errorf("the part was given %d ids of %q, want %d", n, text, want)
		}
	}
}

// TestStance: the odds are those behind the reading's sentiment, add up, and come with the cause where there are none.
func TestStance(t *testing.T) {
	for _, c := range []struct{ trained, linear live.Sentiment }{
		{0, 0}, {live.Negative, 0}, {0, live.Positive}, {live.Negative, live.Positive}, {live.Neutral, live.Neutral},
	} {
		r, _ := startFeeling(t, feelingDir(t, c.trained, c.linear))
		for _, text := range []string{"还有货吗", "", strings.Repeat("主播好美", 200), "\u200b😀"} {
			p, err := r.Stance(text)
			if err != nil {
				t.Errorf("Stance(%.12q) by %v and %v = %v", text, c.trained, c.linear, err)
			}
			sum, best := float32(0), live.Sentiment(1)
			for i, x := range p {
				if sum += x; x > p[best-1] {
					best = live.Sentiment(i + 1)
				}
			}
			if none := c.trained == 0 && c.linear == 0; none && sum != 0 || !none && math.Abs(float64(sum)-1) > 1e-5 {
				t.Errorf("Stance(%.12q) by %v and %v = %v, want odds that add up", text, c.trained, c.linear, p)
			}
			if got := r.ask(nlp.Query{Text: text}).Sentiment; sum > 0 && got != 0 && got != best {
				t.Errorf("Stance(%.12q) = %v, the reading says %v", text, p, got)
			}
		}
	}
	r, heads := startFeeling(t, feelingDir(t, live.Negative, 0))
	cause := errors.New("no")
	heads.Latest().Fail(func([][]int32) error { return cause })
	if _, err := r.Stance("还有货吗"); !errors.Is(err, cause) {
		t.Errorf("Stance by a part that fails = %v, want %v", err, cause)
	}
	heads.Latest().Fail(nil)
	heads.Latest().Answer(func([]int32) nlp.Scores {
		s := nlptest.Feelings(live.Positive)
		s.Sentiment[0] = float32(math.Inf(1))
		return s
	})
	if _, err := r.Stance("还有货吗"); err == nil {
		t.Error("Stance by scores that are not finite = nil, want an error")
	}
}

func TestSwapRefusesBadSentiment(t *testing.T) {
	r, heads := startFeeling(t, feelingDir(t, live.Negative, 0))
	head := func(edit func(h *nlp.SentimentHead)) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			editManifest(t, dir, func(m *nlp.Manifest) { edit(m.Sentiment) })
		}
	}
	half := 1.5
	for name, bad := range map[string]struct {
		spoil func(t *testing.T, dir string)
		word  string
	}{
		"altered":     {func(t *testing.T, dir string) { write(t, dir, nlp.SentimentFile, "positive") }, nlp.SentimentFile},
		"missing":     {func(t *testing.T, dir string) { remove(t, dir, nlp.SentimentFile) }, nlp.SentimentFile},
		"no section":  {func(t *testing.T, dir string) { editManifest(t, dir, func(m *nlp.Manifest) { m.Sentiment = nil }) }, "without a sentiment section"},
		"order":       {head(func(h *nlp.SentimentHead) { h.Classes[0], h.Classes[2] = h.Classes[2], h.Classes[0] }), "sentiment 0"},
		"fewer":       {head(func(h *nlp.SentimentHead) { h.Classes = h.Classes[:2] }), "2 sentiments"},
		"too long":    {head(func(h *nlp.SentimentHead) { h.MaxLen = 65 }), "max_len"},
		"other ids":   {head(func(h *nlp.SentimentHead) { h.MaxLen = 3 }), "for sentiment"},
		"temperature": {head(func(h *nlp.SentimentHead) { h.Temperature = 0 }), "temperature"},
		"blend": {func(t *testing.T, dir string) {
			editManifest(t, dir, func(m *nlp.Manifest) { m.BlendSentiment = &half })
		}, "blend_sentiment"},
		"other scores": {func(t *testing.T, dir string) {
			replaceFile(t, dir, nlp.VectorsFile, vectorsEdit(t, func(v *nlp.Vector) { v.Sentiment[0] -= 0.5 }))
		}, "sentiment score"},
		"no scores": {func(t *testing.T, dir string) {
			replaceFile(t, dir, nlp.VectorsFile, withoutSentiments)
		}, "no case names a sentiment"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := feelingDir(t, live.Negative, 0)
			bad.spoil(t, dir)
			if err := r.Swap(dir); !errors.Is(err, nlp.ErrBadModel) || !strings.Contains(err.Error(), bad.word) {
				t.Errorf("Swap = %v, want ErrBadModel that names %q", err, bad.word)
			}
			if st := r.Status(); !strings.Contains(st.Refused, bad.word) {
				t.Errorf("status = %+v, want the reason of the refusal", st)
			}
		})
	}
	for _, l := range []*nlptest.Loader{heads, r.loader} {
		opened := l.Opened()
		for _, c := range opened[1:] {
			if !c.Closed() {
				t.Error("a part of a refused model was left open")
			}
		}
		if opened[0].Closed() {
			t.Error("the running model was closed")
		}
	}
	if got := r.ask(nlp.Query{Text: "还有货吗"}); got.Sentiment != live.Negative {
		t.Errorf("reading after refusals = %+v, want negative", got)
	}
	dir := feelingDir(t, live.Positive, 0)
	if err := r.Swap(dir); err != nil {
		t.Fatalf("Swap = %v", err)
	}
	if got := r.ask(nlp.Query{Text: "还有货吗"}); got.Sentiment != live.Positive || r.Status().Refused != "" {
		t.Errorf("after a swap: reading %+v, status %+v", got, r.Status())
	}
	if c := heads.Opened()[0]; !c.Closed() || c.Misuse() != nil {
		t.Errorf("the replaced part: closed %v, misuse %v", c.Closed(), c.Misuse())
	}
}

func withoutSentiments(content []byte) []byte {
	var cases []nlp.Vector
	err := json.Unmarshal(content, &cases)
	for i := range cases {
		cases[i].Sentiment = nil
	}
	out, failed := json.Marshal(cases)
	if err != nil || failed != nil {
		return nil
	}
	return out
}

// TestStartWithoutSentiment: a part that cannot be opened at the start leaves the intents alone, and the service says so.
func TestStartWithoutSentiment(t *testing.T) {
	dir := feelingDir(t, live.Negative, 0)
	write(t, dir, nlp.SentimentFile, "?")
	r, _ := startFeeling(t, dir)
	got := r.ask(nlp.Query{Text: "还有货吗"})
	if got.DecidedBy != live.DecidedByModel || got.Sentiment != 0 {
		t.Errorf("reading = %+v, want one by model without a sentiment", got)
	}
	if st := r.Status(); st.Degraded == "" || !st.Runtime || st.Sentiment {
		t.Errorf("status = %+v, want a reason beside a running model", st)
	}
}
