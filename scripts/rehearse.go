package scripts

import (
	"fmt"
	"strings"
	"time"

	"liveroom/engine/live"
	"liveroom/scripts/phrase"
)

// rehearse renders every text of s once with everything known and long, and once with everything known and short.
// The checks at load already promise that this works; it makes sure of it before a viewer does.
func rehearse(s *script) []Problem {
	var problems []Problem
	for _, long := range []bool{false, true} {
		for i := range s.cases {
			c := &s.cases[i]
			r := sample(long)
			r.limits = c.limits
			if phrase.SetOf(c.needs...).Has(phrase.NeedPrice) {
				r.prices[0] = r.prices[1] // one price, or a range of two
			}
			if phrase.SetOf(c.needs...).Has(phrase.NeedLink) {
				r.ask.Product.Link = 9999
			}
			if len(s.intents) > 0 {
				r.ask.Reading.Intent = s.intents[0].of
			}
			if len(c.intents) > 0 {
				r.ask.Reading.Intent = c.intents[0]
			}
			for j := range c.texts {
				if t := &c.texts[j]; !r.render(t) {
					problems = append(problems, Problem{File: s.file, Text: fmt.Sprintf(
						"text %s cannot be rendered with sample values: it came to %q", t.variant, r.buf)})
				}
			}
		}
	}
	return problems
}

// sample returns a renderer over made-up values; it asks no source.
func sample(long bool) *composer {
	now := time.UnixMilli(1_700_000_000_000)
	n, name, size, sentence, list := int64(7), "小杯", "S", "纯棉", "袜子"
	if long {
		n, name, size = phrase.MaxFigure, strings.Repeat("名", phrase.CapName), strings.Repeat("码", phrase.CapPart)
		sentence, list = strings.Repeat("字", phrase.CapSentence), strings.Repeat("品", phrase.CapList)
	}
	f := figure(n, now.UnixMilli(), now.UnixMilli())
	line := row{name: size, label: "stock/" + size, text: f.text, n: n, since: f.since}
	p := &live.Product{
		Name: name, Link: 9, Attributes: map[string]string{}, Gifts: []string{list}, Promotion: list, Instalment: 12,
		Variants: []live.Variant{{SKU: "A", Size: size, Color: size, PriceFen: n*100 - 1}, {SKU: "B", Size: size + "大", PriceFen: n * 100}},
	}
	if long {
		p.Link = 0
	}
	reading := &live.Reading{Intent: live.IntentStock, Emotion: live.Calm}
	for i := live.Intent(1); i <= live.Intent(live.Intents); i++ {
		p.Attributes[i.String()] = sentence
	}
	p.Promotions = []live.Promotion{{Text: list, Until: now.Add(time.Duration(n) * time.Minute).UnixMilli()}}
	r := &composer{}
	r.ending = time.Duration(n) * time.Minute
	r.ask = Ask{Product: p, Variant: &p.Variants[0], Reading: reading, Scope: live.Public, Askers: n, Now: now, Arrived: now}
	other := *p
	other.ID = "other"
	word := strings.Repeat("话", phrase.CapTopic)
	if long {
		sentence = strings.Repeat("字", phrase.CapAdvice)
	}
	r.ask.Hold, r.ask.Left, r.ask.Other = &Hold{SKU: "A", Quantity: n, Until: now.Add(time.Duration(n) * time.Minute)}, &n, &other
	r.ask.Was, r.ask.Next, r.ask.Advice, r.ask.Body = live.IntentStock, live.IntentSize, sentence, sentence
	r.names = &names{}
	r.names.short[live.IntentStock], r.names.short[live.IntentSize] = word, word
	r.asked = choiceOf(&p.Variants[0])
	r.looked = phrase.SetOf(phrase.NeedStock, phrase.NeedViewers, phrase.NeedPrice, phrase.NeedShip, phrase.NeedWarehouses, phrase.NeedGuesses)
	r.stock = &stockFigures{snap: &live.ProductStock{}, total: f, breakdown: []row{line, line}, warehouses: []row{line, line}}
	r.counts = &countFigures{snap: &live.Counts{}, viewers: f, sold: f}
	r.prices, r.hour, r.shipBy = [2]int64{n*100 - 1, n * 100}, 9, 16
	for i := range 2 {
		r.warehouses[i] = warehouseRow{row: &line, title: "北京仓", shipBy: 16}
		r.guesses[i] = "价格"
	}
	r.guessed = 2
	return r
}
