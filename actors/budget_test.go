package actors

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"liveroom/engine/live"
)

// TestAllocationsOfAMessage holds a private message, from Deliver to the commit of its reply, to a budget: user and room are
// there, the parts answer at once. Some of it is the parts' own.
func TestAllocationsOfAMessage(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates")
	}
	journal, links := newInstantJournal(), new(countingLinks)
	parts := Parts{
		Reader:   instantReader{&live.Reading{Intent: live.IntentStock, Confidence: .9, DecidedBy: live.DecidedByModel}},
		Composer: fakeComposer{}, Catalogue: fakeCatalogue{}, Stock: newShelf(0), Journal: journal, Outlet: links, Frames: plainFrames,
	}
	cfg := Default()
	cfg.Budget, cfg.ShedAfter, cfg.SweepEvery = time.Hour, time.Hour, time.Hour
	h, err := New(cfg, parts, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	<-h.Ready()
	defer func() {
		stop()
		<-done
		close(journal.entries)
		journal.done.Wait()
	}()
	const runs, budget = 500, 18
	events := make([]*live.Event, 0, runs+300)
	for i := range cap(events) {
		events = append(events, &live.Event{Type: live.Message, Room: "room", User: "u", ID: live.EventID(fmt.Sprint("m", i)), Text: "stock"})
	}
	n := 0
	one := func() {
		if c := h.Deliver(events[n], "link", time.Now()); c != live.OK {
			t.Fatal(c)
		}
		for n++; h.InFlight() > 0; {
			runtime.Gosched()
		}
	}
	for range 290 { // the memory of answered ids is full then, and forgets as many as it learns
		one()
	}
	if got := testing.AllocsPerRun(runs, one); got > budget {
		t.Errorf("a message allocates %.0f times, the budget is %d", got, budget)
	}
}
