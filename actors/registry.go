package actors

import (
	"context"
	"fmt"
	"strings"

	"liveroom/actors/dialogue"
	"liveroom/engine/live"
)

// Status is what the registry tells of one actor.
type Status struct {
	Kind     string // user or room
	Room     live.RoomID
	User     live.UserID // "" for a room
	PID      string
	Mailbox  int64  // messages waiting
	Handled  uint64 // messages handled since it was spawned
	BusyNs   int64  // time spent handling them, nanoseconds
	Restarts uint64
	Active   int64 // time of its latest message, Unix milliseconds
}

// Actors calls yield with the status of every actor in memory until it returns false. It costs the actors nothing.
func (h *House) Actors(yield func(Status) bool) {
	more := true
	h.rooms.each(func(c *cell[live.RoomID]) bool {
		s := status("room", c)
		s.Room = c.key
		more = yield(s)
		return more
	})
	if !more {
		return
	}
	h.users.each(func(c *cell[live.UserKey]) bool {
		s := status("user", c)
		s.Room, s.User = c.key.Room, c.key.User
		return yield(s)
	})
}

func status[K comparable](kind string, c *cell[K]) Status {
	return Status{
		Kind: kind, PID: c.pid.Id, Mailbox: c.queued.Load(), Handled: c.handled.Load(), BusyNs: c.busyNs.Load(),
		Restarts: c.restarts.Load(), Active: c.active.Load(),
	}
}

// Describe returns the state of a user, or of the room when k names no user, as text for people; it asks the actor and
// waits for ctx.
func (h *House) Describe(ctx context.Context, k live.UserKey) (string, error) {
	reply := make(chan string, 1)
	if k.User == "" {
		h.rooms.tell(k.Room, &describe{reply: reply}, h.now().UnixMilli())
	} else if !h.users.tell(k, &describe{reply: reply}, h.now().UnixMilli()) {
		return "", ErrBarred
	}
	select {
	case s := <-reply:
		return s, nil
	case <-ctx.Done():
		return "", fmt.Errorf("describe user %q of room %q: %w", k.User, k.Room, ctx.Err())
	}
}

func (u *user) describe() string {
	var b strings.Builder
	s := &u.state
	fmt.Fprintf(&b, "user %s in %s: %d pending, %d remembered ids", u.cell.key.User, u.cell.key.Room, len(s.pending), s.answered.len())
	fmt.Fprintf(&b, "\n%s", s.Summary(u.house.now().UnixMilli()))
	b.WriteByte('\n')
	for t := range s.turns.all {
		fmt.Fprintf(&b, "< %s\n", t.Text)
		if t.Answer != "" {
			fmt.Fprintf(&b, "> %s\n", t.Answer)
		}
	}
	return b.String()
}

// Summary returns what the dialogue keeps in mind at a time, as one line for people.
func (s *UserState) Summary(now int64) string {
	b := fmt.Appendf(nil, "mood=%.1f", s.mood)
	add := func(name string, value any, known bool) {
		if known {
			b = fmt.Appendf(b, " %s=%v", name, value)
		}
	}
	t := &s.talk
	add("product", t.Product(now), t.Product(now) != "")
	add("size", t.Slots.Size, t.Slots.Size != "")
	add("color", t.Slots.Color, t.Slots.Color != "")
	add("quantity", t.Slots.Quantity, t.Slots.Quantity != 0)
	add("kg", t.Slots.Kg, t.Slots.Kg != 0)
	add("cm", t.Slots.Cm, t.Slots.Cm != 0)
	add("city", t.Slots.City, t.Slots.City != "")
	add("order", t.Slots.Order, t.Slots.Order != "")
	add("topic", t.Topic, t.Topic != 0)
	add("open", t.Open.Kind, t.Open.Kind != dialogue.Nothing)
	add("sku", t.Open.SKU, t.Open.SKU != "")
	add("unsure", t.Unsure, t.Unsure != 0)
	add("seat", s.seat, s.seat != "")
	return string(b)
}
