package rfc6455

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// MaxReason is the longest reason of a close frame in bytes.
const MaxReason = ws.MaxControlFramePayloadSize - 2

// AppendText appends payload, which must be UTF-8, as one text message.
func AppendText(dst, payload []byte) []byte {
	return append(appendHeader(dst, ws.OpText, len(payload)), payload...)
}

// AppendPing appends a ping of at most 125 bytes; what is longer is cut.
func AppendPing(dst, payload []byte) []byte { return appendControl(dst, ws.OpPing, payload) }

// AppendPong appends the answer to a ping, with the ping's payload.
func AppendPong(dst, payload []byte) []byte { return appendControl(dst, ws.OpPong, payload) }

// AppendClose appends a close frame. Code 1005 makes one without code and reason; a reason longer than MaxReason bytes is
// cut between two characters.
func AppendClose(dst []byte, code ws.StatusCode, reason string) []byte {
	if code == ws.StatusNoStatusRcvd {
		return appendHeader(dst, ws.OpClose, 0)
	}
	if len(reason) > MaxReason {
		cut := MaxReason
		for !utf8.RuneStart(reason[cut]) {
			cut--
		}
		reason = reason[:cut]
	}
	dst = appendHeader(dst, ws.OpClose, 2+len(reason))
	dst = binary.BigEndian.AppendUint16(dst, uint16(code))
	return append(dst, reason...)
}

func appendControl(dst []byte, op ws.OpCode, payload []byte) []byte {
	payload = payload[:min(len(payload), ws.MaxControlFramePayloadSize)]
	return append(appendHeader(dst, op, len(payload)), payload...)
}

func appendHeader(dst []byte, op ws.OpCode, n int) []byte {
	dst = append(dst, 0x80|byte(op))
	switch {
	case n < 126:
		return append(dst, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, 126), uint16(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, 127), uint64(n))
}
