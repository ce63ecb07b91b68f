package forbidden

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

//go:embed list.yaml
var listFile []byte

// FileName is the name of the file in which a shop forbids and allows words of its own.
const FileName = "forbidden.txt"

// OwnCategory and ownReason are given for a term of the shop's own file.
const (
	OwnCategory = "店铺自定"
	ownReason   = "店铺自己规定不说的词"
)

// maxOwn bounds the lines of a shop's file.
const maxOwn = 2000

// Term is one thing that may not be said.
type Term struct {
	Text     string
	Category string
	Reason   string
	Except   []string // where it stands in one of these it may be said
}

// Flaw is a problem of a shop's file.
type Flaw struct {
	Line int // counted from 1
	Text string
}

// group is one group of list.yaml.
type group struct {
	Name   string   `yaml:"name"`
	Reason string   `yaml:"reason"`
	After  []string `yaml:"after"`
	Terms  []entry  `yaml:"terms"`
}

// entry is one term of a group: its text alone, or a mapping with its exceptions.
type entry struct {
	Term   string   `yaml:"term"`
	Except []string `yaml:"except"`
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (e *entry) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		e.Term = n.Value
		return nil
	}
	type plain entry
	return n.Decode((*plain)(e))
}

// maintained reads list.yaml once. Our own file is right, or the first test says so.
var maintained = sync.OnceValues(func() ([]Term, error) {
	dec := yaml.NewDecoder(bytes.NewReader(listFile))
	dec.KnownFields(true)
	var groups []group
	if err := dec.Decode(&groups); err != nil {
		return nil, fmt.Errorf("forbidden: list.yaml: %w", err)
	}
	var terms []Term
	for _, g := range groups {
		for _, e := range g.Terms {
			t := Term{Text: e.Term, Category: g.Name, Reason: g.Reason, Except: e.Except}
			for _, a := range g.After {
				t.Except = append(t.Except, a+e.Term)
			}
			terms = append(terms, t)
		}
	}
	return terms, nil
})

// New returns the maintained list with a shop's own words over it, the contents of its file: a term a line, !term for
// one that may be said, # for a remark. It returns every flaw of the file instead when there is one.
func New(own string) (*List, []Flaw) {
	if own == "" {
		return plain()
	}
	return compile(own)
}

// plain is the maintained list alone, compiled once.
var plain = sync.OnceValues(func() (*List, []Flaw) { return compile("") })

func compile(own string) (*List, []Flaw) {
	terms, err := maintained()
	if err != nil {
		return nil, []Flaw{{0, err.Error()}}
	}
	mine, allowed, flaws := parseOwn(own)
	if len(flaws) > 0 {
		return nil, flaws
	}
	b := newBuilder()
	for _, t := range append(terms[:len(terms):len(terms)], mine...) {
		if err := b.add(t); err != nil {
			return nil, []Flaw{{0, fmt.Sprintf("list of forbidden words: %v", err)}}
		}
	}
	for _, a := range allowed {
		b.allow(a)
	}
	return b.build(), nil
}

// parseOwn reads a shop's file.
func parseOwn(own string) (mine []Term, allowed []string, flaws []Flaw) {
	lines := strings.Split(strings.TrimPrefix(own, "\ufeff"), "\n")
	if len(lines) > maxOwn {
		return nil, nil, []Flaw{{maxOwn + 1, fmt.Sprintf("more than %d lines", maxOwn)}}
	}
	said := make(map[string]int) // line by folded term, negative when allowed
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		text, allows := strings.CutPrefix(line, "!")
		text = strings.TrimSpace(text)
		p, err := newPattern(text)
		if err != nil {
			flaws = append(flaws, Flaw{i + 1, err.Error()})
			continue
		}
		sign := 1
		if allows {
			sign = -1
		}
		if at := said[string(p.runes)]; at*sign < 0 {
			flaws = append(flaws, Flaw{i + 1, fmt.Sprintf("%q is both forbidden and allowed, see line %d: keep one of the two", text, max(at, -at))})
			continue
		}
		said[string(p.runes)] = sign * (i + 1)
		if allows {
			allowed = append(allowed, text)
		} else {
			mine = append(mine, Term{Text: text, Category: OwnCategory, Reason: ownReason})
		}
	}
	return mine, allowed, flaws
}

// Sample returns a file for a shop to start from: how to write it, and the maintained list as remarks.
func Sample() string {
	var b strings.Builder
	b.WriteString("# 店铺自己的违禁词，一行一个；前面加 ! 表示可以说；# 开头的是说明。\n")
	b.WriteString("# 下面是自带的违禁词，已经生效，不用再写。不想禁哪个，就另起一行写 ! 和这个词，例如：\n")
	b.WriteString("# !首选\n")
	category := ""
	terms, _ := maintained()
	for _, t := range terms {
		if t.Category != category {
			category = t.Category
			fmt.Fprintf(&b, "\n# 【%s】%s\n", t.Category, t.Reason)
		}
		fmt.Fprintf(&b, "# %s\n", t.Text)
	}
	return b.String()
}
