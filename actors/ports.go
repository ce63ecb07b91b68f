package actors

import (
	"time"

	"liveroom/actors/dialogue"
	"liveroom/engine/live"
)

// Reader says what a text means.
type Reader interface {
	// Submit reads the text for a shop and calls done exactly once, from any goroutine, maybe before it returns,
	// and by the deadline as far as it can. It never blocks.
	Submit(shop live.ShopID, text string, deadline time.Time, done func(*live.Reading))
}

// Question is what a composer is asked to put into words.
type Question struct {
	dialogue.Say
	Shop    live.ShopID
	User    live.UserKey
	Text    string // what was written, "" when nobody wrote
	Scope   live.Scope
	Askers  int64     // distinct people the line speaks for, 0 for one
	Arrived time.Time // no figure in the line may be older than this
	Now     time.Time
	Nobody  bool // no person is there to hand the dialogue over to
	// Basis, when it is not nil, is to be filled with what the line rests on: somebody watches.
	Basis *Basis
}

// Line is a composed reply.
type Line struct {
	Text    string
	Script  string
	Variant string
	By      live.Author
	// Counts tells that the text says live numbers of the room, so that it serves nobody once they have changed.
	Counts bool
	// Alone tells that the text answers the very words of the question, so that it serves nobody who asks otherwise.
	Alone bool
	// Tail tells that the tail asked for has been said; Other is the product it offered, of a cross-selling one, and Left
	// how many pieces instead of those wanted, 0 for as many.
	Tail  bool
	Other live.ProductID
	Left  int64
}

// Composer puts an answer into words. Compose must not block; an error means there is nothing to say.
type Composer interface {
	Compose(q *Question) (Line, error)
}

// Catalogue knows the products of a shop. Its answers come from immutable snapshots and never block.
type Catalogue interface {
	// Shop returns the shop a room sells for.
	Shop(room live.RoomID) live.ShopID
	// Resolve returns the product that entities name, or, when they name none, the one the room presents now; nil when
	// what they name is not known or not one alone.
	Resolve(room live.RoomID, entities []live.Entity) (p *live.Product, named bool)
	// Product returns a product by id, or nil.
	Product(shop live.ShopID, id live.ProductID) *live.Product
	// StockVersion returns the version of the product's published stock, 0 when nothing is known of it.
	StockVersion(shop live.ShopID, id live.ProductID) uint64
	// CountsVersion returns the version of the room's published counts, 0 when nothing is known of them.
	CountsVersion(room live.RoomID) uint64
	// VIP tells whether a user is a good customer.
	VIP(k live.UserKey) bool
}

// Stock holds pieces for users. Its methods are linearizable per SKU and never block; what they change is to be made
// durable by the caller, with Undo should that fail.
type Stock interface {
	// Reserve holds pieces, the same ones when it is asked again under the same id. left is what could be held at most
	// when that was too much, with known telling whether it is a figure.
	Reserve(now time.Time, r live.Reservation) (held *live.Reservation, left int64, known bool)
	// Confirm makes a hold an order line until a time, Unix milliseconds; nil when the hold is gone.
	Confirm(now time.Time, id live.ReservationID, until int64) *live.Reservation
	// Release ends a hold; nil when it is gone.
	Release(now time.Time, id live.ReservationID) *live.Reservation
	// Held returns a reservation as it stands, nil for none.
	Held(id live.ReservationID) *live.Reservation
	// Undo brings back what was before, nil for nothing.
	Undo(before *live.Reservation, id live.ReservationID)
}

// Journal makes records durable. See live.Entry for the order and number of its calls back.
type Journal interface {
	// Submit never blocks.
	Submit(e live.Entry)
	// Known is false for a user that storage certainly holds nothing of.
	Known(k live.UserKey) bool
	// Load reads a user's snapshot and what came after it; done is called exactly once, from any goroutine.
	Load(k live.UserKey, done func(state []byte, tail []live.Record, err error))
	// Closed reads back how an event ended; done is called exactly once, from any goroutine.
	Closed(block uint64, k live.UserKey, key live.EventKey, done func(live.Record, error))
}

// Outlet carries frames to links. Its methods never block and may be called from any goroutine.
type Outlet interface {
	// Send queues one encoded frame, which is the caller's again afterwards; false means that the session has no live link.
	Send(s live.SessionID, frame []byte) bool
	// SendOutcome is Send for links that asked for outcome frames; to others it does nothing.
	SendOutcome(s live.SessionID, frame []byte)
	// Broadcast queues one encoded frame, which must not change afterwards, to every viewer link of a room but one.
	Broadcast(room live.RoomID, frame []byte, except live.SessionID)
}

// Frames encodes what leaves. Each function appends to dst and returns it.
type Frames struct {
	Ack     func(dst []byte, id live.EventID) []byte
	Reply   func(dst []byte, r *live.Reply) []byte
	Outcome func(dst []byte, to live.EventID, o live.Outcome, reason live.Reason, joined live.ReplyID) []byte
	Error   func(dst []byte, f *live.Fault) []byte
}

// Parts are the neighbours a House works with; all but Gone and those called On… are required.
type Parts struct {
	Reader    Reader
	Composer  Composer
	Catalogue Catalogue
	Stock     Stock
	Journal   Journal
	Outlet    Outlet
	Frames    Frames
	// Now is the time by which customers are answered; nil is time.Now.
	Now func() time.Time
	// OnStep, if set, is called before every step; it is the place where faults are injected.
	OnStep func(in *Input)
	// OnEnd, if set, is told of every outcome that is durable, before its sender is. It runs on the journal's goroutine, and
	// must neither block nor allocate.
	OnEnd func(Ended)
	// Gone, if set, tells whether the seat that has a dialogue since a time (or since this House began) has been away for
	// longer than a seat may be; the dialogue then goes back to the engine. Any goroutine may call it; it must not block.
	Gone func(seat live.SessionID, since, now time.Time) bool
	// OnSeatGone, if set, is told of every dialogue that went back because its seat was gone, once that is durable. It runs
	// on the journal's goroutine and must not block.
	OnSeatGone func(k live.UserKey)
	// OnTaken, if set, is told of every dialogue that a seat has taken, once that is durable and acknowledged. It runs on
	// the journal's goroutine and must not block.
	OnTaken func(seat live.SessionID, k live.UserKey)
}

// Ended is an exchange whose outcome is durable. What it points to is immutable.
type Ended struct {
	Event    *live.Event
	Reading  *live.Reading  // nil when its text was not read
	Product  live.ProductID // what it was about, "" when that is not known
	Outcome  live.Outcome
	Received int64 // Unix milliseconds
}
