package transport_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/gobwas/ws"

	"liveroom/engine/live"
	"liveroom/transport"
	"liveroom/transport/wire"
)

// web is a client on the WebSocket port, of the library that others use.
type web struct {
	testing.TB
	*websocket.Conn
	ctx context.Context
}

func (r *running) dialWeb(t testing.TB) *web {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	c, _, err := websocket.Dial(ctx, "ws://"+r.WSAddr().String()+transport.Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	return &web{t, c, ctx}
}

// web opens a link.
func (r *running) web(t testing.TB, role live.Role, token string) *web {
	t.Helper()
	c := r.dialWeb(t)
	c.say(string(wire.AppendHello(nil, &wire.Hello{Role: role, Token: token})))
	receive(t, r.engine.opened, "opened")
	<-r.engine.resumes
	if o := c.hear(); o.Type != "welcome" {
		t.Fatalf("hello was answered by %+v", o)
	}
	return c
}

func (c *web) say(payload string) {
	c.Helper()
	if err := c.Write(c.ctx, websocket.MessageText, []byte(payload)); err != nil {
		c.Fatal(err)
	}
}

func (c *web) hear() (o wire.Outbound) {
	c.Helper()
	kind, payload, err := c.Read(c.ctx)
	if err != nil || kind != websocket.MessageText {
		c.Fatalf("read: %v, kind %v", err, kind)
	}
	if err := wire.DecodeOutbound(payload, &o); err != nil {
		c.Fatalf("%s: %v", payload, err)
	}
	return o
}

func (c *web) hearBye(code live.Code) wire.Outbound {
	c.Helper()
	return c.hearByeWith(code, websocket.StatusCode(code.CloseCode()))
}

func (c *web) hearByeWith(code live.Code, status websocket.StatusCode) wire.Outbound {
	c.Helper()
	o := c.hear()
	if o.Type != "bye" || o.Code != code.String() {
		c.Fatalf("got %+v, want bye %s", o, code)
	}
	var closed websocket.CloseError
	if _, _, err := c.Read(c.ctx); !errors.As(err, &closed) || closed.Code != status {
		c.Fatalf("after bye %s came %v, want close %d", code, err, status)
	}
	return o
}

func TestEventsAndFramesOverWebSocket(t *testing.T) {
	s := serve(t, transport.Config{})
	c := s.dialWeb(t)
	c.say(`{"type":"hello","v":1,"role":"viewer","token":"s/r/u"}`)
	l := receive(t, s.engine.opened, "opened")
	c.hear()
	c.say(comment("1"))
	if e := receive(t, s.engine.events, "event"); e.ID != "1" || e.Text != "还有货吗" {
		t.Fatalf("got %+v", e)
	}
	long := wire.AppendError(nil, &live.Fault{Code: live.Internal, Hint: strings.Repeat("长", 10000)})
	s.SendAll(l.Session, [][]byte{wire.AppendAck(nil, "1"), long})
	if o := c.hear(); o.ID != "1" {
		t.Fatalf("got %+v", o)
	}
	if o := c.hear(); len(o.Message) != 30000 {
		t.Fatalf("got %d bytes", len(o.Message))
	}
	c.say(`{"type":"comment"}`)
	if o := c.hear(); o.Type != "error" || o.Field != "id" {
		t.Fatalf("got %+v", o)
	}
	go c.CloseRead(c.ctx)
	if err := c.Ping(c.ctx); err != nil {
		t.Errorf("ping: %v", err)
	}
	if err := c.Close(websocket.StatusNormalClosure, "好了"); err != nil {
		t.Errorf("close: %v", err)
	}
	if got := receive(t, s.engine.closed, "closed"); got != l {
		t.Error("the wrong link was closed")
	}
}

func TestByesOverWebSocket(t *testing.T) {
	hasty := serve(t, transport.Config{Times: transport.Times{Hello: 50 * time.Millisecond}})
	hasty.dialWeb(t).hearBye(live.HelloTimeout)
	s := serve(t, transport.Config{Times: transport.Times{Hello: time.Minute}})
	c := s.dialWeb(t)
	c.say(`{"type":"hello","v":1,"role":"viewer","token":"forged"}`)
	c.hearBye(live.Unauthorized)
	c = s.web(t, live.Viewer, "s/r/u")
	if err := c.Write(c.ctx, websocket.MessageBinary, []byte(comment("1"))); err != nil {
		t.Fatal(err)
	}
	c.hearByeWith(live.BadFrame, websocket.StatusUnsupportedData)
	c = s.web(t, live.Viewer, "s/r/u")
	c.SetReadLimit(1 << 20)
	if err := c.Write(c.ctx, websocket.MessageText, make([]byte, wire.MaxPayload+1)); err != nil {
		t.Fatal(err)
	}
	c.hearByeWith(live.TooLarge, websocket.StatusMessageTooBig)
	c = s.web(t, live.Viewer, "s/r/u")
	c.say("\xff")
	c.hearByeWith(live.BadJSON, websocket.StatusInvalidFramePayloadData)
}

func TestTooManyLinksOverWebSocket(t *testing.T) {
	s := serve(t, transport.Config{Links: transport.LinkBounds{Max: 1}})
	s.web(t, live.Viewer, "s/r/u")
	if o := s.dialWeb(t).hearBye(live.TooManyLinks); o.RetryMs <= 0 {
		t.Errorf("got %+v", o)
	}
}

func TestPassiveWebLinkIsKeptByPings(t *testing.T) {
	s := serve(t, transport.Config{Times: transport.Times{Heartbeat: 10 * time.Millisecond, Idle: 3 * time.Second}}) // half of it for an answer
	watcher := s.web(t, live.Viewer, "s/r/u")                                                                        // reads, and so answers pings; says nothing itself
	silent, _ := s.hello(t, live.Viewer, "s/r/v")
	watching := watcher.CloseRead(watcher.ctx)
	silent.hear()
	silent.hearBye(live.Idle)
	if watching.Err() != nil {
		t.Error("a link whose client answers pings was closed")
	}
}

// frames is a raw WebSocket client, for what no library would send.
func (r *running) frames(t testing.TB) (*tcp, *bufio.Reader) {
	t.Helper()
	c := dialTo(t, r.WSAddr())
	c.raw([]byte("GET " + transport.Path + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
	in := bufio.NewReader(c)
	res, err := http.ReadResponse(in, nil)
	if err != nil || res.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("handshake: %v %v", res, err)
	}
	return c, in
}

// readFrame reads one frame of the server, which is bounded as payloads are.
func readFrame(in io.Reader) (f ws.Frame, err error) {
	if f.Header, err = ws.ReadHeader(in); err != nil {
		return f, err
	}
	if f.Header.Length > wire.MaxPayload {
		return f, fmt.Errorf("a frame of %d bytes", f.Header.Length)
	}
	f.Payload = make([]byte, f.Header.Length)
	_, err = io.ReadFull(in, f.Payload)
	return f, err
}

func masked(op ws.OpCode, fin bool, payload string) []byte {
	return ws.MustCompileFrame(ws.MaskFrameWith(ws.NewFrame(op, fin, []byte(payload)), [4]byte{1, 2, 3, 4}))
}

func TestFragmentsWithPingsBetweenByteByByte(t *testing.T) {
	s := serve(t, transport.Config{Times: transport.Times{Linger: 20 * time.Millisecond}})
	c, in := s.frames(t)
	hello := `{"type":"hello","v":1,"role":"viewer","token":"s/直播/u"}`
	cut := strings.Index(hello, "直") + 1
	var stream []byte
	stream = append(stream, masked(ws.OpText, false, hello[:cut])...)
	stream = append(stream, masked(ws.OpPing, true, "between")...)
	stream = append(stream, masked(ws.OpContinuation, false, hello[cut:cut+1])...)
	stream = append(stream, masked(ws.OpContinuation, true, hello[cut+1:])...)
	stream = append(stream, masked(ws.OpClose, true, "\x03\xe8")...)
	for i := range stream {
		c.raw(stream[i : i+1])
	}
	var got []string
	for {
		f, err := readFrame(in)
		if err != nil {
			break
		}
		got = append(got, fmt.Sprintf("%d %.17s", f.Header.OpCode, f.Payload))
	}
	if want := fmt.Sprint([]string{"10 between", `1 {"type":"welcome"`, "8 \x03\xe8"}); fmt.Sprint(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if l := receive(t, s.engine.opened, "opened"); l.Room != "直播" {
		t.Errorf("room %q", l.Room)
	}
	receive(t, s.engine.closed, "closed")
}

// TestViolationsOverTheWire sends what RFC 6455 forbids; the table of all cases stands with package rfc6455.
func TestViolationsOverTheWire(t *testing.T) {
	s := serve(t, transport.Config{})
	for _, c := range []struct {
		name   string
		stream []byte
		code   int
	}{
		{"unmasked", ws.MustCompileFrame(ws.NewTextFrame([]byte("x"))), 1002},
		{"reserved bit", []byte{0xc1, 0x80, 0, 0, 0, 0}, 1002},
		{"unknown opcode", []byte{0x83, 0x80, 0, 0, 0, 0}, 1002},
		{"long ping", masked(ws.OpPing, true, strings.Repeat("x", 126)), 1002},
		{"fragmented ping", masked(ws.OpPing, false, "x"), 1002},
		{"continuation of nothing", masked(ws.OpContinuation, true, "x"), 1002},
		{"bad close code", masked(ws.OpClose, true, "\x03\xed"), 1002},
		{"binary", masked(ws.OpBinary, true, "x"), 1003},
		{"half a character", masked(ws.OpText, true, "\xe7"), 1007},
		{"huge", []byte{0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4}, 1009},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, in := s.frames(t)
			client.raw(c.stream)
			bye, err := readFrame(in)
			if err != nil || bye.Header.OpCode != ws.OpText {
				t.Fatalf("got %+v, %v; want a bye", bye, err)
			}
			last, err := readFrame(in)
			if err != nil || last.Header.OpCode != ws.OpClose {
				t.Fatalf("got %+v, %v; want a close", last, err)
			}
			if code, _ := ws.ParseCloseFrameData(last.Payload); int(code) != c.code {
				t.Errorf("close %d, want %d", code, c.code)
			}
			if _, err := in.ReadByte(); !errors.Is(err, io.EOF) {
				t.Errorf("after the close came %v", err)
			}
		})
	}
}

func TestHandshakeOverTheWire(t *testing.T) {
	s := serve(t, transport.Config{OriginPatterns: []string{"*.example.com"}})
	get := func(method, path, origin string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.WSAddr().String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if origin != "" {
			req.Header = http.Header{
				"Origin": {origin}, "Upgrade": {"websocket"}, "Connection": {"Upgrade"}, "Sec-Websocket-Version": {"13"},
				"Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
			}
		}
		res, err := new(http.Transport).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
	for _, c := range []struct {
		method, path, origin string
		status               int
	}{
		{"GET", "/", "", 404},
		{"POST", "/v1/link", "", 405},
		{"GET", "/v1/link", "", 426},
		{"GET", "/v1/link", "https://evil.test", 403},
		{"GET", "/v1/link", "null", 403},
		{"GET", "/v1/link", "https://shop.example.com", 101},
	} {
		if res := get(c.method, c.path, c.origin); res.StatusCode != c.status {
			t.Errorf("%s %s from %q: %d, want %d", c.method, c.path, c.origin, res.StatusCode, c.status)
		}
	}
	if res := get("GET", "/v1/link", ""); res.Header.Get("Sec-WebSocket-Version") != "13" {
		t.Error("426 does not name the version")
	}
}

func TestHalfAHandshakeTimesOut(t *testing.T) {
	s := serve(t, transport.Config{Times: transport.Times{Hello: 30 * time.Millisecond}})
	c := dialTo(t, s.WSAddr())
	c.raw([]byte("GET /v1/link HTTP/1.1\r\nHost:"))
	answer, err := io.ReadAll(c)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 408 ") || !strings.Contains(string(answer), "hello_timeout") {
		t.Errorf("half a handshake got %q, %v", answer, err)
	}
}

func TestEndlessHandshake(t *testing.T) {
	s := serve(t, transport.Config{})
	c := dialTo(t, s.WSAddr())
	c.raw([]byte("GET /v1/link HTTP/1.1\r\nX: " + strings.Repeat("y", 9000)))
	answer, err := io.ReadAll(c)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 431 ") {
		t.Errorf("got %q, %v", answer, err)
	}
}
