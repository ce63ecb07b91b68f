package main

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"time"

	"liveroom/loadtest/crowd"
	"liveroom/loadtest/machine"
	"liveroom/loadtest/report"
	"liveroom/loadtest/target"
)

type doctorCommand struct {
	targetFlags

	Links  int           `help:"Links to be opened." default:"10000"`
	Within time.Duration `help:"How long the target may take to answer." default:"3s"`
}

// What a machine should have so that the scenarios are evidence.
const (
	wantCores    = 2
	wantMemoryMB = 1024
	wantClock    = 10 * time.Microsecond
	wantEchoUs   = 100
)

// Run checks and prints one line a check. Its exit code is 3 when a given target does not answer, 4 when something else is
// amiss.
func (c *doctorCommand) Run(ctx context.Context, to outlets) error {
	d := &doctor{to: to}
	files, err := crowd.RaiseFileLimit()
	need := uint64(c.Links) + 64
	d.check(err == nil && files >= need, "open files", "%d allowed, %d needed for %d links (ulimit -n)", files, need, c.Links)
	d.check(runtime.NumCPU() >= wantCores, "cores", "%d, want %d: the generator needs a share of them", runtime.NumCPU(), wantCores)
	free := machine.FreeMB()
	d.check(free >= wantMemoryMB, "free memory", "%d MB, want %d MB", free, wantMemoryMB)
	step, err := machine.ClockStep()
	d.check(err == nil && step <= wantClock, "clock", "steps of %v, want %v or less", step, wantClock)
	echo, err := machine.Calibrate(ctx, 300*time.Millisecond)
	d.check(err == nil && echo.CPUUs <= wantEchoUs, "calibration", "an echo costs %.1f µs CPU, p99 %.0f µs; want %d µs or less", echo.CPUUs, echo.P99Us, wantEchoUs)
	at, err := c.endpoints()
	if err != nil {
		return err
	}
	if at.TCP == "" && at.WS == "" {
		path, err := target.Beside()
		d.check(err == nil, "liveroom", "%s", either(err, path))
		return d.result(report.ExitInvalid)
	}
	healthy := d.failed
	c.visit(ctx, d, at)
	if d.failed && !healthy {
		return d.result(report.ExitDown)
	}
	return d.result(report.ExitInvalid)
}

// visit looks whether a running target can be reached.
func (c *doctorCommand) visit(ctx context.Context, d *doctor, at target.Endpoints) {
	ctx, cancel := context.WithTimeout(ctx, c.Within)
	defer cancel()
	for _, addr := range []string{at.TCP, hostOf(at.WS)} {
		if addr == "" {
			continue
		}
		var dial net.Dialer
		conn, err := dial.DialContext(ctx, "tcp", addr)
		d.check(err == nil, "target", "%s %s", addr, either(err, "answers"))
		if err == nil {
			_ = conn.Close()
		}
	}
	if at.Admin != "" {
		_, err := target.Scrape(ctx, at.Admin, at.Tokens.Admin)
		d.check(err == nil, "metrics", "%s %s", at.Admin, either(err, "can be read"))
	}
}

func either(err error, well string) string {
	if err != nil {
		return err.Error()
	}
	return well
}

// doctor prints checks and remembers whether one failed.
type doctor struct {
	to     outlets
	failed bool
	broken error
}

func (d *doctor) check(ok bool, what, format string, args ...any) {
	word := "ok"
	if !ok {
		word, d.failed = "AMISS", true
	}
	if _, err := fmt.Fprintf(d.to.out, "%-6s %-12s %s\n", word, what, fmt.Sprintf(format, args...)); err != nil {
		d.broken = err
	}
}

func (d *doctor) result(code int) error {
	if d.broken != nil {
		return d.broken
	}
	if d.failed {
		return errVerdict(code)
	}
	return nil
}
