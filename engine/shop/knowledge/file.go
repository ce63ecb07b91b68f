package knowledge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"liveroom/engine/live"
	"liveroom/engine/shop/document"
)

// The bounds of what a file may say.
const (
	maxEntries  = 20_000
	maxQuestion = 120 // runes
	maxAnswer   = 200 // runes, as many as a reply has
	maxTag      = 20  // runes
	maxListed   = 50  // alternatives, tags …
	maxProducts = 500 // of an entry
)

// Rules are what a shop has to say about entries.
type Rules struct {
	// Censor, if set, tells what may not be said.
	Censor Censor
	// Sells, if set, tells whether the shop has a product.
	Sells func(live.ProductID) bool
}

// Censor tells whether a text has a word that a shop may not say, which, and why.
type Censor interface {
	Forbidden(text string) (term, reason string, bad bool)
}

// The shape of a file in YAML and JSON.
type baseFile struct {
	Entries []entryFile `yaml:"entries" json:"entries"`
}

type entryFile struct {
	ID           string   `yaml:"id" json:"id"`
	Question     string   `yaml:"question" json:"question"`
	Alternatives []string `yaml:"alternatives,omitempty" json:"alternatives,omitempty"`
	Answer       string   `yaml:"answer" json:"answer"`
	Tags         []string `yaml:"tags,omitempty,flow" json:"tags,omitempty"`
	Products     []string `yaml:"products,omitempty,flow" json:"products,omitempty"`
	Intents      []string `yaml:"intents,omitempty,flow" json:"intents,omitempty"`
	UpdateTime   string   `yaml:"update_time,omitempty" json:"update_time,omitempty"`
	Version      uint64   `yaml:"version,omitempty" json:"version,omitempty"`
}

// The columns of the CSV form: a row for each entry, lists with "|" between their items.
var columns = []string{"id", "question", "alternatives", "answer", "tags", "products", "intents", "update_time", "version"}

var shape = document.Shape{What: "knowledge base", Needs: "its entries"}

// Parse reads entries, strictly. The error is a *document.Error with every problem found.
func Parse(format document.Format, file []byte, rules Rules) ([]Entry, error) {
	f := new(baseFile)
	var c *document.Checker
	if format == document.CSV {
		c = readSheet(file, f)
	} else {
		c = document.Decode(format, shape, file, f)
	}
	c.CheckRest(func(c *document.Checker) { checker{c, rules}.check(f) })
	if err := c.Err(shape.What); err != nil {
		return nil, err
	}
	entries := make([]Entry, 0, len(f.Entries))
	for i := range f.Entries {
		entries = append(entries, f.Entries[i].entry())
	}
	return entries, nil
}

func (f *entryFile) entry() Entry {
	e := Entry{ID: f.ID, Question: f.Question, Alternatives: f.Alternatives, Answer: f.Answer, Tags: f.Tags, Version: f.Version}
	for _, p := range f.Products {
		e.Products = append(e.Products, live.ProductID(p))
	}
	for _, i := range f.Intents {
		e.Intents = append(e.Intents, live.ParseIntent(i))
	}
	e.Updated, _ = document.ParseTime(f.UpdateTime) // checked
	return e
}

func fileOf(e *Entry) entryFile {
	f := entryFile{
		ID: e.ID, Question: e.Question, Alternatives: e.Alternatives, Answer: e.Answer, Tags: e.Tags,
		UpdateTime: document.FormatTime(e.Updated), Version: e.Version,
	}
	for _, p := range e.Products {
		f.Products = append(f.Products, string(p))
	}
	for _, i := range e.Intents {
		f.Intents = append(f.Intents, i.String())
	}
	return f
}

// Export writes entries; Parse of the same format brings equal ones back.
func Export(format document.Format, entries []Entry) ([]byte, error) {
	f := baseFile{Entries: make([]entryFile, 0, len(entries))}
	for i := range entries {
		f.Entries = append(f.Entries, fileOf(&entries[i]))
	}
	var b bytes.Buffer
	var err error
	switch format {
	case document.CSV:
		return writeSheet(&f)
	case document.JSON:
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(f)
	default:
		encoder := yaml.NewEncoder(&b)
		encoder.SetIndent(2)
		if err = encoder.Encode(f); err == nil {
			err = encoder.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("write knowledge as %s: %w", format, err)
	}
	return b.Bytes(), nil
}

func readSheet(file []byte, f *baseFile) *document.Checker {
	var rows []document.Row
	c := document.NewChecker(func(path []any) document.Problem {
		p := document.Problem{Row: 1}
		if len(path) > 1 {
			p.Row = rows[path[1].(int)].Number
		}
		if len(path) > 2 {
			p.Column = path[2].(string)
		}
		return p
	})
	table, ok := document.ReadTable(shape, file, c, func(name string) bool { return slices.Contains(columns, name) })
	if !ok {
		return c
	}
	rows = table.Rows
	for _, r := range rows {
		e := entryFile{
			ID: r.Word("id"), Question: r.Cell("question"), Alternatives: document.SplitList(r.Cell("alternatives")), Answer: r.Cell("answer"),
			Tags: document.SplitList(r.Cell("tags")), Products: document.SplitList(r.Cell("products")),
			Intents: document.SplitList(r.Cell("intents")), UpdateTime: r.Word("update_time"),
		}
		if version := r.Word("version"); version != "" {
			var err error
			if e.Version, err = strconv.ParseUint(version, 10, 64); err != nil {
				p := r.Place("version")
				p.Text = fmt.Sprintf("%q is no whole number", document.Clip(version))
				c.Note(p)
			}
		}
		f.Entries = append(f.Entries, e)
	}
	return c
}

func writeSheet(f *baseFile) ([]byte, error) {
	rows := make([][]string, 0, len(f.Entries))
	for _, e := range f.Entries {
		version := ""
		if e.Version > 0 {
			version = strconv.FormatUint(e.Version, 10)
		}
		rows = append(rows, []string{
			e.ID, e.Question, document.JoinList(e.Alternatives), e.Answer, document.JoinList(e.Tags), document.JoinList(e.Products),
			document.JoinList(e.Intents), e.UpdateTime, version,
		})
	}
	return document.WriteTable(columns, rows)
}
