package nlp_test

import (
	"testing"
	"time"

	"liveroom/engine/live"
	"liveroom/nlp"
	"liveroom/nlp/keyword"
	"liveroom/nlp/nlptest"
)

func TestATraceTellsHowATextWasRead(t *testing.T) {
	r := start(t, func(c *nlp.Config, _ *nlptest.Loader) { c.CacheEntries = 100 })
	if err := r.SetKeywords("shop", []keyword.Rule{{Match: keyword.Contains, Text: "包邮", Intent: live.IntentDelivery}}); err != nil {
		t.Fatal(err)
	}
	ask := func(text string, deadline time.Time) (*nlp.Trace, *live.Reading) {
		trace := new(nlp.Trace)
		return trace, r.ask(nlp.Query{Shop: "shop", Text: text, Deadline: deadline, Trace: trace})
	}
	if got, _ := ask("这个包邮吗", time.Time{}); got.From != "keyword" || got.Match != "contains" || got.Rule != "包邮" || got.Batch != 0 {
		t.Errorf("a text of a rule has %+v", got)
	}
	got, reading := ask("还有货吗", time.Time{})
	if got.From != "model" || got.Batch != 1 || got.Began.IsZero() || got.Ended.Before(got.Began) || got.Match != "" {
		t.Errorf("a text for the model has %+v", got)
	}
	limits := r.Thresholds(reading)
	if limits[0] <= 0 || limits[0] > 1 {
		t.Errorf("the thresholds of %+v are %v", reading.Top, limits)
	}
	if stale := *reading; r.Thresholds(&live.Reading{Top: stale.Top, Model: "v0"}) != [3]float32{} {
		t.Error("a reading of another version has thresholds")
	}
	r.SettleCache()
	if got, _ = ask("还有货吗", time.Time{}); got.From != "cache" || got.Batch != 0 || !got.Began.IsZero() {
		t.Errorf("a text read before has %+v", got)
	}
	if got, _ := ask(" ", time.Time{}); got.From != "blank" {
		t.Errorf("no text has %+v", got)
	}
	if got, _ := ask("来不及了", time.Now().Add(-time.Second)); got.From != "late" {
		t.Errorf("a text too late for the model has %+v", got)
	}
}
