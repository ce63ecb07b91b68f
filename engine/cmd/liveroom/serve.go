package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"

	"liveroom/engine"
)

// gcPercent keeps a node with 10,000 dialogues small for a few microseconds of CPU a message; GOGC overrides it.
const gcPercent = 50

func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

type serveCommand struct{ settings }

// Run serves until the context ends.
func (c *serveCommand) Run(ctx context.Context, s streams) error {
	cfg, _, err := c.load(engine.Default())
	if err != nil {
		return err
	}
	log, err := newLogger(cfg.Node, s.err)
	if err != nil {
		return err
	}
	if err := forbidDumps(); err != nil {
		return fmt.Errorf("forbid core dumps: %w", err)
	}
	tuneMemory()
	e, err := engine.New(ctx, cfg, log)
	if err != nil {
		return err
	}
	return e.Run(ctx)
}
