package wire

// outField is a name that a link may be told, in the numbering of outNames; it is a field to the scanner.
type outField = field

const (
	outType outField = iota + 1
	outSession
	outHeartbeat
	outDurable
	outID
	outTo
	outRoom
	outUser
	outDialogue
	outText
	outScope
	outIntent
	outDomain
	outConfidence
	outEmotion
	outBy
	outDecided
	outScript
	outVariant
	outCount
	outTook
	outOutcome
	outReason
	outJoined
	outCode
	outFault
	outMessage
	outRetry
	outKind
	outAt
	outTop
	outViewers
	outSold
	outEnd // one past the last
)

var outNames = [outEnd]string{
	outType: "type", outSession: "session", outHeartbeat: "heartbeat_ms", outDurable: "durable", outID: "id", outTo: "to",
	outRoom: "room", outUser: "user", outDialogue: "dialogue", outText: "text", outScope: "scope", outIntent: "intent",
	outDomain: "domain", outConfidence: "confidence", outEmotion: "emotion", outBy: "by", outDecided: "decided_by",
	outScript: "script", outVariant: "variant", outCount: "count", outTook: "took_ms", outOutcome: "outcome",
	outReason: "reason", outJoined: "joined", outCode: "code", outFault: "field", outMessage: "message", outRetry: "retry_ms",
	outKind: "kind", outAt: "at", outTop: "top", outViewers: "viewers", outSold: "sold",
}

// outFieldOf returns the field of a name; a test holds it to outNames.
func outFieldOf(name []byte) outField {
	switch string(name) {
	case "type":
		return outType
	case "session":
		return outSession
	case "heartbeat_ms":
		return outHeartbeat
	case "durable":
		return outDurable
	case "id":
		return outID
	case "to":
		return outTo
	case "room":
		return outRoom
	case "user":
		return outUser
	case "dialogue":
		return outDialogue
	case "text":
		return outText
	case "scope":
		return outScope
	case "intent":
		return outIntent
	case "domain":
		return outDomain
	case "confidence":
		return outConfidence
	case "emotion":
		return outEmotion
	case "by":
		return outBy
	case "decided_by":
		return outDecided
	case "script":
		return outScript
	case "variant":
		return outVariant
	case "count":
		return outCount
	case "took_ms":
		return outTook
	case "outcome":
		return outOutcome
	case "reason":
		return outReason
	case "joined":
		return outJoined
	case "code":
		return outCode
	case "field":
		return outFault
	case "message":
		return outMessage
	case "retry_ms":
		return outRetry
	case "kind":
		return outKind
	case "at":
		return outAt
	case "top":
		return outTop
	case "viewers":
		return outViewers
	case "sold":
		return outSold
	}
	return 0
}
