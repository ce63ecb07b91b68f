package siege

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/gobwas/ws"

	"liveroom/engine/live"
	"liveroom/transport/wire"
)

// The answers that are no code of the wire.
const (
	Welcome = "welcome"        // it was let in
	NoWord  = "no word"        // its connection was closed, nothing said
	Strange = "not documented" // something else was said
)

// switching is how a server begins that opens a WebSocket link.
const switching = "HTTP/1.1 101 "

// statuses are the HTTP statuses with which a link is ended before its WebSocket handshake is over, by code.
var statuses = map[string]int{live.HelloTimeout.String(): 408, live.TooManyLinks.String(): 503, live.Draining.String(): 503, live.Overloaded.String(): 503}

// listen reads what a server has said so far: with which answer it ended or greeted a connection, "" when it has not yet.
// Upgraded tells that it has opened the WebSocket link.
func listen(webSocket bool, heard []byte) (answer string, upgraded bool) {
	if !webSocket {
		return framed(heard), false
	}
	end := bytes.Index(heard, []byte("\r\n\r\n"))
	if end < 0 {
		return "", false
	}
	head, rest := string(heard[:end]), heard[end+4:]
	if strings.HasPrefix(head, switching) {
		return texted(rest), true
	}
	return refused(head, string(rest)), false
}

// framed reads the first frame of a TCP link.
func framed(heard []byte) string {
	if len(heard) < wire.HeaderLen {
		return ""
	}
	n := int(binary.BigEndian.Uint32(heard))
	switch {
	case n > wire.MaxPayload:
		return Strange
	case len(heard) < wire.HeaderLen+n:
		return ""
	}
	return said(heard[wire.HeaderLen : wire.HeaderLen+n])
}

// texted reads the first text frame of a WebSocket link.
func texted(heard []byte) string {
	in := bytes.NewReader(heard)
	h, err := ws.ReadHeader(in)
	switch {
	case err != nil || int64(in.Len()) < h.Length:
		return ""
	case h.OpCode != ws.OpText:
		return Strange
	}
	from := len(heard) - in.Len()
	return said(heard[from : from+int(h.Length)])
}

// said reads one object: only welcome and bye begin or end a link.
func said(payload []byte) string {
	var o wire.Outbound
	if wire.DecodeOutbound(payload, &o) != nil {
		return Strange
	}
	switch {
	case o.Type == "welcome" && o.Session != "":
		return Welcome
	case o.Type == "bye" && known(o.Code) && o.Reason != "":
		return o.Code
	}
	return Strange
}

// refused reads the answer to a WebSocket handshake that was not taken: a status that goes with the code its text begins with.
func refused(head, text string) string {
	status, _, _ := strings.Cut(strings.TrimPrefix(head, "HTTP/1.1 "), " ")
	code, reason, found := strings.Cut(text, ": ")
	if n, err := strconv.Atoi(status); err != nil || !found || reason == "" || !known(code) || statuses[code] != n {
		return Strange
	}
	return code
}

func known(code string) bool {
	for _, c := range live.Codes() {
		if c.String() == code && c != live.OK {
			return true
		}
	}
	return false
}
