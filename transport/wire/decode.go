package wire

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"liveroom/engine/live"
)

// Kind says what an Inbound is.
type Kind uint8

// The kinds of what a link says.
const (
	KindHello Kind = iota + 1 // Hello is set
	KindEvent                 // Event is set
	KindPing
	KindPong
	KindFault // Fault is set: an object that could not be taken
)

// Hello is the first word of a link: who it is and what it wants.
type Hello struct {
	V        int       // the wire version, always Version once decoded
	Role     live.Role // Ingest, Viewer or Seat
	Token    string    // a token as package token makes it, not yet verified
	Outcomes bool      // asks for outcome frames
	Resume   *Resume   // nil for a new session
}

// Resume asks to go on with a session after its link broke.
type Resume struct {
	Session live.SessionID // as welcome named it
	After   string         // the id of the last reply that arrived, "" when none did
}

// Inbound is one object of a payload, decoded: exactly one of a hello, an event, a ping, a pong or a fault.
type Inbound struct {
	Kind  Kind
	Hello *Hello
	Event *live.Event
	Fault *live.Fault
}

// Decode appends to dst what payload holds, in order, and returns dst. An object that cannot be taken becomes its fault,
// which names the event when its id could be read, and the others still pass; a payload that is no JSON, or more than
// MaxObjects, becomes a single fault and nothing else. Times are judged against now: at most 24 h old, at most 60 s ahead.
// Nothing of payload is kept.
//
// Hot path: two allocations per event, guarded by TestDecodeAllocations and BenchmarkDecode.
func Decode(payload []byte, now time.Time, dst []Inbound) []Inbound {
	if len(payload) > MaxPayload {
		return append(dst, faultOf(live.TooLarge, "", "the payload is "+number(int64(len(payload)))+" bytes, at most "+number(MaxPayload)+" are taken; split the array"))
	}
	if !utf8.Valid(payload) {
		return append(dst, faultOf(live.BadJSON, "", notUTF8(payload)))
	}
	d := decoder{scanner: scanner{b: payload}, now: now.UnixMilli()}
	before := len(dst)
	var ok bool
	switch d.peek() {
	case '{':
		dst, ok = d.one(dst)
	case '[':
		dst, ok = d.many(dst)
	default:
		ok = d.fail("expected one object or an array of objects")
	}
	if ok && d.peek() != 0 || ok && d.i < len(payload) {
		ok = d.fail("something follows the end of the payload; send one object or one array per frame")
	}
	if !ok {
		dst = append(dst[:before], Inbound{Kind: KindFault, Fault: d.broken()})
	}
	return dst
}

// decoder is a scanner that also makes events.
type decoder struct {
	scanner
	now    int64 // Unix milliseconds
	index  int   // place of the object in its array, from 1; 0 when it stands alone
	tokens [fieldsEnd]token
}

// many reads an array of objects.
func (d *decoder) many(dst []Inbound) ([]Inbound, bool) {
	d.i++ // the bracket
	if d.peek() == ']' {
		return dst, d.fail("an empty array says nothing")
	}
	for {
		d.index++
		if d.index > MaxObjects {
			return dst, d.fail(tooMany)
		}
		var ok bool
		if d.peek() == '{' {
			dst, ok = d.one(dst)
		} else {
			var t token
			clear(d.tokens[:])
			if t, ok = d.value(1); !ok {
				return dst, false
			}
			dst = append(dst, d.fault(live.BadJSON, 0, "expected an object, saw "+d.seen(t)))
		}
		if !ok {
			return dst, false
		}
		switch d.peek() {
		case ',':
			d.i++
		case ']':
			d.i++
			return dst, true
		default:
			return dst, d.fail("expected ',' or ']' after an object")
		}
	}
}

// one reads an object and appends what it says.
func (d *decoder) one(dst []Inbound) ([]Inbound, bool) {
	clear(d.tokens[:])
	if !d.fields(fieldOf, d.tokens[:], 1) {
		return dst, false
	}
	t := d.tokens[fType]
	if t.kind != str {
		return append(dst, d.fault(live.BadField, fType, d.seen(t)+`; every object names its type, as in "type":"comment"`)), true
	}
	name := t.bytes(d.b)
	if t.escaped {
		name = appendUnescaped(nil, name)
	}
	if e := eventTypeOf(name); e != 0 {
		return append(dst, d.event(e)), true
	}
	switch string(name) {
	case "hello":
		return append(dst, d.hello()), true
	case "ping":
		return append(dst, Inbound{Kind: KindPing}), true
	case "pong":
		return append(dst, Inbound{Kind: KindPong}), true
	}
	return append(dst, d.fault(live.UnknownType, fType, d.seen(t)+" is not a type of version 1; the types are "+typeList)), true
}

