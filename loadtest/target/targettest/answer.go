package targettest

import (
	"fmt"

	"liveroom/engine/live"
	"liveroom/transport/wire"
)

// event handles one event and tells whether the link goes on.
func (k *link) event(e *live.Event) bool {
	r := k.room
	r.mu.Lock()
	if e.Type == live.StockUpdate {
		r.stock = [2]int64{e.Available, r.stock[0]}
		r.shop.stock(e.Available)
	}
	if !e.Type.Answerable() {
		r.mu.Unlock()
		return true
	}
	if frame, known := r.book.known(e.Key()); known {
		r.mu.Unlock()
		k.say(wire.AppendAck(nil, e.ID))
		if frame != nil {
			k.say(frame)
		}
		return true
	}
	r.asked++
	habit := Honest
	if r.asked%every == 0 {
		habit = r.habit
	}
	probe := len(e.User) > 0 && e.User[0] == 'n' && e.Text == "3号链接还剩多少件"
	if probe && (r.habit == Outdated || r.habit == Vague) {
		habit = r.habit
	}
	reply := r.reply(e, habit)
	r.book.accept(e, k.session, wire.AppendReply(nil, &reply))
	r.mu.Unlock()
	if e.Type == live.Comment && r.CloseAfter > 0 {
		k.closing(e)
	}
	return k.end(e, habit, &reply)
}

func (r *Room) reply(e *live.Event, habit Habit) live.Reply {
	figure := r.stock[0]
	if habit == Outdated {
		figure = r.stock[1]
	}
	text := fmt.Sprintf("亲，还剩 %d 件", figure)
	if habit == Vague {
		text = "亲，还有货的"
	}
	script, variant := "", ""
	if r.shop.OnHand > 0 && e.Type == live.Message {
		script, variant, text = r.shop.sell(e)
	}
	scope := live.Private
	if e.Type == live.Comment {
		scope = live.Public
	}
	decided := live.DecidedByModel
	if r.habit == Fallback {
		decided = live.DecidedByRules
	}
	return live.Reply{
		ID: live.ReplyIDFor(e.UserKey(), e.Key()), To: e.ID, Room: e.Room, User: e.User, Dialogue: live.DialogueOf(e.UserKey()),
		Text: text, Scope: scope, Intent: live.IntentStock, Confidence: 0.9, Emotion: live.Calm, By: live.ByScript, Decided: decided, TookMs: 1,
		Script: script, Variant: variant,
	}
}

// end says how e ended, by habit, and tells whether the link goes on.
func (k *link) end(e *live.Event, habit Habit, reply *live.Reply) bool {
	frame := wire.AppendReply(nil, reply)
	if habit == Shed || habit == Refuse {
		code := live.Overloaded
		if habit == Refuse {
			code = live.BadField
		}
		frame = wire.AppendError(nil, &live.Fault{Code: code, Hint: "as told by its habit", To: e.ID})
		k.close(e, frame)
		k.say(frame)
		return true
	}
	k.say(wire.AppendAck(nil, e.ID))
	switch habit {
	case Lose:
		return true
	case Disappear:
		return false
	case Withhold:
		if k.withhold(e, frame) {
			return true
		}
	}
	k.close(e, frame)
	k.say(frame)
	switch habit {
	case Twice:
		reply.Text += "，真的"
		k.say(wire.AppendReply(nil, reply))
	case Repeat:
		k.say(frame)
	case Invent:
		reply.To += "0000000"
		k.say(wire.AppendReply(nil, reply))
	}
	return true
}

func (k *link) close(e *live.Event, frame []byte) {
	k.room.mu.Lock()
	defer k.room.mu.Unlock()
	k.room.book.answer(e.Key(), frame)
}

// withhold keeps an answer back until Release; false once that was called.
func (k *link) withhold(e *live.Event, frame []byte) bool {
	k.room.mu.Lock()
	defer k.room.mu.Unlock()
	if k.room.free {
		return false
	}
	if len(k.room.held) == 0 {
		close(k.room.holding)
	}
	k.room.held = append(k.room.held, func() {
		k.close(e, frame)
		k.say(frame)
	})
	return true
}
