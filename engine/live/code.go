package live

// Code is the closed list of what liveroom tells a link when something is wrong. The zero value means all is well.
type Code uint8

// The codes, in the order that gives their WebSocket close codes. Append only: a place is part of the wire.
const (
	OK Code = iota
	BadFrame
	TooLarge
	BadJSON
	BadField
	UnknownType
	UnknownRoom
	BadTime
	Unauthorized
	Forbidden
	Expired
	HelloTimeout
	RateLimited
	TooManyLinks
	SlowConsumer
	Idle
	Overloaded
	Draining
	StorageFailed
	Internal
	codes // one past the last
)

var codeNames = [codes]string{
	BadFrame: "bad_frame", TooLarge: "too_large", BadJSON: "bad_json", BadField: "bad_field",
	UnknownType: "unknown_type", UnknownRoom: "unknown_room", BadTime: "bad_time", Unauthorized: "unauthorized",
	Forbidden: "forbidden", Expired: "expired", HelloTimeout: "hello_timeout", RateLimited: "rate_limited",
	TooManyLinks: "too_many_links", SlowConsumer: "slow_consumer", Idle: "idle", Overloaded: "overloaded",
	Draining: "draining", StorageFailed: "storage", Internal: "internal",
}

// String returns the wire name, "" for OK.
func (c Code) String() string {
	if c < codes {
		return codeNames[c]
	}
	return codeNames[Internal]
}

// CloseCode returns the WebSocket close code: 4000 plus the code's place in the list, which starts at 0 with bad_frame.
func (c Code) CloseCode() int {
	if c == OK {
		return 1000
	}
	return 4000 + int(c) - 1
}

// Codes returns every code but OK, in order.
func Codes() []Code {
	all := make([]Code, 0, codes-1)
	for c := BadFrame; c < codes; c++ {
		all = append(all, c)
	}
	return all
}

// Fault is a refusal: which field of which event was wrong, and how to cure it. It is an error of the sender, never ours.
type Fault struct {
	Code  Code
	Field string  // the JSON field at fault, "" when none is
	Hint  string  // what was seen and what would be accepted
	To    EventID // the event refused, "" when it has no readable id
}

// Error implements error.
func (f *Fault) Error() string {
	if f.Field == "" {
		return f.Code.String() + ": " + f.Hint
	}
	return f.Code.String() + ": " + f.Field + ": " + f.Hint
}
