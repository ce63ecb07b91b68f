package scripts

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"text/template/parse"
	"unicode"
	"unicode/utf8"

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
	list variable
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
	v      variable
	intent live.Intent
	text   string
	args   []expr
}

// functions is the closed list of functions, as the parser wants it.
var functions = map[string]any{"and": true, "or": true, "not": true, "attr": true}

// flaw is a problem at a line of a text, counted from 0.
type flaw struct {
	line int
	text string
}

// compiler checks one text and turns it into parts.
type compiler struct {
	source string
	tree   *parse.Tree
	limit  int           // of the reply, in runes
	needs  needSet       // what the case promises
	attrs  []live.Intent // attributes the case promises
	flaws  []flaw
	parts  int
}

// compile turns source into parts, or says what is wrong with it.
func compile(source string, needs needSet, attrs []live.Intent, limit int) ([]part, []flaw) {
	c := &compiler{source: source, limit: limit, needs: needs | setOf(needAlways), attrs: attrs}
	if len(source) > maxSource {
		return nil, []flaw{{0, fmt.Sprintf("text is %d bytes, want at most %d", len(source), maxSource)}}
	}
	trees, err := parse.Parse("text", source, "{{", "}}", functions)
	if err != nil {
		return nil, []flaw{syntaxFlaw(err)}
	}
	c.tree = trees["text"]
	if len(trees) != 1 || c.tree == nil {
		return nil, []flaw{{0, "define and block are not part of the language: write the words where they are said"}}
	}
	scope := scope{promised: c.needs}
	parts := c.list(c.tree.Root, scope)
	if len(c.flaws) == 0 {
		c.measure(parts)
	}
	if len(c.flaws) > 0 {
		return nil, c.flaws
	}
	return parts, nil
}

var syntaxError = regexp.MustCompile(`^template: text:(\d+):(?:\d+:)? ?(.*)$`)
var noFunction = regexp.MustCompile(`^function "([^"]*)" not defined$`)

// syntaxFlaw finds the line in an error of the parser and adds the cure where there is an obvious one.
func syntaxFlaw(err error) flaw {
	m := syntaxError.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
	if m == nil {
		return flaw{0, err.Error()}
	}
	line, _ := strconv.Atoi(m[1])
	if f := noFunction.FindStringSubmatch(m[2]); f != nil {
		return flaw{line - 1, fmt.Sprintf("unknown function %q: there are and, or, not, attr; a variable starts with a dot", f[1])}
	}
	return flaw{line - 1, m[2]}
}

// scope is what a place in a text may rely on.
type scope struct {
	promised needSet
	attrs    []live.Intent // promised by conditions around
	inRow    bool
	row      variable // the list ranged over, when inRow
	depth    int
}

func (s scope) deeper() scope { s.depth++; return s }

