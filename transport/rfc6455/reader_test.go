package rfc6455_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"liveroom/transport/rfc6455"
)

const limit = 1 << 16

var mask = [4]byte{0x37, 0xfa, 0x21, 0x3d}

// frame writes a client's frame as the judge (gobwas) writes it.
func frame(op ws.OpCode, fin bool, payload string) []byte {
	return ws.MustCompileFrame(ws.MaskFrameWith(ws.NewFrame(op, fin, []byte(payload)), mask))
}

func closing(code uint16, reason string) string {
	return string(binary.BigEndian.AppendUint16(nil, code)) + reason
}

func cat(frames ...[]byte) []byte { return bytes.Join(frames, nil) }

// transcript reads a stream that arrives in pieces of the given size, as an event loop would, and tells what came.
func transcript(stream []byte, piece int) string {
	var r rfc6455.Reader
	var told strings.Builder
	var held []byte
	need := 1
	for len(stream) > 0 {
		n := min(piece, len(stream))
		held = append(held, stream[:n]...)
		stream = stream[n:]
		for len(held) > 0 && len(held) >= need {
			m, n, more, failure := r.Next(held, limit)
			if failure != nil {
				fmt.Fprintf(&told, "failure %d", failure.Code)
				return told.String()
			}
			if n == 0 {
				if more <= len(held) {
					return "asks for what it has"
				}
				need = more
				break
			}
			need = 1
			switch m.Kind {
			case rfc6455.Text:
				fmt.Fprintf(&told, "text %q ", m.Payload)
			case rfc6455.Ping:
				fmt.Fprintf(&told, "ping %q ", m.Payload)
			case rfc6455.Pong:
				fmt.Fprintf(&told, "pong %q ", m.Payload)
			case rfc6455.Close:
				fmt.Fprintf(&told, "close %d %q ", m.Code, m.Payload)
			}
			held = held[n:]
		}
	}
	return strings.TrimSpace(told.String())
}

