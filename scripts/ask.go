package scripts

import (
	"time"

	"liveroom/engine/live"
)

// Sources are the owners of live figures. Each call returns the latest immutable snapshot that the owner has
// published, or nil when it knows nothing. They are called on the hot path and must neither block nor allocate.
type Sources interface {
	// Stock returns the stock of a product.
	Stock(shop live.ShopID, product live.ProductID) *live.ProductStock
	// Counts returns the live numbers of a room.
	Counts(room live.RoomID) *live.Counts
	// Total returns how many pieces of a SKU may be offered according to ps, with the sender's time of the oldest level
	// it rests on and when that reached us, in Unix milliseconds; ok is false when ps does not tell.
	Total(ps *live.ProductStock, sku live.SKU) (pieces, at, seen int64, ok bool)
}

// Topic names an occasion that no intent stands for.
type Topic string

// The topics. Every one but TopicClosing is served by the library in both scopes; it is served in public.
const (
	TopicClarify  Topic = "clarify"  // the reading is unsure: ask back
	TopicBusy     Topic = "busy"     // no time to work the answer out
	TopicHandover Topic = "handover" // a person takes over
	TopicWelcome  Topic = "welcome"  // first contact
	TopicClosing  Topic = "closing"  // one answer for everyone who asked the same
)

var topics = [...]Topic{TopicClarify, TopicBusy, TopicHandover, TopicWelcome, TopicClosing}

// Ask is what a reply is wanted for. What it points to must be immutable.
type Ask struct {
	Shop live.ShopID
	// User is who asked; its Room is where figures of the room come from. A reply to everyone leaves User.User empty.
	User  live.UserKey
	Scope live.Scope
	// Topic picks the script; "" picks it by the intent of Reading.
	Topic Topic
	// Reading is what the text was taken to mean; nil when nothing was read.
	Reading *live.Reading
	// Product is what the question is about, nil when that is not known.
	Product *live.Product
	// Variant is the size or colour asked for, nil when none was named. With a SKU it is that SKU; without one it is
	// every variant of the product with the given Size and Color, "" standing for any.
	Variant *live.Variant
	// Warehouses are the shop's, in the order in which they are to be named.
	Warehouses []live.Warehouse
	// Askers is how many distinct people the reply speaks for, 0 when it is for one.
	Askers int64
	// Arrived is when the question reached its link. It fixes the choice among equal texts, so that a repetition of the
	// same question reads the same; zero means Now.
	Arrived time.Time
	// Now is the time against which ages and ship-by hours are judged.
	Now time.Time
}

// intent returns the intent asked for, or 0.
func (a *Ask) intent() live.Intent {
	if a.Reading == nil {
		return 0
	}
	return a.Reading.Intent
}

// Line is a composed reply.
type Line struct {
	Text    string
	Script  string   // name of the script
	Variant string   // case of the script and number of its text, as "low_stock/2"
	Figures []Figure // the live figures the text says or rests on
}

// Figure is one live number behind a Line.
type Figure struct {
	Name    string // "stock", "stock/WAREHOUSE", "stock/SIZE COLOUR", "viewers" or "sold"
	Value   int64
	Age     time.Duration // at Ask.Now; never negative
	Version uint64        // of the snapshot it came from
}
