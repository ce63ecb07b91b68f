package nlp

import (
	"testing"
	"time"
	"unsafe"

	"liveroom/engine/live"
	"liveroom/nlp/keyword"
)

// TestATextThatNobodyLooksAtCostsNoMore holds the room that a trace takes in what waits, and that its absence is free.
func TestATextThatNobodyLooksAtCostsNoMore(t *testing.T) {
	if size := unsafe.Sizeof(item{}); size > 144 {
		t.Errorf("an item takes %d bytes, beyond the size class of 144", size)
	}
	var none *Trace
	q, at := newQueue(1, 1), time.Now()
	n := testing.AllocsPerRun(100, func() {
		none.from(fromCache)
		none.rule(nil, "x")
		none.queue(q)
		none.run(3, at, at)
	})
	if n != 0 {
		t.Errorf("no trace costs %v allocations", n)
	}
}

func TestMatchedNamesTheRuleThatFindFollows(t *testing.T) {
	r, err := keyword.New([]keyword.Rule{
		{Match: keyword.Exact, Text: "包邮", Intent: live.IntentDelivery},
		{Match: keyword.Prefix, Text: "几号", Intent: live.IntentShipTime},
		{Match: keyword.Contains, Text: "退", Intent: live.IntentReturnRefund},
		{Match: keyword.Contains, Text: "退差价", Intent: live.IntentPromo},
	})
	if err != nil {
		t.Fatal(err)
	}
	for norm, want := range map[string]string{
		"包邮": "exact 包邮", "几号发货": "prefix 几号", "能退差价吗": "contains 退差价", "能退吗": "contains 退", "你好": " ",
	} {
		match, text := r.Matched(norm)
		if got := match.String() + " " + text; got != want {
			t.Errorf("Matched(%s) = %s, want %s", norm, got, want)
		}
		if (r.Find(norm) != 0) != (match != 0) {
			t.Errorf("Find(%s) = %v and Matched = %v", norm, r.Find(norm), match)
		}
	}
}
