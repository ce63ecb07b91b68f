package heat

import (
	"fmt"
	"testing"
	"time"

	"liveroom/engine/live"
)

func TestQuestionsAreCountedByTheShopsHour(t *testing.T) {
	h := New(time.FixedZone("", 8*3600))
	eleven := time.Date(2026, 11, 20, 15, 30, 0, 0, time.UTC) // 23:30 in the shop
	h.Ended(ask(live.IntentPrice, "cup", eleven, live.Replied))
	h.Ended(ask(live.IntentPrice, "cup", eleven.Add(40*time.Minute), live.Merged))
	h.Ended(ask(live.IntentPrice, "cup", eleven, live.Shed))
	h.Ended(ask(live.IntentSize, "", eleven, live.Quiet))
	h.Ended(ask(live.IntentChatter, "", eleven, live.Quiet))
	h.Ended(nil, "", eleven.UnixMilli(), live.Shed)
	h.Ended(&live.Reading{Intent: live.IntentPrice, Unsure: true}, "cup", eleven.UnixMilli(), live.Replied)
	top := h.Top()
	if len(top.Rows) != 2 || top.Asked != 4 || top.Rows[0].Asked != 3 || top.Rows[0].Answered != 2 || top.Rows[0].Hours[23] != 2 || top.Rows[0].Hours[0] != 1 {
		t.Errorf("it counts %+v", top)
	}
	for i := range maxRows + 10 {
		h.Ended(ask(live.IntentStock, live.ProductID(fmt.Sprint(i)), eleven, live.Replied))
	}
	if top = h.Top(); len(h.rows) != maxRows || top.Lost != 12 || len(top.Rows) != hottest {
		t.Errorf("it keeps %d kinds, shows %d, and lost %d", len(h.rows), len(top.Rows), top.Lost)
	}
}

func TestCountingCostsNothing(t *testing.T) {
	h := New(time.UTC)
	reading, product, at, outcome := ask(live.IntentStock, "cup", time.Now(), live.Replied)
	if n := testing.AllocsPerRun(100, func() { h.Ended(reading, product, at, outcome) }); n != 0 {
		t.Errorf("counting a question allocates %v times", n)
	}
}
