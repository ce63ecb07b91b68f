package wire

import "liveroom/engine/live"

// field is a name that a link may say. 0 is a name we do not know.
type field uint8

const (
	fType field = iota + 1
	fV
	fRole
	fToken
	fOutcomes
	fResume
	fSession
	fAfter
	fID
	fShop
	fRoom
	fUser
	fText
	fAt
	fName
	fLevel
	fCount
	fValueFen
	fViewers
	fSold
	fSKU
	fWarehouse
	fAvailable
	fQuantity
	fAmountFen
	fState
	fDialogue
	fScore
	fSolved
	fNote
	fieldsEnd // one past the last
)

var fieldNames = [fieldsEnd]string{
	fType: "type", fV: "v", fRole: "role", fToken: "token", fOutcomes: "outcomes", fResume: "resume", fSession: "session",
	fAfter: "after", fID: "id", fShop: "shop", fRoom: "room", fUser: "user", fText: "text", fAt: "at", fName: "name",
	fLevel: "level", fCount: "count", fValueFen: "value_fen", fViewers: "viewers", fSold: "sold", fSKU: "sku",
	fWarehouse: "warehouse", fAvailable: "available", fQuantity: "quantity", fAmountFen: "amount_fen", fState: "state",
	fDialogue: "dialogue", fScore: "score", fSolved: "solved", fNote: "note",
}

// fieldOf returns the field of a name. It is a switch and not a map because it runs once per name of every event;
// a test holds it to fieldNames.
func fieldOf(name []byte) field {
	switch string(name) {
	case "type":
		return fType
	case "v":
		return fV
	case "role":
		return fRole
	case "token":
		return fToken
	case "outcomes":
		return fOutcomes
	case "resume":
		return fResume
	case "session":
		return fSession
	case "after":
		return fAfter
	case "id":
		return fID
	case "shop":
		return fShop
	case "room":
		return fRoom
	case "user":
		return fUser
	case "text":
		return fText
	case "at":
		return fAt
	case "name":
		return fName
	case "level":
		return fLevel
	case "count":
		return fCount
	case "value_fen":
		return fValueFen
	case "viewers":
		return fViewers
	case "sold":
		return fSold
	case "sku":
		return fSKU
	case "warehouse":
		return fWarehouse
	case "available":
		return fAvailable
	case "quantity":
		return fQuantity
	case "amount_fen":
		return fAmountFen
	case "state":
		return fState
	case "dialogue":
		return fDialogue
	case "score":
		return fScore
	case "solved":
		return fSolved
	case "note":
		return fNote
	}
	return 0
}

// shape is what a field's value must look like.
type shape uint8

const (
	anID   shape = iota + 1 // 1 to max bytes, no control characters
	aText                   // something beside white space, at most max bytes
	aLine                   // at most max bytes, may be empty
	aTime                   // Unix milliseconds near now
	aCount                  // a whole number from min to max
	aBool
	aState // an order state
)

// rule is what one type of event asks of one field.
type rule struct {
	field    field
	shape    shape
	need     bool
	min, max int64 // bytes for strings, value for numbers
}

func idRule(f field, need bool) rule { return rule{f, anID, need, 1, live.MaxID} }
func countRule(f field, need bool, least, most int64) rule {
	return rule{f, aCount, need, least, most}
}

var (
	atRule       = rule{fAt, aTime, true, 0, 0}
	dialogueRule = rule{fDialogue, anID, true, 1, MaxDialogue}
	noteRule     = rule{fNote, aLine, false, 0, MaxNote}
)

func textRule(need bool) rule { return rule{fText, aText, need, 1, MaxText} }

// eventRules are the fields of each type of event, the same table as in the documentation. Words that carry no id by
// contract may still bring one: it comes back in errors and makes a repetition recognisable.
var eventRules = [...][]rule{
	live.Comment:      lineRules,
	live.Message:      lineRules,
	live.Enter:        momentRules,
	live.Leave:        momentRules,
	live.Like:         momentRules,
	live.Gift:         momentRules,
	live.Follow:       momentRules,
	live.Share:        momentRules,
	live.CountsUpdate: {idRule(fID, false), idRule(fRoom, true), countRule(fViewers, false, 0, MaxCount), countRule(fSold, false, 0, MaxCount), atRule},
	live.StockUpdate: {
		idRule(fID, false), idRule(fShop, false), idRule(fSKU, true), idRule(fWarehouse, false), countRule(fAvailable, true, 0, MaxCount), atRule,
	},
	live.OrderUpdate: {
		idRule(fID, true), idRule(fShop, false), idRule(fRoom, false), idRule(fUser, true), idRule(fSKU, true),
		countRule(fQuantity, true, 0, MaxCount), countRule(fAmountFen, true, 0, MaxFen),
		{fState, aState, true, 0, 0},
		atRule,
	},
	live.Present:  {idRule(fID, false), idRule(fRoom, true), idRule(fSKU, true), atRule},
	live.Rate:     {idRule(fID, true), dialogueRule, countRule(fScore, true, 1, 5), {fSolved, aBool, true, 0, 0}},
	live.Take:     {idRule(fID, false), dialogueRule, textRule(false), noteRule},
	live.Say:      {idRule(fID, false), dialogueRule, textRule(true), noteRule},
	live.GiveBack: {idRule(fID, false), dialogueRule, textRule(false), noteRule},
}

var (
	lineRules = []rule{
		idRule(fID, true), idRule(fRoom, true), idRule(fUser, true), textRule(true), atRule,
		{fName, aLine, false, 0, MaxName},
		countRule(fLevel, false, 0, MaxCount),
	}
	momentRules = []rule{
		idRule(fID, true), idRule(fRoom, true), idRule(fUser, true), atRule, countRule(fCount, false, 1, MaxCount), countRule(fValueFen, false, 0, MaxFen),
	}
)
