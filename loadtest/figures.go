package loadtest

import (
	"context"
	"time"

	"liveroom/loadtest/machine"
	"liveroom/loadtest/report"
	"liveroom/loadtest/target"
)

// scrapeBefore reads the server's metrics before the load. That they cannot be read is a note, not an end.
func (r *run) scrapeBefore(ctx context.Context) {
	if r.endpoints.Admin == "" {
		return
	}
	m, err := target.Scrape(ctx, r.endpoints.Admin, r.endpoints.Tokens.Admin)
	if err != nil {
		r.notes = append(r.notes, err.Error())
		return
	}
	r.before, r.report.Server.Seen = m, true
	r.report.Server.RSSBeforeMB = m.RSS()
}

// open begins the report with what is known before the load.
func (r *run) open(c report.Calibration) *report.Report {
	s := r.audience.scenario
	commit := r.config.Commit
	if commit == "" {
		commit = machine.Commit()
	}
	return &report.Report{
		Version: report.Version, Scenario: s.Name, About: s.About, Started: time.Now().UTC().Truncate(time.Second), Commit: commit,
		Machine: machine.Describe(), Calibration: c, Limits: s.Limits,
		Load: report.Load{
			Seed: s.Seed, Seconds: s.Schedule.Duration.Seconds(), RampS: s.Schedule.Ramp.Seconds(),
			Viewers: s.Links.Viewers, Ingest: s.Links.Ingest, Users: s.Users.Count, UserDraw: s.Users.String(),
			FirstTime: s.Users.FirstTime, Mix: s.Mix.shares(), Texts: r.library.listed, Shape: s.Schedule.describe(r.log),
		},
	}
}

// fill completes the report from what every part has counted.
func (r *run) fill(ctx context.Context, took time.Duration) {
	rep := r.report
	rep.Journal = r.journal.Tally()
	r.answers.fill(rep)
	r.fillKinds()
	sent, byType := r.sender.sent()
	left := sent - rep.Journal.Withdrawn
	rep.Rate = report.Rate{
		Asked: r.schedule.total / rep.Load.Seconds, Planned: max(sent, int64(r.schedule.total)), Sent: left,
		Late: r.sender.late, Blocked: r.sender.blocked, Lag: report.Of(r.sender.lag), ByType: map[string]int64{},
	}
	if r.config.Scenario.Schedule.Arrivals == "poisson" { // how many there are is chance, and all were handed out
		rep.Rate.Planned = sent
	}
	away := 0.0
	if rep.Restart != nil {
		away = rep.Restart.OutageMs / 1000
	}
	rep.Rate.Reached = float64(left) / (took.Seconds() - away)
	rep.Rate.Answerable = float64(rep.Journal.Answerable) / (took.Seconds() - away)
	for t, n := range byType {
		rep.Rate.ByType[t.String()] = n
	}
	rep.Probes.Sent = r.sender.probes
	rep.Probes.Silent += max(0, r.sender.probes-rep.Probes.Right-rep.Probes.Wrong-rep.Probes.Silent)
	rep.Generator.RSSMB = machine.MemoryOf(0).Now
	r.scrapeAfter(ctx)
}

func (r *run) scrapeAfter(ctx context.Context) {
	s := &r.report.Server
	if r.own != nil {
		s.RSSPeakMB = machine.MemoryOf(r.own.PID()).Peak
	}
	if !s.Seen {
		return
	}
	after, err := target.Scrape(ctx, r.endpoints.Admin, r.endpoints.Tokens.Admin)
	if err != nil {
		r.notes = append(r.notes, err.Error())
		s.Seen = false
		return
	}
	cpu := after.CPU() - r.before.CPU() + r.deadCPU
	s.CPUSeconds, s.RSSAfterMB = cpu.Seconds(), after.RSS()
	if n := r.report.Journal.Answerable; n > 0 {
		s.CPUUsMessage = float64(cpu.Microseconds()) / float64(n)
	}
	if n := r.report.Journal.Sent; n > 0 {
		s.CPUUsEvent = float64(cpu.Microseconds()) / float64(n)
	}
	s.Counters = after.Moved(r.before)
	s.Decided = target.Decided(s.Counters)
}
