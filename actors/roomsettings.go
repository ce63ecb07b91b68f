package actors

import (
	"errors"
	"fmt"
	"time"

	"liveroom/engine/live"
)

// SetRoomMode puts a room into a mode. done is called once, from an actor, and must not block: with nil when the mode is
// durable and in force, with the error that kept it out, or never when the House stops before.
func (h *House) SetRoomMode(room live.RoomID, m live.RoomMode, done func(error)) {
	h.set(live.Event{Type: live.RoomModeSet, Room: room, Note: m.String()}, done)
}

// Mute leaves a user's public questions unanswered until a time in Unix milliseconds, live.MutedForever until it is
// lifted, 0 to lift it. Private messages are answered as ever. done is called as by SetRoomMode, with ErrMutes when the
// room holds no more.
func (h *House) Mute(room live.RoomID, user live.UserID, until int64, done func(error)) {
	h.set(live.Event{Type: live.UserMuted, Room: room, User: user, Count: until}, done)
}

func (h *House) set(e live.Event, done func(error)) {
	h.rooms.tell(e.Room, &setting{event: e, done: done}, h.now().UnixMilli())
}

// RestoreRoom takes in a stored fact that is a setting of a room, and tells whether it is one. It must be called before
// Run.
func (h *House) RestoreRoom(r live.Record) bool {
	if r.Event == nil {
		return false
	}
	was := h.settingsOf(r.Event.Room)
	next, ok := was.take(h.now().UnixMilli(), r.Event)
	if ok {
		h.settings.Store(r.Event.Room, &next)
	}
	return ok
}

func (h *House) settingsOf(room live.RoomID) Settings {
	if s, ok := h.settings.Load(room); ok {
		return *s.(*Settings)
	}
	return Settings{Mode: live.RoomAuto}
}

// set stamps a setting and makes it durable; it comes into force when it is. Its time is never before that of the one
// before, since of two facts storage keeps the later.
func (r *room) set(now time.Time, m *setting) {
	was := r.house.settingsOf(r.cell.key)
	if !was.fits(now.UnixMilli(), &m.event) {
		m.done(ErrMutes)
		return
	}
	e := m.event
	e.At = max(now.UnixMilli(), was.at, r.stamped)
	r.stamped = e.At
	h, done := r.house, m.done
	record := live.Record{Kind: live.RecordFact, Received: now.UnixMilli(), Event: &e}
	h.parts.Journal.Submit(live.Entry{Records: []live.Record{record}, Done: func(_ uint64, err error) {
		h.rooms.tell(e.Room, &settingKept{event: &e, err: err, done: done}, e.At)
	}})
}

// errUnkept is wrapped by what SetRoomMode and Mute report of a setting that storage did not take.
var errUnkept = errors.New("the setting is not stored and not in force")

// kept puts a setting in force.
func (r *room) kept(now time.Time, m *settingKept) {
	if m.err != nil {
		m.done(fmt.Errorf("%w: %w", errUnkept, m.err))
		return
	}
	was := r.house.settingsOf(r.cell.key)
	next, _ := was.take(now.UnixMilli(), m.event)
	r.house.settings.Store(r.cell.key, &next)
	r.house.log.Info("room setting", "room", r.cell.key, "kind", m.event.Type.String(), "mode", next.Mode.String(), "muted", len(next.Muted))
	r.rule(r.state.Set(now.UnixMilli(), next, r.effects[:0]))
	m.done(nil)
}
