package rfc6455

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// Kind says what a Message is.
type Kind uint8

// The kinds of messages. Nothing is a fragment that completes none.
const (
	Nothing Kind = iota
	Text
	Ping
	Pong
	Close
)

// Message is what one frame brought.
type Message struct {
	Kind Kind
	// Payload is the text, the ping's or pong's body, or the close's reason. It points into the bytes read, or into the
	// reader's memory for a text that came in fragments, and is good until the next call.
	Payload []byte
	Code    ws.StatusCode // close: the code, 1005 when none came
}

// Failure is why a connection cannot go on, with the close code the specification wants for it.
type Failure struct {
	Code ws.StatusCode // 1002, 1003, 1007 or 1009
	Why  string
}

// Error implements error.
func (f *Failure) Error() string { return f.Why }

// Reader reads the frames of one connection, putting fragments together. The zero Reader stands at the start of a
// connection. While no fragmented message is open it holds no memory beyond itself, one pointer.
type Reader struct {
	open *fragments // nil between messages
}

type fragments struct {
	text  []byte
	valid int // how much of text is known to be whole characters
}

// header is the start of a frame.
type header struct {
	op      ws.OpCode
	fin     bool
	mask    [4]byte
	size    int // of the header itself
	payload int
}

// Next reads one frame from the front of buf, which must not be empty, unmasking it in place. It returns what the frame
// brought and its length n. When buf ends before the frame does, n is 0, nothing has changed, and need is how long buf must
// be to get further. A message, in all its fragments, may be at most limit bytes long; its length is judged from the header, before its
// bytes are asked for. After a failure the connection must be closed.
func (r *Reader) Next(buf []byte, limit int) (m Message, n, need int, failure *Failure) {
	h, need, failure := readHeader(buf)
	if failure != nil || need > 0 {
		return Message{}, 0, need, failure
	}
	if failure := r.check(&h, limit); failure != nil {
		return Message{}, 0, 0, failure
	}
	if n = h.size + h.payload; len(buf) < n {
		return Message{}, 0, n, nil
	}
	payload := buf[h.size:n]
	ws.Cipher(payload, h.mask, 0)
	if h.op.IsControl() {
		m, failure = control(h.op, payload)
	} else {
		m, failure = r.data(&h, payload)
	}
	return m, n, 0, failure
}

// readHeader follows section 5.2.
func readHeader(buf []byte) (h header, need int, failure *Failure) {
	if len(buf) < 2 {
		return h, 2, nil
	}
	h.fin, h.op = buf[0]&0x80 != 0, ws.OpCode(buf[0]&0x0f)
	switch {
	case buf[0]&0x70 != 0:
		return h, 0, &Failure{ws.StatusProtocolError, "reserved bits are set, but no extension was agreed on"}
	case h.op.IsReserved():
		return h, 0, &Failure{ws.StatusProtocolError, "reserved opcode"}
	case buf[1]&0x80 == 0: // section 5.1
		return h, 0, &Failure{ws.StatusProtocolError, "frames from a client must be masked"}
	}
	length := uint64(buf[1] & 0x7f)
	h.size = 2
	switch length {
	case 126:
		h.size = 4
	case 127:
		h.size = 10
	}
	h.size += 4
	if h.op.IsControl() && (length > ws.MaxControlFramePayloadSize || !h.fin) { // section 5.5
		return h, 0, &Failure{ws.StatusProtocolError, "a control frame must be whole and at most 125 bytes long"}
	}
	if len(buf) < h.size {
		return h, h.size, nil
	}
	least := uint64(0)
	switch length {
	case 126:
		length, least = uint64(binary.BigEndian.Uint16(buf[2:])), 126
	case 127:
		length, least = binary.BigEndian.Uint64(buf[2:]), 1<<16
	}
	if length < least || length>>63 != 0 {
		return h, 0, &Failure{ws.StatusProtocolError, "the length is not written in the shortest way"}
	}
	h.payload = int(min(length, 1<<62))
	copy(h.mask[:], buf[h.size-4:])
	return h, 0, nil
}

// check follows section 5.4, and bounds a message before it is buffered.
func (r *Reader) check(h *header, limit int) *Failure {
	held := 0
	switch {
	case h.op.IsControl():
		return nil
	case h.op == ws.OpBinary:
		return &Failure{ws.StatusUnsupportedData, "binary message; send JSON as text"}
	case h.op == ws.OpText && r.open != nil:
		return &Failure{ws.StatusProtocolError, "a new message inside a fragmented one"}
	case h.op == ws.OpContinuation && r.open == nil:
		return &Failure{ws.StatusProtocolError, "a continuation of nothing"}
	case r.open != nil:
		held = len(r.open.text)
	}
	if h.payload > limit-held {
		return &Failure{ws.StatusMessageTooBig, "message too big"}
	}
	return nil
}

// data takes a text frame or a continuation.
func (r *Reader) data(h *header, payload []byte) (Message, *Failure) {
	if h.fin && r.open == nil {
		if !utf8.Valid(payload) {
			return Message{}, notUTF8
		}
		return Message{Kind: Text, Payload: payload}, nil
	}
	if r.open == nil {
		r.open = new(fragments)
	}
	f := r.open
	f.text = append(f.text, payload...)
	if !f.advance(h.fin) {
		return Message{}, notUTF8
	}
	if !h.fin {
		return Message{}, nil
	}
	r.open = nil
	return Message{Kind: Text, Payload: f.text}, nil
}

var notUTF8 = &Failure{ws.StatusInvalidFramePayloadData, "text is not UTF-8"}

// advance checks what is new in the text, so that a bad character is found in the fragment that brings it. At the end no
// character may be left open.
func (f *fragments) advance(end bool) bool {
	for f.valid < len(f.text) {
		rest := f.text[f.valid:]
		if !utf8.FullRune(rest) {
			return !end
		}
		c, n := utf8.DecodeRune(rest)
		if c == utf8.RuneError && n == 1 {
			return false
		}
		f.valid += n
	}
	return true
}

// control takes a ping, a pong or a close (sections 5.5 and 7.4).
func control(op ws.OpCode, payload []byte) (Message, *Failure) {
	switch op {
	case ws.OpPing:
		return Message{Kind: Ping, Payload: payload}, nil
	case ws.OpPong:
		return Message{Kind: Pong, Payload: payload}, nil
	}
	if len(payload) == 0 {
		return Message{Kind: Close, Code: ws.StatusNoStatusRcvd}, nil
	}
	if len(payload) == 1 {
		return Message{}, &Failure{ws.StatusProtocolError, "a close frame with half a code"}
	}
	code, reason := ws.StatusCode(binary.BigEndian.Uint16(payload)), payload[2:]
	if !mayClose(code) {
		return Message{}, &Failure{ws.StatusProtocolError, "a close frame with a code that must not be sent"}
	}
	if !utf8.Valid(reason) {
		return Message{}, notUTF8
	}
	return Message{Kind: Close, Code: code, Payload: reason}, nil
}

// mayClose tells whether a close frame may carry the code: those of section 7.4.1 and of the registry since (1012 to 1014),
// and all of 3000 to 4999.
func mayClose(code ws.StatusCode) bool {
	switch {
	case code >= 3000 && code <= 4999:
		return true
	case code >= 1000 && code <= 1014:
		return code != 1004 && code != ws.StatusNoStatusRcvd && code != ws.StatusAbnormalClosure
	}
	return false
}
