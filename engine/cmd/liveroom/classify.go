package main

import (
	"bufio"
	"context"
	"fmt"

	"liveroom/engine"
)

type classifyCommand struct{ settings }

// maxLine is the longest line classify reads, in bytes.
const maxLine = 1 << 20

// Run reads lines and prints one JSON line for each.
func (c *classifyCommand) Run(ctx context.Context, s streams) error {
	cfg, _, err := c.load(engine.Default())
	if err != nil {
		return err
	}
	log, err := newLogger(cfg.Node, s.err)
	if err != nil {
		return err
	}
	return engine.Classify(ctx, cfg, log, func(read func(string) []byte) error {
		lines := bufio.NewScanner(s.in)
		lines.Buffer(nil, maxLine)
		out := bufio.NewWriter(s.out)
		for lines.Scan() {
			if _, err := out.Write(append(read(lines.Text()), '\n')); err != nil {
				return fmt.Errorf("write: %w", err)
			}
		}
		if err := lines.Err(); err != nil {
			return fmt.Errorf("read lines: %w", err)
		}
		return out.Flush()
	})
}
