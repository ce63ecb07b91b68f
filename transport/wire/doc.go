// Package wire is the codec of liveroom's words on the wire, version 1: bytes to live's words and back. It opens no
// socket, starts no goroutine and reads no clock; whoever calls it hands in the time.
//
// A payload is one JSON object or an array of at most [MaxObjects] objects, at most [MaxPayload] bytes of UTF-8. Over TCP
// it is framed by [AppendFrame] and [FrameLen]; over WebSocket a text message is a payload. [Decode] takes what a link
// says, the Append functions write what a link is told, and [DecodeOutbound], [AppendHello] and [AppendEvent] are the
// client's side. asyncapi.yaml beside this file is the same in public words, and a test holds the two together.
//
// The scanner is strict where lenience would let two readers of one text disagree: RFC 8259 to the letter, valid UTF-8, no
// unpaired surrogates, nothing after the value, nesting of at most 32. When a name comes twice in an object the last one
// wins, as it does in encoding/json, which judges this package in its tests. Unknown names are skipped whatever they hold,
// and null is the same as leaving the name out.
//
// Every event [Decode] returns owns its memory: one allocation for the event and one for all of its strings, nothing of
// the payload is kept. The strings of one event share that one allocation, so whoever keeps a single id for long and lets
// the rest go should clone it.
package wire
