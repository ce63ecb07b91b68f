package actors

import (
	"strings"
	"testing"

	"liveroom/engine/live"
)

// letters resolves the products a to d, each one alone.
type letters struct{ Catalogue }

func (letters) Resolve(_ live.RoomID, entities []live.Entity) (p *live.Product, named bool) {
	var ids []string
	for _, e := range entities {
		if e.Kind == "product" {
			ids = append(ids, e.Norm)
		}
	}
	switch {
	case len(ids) == 0:
		return lettered['p'], false
	case len(ids) > 1 || lettered[ids[0][0]] == nil:
		return nil, true
	}
	return lettered[ids[0][0]], true
}

var lettered = map[byte]*live.Product{'a': {ID: "a"}, 'b': {ID: "b"}, 'c': {ID: "c"}, 'd': {ID: "d"}, 'p': {ID: "p"}}

func TestNamed(t *testing.T) {
	for _, c := range []struct {
		text, products string // x is not known
		want           string
		named          bool
	}{
		{"多少钱", "", "p", false},
		{"a多少钱", "a", "a", true},
		{"x多少钱", "x", "", true},
		{"a和b多少钱", "ab", "ab", true},
		{"a和b和c", "abc", "abc", true},
		{"abcd", "abcd", "", true},
		{"a和x", "ax", "", true},
		{"a比a", "aa", "a", true},
		{"不要a，要b", "ab", "b", true},
		{"不是a", "a", "p", false},
	} {
		var entities []live.Entity
		from := 0
		for _, id := range strings.Split(c.products, "") {
			at := from + strings.Index(c.text[from:], id)
			entities = append(entities, live.Entity{Kind: "product", Value: id, Norm: id, Start: len([]rune(c.text[:at]))})
			from = at + 1
		}
		p, others, named := Named(letters{}, "room", c.text, entities)
		got := ""
		if p != nil {
			got = string(p.ID)
		}
		for _, o := range others {
			got += string(o.ID)
		}
		if got != c.want || named != c.named {
			t.Errorf("%s names %q, %v; want %q, %v", c.text, got, named, c.want, c.named)
		}
	}
}
