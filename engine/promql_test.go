package engine

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// query is a PromQL expression as far as our dashboard and rules use the language: a number, a string, a selector, a call,
// an aggregation or an operation.
type query struct {
	op       string // "number", "string", "selector", "call", "sum" and its like, or the operator
	name     string // of the selector's metric, of the function, or the literal
	matchers []matcher
	span     string   // what stands in a selector's brackets
	by       []string // labels of an aggregation
	without  bool     // by are those to drop
	args     []*query
}

type matcher struct{ label, op, value string }

var (
	tokens     = regexp.MustCompile(`^(?:[a-zA-Z_:][a-zA-Z0-9_:]*|[0-9][0-9.]*(?:e[+-]?[0-9]+)?|"(?:[^"\\]|\\.)*"|=~|!~|!=|==|>=|<=|[-+*/%^=<>(){}\[\],])`)
	aggregates = map[string]bool{"sum": true, "min": true, "max": true, "avg": true, "count": true}
	strength   = map[string]int{
		"or": 1, "and": 2, "unless": 2, "==": 3, "!=": 3, ">": 3, "<": 3, ">=": 3, "<=": 3, "+": 4, "-": 4, "*": 5, "/": 5,
	}
)

// queryReader reads one expression. The first thing it cannot read ends it, by panic, which parseQuery turns into an error.
type queryReader struct {
	rest  string
	token string // the one at hand, "" at the end
}

type notPromQL string

// parseQuery reads an expression.
func parseQuery(text string) (q *query, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case notPromQL:
			q, err = nil, errors.New(string(r))
		default:
			panic(r)
		}
	}()
	p := &queryReader{rest: text}
	p.next()
	q = p.binary(1)
	if p.token != "" {
		p.fail("an operator")
	}
	return q, nil
}

func (p *queryReader) fail(want string) {
	panic(notPromQL(fmt.Sprintf("at %q before %q: want %s", p.token, p.rest, want)))
}

func (p *queryReader) next() {
	p.rest = strings.TrimSpace(p.rest)
	p.token = tokens.FindString(p.rest)
	if p.token == "" && p.rest != "" {
		p.fail("a word of PromQL")
	}
	p.rest = p.rest[len(p.token):]
}

// take passes over a token when it is the one at hand.
func (p *queryReader) take(token string) bool {
	if p.token != token {
		return false
	}
	p.next()
	return true
}

func (p *queryReader) must(token string) {
	if !p.take(token) {
		p.fail(token)
	}
}

func (p *queryReader) binary(least int) *query {
	left := p.one()
	for s := strength[p.token]; s >= least && s > 0; s = strength[p.token] {
		op := p.token
		p.next()
		left = &query{op: op, args: []*query{left, p.binary(s + 1)}}
	}
	return left
}

func (p *queryReader) one() *query {
	word := p.token
	switch {
	case word == "":
		p.fail("an expression")
	case p.take("("):
		q := p.binary(1)
		p.must(")")
		return q
	case word[0] == '"':
		p.next()
		return &query{op: "string", name: word}
	case word[0] >= '0' && word[0] <= '9':
		if _, err := strconv.ParseFloat(word, 64); err != nil {
			p.fail("a number")
		}
		p.next()
		return &query{op: "number", name: word}
	case word == "{" || !isName(word):
		p.fail("an expression that begins with a name")
	}
	p.next()
	switch {
	case aggregates[word]:
		return p.aggregation(word)
	case p.token == "(":
		return &query{op: "call", name: word, args: p.arguments()}
	}
	return p.selector(word)
}

func isName(word string) bool {
	c := word[0]
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (p *queryReader) arguments() (args []*query) {
	p.must("(")
	for p.token != ")" {
		args = append(args, p.binary(1))
		if !p.take(",") {
			break
		}
	}
	p.must(")")
	return args
}

func (p *queryReader) aggregation(name string) *query {
	q := &query{op: name}
	grouping := func() {
		if p.token == "by" || p.token == "without" {
			q.without = p.token == "without"
			p.next()
			q.by = p.names()
		}
	}
	grouping()
	q.args = p.arguments()
	grouping()
	return q
}

func (p *queryReader) names() (names []string) {
	p.must("(")
	for p.token != ")" {
		if p.token == "" || !isName(p.token) {
			p.fail("a label")
		}
		names = append(names, p.token)
		p.next()
		if !p.take(",") {
			break
		}
	}
	p.must(")")
	return names
}

func (p *queryReader) selector(name string) *query {
	q := &query{op: "selector", name: name}
	if p.take("{") {
		for p.token != "}" {
			m := matcher{label: p.token}
			p.next()
			switch m.op = p.token; m.op {
			case "=", "!=", "=~", "!~":
				p.next()
			default:
				p.fail("=, !=, =~ or !~")
			}
			value, err := strconv.Unquote(p.token)
			if err != nil {
				p.fail("a quoted value")
			}
			p.next()
			m.value = value
			q.matchers = append(q.matchers, m)
			if !p.take(",") {
				break
			}
		}
		p.must("}")
	}
	if p.token == "[" { // a duration, or the dashboard's variable
		span, rest, ok := strings.Cut(p.rest, "]")
		if !ok {
			p.fail("]")
		}
		q.span, p.rest = strings.TrimSpace(span), rest
		p.next()
	}
	return q
}

// each calls do with a query and everything in it.
func (q *query) each(do func(*query)) {
	do(q)
	for _, a := range q.args {
		a.each(do)
	}
}
