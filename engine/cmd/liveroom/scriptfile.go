package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"liveroom/engine/admin/console"
)

// All scripts of a shop in one YAML file: a mapping from the name of each script file to its text, as a literal block. A name
// without a text (null) takes the shop's file away.

const (
	scriptsRoute   = "/v1/scripts/bundle"
	maxScriptsFile = 6 << 20 // bytes
)

// bareScripts lets export --scripts be given without a folder, which prints the node's scripts.
func bareScripts(args []string) []string {
	if len(args) == 0 || args[0] != "export" {
		return args
	}
	args = slices.Clone(args)
	for i, a := range args {
		if a == "--scripts" && (i+1 == len(args) || strings.HasPrefix(args[i+1], "--")) {
			args[i] = "--scripts=-"
		}
	}
	return args
}

// exportScripts prints all scripts of a node.
func (x exchange) exportScripts(ctx context.Context, s streams) error {
	status, answer, err := x.request(ctx, http.MethodGet, scriptsRoute, nil)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return refused("export", status, answer)
	}
	var b console.Bundle
	if err := json.Unmarshal(answer, &b); err != nil {
		return fmt.Errorf("export: the node answered what is no list of scripts: %w", err)
	}
	slices.SortFunc(b.Files, func(a, b console.BundleFile) int { return strings.Compare(a.Name, b.Name) })
	doc := &yaml.Node{Kind: yaml.MappingNode, HeadComment: "All scripts of shop " + string(b.Shop) +
		". Edit, then put them live: liveroom import --scripts FILE.\nA file whose text is null is taken away; a file that is left out stays as it is."}
	for _, f := range b.Files {
		name := &yaml.Node{Kind: yaml.ScalarNode, Value: f.Name}
		if f.Own {
			name.HeadComment = "the shop's own"
		}
		doc.Content = append(doc.Content, name, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.LiteralStyle, Value: f.Text})
	}
	e := yaml.NewEncoder(s.out)
	e.SetIndent(2)
	return errors.Join(e.Encode(doc), e.Close())
}

// scriptsIn are the scripts of a file, with the line in it at which each text begins, 0 when its lines are not its own.
func scriptsIn(file []byte) (files []console.BundleFile, begins map[string]int, err error) {
	var doc yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(file))
	if err := d.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, nil, errors.New("holds nothing; want what liveroom export --scripts prints")
	} else if err != nil {
		return nil, nil, err
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, nil, errors.New("want a mapping from names of script files to their texts, as liveroom export --scripts prints it")
	}
	all := doc.Content[0].Content
	begins = make(map[string]int)
	var wrong []error
	for i := 0; i+1 < len(all); i += 2 {
		name, text := all[i], all[i+1]
		f := console.BundleFile{Name: name.Value}
		switch {
		case name.Kind != yaml.ScalarNode || name.Value == "":
			wrong = append(wrong, fmt.Errorf("line %d: want the name of a script file", name.Line))
		case text.Kind != yaml.ScalarNode || text.Tag != "!!str" && text.Tag != "!!null":
			wrong = append(wrong, fmt.Errorf("line %d: %s: want its text as a block that begins with |, or null to take the file away", text.Line, name.Value))
		case text.Tag == "!!null":
			f.Remove = true
		default:
			if f.Text = text.Value; text.Style&yaml.LiteralStyle != 0 {
				begins[f.Name] = text.Line
			}
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		wrong = append(wrong, errors.New("holds no script"))
	}
	return files, begins, errors.Join(wrong...)
}

// importScripts puts the scripts of a file live on a node, all of them or none.
func (c *importCommand) importScripts(ctx context.Context, s streams) error {
	file, err := readAtMost(c.File, maxScriptsFile)
	if err != nil {
		return err
	}
	if len(file) > maxScriptsFile {
		return fmt.Errorf("%s: larger than %d bytes", c.File, maxScriptsFile)
	}
	files, begins, err := scriptsIn(file)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	body, err := json.Marshal(map[string]any{"files": files})
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	path := scriptsRoute
	if c.DryRun {
		path += "?dry_run=true"
	}
	status, answer, err := c.request(ctx, http.MethodPut, path, body)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return refusedScripts(c.File, status, answer, begins)
	}
	done := "imported"
	if c.DryRun {
		done = "would be imported"
	}
	_, err = fmt.Fprintf(s.out, "%s %s: %s\n", c.File, done, bytes.TrimSpace(answer))
	return err
}

// refusedScripts turns a node's refusal into an error that names each problem by its line in the file.
func refusedScripts(file string, status int, answer []byte, begins map[string]int) error {
	var why struct {
		Detail string `json:"detail"`
		Errors []struct {
			Message  string `json:"message"`
			Location string `json:"location"`
			Value    any    `json:"value"`
		} `json:"errors"`
	}
	if json.Unmarshal(answer, &why) != nil || why.Detail == "" {
		return refused(file, status, answer)
	}
	lines := []string{fmt.Sprintf("%s: %s", file, why.Detail)}
	for _, e := range why.Errors {
		at := e.Location
		if n, ok := e.Value.(float64); ok && n > 0 {
			at += fmt.Sprintf(":%d", int(n))
			if begin := begins[e.Location]; begin > 0 {
				at += fmt.Sprintf(" (line %d of the file)", begin+int(n))
			}
		}
		lines = append(lines, "  "+strings.TrimPrefix(at+": ", ": ")+e.Message)
	}
	return errors.New(strings.Join(lines, "\n"))
}
