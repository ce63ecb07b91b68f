package nlp_test

import (
	"fmt"
	"sync"
	"testing"

	"liveroom/engine/live"
	"liveroom/nlp"
)

const lineOfTwelve = "这件还有货吗什么时候能发"

// TestSubmitCachedAllocations guards the commonest path: a text that was read before costs nothing.
func TestSubmitCachedAllocations(t *testing.T) {
	if nlp.Racing {
		t.Skip("allocations cannot be counted under the race detector")
	}
	r := startShipped(t, func(c *nlp.Config) { c.CacheEntries = 100 })
	r.ask(nlp.Query{Text: lineOfTwelve})
	r.SettleCache()
	q := nlp.Query{Text: lineOfTwelve}
	done := func(*live.Reading) {}
	// The cache hands what was asked for on in batches of 64; that is its own.
	if n := testing.AllocsPerRun(1000, func() { r.Submit(q, done) }); n > 0.5 {
		t.Errorf("Submit of a cached text allocates %v times, want none", n)
	}
}

func BenchmarkSubmit(b *testing.B) {
	b.Run("cached", func(b *testing.B) {
		r := startShipped(b, func(c *nlp.Config) { c.CacheEntries = 100 })
		r.ask(nlp.Query{Text: lineOfTwelve})
		r.SettleCache()
		b.ReportAllocs()
		for b.Loop() {
			r.Submit(nlp.Query{Text: lineOfTwelve}, func(*live.Reading) {})
		}
	})
	b.Run("alone", func(b *testing.B) {
		r := startShipped(b, nil)
		b.ReportAllocs()
		for b.Loop() {
			r.ask(nlp.Query{Text: lineOfTwelve})
		}
	})
	b.Run("flood", func(b *testing.B) {
		r := startShipped(b, nil)
		texts := make([]string, 1000)
		for i := range texts {
			texts[i] = fmt.Sprintf("这件%d还有货吗什么时候发", i)
		}
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			var wait sync.WaitGroup
			for range 256 {
				wait.Add(1)
				i++
				r.Submit(nlp.Query{Text: texts[i%len(texts)]}, func(*live.Reading) { wait.Done() })
			}
			wait.Wait()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/256/1000, "µs/text")
	})
	b.Run("linear", func(b *testing.B) {
		r := startShipped(b, nil)
		r.stop()
		b.ReportAllocs()
		for b.Loop() {
			r.ask(nlp.Query{Text: lineOfTwelve})
		}
	})
}

func ExampleAppendReadingJSON() {
	r := &live.Reading{
		Intent: live.IntentPrice, Confidence: 1, DecidedBy: live.DecidedByKeyword, Emotion: live.Calm,
		Top: [3]live.Guess{{Intent: live.IntentPrice, P: 1}, {Intent: live.IntentUnknown}, {Intent: live.IntentChatter}},
	}
	fmt.Println(string(nlp.AppendReadingJSON(nil, "多少米", r)))
	// Output:
	// {"text":"多少米","domain":"presale","intent":"price","confidence":1,"unsure":false,"top":[{"intent":"price","p":1},{"intent":"unknown","p":0},{"intent":"chatter","p":0}],"emotion":"calm","sentiment":null,"entities":[],"decided_by":"keyword"}
}
