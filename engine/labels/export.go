package labels

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// Header is the first line of an export: the columns of the corpus.
const Header = "text\tintent\temotion\tsentiment\tpersona\n"

// persona of every exported line: nobody knows who types in a room.
const persona = "shopper"

// Lines is what an export has written.
type Lines struct {
	Written int
	Equal   int // left out, being equal to one before
}

// Export writes every label that only lets through, nil for all, as lines of the corpus, the earliest first: columns text,
// intent, emotion, sentiment and persona, between tabs. Equal lines are written once; what nobody judged is left empty.
// mask takes out of a text what must not leave.
func (b *Book) Export(ctx context.Context, w io.Writer, mask func(string) string, only func(*Label) bool) (done Lines, err error) {
	if _, err := io.WriteString(w, Header); err != nil {
		return done, fmt.Errorf("write labels: %w", err)
	}
	written := make(map[string]bool)
	for after := int64(0); ; {
		page, err := b.List(ctx, after, MaxPage)
		if err != nil || len(page) == 0 {
			return done, err
		}
		after = page[len(page)-1].At
		for i := range page {
			if only != nil && !only(&page[i]) {
				continue
			}
			line := page[i].line(mask)
			if written[line] {
				done.Equal++
				continue
			}
			written[line] = true
			done.Written++
			if _, err := io.WriteString(w, line); err != nil {
				return done, fmt.Errorf("write labels: %w", err)
			}
		}
	}
}

// cell makes a text one cell: it has no quoting, and braces would be taken for a slot.
var cell = strings.NewReplacer("{", "(", "}", ")")

func (l *Label) line(mask func(string) string) string {
	text := cell.Replace(strings.Join(strings.Fields(mask(l.Text)), " "))
	return text + "\t" + l.Intent.String() + "\t" + l.Emotion.String() + "\t" + l.Sentiment.String() + "\t" + persona + "\n"
}