// The cases follow the sections of RFC 6455 and the groups of the Autobahn suite.
func TestReaderCases(t *testing.T) {
	big := strings.Repeat("*", 65536)
	text, more := ws.OpText, ws.OpContinuation
	raw := func(b ...byte) []byte { return b }
	for _, c := range []struct {
		name   string
		stream []byte
		want   string
	}{
		// 1: framing
		{"empty text", frame(text, true, ""), `text ""`},
		{"125 bytes", frame(text, true, big[:125]), fmt.Sprintf("text %q", big[:125])},
		{"126 bytes", frame(text, true, big[:126]), fmt.Sprintf("text %q", big[:126])},
		{"65535 bytes", frame(text, true, big[:65535]), fmt.Sprintf("text %q", big[:65535])},
		{"65536 bytes", frame(text, true, big), fmt.Sprintf("text %q", big)},
		{"65537 bytes", frame(text, true, big+"*")[:14], "failure 1009"},
		{"2^63 bytes", raw(0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4), "failure 1002"},
		{"2^62 bytes", raw(0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4), "failure 1009"},
		{"long way to write 125", raw(0x81, 0xfe, 0, 125, 1, 2, 3, 4), "failure 1002"},
		{"long way to write 65535", raw(0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4), "failure 1002"},
		{"binary", frame(ws.OpBinary, true, "x"), "failure 1003"},
		{"unmasked", raw(0x81, 0x00), "failure 1002"},
		// 2: pings and pongs
		{"ping", frame(ws.OpPing, true, "hello"), `ping "hello"`},
		{"empty ping", frame(ws.OpPing, true, ""), `ping ""`},
		{"ping of 125", frame(ws.OpPing, true, big[:125]), fmt.Sprintf("ping %q", big[:125])},
		{"ping of 126", frame(ws.OpPing, true, big[:126]), "failure 1002"},
		{"unsolicited pong", frame(ws.OpPong, true, "x"), `pong "x"`},
		{"fragmented ping", frame(ws.OpPing, false, "x"), "failure 1002"},
		// 3: reserved bits
		{"rsv1", raw(0xc1, 0x80, 0, 0, 0, 0), "failure 1002"},
		{"rsv2", raw(0xa1, 0x80, 0, 0, 0, 0), "failure 1002"},
		{"rsv3", raw(0x91, 0x80, 0, 0, 0, 0), "failure 1002"},
		{"rsv on a ping", raw(0xc9, 0x80, 0, 0, 0, 0), "failure 1002"},
		// 4: opcodes
		{"opcode 3", raw(0x83, 0x80, 0, 0, 0, 0), "failure 1002"},
		{"opcode 7", raw(0x87, 0x80, 0, 0, 0, 0), "failure 1002"},
		{"opcode 11", raw(0x8b, 0x80, 0, 0, 0, 0), "failure 1002"},
		{"opcode 15", raw(0x8f, 0x80, 0, 0, 0, 0), "failure 1002"},
		{"after a good one", cat(frame(text, true, "a"), raw(0x83, 0x80, 0, 0, 0, 0)), `text "a" failure 1002`},
		// 5: fragmentation
		{"two fragments", cat(frame(text, false, "a"), frame(more, true, "b")), `text "ab"`},
		{"empty fragments", cat(frame(text, false, ""), frame(more, false, ""), frame(more, true, "")), `text ""`},
		{"ping between", cat(frame(text, false, "a"), frame(ws.OpPing, true, "p"), frame(more, true, "b")), `ping "p" text "ab"`},
		{
			"many between",
			cat(frame(text, false, "a"), frame(ws.OpPing, true, "1"), frame(more, false, "b"), frame(ws.OpPong, true, "2"), frame(more, true, "c"), frame(text, true, "d")),
			`ping "1" pong "2" text "abc" text "d"`,
		},
		{"close between", cat(frame(text, false, "a"), frame(ws.OpClose, true, closing(1000, ""))), `close 1000 ""`},
		{"continuation of nothing", frame(more, true, "a"), "failure 1002"},
		{"continuation after the end", cat(frame(text, false, "a"), frame(more, true, "b"), frame(more, true, "c")), `text "ab" failure 1002`},
		{"text inside", cat(frame(text, false, "a"), frame(text, true, "b")), "failure 1002"},
		{"binary inside", cat(frame(text, false, "a"), frame(ws.OpBinary, true, "b")), "failure 1003"},
		{"too big in fragments", cat(frame(text, false, big), frame(more, true, "b")), "failure 1009"},
		// 6: UTF-8
		{"characters", frame(text, true, "κόσμε 直播间 😀"), `text "κόσμε 直播间 😀"`},
		{"character across fragments", cat(frame(text, false, "直"[:1]), frame(more, false, "直"[1:2]), frame(more, true, "直"[2:]+"播")), `text "直播"`},
		{"ping inside a character", cat(frame(text, false, "直"[:2]), frame(ws.OpPing, true, ""), frame(more, true, "直"[2:])), `ping "" text "直"`},
		{"invalid", frame(text, true, "a\xffb"), "failure 1007"},
		{"invalid fails in its fragment", frame(text, false, "ok\xf4\x90"), "failure 1007"},
		{"surrogate", frame(text, true, "\xed\xa0\x80"), "failure 1007"},
		{"overlong", frame(text, true, "\xc0\xaf"), "failure 1007"},
		{"open at the end", frame(text, true, "直"[:2]), "failure 1007"},
		{"open at the end of fragments", cat(frame(text, false, "a"), frame(more, true, "直"[:2])), "failure 1007"},
		// 7: closing
		{"close without code", frame(ws.OpClose, true, ""), `close 1005 ""`},
		{"close with half a code", frame(ws.OpClose, true, "\x03"), "failure 1002"},
		{"close with reason", frame(ws.OpClose, true, closing(1001, "再见")), `close 1001 "再见"`},
		{"close with 123 bytes", frame(ws.OpClose, true, closing(1000, big[:123])), fmt.Sprintf("close 1000 %q", big[:123])},
		{"close with 124 bytes", frame(ws.OpClose, true, closing(1000, big[:124])), "failure 1002"},
		{"close with invalid reason", frame(ws.OpClose, true, closing(1000, "\xff")), "failure 1007"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, piece := range []int{len(c.stream), 1, 3} {
				if piece == 1 && len(c.stream) > 70000 {
					continue
				}
				if got := transcript(c.stream, piece); got != c.want {
					t.Errorf("in pieces of %d: got %.200s, want %.200s", piece, got, c.want)
				}
			}
		})
	}
}

