package loadtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"liveroom/loadtest/pages"
	"liveroom/loadtest/report"
	"liveroom/loadtest/target"
)

// Watch has people look at the console in every other stretch of a run, the first and the last of which are without them.
type Watch struct {
	Pages int           // 0 for none
	Every time.Duration // length of a stretch
}

func (w Watch) check(k *checks, s Timing, at target.Endpoints, own bool) {
	if w.Pages == 0 {
		return
	}
	k.that(w.Pages > 0, "pages: %d is negative", w.Pages)
	k.that(w.Every >= 100*time.Millisecond, "stretch: %v, want 100ms or more", w.Every)
	k.that(w.Every > 0 && (s.Duration-s.Ramp)/max(1, w.Every) >= 3, "stretch: three of %v do not fit between a ramp of %v and the end at %v", w.Every, s.Ramp, s.Duration)
	k.that(own || at.Admin != "", "pages: the console is at the admin address, which is not known")
}

// watching is the coming and going of people who look.
type watching struct {
	watch Watch
	begin time.Duration // of the first stretch
	count int           // of stretches, an odd number

	// owned by its goroutine until over is closed
	over   chan struct{}
	err    error
	result report.Watched

	took [2]*hdrhistogram.Histogram // closed and open; guarded by the mutex of answers
}

func newWatching(w Watch, s Timing) *watching {
	if w.Pages == 0 {
		return nil
	}
	n := int((s.Duration - s.Ramp) / w.Every)
	return &watching{
		watch: w, begin: s.Ramp, count: n - 1 + n%2, over: make(chan struct{}),
		took: [2]*hdrhistogram.Histogram{newHistogram(), newHistogram()},
	}
}

// time enters how long something took that was due at an instant. The caller holds the mutex of answers.
func (w *watching) time(due, took time.Duration) {
	if w == nil || due < w.begin {
		return
	}
	if n := int((due - w.begin) / w.watch.Every); n < w.count {
		record(w.took[n%2], took)
	}
}

// watchConsole has people come and go beside the load. The function it returns waits for the last of them.
func (r *run) watchConsole(ctx context.Context, start time.Time) func() error {
	w := r.watching
	if w == nil {
		return func() error { return nil }
	}
	go func() {
		defer close(w.over)
		w.err = w.play(ctx, r, start)
	}()
	return func() error {
		<-w.over
		return w.err
	}
}

func (w *watching) play(ctx context.Context, r *run, start time.Time) error {
	before, err := w.at(ctx, r, start, 0)
	for n := 0; n < w.count && err == nil; n++ {
		var open *pages.Pages
		if n%2 == 1 {
			if open, err = pages.Open(ctx, r.endpoints.Admin, r.endpoints.Tokens.Admin, r.config.Scenario.Room, w.watch.Pages); err != nil {
				return err
			}
		}
		var after target.Metrics
		after, err = w.at(ctx, r, start, n+1)
		if open != nil {
			w.result.Bytes += open.Bytes()
			err = errors.Join(err, open.Close())
		}
		share := report.Share{CPUSeconds: (after.CPU() - before.CPU()).Seconds()}
		for series, v := range after.Moved(before) {
			if strings.HasPrefix(series, "liveroom_actors_outcomes_total") {
				share.Messages += v
			}
		}
		if n%2 == 1 {
			w.result.Open = append(w.result.Open, share)
		} else {
			w.result.Closed = append(w.result.Closed, share)
		}
		before = after
	}
	return err
}

// at waits for the end of a stretch, and asks the server how far it is.
func (w *watching) at(ctx context.Context, r *run, start time.Time, stretch int) (target.Metrics, error) {
	wait := time.NewTimer(time.Until(start.Add(w.begin + time.Duration(stretch)*w.watch.Every)))
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
		return target.Metrics{}, ctx.Err()
	}
	m, err := target.Scrape(ctx, r.endpoints.Admin, r.endpoints.Tokens.Admin)
	if err != nil {
		return m, fmt.Errorf("%w: %w", ErrTargetDown, err)
	}
	return m, nil
}

// fillWatched completes the report with what it cost to be looked at.
func (r *run) fillWatched() {
	w := r.watching
	if w == nil {
		return
	}
	w.result.Pages, w.result.EveryS = w.watch.Pages, w.watch.Every.Seconds()
	r.answers.mu.Lock()
	w.result.ClosedMs, w.result.OpenMs = report.Of(w.took[0]), report.Of(w.took[1])
	r.answers.mu.Unlock()
	w.result.Weigh()
	r.report.Watched = &w.result
}
