package wire

import (
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"liveroom/engine/live"
)

// The Append functions each write one object: no white space, fields in the order of the documentation, optional ones
// left out when empty. They append to dst and return it, and allocate nothing when dst has room; TestEncodeAllocations
// and BenchmarkAppendReply guard that.

// What a frame takes beside the texts in it, at most but for what has to be escaped.
const (
	replyFrame = 320
	ackFrame   = 24
)

// AppendReply appends a reply frame.
func AppendReply(dst []byte, r *live.Reply) []byte {
	dst = slices.Grow(dst, replyFrame+len(r.ID)+len(r.To)+len(r.Room)+len(r.User)+len(r.Dialogue)+len(r.Text)+len(r.Script)+len(r.Variant))
	dst = append(dst, `{"type":"reply"`...)
	dst = appendField(dst, `,"id":`, string(r.ID))
	dst = appendField(dst, `,"to":`, string(r.To))
	dst = appendField(dst, `,"room":`, string(r.Room))
	dst = appendField(dst, `,"user":`, string(r.User))
	dst = appendField(dst, `,"dialogue":`, string(r.Dialogue))
	dst = appendField(dst, `,"text":`, r.Text)
	dst = appendField(dst, `,"scope":`, r.Scope.String())
	dst = appendField(dst, `,"intent":`, r.Intent.String())
	dst = appendField(dst, `,"domain":`, r.Intent.Domain().String())
	dst = append(dst, `,"confidence":`...)
	dst = appendShare(dst, r.Confidence)
	dst = appendField(dst, `,"emotion":`, r.Emotion.String())
	dst = appendField(dst, `,"by":`, string(r.By))
	dst = appendOptional(dst, `,"decided_by":`, r.Decided.String())
	dst = appendOptional(dst, `,"script":`, r.Script)
	dst = appendOptional(dst, `,"variant":`, r.Variant)
	if r.Count != 0 {
		dst = appendInt(dst, `,"count":`, r.Count)
	}
	dst = appendInt(dst, `,"took_ms":`, r.TookMs)
	if r.HandedOver {
		dst = append(dst, `,"outcome":"handed_over"`...)
	}
	return append(dst, '}')
}

// AppendOutcome appends how the event to ended, for what gets no reply. Reason may be "", joined is the reply a merged
// event joined and "" otherwise.
func AppendOutcome(dst []byte, to live.EventID, o live.Outcome, reason live.Reason, joined live.ReplyID) []byte {
	dst = append(dst, `{"type":"outcome"`...)
	dst = appendField(dst, `,"to":`, string(to))
	dst = appendField(dst, `,"outcome":`, o.String())
	dst = appendOptional(dst, `,"reason":`, string(reason))
	dst = appendOptional(dst, `,"joined":`, string(joined))
	return append(dst, '}')
}

// AppendAck appends that the event id is durable.
func AppendAck(dst []byte, id live.EventID) []byte {
	dst = slices.Grow(dst, ackFrame+len(id))
	dst = append(dst, `{"type":"ack"`...)
	dst = appendField(dst, `,"id":`, string(id))
	return append(dst, '}')
}

// AppendError appends a fault; the link stays.
func AppendError(dst []byte, f *live.Fault) []byte {
	dst = append(dst, `{"type":"error"`...)
	dst = appendField(dst, `,"code":`, f.Code.String())
	dst = appendOptional(dst, `,"field":`, f.Field)
	dst = appendField(dst, `,"message":`, f.Hint)
	dst = appendOptional(dst, `,"to":`, string(f.To))
	return append(dst, '}')
}

// AppendBye appends the last word before a close. Retry is when to come back, in whole milliseconds; 0 leaves it out.
func AppendBye(dst []byte, c live.Code, reason string, retry time.Duration) []byte {
	dst = append(dst, `{"type":"bye"`...)
	dst = appendField(dst, `,"code":`, c.String())
	dst = appendField(dst, `,"reason":`, reason)
	if retry > 0 {
		dst = appendInt(dst, `,"retry_ms":`, max(1, retry.Milliseconds()))
	}
	return append(dst, '}')
}

