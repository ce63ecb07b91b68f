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

// The topics. The library serves every one in both scopes, but TopicClosing in public alone.
const (
	TopicClarify  Topic = "clarify"  // the reading is unsure: ask back
	TopicBusy     Topic = "busy"     // no time to work the answer out
	TopicHandover Topic = "handover" // a person takes over
	TopicWelcome  Topic = "welcome"  // first contact
	TopicClosing  Topic = "closing"  // one answer for everyone who asked the same

	// Sentences put before or after an answer. Where nothing fits, nothing is said: ErrNoScript.
	TopicVIP       Topic = "vip"        // before: for a good customer
	TopicHello     Topic = "hello"      // before: to somebody whose first words are a question
	TopicBridge    Topic = "bridge"     // before: from one open question to another; needs Was and Next
	TopicOffer     Topic = "offer"      // after a stock answer: shall I reserve?
	TopicResume    Topic = "resume"     // after: the open question once more; needs Open
	TopicCrossSell Topic = "cross_sell" // after a resolved question: one other product; needs Other
	TopicPromotion Topic = "promotion"  // after a resolved question, or hesitation: the offer in force

	// Answers of a dialogue.
	TopicRestock    Topic = "restock"     // when there will be pieces again
	TopicUrgency    Topic = "urgency"     // how it sells, and how many look on
	TopicAskBody    Topic = "ask_body"    // asks for height and weight
	TopicSizeAdvice Topic = "size_advice" // recommends Advice for Body
	TopicAskChoice  Topic = "ask_choice"  // asks which size or colour
	TopicNoProduct  Topic = "no_product"  // asks which link is meant
	TopicReserved   Topic = "reserved"    // pieces are held; needs Hold
	TopicLocked     Topic = "locked"      // the order line is locked; needs Hold
	TopicShort      Topic = "short"       // more was asked for than is left
	TopicBounds     Topic = "bounds"      // a number of pieces was asked for that cannot be held; Left is the most
	TopicNoFacts    Topic = "no_facts"    // a comparison with a competitor of which nothing is known
	TopicExpired    Topic = "expired"     // the hold ran out
	TopicDeclined   Topic = "declined"    // no, thanks; with Hold when one was released
	TopicInstalment Topic = "instalment"  // yes to the offer of instalments
	TopicPrivate    Topic = "private"     // a personal question in public: write to us instead
	TopicNoSuch     Topic = "no_such"     // a link number that is none of the room's
	TopicNoSize     Topic = "no_size"     // the size chart has nothing for Body
	TopicOrderNoted Topic = "order_noted" // an order's number was told, and is passed on
	TopicOrdered    Topic = "ordered"     // what is to be confirmed has been ordered already; needs Hold
	TopicThanks     Topic = "thanks"      // thanks were given
	TopicBye        Topic = "bye"         // goodbye
	TopicAgain      Topic = "again"       // before: the same question again, impatiently
	TopicSwitched   Topic = "switched"    // before: what was held was given back for something else; needs Hold
)

var topics = [...]Topic{
	TopicClarify, TopicBusy, TopicHandover, TopicWelcome, TopicClosing,
	TopicVIP, TopicBridge, TopicOffer, TopicResume, TopicCrossSell,
	TopicAskBody, TopicSizeAdvice, TopicAskChoice, TopicNoProduct, TopicReserved, TopicLocked, TopicShort, TopicBounds, TopicNoFacts, TopicExpired,
	TopicDeclined, TopicInstalment, TopicPrivate, TopicNoSuch, TopicNoSize, TopicOrderNoted, TopicOrdered, TopicThanks, TopicBye,
	TopicSwitched, TopicAgain, TopicHello, TopicRestock, TopicUrgency, TopicPromotion,
}

// optional are the topics that may have nothing to say: each rests on something that its caller may not know.
var optional = map[Topic]bool{
	TopicVIP: true, TopicHello: true, TopicBridge: true, TopicOffer: true, TopicResume: true, TopicCrossSell: true, TopicPromotion: true,
	TopicReserved: true, TopicLocked: true, TopicSizeAdvice: true, TopicSwitched: true,
}

// What may be open in a dialogue, for Ask.Open.
const (
	OpenSize       = "size"       // height and weight were asked for
	OpenOffer      = "offer"      // a reservation was offered
	OpenConfirm    = "confirm"    // a hold waits to be confirmed
	OpenChoice     = "choice"     // a size or colour was asked for
	OpenInstalment = "instalment" // instalments were offered
	OpenCross      = "cross"      // another product was offered
	OpenPromotion  = "promotion"  // the offer in force was named
)

// Hold is a number of pieces held for the person.
type Hold struct {
	SKU       live.SKU
	Quantity  int64
	Until     time.Time // when it runs out
	Confirmed bool
}

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
	// Sentence is what the shop says to the intent of Reading whatever the product, for when Product is nil.
	Sentence string
	// Variant is the size or colour asked for, nil when none was named. With a SKU it is that SKU; without one it is
	// every variant of the product with the given Size and Color, "" standing for any.
	Variant *live.Variant
	// Warehouses are the shop's, in the order in which they are to be named.
	Warehouses []live.Warehouse
	// Askers is how many distinct people the reply speaks for, 0 when it is for one.
	Askers int64
	// Hold is what is held for the person, nil for nothing. A text names its size and colour through Variant.
	Hold *Hold
	// Was and Next are the intents of the question that is left open and of the one that is answered now, or 0.
	Was, Next live.Intent
	// Advice is the size recommended, and Body what for, as "165cm、60kg"; "" when there is none.
	Advice, Body string
	// Other is another product of the shop worth naming, or nil.
	Other *live.Product
	// Left is how many pieces are left of what was asked for, nil when that is not known.
	Left *int64
	// VIP tells a good customer, FirstTime one who is here for the first time.
	VIP, FirstTime bool
	// Nobody tells that no person is there to take the dialogue over.
	Nobody bool
	// Open is what the dialogue still waits for: OpenSize, OpenOffer, OpenConfirm, OpenChoice, OpenInstalment or "".
	Open string
	// Again tells that the message before was not understood either.
	Again bool
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
	Limit   time.Duration // the age up to which the text may say it
}
