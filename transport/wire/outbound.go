package wire

import (
	"errors"
	"strconv"
	"strings"

	"liveroom/engine/live"
)

// Outbound is one object a link is told, as a client reads it: every field of every frame, those that did not come zero.
type Outbound struct {
	Type string // welcome, ack, reply, outcome, alarm, error, bye, ping, pong, or a word younger than this package

	Session     live.SessionID // welcome
	HeartbeatMs int64          // welcome
	Durable     bool           // welcome

	ID live.EventID // ack: the event; reply: the reply's own id, see ReplyID
	To live.EventID // reply, outcome, alarm, error

	Room       live.RoomID
	User       live.UserID
	Dialogue   live.DialogueID
	Text       string
	Scope      string // private, public
	Intent     string
	Domain     string
	Confidence float64 // 0 to 1
	Emotion    string
	By         live.Author
	DecidedBy  string // keyword, model, linear, rules; "" when nothing was read
	Script     string
	Variant    string
	Count      int64
	TookMs     int64

	Kind    live.AlarmKind // alarm
	At      int64          // alarm: Unix milliseconds
	Top     string         // alarm: the array as it was written, "" for none
	Viewers int64          // alarm: 0 when not told
	Sold    int64          // alarm: 0 when not told

	Outcome string
	Reason  string // outcome: a live.Reason or the name of a code; bye: a sentence
	Joined  live.ReplyID

	Code    string // error, bye
	Field   string // error
	Message string // error
	RetryMs int64  // bye
}

// ReplyID returns the id of a reply.
func (o *Outbound) ReplyID() live.ReplyID { return live.ReplyID(o.ID) }

// ErrOutbound is returned by DecodeOutbound for what is no frame of a liveroom server.
var ErrOutbound = errors.New("not an outbound frame")

// DecodeOutbound reads one object a server sent into o, replacing what o held. It is for clients, who trust their server:
// it checks the JSON and the sorts of the fields it knows, and leaves the rest be. It wraps ErrOutbound.
//
// Hot path of the load generator: one allocation, for the strings; BenchmarkDecodeOutbound.
func DecodeOutbound(payload []byte, o *Outbound) error {
	*o = Outbound{}
	var tokens [outEnd]token
	s := scanner{b: payload}
	if s.peek() != '{' || !s.fields(outFieldOf, tokens[:], 1) || s.peek() != 0 || s.i < len(payload) {
		return outboundError("at byte " + number(int64(s.i)) + ": " + s.why)
	}
	size := 0
	for _, t := range tokens {
		if t.kind == str {
			size += int(t.end - t.start)
		}
	}
	var arena strings.Builder
	arena.Grow(size)
	d := decoder{scanner: s}
	for f := outField(1); f < outEnd; f++ {
		if t := tokens[f]; t.given() && !o.set(f, t, &d, &arena) {
			return outboundError(outNames[f] + " is " + d.seen(t))
		}
	}
	if o.Type == "" {
		return outboundError("it has no type")
	}
	return nil
}

func outboundError(why string) error { return &outboundFault{why} }

type outboundFault struct{ why string }

func (e *outboundFault) Error() string { return ErrOutbound.Error() + ": " + e.why }
func (e *outboundFault) Unwrap() error { return ErrOutbound }

// set puts one token where it belongs and tells whether it is of the right sort.
func (o *Outbound) set(f outField, t token, d *decoder, arena *strings.Builder) bool {
	if n := o.numberAt(f); n != nil {
		v, ok := d.whole(t)
		*n = v
		return ok
	}
	switch f {
	case outDurable:
		o.Durable = t.kind == yes
		return t.kind == yes || t.kind == no
	case outTop:
		o.Top = string(t.bytes(d.b))
		return t.kind == array
	case outConfidence:
		p, err := strconv.ParseFloat(string(t.bytes(d.b)), 64)
		o.Confidence = p
		return t.kind == num && err == nil
	}
	if t.kind != str {
		return false
	}
	o.setString(f, d.text(t, arena))
	return true
}

func (o *Outbound) numberAt(f outField) *int64 {
	switch f {
	case outHeartbeat:
		return &o.HeartbeatMs
	case outCount:
		return &o.Count
	case outTook:
		return &o.TookMs
	case outRetry:
		return &o.RetryMs
	case outAt:
		return &o.At
	case outViewers:
		return &o.Viewers
	case outSold:
		return &o.Sold
	}
	return nil
}

func (o *Outbound) setString(f outField, s string) {
	switch f {
	case outType:
		o.Type = s
	case outSession:
		o.Session = live.SessionID(s)
	case outID:
		o.ID = live.EventID(s)
	case outTo:
		o.To = live.EventID(s)
	case outRoom:
		o.Room = live.RoomID(s)
	case outUser:
		o.User = live.UserID(s)
	case outDialogue:
		o.Dialogue = live.DialogueID(s)
	case outText:
		o.Text = s
	case outScope:
		o.Scope = s
	case outIntent:
		o.Intent = s
	case outDomain:
		o.Domain = s
	case outEmotion:
		o.Emotion = s
	case outBy:
		o.By = live.Author(s)
	case outDecided:
		o.DecidedBy = s
	case outScript:
		o.Script = s
	case outVariant:
		o.Variant = s
	case outOutcome:
		o.Outcome = s
	case outReason:
		o.Reason = s
	case outJoined:
		o.Joined = live.ReplyID(s)
	case outCode:
		o.Code = s
	case outFault:
		o.Field = s
	case outMessage:
		o.Message = s
	case outKind:
		o.Kind = live.AlarmKind(s)
	}
}
