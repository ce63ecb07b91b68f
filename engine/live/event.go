package live

// EventType says what an Event is. The zero value is no event.
type EventType uint8

// The events of wire version 1.
const (
	Comment EventType = iota + 1
	Message
	Enter
	Leave
	Like
	Gift
	Follow
	Share
	CountsUpdate
	StockUpdate
	OrderUpdate
	Present
	Rate
	Take
	Say
	GiveBack
	eventTypes // one past the last
)

var eventNames = [eventTypes]string{
	Comment: "comment", Message: "message", Enter: "enter", Leave: "leave", Like: "like", Gift: "gift",
	Follow: "follow", Share: "share", CountsUpdate: "counts", StockUpdate: "stock", OrderUpdate: "order",
	Present: "present", Rate: "rate", Take: "take", Say: "say", GiveBack: "give_back",
}

// String returns the wire name, that of a room's setting its own, or "" for no event.
func (t EventType) String() string {
	switch {
	case t < eventTypes:
		return eventNames[t]
	case t == RoomModeSet:
		return "room_mode"
	case t == UserMuted:
		return "user_muted"
	case t == MessageLabelled:
		return "message_labelled"
	}
	return ""
}

// ParseEventType returns the event type with the given wire name, or 0.
func ParseEventType(name string) EventType {
	for t := Comment; t < eventTypes; t++ {
		if eventNames[t] == name {
			return t
		}
	}
	return 0
}

// Answerable tells whether an event of this type ends in an Outcome.
func (t EventType) Answerable() bool { return t == Comment || t == Message }

// Absent marks a count that the sender left out.
const Absent = -1

// OrderState is where an order stands.
type OrderState uint8

// Order states of wire version 1.
const (
	OrderCreated OrderState = iota + 1
	OrderPaid
	OrderCancelled
	OrderRefunded
)

var orderStates = [...]string{OrderCreated: "created", OrderPaid: "paid", OrderCancelled: "cancelled", OrderRefunded: "refunded"}

// String returns the wire name.
func (s OrderState) String() string {
	if int(s) < len(orderStates) {
		return orderStates[s]
	}
	return ""
}

// ParseOrderState returns the state with the given wire name, or 0.
func ParseOrderState(name string) OrderState {
	for i := OrderCreated; int(i) < len(orderStates); i++ {
		if orderStates[i] == name {
			return i
		}
	}
	return 0
}

// Event is one thing that happened, as its sender told it. Which fields count depends on Type (see the wire
// documentation); the others are zero. An Event is immutable once it has left the decoder.
type Event struct {
	Type EventType
	ID   EventID
	Shop ShopID
	Room RoomID
	User UserID
	// At is the sender's time in Unix milliseconds.
	At int64

	// Text is what was written: comment, message, say.
	Text string
	// Name is the user's display name, if told.
	Name string
	// Level is the user's level in the room, 0 when not told.
	Level int64
	// Count is how many likes or gifts, at least 1.
	Count int64
	// ValueFen is a gift's worth in fen.
	ValueFen int64

	// Viewers and Sold are a room's counts, Absent when not told.
	Viewers, Sold int64

	SKU       SKU
	Warehouse string // "" is the whole of the SKU's stock
	Available int64  // pieces on hand

	Quantity  int64
	AmountFen int64
	State     OrderState

	Dialogue DialogueID
	Score    int64 // 1 to 5
	Solved   bool
	Note     string
}

// Key returns the identity under which a repetition of the event is recognised.
func (e *Event) Key() EventKey { return EventKey{Type: e.Type, ID: e.ID} }

// UserKey returns the user the event is from or about.
func (e *Event) UserKey() UserKey { return UserKey{Room: e.Room, User: e.User} }
