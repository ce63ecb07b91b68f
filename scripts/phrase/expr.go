package phrase

import (
	"fmt"
	"strings"
	"text/template/parse"

	"liveroom/engine/live"
)

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
		if strings.ContainsFunc(n.Text, func(r rune) bool { return !unbroken(r) }) {
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
	list := Item // no list
	if inRow {
		list = s.row
	}
	v, ok := lookup(path[0], list)
	if !ok {
		hint := ""
		if _, outer := lookup(path[0], Item); inRow && outer {
			hint = fmt.Sprintf("; write {{$.%s}} for the variable of the reply", path[0])
		}
		c.flaw(n, "unknown variable .%s: there are %s%s", path[0], dotted(list), hint)
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
