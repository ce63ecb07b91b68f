package engine

import (
	"liveroom/actors"
	"liveroom/scripts"
)

// note notes what a sentence of a reply rests on, for who watches; when nobody does it does nothing.
func note(q *actors.Question, part, topic string, said *scripts.Line) {
	b := q.Basis
	if b == nil {
		return
	}
	if part == "main" {
		*b = actors.Basis{Book: b.Book} // what was tried before is not said
	}
	b.Said = append(b.Said, actors.Said{Part: part, Topic: topic, Script: said.Script, Variant: said.Variant})
	for _, f := range said.Figures {
		b.Figures = append(b.Figures, actors.BasisFigure{Name: f.Name, Value: f.Value, Age: f.Age, Limit: f.Limit, Version: f.Version})
	}
}
