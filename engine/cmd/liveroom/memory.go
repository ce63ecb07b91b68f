package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// headroom is how much the heap may grow between two collections. A fixed amount suits both ends better than the
	// share that the runtime knows: a node with few dialogues collects seldom, one with 10,000 stays small.
	headroom = 24 << 20
	// The bounds of that share, in percent. Marking what 10,000 dialogues keep takes some 80 ms of CPU, at 15,000 messages/s
	// about every second: a headroom of 16 MB would save 8 MB and collect 1.4 times as often.
	leastPercent, mostPercent = 25, 100
	// tuneEvery is how often the share is worked out again.
	tuneEvery = time.Second
)

// tuneMemory gives back what starting needed once the node is ready, and from then on keeps the room that the heap has
// between collections at headroom, until ctx ends. It does nothing where GOGC is set: then its owner has decided.
func tuneMemory(ctx context.Context, ready <-chan struct{}) {
	if os.Getenv("GOGC") != "" {
		return
	}
	go func() {
		select {
		case <-ctx.Done():
			return
		case <-ready:
		}
		debug.FreeOSMemory()
		set := mostPercent // as the runtime begins
		every := time.NewTicker(tuneEvery)
		defer every.Stop()
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		for {
			select {
			case <-ctx.Done():
				return
			case <-every.C:
			}
			metrics.Read(live)
			if p := percentFor(live[0].Value.Uint64()); p != set {
				set = p
				debug.SetGCPercent(set)
			}
		}
	}()
}

// percentFor returns the percentage that gives a heap with so many live bytes its headroom, in steps of five so that
// it seldom changes.
func percentFor(live uint64) int {
	p := mostPercent
	if live > headroom {
		p = int(headroom * 100 / live)
	}
	return max(leastPercent, p/5*5)
}
