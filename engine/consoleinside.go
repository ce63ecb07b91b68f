package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"liveroom/actors"
	"liveroom/engine/access"
	"liveroom/engine/admin/console"
	"liveroom/engine/live"
)

// insideView tells what goes on inside of the house.
type insideView struct{ e *Engine }

// Watch implements console.Inside.
func (v insideView) Watch(k live.UserKey) (stop func()) { return v.e.parts.house.Peek(k) }

// Latest implements console.Inside.
func (v insideView) Latest(k live.UserKey) (console.Actor, []console.Handled, error) {
	s, ok := v.e.parts.house.ActorOf(k)
	if !ok {
		return console.Actor{}, nil, fmt.Errorf("%w: it is not in memory; its next message brings it back", console.ErrUnknown)
	}
	latest := []console.Handled{}
	for _, h := range v.e.parts.house.Peeked(k) {
		shown := console.Handled{At: h.At.UnixMilli(), Kind: h.Kind, ID: h.ID, Note: h.Note, TookUs: h.Took.Microseconds()}
		if h.Wait > 0 {
			wait := h.Wait.Microseconds()
			shown.WaitUs = &wait
		}
		latest = append(latest, shown)
	}
	return actorOf(s), latest, nil
}

// Owners implements console.Inside.
func (v insideView) Owners() []console.Owner {
	p := &v.e.parts
	count := func(name string, n int) console.Count { return console.Count{Name: name, Total: float64(n)} }
	skus, open, confirmed, ordered := 0, int64(0), int64(0), int64(0)
	for _, product := range p.catalogue.Load().Products() {
		for i := range product.Variants {
			skus++
			o, c, d := p.ledger.Held(product.Variants[i].SKU)
			open, confirmed, ordered = open+o, confirmed+c, ordered+d
		}
	}
	model, book := p.reader.Status(), p.book.Status()
	return []console.Owner{
		{Name: "ledger", Figures: []console.Count{
			count("skus", skus), count("open", int(open)), count("confirmed", int(confirmed)), count("ordered", int(ordered)),
		}},
		{Name: "desk", Figures: []console.Count{count("seats", p.gate.byRoom.seated()), count("acts", p.gate.desk.underWay())}},
		{Name: "reader", Figures: []console.Count{count("waiting", model.Waiting), count("running", model.Running)}},
		{Name: "book", Figures: []console.Count{count("texts", book.Texts)}},
	}
}

// seated returns how many seat links are open.
func (r *roomLinks) seated() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.seats)
}

// underWay returns how many acts of people at the console wait to be durable.
func (d *desk) underWay() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.waits)
}

// lettersView tells of messages that no actor took.
type lettersView struct{ e *Engine }

// List implements console.Letters.
func (v lettersView) List() []console.Letter {
	all := v.e.parts.house.DeadLetters()
	list := make([]console.Letter, 0, len(all))
	for _, d := range all {
		l := console.Letter{
			ID: d.ID, At: d.At, Kind: d.Kind, Reason: d.Reason, Target: d.Target, Room: d.User.Room, User: d.User.User,
			Replayable: d.Replayable && d.Replayed == 0, Replayed: d.Replayed,
		}
		if d.Event != nil {
			l.Event = d.Event.ID
		}
		list = append(list, l)
	}
	return list
}

// Replay implements console.Letters.
func (v lettersView) Replay(id uint64) error {
	err := v.e.parts.house.Replay(id)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, actors.ErrNoLetter):
		return fmt.Errorf("%w: %w", console.ErrUnknown, err)
	case errors.Is(err, actors.ErrBusy):
		return fmt.Errorf("%w: %w", console.ErrAway, err)
	}
	return fmt.Errorf("%w: %w", console.ErrRefused, err)
}

// Say implements console.Rooms. What a script may not say, a person does not say to a room by this way either.
func (v roomsView) Say(ctx context.Context, room live.RoomID, text string) error {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return fmt.Errorf("%w: text: it holds a line break or another control character; say it in one line", console.ErrInput)
	}
	if term, reason, bad := v.e.parts.book.Forbidden(text); bad {
		return fmt.Errorf("%w: text: says %q, which is forbidden (%s); say it another way", console.ErrInput, term, reason)
	}
	who := access.Of(ctx).Name
	if who == "" {
		return fmt.Errorf("%w: who you are is not known", console.ErrForbidden)
	}
	kept := make(chan error, 1)
	v.e.parts.house.SayToRoom(room, live.EventID("console-"+rand.Text()), who, text, func(err error) { kept <- err })
	ctx, stop := context.WithTimeout(ctx, roomWait)
	defer stop()
	select {
	case err := <-kept:
		if err != nil {
			return fmt.Errorf("%w: it is not stored and was not said: %w", console.ErrAway, err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: it may be said later, or not at all; look at the room", console.ErrAway)
	}
}
