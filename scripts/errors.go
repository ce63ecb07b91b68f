package scripts

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrNoScript says that no script answers the intent or topic in the scope asked for, or that none of its texts fits.
	ErrNoScript = errors.New("no script fits")
	// ErrRunning says that Run was called twice.
	ErrRunning = errors.New("book is already running")
)

// Problem is one thing wrong with a bundle of scripts.
type Problem struct {
	File string // name of the file inside its directory, "" when the problem is of the whole set
	Line int    // counted from 1, 0 when no line is at fault
	Text string // what was seen and how to cure it
}

// String returns "file:line: text".
func (p Problem) String() string {
	switch {
	case p.File == "":
		return p.Text
	case p.Line == 0:
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// BundleError lists everything that is wrong with a bundle; none of it has been taken over.
type BundleError struct {
	Problems []Problem
}

// problemsShown bounds the text of a BundleError; the field holds them all.
const problemsShown = 50

// Error lists the problems, one a line, the first 50 of them.
func (e *BundleError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d problems in scripts", len(e.Problems))
	for i, p := range e.Problems {
		if i == problemsShown {
			fmt.Fprintf(&b, "\n… and %d more", len(e.Problems)-problemsShown)
			break
		}
		b.WriteString("\n" + p.String())
	}
	return b.String()
}
