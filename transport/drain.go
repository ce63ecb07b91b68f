package transport

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"liveroom/engine/live"
)

// drainSlice is how many links are told bye before the loop does something else.
const drainSlice = 512

// Refuse closes the listeners and from now on answers every new event and hello with draining, while frames still go out.
// It is the first half of Drain, for whoever has answers to finish in between; calling it twice is calling it once.
func (s *Server) Refuse() error {
	select {
	case <-s.ready:
	default:
		return ErrNotRunning
	}
	if s.draining.Swap(true) {
		return nil
	}
	return s.shut()
}

// Drain refuses what is new, sends what is queued, and lets every link go: bye draining, to come back after a second and a
// random part of jitter, then close. It returns nil when the last link has closed its side or its Times.Linger is over, and an error that wraps
// ctx's when ctx ended before; Run then cuts what is left. It is to be called while Run runs, from no event loop.
func (s *Server) Drain(ctx context.Context, jitter time.Duration) error {
	if err := s.Refuse(); err != nil {
		return err
	}
	s.closeWindows()
	s.mu.Lock()
	left, empty := s.links, make(chan struct{})
	s.empty = empty
	s.mu.Unlock()
	if left == 0 {
		return nil
	}
	for _, lp := range s.allLoops() {
		lp.runLater(func() { lp.dismiss(jitter) })
	}
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		return fmt.Errorf("drain: %d links left: %w", s.links, ctx.Err())
	}
}

// comeBack returns after what time a link that is let go is to come back: a second, and a part of jitter that is drawn evenly,
// so that not all of them come at once. Draw returns a number from 0 to below n.
func comeBack(jitter time.Duration, draw func(n int64) int64) time.Duration {
	return time.Second + time.Duration(draw(int64(max(jitter, 1))))
}

// dismiss says bye to the links that are not leaving yet, some at a time. What was posted before it has been written
// before it, since the loop does both in order.
func (lp *loop) dismiss(jitter time.Duration) {
	if len(lp.jobs) > 0 { // broadcasts go before
		lp.yield(func() { lp.dismiss(jitter) })
		return
	}
	told := 0
	for i := len(lp.links) - 1; i >= 0; i-- {
		if i >= len(lp.links) {
			continue // some went while we wrote
		}
		l := lp.links[i]
		if l.stage >= leaving {
			continue
		}
		if told++; told > drainSlice {
			lp.yield(func() { lp.dismiss(jitter) })
			return
		}
		lp.farewell(l, live.Draining, "the server is about to restart", comeBack(jitter, rand.Int64N))
		lp.send(l)
	}
}
