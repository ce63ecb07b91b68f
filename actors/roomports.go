package actors

import (
	"time"

	"liveroom/engine/live"
)

// RoomParts are the neighbours that rooms work with beside Parts. Without one of them the House does without what it is
// for.
type RoomParts struct {
	Links   RoomLinks
	Figures RoomFigures
	// Alarm encodes what seats are shown; it appends to dst and returns it.
	Alarm func(dst []byte, a *live.Alarm) []byte
}

// RoomLinks finds links by their room. Its methods never block and may be called from any goroutine.
type RoomLinks interface {
	// Seats returns the sessions of the seat links that see a room, in a fixed order.
	Seats(room live.RoomID) []live.SessionID
	// Carriers returns the sessions of the few ingest links that lately carried comments of a room.
	Carriers(room live.RoomID) []live.SessionID
}

// RoomFigures reads the figures that a host is shown. Its methods never block.
type RoomFigures interface {
	// Stock returns how many pieces of a product can be offered in all, and how old that is; ok is false when it is not
	// known.
	Stock(p live.ProductID, now time.Time) (pieces int64, age time.Duration, ok bool)
	// Counts returns a room's viewers and pieces sold, live.Absent for what is not known.
	Counts(room live.RoomID) (viewers, sold int64)
}

// Seat gives the House what rooms work with. It must be called before Run.
func (h *House) Seat(p RoomParts) { h.seating = p }

// seats returns the seats of a room, none when nobody can be shown anything.
func (h *House) seats(room live.RoomID) []live.SessionID {
	if h.seating.Links == nil || h.seating.Alarm == nil {
		return nil
	}
	return h.seating.Links.Seats(room)
}

// alarm shows seats something.
func (h *House) alarm(seats []live.SessionID, a *live.Alarm) {
	frame := h.seating.Alarm(nil, a)
	h.metrics.alarms.Inc()
	for _, s := range seats {
		h.parts.Outlet.Send(s, frame)
	}
}

// nobody tells whether no person is there to take a dialogue of a room: neither a seat's link nor one who watches it.
func (h *House) nobody(room live.RoomID) bool {
	return len(h.seats(room)) == 0 && h.taps.audience(room) == nil
}

// handOver tells the seats of a room of a dialogue that a person is to take. Its outcome is durable by now.
func (h *House) handOver(c *closing) {
	h.askSeats(c.event.UserKey(), c.event.Text, c.event.ID, c.handOver)
}

// askSeats asks the seats of a room to take a dialogue.
func (h *House) askSeats(k live.UserKey, text string, to live.EventID, why live.Reason) {
	if seats := h.seats(k.Room); len(seats) > 0 {
		h.alarm(seats, &live.Alarm{
			Kind: live.AlarmHandover, Room: k.Room, At: h.now().UnixMilli(), Viewers: live.Absent, Sold: live.Absent,
			Dialogue: live.DialogueOf(k), Text: text, To: to, Reason: why,
		})
	}
}

// showLine shows the seat that has a dialogue what was written in it. Its outcome is durable by now.
func (h *House) showLine(c *closing) {
	if h.seating.Alarm != nil {
		h.alarm([]live.SessionID{c.seat}, &live.Alarm{
			Kind: live.AlarmLine, Room: c.event.Room, At: c.received, Viewers: live.Absent, Sold: live.Absent,
			Dialogue: live.DialogueOf(c.event.UserKey()), Text: c.event.Text, To: c.event.ID, Scope: scopeOf(c.event),
		})
	}
}

// suggest shows the seats of a room an answer that was composed and not given. Its outcome is durable by now.
func (h *House) suggest(r *live.Reply) {
	if seats := h.seats(r.Room); len(seats) > 0 {
		h.alarm(seats, &live.Alarm{
			Kind: live.AlarmSuggest, Room: r.Room, At: h.now().UnixMilli(), Viewers: live.Absent, Sold: live.Absent,
			Dialogue: r.Dialogue, Text: r.Text, To: r.To,
		})
	}
}
