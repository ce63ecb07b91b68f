package wire

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"liveroom/engine/live"
)

// How far an event's time may lie from ours.
const (
	// MaxAge is how old an event may be.
	MaxAge = 24 * time.Hour
	// MaxAhead is how far an event's clock may be ahead of ours.
	MaxAhead = 60 * time.Second
)

const (
	tooMany  = "more objects in one array than are taken"
	typeList = "comment message enter leave like gift follow share counts stock order present rate take say give_back hello ping pong"
	shown    = 24 // bytes of a refused value that a fault shows
)

func number(n int64) string { return strconv.FormatInt(n, 10) }

func faultOf(code live.Code, name, hint string) Inbound {
	return Inbound{Kind: KindFault, Fault: &live.Fault{Code: code, Field: name, Hint: hint}}
}

// fault refuses the object whose tokens the decoder holds, naming it by its id or, without one, by its place.
func (d *decoder) fault(code live.Code, f field, hint string) Inbound {
	in := faultOf(code, fieldNames[f], hint)
	if t := d.tokens[fID]; t.kind == str {
		r := idRule(fID, true)
		if s := d.textOf(t); checkString(&r, s) == "" {
			in.Fault.To = live.EventID(s)
		}
	}
	if d.index > 0 && in.Fault.To == "" {
		in.Fault.Hint += " (object " + number(int64(d.index)) + " of the array)"
	}
	return in
}

// broken is the fault of a payload that cannot be read to its end.
func (d *decoder) broken() *live.Fault {
	if d.why == tooMany {
		return &live.Fault{Code: live.TooLarge, Hint: "the array has more than " + number(MaxObjects) + " objects; split it, none of it was taken"}
	}
	if len(d.b) == 0 {
		return &live.Fault{Code: live.BadJSON, Hint: "the payload is empty; send one object or an array of objects"}
	}
	hint := "at byte " + number(int64(d.i)) + ": " + d.why
	if d.i < len(d.b) {
		hint += ", saw " + strconv.Quote(cut(string(d.b[d.i:min(len(d.b), d.i+shown)]), 8))
	}
	if d.i == 0 && strings.HasPrefix(string(d.b[:min(3, len(d.b))]), "\ufeff") {
		hint += "; leave out the byte order mark"
	}
	return &live.Fault{Code: live.BadJSON, Hint: hint}
}

func notUTF8(b []byte) string {
	at := 0
	for at < len(b) {
		r, n := utf8.DecodeRune(b[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	return "byte " + number(int64(at)) + " (0x" + strconv.FormatUint(uint64(b[at]), 16) + ") is not UTF-8; encode the payload as UTF-8, not GBK"
}

// seen says what a token is, shortened: "missing", "the number 7", `the string "abc…"`.
func (d *decoder) seen(t token) string {
	switch t.kind {
	case absent:
		return "missing"
	case null:
		return "null"
	case str:
		return "the string " + strconv.Quote(cut(d.textOf(t), shown))
	case num:
		return "the number " + cut(string(t.bytes(d.b)), shown)
	case yes:
		return "true"
	case no:
		return "false"
	case object:
		return "an object"
	}
	return "an array"
}

// cut shortens a string to at most most bytes and a mark, between two characters.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

// cure says what a rule accepts.
func cure(r *rule) string {
	switch r.shape {
	case anID:
		return "send a string of 1 to " + number(r.max) + " bytes without control characters"
	case aText:
		return "send a string of 1 to " + number(r.max) + " bytes that is not only white space"
	case aLine:
		return "send a string of at most " + number(r.max) + " bytes, or leave it out"
	case aTime:
		return "send Unix milliseconds as a whole number"
	case aCount:
		return "send a whole number from " + number(r.min) + " to " + number(r.max)
	case aState:
		return "the state is created, paid, cancelled or refunded"
	}
	return "send true or false"
}

// cureNoString is cure for something that came as another sort of value; a number becomes its own example.
func (d *decoder) cureNoString(r *rule, t token) string {
	if t.kind == num && t.end-t.start <= shown {
		return `put it in quotes, as in "` + fieldNames[r.field] + `":"` + string(t.bytes(d.b)) + `"`
	}
	return cure(r)
}

// checkString says what is wrong with the string s under rule r, "" when nothing is.
func checkString(r *rule, s string) string {
	switch {
	case int64(len(s)) > r.max:
		return number(int64(len(s))) + " bytes long; " + cure(r)
	case r.shape == aText && strings.TrimSpace(s) == "":
		return "empty; " + cure(r)
	case r.shape == anID && s == "":
		return "empty; " + cure(r)
	case r.shape == anID:
		if c := control(s); c >= 0 {
			return "has the control character U+" + strings.ToUpper(strconv.FormatInt(0x10000+int64(c), 16)[1:]) + "; " + cure(r)
		}
	}
	return ""
}

// control returns the first control character of s, -1 when there is none.
func control(s string) rune {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < 0x20 || c == 0x7f:
			return rune(c)
		case c == 0xC2 && s[i+1] < 0xA0: // U+0080 to U+009F
			return rune(s[i+1])
		}
	}
	return -1
}

// checkTime says what is wrong with a time, "" when nothing is.
func (d *decoder) checkTime(t token, n int64, whole bool) string {
	if !whole {
		return d.seen(t) + "; send Unix milliseconds as a whole number, now it is " + number(d.now)
	}
	oldest, newest := d.now-MaxAge.Milliseconds(), d.now+MaxAhead.Milliseconds()
	if n >= oldest && n <= newest {
		return ""
	}
	hint := d.seen(t)
	switch {
	case n >= oldest/1000 && n <= newest/1000+1:
		hint += " looks like seconds; send milliseconds, as in " + number(n*1000)
	case n/1000 >= oldest && n/1000 <= newest:
		hint += " looks like microseconds; send milliseconds, as in " + number(n/1000)
	case n/1_000_000 >= oldest && n/1_000_000 <= newest:
		hint += " looks like nanoseconds; send milliseconds, as in " + number(n/1_000_000)
	case n > newest:
		hint += " is " + gap(n-d.now) + " ahead of our clock, at most 1m0s is taken; set the clock"
	default:
		hint += " is " + gap(d.now-n) + " ago, at most 24h0m0s is taken"
	}
	return hint
}

// gap writes a distance in milliseconds for people.
func gap(ms int64) string {
	const most = int64(1<<63-1) / int64(time.Millisecond)
	return (time.Duration(min(ms, most)) * time.Millisecond).String()
}
