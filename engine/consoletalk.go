package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"liveroom/actors"
	"liveroom/engine/access"
	"liveroom/engine/admin/console"
	"liveroom/engine/live"
	"liveroom/engine/privacy"
	"liveroom/engine/storage"
	"liveroom/nlp"
)

// masked is a text as people of the shop see it.
func masked(text string) string {
	shown, _ := privacy.Mask(text)
	return shown
}

// maskedIn is masked for a text of a turn, which tells whether anything in it is.
func maskedIn(t *console.Turn, text string) string {
	shown := masked(text)
	t.Masked = t.Masked || shown != text
	return shown
}

// lineOf is an exchange as it is shown.
func lineOf(s *actors.Seen) console.Line {
	l := console.Line{
		ID: string(s.Event.ID), At: s.Received, User: s.Event.User, Name: masked(s.Event.Name), Type: s.Event.Type.String(), Text: masked(s.Event.Text),
		Outcome: s.Outcome.String(), Reason: string(s.Reason), Joined: string(s.Joined), Reading: readingOf(s.Reading), TookMs: s.Ended - s.Received,
		Traced: s.Trace != nil,
	}
	if r := s.Reply; r != nil {
		l.Reply = answerOf(r)
	}
	return l
}

func readingOf(r *live.Reading) *console.Reading {
	if r == nil {
		return nil
	}
	shown := &console.Reading{
		Intent: r.Intent.String(), Confidence: r.Confidence, Unsure: r.Unsure, Emotion: r.Emotion.String(), Sentiment: r.Sentiment.String(),
		DecidedBy: r.DecidedBy.String(), Model: r.Model,
	}
	for _, g := range r.Top {
		if g.Intent != 0 {
			shown.Top = append(shown.Top, console.Guess{Intent: g.Intent.String(), P: g.P})
		}
	}
	for _, e := range r.Entities {
		if e.Kind == "phone" || e.Kind == "order_id" || e.Kind == "address" {
			e.Value, e.Norm = "***", ""
		}
		shown.Entities = append(shown.Entities, console.Entity{Kind: e.Kind, Value: e.Value, Norm: e.Norm, Unit: e.Unit})
	}
	return shown
}

// talkView tells of dialogues, and lets people speak in them.
type talkView struct {
	e    *Engine
	desk *desk
}

// Read implements console.Dialogues.
func (v talkView) Read(ctx context.Context, text string) (console.Reading, error) {
	got := make(chan *live.Reading, 1)
	shop := v.e.parts.catalogue.Load().Shop()
	v.e.parts.reader.Submit(nlp.Query{Shop: shop, Text: text, Deadline: time.Now().Add(time.Second)}, func(r *live.Reading) { got <- r })
	select {
	case r := <-got:
		return *readingOf(r), nil
	case <-ctx.Done():
		return console.Reading{}, fmt.Errorf("read a text: %w", console.ErrAway)
	}
}

// Do implements console.Dialogues.
func (v talkView) Do(ctx context.Context, k live.UserKey, act string, with console.SeatAct) error {
	if !v.exists(k) {
		return fmt.Errorf("%w: user %.128q in room %.128q", console.ErrUnknown, string(k.User), string(k.Room))
	}
	if v.e.parts.gate.erases(k) {
		return fmt.Errorf("%w: %w", console.ErrAway, actors.ErrBarred)
	}
	e := &live.Event{
		Type: live.ParseEventType(act), Room: k.Room, User: k.User, At: time.Now().UnixMilli(), Text: with.Text, Note: with.Note,
		Dialogue: live.DialogueOf(k), Viewers: live.Absent, Sold: live.Absent,
	}
	return v.desk.do(ctx, access.Of(ctx).Name, e, v.e.clock.deliver(v.e.parts.house))
}

// exists tells whether anything is known of a user.
func (v talkView) exists(k live.UserKey) bool {
	if k.User == "" || !v.e.parts.gate.enter(k.Room, false) {
		return false
	}
	if _, ok := v.e.parts.house.ActorOf(k); ok {
		return true
	}
	return v.e.parts.store.Known(k)
}

// Bounds of looking at a dialogue.
const (
	lookFor       = 3 * time.Second
	lookAgain     = 5 * time.Millisecond
	turnsShown    = 50
	messagesShown = 20 // of those that are not in the journal since the last snapshot
)

// Show implements console.Dialogues. It puts together what the actor keeps in mind, what the journal holds since its
// last snapshot, and, for older answers, what they said.
func (v talkView) Show(ctx context.Context, k live.UserKey) (console.Dialogue, error) {
	ctx, stop := context.WithTimeout(ctx, lookFor)
	defer stop()
	if !v.exists(k) {
		return console.Dialogue{}, fmt.Errorf("%w: user %.128q in room %.128q", console.ErrUnknown, string(k.User), string(k.Room))
	}
	view, err := v.view(ctx, k)
	if err != nil {
		return console.Dialogue{}, err
	}
	tail, err := v.records(ctx, k, view.Blocks)
	if err != nil {
		return console.Dialogue{}, fmt.Errorf("%w: %w", console.ErrAway, err)
	}
	pos := positionOf(&view.Talk, time.Now().UnixMilli(), v.e.parts.catalogue.Load())
	turns := turnsOf(view.Turns, tail)
	d := console.Dialogue{
		Room: k.Room, User: k.User, Turns: turns[max(0, len(turns)-turnsShown):], Slots: pos.Slots, Open: pos.Open,
		Mood: float64(view.Mood), Private: view.Session != "", Pending: view.Pending,
	}
	if err := v.mark(ctx, k, d.Turns); err != nil {
		return console.Dialogue{}, fmt.Errorf("%w: %w", console.ErrAway, err)
	}
	if view.Seat != "" {
		d.Seat = v.desk.nameOf(view.Seat)
		d.Mine = view.Seat == string(v.desk.seat(access.Of(ctx).Name))
	}
	return d, nil
}

