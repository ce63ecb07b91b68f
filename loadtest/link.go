package loadtest

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/gobwas/ws"

	"liveroom/engine/live"
	"liveroom/loadtest/crowd"
	"liveroom/transport/wire"
)

// Carrier is how frames travel.
type Carrier string

// The carriers.
const (
	TCP       Carrier = "tcp" // its address is host:port
	WebSocket Carrier = "ws"  // its address is a ws:// URL
)

// Link is one client link, for a program with a few of them; a load has its own way. One goroutine may receive while
// others send.
type Link struct {
	// set by Dial
	carrier Carrier
	conn    net.Conn
	welcome wire.Outbound

	// owned by the goroutine that receives
	in   *bufio.Reader
	buf  []byte
	more []byte // what is left of an array

	// guarded by mu
	mu  sync.Mutex
	out []byte
}

// Dial opens a link and says hello. It returns when the server has said welcome; when it says error or bye instead, the
// error wraps ErrRefused, and when it cannot be reached, ErrTargetDown. Ctx bounds the handshake, not the link.
func Dial(ctx context.Context, carrier Carrier, addr string, hello wire.Hello) (*Link, error) {
	l, err := open(ctx, carrier, addr)
	if err != nil {
		return nil, fmt.Errorf("%w: %s %s: %w", ErrTargetDown, carrier, addr, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = l.conn.SetDeadline(time.Unix(1, 0)) })
	err = l.greet(hello)
	if !stop() {
		err = errors.Join(err, ctx.Err())
	}
	if err != nil {
		_ = l.conn.Close()
		return nil, fmt.Errorf("greet %s %s: %w", carrier, addr, err)
	}
	return l, nil
}

func open(ctx context.Context, carrier Carrier, addr string) (*Link, error) {
	l := &Link{carrier: carrier}
	var err error
	switch carrier {
	case TCP:
		var d net.Dialer
		if l.conn, err = d.DialContext(ctx, "tcp", addr); err != nil {
			return nil, err
		}
		l.in = bufio.NewReader(l.conn)
	case WebSocket:
		if _, err = url.Parse(addr); err != nil {
			return nil, err
		}
		if l.conn, l.in, _, err = ws.Dial(ctx, addr); err != nil {
			return nil, err
		}
		if l.in == nil {
			l.in = bufio.NewReader(l.conn)
		}
	default:
		return nil, fmt.Errorf("no carrier %q: want %s or %s", carrier, TCP, WebSocket)
	}
	return l, nil
}

func (l *Link) greet(hello wire.Hello) error {
	if err := l.write(func(dst []byte) []byte { return wire.AppendHello(dst, &hello) }); err != nil {
		return err
	}
	w, err := l.Receive()
	if err != nil {
		return err
	}
	if w.Type != "welcome" {
		return fmt.Errorf("%w: %s %s %s%s", ErrRefused, w.Type, w.Code, w.Message, w.Reason)
	}
	l.welcome = w
	return nil
}

// Session returns the name under which the link can be resumed.
func (l *Link) Session() live.SessionID { return l.welcome.Session }

// Heartbeat returns how often to send something at the least; Ping will do.
func (l *Link) Heartbeat() time.Duration {
	return time.Duration(l.welcome.HeartbeatMs) * time.Millisecond
}

// Send writes one event.
func (l *Link) Send(e live.Event) error {
	return l.write(func(dst []byte) []byte { return wire.AppendEvent(dst, &e) })
}

// Ping writes a ping.
func (l *Link) Ping() error { return l.write(wire.AppendPing) }

func (l *Link) write(payload func([]byte) []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := payload(nil)
	if l.carrier == TCP {
		l.out = wire.AppendFrame(l.out[:0], p)
	} else {
		l.out = crowd.AppendText(l.out[:0], p, newMask())
	}
	_, err := l.conn.Write(l.out)
	return err
}

func newMask() [4]byte {
	var m [4]byte
	binary.BigEndian.PutUint32(m[:], rand.Uint32())
	return m
}

// Receive returns the next frame, pings answered on the way. After Close, or when the server has closed the link, it
// returns an error; io.EOF when it was closed in order.
func (l *Link) Receive() (wire.Outbound, error) {
	var o wire.Outbound
	for {
		one, err := l.object()
		if err != nil {
			return o, err
		}
		if err := wire.DecodeOutbound(one, &o); err != nil {
			return o, err
		}
		if o.Type != "ping" {
			return o, nil
		}
		if err := l.write(wire.AppendPong); err != nil {
			return o, err
		}
	}
}

// object returns the next object, from the payload at hand or a new one.
func (l *Link) object() ([]byte, error) {
	for {
		one, rest := firstObject(l.more)
		l.more = rest
		if one != nil {
			return one, nil
		}
		var err error
		if l.carrier == TCP {
			l.more, err = l.frame()
		} else {
			l.more, err = l.message()
		}
		if err != nil {
			return nil, err
		}
	}
}

func (l *Link) frame() ([]byte, error) {
	var header [wire.HeaderLen]byte
	if _, err := io.ReadFull(l.in, header[:]); err != nil {
		return nil, err
	}
	n, fault := wire.FrameLen(header[:])
	if fault != nil {
		return nil, fault
	}
	l.buf = append(l.buf[:0], make([]byte, n)...)
	_, err := io.ReadFull(l.in, l.buf)
	return l.buf, err
}

// message reads one WebSocket message, control frames answered on the way.
func (l *Link) message() ([]byte, error) {
	l.buf = l.buf[:0]
	for {
		h, err := ws.ReadHeader(l.in)
		if err != nil {
			return nil, err
		}
		if h.Length > wire.MaxPayload || len(l.buf)+int(h.Length) > wire.MaxPayload {
			return nil, &live.Fault{Code: live.TooLarge, Hint: "the server's message is longer than a payload may be"}
		}
		part := make([]byte, h.Length)
		if _, err := io.ReadFull(l.in, part); err != nil {
			return nil, err
		}
		switch {
		case h.OpCode == ws.OpClose:
			return nil, io.EOF
		case h.OpCode == ws.OpPing:
			if err := l.pong(part); err != nil {
				return nil, err
			}
		case h.OpCode.IsData() || h.OpCode == ws.OpContinuation:
			if l.buf = append(l.buf, part...); h.Fin {
				return l.buf, nil
			}
		}
	}
}

func (l *Link) pong(payload []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return ws.WriteFrame(l.conn, ws.MaskFrameInPlaceWith(ws.NewPongFrame(payload), newMask()))
}

// Close ends the link.
func (l *Link) Close() error {
	if l.carrier == WebSocket {
		l.mu.Lock()
		_ = l.conn.SetWriteDeadline(time.Now().Add(time.Second))
		_ = ws.WriteFrame(l.conn, ws.MaskFrameInPlaceWith(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusNormalClosure, "")), newMask()))
		l.mu.Unlock()
	}
	return l.conn.Close()
}

// firstObject returns the first object of a payload, which is one or an array of them, and what follows it; nil when none
// is left. It trusts the server to send JSON: what is none ends up in one piece before the decoder, which refuses it.
func firstObject(p []byte) (one, rest []byte) {
	for len(p) > 0 && (p[0] == '[' || p[0] == ',' || p[0] == ']' || p[0] <= ' ') {
		p = p[1:]
	}
	if len(p) == 0 {
		return nil, nil
	}
	depth, quoted := 0, false
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case quoted:
			if c == '\\' {
				i++
			} else if c == '"' {
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth <= 0 {
				return p[:i+1], p[i+1:]
			}
		}
	}
	return p, nil
}
