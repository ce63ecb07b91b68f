package shop

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"liveroom/engine/live"
)

// The bounds of a catalogue file.
const (
	MaxCatalogueBytes = 8 << 20 // size of the file
	maxAliasNodes     = 64      // YAML aliases (*name) in it; they may not nest
	maxDepth          = 16      // of nesting
)

// Problem is one thing wrong with a catalogue.
type Problem struct {
	Line int    // in the file, from 1; 0 when it concerns the whole file
	Path string // such as products[2].variants[0].sku, "" for the whole file
	Text string // what is wrong and what would be right
}

// String returns the problem in one line.
func (p Problem) String() string {
	switch {
	case p.Line == 0:
		return p.Text
	case p.Path == "":
		return fmt.Sprintf("line %d: %s", p.Line, p.Text)
	}
	return fmt.Sprintf("line %d: %s: %s", p.Line, p.Path, p.Text)
}

// CatalogueError lists everything wrong with a catalogue, in the order of the file.
type CatalogueError struct {
	Problems []Problem // at least one
}

// Error implements error, a problem a line.
func (e *CatalogueError) Error() string {
	lines := make([]string, 0, len(e.Problems)+1)
	lines = append(lines, fmt.Sprintf("catalogue has %d problem(s):", len(e.Problems)))
	for _, p := range e.Problems {
		lines = append(lines, "  "+p.String())
	}
	return strings.Join(lines, "\n")
}

// The file's own shape; what its fields mean stands in demo.yaml.
type catalogueFile struct {
	Shop       string            `yaml:"shop"`
	Title      string            `yaml:"title"`
	Rooms      []roomFile        `yaml:"rooms"`
	Warehouses []warehouseFile   `yaml:"warehouses"`
	Attributes map[string]string `yaml:"attributes"`
	Products   []productFile     `yaml:"products"`
}

type roomFile struct {
	ID    string `yaml:"id"`
	Title string `yaml:"title"`
}

type warehouseFile struct {
	ID     string `yaml:"id"`
	Title  string `yaml:"title"`
	ShipBy int    `yaml:"ship_by"`
}

type productFile struct {
	ID         string            `yaml:"id"`
	Name       string            `yaml:"name"`
	Aliases    []string          `yaml:"aliases"`
	Link       int               `yaml:"link"`
	Category   string            `yaml:"category"`
	Attributes map[string]string `yaml:"attributes"`
	Variants   []variantFile     `yaml:"variants"`
	Gifts      []string          `yaml:"gifts"`
	Promotion  string            `yaml:"promotion"`
	Instalment int               `yaml:"instalment"`
}

type variantFile struct {
	SKU      string `yaml:"sku"`
	Size     string `yaml:"size"`
	Color    string `yaml:"color"`
	PriceFen int64  `yaml:"price_fen"`
}

// ParseCatalogue reads a catalogue from its YAML form, strictly: an unknown field is a problem. The error is a
// *CatalogueError with every problem found.
func ParseCatalogue(file []byte) (*Catalogue, error) {
	root, problem := parseTree(file)
	if problem != nil {
		return nil, &CatalogueError{Problems: []Problem{*problem}}
	}
	var f catalogueFile
	decoder := yaml.NewDecoder(bytes.NewReader(file))
	decoder.KnownFields(true)
	ck := checker{root: root}
	if err := decoder.Decode(&f); err == nil || ck.decodeProblems(err) {
		ck.checkRest(&f)
	}
	if len(ck.problems) > 0 {
		return nil, &CatalogueError{Problems: ck.sorted()}
	}
	return f.catalogue(), nil
}