func TestCloseCodes(t *testing.T) {
	good := []uint16{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999}
	bad := []uint16{0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}
	for _, code := range good {
		if got, want := transcript(frame(ws.OpClose, true, closing(code, "")), 100), fmt.Sprintf(`close %d ""`, code); got != want {
			t.Errorf("code %d: got %s", code, got)
		}
	}
	for _, code := range bad {
		if got := transcript(frame(ws.OpClose, true, closing(code, "")), 100); got != "failure 1002" {
			t.Errorf("code %d: got %s", code, got)
		}
	}
}

func TestReaderAllocations(t *testing.T) {
	stream := frame(ws.OpText, true, strings.Repeat("中", 50))
	var r rfc6455.Reader
	if got := testing.AllocsPerRun(100, func() {
		if _, n, _, _ := r.Next(stream, limit); n != len(stream) {
			t.Fatal("not read")
		}
		ws.Cipher(stream[len(stream)-150:], mask, 0) // as it was
	}); got > 0 {
		t.Errorf("reading a text allocates %.0f times, the budget is 0", got)
	}
}

func TestWriterAgainstTheJudge(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 65535, 65536} {
		payload := bytes.Repeat([]byte("x"), n)
		got := rfc6455.AppendText(nil, payload)
		if want := ws.MustCompileFrame(ws.NewTextFrame(payload)); !bytes.Equal(got, want) {
			t.Errorf("text of %d bytes starts with %x, the judge's with %x", n, got[:10], want[:10])
		}
	}
	if got, want := rfc6455.AppendPong(nil, []byte("p")), ws.MustCompileFrame(ws.NewPongFrame([]byte("p"))); !bytes.Equal(got, want) {
		t.Errorf("pong %x, the judge's %x", got, want)
	}
	if got, want := rfc6455.AppendClose(nil, 4001, "再见"), ws.MustCompileFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(4001, "再见"))); !bytes.Equal(got, want) {
		t.Errorf("close %x, the judge's %x", got, want)
	}
	if got := rfc6455.AppendClose(nil, ws.StatusNoStatusRcvd, "x"); !bytes.Equal(got, []byte{0x88, 0}) {
		t.Errorf("close without code %x", got)
	}
	if got := rfc6455.AppendClose(nil, 4001, strings.Repeat("长", 60)); len(got) != 2+2+123 {
		t.Errorf("long reason gives %d bytes", len(got))
	}
}

// FuzzReader splits a stream anywhere: the same messages must come out.
func FuzzReader(f *testing.F) {
	f.Add(cat(frame(ws.OpText, false, "直"[:2]), frame(ws.OpPing, true, "p"), frame(ws.OpContinuation, true, "直"[2:])), uint8(1))
	f.Add(cat(frame(ws.OpText, true, strings.Repeat("x", 300)), frame(ws.OpClose, true, closing(1000, "bye"))), uint8(7))
	f.Add([]byte{0x81, 0xfe, 0, 200, 1, 2, 3, 4}, uint8(2))
	f.Fuzz(func(t *testing.T, stream []byte, piece uint8) {
		whole := transcript(bytes.Clone(stream), len(stream)+1)
		split := transcript(bytes.Clone(stream), int(piece)+1)
		if whole != split {
			t.Fatalf("%x whole gives %s, in pieces of %d %s", stream, whole, int(piece)+1, split)
		}
	})
}
