package scripts

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"gopkg.in/yaml.v3"

	"liveroom/engine/live"
	"liveroom/scripts/forbidden"
	"liveroom/scripts/phrase"
)

// cases reads the cases; the last must fit always.
func (d *decoder) cases(root, n *yaml.Node) {
	if n == nil {
		d.problem(root.Line, "cases are missing")
		return
	}
	names := make(map[string]bool)
	items := d.sequence(n, "cases", maxCases)
	for i, item := range items {
		fields := d.mapping(item, "case", "name", "intents", "needs", "when", "max_age", "texts")
		if fields == nil {
			continue
		}
		c := scriptCase{limits: d.maxAge(fields["max_age"], d.ages)}
		if f := fields["name"]; f != nil {
			c.name = d.name(f, "name of the case")
		} else {
			d.problem(item.Line, "case has no name")
		}
		if c.name != "" && names[c.name] {
			d.problem(item.Line, "case %q comes twice", c.name)
		}
		names[c.name] = true
		for _, f := range d.sequence(fields["intents"], "intents of the case", maxClaims) {
			d.caseIntent(f, &c)
		}
		d.needs(fields["needs"], &c)
		c.choice = slices.Contains(c.needs, phrase.NeedChoice)
		d.when(fields["when"], &c)
		d.place(item.Line, &c, i == len(items)-1)
		d.texts(item.Line, fields["texts"], &c)
		d.script.cases = append(d.script.cases, c)
	}
	if len(items) == 0 {
		d.problem(n.Line, "cases are empty: there must be one that always fits")
	}
}

// place checks that exactly the last case fits always.
func (d *decoder) place(line int, c *scriptCase, last bool) {
	always := len(c.needs)+len(c.attrs)+len(c.when)+len(c.intents) == 0
	if last && !always && !d.script.maySilent() {
		d.problem(line, "the last case, %q, has needs or conditions: add one after it that always fits, so that there is an answer when nothing is known", c.name)
	}
	if !last && always {
		d.problem(line, "case %q always fits, so no case after it is ever used: move it to the end", c.name)
	}
}

func (d *decoder) caseIntent(n *yaml.Node, c *scriptCase) {
	key := d.scalar(n, "intent")
	if i := live.ParseIntent(key); i != 0 && !slices.Contains(c.intents, i) {
		c.intents = append(c.intents, i)
	} else if key != "" {
		d.problem(n.Line, "intent %q of the case is unknown or comes twice", key)
	}
}

func (d *decoder) needs(n *yaml.Node, c *scriptCase) {
	for _, item := range d.sequence(n, "needs", phrase.MostNeeds) {
		name := d.scalar(item, "need")
		if key, ok := strings.CutPrefix(name, "attribute:"); ok {
			if i := live.ParseIntent(key); i != 0 && !slices.Contains(c.attrs, i) {
				c.attrs = append(c.attrs, i)
			} else {
				d.problem(item.Line, "need %q: attribute: is followed by the key of an intent, once", name)
			}
			continue
		}
		v, ok := phrase.ParseNeed(name)
		switch {
		case name == "":
		case !ok:
			d.problem(item.Line, "unknown need %q: there are %s, attribute:INTENT", name, strings.Join(phrase.NeedNames(), ", "))
		case slices.Contains(c.needs, v):
			d.problem(item.Line, "need %q comes twice", name)
		default:
			c.needs = append(c.needs, v)
		}
	}
}

func (d *decoder) when(n *yaml.Node, c *scriptCase) {
	for _, item := range d.sequence(n, "when", int(conditions)) {
		name := d.scalar(item, "condition")
		w, ok := parseCondition(name)
		switch {
		case name == "":
		case !ok:
			d.problem(item.Line, "unknown condition %q: there are %s", name, strings.Join(conditionNames[:], ", "))
		case slices.Contains(c.when, w):
			d.problem(item.Line, "condition %q comes twice", name)
		default:
			c.when = append(c.when, w)
		}
		if (w == whenLowStock || w == whenInStock) && ok && phrase.SetOf(c.needs...)&phrase.StockNeeds() == 0 {
			d.problem(item.Line, "condition %q speaks of a figure that the reply must then say: add stock, warehouses or breakdown to needs", name)
		}
	}
}

// texts reads and compiles the texts of a case.
func (d *decoder) texts(line int, n *yaml.Node, c *scriptCase) {
	items := d.sequence(n, "texts", maxTexts)
	if len(items) == 0 {
		d.problem(line, "case %q has no texts", c.name)
	}
	for i, item := range items {
		source := strings.TrimSpace(d.scalar(item, "text"))
		if source == "" {
			d.problem(item.Line, "text is empty")
			continue
		}
		first := item.Line
		if item.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			first++ // the text starts below the sign
		}
		text, flaws := phrase.Compile(source, phrase.Promise{Needs: phrase.SetOf(c.needs...), Attributes: c.attrs}, d.limit)
		for _, f := range flaws {
			d.problem(first+f.Line, "case %q, text %d: %s", c.name, i+1, f.Text)
		}
		if len(flaws) == 0 {
			d.figures(first, c, i, text)
			d.literal(first, c, i, text)
		}
		c.texts = append(c.texts, scriptText{
			variant: fmt.Sprintf("%s/%d", c.name, i+1), source: source, text: text, said: new(atomic.Uint64),
		})
	}
}

// figures checks that a text says every figure its case needs, and the choice that the figures are of. Sold out says
// itself.
func (d *decoder) figures(line int, c *scriptCase, i int, text *phrase.Text) {
	for _, n := range c.needs {
		if !phrase.MustSay().Has(n) || phrase.StockNeeds().Has(n) && slices.Contains(c.when, whenSoldOut) {
			continue
		}
		if !text.Says(n) {
			d.problem(line, "case %q, text %d: the case needs %s, so every way through the text must say it", c.name, i+1, n)
		}
	}
}

// maxSpans bounds the ways in which the words of a text may come together.
const maxSpans = 1000

// literal checks that the text says no forbidden word of itself, whichever way its conditions fall. What the values
// bring along is checked when it is said.
func (d *decoder) literal(line int, c *scriptCase, i int, text *phrase.Text) {
	spans, ok := text.Spans(maxSpans)
	if !ok {
		d.problem(line, "case %q, text %d: its conditions make more than %d different sentences: make it several texts", c.name, i+1, maxSpans)
	}
	var said []string
	for _, span := range spans {
		if t, bad := d.words.Find(span); bad && !contains(said, t.Text) {
			said = append(said, t.Text)
			d.problem(line, "case %q, text %d %s", c.name, i+1, mayNot(t))
		}
	}
}

// mayNot says that a forbidden word is there, why it is one, and the cure.
func mayNot(t forbidden.Term) string {
	return fmt.Sprintf("says %q, which is forbidden (%s: %s): say it another way, or allow it with a line !%s in %s",
		t.Text, t.Category, t.Reason, t.Text, forbidden.FileName)
}
