package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"liveroom/engine"
	"liveroom/engine/shop"
	"liveroom/engine/shop/document"
	"liveroom/engine/shop/knowledge"
)

// exchange is what import and export share: which node, and what of it.
type exchange struct {
	node
	Knowledge bool   `help:"The knowledge base instead of the catalogue."`
	Format    string `help:"yaml, json or csv." placeholder:"FORMAT"`
}

// path returns what to ask for.
func (x exchange) path(query url.Values) string {
	path := "/v1/catalogue"
	if x.Knowledge {
		path = "/v1/knowledge"
	}
	return path + "?" + query.Encode()
}

// refused turns a node's refusal into an error.
func refused(file string, status int, answer []byte) error {
	var why struct {
		Error    string             `json:"error"`
		Problems []document.Problem `json:"problems"`
	}
	if json.Unmarshal(answer, &why) != nil || why.Error == "" {
		return fmt.Errorf("%s: the node answered %d: %s", file, status, document.Clip(string(answer)))
	}
	lines := []string{file + ": " + why.Error}
	for _, p := range why.Problems {
		lines = append(lines, "  "+p.String())
	}
	return fmt.Errorf("%s", strings.Join(lines, "\n"))
}

type importCommand struct {
	exchange
	File    string `arg:"" help:"YAML, JSON or CSV file." type:"existingfile"`
	Scripts bool   `help:"All reply scripts of the shop instead, as export --scripts prints them: they are put live together, or none is."`
	DryRun  bool   `help:"Check the file and say what would change; change nothing."`
}

// Run replaces a node's catalogue or knowledge base by a file, after it was checked here, or puts scripts live.
func (c *importCommand) Run(ctx context.Context, s streams) error {
	if c.Scripts {
		if c.Knowledge || c.Format != "" {
			return fmt.Errorf("%w: --scripts goes with neither --knowledge nor --format", errUsage)
		}
		return c.importScripts(ctx, s)
	}
	format, err := document.FormatOf(c.File)
	if c.Format != "" {
		format, err = document.ParseFormat(c.Format)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	file, err := readAtMost(c.File, document.MaxBytes)
	if err != nil {
		return err
	}
	if c.Knowledge {
		_, err = knowledge.Parse(format, file, knowledge.Rules{})
	} else {
		_, err = shop.Parse(format, file)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	query := url.Values{"format": {string(format)}}
	if c.DryRun {
		query.Set("dry_run", "1")
	}
	status, answer, err := c.request(ctx, http.MethodPut, c.path(query), file)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return refused(c.File, status, answer)
	}
	done := "imported"
	if c.DryRun {
		done = "would be imported"
	}
	_, err = fmt.Fprintf(s.out, "%s %s: %s\n", c.File, done, bytes.TrimSpace(answer))
	return err
}

// readAtMost reads a file, but not much more of it than is accepted.
func readAtMost(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most+1))
}

type exportCommand struct {
	exchange
	Scripts string `help:"Without a folder: print all reply scripts of the node's shop as one YAML file instead, for import --scripts. With one: write the library of scripts into this empty folder, for editing; no node is asked." type:"path" placeholder:"[DIR]"`
}

// Run prints a node's catalogue or knowledge base, or writes the script library into a folder.
func (c *exportCommand) Run(ctx context.Context, s streams) error {
	if c.Scripts == "-" {
		return c.exportScripts(ctx, s)
	}
	if c.Scripts != "" {
		return engine.ExportScripts(c.Scripts)
	}
	format := document.YAML
	if c.Format != "" {
		var err error
		if format, err = document.ParseFormat(c.Format); err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
	}
	status, answer, err := c.request(ctx, http.MethodGet, c.path(url.Values{"format": {string(format)}}), nil)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return refused("export", status, answer)
	}
	_, err = s.out.Write(answer)
	return err
}
