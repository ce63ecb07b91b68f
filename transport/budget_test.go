package transport_test

import (
	"io"
	"testing"

	"liveroom/engine/live"
	"liveroom/transport"
	"liveroom/transport/wire"
)

// TestAllocationsOfAComment holds the way of a comment, from the bytes on its link over the Handler to the ack back in the
// outbox and on the link, to a budget.
func TestAllocationsOfAComment(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates")
	}
	s := serve(t, transport.Config{Loops: 1, Ingest: transport.Allowance{Rate: 1e12, Burst: 1 << 40}})
	ack := wire.AppendAck(nil, "1")
	s.engine.reactWith(func(l *live.Link, _ *live.Event) *live.Fault {
		s.Send(l.Session, ack)
		return nil
	})
	c, _ := s.hello(t, live.Ingest, "s//")
	out, answer := wire.AppendFrame(nil, []byte(comment("1"))), make([]byte, len(ack)+wire.HeaderLen)
	const budget = 4
	if got := testing.AllocsPerRun(500, func() {
		if _, err := c.Write(out); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, answer); err != nil {
			t.Fatal(err)
		}
	}); got > budget {
		t.Errorf("a comment and its ack allocate %.0f times, the budget is %d", got, budget)
	}
}
