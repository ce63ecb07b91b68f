package main

import (
	"context"

	"liveroom/loadtest"
	"liveroom/loadtest/report"
)

type tortureCommand struct {
	Cycles   int      `help:"How often the server is killed." default:"10"`
	Seed     uint64   `help:"Seed of every draw; 0 draws one and says which."`
	Data     string   `help:"Folder for the server's state, kept afterwards; by default a temporary one, kept when something was found." type:"path" placeholder:"DIR"`
	Program  string   `help:"The liveroom to start, when it is not the one beside roomload." type:"existingfile" placeholder:"FILE"`
	Set      []string `help:"Setting for the server, key=value; may be repeated." sep:"none" placeholder:"KEY=VALUE"`
	Database string   `help:"Command that kills and starts the database's server, with %s where the word kill or start goes; it is then killed too." placeholder:"COMMAND"`
	Quiet    bool     `help:"No progress lines."`
}

// Run torments a server, and fails when it lost anything.
func (c *tortureCommand) Run(ctx context.Context, to outlets) error {
	config := loadtest.TortureConfig{
		Program: c.Program, Settings: c.Set, Data: c.Data, Cycles: c.Cycles, Database: c.Database, Seed: c.Seed, Progress: to.log,
	}
	if c.Quiet {
		config.Progress = nil
	}
	r, err := loadtest.Torture(ctx, config)
	if err != nil {
		return err
	}
	if err := r.Text(to.out); err != nil {
		return err
	}
	if r.Verdict() != nil {
		return errVerdict(report.ExitMissed)
	}
	return nil
}
