package actors

import (
	"time"

	"liveroom/engine/live"
)

// hostSays brings what a person says to the whole room.
type hostSays struct {
	ours
	id       live.EventID
	by, text string
	done     func(error)
}

// SayToRoom says something to a whole room in the name of a person: a public reply to nobody in particular. An id says it
// once for as long as links remember it. done is called once, from any goroutine, and must not block: with nil when it is
// durable and said, with the error that kept it unsaid, or never when the House stops before.
func (h *House) SayToRoom(room live.RoomID, id live.EventID, by, text string, done func(error)) {
	h.rooms.tell(room, &hostSays{id: id, by: by, text: text, done: done}, h.now().UnixMilli())
}

// host says what a person says. A human wins: bursts that run get no closing reply on top of it.
func (r *room) host(now time.Time, m *hostSays) {
	room := r.cell.key
	said := &live.Event{Type: live.Say, ID: m.id, Room: room, At: now.UnixMilli(), Text: m.text, Name: m.by}
	reply := &live.Reply{
		ID: live.ReplyIDFor(live.UserKey{Room: room}, said.Key()), Room: room, Text: m.text, Scope: live.Public, By: live.ByHuman,
	}
	r.state.Attended()
	r.publish(said, reply, func(err error) {
		if err == nil && r.house.taps.audience(room) != nil {
			r.house.taps.show(room, &Seen{Event: said, Received: said.At, Outcome: live.Replied, Reply: reply}, r.house.now())
		}
		m.done(err)
	})
}

// publish makes what is said to the whole room durable, as a fact, for the console; then it says it to viewers and to the
// links that carry the room's comments. A crash in between leaves it unsaid.
func (r *room) publish(said *live.Event, reply *live.Reply, done func(error)) {
	h, room := r.house, r.cell.key
	frame := h.parts.Frames.Reply(nil, reply)
	record := live.Record{Kind: live.RecordFact, Received: said.At, Event: said}
	h.parts.Journal.Submit(live.Entry{Records: []live.Record{record}, Done: func(_ uint64, err error) {
		if err == nil {
			h.parts.Outlet.Broadcast(room, frame, "")
			if h.seating.Links != nil {
				for _, s := range h.seating.Links.Carriers(room) {
					h.parts.Outlet.Send(s, frame)
				}
			}
		}
		done(err)
	}})
}
