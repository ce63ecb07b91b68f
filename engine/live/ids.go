package live

import "strings"

// Identities. Each is an opaque string of 1 to MaxID bytes of valid UTF-8; distinct types keep them from being mixed up.
type (
	// ShopID names a shop, the owner of catalogue and stock.
	ShopID string
	// RoomID names a live room.
	RoomID string
	// UserID names a person inside one room.
	UserID string
	// EventID is the sender's own name for an event; with room, user and type it identifies the event for ever.
	EventID string
	// SessionID names one link and survives its resumption.
	SessionID string
	// ReplyID names a reply; it is derived from what the reply answers, see ReplyIDFor.
	ReplyID string
	// SKU names a stock keeping unit.
	SKU string
	// ProductID names a product of a shop.
	ProductID string
	// DialogueID names the dialogue of one user in one room, see DialogueOf.
	DialogueID string
)

// MaxID is the longest identity in bytes.
const MaxID = 128

// UserKey is the full identity of a user: the same person in two rooms is two users.
type UserKey struct {
	Room RoomID
	User UserID
}

// Clone returns the key with a copy of its own: a key that outlives the event it came with would keep all the text of
// the event, which shares one allocation.
func (k UserKey) Clone() UserKey {
	both, room := string(k.Room)+string(k.User), len(k.Room)
	return UserKey{Room: RoomID(both[:room]), User: UserID(both[room:])}
}

// Clone returns the id with a copy of its own, see UserKey.Clone.
func (r RoomID) Clone() RoomID { return RoomID(strings.Clone(string(r))) }

// EventKey identifies an event; a second event under the same key is a repetition.
type EventKey struct {
	Type EventType
	ID   EventID
}

var roomEscape = strings.NewReplacer("%", "%25", "/", "%2F")

// DialogueOf returns the dialogue of a user in a room, as "room/user" with "/" and "%" of the room escaped.
func DialogueOf(k UserKey) DialogueID {
	room := string(k.Room)
	if strings.ContainsAny(room, "%/") {
		room = roomEscape.Replace(room)
	}
	return DialogueID(room + "/" + string(k.User))
}

// User returns the user whose dialogue d is, and false when d was not made by DialogueOf.
func (d DialogueID) User() (UserKey, bool) {
	room, user, ok := strings.Cut(string(d), "/")
	if !ok || room == "" || user == "" {
		return UserKey{}, false
	}
	room = strings.NewReplacer("%2F", "/", "%25", "%").Replace(room)
	return UserKey{Room: RoomID(room), User: UserID(user)}, true
}
