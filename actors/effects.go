package actors

import (
	"liveroom/actors/dialogue"
	"liveroom/engine/live"
)

// InputKind says which fields of an Input count.
type InputKind uint8

// The inputs of a user's state machine.
const (
	InArrived  InputKind = iota + 1 // a comment or message: Arrival
	InRead                          // its reading: Seq, Reading, Product, Named, VIP, Shop, Products
	InRuled                         // the room's ruling: Seq, Ruling, Joined, Topic
	InComposed                      // its words: Seq, Line, Nobody; no text means that there are none
	InFailed                        // a step or effect of it broke: Seq, Code
	InTick                          // time has passed
	InTaken                         // a seat takes the dialogue: Arrival
	InSaid                          // a seat speaks in it: Arrival
	InGaveBack                      // a seat gives it back: Arrival
	InHeld                          // what became of its hold: Seq, Hold, Before, Left, Known
	InSeatGone                      // the seat that has the dialogue is gone for good: Arrival, which gives it back
	InStopped                       // it is stopped: what is under way ends: Code
)

// Input is one thing that happens to a user's state machine.
type Input struct {
	Kind    InputKind
	Seq     uint64
	Arrival *Arrival
	Reading *live.Reading
	Product *live.Product   // what the text names or the host presents, nil when not known
	Others  []*live.Product // the further products that the text names
	Named   bool            // the text itself names a product; Product is nil when that is not known
	VIP     bool            // the user is a good customer
	Shop    live.ShopID
	// Products finds the product that the dialogue is about when the message's turn comes.
	Products Products
	Ruling   Ruling
	Joined   live.ReplyID
	Reason   live.Reason // of RuledQuiet
	Topic    Topic
	Line     Line
	Nobody   bool // no person is there to hand a dialogue over to
	Code     live.Code

	// Hold is what is held now, of InRead what the dialogue knows to be held, and Before what it was; nil for none.
	Hold, Before *live.Reservation
	Left         int64 // pieces that could be held at most; only when Known
	Known        bool
}

// Products finds products in an immutable catalogue; see Catalogue.
type Products interface {
	Product(shop live.ShopID, id live.ProductID) *live.Product
}

// Topic is what a public question is about; equal topics may share an answer.
type Topic struct {
	Intent  live.Intent
	Product live.ProductID
	Variant string // the size and colour asked for, "" for none
}

// Ruling is a room's decision about one public question.
type Ruling uint8

// The rulings.
const (
	RuledFirst   Ruling = iota + 1 // answer it, for all who ask the same
	RuledJoin                      // it has just been answered: join that reply
	RuledQuiet                     // it gets no answer, for a reason
	RuledSuggest                   // answer it towards the seats only
)

// EffectKind says which fields of an Effect count.
type EffectKind uint8

// The effects of a user's state machine.
const (
	EffAccept        EffectKind = iota + 1 // make the event durable, then ack: Seq, Event, Session, Received
	EffRead                                // have its text read: Seq, Event, Deadline
	EffAskRoom                             // ask the room who answers: Seq, Topic, Event
	EffRelease                             // tell the room that its first asker will not answer: Seq, Topic
	EffCompose                             // have it put into words: Seq, Event, Say, Scope, Received
	EffClose                               // make the outcome durable, then tell: Seq, Event, Session, Outcome and what goes with it
	EffRefuse                              // tell the sender it was not accepted: Event, Session, Code
	EffRepeatPending                       // the event is in hand already: Seq, Event, Session
	EffRepeatClosed                        // the event has ended already; bring the same frame again: Event, Session, Block
	EffAct                                 // a seat's act: make it durable, then acknowledge it, and carry what was said: Event, Session, To, Received, HandOver
	EffRepeatAct                           // a seat's act that is durable already: Event, Session
	EffHold                                // reserve, lock or free pieces: Seq, Event, Plan
	EffUndo                                // bring back what was before a hold: Hold, Before
	EffWait                                // tick again at a time: Deadline
)

// Effect is one thing a step wants done.
type Effect struct {
	Kind     EffectKind
	Seq      uint64
	Event    *live.Event
	Session  live.SessionID
	To       live.SessionID // the user's own link
	Received int64          // Unix milliseconds
	Deadline int64          // Unix milliseconds
	Topic    Topic
	Reading  *live.Reading
	Product  live.ProductID // what it was about, "" when that is not known
	Say      *dialogue.Say  // what the words are to be about; it is immutable
	Plan     *dialogue.Plan // what is to be held
	Scope    live.Scope
	Code     live.Code
	Block    uint64 // of the journal, 0 when the closing has not been committed yet

	Outcome   live.Outcome
	Reason    live.Reason
	Joined    live.ReplyID
	Reply     *live.Reply // until the next step
	Mood      Mood        // of the user after it; 0 when its text was not read
	Redriven  bool        // it was acknowledged before this incarnation
	Counted   bool        // the reply says the room's counts
	Alone     bool        // the reply serves its own question alone
	Offers    offers
	Answering bool // the room waits for this answer to its topic
	// HandOver says why a person is to take the dialogue, "" for none.
	HandOver live.Reason
	// Hold is what the outcome makes of a reservation, nil for none; Before is what it was.
	Hold, Before *live.Reservation
}
