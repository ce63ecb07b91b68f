package main

import (
	"context"
	"fmt"

	"liveroom/engine"
)

// showFirstPassword shows the password of the account that the first start makes, the only time that anything does.
func showFirstPassword(e *engine.Engine, s streams) {
	if password := e.FirstPassword(); password != "" {
		fmt.Fprintf(s.err, "first start: sign in to the admin side as %s with %s, once, and choose a password of your own\n", engine.FirstAccount, password)
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
	e, err := engine.New(ctx, cfg, log)
	if err != nil {
		return err
	}
	tuneMemory(ctx, e.Ready())
	showFirstPassword(e, s)
	return e.Run(ctx)
}
