package live

import "math"

// RoomMode says what becomes of a room's public questions. The zero value is no mode.
type RoomMode uint8

// The modes of a room.
const (
	RoomAuto    RoomMode = iota + 1 // they are answered in public
	RoomSuggest                     // they are answered towards the seats only
	RoomPaused                      // they get no answer
	roomModes                       // one past the last
)

var roomModeNames = [roomModes]string{RoomAuto: "auto", RoomSuggest: "suggest", RoomPaused: "paused"}

// String returns the mode's name, "" for no mode.
func (m RoomMode) String() string {
	if m < roomModes {
		return roomModeNames[m]
	}
	return ""
}

// ParseRoomMode returns the mode with the given name, or 0.
func ParseRoomMode(name string) RoomMode {
	for m := RoomAuto; m < roomModes; m++ {
		if roomModeNames[m] == name {
			return m
		}
	}
	return 0
}

// Settings of a room, and what people of the shop say of its messages, are facts of our own: no link may send them, and nothing answers them. Their numbers are part of
// what is stored.
const (
	// RoomModeSet puts Room into the mode that Note names.
	RoomModeSet EventType = 128 + iota
	// UserMuted mutes User in Room until Count, in Unix milliseconds; 0 lifts it.
	UserMuted
	// MessageLabelled says, in Note, what a person takes the message of User in Room that ID names to mean; Text is its text.
	MessageLabelled
)

// MutedForever is the end of a mute that only its lifting ends.
const MutedForever = math.MaxInt64
