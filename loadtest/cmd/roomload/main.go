// Command roomload plays an audience against a liveroom engine and reports what came back.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"liveroom/loadtest"
	"liveroom/loadtest/report"
)

// cli is every command and flag.
type cli struct {
	Run     runCommand     `cmd:"" help:"Play a scenario and report. Exit code 0: all met; 1: the server broke a promise or missed a target; 2: usage; 3: the target is down; 4: the run is no evidence."`
	Report  reportCommand  `cmd:"" help:"Print a report that run wrote."`
	Compare compareCommand `cmd:"" help:"Set two reports side by side, normalised by their machines' calibration."`
	Doctor  doctorCommand  `cmd:"" help:"Check whether this machine can give evidence."`
	Torture tortureCommand `cmd:"" help:"Kill a server again and again under load, and prove from the clients' memory that nothing was lost."`
}

// outlets are where a command writes. The run's report and what was asked for go to out, progress to log.
type outlets struct {
	out, log io.Writer
}

func main() {
	// Collecting garbage rarely costs memory, of which there is plenty, and spares the cores, which the server shares.
	debug.SetGCPercent(400)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, os.Args[1:], outlets{os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// errVerdict carries an exit code for a run whose report has been printed.
type errVerdict int

func (e errVerdict) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// execute runs one command line and returns the exit code.
func execute(ctx context.Context, args []string, to outlets) int {
	var c cli
	exited := -1
	parser, err := kong.New(&c, kong.Name("roomload"), kong.Description("An audience for liveroom."),
		kong.Writers(to.out, to.log), kong.Vars{"scenarios": strings.Join(loadtest.ScenarioNames(), ", ")},
		kong.Exit(func(code int) { exited = code }), kong.UsageOnError())
	if err != nil {
		fmt.Fprintln(to.log, "roomload:", err)
		return report.ExitUsage
	}
	line, err := parser.Parse(args)
	if exited >= 0 { // help was asked for and printed
		return exited
	}
	if err != nil {
		fmt.Fprintln(to.log, "roomload:", err)
		return report.ExitUsage
	}
	line.BindTo(ctx, (*context.Context)(nil))
	err = line.Run(to)
	if verdict := errVerdict(0); errors.As(err, &verdict) {
		return int(verdict)
	}
	if err != nil {
		fmt.Fprintln(to.log, "roomload:", err)
	}
	return exitCode(err)
}

// exitCode maps what kept a command from its end.
func exitCode(err error) int {
	switch {
	case err == nil:
		return report.ExitMet
	case errors.Is(err, loadtest.ErrTargetDown):
		return report.ExitDown
	case errors.Is(err, context.Canceled):
		return report.ExitInvalid
	}
	return report.ExitUsage
}

type reportCommand struct {
	File string `arg:"" help:"Report, as run --out wrote it." type:"existingfile"`
}

// Run prints the report. Its exit code is that of the run.
func (c *reportCommand) Run(to outlets) error {
	r, err := report.Read(c.File)
	if err != nil {
		return err
	}
	if err := r.Text(to.out); err != nil {
		return err
	}
	return verdict(r)
}

func verdict(r *report.Report) error {
	if code := r.Verdict.ExitCode(); code != report.ExitMet {
		return errVerdict(code)
	}
	return nil
}

type compareCommand struct {
	A string `arg:"" help:"Report before." type:"existingfile"`
	B string `arg:"" help:"Report after." type:"existingfile"`
}

// Run prints the comparison.
func (c *compareCommand) Run(to outlets) error {
	a, err := report.Read(c.A)
	if err != nil {
		return err
	}
	b, err := report.Read(c.B)
	if err != nil {
		return err
	}
	return report.CompareText(to.out, a, b)
}
