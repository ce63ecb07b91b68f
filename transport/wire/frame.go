package wire

import (
	"encoding/binary"

	"liveroom/engine/live"
)

// The bounds of version 1.
const (
	// Version is the wire version, the v of hello.
	Version = 1
	// MaxPayload is the longest payload in bytes, on both carriers and in both directions.
	MaxPayload = 64 << 10
	// MaxObjects is the most objects in one array.
	MaxObjects = 256
	// HeaderLen is the length of the header before a payload on TCP, in bytes.
	HeaderLen = 4
	// MaxText is the longest text of a comment, message or say, in bytes of UTF-8 (about 1,365 Chinese characters).
	MaxText = 4096
	// MaxName is the longest display name in bytes.
	MaxName = 256
	// MaxNote is the longest note of a seat in bytes.
	MaxNote = 1024
	// MaxToken is the longest token in bytes.
	MaxToken = 4096
	// MaxDialogue is the longest dialogue id in bytes: a room whose every byte is escaped, a slash and a user.
	MaxDialogue = 3*live.MaxID + 1 + live.MaxID
	// MaxCount is the largest count: viewers, sold, likes, pieces.
	MaxCount = 1_000_000_000
	// MaxFen is the largest amount of money in fen.
	MaxFen = 1_000_000_000_000
)

// AppendFrame appends payload to dst behind its length, four bytes big-endian: one frame as TCP links carry it.
// The payload must not be longer than MaxPayload; the reader on the other side refuses what is.
func AppendFrame(dst, payload []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(payload)))
	return append(dst, payload...)
}

// FrameLen reads a frame's header, its first HeaderLen bytes, and returns the length of the payload behind it,
// 1 to MaxPayload. A longer one is a too_large fault; an empty one, or a header in which a client of some other protocol
// shows itself, is a bad_frame fault whose hint says so. After either the stream has no boundary left: close it.
func FrameLen(header []byte) (int, *live.Fault) {
	if len(header) < HeaderLen {
		return 0, &live.Fault{Code: live.BadFrame, Hint: "the frame ends inside its 4-byte length"}
	}
	n := binary.BigEndian.Uint32(header)
	if n >= 1 && n <= MaxPayload {
		return int(n), nil
	}
	if n == 0 {
		return 0, &live.Fault{Code: live.BadFrame, Hint: "the frame is empty; send 4 bytes of length, big-endian, then that many bytes of JSON"}
	}
	if hint := stranger(header); hint != "" {
		return 0, &live.Fault{Code: live.BadFrame, Hint: hint}
	}
	return 0, &live.Fault{Code: live.TooLarge, Hint: "the frame says " + number(int64(n)) + " bytes, at most " +
		number(MaxPayload) + " are taken; split the array, and check that the length is big-endian"}
}

// stranger names the protocol that a header which is no length seems to come from, "" when none is recognised.
func stranger(header []byte) string {
	switch string(header[:HeaderLen]) {
	case "GET ", "POST", "PUT ", "HEAD", "DELE", "OPTI", "PATC", "CONN", "TRAC", "PRI ":
		return "this looks like HTTP, but this port speaks length-prefixed JSON; HTTP and WebSocket clients connect to the WebSocket port, path /v1/link"
	}
	switch {
	case header[0] == 0x16 && header[1] == 0x03:
		return "this looks like TLS, which this port does not speak; connect in plain text or through a TLS proxy"
	case header[0] == '{' || header[0] == '[':
		return "this looks like JSON without its length; send 4 bytes of length, big-endian, before each payload"
	}
	return ""
}
