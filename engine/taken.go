package engine

import (
	"context"
	"time"

	"liveroom/engine/admin/console"
	"liveroom/engine/live"
	"liveroom/transport/wire"
)

// taken tells a seat's link of the dialogue that it has taken: its history, what is kept in mind, and why a person was
// wanted. It does not wait; whoever has a console looks there.
func (e *Engine) taken(seat live.SessionID, k live.UserKey) {
	if isDesk(seat) {
		return
	}
	go func() {
		ctx, stop := context.WithTimeout(context.Background(), lookFor)
		defer stop()
		h, err := talkView{e, &e.parts.gate.desk}.handover(ctx, k)
		if err != nil {
			e.log.Warn("a taken dialogue cannot be shown to its seat", "room", k.Room, "user", k.User, "err", err)
			return
		}
		e.parts.server.Send(seat, wire.AppendHandover(nil, &h))
	}()
}

// handover puts a dialogue together for the seat that has taken it, masked as at the console.
func (v talkView) handover(ctx context.Context, k live.UserKey) (wire.Handover, error) {
	view, err := v.view(ctx, k)
	if err != nil {
		return wire.Handover{}, err
	}
	records, err := v.records(ctx, k, view.Blocks)
	if err != nil {
		return wire.Handover{}, err
	}
	now := time.Now().UnixMilli()
	h := wire.Handover{Dialogue: live.DialogueOf(k), Room: k.Room, User: k.User, At: now, Mood: float64(view.Mood)}
	for _, t := range turnsOf(view.Turns, records) {
		if t.Outcome == live.HandedOver.String() {
			h.Reason = live.Reason(t.Reason)
		}
		h.History = append(h.History, linesOf(&t)...)
	}
	for _, s := range positionOf(&view.Talk, now, v.e.parts.catalogue.Load()).Slots {
		h.Slots = append(h.Slots, wire.HandoverSlot{Name: s.Name, Value: s.Value, Text: s.Text})
	}
	return h, nil
}

// linesOf are the lines of one exchange, none for a seat's taking and giving back.
func linesOf(t *console.Turn) (lines []wire.HandoverLine) {
	if t.Text != "" {
		lines = append(lines, wire.HandoverLine{Who: "user", At: t.At, Text: t.Text, ID: live.EventID(t.ID)})
	}
	if r := t.Reply; r != nil {
		answer := wire.HandoverLine{Who: "engine", At: t.At, Text: r.Text, Script: r.Script}
		if r.By == string(live.ByHuman) {
			answer.Who = "seat"
		}
		lines = append(lines, answer)
	}
	return lines
}
