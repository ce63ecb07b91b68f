package scripts

import (
	"sync/atomic"

	"liveroom/engine/live"
	"liveroom/scripts/forbidden"
	"liveroom/scripts/phrase"
)

// script is one reply script, checked. It is immutable.
type script struct {
	name    string
	file    string
	own     bool // from the shop's directory rather than the library
	intents []claim[live.Intent]
	topics  []claim[Topic]
	public  bool
	private bool
	rooms   []live.RoomID // where it holds; empty means in every room
	kinds   []string      // the categories of products for which it holds; empty means for all
	about   string        // "" when the script does not say
	short   string        // likewise
	cases   []scriptCase
}

// claim is an intent or topic that a script answers, with its line.
type claim[T any] struct {
	of   T
	line int
}

// scriptCase is one case of a script: when it fits and what may then be said.
type scriptCase struct {
	name    string
	intents []live.Intent // fits only these; empty means any
	needs   []phrase.Need
	attrs   []live.Intent
	when    []condition
	choice  bool // speaks of the size or colour asked for
	limits  MaxAge
	texts   []scriptText
}

// scriptText is one way to say a case.
type scriptText struct {
	variant string // as in Line.Variant
	source  string
	text    *phrase.Text
	said    *atomic.Uint64 // how often it was composed since the start; the same for a text of its name in the next set
}

// maySilent tells whether the script may have nothing to say: all it answers are optional topics.
func (s *script) maySilent() bool {
	for _, c := range s.topics {
		if !optional[c.of] {
			return false
		}
	}
	return len(s.intents) == 0 && len(s.topics) > 0
}

// placed tells whether the script holds in some rooms or for some categories alone.
func (s *script) placed() bool { return len(s.rooms)+len(s.kinds) > 0 }

// places returns where a placed script holds.
func (s *script) places() []place {
	rooms, kinds := s.rooms, s.kinds
	if len(rooms) == 0 {
		rooms = []live.RoomID{""}
	}
	if len(kinds) == 0 {
		kinds = []string{""}
	}
	all := make([]place, 0, len(rooms)*len(kinds))
	for _, r := range rooms {
		for _, k := range kinds {
			all = append(all, place{r, k})
		}
	}
	return all
}

// place is where a placed script holds: a room, a category, or a category in a room.
type place struct {
	room live.RoomID // "" means any
	kind string      // category of the product, "" means any
}

// placedClaim is an intent or a topic in a scope at a place.
type placedClaim struct {
	place
	scope  live.Scope
	intent live.Intent // 0 when it is a topic
	topic  Topic
}

// serves tells whether the script answers in that scope.
func (s *script) serves(scope live.Scope) bool {
	return scope == live.Public && s.public || scope == live.Private && s.private
}

// set is a whole, checked bundle. It is immutable and replaced whole.
type set struct {
	scripts []*script
	intents [2][live.Intents + 1]*script // by scope, then intent
	topics  [2]map[Topic]*script
	placed  map[placedClaim]*script // before the two above
	names   names
	words   *forbidden.List // what may not be said
	texts   int
	version string // see versionOf
}

// names are what intents are called, "" for those that are never named.
type names struct {
	about [live.Intents + 1]string // in a clarifying question
	short [live.Intents + 1]string // in a bridge from one to another
}

// scopeIndex maps a scope to its place in a set.
func scopeIndex(s live.Scope) int {
	if s == live.Public {
		return 1
	}
	return 0
}

// find returns the script that answers a, or nil.
func (s *set) find(a *Ask) *script {
	if len(s.placed) > 0 {
		if found := s.findPlaced(a); found != nil {
			return found
		}
	}
	scope := scopeIndex(a.Scope)
	if a.Topic != "" {
		return s.topics[scope][a.Topic]
	}
	if i := a.intent(); int(i) < len(s.intents[scope]) {
		return s.intents[scope][i]
	}
	return nil
}

// findPlaced returns the script for the place of a: for the category in the room, else for the room, else for the
// category.
func (s *set) findPlaced(a *Ask) *script {
	key := placedClaim{scope: a.Scope, topic: a.Topic}
	if a.Topic == "" {
		key.intent = a.intent()
	}
	room, kind := a.User.Room, ""
	if a.Product != nil {
		kind = a.Product.Category
	}
	for _, p := range [...]place{{room, kind}, {room, ""}, {"", kind}} {
		if p == (place{}) {
			continue
		}
		key.place = p
		if found := s.placed[key]; found != nil {
			return found
		}
	}
	return nil
}

// condition is one thing that must hold for a case to fit.
type condition uint8

const (
	whenPublic condition = iota
	whenPrivate
	whenUnknownProduct
	whenSoldOut
	whenLowStock
	whenInStock
	whenNotOffered
	whenCalm
	whenImpatient
	whenHesitant
	whenSatisfied
	whenVIP
	whenFirstTime
	whenNobody
	whenConfirmed
	whenNoneLeft
	whenOpenSize
	whenOpenOffer
	whenOpenConfirm
	whenOpenChoice
	whenOpenInstalment
	whenOpenCross
	whenOpenPromotion
	whenUnclearAgain
	conditions // one past the last
)

var conditionNames = [conditions]string{
	whenPublic: "public", whenPrivate: "private", whenUnknownProduct: "unknown_product", whenSoldOut: "sold_out",
	whenLowStock: "low_stock", whenInStock: "in_stock", whenNotOffered: "not_offered", whenCalm: "calm",
	whenImpatient: "impatient", whenHesitant: "hesitant", whenSatisfied: "satisfied",
	whenVIP: "vip", whenFirstTime: "first_time", whenNobody: "nobody", whenConfirmed: "confirmed", whenNoneLeft: "none_left",
	whenOpenSize: "open_size", whenOpenOffer: "open_offer", whenOpenConfirm: "open_confirm",
	whenOpenChoice: "open_choice", whenOpenInstalment: "open_instalment", whenOpenCross: "open_cross",
	whenOpenPromotion: "open_promotion", whenUnclearAgain: "unclear_again",
}

// parseCondition returns the condition of that name.
func parseCondition(name string) (condition, bool) {
	for c, known := range conditionNames {
		if known == name {
			return condition(c), true
		}
	}
	return 0, false
}

// lowStock is the number of pieces from which on stock is called low.
const lowStock = 5
