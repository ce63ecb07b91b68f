package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// The bounds of a YAML file.
const (
	maxAliasNodes = 64 // YAML aliases (*name) in it; they may not nest
	maxDepth      = 16 // of nesting
)

// Shape says what a file holds, for the words of its problems.
type Shape struct {
	What  string // such as catalogue
	Needs string // such as "a shop and its products"
}

// Decode reads a YAML or JSON file strictly into v, and returns a checker that knows what did not fit and the place of
// the rest.
func Decode(format Format, shape Shape, file []byte, v any) *Checker {
	c := &Checker{}
	if format == JSON {
		if p := jsonProblem(file); p != nil {
			c.Note(*p)
			return c
		}
		file = writeOut(file)
	}
	root, problem := parseTree(shape, file)
	if problem != nil {
		c.Note(*problem)
		return c
	}
	c.place = func(path []any) Problem { return Problem{Line: lineOf(root, path), Path: PathText(path)} }
	decoder := yaml.NewDecoder(bytes.NewReader(file))
	decoder.KnownFields(true)
	err := decoder.Decode(v)
	c.readable = err == nil || c.decodeProblems(err)
	return c
}

// decodeProblems notes what did not fit the file's shape, and tells whether the rest was read, so that it can be checked.
func (c *Checker) decodeProblems(err error) (rest bool) {
	var typed *yaml.TypeError
	if !errors.As(err, &typed) {
		c.Note(*yamlProblem(err.Error()))
		return false
	}
	rest = true
	for _, message := range typed.Errors {
		c.Note(*yamlProblem(message))
		rest = rest && !strings.Contains(message, "already defined") // the reader leaves such a mapping out
	}
	return rest
}

// TooLarge returns the problem of a file beyond MaxBytes, nil for any other.
func TooLarge(file []byte) *Problem {
	if len(file) <= MaxBytes {
		return nil
	}
	return &Problem{Text: fmt.Sprintf("the file has %d bytes; at most %d are read", len(file), MaxBytes)}
}

// parseTree reads the file into nodes, which are not expanded, and refuses what would explode in the next step.
func parseTree(shape Shape, file []byte) (*yaml.Node, *Problem) {
	if p := TooLarge(file); p != nil {
		return nil, p
	}
	decoder := yaml.NewDecoder(bytes.NewReader(file))
	var doc, second yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, &Problem{Text: "the file is empty; it must name " + shape.Needs}
		}
		return nil, yamlProblem(err.Error())
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, &Problem{Line: max(second.Line, 1), Text: "a second document begins here; a " + shape.What + " is one"}
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, &Problem{Line: max(doc.Line, 1), Text: "a " + shape.What + " is a mapping with " + shape.Needs}
	}
	aliases := 0
	if p := bounded(doc.Content[0], 0, false, &aliases); p != nil {
		return nil, p
	}
	return doc.Content[0], nil
}

// bounded refuses deep nesting and aliases that are many or nest.
func bounded(n *yaml.Node, depth int, anchored bool, aliases *int) *Problem {
	if depth > maxDepth {
		return &Problem{Line: n.Line, Text: fmt.Sprintf("nested deeper than %d levels", maxDepth)}
	}
	anchored = anchored || n.Anchor != ""
	if n.Kind == yaml.AliasNode {
		if *aliases++; anchored || *aliases > maxAliasNodes {
			return &Problem{Line: n.Line, Text: fmt.Sprintf("at most %d aliases are accepted, and none inside an anchor; write it out", maxAliasNodes)}
		}
		return nil
	}
	for _, child := range n.Content {
		if p := bounded(child, depth+1, anchored, aliases); p != nil {
			return p
		}
	}
	return nil
}

// lineOf returns the line of the deepest node on the path.
func lineOf(n *yaml.Node, path []any) int {
	line := n.Line
	for _, step := range path {
		if n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		next := child(n, step)
		if next == nil {
			return line
		}
		n, line = next, next.Line
	}
	return line
}

func child(n *yaml.Node, step any) *yaml.Node {
	switch step := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && step < len(n.Content) {
			return n.Content[step]
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

var (
	yamlLine    = regexp.MustCompile(`^(?:yaml: )?line (\d+): `)
	yamlUnknown = regexp.MustCompile(`^field (\S+) not found in type \S+$`)
	yamlKind    = regexp.MustCompile(` into (?:\[\])?(?:\w+\.)?(\w+)`)
)

// yamlProblem turns a message of the YAML reader into a problem, in words that name no Go types.
func yamlProblem(message string) *Problem {
	p := &Problem{Line: 1, Text: strings.TrimPrefix(message, "yaml: ")}
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		p.Line, _ = strconv.Atoi(m[1])
		p.Text = message[len(m[0]):]
	}
	if m := yamlUnknown.FindStringSubmatch(p.Text); m != nil {
		p.Text = fmt.Sprintf("unknown field %q", m[1])
	}
	if m := yamlKind.FindStringSubmatch(p.Text); m != nil {
		kind := "a list or mapping of the documented shape"
		switch m[1] {
		case "int", "int64", "uint64":
			kind = "a whole number"
		case "float64":
			kind = "a number"
		case "string":
			kind = "text"
		}
		p.Text = "a wrong kind of value; expected " + kind
	}
	return p
}

// jsonProblem returns what keeps a file from being JSON, nil when nothing does.
func jsonProblem(file []byte) *Problem {
	if p := TooLarge(file); p != nil {
		return p
	}
	if len(bytes.TrimSpace(file)) == 0 || json.Valid(file) {
		return nil
	}
	var syntax *json.SyntaxError
	p := &Problem{Line: 1, Text: "not JSON"}
	var raw json.RawMessage
	if err := json.Unmarshal(file, &raw); errors.As(err, &syntax) {
		p.Line += bytes.Count(file[:min(int(syntax.Offset), len(file))], []byte("\n"))
		p.Text = "not JSON: " + syntax.Error()
	}
	return p
}

// writeOut writes out the escapes of valid JSON that YAML does not know: characters given as two escapes, the halves of a
// UTF-16 pair, and the slash. It changes no line. A half without its other half becomes U+FFFD.
func writeOut(file []byte) []byte {
	out := make([]byte, 0, len(file))
	for i := 0; i < len(file); {
		switch {
		case file[i] != '\\':
			out = append(out, file[i])
			i++
		case file[i+1] == '/':
			out = append(out, '/')
			i += 2
		case file[i+1] != 'u' || (file[i+2] != 'd' && file[i+2] != 'D'):
			out = append(out, file[i], file[i+1])
			i += 2
		default:
			first, _ := strconv.ParseUint(string(file[i+2:i+6]), 16, 16) // valid, as the whole is
			i += 6
			r := rune(first)
			if utf16.IsSurrogate(r) {
				var second uint64
				if bytes.HasPrefix(file[i:], []byte(`\u`)) {
					second, _ = strconv.ParseUint(string(file[i+2:i+6]), 16, 16)
				}
				if r = utf16.DecodeRune(r, rune(second)); r != utf8.RuneError {
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}
