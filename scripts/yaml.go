package scripts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Scripts are read from the tree of the YAML parser rather than into structs: so every problem has its line, nothing
// is guessed, and an alias, the stuff of YAML bombs, is never followed.

// reader collects the problems of one file.
type reader struct {
	file     string
	problems []Problem
}

func (r *reader) problem(line int, format string, args ...any) {
	r.problems = append(r.problems, Problem{File: r.file, Line: line, Text: fmt.Sprintf(format, args...)})
}

// maxTree bounds the nodes of a file and maxDeep how deep they nest.
const (
	maxTree = 5000
	maxDeep = 8
)

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// parse returns the one document of a file, or nil.
func (r *reader) parse(text []byte) *yaml.Node {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			r.problem(1, "the file is empty: remove it or write a script")
			return nil
		}
		line := 0
		if m := yamlLine.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " ")); m != nil {
			line, _ = strconv.Atoi(m[1])
			r.problem(line, "not YAML: %s", m[2])
			return nil
		}
		r.problem(line, "not YAML: %v", err)
		return nil
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		r.problem(max(more.Line, 1), "a file holds one script: remove what follows ---")
		return nil
	}
	if len(doc.Content) != 1 {
		r.problem(1, "the file is empty: remove it or write a script")
		return nil
	}
	nodes := 0
	if !r.plain(doc.Content[0], 0, &nodes) {
		return nil
	}
	return doc.Content[0]
}

// plain refuses what a script has no use for: aliases, anchors, tags of its own, trees too large.
func (r *reader) plain(n *yaml.Node, depth int, nodes *int) bool {
	*nodes++
	switch {
	case *nodes > maxTree:
		r.problem(n.Line, "more than %d values", maxTree)
		return false
	case depth > maxDeep:
		r.problem(n.Line, "nested deeper than %d", maxDeep)
		return false
	case n.Kind == yaml.AliasNode || n.Anchor != "" || n.Tag == "!!merge":
		r.problem(n.Line, "anchors, aliases and merges are not allowed: write it out")
		return false
	case n.Style&yaml.TaggedStyle != 0:
		r.problem(n.Line, "tag %s is not allowed", n.Tag)
		return false
	}
	for _, c := range n.Content {
		if !r.plain(c, depth+1, nodes) {
			return false
		}
	}
	return true
}

// mapping returns the values of n by key, refusing keys that are unknown or come twice.
func (r *reader) mapping(n *yaml.Node, what string, keys ...string) map[string]*yaml.Node {
	if n.Kind != yaml.MappingNode {
		r.problem(n.Line, "%s must be a mapping with %s", what, strings.Join(keys, ", "))
		return nil
	}
	values := make(map[string]*yaml.Node)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if !contains(keys, key.Value) || key.Kind != yaml.ScalarNode {
			r.problem(key.Line, "unknown field %q in %s: there are %s", key.Value, what, strings.Join(keys, ", "))
			continue
		}
		if values[key.Value] != nil {
			r.problem(key.Line, "field %q comes twice", key.Value)
			continue
		}
		values[key.Value] = n.Content[i+1]
	}
	return values
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

// sequence returns the items of n; a missing field has none.
func (r *reader) sequence(n *yaml.Node, what string, most int) []*yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		r.problem(n.Line, "%s must be a list", what)
		return nil
	}
	if len(n.Content) > most {
		r.problem(n.Line, "%s has %d items, want at most %d", what, len(n.Content), most)
		return nil
	}
	return n.Content
}

// scalar returns the text of n, "" and a problem when it is no scalar.
func (r *reader) scalar(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		r.problem(n.Line, "%s must be a text", what)
		return ""
	}
	return n.Value
}

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,47}$`)

// name returns a name: a lower-case letter, then letters, digits and _.
func (r *reader) name(n *yaml.Node, what string) string {
	s := r.scalar(n, what)
	if s != "" && !nameForm.MatchString(s) {
		r.problem(n.Line, "%s %q must be a lower-case letter, then at most 47 letters, digits or _", what, s)
	}
	return s
}

// number returns a whole number between low and high, or 0.
func (r *reader) number(n *yaml.Node, what string, low, high int) int {
	v, err := strconv.Atoi(r.scalar(n, what))
	if err != nil || v < low || v > high {
		r.problem(n.Line, "%s is %q, want a number from %d to %d", what, n.Value, low, high)
		return 0
	}
	return v
}

// duration returns a duration as Go writes it, or 0.
func (r *reader) duration(n *yaml.Node, what string, low, high time.Duration) time.Duration {
	d, err := time.ParseDuration(r.scalar(n, what))
	if err != nil || d < low || d > high {
		r.problem(n.Line, "%s is %q, want a duration from %s to %s, as 90s or 12h", what, n.Value, low, high)
		return 0
	}
	return d
}
