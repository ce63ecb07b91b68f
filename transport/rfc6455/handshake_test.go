package rfc6455_test

import (
	"bufio"
	"bytes"
	"net/http"
	"strings"
	"testing"

	"liveroom/transport/rfc6455"
)

const good = "GET /v1/link?x=1 HTTP/1.1\r\nHost: localhost:7701\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://example.com\r\n\r\n"

func TestHandshakeAccepts(t *testing.T) {
	r, n := rfc6455.ReadRequest([]byte(good + "\x81\x80"))
	if n != len(good) {
		t.Fatalf("read %d bytes of %d", n, len(good))
	}
	if status, why := r.Refuse("/v1/link"); status != 0 {
		t.Fatalf("refused with %d %s", status, why)
	}
	if r.Origin != "http://example.com" || r.Host != "localhost:7701" {
		t.Errorf("origin %q host %q", r.Origin, r.Host)
	}
	// The key and the answer are the example of section 1.3.
	if got := string(rfc6455.AppendAccept(nil, &r)); !strings.Contains(got, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") {
		t.Errorf("answer %q", got)
	}
}

func TestHandshakeRefuses(t *testing.T) {
	swap := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	for _, c := range []struct {
		name, request string
		status        int
	}{
		{"another path", swap("/v1/link", "/v2/link"), 404},
		{"root", swap("/v1/link?x=1", "/"), 404},
		{"post", swap("GET", "POST"), 405},
		{"plain get", "GET /v1/link HTTP/1.1\r\nHost: x\r\n\r\n", 426},
		{"no upgrade", swap("Upgrade: WebSocket", "X: y"), 426},
		{"upgrade to h2c", swap("WebSocket", "h2c"), 426},
		{"no connection", swap("keep-alive, Upgrade", "keep-alive"), 426},
		{"old version", swap("13", "8"), 426},
		{"no version", swap("Sec-WebSocket-Version", "X"), 426},
		{"no key", swap("Sec-WebSocket-Key", "X"), 400},
		{"short key", swap("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="), 400},
		{"mangled key", swap("dGhlIHNhbXBsZSBub25jZQ==", "***"), 400},
		{"two keys", swap("Origin: http://example.com", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), 400},
		{"no host", swap("Host: localhost:7701", "X: y"), 400},
		{"two hosts", swap("Origin: http://example.com", "host: b"), 400},
		{"http/1.0", swap("HTTP/1.1", "HTTP/1.0"), 400},
		{"body", swap("Origin: http://example.com", "Content-Length: 5"), 400},
		{"chunked", swap("Origin: http://example.com", "Transfer-Encoding: chunked"), 400},
		{"folded line", swap("Origin: http://example.com", " folded"), 400},
		{"space before colon", swap("Host:", "Host :"), 400},
		{"nul in a value", swap("example.com", "exa\x00mple"), 400},
		{"no request line", "\r\n\r\n", 400},
		{"half a request line", "GET\r\nHost: x\r\n\r\n", 400},
		{"tls", "\x16\x03\x01\x02\x00", 400},
		{"json", `{"type":"hello"}`, 400},
		{"endless head", "GET /v1/link HTTP/1.1\r\nX: " + strings.Repeat("y", rfc6455.MaxRequest), 431},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, n := rfc6455.ReadRequest([]byte(c.request))
			if n == 0 {
				t.Fatal("asks for more")
			}
			status, why := r.Refuse("/v1/link")
			if status != c.status || why == "" {
				t.Fatalf("%d %q, want %d", status, why, c.status)
			}
			answer := rfc6455.AppendRefusal(nil, status, why)
			res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), nil)
			if err != nil || res.StatusCode != status {
				t.Fatalf("answer %q: %v", answer, err)
			}
			defer res.Body.Close()
			if status == 426 && res.Header.Get("Sec-WebSocket-Version") != "13" {
				t.Error("426 does not name the version")
			}
			if status == 405 && res.Header.Get("Allow") != "GET" {
				t.Error("405 does not name the method")
			}
		})
	}
}

func TestHalfAHandshakeAsksForMore(t *testing.T) {
	for n := range len(good) {
		if r, got := rfc6455.ReadRequest([]byte(good[:n])); got != 0 {
			_, why := r.Refuse("/v1/link")
			t.Fatalf("%d bytes: took %d, %s", n, got, why)
		}
	}
}

func FuzzHandshake(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("POST / HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, head []byte) {
		r, n := rfc6455.ReadRequest(head)
		if n < 0 || n > len(head) {
			t.Fatalf("took %d of %d", n, len(head))
		}
		if n == 0 {
			if len(head) >= rfc6455.MaxRequest {
				t.Fatal("asks for more than the bound")
			}
			return
		}
		if status, why := r.Refuse("/v1/link"); status != 0 {
			if why == "" || http.StatusText(status) == "" {
				t.Fatalf("refuses with %d %q", status, why)
			}
			return
		}
		// What we take, the standard library takes as well.
		judge, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head[:n])))
		if err != nil || judge.Method != "GET" || !strings.EqualFold(judge.Header.Get("Sec-Websocket-Version"), "13") {
			t.Fatalf("%q taken, but the judge says %v", head, err)
		}
	})
}
