package document

import (
	"fmt"
	"strings"
)

// Problem is one thing wrong with a file.
type Problem struct {
	Line   int    `json:"line,omitempty"`   // in YAML and JSON, from 1; 0 when it concerns the whole file
	Row    int    `json:"row,omitempty"`    // in CSV, from 1, which is the header; 0 when it concerns the whole file
	Column string `json:"column,omitempty"` // in CSV, by its name in the header
	Path   string `json:"path,omitempty"`   // in YAML and JSON, such as products[2].variants[0].sku
	Text   string `json:"text"`             // what is wrong and what would be right
}

// String returns the problem in one line.
func (p Problem) String() string {
	place := ""
	switch {
	case p.Row > 0 && p.Column != "":
		place = fmt.Sprintf("row %d, column %s: ", p.Row, p.Column)
	case p.Row > 0:
		place = fmt.Sprintf("row %d: ", p.Row)
	case p.Line > 0 && p.Path != "":
		place = fmt.Sprintf("line %d: %s: ", p.Line, p.Path)
	case p.Line > 0:
		place = fmt.Sprintf("line %d: ", p.Line)
	}
	return place + p.Text
}

// Error lists everything wrong with a file, in the order of the file.
type Error struct {
	What     string    // such as catalogue
	Problems []Problem // at least one
}

// Error implements error, a problem a line.
func (e *Error) Error() string {
	lines := make([]string, 0, len(e.Problems)+1)
	lines = append(lines, fmt.Sprintf("%s has %d problem(s):", e.What, len(e.Problems)))
	for _, p := range e.Problems {
		lines = append(lines, "  "+p.String())
	}
	return strings.Join(lines, "\n")
}
