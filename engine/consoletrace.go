package engine

import (
	"context"
	"fmt"

	"liveroom/actors"
	"liveroom/engine/admin/console"
	"liveroom/engine/labels"
	"liveroom/engine/live"
	"liveroom/engine/shop"
)

// Trace implements console.Messages.
func (v messageView) Trace(_ context.Context, k live.UserKey, m console.MessageRef) (console.Trace, error) {
	seen := v.e.parts.house.Traced(k, m.Key())
	if seen == nil {
		return console.Trace{}, fmt.Errorf("%w: a trace of that message; one is made when somebody watches the room as the message comes, and kept for a while", console.ErrUnknown)
	}
	return traceOf(seen, v.e.parts.catalogue.Load()), nil
}

// traceOf is a trace as it is shown, with what the shop calls its wares.
func traceOf(x *actors.Seen, wares *shop.Catalogue) console.Trace {
	t := x.Trace
	shown := console.Trace{
		ID: string(x.Event.ID), Type: x.Event.Type.String(), At: x.Received,
		Mailbox: t.Mailbox, Waiting: t.Read.Waiting, Batch: t.Read.Batch, From: t.Read.From,
		Outcome: x.Outcome.String(), Reason: string(x.Reason), Reading: readingOf(x.Reading),
		Before: positionOf(&t.Before, x.Received, wares), After: positionOf(&t.After, x.Received, wares), Topic: t.Topic,
		Book: t.Basis.Book, Said: []console.Said{}, Figures: []console.LiveFigure{}, Experiments: []string{},
	}
	for _, s := range t.Spans {
		shown.Spans = append(shown.Spans, console.Span{
			Stage: s.Stage.String(), FromUs: s.From.Sub(t.Begin).Microseconds(), Us: s.To.Sub(s.From).Microseconds(),
		})
		shown.TotalUs = max(shown.TotalUs, s.To.Sub(t.Begin).Microseconds())
	}
	if r := shown.Reading; r != nil {
		for i := range r.Top {
			r.Top[i].Limit = t.Read.Thresholds[i]
		}
	}
	if t.Read.Match != "" {
		shown.Rule = &console.Rule{Match: t.Read.Match, Text: masked(t.Read.Rule)}
	}
	if r := x.Reply; r != nil {
		shown.Reply = answerOf(r)
	}
	for _, s := range t.Basis.Said {
		shown.Said = append(shown.Said, console.Said(s))
	}
	for _, f := range t.Basis.Figures {
		shown.Figures = append(shown.Figures, console.LiveFigure{
			Name: f.Name, Value: f.Value, AgeMs: f.Age.Milliseconds(), LimitMs: f.Limit.Milliseconds(), Version: f.Version,
		})
	}
	if e := t.Basis.Entry; e != nil {
		shown.Entry = &console.Entry{ID: e.ID, Version: e.Version, Exact: e.Exact, Score: e.Score}
	}
	return shown
}

// answerOf is a reply as it is shown.
func answerOf(r *live.Reply) *console.Answer {
	return &console.Answer{Text: masked(r.Text), By: string(r.By), Scope: r.Scope.String(), Script: r.Script, Variant: r.Variant, Count: r.Count}
}

// mark says of a dialogue's turns what can be done with them: whether there is a trace, and what a person said they mean.
func (v talkView) mark(ctx context.Context, k live.UserKey, turns []console.Turn) error {
	for i := range turns {
		t := &turns[i]
		key := live.EventKey{Type: live.ParseEventType(t.Type), ID: live.EventID(t.ID)}
		if t.ID == "" || !key.Type.Answerable() {
			continue
		}
		t.Traced = v.e.parts.house.Traced(k, key) != nil
		l, ok, err := v.e.parts.labels.Of(ctx, labels.Message{User: k, Key: key})
		if err != nil {
			return err
		}
		if ok {
			shown := labelShown(&l)
			t.Label = &shown
		}
	}
	return nil
}