// AppendWelcome appends the answer to hello: the session, and how often to send something at the least.
func AppendWelcome(dst []byte, s live.SessionID, heartbeat time.Duration) []byte {
	dst = append(dst, `{"type":"welcome"`...)
	dst = appendField(dst, `,"session":`, string(s))
	dst = appendInt(dst, `,"heartbeat_ms":`, heartbeat.Milliseconds())
	return append(dst, `,"durable":true}`...)
}

// AppendPing appends a ping.
func AppendPing(dst []byte) []byte { return append(dst, `{"type":"ping"}`...) }

// AppendPong appends the answer to a ping.
func AppendPong(dst []byte) []byte { return append(dst, `{"type":"pong"}`...) }

// AppendHello appends a client's first word. A V of 0 is written as Version.
func AppendHello(dst []byte, h *Hello) []byte {
	v := h.V
	if v == 0 {
		v = Version
	}
	dst = append(dst, `{"type":"hello"`...)
	dst = appendInt(dst, `,"v":`, int64(v))
	dst = appendField(dst, `,"role":`, h.Role.String())
	dst = appendField(dst, `,"token":`, h.Token)
	dst = append(dst, `,"outcomes":`...)
	dst = strconv.AppendBool(dst, h.Outcomes)
	if r := h.Resume; r != nil {
		dst = appendField(dst, `,"resume":{"session":`, string(r.Session))
		dst = appendOptional(dst, `,"after":`, r.After)
		dst = append(dst, '}')
	}
	return append(dst, '}')
}

// AppendEvent appends an event as its sender writes it: the fields its type has, those that are optional and say nothing
// left out. For a type that is no event it appends nothing.
func AppendEvent(dst []byte, e *live.Event) []byte {
	if int(e.Type) >= len(eventRules) || e.Type == 0 {
		return dst
	}
	dst = appendField(append(dst, '{'), `"type":`, e.Type.String())
	for i := range eventRules[e.Type] {
		dst = appendRule(dst, e, &eventRules[e.Type][i])
	}
	return append(dst, '}')
}

func appendRule(dst []byte, e *live.Event, r *rule) []byte {
	before := len(dst)
	dst = append(dst, ',', '"')
	dst = append(dst, fieldNames[r.field]...)
	dst = append(dst, '"', ':')
	quiet := false
	switch r.shape {
	case anID, aText, aLine:
		s := getString(e, r.field)
		quiet = s == ""
		dst = appendString(dst, s)
	case aTime, aCount:
		n := *numberAt(e, r.field)
		quiet = n == 0
		if r.field == fViewers || r.field == fSold {
			quiet = n == live.Absent
		}
		dst = strconv.AppendInt(dst, n, 10)
	case aBool:
		dst = strconv.AppendBool(dst, e.Solved)
	case aState:
		dst = appendString(dst, e.State.String())
	}
	if quiet && !r.need {
		return dst[:before]
	}
	return dst
}

func appendField(dst []byte, name, value string) []byte {
	return appendString(append(dst, name...), value)
}

func appendOptional(dst []byte, name, value string) []byte {
	if value == "" {
		return dst
	}
	return appendString(append(dst, name...), value)
}

func appendInt(dst []byte, name string, n int64) []byte {
	return strconv.AppendInt(append(dst, name...), n, 10)
}

// appendShare appends a number from 0 to 1 with at most four decimals.
func appendShare(dst []byte, p float64) []byte {
	if !(p > 0) { // NaN too
		p = 0
	}
	return strconv.AppendFloat(dst, math.Round(min(p, 1)*1e4)/1e4, 'f', -1, 64)
}

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string. What is not UTF-8 becomes U+FFFD, so that a frame is always valid.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			if r, n := utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
			dst = append(dst, s[start:i]...)
			dst = append(dst, "\ufffd"...)
		} else {
			if c >= 0x20 && c != '"' && c != '\\' && c != 0x7f {
				i++
				continue
			}
			dst = append(dst, s[start:i]...)
			dst = appendEscape(dst, c)
		}
		i++
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}
