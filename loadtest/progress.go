package loadtest

import (
	"context"
	"fmt"
	"time"

	"liveroom/loadtest/report"
)

// watch writes a line a second and remembers it. The function it returns ends that and returns the seconds.
func (r *run) watch(ctx context.Context, start time.Time) func() []report.Second {
	ctx, cancel := context.WithCancel(ctx)
	seconds := make(chan []report.Second, 1)
	go func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		var all []report.Second
		var sent int64
		for {
			select {
			case <-ctx.Done():
				seconds <- all
				return
			case <-tick.C:
			}
			total, _ := r.sender.sent()
			s := r.answers.tickOver()
			s.Sent, sent = total-sent, total
			all = append(all, s)
			if w := r.config.Progress; w != nil {
				open, _ := r.answers.state()
				_, _ = fmt.Fprintf(w, "%4.0f s  %6d links  sent %7d/s  ended %7d/s  p99 %7.1f ms  open %6d  shed %d\n",
					time.Since(start).Seconds(), open, s.Sent, s.Closed, s.P99, r.journal.Open(), s.Shed) // progress is a courtesy
			}
		}
	}()
	return func() []report.Second {
		cancel()
		return <-seconds
	}
}

// tickOver returns what ended since it was last called.
func (a *answers) tickOver() report.Second {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := report.Second{Closed: a.second.TotalCount(), Shed: a.shed}
	if s.Closed > 0 {
		s.P99 = float64(a.second.ValueAtQuantile(99)) / 1000
	}
	a.second.Reset()
	a.shed = 0
	return s
}
