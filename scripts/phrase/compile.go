package phrase

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"text/template/parse"

	"liveroom/engine/live"
)

// A text is written in the language of text/template, cut down to what a reply needs: text, variables, if, range over
// our own short lists, and the functions and, or, not and attr. The parse tree is checked node by node against that
// list and turned into parts, which render.go runs without reflection. text/template stays the judge in the tests.

// Bounds of one text.
const (
	maxSource = 2000 // bytes
	maxNested = 6    // blocks and brackets inside one another
	maxParts  = 200
)

// op says what a part does.
type op uint8

const (
	opText  op = iota // say part.text
	opSay             // say part.expr
	opIf              // body when part.expr holds, else alt
	opRange           // body for every row of part.list
)

// part is one step of a compiled text.
type part struct {
	op   op
	list Var
	text string
	expr expr
	body []part
	alt  []part
}

// exprOp says what an expression is.
type exprOp uint8

const (
	exprVar exprOp = iota
	exprAttr
	exprText
	exprAnd
	exprOr
	exprNot
)

// expr is something that can be said or asked whether it holds.
type expr struct {
	op     exprOp
	v      Var
	intent live.Intent
	text   string
	args   []expr
}

// functions is the closed list of functions, as the parser wants it.
var functions = map[string]any{"and": true, "or": true, "not": true, "attr": true}

// Flaw is a problem of a text.
type Flaw struct {
	Line int    // within the text, counted from 0
	Text string // what was seen and how to cure it
}

// Promise is what is sure to be known when a text is said.
type Promise struct {
	Needs      Set
	Attributes []live.Intent
}

// compiler checks one text and turns it into parts.
type compiler struct {
	source string
	tree   *parse.Tree
	limit  int           // of the reply, in runes
	attrs  []live.Intent // attributes the case promises
	flaws  []Flaw
	parts  int
}

// Compile checks a text that may come to at most limit characters, or says everything that is wrong with it.
func Compile(source string, sure Promise, limit int) (*Text, []Flaw) {
	c := &compiler{source: source, limit: limit, attrs: sure.Attributes}
	if len(source) > maxSource {
		return nil, []Flaw{{0, fmt.Sprintf("text is %d bytes, want at most %d", len(source), maxSource)}}
	}
	trees, err := parse.Parse("text", source, "{{", "}}", functions)
	if err != nil {
		return nil, []Flaw{syntaxFlaw(err)}
	}
	c.tree = trees["text"]
	if len(trees) != 1 || c.tree == nil {
		return nil, []Flaw{{0, "define and block are not part of the language: write the words where they are said"}}
	}
	parts := c.list(c.tree.Root, scope{promised: sure.Needs | SetOf(needAlways)})
	if len(c.flaws) == 0 {
		c.measure(parts)
	}
	if len(c.flaws) > 0 {
		return nil, c.flaws
	}
	return &Text{parts: parts, limit: limit}, nil
}

var (
	syntaxError = regexp.MustCompile(`^template: text:(\d+):(?:\d+:)? ?(.*)$`)
	noFunction  = regexp.MustCompile(`^function "([^"]*)" not defined$`)
)

// syntaxFlaw finds the line in an error of the parser and adds the cure where there is an obvious one.
func syntaxFlaw(err error) Flaw {
	m := syntaxError.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
	if m == nil {
		return Flaw{0, err.Error()}
	}
	line, _ := strconv.Atoi(m[1])
	if f := noFunction.FindStringSubmatch(m[2]); f != nil {
		return Flaw{line - 1, fmt.Sprintf("unknown function %q: there are and, or, not, attr; a variable starts with a dot", f[1])}
	}
	return Flaw{line - 1, m[2]}
}

// scope is what a place in a text may rely on.
type scope struct {
	promised Set
	attrs    []live.Intent // promised by conditions around
	inRow    bool
	row      Var // the list ranged over, when inRow
	depth    int
}

func (s scope) deeper() scope { s.depth++; return s }

func (c *compiler) flaw(at parse.Node, format string, args ...any) {
	line := strings.Count(c.source[:min(int(at.Position()), len(c.source))], "\n")
	c.flaws = append(c.flaws, Flaw{line, fmt.Sprintf(format, args...)})
}

