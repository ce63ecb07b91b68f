package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"liveroom/engine"
)

// local is an engine in this process, over data of its own unless told otherwise, for a command that shows it.
type local struct {
	settings
	Data string `help:"Keep data in this folder instead of a temporary one." type:"path" placeholder:"DIR"`
}

// run starts the engine, lets use have it, and stops it when use returns, unless that wants it to stay: then when ctx ends.
// change adjusts the configuration before files, environment and flags do.
func (l *local) run(ctx context.Context, s streams, change func(*engine.Config), use func(context.Context, *engine.Engine, engine.Config) (stay bool, err error)) (err error) {
	if err := forbidDumps(); err != nil {
		return fmt.Errorf("forbid core dumps: %w", err)
	}
	dir := l.Data
	if dir == "" {
		if dir, err = os.MkdirTemp("", "liveroom-"); err != nil {
			return fmt.Errorf("temporary data: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	base := engine.Default()
	base.Storage.Dir, base.Node.LogLevel = dir, "warn"
	base.Transport.TCPAddr, base.Transport.WSAddr, base.Admin.Addr = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	change(&base)
	if own := base.Scripts.Dir; own != "" {
		if err := os.MkdirAll(own, 0o700); err != nil {
			return fmt.Errorf("folder of scripts: %w", err)
		}
	}
	cfg, _, err := l.load(base)
	if err != nil {
		return err
	}
	log, err := newLogger(cfg.Node, s.err)
	if err != nil {
		return err
	}
	if err := engine.MakeMasterKey(cfg); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	e, err := engine.New(ctx, cfg, log)
	if err != nil {
		return err
	}
	tuneMemory(ctx, e.Ready())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	select {
	case <-e.Ready():
	case err := <-done:
		return err
	}
	stay, err := use(ctx, e, cfg)
	if err != nil || !stay {
		stop()
	}
	return errors.Join(err, <-done)
}
