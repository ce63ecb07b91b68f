package main

import (
	"fmt"
	"text/tabwriter"

	"liveroom/engine"
)

type checkConfigCommand struct{ settings }

// Run reports every problem of a configuration.
func (c *checkConfigCommand) Run(s streams) error {
	if _, _, err := c.load(engine.Default()); err != nil {
		return err
	}
	_, err := fmt.Fprintln(s.out, "ok")
	return err
}

type printConfigCommand struct{ settings }

// Run prints every setting with its source.
func (c *printConfigCommand) Run(s streams) error {
	_, keys, err := c.load(engine.Default())
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	for _, k := range keys {
		fmt.Fprintf(w, "%s\t%v\t# %s\n", k.Name+":", k.Value, k.Source)
	}
	return w.Flush()
}

type configDocCommand struct{}

// Run prints the reference of settings.
func (configDocCommand) Run(s streams) error {
	_, err := fmt.Fprint(s.out, engine.ConfigDoc)
	return err
}
