package console

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Query says which rows of a table are wanted, in which order.
type Query struct {
	Q      string `query:"q" maxLength:"128" doc:"only rows that contain this, in any case" json:"q,omitempty"`
	Sort   string `query:"sort" maxLength:"32" doc:"the column to sort by" json:"sort,omitempty"`
	Order  string `query:"order" enum:"asc,desc" doc:"without, words begin with a and numbers with the largest" json:"order,omitempty"`
	Offset int    `query:"offset" minimum:"0" doc:"rows to skip" json:"offset,omitempty"`
	Limit  int    `query:"limit" minimum:"0" maximum:"200" doc:"rows wanted; 0 for 50" json:"limit,omitempty"`
}

// Page is a part of a table.
type Page[T any] struct {
	Total   int `json:"total" doc:"rows there are"`
	Matched int `json:"matched" doc:"of those, rows that match"`
	Offset  int `json:"offset"`
	Rows    []T `json:"rows"`
}

const (
	defaultRows = 50
	maxRows     = 200
)

// column is what a table can be sorted by.
type column[T any] struct {
	less func(a, b *T) int
	word bool
}

func byNumber[T any, N cmp.Ordered](of func(*T) N) column[T] {
	return column[T]{less: func(a, b *T) int { return cmp.Compare(of(a), of(b)) }}
}

func byWord[T any](of func(*T) string) column[T] {
	return column[T]{less: func(a, b *T) int { return strings.Compare(of(a), of(b)) }, word: true}
}

// sheet is what a table of a kind of rows can be asked for.
type sheet[T any] struct {
	columns map[string]column[T]
	first   string                            // the column to sort by when none is asked for
	match   func(row *T, lowered string) bool // whether a row contains a lower-case text
	tie     func(a, b *T) int                 // the order of rows that are equal in the column
}

// page returns the rows that are wanted of those that keep, nil for all, lets through. rows stays as it is. A column that
// does not exist is an error that names those that do.
func (s sheet[T]) page(rows []T, q Query, keep func(*T) bool) (Page[T], error) {
	page := Page[T]{Offset: max(q.Offset, 0), Rows: []T{}}
	if q.Sort == "" {
		q.Sort = s.first
	}
	by, ok := s.columns[q.Sort]
	if !ok {
		return page, inputError("sort: there is no column %.32q; want one of %s", q.Sort, strings.Join(slices.Sorted(maps.Keys(s.columns)), ", "))
	}
	sign := 1
	if q.Order == "desc" || q.Order == "" && !by.word {
		sign = -1
	}
	limit := q.Limit
	if limit <= 0 {
		limit = defaultRows
	}
	best := topmost[T]{
		want: min(page.Offset, len(rows)) + min(limit, maxRows),
		order: func(a, b *T) int {
			if c := by.less(a, b); c != 0 {
				return sign * c
			}
			return s.tie(a, b)
		},
	}
	word := strings.ToLower(q.Q)
	for i := range rows {
		r := &rows[i]
		if keep != nil && !keep(r) {
			continue
		}
		page.Total++
		if word == "" || s.match(r, word) {
			page.Matched++
			best.add(r)
		}
	}
	for _, r := range best.sorted(page.Offset) {
		page.Rows = append(page.Rows, *r)
	}
	return page, nil
}

// topmost finds the first so many rows of an order without sorting all: most of 50,000 rows are compared once, with the
// last that would still count.
type topmost[T any] struct {
	want  int
	order func(a, b *T) int
	kept  []*T // at most twice as many as wanted
	bar   *T   // nothing behind it counts any more; nil before there are enough
}

func (t *topmost[T]) add(r *T) {
	if t.bar != nil && t.order(r, t.bar) > 0 {
		return
	}
	if t.kept = append(t.kept, r); len(t.kept) >= 2*t.want {
		slices.SortFunc(t.kept, t.order)
		t.kept = t.kept[:t.want]
		t.bar = t.kept[t.want-1]
	}
}

// sorted returns the wanted rows from a place on.
func (t *topmost[T]) sorted(from int) []*T {
	slices.SortFunc(t.kept, t.order)
	t.kept = t.kept[:min(len(t.kept), t.want)]
	return t.kept[min(from, len(t.kept)):]
}

// contains tells whether a lower-case word stands in any of the texts.
func contains(word string, texts ...string) bool {
	return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(strings.ToLower(t), word) })
}
