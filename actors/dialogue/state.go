package dialogue

import "liveroom/engine/live"

// How long things stay in mind, in milliseconds.
const (
	slotsFor   = 10 * 60 * 1000      // slots and the latest question, after the latest message
	openFor    = 5 * 60 * 1000       // an open question, after it was asked
	sulkingFor = 24 * 60 * 60 * 1000 // that the user has complained or was thanked, after the latest message
)

// State is what a dialogue keeps in mind. The zero value is a dialogue in which nothing has been said.
type State struct {
	Slots Slots
	Open  Open
	// Topic is the latest business question that was answered, 0 for none.
	Topic live.Intent
	// At is when the latest message was answered, Unix milliseconds; 0 before the first.
	At int64
	// Unsure counts messages in a row that were not understood.
	Unsure int
	// Complained tells that the user has complained: nothing is offered to him that he does not ask for.
	Complained bool
	// Welcomed tells that the user has been answered in private, and Thanked that he was thanked for being a good customer.
	Welcomed, Thanked bool
	// Called tells that a person is wanted who has not come yet, be one there or not.
	Called bool
	// Offered is what was offered unasked, and Rest for how many of the user's messages nothing more is.
	Offered Offered
	Rest    int
}

// Slots are what the user has told. A zero field is not known.
type Slots struct {
	Product live.ProductID
	Shown   bool // the product is what the host presented, not what the user named
	Size    string
	Color   string
	// Quantity is how many pieces are wanted.
	Quantity int64
	City     string
	Kg, Cm   float64 // weight and height
	Order    string  // order id
}

// Kind says what is open.
type Kind uint8

// What may be open.
const (
	Nothing    Kind = iota
	Product         // which product is meant
	Choice          // which size or colour
	Body            // height and weight
	Offer           // shall pieces be reserved
	Confirm         // shall the hold become an order line
	Instalment      // are instalments wanted
	Guess           // which of the candidates was meant
	Cross           // shall another product be told of
	Locked          // nothing is asked; the order line may still be given back
	Dropped         // nothing is asked; what was declined may still be wanted
	Promotion       // shall it be, at the offer in force
	kinds           // one past the last
)

var kindNames = [kinds]string{
	Product: "product", Choice: "choice", Body: "size", Offer: "offer", Confirm: "confirm", Instalment: "instalment", Guess: "guess",
	Cross: "cross", Locked: "locked", Dropped: "dropped", Promotion: "promotion",
}

// String returns the name scripts know, "" for nothing.
func (k Kind) String() string {
	if k < kinds {
		return kindNames[k]
	}
	return ""
}

// Open is a question of ours that waits for an answer.
type Open struct {
	Kind    Kind
	Intent  live.Intent // the question of the user that it serves
	Resumed bool        // it has been asked a second time
	Latest  bool        // the latest reply asked it
	Until   int64       // when it is forgotten, Unix milliseconds
	// Product is what it is about, which need not be what the user speaks of by now, and Other what Cross offers.
	Product  live.ProductID
	Other    live.ProductID
	SKU      live.SKU // what is offered or held
	Quantity int64    // of it
	Hold     live.ReservationID
	// Promoted tells that the offer in force was named for it.
	Promoted bool
	// Guesses are the candidates of a clarifying question. One may be asked while something else is open too.
	Guesses [3]live.Intent
}

// fresh returns the state as it is at a time: what is too old is gone. A body, a city and an order id stay.
func (s State) fresh(now int64) State {
	if now-s.At > sulkingFor {
		s.Complained, s.Thanked, s.Called = false, false, false
	}
	if now-s.At > slotsFor {
		s.Slots.Product, s.Slots.Shown, s.Slots.Size, s.Slots.Color, s.Slots.Quantity = "", false, "", "", 0
		s.Topic = 0
	}
	if s.Open.Kind != Nothing && s.Open.Kind != Confirm && now > s.Open.Until {
		s.Open = Open{} // a hold that ran out is kept in mind until the user speaks of it
	}
	return s
}

// Product returns what the dialogue is about at a time, "" for nothing.
func (s *State) Product(now int64) live.ProductID {
	if now-s.At > slotsFor {
		return ""
	}
	return s.Slots.Product
}

// Held returns the hold that the dialogue knows of, "" for none.
func (s *State) Held() live.ReservationID { return s.Open.Hold }

// Taken returns the state once a person has taken the dialogue over: what the engine asked is not waited for any more.
// A hold stays in mind, since it is the user's.
func (s State) Taken() State {
	if s.Open.Kind != Confirm && s.Open.Kind != Locked {
		s.Open = Open{}
	}
	s.Open.Guesses, s.Unsure, s.Called = [3]live.Intent{}, 0, false
	return s
}

// opened returns what is open from now on.
func opened(now int64, k Kind, i live.Intent) Open {
	return Open{Kind: k, Intent: i, Until: now + openFor, Latest: true}
}
