package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"liveroom/actors"
	"liveroom/engine/admin/console"
	"liveroom/engine/live"
	"liveroom/engine/shop/document"
	"liveroom/engine/shop/knowledge"
	"liveroom/scripts"
)

// maxRehearsed is how many questions of an entry are asked at a check: each is read by the model.
const maxRehearsed = 6

func (d answersDesk) rules() knowledge.Rules {
	return knowledge.Rules{Censor: d.e.parts.book, Sells: d.e.parts.sells}
}

func writtenOf(id string, t console.EntryText) knowledge.Written {
	return knowledge.Written{
		ID: id, Question: t.Question, Alternatives: t.Alternatives, Answer: t.Answer, Tags: t.Tags, Products: t.Products, Intents: t.Intents,
	}
}

func entryFlaws(problems []document.Problem) []console.Flaw {
	flaws := make([]console.Flaw, 0, len(problems))
	for _, p := range problems {
		text := p.Text
		if p.Path != "" {
			text = p.Path + ": " + text
		}
		flaws = append(flaws, console.Flaw{File: p.Path, Text: text})
	}
	return flaws
}

// Check implements console.Answers: the base as it would be is asked the entry's own questions, about what the host shows.
func (d answersDesk) Check(ctx context.Context, s console.EntrySketch) (console.EntryChecked, error) {
	p := &d.e.parts
	next, problems := p.knowledge.Load().Edit(writtenOf(s.ID, s.EntryText), d.rules(), time.Now().UnixMilli())
	checked := console.EntryChecked{Problems: entryFlaws(problems), Asked: []console.Rehearsal{}}
	wares := p.catalogue.Load()
	product := wares.BySKU(p.rooms.Presenting(s.Room).SKU)
	if product != nil {
		checked.Product = product.Name
	}
	if len(problems) > 0 {
		return checked, nil
	}
	for _, question := range questionsOf(s) {
		read, err := (talkView{e: d.e}).Read(ctx, question)
		if err != nil {
			return checked, err
		}
		about := product
		if len(s.Products) > 0 && (about == nil || !slices.Contains(s.Products, string(about.ID))) {
			about = wares.ByID(live.ProductID(s.Products[0])) // an entry of products alone is tried on one of them
		}
		checked.Asked = append(checked.Asked, rehearse(next, s.ID, question, read, about))
	}
	return checked, nil
}

// questionsOf are the questions to be asked: the one that somebody tries, and those of the entry.
func questionsOf(s console.EntrySketch) (list []string) {
	for _, q := range append([]string{s.Try, s.Question}, s.Alternatives...) {
		if q = strings.TrimSpace(q); q != "" && len(list) < maxRehearsed && !slices.Contains(list, q) {
			list = append(list, q)
		}
	}
	return list
}

// rehearse asks a base one question; that it was asked is not counted.
func rehearse(base *knowledge.Base, id, question string, read console.Reading, about *live.Product) console.Rehearsal {
	r := console.Rehearsal{Question: question, Intent: read.Intent, By: "script"}
	q := &actors.Question{Text: question}
	q.Product, q.Reading = about, &live.Reading{Intent: live.ParseIntent(read.Intent)}
	if read.Unsure {
		q.Topic = string(scripts.TopicClarify)
	}
	found, ok := answerIn(base, q)
	if !ok {
		return r
	}
	r.By, r.Exact, r.Score, r.Text = "this", found.Exact, found.Score, found.Text
	if found.Entry != id {
		r.By, r.Entry = "other", found.Entry
	}
	return r
}
