package crowd

import (
	"encoding/binary"

	"github.com/gobwas/ws"
)

// AppendText appends payload to dst as one masked WebSocket text frame, as RFC 6455 section 5 wants it of a client.
func AppendText(dst, payload []byte, mask [4]byte) []byte {
	return appendMasked(dst, ws.OpText, payload, mask)
}

func appendMasked(dst []byte, op ws.OpCode, payload []byte, mask [4]byte) []byte {
	dst = append(dst, 0x80|byte(op))
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, 0x80|byte(n))
	case n < 1<<16:
		dst = append(dst, 0x80|126)
		dst = binary.BigEndian.AppendUint16(dst, uint16(n))
	default:
		dst = append(dst, 0x80|127)
		dst = binary.BigEndian.AppendUint64(dst, uint64(n))
	}
	dst = append(dst, mask[:]...)
	start := len(dst)
	dst = append(dst, payload...)
	ws.Cipher(dst[start:], mask, 0)
	return dst
}

// serverFrame is one WebSocket frame as a server sends it.
type serverFrame struct {
	op      ws.OpCode
	fin     bool
	payload []byte // within the bytes it was read from
}

// readFrame takes the frame at the front of b and returns how many bytes it filled; 0 means that it is not all there yet.
func readFrame(b []byte, maxPayload int) (serverFrame, int, error) {
	if len(b) < 2 {
		return serverFrame{}, 0, nil
	}
	f := serverFrame{op: ws.OpCode(b[0] & 0x0f), fin: b[0]&0x80 != 0}
	if b[0]&0x70 != 0 || b[1]&0x80 != 0 {
		return f, 0, errServerFrame
	}
	n, at := uint64(b[1]), 2
	switch n {
	case 126:
		if len(b) < 4 {
			return f, 0, nil
		}
		n, at = uint64(binary.BigEndian.Uint16(b[2:])), 4
	case 127:
		if len(b) < 10 {
			return f, 0, nil
		}
		n, at = binary.BigEndian.Uint64(b[2:]), 10
	}
	if n > uint64(maxPayload) {
		return f, 0, errTooLong
	}
	end := at + int(n)
	if len(b) < end {
		return f, 0, nil
	}
	f.payload = b[at:end]
	return f, end, nil
}
