package document

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"liveroom/engine/live"
)

// Checker gathers the problems of one file with their places.
type Checker struct {
	place    func(path []any) Problem // a problem without text, at a path
	problems []Problem
	readable bool
}

// NewChecker returns a checker that finds the place of a value by its path, whose parts are field names and list
// positions.
func NewChecker(place func(path []any) Problem) *Checker {
	return &Checker{place: place, readable: true}
}

// Add notes a problem of the value at a path.
func (c *Checker) Add(path []any, format string, args ...any) {
	p := c.place(path)
	p.Text = fmt.Sprintf(format, args...)
	c.Note(p)
}

// Note notes a problem whose place is known.
func (c *Checker) Note(p Problem) { c.problems = append(c.problems, p) }

// Problems returns what is wrong so far.
func (c *Checker) Problems() []Problem { return c.problems }

// Clean tells whether nothing is wrong so far.
func (c *Checker) Clean() bool { return len(c.problems) == 0 }

// CheckRest lets check look at what was read, if anything, and passes over lines that have a problem already: what did
// not fit there is not missing.
func (c *Checker) CheckRest(check func(*Checker)) {
	if !c.readable {
		return
	}
	found := Checker{place: c.place}
	check(&found)
	type spot struct {
		line, row int
		column    string
	}
	bad := make(map[spot]bool)
	for _, p := range c.problems {
		bad[spot{p.Line, p.Row, p.Column}] = true
	}
	for _, p := range found.problems {
		if !bad[spot{p.Line, p.Row, p.Column}] {
			c.Note(p)
		}
	}
}

// Err returns nil when nothing is wrong, else an *Error with every problem in the order of the file.
func (c *Checker) Err(what string) error {
	if c.Clean() {
		return nil
	}
	slices.SortStableFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Row, b.Row))
	})
	return &Error{What: what, Problems: c.problems}
}

// At extends a path, without touching what others extend.
func At(path []any, steps ...any) []any { return append(slices.Clone(path), steps...) }

// PathText returns a path as people write it.
func PathText(path []any) string {
	var b strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", step)
		case string:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(step)
		}
	}
	return b.String()
}

// Clip shortens what is quoted back.
func Clip(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// Seen finds values that occur twice: of each, where it was seen first.
type Seen map[string]string

// Unique notes a value that was seen before; "" is never the same.
func (c *Checker) Unique(s Seen, path []any, value, what string) {
	if value == "" {
		return
	}
	if first, twice := s[value]; twice {
		c.Add(path, "%s %q is taken by %s", what, Clip(value), first)
		return
	}
	s[value] = c.Name(path)
}

// Name says where a path is, in the words of the file.
func (c *Checker) Name(path []any) string {
	p := c.place(path)
	switch {
	case p.Row > 0 && p.Column != "":
		return fmt.Sprintf("row %d, column %s", p.Row, p.Column)
	case p.Row > 0:
		return fmt.Sprintf("row %d", p.Row)
	}
	return p.Path
}

// ID checks an identity: 1 to live.MaxID visible bytes without blanks.
func (c *Checker) ID(path []any, id string) {
	switch {
	case id == "":
		c.Add(path, "missing; it needs an id of 1 to %d bytes", live.MaxID)
	case len(id) > live.MaxID:
		c.Add(path, "has %d bytes; at most %d are accepted", len(id), live.MaxID)
	case strings.IndexFunc(id, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) >= 0:
		c.Add(path, "%q has spaces or invisible characters; leave them out", Clip(id))
	}
}

// Text checks a text of one line and at most most characters.
func (c *Checker) Text(path []any, text string, most int, required bool) {
	switch n := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "" && required:
		c.Add(path, "missing; it needs a text of 1 to %d characters", most)
	case strings.TrimSpace(text) == "" && text != "":
		c.Add(path, "is blank; leave it out or fill it")
	case n > most:
		c.Add(path, "has %d characters; at most %d are accepted", n, most)
	case strings.IndexFunc(text, unicode.IsControl) >= 0:
		c.Add(path, "has line breaks or control characters; write it on one line")
	case strings.ContainsAny(text, "\ufffd\ufeff"):
		c.Add(path, "has characters that are no text; save the file as UTF-8")
	}
}

// Between checks that a number is from least to most.
func (c *Checker) Between(path []any, n, least, most int64) {
	if n < least || n > most {
		c.Add(path, "is %d; it must be from %d to %d", n, least, most)
	}
}