// parseTree reads the file into nodes, which are not expanded, and refuses what would explode in the next step.
func parseTree(file []byte) (*yaml.Node, *Problem) {
	if len(file) > MaxCatalogueBytes {
		return nil, &Problem{Text: fmt.Sprintf("the file has %d bytes; at most %d are read", len(file), MaxCatalogueBytes)}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(file))
	var doc, second yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, &Problem{Text: "the file is empty; it must name a shop and its products"}
		}
		return nil, yamlProblem(err.Error())
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, &Problem{Line: max(second.Line, 1), Text: "a second document begins here; a catalogue is one"}
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, &Problem{Line: max(doc.Line, 1), Text: "a catalogue is a mapping with shop, products and so on"}
	}
	aliases := 0
	if p := bounded(doc.Content[0], 0, false, &aliases); p != nil {
		return nil, p
	}
	return doc.Content[0], nil
}

// bounded refuses deep nesting and aliases that are many or nest.
func bounded(n *yaml.Node, depth int, anchored bool, aliases *int) *Problem {
	if depth > maxDepth {
		return &Problem{Line: n.Line, Text: fmt.Sprintf("nested deeper than %d levels", maxDepth)}
	}
	anchored = anchored || n.Anchor != ""
	if n.Kind == yaml.AliasNode {
		if *aliases++; anchored || *aliases > maxAliasNodes {
			return &Problem{Line: n.Line, Text: fmt.Sprintf("at most %d aliases are accepted, and none inside an anchor; write it out", maxAliasNodes)}
		}
		return nil
	}
	for _, child := range n.Content {
		if p := bounded(child, depth+1, anchored, aliases); p != nil {
			return p
		}
	}
	return nil
}

var (
	yamlLine    = regexp.MustCompile(`^(?:yaml: )?line (\d+): `)
	yamlUnknown = regexp.MustCompile(`^field (\S+) not found in type \S+$`)
	yamlKind    = regexp.MustCompile(` into (?:\[\])?(?:shop\.)?(\w+)`)
)

// yamlProblem turns a message of the YAML reader into a problem, in words that name no Go types.
func yamlProblem(message string) *Problem {
	p := &Problem{Line: 1, Text: strings.TrimPrefix(message, "yaml: ")}
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		p.Line, _ = strconv.Atoi(m[1])
		p.Text = message[len(m[0]):]
	}
	if m := yamlUnknown.FindStringSubmatch(p.Text); m != nil {
		p.Text = fmt.Sprintf("unknown field %q", m[1])
	}
	if m := yamlKind.FindStringSubmatch(p.Text); m != nil {
		kind := "a list or mapping of the documented shape"
		switch m[1] {
		case "int", "int64":
			kind = "a whole number"
		case "string":
			kind = "text"
		}
		p.Text = "a wrong kind of value; expected " + kind
	}
	return p
}

// catalogue builds the catalogue of a checked file.
func (f *catalogueFile) catalogue() *Catalogue {
	c := &Catalogue{shop: live.ShopID(f.Shop), title: f.Title, sentences: f.Attributes}
	for _, r := range f.Rooms {
		c.rooms = append(c.rooms, Room{ID: live.RoomID(r.ID), Title: r.Title})
	}
	for _, w := range f.Warehouses {
		c.warehouses = append(c.warehouses, live.Warehouse{ID: w.ID, Title: w.Title, ShipBy: w.ShipBy})
	}
	for i := range f.Products {
		c.products = append(c.products, f.Products[i].product(c))
	}
	c.index()
	return c
}

func (f *productFile) product(c *Catalogue) live.Product {
	p := live.Product{
		ID: live.ProductID(f.ID), Shop: c.shop, Name: f.Name, Aliases: f.Aliases, Link: f.Link, Category: f.Category,
		Attributes: make(map[string]string), Gifts: f.Gifts, Promotion: f.Promotion, Instalment: f.Instalment,
	}
	for key, sentence := range c.sentences {
		p.Attributes[key] = sentence
	}
	for key, sentence := range f.Attributes {
		p.Attributes[key] = sentence
	}
	for _, v := range f.Variants {
		p.Variants = append(p.Variants, live.Variant{SKU: live.SKU(v.SKU), Size: v.Size, Color: v.Color, PriceFen: v.PriceFen})
	}
	return p
}
