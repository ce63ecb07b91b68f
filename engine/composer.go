package engine

import (
	"slices"
	"strings"
	"time"

	"liveroom/actors"
	"liveroom/engine/live"
	"liveroom/engine/shop"
	"liveroom/scripts"
)

// composer lets actors have answers put into words by the script book: the answer itself, and the sentences before and
// after it where there is something to say.
type composer struct {
	book      *scripts.Book
	catalogue *wares
	knowledge *wisdom      // nil for none
	metrics   *shopMetrics // nil for none
	ledger    *shop.Ledger // nil when nothing is known of stock
}

// Compose implements actors.Composer.
func (c composer) Compose(q *actors.Question) (actors.Line, error) {
	ask, wares := c.ask(q), c.catalogue.Load()
	line, figures, err := c.main(ask, q)
	if err != nil {
		return actors.Line{}, err
	}
	if q.Basis != nil {
		q.Basis.Book = c.book.Version()
	}
	c.also(&line, &ask, q)
	if q.Lead == "" && q.Tail == "" {
		return line, nil
	}
	if left := fewer(figures, q); left > 0 {
		return c.short(ask, q, left)
	}
	if lead, ok := c.aside(&ask, q.Lead); ok {
		note(q, "lead", q.Lead, &lead)
		line.Text = join(lead.Text, once(lead.Text, line.Text))
		line.Counts = line.Counts || counted(lead.Figures)
	}
	if q.Tail == string(scripts.TopicOffer) && !inStock(figures) {
		return line, nil // what is not known to be there is not offered
	}
	if q.Tail == string(scripts.TopicPromotion) && c.soldOut(q.Asked) {
		return line, nil // an offer for what is gone is none
	}
	about := ask
	if q.Asked != nil {
		about.Product, about.Variant = wares.In(q.User.Room, q.Asked), q.Chosen
	}
	if q.Tail == string(scripts.TopicCrossSell) {
		about.Other = c.other(q)
	}
	if tail, ok := c.aside(&about, q.Tail); ok {
		note(q, "tail", q.Tail, &tail)
		line.Text = join(line.Text, tail.Text)
		line.Counts, line.Tail = line.Counts || counted(tail.Figures), true
		if about.Other != nil {
			line.Other = about.Other.ID
		}
	}
	return line, nil
}

// once leaves out how the second of two sentences addresses the customer where the first does.
func once(first, then string) string {
	if strings.Contains(first, "亲") {
		return strings.TrimPrefix(then, "亲，")
	}
	return then
}

// also puts the further answers of a reply behind the first.
func (c composer) also(line *actors.Line, ask *scripts.Ask, q *actors.Question) {
	for _, also := range q.Also {
		own := *ask
		own.Topic, own.Reading, own.Variant = "", also.Reading, also.Variant
		own.Product = c.catalogue.Load().In(q.User.Room, also.Product)
		own.Sentence = c.catalogue.Load().Sentence(also.Reading.Intent)
		if more, err := c.book.Compose(own); err == nil && more.Text != line.Text {
			note(q, "also", "", &more)
			line.Text = join(line.Text, once("亲", more.Text))
			line.Counts = line.Counts || counted(more.Figures)
		}
	}
}

// fewer returns how many pieces are left where more are wanted than there are, else 0.
func fewer(figures []scripts.Figure, q *actors.Question) int64 {
	if q.Tail != string(scripts.TopicOffer) || !ofStock(q.Topic) {
		return 0
	}
	for i := range figures {
		if f := &figures[i]; f.Name == "stock" && f.Value > 0 && f.Value < q.Wanted {
			return f.Value
		}
	}
	return 0
}

// short offers what is left where more is wanted.
func (c composer) short(ask scripts.Ask, q *actors.Question, left int64) (actors.Line, error) {
	ask.Topic, ask.Left = scripts.TopicShort, &left
	said, err := c.book.Compose(ask)
	if err != nil {
		return actors.Line{}, err
	}
	note(q, "main", string(scripts.TopicShort), &said)
	line := actors.Line{Text: said.Text, Script: said.Script, Variant: said.Variant, By: live.ByScript, Tail: true, Left: left}
	if lead, ok := c.aside(&ask, q.Lead); ok {
		note(q, "lead", q.Lead, &lead)
		line.Text = join(lead.Text, line.Text)
	}
	return line, nil
}