func (c *compiler) flaw(at parse.Node, format string, args ...any) {
	line := strings.Count(c.source[:min(int(at.Position()), len(c.source))], "\n")
	c.flaws = append(c.flaws, flaw{line, fmt.Sprintf(format, args...)})
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
		if unicode.IsControl(r) || r == utf8.RuneError {
			line := strings.Count(c.source[:int(n.Pos)], "\n") + strings.Count(text[:i], "\n")
			c.flaws = append(c.flaws, flaw{line, fmt.Sprintf(
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
		s.promised |= setOf(words[e.v].need)
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
func (c *compiler) require(at parse.Node, v variable, s scope) {
	w := words[v]
	if s.promised.has(w.need) {
		return
	}
	cure := fmt.Sprintf("put {{if %s}}…{{end}} around it", at)
	if name := needNames[w.need]; name != "" {
		cure = fmt.Sprintf("add %q to the needs of the case or put {{if .%s}}…{{end}} around it", name, w.name)
	}
	c.flaw(at, ".%s may not be known here: %s", w.name, cure)
}

// pipe compiles a pipeline: one command, no variables of its own.
func (c *compiler) pipe(p *parse.PipeNode, s scope, said bool) (expr, bool) {
	switch {
	case p == nil || len(p.Cmds) == 0:
		return expr{}, false
	case len(p.Decl) > 0:
		c.flaw(p, "%s sets a variable: there are only those of the dictionary", p)
		return expr{}, false
	case len(p.Cmds) > 1:
		c.flaw(p, "%s uses a pipe: write the call out", p)
		return expr{}, false
	case s.depth > maxNested:
		c.flaw(p, "brackets are nested deeper than %d", maxNested)
		return expr{}, false
	}
	return c.command(p.Cmds[0], s, said)
}

func (c *compiler) command(n *parse.CommandNode, s scope, said bool) (expr, bool) {
	if len(n.Args) == 0 {
		return expr{}, false
	}
	if id, ok := n.Args[0].(*parse.IdentifierNode); ok {
		return c.call(id, n.Args[1:], s, said)
	}
	if len(n.Args) > 1 {
		c.flaw(n, "%s: a variable takes no arguments", n)
		return expr{}, false
	}
	return c.operand(n.Args[0], s, said)
}

// operand compiles what stands for a value. said is true where the value goes into the reply for sure.
func (c *compiler) operand(n parse.Node, s scope, said bool) (expr, bool) {
	switch n := n.(type) {
	case *parse.FieldNode:
		return c.variable(n, n.Ident, s, s.inRow, said)
	case *parse.VariableNode:
		if n.Ident[0] == "$" && len(n.Ident) > 1 {
			return c.variable(n, n.Ident[1:], s, false, said)
		}
		c.flaw(n, "%s is no variable: there are only those of the dictionary", n)
	case *parse.StringNode:
		if strings.ContainsFunc(n.Text, unicode.IsControl) || !utf8.ValidString(n.Text) {
			c.flaw(n, "%s holds a control character or is not UTF-8", n)
			return expr{}, false
		}
		return expr{op: exprText, text: n.Text}, true
	case *parse.PipeNode:
		return c.pipe(n, s.deeper(), said)
	case *parse.IdentifierNode:
		return c.call(n, nil, s, said)
	default:
		c.flaw(n, "%s is no value here: there are variables, texts in quotes and the functions and, or, not, attr", n)
	}
	return expr{}, false
}

func (c *compiler) variable(n parse.Node, path []string, s scope, inRow, said bool) (expr, bool) {
	if len(path) != 1 {
		c.flaw(n, "%s: variables have no fields or methods", n)
		return expr{}, false
	}
	list := varItem // no list
	if inRow {
		list = s.row
	}
	v, ok := lookup(path[0], list)
	if !ok {
		hint := ""
		if _, outer := lookup(path[0], varItem); inRow && outer {
			hint = fmt.Sprintf("; write {{$.%s}} for the variable of the reply", path[0])
		}
		c.flaw(n, "unknown variable .%s: there are .%s%s", path[0], strings.Join(known(list), ", ."), hint)
		return expr{}, false
	}
	if said {
		switch {
		case v.isList():
			c.flaw(n, ".%s is a list: say it with {{range .%s}}…{{end}}", path[0], path[0])
			return expr{}, false
		case v.isMark():
			c.flaw(n, ".%s is only good as a condition: {{if .%s}}…{{end}}", path[0], path[0])
			return expr{}, false
		}
		c.require(n, v, s)
	}
	return expr{op: exprVar, v: v}, true
}

// call compiles one of the functions.
func (c *compiler) call(id *parse.IdentifierNode, args []parse.Node, s scope, said bool) (expr, bool) {
	switch id.Ident {
	case "attr":
		return c.attr(id, args, s, said)
	case "or":
		return c.many(id, exprOr, args, s, said)
	case "and", "not":
		if said {
			c.flaw(id, "%s is only good as a condition: {{if %s …}}…{{end}}", id, id)
			return expr{}, false
		}
		if id.Ident == "and" {
			return c.many(id, exprAnd, args, s, false)
		}
		if len(args) != 1 {
			c.flaw(id, "not takes one argument")
			return expr{}, false
		}
		a, ok := c.operand(args[0], s, false)
		return expr{op: exprNot, args: []expr{a}}, ok
	}
	c.flaw(id, "unknown function %q: there are and, or, not, attr; a variable starts with a dot", id.Ident)
	return expr{}, false
}

// many compiles and and or. When or is said, what is said is the first argument that is known, so only the last must
// be sure to be.
func (c *compiler) many(id *parse.IdentifierNode, op exprOp, args []parse.Node, s scope, said bool) (expr, bool) {
	if len(args) < 2 || len(args) > 4 {
		c.flaw(id, "%s takes two to four arguments", id)
		return expr{}, false
	}
	e := expr{op: op}
	for i, n := range args {
		must := said && i == len(args)-1
		a, ok := c.operand(n, s, must)
		if !ok {
			return expr{}, false
		}
		if said && (len(a.args) > 0 || a.op == exprVar && (a.v.isList() || a.v.isMark())) {
			c.flaw(n, "%s cannot be said: an or that is said takes variables, texts in quotes and attr", n)
			return expr{}, false
		}
		e.args = append(e.args, a)
	}
	return e, true
}

func (c *compiler) attr(id *parse.IdentifierNode, args []parse.Node, s scope, said bool) (expr, bool) {
	if len(args) != 1 {
		c.flaw(id, `attr takes one argument: {{attr "material"}}`)
		return expr{}, false
	}
	key, ok := args[0].(*parse.StringNode)
	if !ok {
		c.flaw(id, `attr takes the key of an intent in quotes: {{attr "material"}}`)
		return expr{}, false
	}
	intent := live.ParseIntent(key.Text)
	if intent == 0 {
		c.flaw(id, "attr %s: no such intent", key)
		return expr{}, false
	}
	if said && !holds(c.attrs, intent) && !holds(s.attrs, intent) {
		c.flaw(id, "attr %s may not be known here: add \"attribute:%s\" to the needs of the case or put {{if attr %s}}…{{end}} around it",
			key, key.Text, key)
		return expr{}, false
	}
	return expr{op: exprAttr, intent: intent}, true
}

func holds(all []live.Intent, one live.Intent) bool {
	for _, i := range all {
		if i == one {
			return true
		}
	}
	return false
}

// measure proves that no rendering of parts can be longer than the limit or empty.
func (c *compiler) measure(parts []part) {
	if n := longest(parts); n > c.limit {
		c.flaws = append(c.flaws, flaw{0, fmt.Sprintf(
			"the reply could be %d characters long, the limit is %d: shorten it or leave a list or sentence out", n, c.limit)})
	}
	if shortest(parts) == 0 {
		c.flaws = append(c.flaws, flaw{0, "the reply could be empty"})
	}
}