// list compiles a list of nodes.
func (c *compiler) list(list *parse.ListNode, s scope) []part {
	if list == nil {
		return nil
	}
	if s.depth > maxNested {
		c.flaw(list, "blocks are nested deeper than %d", maxNested)
		return nil
	}
	var parts []part
	for _, n := range list.Nodes {
		if c.parts++; c.parts > maxParts {
			c.flaw(n, "text has more than %d parts", maxParts)
			return nil
		}
		switch n := n.(type) {
		case *parse.TextNode:
			parts = append(parts, c.text(n))
		case *parse.ActionNode:
			if e, ok := c.pipe(n.Pipe, s, true); ok {
				parts = append(parts, part{op: opSay, expr: e})
			}
		case *parse.IfNode:
			parts = append(parts, c.branch(n, s))
		case *parse.RangeNode:
			parts = append(parts, c.loop(n, s))
		default:
			c.flaw(n, "%s is not part of the language: there are variables, if, else, range, end and the functions and, or, not, attr", word(n))
		}
	}
	return parts
}

// word names a node that the language does not have.
func word(n parse.Node) string {
	name, _, _ := strings.Cut(strings.Trim(n.String(), "{}"), " ")
	return strconv.Quote(name)
}

func (c *compiler) text(n *parse.TextNode) part {
	text := string(n.Text)
	for i, r := range text {
		if !unbroken(r) {
			line := strings.Count(c.source[:int(n.Pos)], "\n") + strings.Count(text[:i], "\n")
			c.flaws = append(c.flaws, Flaw{line, fmt.Sprintf(
				"text holds %U: a reply is one line; end a line of the file with {{- and start the next with -}} to join them", r)})
			break
		}
	}
	return part{op: opText, text: text}
}

func (c *compiler) branch(n *parse.IfNode, s scope) part {
	e, ok := c.pipe(n.Pipe, s, false)
	inside := s.deeper()
	if ok {
		promise(e, &inside)
	}
	return part{op: opIf, expr: e, body: c.list(n.List, inside), alt: c.list(n.ElseList, s.deeper())}
}

// promise adds what is known to be there once e holds.
func promise(e expr, s *scope) {
	switch e.op {
	case exprVar:
		s.promised |= SetOf(words[e.v].need)
	case exprAttr:
		s.attrs = append(s.attrs[:len(s.attrs):len(s.attrs)], e.intent)
	case exprAnd:
		for _, a := range e.args {
			promise(a, s)
		}
	}
}

func (c *compiler) loop(n *parse.RangeNode, s scope) part {
	if s.inRow {
		c.flaw(n, "range inside range: a reply has at most one level of lists")
		return part{}
	}
	e, ok := c.pipe(n.Pipe, s, false)
	if !ok {
		return part{}
	}
	if e.op != exprVar || !e.v.isList() {
		c.flaw(n, "range over %s: only .Warehouses, .Breakdown and .Guesses are lists", n.Pipe)
		return part{}
	}
	if n.ElseList != nil {
		c.flaw(n, "range has an else: write {{if}} around it")
	}
	c.require(n, e.v, s)
	inside := s.deeper()
	inside.inRow, inside.row = true, e.v
	return part{op: opRange, list: e.v, expr: e, body: c.list(n.List, inside)}
}

// require notes a flaw unless v is sure to be known here.
func (c *compiler) require(at parse.Node, v Var, s scope) {
	w := words[v]
	if s.promised.Has(w.need) {
		return
	}
	cure := fmt.Sprintf("put {{if %s}}…{{end}} around it", at)
	if name := w.need.String(); name != "" {
		cure = fmt.Sprintf("add %q to the needs of the case or put {{if .%s}}…{{end}} around it", name, w.name)
	}
	c.flaw(at, ".%s may not be known here: %s", w.name, cure)
}

// measure proves that no rendering of parts can be longer than the limit or empty.
func (c *compiler) measure(parts []part) {
	if n := longest(parts); n > c.limit {
		c.flaws = append(c.flaws, Flaw{0, fmt.Sprintf(
			"the reply could be %d characters long, the limit is %d: shorten it or leave a list or sentence out", n, c.limit)})
	}
	if shortest(parts) == 0 {
		c.flaws = append(c.flaws, Flaw{0, "the reply could be empty"})
	}
}
