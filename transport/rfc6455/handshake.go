package rfc6455

import (
	"bytes"
	"crypto/sha1" // the handshake is defined with it and it protects nothing
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// MaxRequest is the longest head of a request in bytes, its closing blank line included.
const MaxRequest = 8 << 10

// Request is the head of an HTTP request, as far as the opening handshake asks about it.
type Request struct {
	Method string
	Path   string // without the query
	Host   string
	Origin string // "" when none came, as from programs that are no browser

	http11     bool
	upgrade    bool // Upgrade names websocket
	connection bool // Connection names upgrade
	version    string
	key        string
	body       bool   // announces a body
	seen       uint8  // which of the fields that may come once have come
	fault      string // why it is no HTTP, "" when it is
}

// The fields that must not come twice, as bits of Request.seen.
const (
	sawHost = 1 << iota
	sawOrigin
	sawVersion
	sawKey
)

// ReadRequest reads the head of a request from the front of buf. It returns its length n, 0 when buf does not hold all of it
// yet. A head longer than MaxRequest, or one that is no HTTP, is returned too: Refuse says so.
func ReadRequest(buf []byte) (r Request, n int) {
	end := bytes.Index(buf[:min(len(buf), MaxRequest)], []byte("\r\n\r\n"))
	if end < 0 {
		if len(buf) >= MaxRequest {
			return Request{fault: tooLong}, len(buf)
		}
		if bad := notHTTP(buf); bad != "" {
			return Request{fault: bad}, len(buf)
		}
		return r, 0
	}
	lines := strings.Split(string(buf[:end]), "\r\n")
	r.start(lines[0])
	for _, line := range lines[1:] {
		r.field(line)
	}
	return r, end + 4
}

const tooLong = "the head of the request is longer than 8 KiB"

// notHTTP recognises early what will never become a request.
func notHTTP(buf []byte) string {
	if len(buf) > 0 && buf[0] == 0x16 {
		return "this looks like TLS, which this port does not speak"
	}
	if len(buf) > 0 && (buf[0] < 'A' || buf[0] > 'Z') {
		return "this is not HTTP; WebSocket clients send GET /v1/link here, raw TCP clients have a port of their own"
	}
	return ""
}

// start reads the request line (RFC 9112, section 3).
func (r *Request) start(line string) {
	method, rest, ok1 := strings.Cut(line, " ")
	target, version, ok2 := strings.Cut(rest, " ")
	if !ok1 || !ok2 || !isToken(method) || target == "" || !strings.HasPrefix(version, "HTTP/") {
		r.fault = "the request line is not HTTP"
		return
	}
	for i := range len(target) {
		if c := target[i]; c <= 0x20 || c >= 0x7f { // RFC 3986, section 2: what is not ASCII comes percent-encoded
			r.fault = "the request target holds a character that must be percent-encoded"
			return
		}
	}
	r.Method = method
	r.Path, _, _ = strings.Cut(target, "?")
	r.http11 = version == "HTTP/1.1"
}

// field reads one header field (RFC 9112, section 5).
func (r *Request) field(line string) {
	name, value, ok := strings.Cut(line, ":")
	if !ok || !isToken(name) {
		r.spoil("a header field is not of the form name: value")
		return
	}
	value = strings.Trim(value, " \t")
	for i := range len(value) {
		if c := value[i]; c < 0x20 && c != '\t' || c == 0x7f {
			r.spoil("a header field holds a control character")
			return
		}
	}
	switch strings.ToLower(name) {
	case "host":
		r.once(sawHost, &r.Host, value)
	case "origin":
		r.once(sawOrigin, &r.Origin, value)
	case "sec-websocket-version":
		r.once(sawVersion, &r.version, value)
	case "sec-websocket-key":
		r.once(sawKey, &r.key, value)
	case "upgrade":
		r.upgrade = r.upgrade || hasToken(value, "websocket")
	case "connection":
		r.connection = r.connection || hasToken(value, "upgrade")
	case "content-length":
		r.body = r.body || value != "0"
	case "transfer-encoding":
		r.body = true
	}
}

func (r *Request) once(bit uint8, into *string, value string) {
	if r.seen&bit != 0 {
		r.spoil("a header field comes twice that may come once")
	}
	r.seen |= bit
	*into = value
}

func (r *Request) spoil(why string) {
	if r.fault == "" {
		r.fault = why
	}
}

// Refuse returns the status and a sentence when the request is no opening handshake for path (section 4.2.1), or 0.
func (r *Request) Refuse(path string) (status int, why string) {
	switch {
	case r.fault == tooLong:
		return http.StatusRequestHeaderFieldsTooLarge, r.fault
	case r.fault != "":
		return http.StatusBadRequest, r.fault
	case r.Path != path:
		return http.StatusNotFound, "there is nothing here; links are opened at " + path
	case r.Method != http.MethodGet:
		return http.StatusMethodNotAllowed, "a link is opened with GET"
	case !r.http11:
		return http.StatusBadRequest, "a link is opened with HTTP/1.1"
	case r.Host == "":
		return http.StatusBadRequest, "the Host header is missing"
	case !r.upgrade || !r.connection:
		return http.StatusUpgradeRequired, "this is a WebSocket endpoint; ask for it with Connection: Upgrade and Upgrade: websocket"
	case r.version != "13":
		return http.StatusUpgradeRequired, "the WebSocket version is 13"
	case r.body:
		return http.StatusBadRequest, "a handshake has no body"
	}
	if key, err := base64.StdEncoding.DecodeString(r.key); err != nil || len(key) != 16 {
		return http.StatusBadRequest, "Sec-WebSocket-Key must be 16 bytes in base64"
	}
	return 0, ""
}

// AppendRefusal appends the whole answer to a request that Refuse, or a rule of the caller, refused: plain text, then the
// connection is to be closed.
func AppendRefusal(dst []byte, status int, why string) []byte {
	dst = append(dst, "HTTP/1.1 "...)
	dst = strconv.AppendInt(dst, int64(status), 10)
	dst = append(dst, ' ')
	dst = append(dst, http.StatusText(status)...)
	dst = append(dst, "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"...)
	switch status {
	case http.StatusUpgradeRequired: // section 4.4
		dst = append(dst, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"...)
	case http.StatusMethodNotAllowed:
		dst = append(dst, "Allow: GET\r\n"...)
	}
	dst = append(dst, "Content-Length: "...)
	dst = strconv.AppendInt(dst, int64(len(why)+1), 10)
	dst = append(dst, "\r\n\r\n"...)
	dst = append(dst, why...)
	return append(dst, '\n')
}

// AppendAccept appends the server's half of the opening handshake (section 4.2.2).
func AppendAccept(dst []byte, r *Request) []byte {
	dst = append(dst, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "...)
	sum := sha1.Sum([]byte(r.key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	dst = base64.StdEncoding.AppendEncode(dst, sum[:])
	return append(dst, "\r\n\r\n"...)
}

// hasToken tells whether a comma-separated list names the token, whatever its case.
func hasToken(list, token string) bool {
	for part := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.Trim(part, " \t"), token) {
			return true
		}
	}
	return false
}

// isToken follows RFC 9110, section 5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isDigitOrLetter(c) && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return s != ""
}

func isDigitOrLetter(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
