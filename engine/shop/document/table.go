package document

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Table is a CSV file that was read: its header and its rows, blank ones left out.
type Table struct {
	Columns []string
	Rows    []Row
	at      map[string]int
}

// Row is one row of a table.
type Row struct {
	Number int // in the file, from 1, which is the header
	table  *Table
	cells  []string
}

// Cell returns what stands in a column, "" when the row or the header has no such column or nothing but blanks is there.
func (r Row) Cell(column string) string {
	i, ok := r.table.at[column]
	if !ok || i >= len(r.cells) || blank(r.cells[i]) {
		return ""
	}
	return r.cells[i]
}

// Word returns what stands in a column without the blanks around it.
func (r Row) Word(column string) string { return strings.TrimSpace(r.Cell(column)) }

// Place returns a problem without text in a column of the row, "" for the row as a whole.
func (r Row) Place(column string) Problem { return Problem{Row: r.Number, Column: column} }

func blank(s string) bool { return strings.TrimSpace(s) == "" }

var byteOrderMark = []byte("\uFEFF")

// ReadTable reads a CSV file. known tells which columns there may be; others are problems, and so are a column that stands
// twice and a row that is longer than the header. What cannot be read as CSV at all is the last problem: ok is then false,
// and there is nothing more to check.
func ReadTable(shape Shape, file []byte, c *Checker, known func(column string) bool) (t *Table, ok bool) {
	t = &Table{at: make(map[string]int)}
	ok = t.read(shape, file, c, known)
	c.readable = c.readable && ok
	return t, ok
}

func (t *Table) read(shape Shape, file []byte, c *Checker, known func(column string) bool) bool {
	if p := TooLarge(file); p != nil {
		c.Note(*p)
		return false
	}
	file = bytes.TrimPrefix(file, byteOrderMark)
	if !utf8.Valid(file) {
		c.Note(Problem{Row: 1 + bytes.Count(file[:invalidAt(file)], []byte("\n")), Text: "is not UTF-8; save the sheet as “CSV UTF-8”"})
		return false
	}
	reader := csv.NewReader(bytes.NewReader(file))
	reader.FieldsPerRecord = -1
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			c.Note(*csvProblem(err))
			return false
		}
		number, _ := reader.FieldPos(0)
		if len(t.Columns) == 0 {
			t.header(number, cells, c, known)
			continue
		}
		if !slices.ContainsFunc(cells, func(s string) bool { return !blank(s) }) {
			continue
		}
		row := Row{Number: number, table: t, cells: cells}
		if i := slices.IndexFunc(cells[min(len(cells), len(t.Columns)):], func(s string) bool { return !blank(s) }); i >= 0 {
			c.Note(Problem{Row: number, Text: fmt.Sprintf("has %d cells; the header has %d columns. Put a cell that holds a comma in quotes", len(cells), len(t.Columns))})
		}
		t.Rows = append(t.Rows, row)
	}
	if len(t.Columns) == 0 {
		c.Note(Problem{Text: "the file is empty; it must name " + shape.Needs})
	}
	return len(t.Columns) > 0
}

func (t *Table) header(number int, cells []string, c *Checker, known func(string) bool) {
	for i, name := range cells {
		name = strings.ToLower(strings.TrimSpace(name))
		t.Columns = append(t.Columns, name)
		if name == "" {
			continue
		}
		if _, twice := t.at[name]; twice {
			c.Note(Problem{Row: number, Column: name, Text: "stands twice in the header"})
		}
		if !known(name) {
			c.Note(Problem{Row: number, Column: name, Text: "unknown column"})
		}
		t.at[name] = i
	}
}

// Has tells whether the header names a column.
func (t *Table) Has(column string) bool { _, ok := t.at[column]; return ok }

func csvProblem(err error) *Problem {
	p := &Problem{Row: 1, Text: err.Error()}
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		p.Row, p.Text = parse.Line, parse.Err.Error()
		if errors.Is(parse.Err, csv.ErrQuote) || errors.Is(parse.Err, csv.ErrBareQuote) {
			p.Row, p.Text = parse.StartLine, `a quote out of place; put the cell in quotes and write "" for a quote inside it. What follows was not read`
		}
	}
	return p
}

// invalidAt returns where the first byte stands that is no UTF-8.
func invalidAt(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}

// WriteTable writes a CSV file. It begins with a byte order mark, without which spreadsheets take it for another encoding.
func WriteTable(columns []string, rows [][]string) ([]byte, error) {
	b := bytes.NewBuffer(slices.Clone(byteOrderMark))
	w := csv.NewWriter(b)
	if err := w.Write(columns); err != nil {
		return nil, err
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