// event makes an event of type e from the tokens of an object.
func (d *decoder) event(e live.EventType) Inbound {
	rules := eventRules[e]
	size := 0
	for i := range rules {
		if t := d.tokens[rules[i].field]; t.kind == str {
			size += int(t.end - t.start)
		}
	}
	ev := &live.Event{Type: e}
	switch e {
	case live.CountsUpdate:
		ev.Viewers, ev.Sold = live.Absent, live.Absent
	case live.Enter, live.Leave, live.Like, live.Gift, live.Follow, live.Share:
		ev.Count = 1
	}
	var arena strings.Builder
	arena.Grow(size)
	for i := range rules {
		if hint := d.take(ev, &rules[i], &arena); hint != "" {
			code := live.BadField
			if rules[i].shape == aTime && d.tokens[fAt].kind == num {
				code = live.BadTime
			}
			return d.fault(code, rules[i].field, hint)
		}
	}
	if e == live.CountsUpdate && ev.Viewers == live.Absent && ev.Sold == live.Absent {
		return d.fault(live.BadField, fViewers, "missing, and so is sold; a counts event brings at least one of the two")
	}
	return Inbound{Kind: KindEvent, Event: ev}
}

// take checks one field against its rule and puts it into the event. It returns what is wrong with it, "" when nothing.
func (d *decoder) take(ev *live.Event, r *rule, arena *strings.Builder) string {
	t := d.tokens[r.field]
	if !t.given() {
		if r.need {
			return d.seen(t) + "; " + cure(r)
		}
		return ""
	}
	switch r.shape {
	case anID, aText, aLine:
		if t.kind != str {
			return d.seen(t) + "; " + d.cureNoString(r, t)
		}
		s := d.text(t, arena)
		if hint := checkString(r, s); hint != "" {
			return hint
		}
		setString(ev, r.field, s)
	case aTime:
		n, ok := d.whole(t)
		if hint := d.checkTime(t, n, ok); hint != "" {
			return hint
		}
		ev.At = n
	case aCount:
		n, ok := d.whole(t)
		if !ok || n < r.min || n > r.max {
			return d.seen(t) + "; " + cure(r)
		}
		*numberAt(ev, r.field) = n
	case aBool:
		if t.kind != yes && t.kind != no {
			return d.seen(t) + "; " + cure(r)
		}
		ev.Solved = t.kind == yes
	case aState:
		if ev.State = live.ParseOrderState(d.textOf(t)); t.kind != str || ev.State == 0 {
			return d.seen(t) + "; " + cure(r)
		}
	}
	return ""
}

// text returns the string of a token, copied to the end of the arena.
func (d *decoder) text(t token, arena *strings.Builder) string {
	start := arena.Len()
	if b := t.bytes(d.b); t.escaped {
		writeUnescaped(arena, b)
	} else {
		arena.Write(b)
	}
	return arena.String()[start:]
}

// writeUnescaped writes what the inside of a scanned string stands for, in pieces without an allocation.
func writeUnescaped(arena *strings.Builder, b []byte) {
	var piece [12]byte
	for len(b) > 0 {
		at := bytes.IndexByte(b, '\\')
		if at < 0 {
			arena.Write(b)
			return
		}
		arena.Write(b[:at])
		n := 2
		if b[at+1] == 'u' {
			n = 6
			if r := hex4(b[at+2:]); r >= 0xD800 && r <= 0xDBFF {
				n = 12
			}
		}
		arena.Write(appendUnescaped(piece[:0], b[at:at+n]))
		b = b[at+n:]
	}
}

// textOf returns the string of a token in memory of its own, "" when it is none.
func (d *decoder) textOf(t token) string {
	switch {
	case t.kind != str:
		return ""
	case t.escaped:
		return string(appendUnescaped(nil, t.bytes(d.b)))
	}
	return string(t.bytes(d.b))
}

// whole returns the value of a whole number within int64, written without fraction and exponent.
func (d *decoder) whole(t token) (int64, bool) {
	if t.kind != num {
		return 0, false
	}
	return parseWhole(t.bytes(d.b))
}

func parseWhole(b []byte) (int64, bool) {
	negative := b[0] == '-'
	if negative {
		b = b[1:]
	}
	if len(b) > 18 {
		return 0, false // beyond 10^18 nothing of ours goes
	}
	var n int64
	for _, c := range b {
		if !isDigit(c) {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if negative {
		n = -n
	}
	return n, true
}

// eventTypeOf is live.ParseEventType without the search, for the hot path; a test holds the two together.
func eventTypeOf(name []byte) live.EventType {
	switch string(name) {
	case "comment":
		return live.Comment
	case "message":
		return live.Message
	case "enter":
		return live.Enter
	case "leave":
		return live.Leave
	case "like":
		return live.Like
	case "gift":
		return live.Gift
	case "follow":
		return live.Follow
	case "share":
		return live.Share
	case "counts":
		return live.CountsUpdate
	case "stock":
		return live.StockUpdate
	case "order":
		return live.OrderUpdate
	case "present":
		return live.Present
	case "rate":
		return live.Rate
	case "take":
		return live.Take
	case "say":
		return live.Say
	case "give_back":
		return live.GiveBack
	}
	return 0
}
