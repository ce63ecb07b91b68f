package engine

import (
	"slices"
	"strings"
	"time"

	"liveroom/actors"
	"liveroom/engine/live"
	"liveroom/scripts"
)

// composer lets actors have answers put into words by the script book: the answer itself, and the sentences before and
// after it where there is something to say.
type composer struct {
	book      *scripts.Book
	catalogue *wares
}

// Compose implements actors.Composer.
func (c composer) Compose(q *actors.Question) (actors.Line, error) {
	ask := c.ask(q)
	main, err := c.book.Compose(ask)
	if err != nil {
		return actors.Line{}, err
	}
	line := actors.Line{Text: main.Text, Script: main.Script, Variant: main.Variant, By: live.ByScript, Counts: counted(main.Figures)}
	if q.Lead == "" && q.Tail == "" {
		return line, nil
	}
	if lead, ok := c.aside(&ask, q.Lead); ok {
		line.Text = join(lead.Text, line.Text)
		line.Counts = line.Counts || counted(lead.Figures)
	}
	if q.Tail == string(scripts.TopicOffer) && !inStock(main.Figures) {
		return line, nil // what is not known to be there is not offered
	}
	if tail, ok := c.aside(&ask, q.Tail); ok {
		line.Text = join(line.Text, tail.Text)
		line.Counts, line.Tail = line.Counts || counted(tail.Figures), true
	}
	return line, nil
}

// ask puts a question into the words of the script book.
func (c composer) ask(q *actors.Question) scripts.Ask {
	ask := scripts.Ask{
		Shop: q.Shop, User: q.User, Scope: q.Scope, Topic: scripts.Topic(q.Topic), Reading: q.Reading, Product: q.Product,
		Variant: q.Variant, Warehouses: c.catalogue.Load().Warehouses(), Arrived: q.Arrived, Now: q.Now, Askers: q.Askers,
		Was: q.Was, Next: q.Next, Advice: q.Advice, Body: q.Body, Left: q.Left, VIP: q.VIP, FirstTime: q.FirstTime, Open: q.Open,
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
	if own.Topic == scripts.TopicCrossSell {
		own.Other = c.other(ask.Product)
	}
	line, err := c.book.Compose(own)
	return line, err == nil
}

// other returns what the shop offers after a product, nil for nothing.
func (c composer) other(p *live.Product) *live.Product {
	if p == nil {
		return nil
	}
	for _, id := range p.Cross {
		if o := c.catalogue.Load().ByID(id); o != nil && o != p {
			return o
		}
	}
	return nil
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
