package keyword

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"liveroom/engine/live"
	"liveroom/nlp/chars"
)

// MaxFileBytes is the largest file of rules that is read.
const MaxFileBytes = 1 << 20

var matchNames = [...]string{Exact: "exact", Prefix: "prefix", Contains: "contains"}

// String returns the name of the match in a file of rules, "" for none.
func (m Match) String() string {
	if int(m) < len(matchNames) {
		return matchNames[m]
	}
	return ""
}

// Parse reads rules from their YAML form, a list:
//
//   - {match: contains, text: 库存, intent: stock}
//   - {match: exact, text: 对比, intent: compare}
//
// match is exact, prefix or contains; intent is a name of the taxonomy. Every field must be there and no other may; the
// same text may not stand twice under the same match, in normal form. The error wraps ErrBad and names every problem by
// its line.
func Parse(file []byte) ([]Rule, error) {
	if len(file) > MaxFileBytes {
		return nil, fmt.Errorf("%w: a file of %d bytes, at most %d", ErrBad, len(file), MaxFileBytes)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(file))
	var doc, second yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%w: the file is empty; a shop without rules names no file", ErrBad)
		}
		return nil, fmt.Errorf("%w: %s", ErrBad, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows the list; the file is one list", ErrBad)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.SequenceNode {
		return nil, fmt.Errorf("%w: line %d: want a list of {match, text, intent}", ErrBad, max(doc.Line, 1))
	}
	p := parser{lines: map[Rule]int{}}
	for _, n := range doc.Content[0].Content {
		p.rule(n)
	}
	if len(p.rules) > MaxRules {
		p.fault(&doc, "%d rules, at most %d", len(p.rules), MaxRules)
	}
	if len(p.bad) > 0 {
		return nil, errors.Join(p.bad...)
	}
	return p.rules, nil
}

// parser collects rules and problems.
type parser struct {
	rules []Rule
	lines map[Rule]int // where a rule's match and normal text stand; its intent is left 0
	bad   []error
}

func (p *parser) fault(n *yaml.Node, format string, args ...any) {
	p.bad = append(p.bad, fmt.Errorf("%w: line %d: %s", ErrBad, max(n.Line, 1), fmt.Sprintf(format, args...)))
}

var fields = []string{"match", "text", "intent"}

// rule reads one entry of the list.
func (p *parser) rule(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		p.fault(n, "want {match, text, intent}")
		return
	}
	before := len(p.bad)
	values := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode || !slices.Contains(fields, key.Value):
			p.fault(key, "unknown field %q, want match, text and intent", key.Value)
		case values[key.Value] != nil:
			p.fault(key, "field %s stands twice", key.Value)
		case value.Kind != yaml.ScalarNode:
			p.fault(value, "%s must be text", key.Value)
		}
		values[key.Value] = value
	}
	for _, name := range fields {
		if values[name] == nil {
			p.fault(n, "field %s is missing", name)
		}
	}
	if len(p.bad) == before {
		p.take(values["match"], values["text"], values["intent"])
	}
}

// take makes a rule of its three fields.
func (p *parser) take(match, text, intent *yaml.Node) {
	r := Rule{Text: text.Value, Intent: live.ParseIntent(intent.Value)}
	if at := slices.Index(matchNames[Exact:], match.Value); at >= 0 {
		r.Match = Exact + Match(at)
	} else {
		p.fault(match, "match is %q, want exact, prefix or contains", match.Value)
	}
	if r.Intent == 0 {
		p.fault(intent, "intent %q is none of the taxonomy", intent.Value)
	}
	norm := chars.Normalize(r.Text)
	if n := len([]rune(norm)); n == 0 || n > MaxRunes {
		p.fault(text, "text of %d characters, want 1 to %d", n, MaxRunes)
	}
	place := Rule{Match: r.Match, Text: norm}
	if line, ok := p.lines[place]; ok && r.Match != 0 && norm != "" {
		p.fault(text, "repeats the text of line %d", line)
	}
	p.lines[place] = text.Line
	p.rules = append(p.rules, r)
}
