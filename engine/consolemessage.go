package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"liveroom/engine/access"
	"liveroom/engine/admin/console"
	"liveroom/engine/labels"
	"liveroom/engine/live"
)

// messageView tells of single messages, and takes in what people say of them.
type messageView struct {
	talkView
	labels *labels.Book
	log    *slog.Logger
}

// spoken is a message with what it was read as and what it was told, as they are kept, unmasked.
type spoken struct {
	text, reply string
	intent      live.Intent
	confidence  float32
	model       string
}

// find looks for a message: among those watched lately, then in the journal and in what the actor remembers.
func (v messageView) find(ctx context.Context, k live.UserKey, key live.EventKey) (spoken, error) {
	if seen := v.e.parts.house.Traced(k, key); seen != nil {
		s := spoken{text: seen.Event.Text}
		if seen.Reply != nil {
			s.reply = seen.Reply.Text
		}
		if r := seen.Reading; r != nil {
			s.intent, s.confidence, s.model = r.Intent, r.Confidence, r.Model
		}
		return s, nil
	}
	ctx, stop := context.WithTimeout(ctx, lookFor)
	defer stop()
	if !v.exists(k) {
		return spoken{}, fmt.Errorf("%w: user %.128q in room %.128q", console.ErrUnknown, string(k.User), string(k.Room))
	}
	view, err := v.view(ctx, k)
	if err != nil {
		return spoken{}, err
	}
	records, err := v.records(ctx, k, view.Blocks)
	if err != nil {
		return spoken{}, fmt.Errorf("%w: %w", console.ErrAway, err)
	}
	var s spoken
	known, at := s.from(records, key)
	for _, t := range view.Turns {
		if known && t.At == at {
			if s.text == "" {
				s.text = t.Text
			}
			if s.intent == 0 {
				s.intent = t.Intent
			}
		}
	}
	if s.text == "" { // it is from before what is shown first
		_, err := v.seek(ctx, k, view.Blocks, 0, func(earlier []live.Record) bool {
			here, _ := s.from(earlier, key)
			known = known || here
			return s.text != ""
		})
		if err != nil {
			return spoken{}, err
		}
	}
	if !known || s.text == "" {
		return spoken{}, fmt.Errorf("%w: message %.128q of that user, or its text is not kept any more", console.ErrUnknown, string(key.ID))
	}
	return s, nil
}

// from takes in what records say of a message, and tells whether they do, and when it was received.
func (s *spoken) from(records []live.Record, key live.EventKey) (known bool, at int64) {
	for i := range records {
		r := &records[i]
		switch {
		case r.Event != nil && r.Event.Key() == key:
			s.text, known = r.Event.Text, true
		case r.Kind == live.RecordClosed && r.Key == key:
			known, at = true, r.Received
			var f toldFrame
			if json.Unmarshal(r.Frame, &f) == nil && f.Type == "reply" {
				s.reply, s.intent, s.confidence = f.Text, live.ParseIntent(f.Intent), f.Confidence
			}
		}
	}
	return known, at
}

// Reveal implements console.Messages. That it was asked for, and why, stands in the audit log by now: see parts.audited.
func (v messageView) Reveal(ctx context.Context, k live.UserKey, m console.MessageRef) (console.Revealed, error) {
	s, err := v.find(ctx, k, m.Key())
	return console.Revealed{Text: s.text, Reply: s.reply}, err
}

// Label implements console.Messages.
func (v messageView) Label(ctx context.Context, k live.UserKey, m console.MessageRef, as console.LabelAct) (console.Label, error) {
	s, err := v.find(ctx, k, m.Key())
	if err != nil {
		return console.Label{}, err
	}
	kept, err := v.labels.Add(ctx, labels.Label{
		Message: labels.Message{User: k, Key: m.Key()}, Text: s.text,
		Intent: live.ParseIntent(as.Intent), Emotion: live.ParseEmotion(as.Emotion), Sentiment: live.ParseSentiment(as.Sentiment),
		Was: s.intent, Confidence: s.confidence, Model: s.model, By: access.Of(ctx).Name, Source: labels.Corrected,
	})
	if errors.Is(err, labels.ErrInput) {
		return console.Label{}, fmt.Errorf("%w: %w", console.ErrInput, err)
	}
	return labelShown(&kept), err
}

// Withdraw implements console.Messages.
func (v messageView) Withdraw(ctx context.Context, k live.UserKey, m console.MessageRef) error {
	err := v.labels.Withdraw(ctx, labels.Message{User: k, Key: m.Key()}, access.Of(ctx).Name)
	if errors.Is(err, labels.ErrNone) {
		return fmt.Errorf("%w: a label of that message", console.ErrUnknown)
	}
	return err
}

// Labels implements console.Messages.
func (v messageView) Labels(ctx context.Context, after int64, n int) ([]console.Label, error) {
	list, err := v.labels.List(ctx, after, n)
	shown := make([]console.Label, 0, len(list))
	for i := range list {
		shown = append(shown, labelShown(&list[i]))
	}
	return shown, err
}

// Export implements console.Messages.
func (v messageView) Export(ctx context.Context, w io.Writer, only func(live.RoomID) bool) error {
	done, err := v.labels.Export(ctx, w, masked, func(l *labels.Label) bool { return only(l.User.Room) })
	if err == nil {
		v.log.Info("labels exported", "lines", done.Written, "equal", done.Equal)
	}
	return err
}

func labelShown(l *labels.Label) console.Label {
	return console.Label{
		At: l.At, By: l.By, Source: string(l.Source), Room: l.User.Room, User: l.User.User, Type: l.Key.Type.String(), ID: string(l.Key.ID),
		Text: masked(l.Text), Intent: l.Intent.String(), Emotion: l.Emotion.String(), Sentiment: l.Sentiment.String(),
		Was: l.Was.String(), Model: l.Model,
	}
}
