package crowd

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/gobwas/ws"
)

// line is one link place.
type line struct {
	// owned by the goroutine of Run while the link is open, by Dial before
	in      []byte  // the front of a frame that has not all arrived
	sealed  *sealed // TLS; nil for none. Its writing side is used under mu
	message []byte  // the fragments so far of a WebSocket message

	// guarded by mu
	mu         sync.Mutex
	fd         int   // -1 while the place is empty
	generation int32 // tells a link from an earlier one in the same place
	webSocket  bool
	mask       uint32
	out        []byte // what the socket has not taken yet
	scratch    []byte
}

// frame appends payload as a frame of the link's carrier. The caller holds mu.
func (l *line) frame(dst, payload []byte) []byte {
	if !l.webSocket {
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(payload)))
		return append(dst, payload...)
	}
	return AppendText(dst, payload, l.nextMask())
}

// nextMask steps a small generator: masks must differ from frame to frame but, against a server of ours, not be secret.
func (l *line) nextMask() [4]byte {
	l.mask = l.mask*1664525 + 1013904223
	var m [4]byte
	binary.BigEndian.PutUint32(m[:], l.mask)
	return m
}

// take hands the complete payloads in what arrived to the handler and keeps the rest.
func (c *Crowd) take(i int, l *line, arrived []byte, at time.Time) error {
	data := arrived
	if len(l.in) > 0 {
		l.in = append(l.in, arrived...)
		data = l.in
	}
	for {
		var n int
		var err error
		if l.webSocket {
			n, err = c.takeText(i, l, data, at)
		} else {
			n, err = c.takeFrame(i, data, at)
		}
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		data = data[n:]
	}
	switch {
	case len(data) == 0:
		l.in = nil // an idle link keeps no buffer
	default:
		l.in = append(l.in[:0], data...)
	}
	return nil
}

func (c *Crowd) takeFrame(i int, data []byte, at time.Time) (int, error) {
	if len(data) < 4 {
		return 0, nil
	}
	n := int(binary.BigEndian.Uint32(data))
	if n > DefaultMaxPayload {
		return 0, errTooLong
	}
	if len(data) < 4+n {
		return 0, nil
	}
	c.handler.Payload(i, data[4:4+n], at)
	return 4 + n, nil
}

func (c *Crowd) takeText(i int, l *line, data []byte, at time.Time) (int, error) {
	f, n, err := readFrame(data, DefaultMaxPayload)
	if n == 0 || err != nil {
		return 0, err
	}
	switch f.op {
	case ws.OpText, ws.OpBinary, ws.OpContinuation:
		if f.fin && len(l.message) == 0 {
			c.handler.Payload(i, f.payload, at)
			break
		}
		if l.message = append(l.message, f.payload...); len(l.message) > DefaultMaxPayload {
			return 0, errTooLong
		}
		if f.fin {
			c.handler.Payload(i, l.message, at)
			l.message = nil
		}
	case ws.OpPing:
		c.control(i, ws.OpPong, f.payload)
	case ws.OpClose:
		c.control(i, ws.OpClose, f.payload)
		return 0, ErrPeerClosed
	case ws.OpPong:
	default:
		return 0, errServerFrame
	}
	return n, nil
}

// control answers a control frame. It goes behind whatever the socket has not taken.
func (c *Crowd) control(i int, op ws.OpCode, payload []byte) {
	l := &c.lines[i]
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fd < 0 {
		return
	}
	frame := appendMasked(nil, op, payload, l.nextMask())
	if l.sealed != nil {
		var err error
		if frame, err = l.sealed.seal(frame); err != nil {
			return // it shows at the next read
		}
	}
	if len(l.out) > 0 {
		l.out = append(l.out, frame...)
		return
	}
	n, err := write(l.fd, frame)
	if err != nil || n == len(frame) {
		return // an error shows at the next read
	}
	l.out = append(l.out, frame[n:]...)
	c.mu.Lock()
	c.blocked = append(c.blocked, i)
	c.mu.Unlock()
}