func (v talkView) view(ctx context.Context, k live.UserKey) (actors.UserView, error) {
	for {
		got := make(chan actors.UserView, 1)
		if err := v.e.parts.house.UserView(k, func(view actors.UserView) { got <- view }); err != nil {
			return actors.UserView{}, fmt.Errorf("%w: %w", console.ErrAway, err)
		}
		select {
		case view := <-got:
			if !view.Restoring {
				return view, nil
			}
		case <-ctx.Done():
			return actors.UserView{}, fmt.Errorf("dialogue: %w", console.ErrAway)
		}
		select {
		case <-time.After(lookAgain):
		case <-ctx.Done():
			return actors.UserView{}, fmt.Errorf("dialogue: %w", console.ErrAway)
		}
	}
}

// records reads what the journal holds of a user: everything since its last snapshot, and the latest of what was said before.
func (v talkView) records(ctx context.Context, k live.UserKey, blocks []uint64) ([]live.Record, error) {
	type result struct {
		records []live.Record
		err     error
	}
	got := make(chan result, 2)
	journal{v.e.parts.store}.Load(k, func(_ []byte, tail []live.Record, err error) { got <- result{tail, err} })
	if len(blocks) == 0 {
		got <- result{}
	} else {
		v.e.parts.store.Earlier(k, storage.Look{Known: blocks, Turns: messagesShown}, func(e storage.Earlier, err error) { got <- result{e.Records, err} })
	}
	var all []live.Record
	for range 2 {
		select {
		case r := <-got:
			if r.err != nil {
				return nil, r.err
			}
			all = append(all, r.records...)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return all, nil
}

// toldFrame is what a closed record told the user.
type toldFrame struct {
	Type, Text, By, Scope, Script, Variant, Intent, Emotion string
	Decided                                                 string `json:"decided_by"`
	Confidence                                              float32
	Count                                                   int64
	TookMs                                                  int64 `json:"took_ms"`
}

// turnsOf puts what the actor remembers and what the journal holds into one history, the latest last.
func turnsOf(kept []actors.Turn, records []live.Record) []console.Turn {
	turns := make(map[string]*console.Turn)
	byTime := make(map[int64]*console.Turn)
	order := make(map[*console.Turn]int)                        // of those of one millisecond
	slices.SortStableFunc(records, func(a, b live.Record) int { // accepted before closed
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Block, b.Block))
	})
	for i := range records {
		r := &records[i]
		key := r.Key
		if r.Event != nil {
			key = r.Event.Key()
		}
		id := key.Type.String() + " " + string(key.ID)
		t := turns[id]
		if t == nil {
			t = &console.Turn{At: r.Received, Type: key.Type.String(), ID: string(key.ID)}
			turns[id] = t
			byTime[r.Received] = t
			order[t] = i
		}
		if r.Event != nil {
			t.Text = maskedIn(t, r.Event.Text)
		}
		if r.Kind == live.RecordClosed {
			close1(t, r)
		}
	}
	for i := range kept {
		k := &kept[i]
		t := byTime[k.At]
		if t == nil && k.Text == "" {
			if alreadySaid(turns, masked(k.Answer)) {
				continue
			}
			t = &console.Turn{At: k.At, Type: live.Say.String(), Reply: &console.Answer{Text: masked(k.Answer), By: string(live.ByHuman)}}
			turns["kept "+strconv.Itoa(i)] = t
			continue
		}
		if t == nil {
			t = &console.Turn{At: k.At}
			turns["kept "+strconv.Itoa(i)] = t
			if k.Answer != "" {
				t.Outcome, t.Reply = live.Replied.String(), &console.Answer{Script: k.Answer}
			}
		}
		if t.Text == "" {
			t.Text = maskedIn(t, k.Text)
		}
		if t.Intent == "" {
			t.Intent = k.Intent.String()
		}
	}
	sorted := slices.SortedFunc(maps.Values(turns), func(a, b *console.Turn) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(order[a], order[b]))
	})
	list := make([]console.Turn, 0, len(turns))
	for _, t := range sorted {
		list = append(list, *t)
	}
	return list
}

func alreadySaid(turns map[string]*console.Turn, text string) bool {
	for _, t := range turns {
		if t.Type == live.Say.String() && t.Reply != nil && t.Reply.Text == text {
			return true
		}
	}
	return false
}

// close1 fills in how a turn ended.
func close1(t *console.Turn, r *live.Record) {
	t.Outcome, t.Reason = r.Outcome.String(), string(r.Reason)
	var f toldFrame
	if len(r.Frame) == 0 || json.Unmarshal(r.Frame, &f) != nil || f.Type != "reply" {
		return
	}
	t.Intent = f.Intent
	t.Reply = &console.Answer{Text: maskedIn(t, f.Text), By: f.By, Scope: f.Scope, Script: f.Script, Variant: f.Variant, Count: f.Count}
	if f.By != string(live.ByHuman) {
		t.TookMs = &f.TookMs
		t.Reading = &console.Reading{Intent: f.Intent, Confidence: f.Confidence, Emotion: f.Emotion, DecidedBy: f.Decided}
	}
}
