package main

import (
	"context"

	"liveroom/engine"
)

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
	e, err := engine.New(ctx, cfg, log)
	if err != nil {
		return err
	}
	return e.Run(ctx)
}
