package loadtest

import (
	"context"
	"fmt"
	"time"

	"liveroom/loadtest/report"
	"liveroom/loadtest/target"
)

// crash sends until the server is to be killed, kills it, starts it again on its data and takes up where it was.
func (r *run) crash(ctx context.Context, data string) error {
	pacing, stop := context.WithCancel(ctx)
	defer stop()
	killed := make(chan error, 1)
	go func() { // in the middle of sending
		if !r.moment(pacing) {
			return
		}
		if m, err := target.Scrape(ctx, r.endpoints.Admin, r.endpoints.Tokens.Admin); err == nil {
			r.deadCPU = m.CPU() - r.before.CPU()
		}
		r.answers.leave()
		if r.rush != nil {
			r.rush.Killed()
		}
		killed <- r.own.Kill()
		stop()
	}()
	r.pacer.run(pacing, r.sender.emit)
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := <-killed; err != nil {
		return fmt.Errorf("kill the server: %w", err)
	}
	if err := r.answers.await(ctx, 0, goneTime); err != nil {
		return fmt.Errorf("await the end of the links: %w", err)
	}
	begin := time.Since(r.sender.start)
	r.answers.died(begin)
	tally := r.journal.Tally()
	r.report.Restart = &report.Restart{AtS: begin.Seconds(), Open: tally.Missing, AckedOpen: tally.AckedMissing}
	again := r.options(data)
	before := r.endpoints
	again.Again = &before
	own, err := target.Start(ctx, again)
	if err != nil {
		return fmt.Errorf("%w: start again: %w", ErrTargetDown, err)
	}
	r.own, r.endpoints = own, own.Endpoints
	if err := r.readKey(); err != nil {
		return err
	}
	return r.comeBack(ctx, begin)
}

// moment returns true when it is time to kill the server, false when ctx has ended.
func (r *run) moment(ctx context.Context) bool {
	limit := r.config.KillAfter
	var middle <-chan struct{}
	if limit == 0 { // in the middle of the race, at the latest when everybody has spoken
		limit, middle = r.config.Scenario.Schedule.Duration, r.rush.Middle()
	}
	over := time.NewTimer(time.Until(r.sender.start.Add(limit)))
	defer over.Stop()
	select {
	case <-over.C:
		return true
	case <-middle:
		return true
	case <-ctx.Done():
		return false
	}
}

// comeBack opens the links again and says again what was not acknowledged.
func (r *run) comeBack(ctx context.Context, begin time.Duration) error {
	r.before = target.Metrics{} // the new process counts from nothing
	if err := r.connect(ctx); err != nil {
		return err
	}
	r.answers.back()
	r.sender.keep = false
	resent := r.journal.Unacknowledged()
	r.sender.again(resent)
	away := time.Since(r.sender.start) - begin
	r.pacer.postpone(away)
	r.sender.postpone(away)
	if r.rush != nil {
		r.rush.Postpone(away)
	}
	r.report.Restart.Resent = int64(len(resent))
	r.report.Restart.OutageMs = float64(away.Microseconds()) / 1000
	return nil
}

func (a *answers) leave() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.away = true
}

func (a *answers) died(at time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.killed, a.resumed = at, 0
}

func (a *answers) isAway() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.away
}

func (a *answers) back() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.away = false
}