// main composes the answer itself, from what the shop knows or from a script.
func (c composer) main(ask scripts.Ask, q *actors.Question) (actors.Line, []scripts.Figure, error) {
	if line, ok := c.known(q); ok {
		return line, nil, nil
	}
	main, err := c.book.Compose(ask)
	if err != nil {
		return actors.Line{}, nil, err
	}
	note(q, "main", q.Topic, &main)
	return actors.Line{Text: main.Text, Script: main.Script, Variant: main.Variant, By: live.ByScript, Counts: counted(main.Figures)}, main.Figures, nil
}

// ask puts a question into the words of the script book.
func (c composer) ask(q *actors.Question) scripts.Ask {
	wares := c.catalogue.Load()
	ask := scripts.Ask{
		Shop: q.Shop, User: q.User, Scope: q.Scope, Topic: scripts.Topic(q.Topic), Reading: q.Reading, Product: wares.In(q.User.Room, q.Product),
		Variant: q.Variant, Warehouses: wares.Warehouses(), Arrived: q.Arrived, Now: q.Now, Askers: q.Askers,
		Was: q.Was, Next: q.Next, Advice: q.Advice, Body: q.Body, Left: q.Left, VIP: q.VIP, FirstTime: q.FirstTime, Open: q.Open, Nobody: q.Nobody, Again: q.Again,
	}
	if q.Topic == "" && q.Reading != nil && q.Reading.Intent == live.IntentCompare {
		if facts, ok := shop.Against(ask.Product, q.Reading.Entities); ok {
			ask.Product = shop.Comparing(ask.Product, facts)
		} else if ask.Product != nil && shop.Rival(q.Reading.Entities) {
			ask.Topic = scripts.TopicNoFacts
		}
	}
	if q.Reading != nil {
		ask.Sentence = wares.Sentence(q.Reading.Intent)
	}
	if h := q.Hold; h != nil {
		ask.Hold = &scripts.Hold{
			SKU: h.SKU, Quantity: h.Quantity, Until: time.UnixMilli(h.Until), Confirmed: h.State == live.ReservationConfirmed,
		}
	}
	return ask
}

// aside composes a sentence that is left out when there is nothing to say.
func (c composer) aside(ask *scripts.Ask, topic string) (scripts.Line, bool) {
	if topic == "" {
		return scripts.Line{}, false
	}
	own := *ask
	own.Topic = scripts.Topic(topic)
	line, err := c.book.Compose(own)
	return line, err == nil
}

// other returns what the shop offers after a product, as the room numbers it: the first that is not known to be sold out,
// nor was offered with it before; nil for nothing.
func (c composer) other(q *actors.Question) *live.Product {
	wares, after := c.catalogue.Load(), q.Product
	if q.Asked != nil {
		after = q.Asked
	}
	for _, o := range wares.Others(after) {
		if q.Offered != nil && q.Offered.Pair(after.ID, o.ID) {
			continue
		}
		if c.soldOut(o) {
			continue
		}
		return wares.In(q.User.Room, o)
	}
	return nil
}

// soldOut tells whether a product is known to be.
func (c composer) soldOut(p *live.Product) bool {
	if c.ledger == nil || p == nil {
		return false
	}
	left, _, _, known := shop.ProductTotal(c.ledger.Stock(p.ID))
	return known > 0 && left == 0
}

// join puts two sentences behind one another, with a mark between them where the first has none at its end.
func join(a, b string) string {
	if strings.HasSuffix(a, "～") || strings.HasSuffix(a, "。") || strings.HasSuffix(a, "！") || strings.HasSuffix(a, "？") || strings.HasSuffix(a, "，") {
		return a + b
	}
	return a + "。" + b
}

// inStock tells whether an answer says that pieces are left.
func inStock(figures []scripts.Figure) bool {
	return slices.ContainsFunc(figures, func(f scripts.Figure) bool { return f.Name == "stock" && f.Value > 0 })
}

func counted(figures []scripts.Figure) bool {
	return slices.ContainsFunc(figures, func(f scripts.Figure) bool { return f.Name == "viewers" || f.Name == "sold" })
}
